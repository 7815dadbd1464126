"""Make what a command needs and does not find: tables, cache table, keys, translations, static files."""

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from handrail.project.translations import compile_translations
from handrail.records.keys import keyring

STAMP = ".made-from"


def make_what_is_missing() -> None:
    """Keys, tables and translations. Production's tables are changed by hand only, unless there are none yet."""
    with only_one():
        keyring()
        reach_database()
        compile_translations(settings.LOCALE_PATHS[0])
        pending = pending_migrations()
        if pending and settings.IS_PRODUCTION and not is_empty():
            raise ImproperlyConfigured(
                f"{len(pending)} migrations are pending. Make a backup, then run 'handrail migrate'."
            )
        if pending:
            call_command("migrate", verbosity=0, interactive=False)
        if "cache" not in connection.introspection.table_names():
            call_command("createcachetable", verbosity=0)


def reach_database() -> None:
    """Raise ImproperlyConfigured within seconds when PostgreSQL does not let us in; the pool alone would wait long."""
    if connection.vendor != "postgresql":
        return
    known = connection.settings_dict
    try:
        psycopg.connect(
            host=known["HOST"] or None,
            port=known["PORT"] or None,
            user=known["USER"] or None,
            password=known["PASSWORD"] or None,
            dbname=known["NAME"] or None,
            connect_timeout=5,
        ).close()
    except psycopg.Error as error:
        words = str(error).strip().splitlines()[0]
        raise ImproperlyConfigured(f"The database of DATABASE_URL cannot be reached: {words}.") from error


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Hold the data folder's lock, so that two commands started together do not both make the tables."""
    settings.HANDRAIL_DATA.mkdir(parents=True, exist_ok=True)
    with (settings.HANDRAIL_DATA / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def pending_migrations() -> list[str]:
    """The migrations that the database has not seen, as app.name."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def is_empty() -> bool:
    """True when the database holds no tables of ours yet."""
    return "django_migrations" not in connection.introspection.table_names()


def collect_static() -> bool:
    """Build the hashed, compressed static files when a source changed since; True when it did."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / STAMP
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(fingerprint)
    return True


def static_fingerprint() -> str:
    """A fingerprint of every static source: its name, size and time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda pair: pair[0]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
