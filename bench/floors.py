"""The run's own floors: what this machine does in this minute when it does nothing for anybody."""

import os
import sqlite3
import sys
from pathlib import Path

import psycopg

from bench.place import Browser, answering
from bench.run import Row, in_turns, median_ms

HELLO = [sys.executable, "-m", "bench.hello"]
BLOCK = b"\0" * 4096


def make_durable(file: int) -> None:
    """Write one block and wait until the disk has it."""
    os.pwrite(file, BLOCK, 0)
    os.fdatasync(file)


def measure(folder: Path, postgres: str | None, seconds: float) -> list[Row]:
    """The trivial view over HTTP, SELECT 1, and one block made durable, all in turns."""
    lite = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
    file = os.open(folder / "floor.bin", os.O_WRONLY | os.O_CREAT, 0o600)
    with answering(HELLO, {}) as port:
        browser = Browser(port)
        parts = {
            "Trivial view: hello over HTTP, same server": lambda: browser.get("/"),
            "SELECT 1 on SQLite": lambda: lite.execute("SELECT 1").fetchone(),
            "fdatasync of one 4 kB block": lambda: make_durable(file),
        }
        pg = psycopg.connect(postgres, autocommit=True) if postgres else None
        if pg:
            parts["SELECT 1 on PostgreSQL"] = lambda: pg.execute("SELECT 1").fetchone()
        times = in_turns(parts, seconds=seconds)
        if pg:
            pg.close()
    os.close(file)
    lite.close()
    return [Row(f"Floor: {name}", round(median_ms(took), 4), "ms") for name, took in times.items()]
