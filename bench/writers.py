"""Whether the ledger makes writers wait for each other: one process that asks, then four, on PostgreSQL.

Each request has a chain of its own, so two writers never share a row. Beside it: the same rows by bare SQL, which has
no ledger to wait for and shows what this machine gives to four writers at most.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from bench.ask import drafts
from bench.bare import BareWriter, postgres_line
from bench.place import together
from bench.run import Bar, Row
from handrail.actions import ask
from handrail.records.casebook.models import HelpRequest

WRITERS = 4
BATCH = 100
LOOK_SECONDS = 0.01
_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
"""

Ready = Callable[[], Any]
Span = tuple[float, float]


def rows(seconds: float) -> list[Row]:
    """Requests a second by one process and by four, in turns with bare SQL, while another looks for waiting locks."""
    for token in drafts(1):
        ask.send(token, now=timezone.now())
    model = HelpRequest.objects.latest("asked_at")
    BareWriter(model).close()  # makes the tables
    spans: dict[str, list[float]] = {"one": [], "four": [], "bare one": [], "bare four": []}
    waits = looks = 0
    end = time.monotonic() + 2 * seconds
    while time.monotonic() < end:
        for count, name in ((1, "one"), (WRITERS, "four")):
            ready = [list(drafts(BATCH)) for _ in range(count)]
            with Watch() as watch:
                spans[name].append(rate(together([_sender(tokens) for tokens in ready])))
            waits, looks = waits + watch.waits, looks + watch.looks
            spans[f"bare {name}"].append(rate(together([_bare(model)] * count)))
    mean = {name: sum(values) / len(values) for name, values in spans.items()}
    gain, bare_gain = mean["four"] / mean["one"], mean["bare four"] / mean["bare one"]
    return [
        Row("Writers: requests made by one process", mean["one"], "a second", "bare SQL, one", mean["bare one"]),
        Row("Writers: requests made by four processes", mean["four"], "a second", "bare SQL, four", mean["bare four"]),
        Row("Writers: four over one", gain, "times", "bare SQL, four over one", bare_gain),
        Row(f"Writers: seen waiting for a lock, in {looks} looks", waits, "", bar=Bar("=", 0)),
    ]


def rate(spans: list[Span]) -> float:
    """Requests a second, from the first one's start to the last one's end."""
    return BATCH * len(spans) / (max(end for _, end in spans) - min(began for began, _ in spans))


def _sender(tokens: list[str]) -> Callable[[Ready], Span]:
    def run(ready: Ready) -> Span:
        connection.ensure_connection()
        ready()
        began = time.perf_counter()
        for token in tokens:
            ask.send(token, now=timezone.now())
        return began, time.perf_counter()

    return run


def _bare(model: HelpRequest) -> Callable[[Ready], Span]:
    def run(ready: Ready) -> Span:
        writer = BareWriter(model)
        ready()
        began = time.perf_counter()
        writer.write(BATCH)
        return began, time.perf_counter()

    return run


class Watch(threading.Thread):
    """Looks again and again whether anybody in this database waits for a lock that another holds."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.line: psycopg.Connection[Any] = postgres_line()
        self.over = threading.Event()
        self.waits = self.looks = 0

    def run(self) -> None:
        while not self.over.wait(LOOK_SECONDS):
            found = self.line.execute(_WAITING).fetchone()
            self.waits += int(found[0]) if found else 0
            self.looks += 1

    def __enter__(self) -> "Watch":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.over.set()
        self.join()
        self.line.close()
