"""Several stores of different sizes at once in one process, so that they can be measured in turns."""

import contextlib
import copy
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.account.internal.flows import login
from allauth.account.internal.userkit import user_id_to_str
from django.conf import settings
from django.core import signing
from django.db import connection, connections
from django.db.utils import load_backend
from django.test import Client

from bench.place import close_connections, database, postgres_url
from handrail.records.accounts.models import Staff


@dataclass
class Store:
    """A copy of this process's database, with a data folder of its own; `url` is "" on SQLite."""

    name: str
    folder: Path
    url: str
    line: Any

    def use(self) -> None:
        """Let everything in this thread that asks for the database have this one."""
        connections["default"] = self.line

    @property
    def environment(self) -> dict[str, str]:
        """What a server needs to serve this store."""
        return {"HANDRAIL_DATA": str(self.folder), "DATABASE_URL": self.url}


@contextlib.contextmanager
def stores(*names: str) -> Iterator[dict[str, Store]]:
    """One copy of this process's database as it is now for each name; all are gone afterwards."""
    close_connections()
    first = connections["default"]
    with contextlib.ExitStack() as stack:
        made = {name: _copy(stack, name, number) for number, name in enumerate(names)}
        try:
            yield made
        finally:
            connections["default"] = first
            for store in made.values():
                store.line.close()


def _copy(stack: contextlib.ExitStack, name: str, number: int) -> Store:
    folder = settings.HANDRAIL_DATA / f"store{number}"
    folder.mkdir()
    here = copy.deepcopy(connections.settings["default"])
    url = ""
    if connection.vendor == "sqlite":
        shutil.copy(here["NAME"], folder / "handrail.sqlite3")  # closed just now, so the file is whole
        here["NAME"] = folder / "handrail.sqlite3"
    else:
        like, server = here["NAME"], postgres_url()
        if server is None:
            raise RuntimeError("The PostgreSQL server went away.")
        url = stack.enter_context(database(server, f"{like}_{number}", like=like))
        here["NAME"] = f"{like}_{number}"
    return Store(name, folder, url, load_backend(here["ENGINE"]).DatabaseWrapper(here, "default"))


def signed_in(member: Staff) -> Client:
    """A browser in which this member of staff has signed in with both factors, and is awake."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(member)
    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password"}, {"method": "mfa"}]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(member)
    session.save()
    client.cookies["seen"] = signing.dumps(str(member.pk), salt="seen")
    return client


def cookies_of(client: Client) -> str:
    """The browser's cookies as a header."""
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def is_verbose() -> bool:
    """True when the statements shall be printed too."""
    return bool(os.environ.get("BENCH_SHOW_SQL"))
