"""The floor of asking: the very rows of one request, written again without Django in one durable transaction."""

import sqlite3
import time
import uuid
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from handrail.records.casebook.models import HelpRequest

# Each table a Send writes, and which of its rows belong to one request. "draft" is an update there and a row here.
TABLES: dict[str, str] = {
    "casebook_person": "id = (SELECT person_id FROM casebook_helprequest WHERE id = {request})",
    "casebook_helprequest": "id = {request}",
    "casebook_timelineentry": "request_id = {request}",
    "casebook_task": "key LIKE {task}",
    "casebook_draft": "request_id = {request}",
    "ledger_entry": "stream = {stream}",
    "ledger_head": "stream = {stream}",
}
FRESH = ("id", "person_id", "request_id", "code_hash", "key", "stream", "token_hash")
NUMBERED = ("casebook_timelineentry", "casebook_task", "ledger_entry")  # these count their own ids
SCHEMA = "bench_floor"


class BareWriter:
    """Writes copies of one request's rows into empty tables like the real ones, indexes and all."""

    def __init__(self, request: HelpRequest) -> None:
        self.is_lite = connection.vendor == "sqlite"
        self.rows = [(table, *_row(table, where, request)) for table, where in TABLES.items()]
        self.line: Any = _lite_copy() if self.is_lite else _postgres_copy()
        self.statements = [self._statement(table, names) for table, names, _values in self.rows]

    def write(self, count: int) -> tuple[float, list[float]]:
        """Write that many requests: seconds in all and of each."""
        times = []
        for _ in range(count):
            began = time.perf_counter()
            self._write_one()
            times.append(time.perf_counter() - began)
        return sum(times), times

    def close(self) -> None:
        """Close the connection."""
        self.line.close()

    def _write_one(self) -> None:
        fresh = uuid.uuid4()
        run = self.line.execute
        run("BEGIN IMMEDIATE" if self.is_lite else "BEGIN")
        for (_table, names, values), sql in zip(self.rows, self.statements, strict=True):
            run(sql, [fresh.hex if name in FRESH else value for name, value in zip(names, values, strict=True)])
        run("COMMIT")

    def _statement(self, table: str, names: list[str]) -> str:
        places = ", ".join(["?" if self.is_lite else "%s"] * len(names))
        where = table if self.is_lite else f"{SCHEMA}.{table}"
        return f"INSERT INTO {where} ({', '.join(names)}) VALUES ({places})"


def _row(table: str, where: str, request: HelpRequest) -> tuple[list[str], list[Any]]:
    """The columns and stored values of one row of a request, without an id that counts itself."""
    is_lite = connection.vendor == "sqlite"
    values = {"request": request.pk.hex if is_lite else str(request.pk), "task": f"clock:{request.pk}:%"}
    values["stream"] = request.stream
    params = [values[name] for name in values if f"{{{name}}}" in where]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        names = [column[0] for column in cursor.description]
        if table in NUMBERED:
            names.remove("id")
        # As text on PostgreSQL, so that every type goes back in as it came out.
        shown = ", ".join(name if is_lite else f"{name}::text" for name in names)
        cursor.execute(
            f"SELECT {shown} FROM {table} WHERE {where.format(request='%s', task='%s', stream='%s')}", params
        )
        found = cursor.fetchall()
    if len(found) != 1:
        raise RuntimeError(f"{table} holds {len(found)} rows of one request.")
    return names, list(found[0])


def _lite_copy() -> sqlite3.Connection:
    """Empty tables in a file beside the real one, with the real one's pragmas."""
    line = sqlite3.connect(settings.HANDRAIL_DATA / "bare.sqlite3", isolation_level=None, timeout=20)
    line.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000;")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql, tbl_name FROM sqlite_master WHERE type IN ('table', 'index') ORDER BY type DESC")
        for sql, table in cursor.fetchall():
            if sql and table in TABLES:
                line.execute(sql)
    return line


def _postgres_copy() -> psycopg.Connection[Any]:
    """Empty tables in a schema of their own."""
    line = postgres_line()
    line.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for table in TABLES:
        line.execute(f"CREATE TABLE IF NOT EXISTS {SCHEMA}.{table} (LIKE {table} INCLUDING ALL)")
    return line


def postgres_line() -> psycopg.Connection[Any]:
    """A plain connection to the database that is measured."""
    return psycopg.connect(settings.DATABASE_URL, autocommit=True)
