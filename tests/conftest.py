"""Fixtures that every test may use. The environment itself is set in tests/environment.py."""

import os
from collections.abc import Iterator
from datetime import datetime

import pytest

from handrail.project.translations import compile_translations
from tests.build import AT
from tests.cast import Cast, make_cast

compile_translations()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only tests that touch a database are run again: the others have run on SQLite, to the same end."""
    if os.environ.get("TEST_ON") != "postgres":
        return
    stay = [item for item in items if item.get_closest_marker("django_db") or "db" in getattr(item, "fixturenames", ())]
    kept = set(map(id, stay))
    gone = [item for item in items if id(item) not in kept]
    config.hook.pytest_deselected(items=gone)
    items[:] = stay


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite tests run on a file, as Handrail does: threads then wait for each other instead of failing."""
    from django.conf import settings  # noqa: PLC0415 - Django is ready only now

    database = settings.DATABASES["default"]
    if "sqlite3" in database["ENGINE"]:
        database.setdefault("TEST", {})["NAME"] = str(settings.HANDRAIL_DATA / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Let tests that empty the tables at their end do so, although the ledger is append-only."""
    from django.db import connection  # noqa: PLC0415 - Django is ready only now

    from handrail.records.ledger import triggers  # noqa: PLC0415

    kind = type(connection.ops)
    empty = kind.execute_sql_flush

    def flush(self, statements):
        triggers.remove(connection)
        empty(self, statements)
        triggers.install(connection)

    kind.execute_sql_flush = flush


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """What a process remembers between requests must not reach from one test into the next."""
    from django.core.cache import caches  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    from handrail.records.directory.snapshot import forget  # noqa: PLC0415
    from handrail.records.library import checks  # noqa: PLC0415
    from handrail.web.public.kept_pages import forget_pages  # noqa: PLC0415

    forget_pages()
    forget()
    checks.forget()
    caches["memory"].clear()
    translation.activate("en")  # a page in Spanish leaves its language behind
    yield
    forget()


@pytest.fixture
def at() -> datetime:
    """The fixed moment that tests happen at."""
    return AT


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody: tasha, omar, priya, luis, ana, sam, eli."""
    return make_cast()
