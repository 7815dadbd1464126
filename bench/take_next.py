"""Eight counselors press Take next at once: how many a second are given out, and whether each is given rightly.

Rightly means: nobody twice; and nobody is given while somebody who stands higher in the printed order waited all the
time that the taking took. People in danger keep arriving meanwhile, so that the first of the queue keeps changing.
"""

import multiprocessing
import random
import sqlite3
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.bare import postgres_line
from bench.fill import answers, counselors, fill
from bench.place import together
from bench.run import Bar, Row, median_ms, p99_ms
from handrail.actions import ask
from handrail.actions._frame import Stale
from handrail.core.access import Actor
from handrail.records.accounts.models import Staff
from handrail.records.casebook.models import HelpRequest
from handrail.records.ledger.models import Entry

COUNSELORS = 8
EACH = 100
ROUNDS = 3
ARRIVE_SECONDS = 0.1

Ready = Callable[[], Any]
Order = tuple[int, datetime, UUID]


@dataclass(frozen=True)
class Taking:
    """One press of Take next: when it began and ended on the shared clock, and whom it gave."""

    began: float
    ended: float
    given: UUID | None


@dataclass(frozen=True)
class Share:
    """What one counselor did, and how often they were told that the queue is too busy."""

    takings: list[Taking]
    busy: int


def rows(seconds: float) -> list[Row]:
    """Rounds of eight counselors, in turns with eight bare SQL writers on a queue of the same length."""
    members = counselors(COUNSELORS)
    rounds = max(1, min(ROUNDS, round(seconds)))
    fill(rounds * COUNSELORS * EACH + 400, waiting=rounds * COUNSELORS * EACH + 400, now=timezone.now())
    make_bare_queue(rounds * COUNSELORS * EACH)
    shares: list[Share] = []
    arrivals: dict[UUID, float] = {}
    spent, bare_spent = 0.0, 0.0
    for _ in range(rounds):
        at_work = multiprocessing.get_context("fork").Value("i", COUNSELORS)
        *done, arrived = together([*(_counselor(member, at_work) for member in members), _arriving(at_work)])
        shares += done
        arrivals |= arrived
        spent += span([taking for share in done for taking in share.takings])
        bare = together([_bare_taker] * COUNSELORS)
        bare_spent += max(end for _, end in bare) - min(began for began, _ in bare)
    takings = [taking for share in shares for taking in share.takings]
    given = [taking for taking in takings if taking.given is not None]
    took = [taking.ended - taking.began for taking in takings]
    total = rounds * COUNSELORS * EACH
    floor = ("bare SQL, eight takers", total / bare_spent)
    name = f"Take next, {COUNSELORS} counselors"
    return [
        Row(name, len(given) / spent, "a second", *floor, bar=Bar(">=", 400)),
        Row(f"{name}, median", median_ms(took), "ms"),
        Row(f"{name}, 99th percentile", p99_ms(took), "ms"),
        Row(f"{name}: told that the queue is busy", sum(share.busy for share in shares), ""),
        Row(f"{name}: given twice, of {len(given):,}", given_twice(given), "", bar=Bar("=", 0)),
        Row(f"{name}: passed over, {len(arrivals)} arriving in danger", passed_over(given, arrivals), "",
            bar=Bar("=", 0)),
    ]  # fmt: skip


def span(takings: list[Taking]) -> float:
    """Seconds from the first start to the last end."""
    return max(taking.ended for taking in takings) - min(taking.began for taking in takings)


def _counselor(member: Staff, at_work: Any) -> Callable[[Ready], Share]:
    actor: Actor = member.actor()

    def run(ready: Ready) -> Share:
        connection.ensure_connection()
        takings, busy = [], 0
        ready()
        for _ in range(EACH):
            began = time.perf_counter()
            try:
                request = ask.take_next(actor, now=timezone.now())
            except Stale:
                busy, request = busy + 1, None
            takings.append(Taking(began, time.perf_counter(), request.pk if request else None))
        with at_work.get_lock():
            at_work.value -= 1
        return Share(takings, busy)

    return run


def _arriving(at_work: Any) -> Callable[[Ready], dict[UUID, float]]:
    """Somebody in danger asks ten times a second while any counselor is at work: who, and since when they stand."""
    chance = random.Random()

    def run(ready: Ready) -> dict[UUID, float]:
        arrived = {}
        ready()
        while at_work.value:
            now = timezone.now()
            sent = ask.send(ask.keep("", {**answers(chance), "now": "overdose"}, now=now), now=now)
            arrived[UUID(sent.request_id)] = time.perf_counter()
            time.sleep(ARRIVE_SECONDS)
        return arrived

    return run


def given_twice(given: list[Taking]) -> int:
    """How many were given to more than one, by what the counselors were told, by the ledger, and by who owns them."""
    told = sum(count - 1 for count in Counter(taking.given for taking in given).values())
    entered = Counter(Entry.objects.filter(verb="take_next").values_list("stream", flat=True))
    in_ledger = sum(count - 1 for count in entered.values())
    owned = HelpRequest.objects.exclude(owner=None).count()
    if len(entered) != owned or len(entered) != len(given):
        raise RuntimeError(f"{len(given)} were given, {len(entered)} are in the ledger, {owned} have an owner.")
    return told + in_ledger


def passed_over(given: list[Taking], arrivals: dict[UUID, float]) -> int:
    """How many takings gave somebody although a higher one waited from before their start until after their end."""
    order = {row.pk: _order(row) for row in HelpRequest.objects.with_queue_rank(timezone.now())}
    taken = {taking.given: taking for taking in given}
    never = float("inf")
    wrong = 0
    # For each request: from when it stood in the queue, and when somebody first may have taken it away.
    stood = [(order[pk], arrivals.get(pk, 0.0), taken[pk].began if pk in taken else never) for pk in order]
    stood.sort()
    places = [place for place, _, _ in stood]
    for taking in given:
        higher = stood[: bisect_left(places, order[taking.given])] if taking.given else []
        wrong += any(since < taking.began and until > taking.ended for _, since, until in higher)
    return wrong


def _order(row: Any) -> Order:
    return (row.queue_rank, row.due_at, row.pk)


def make_bare_queue(count: int) -> None:
    """A queue of numbers in a table of its own, with the one index that its order needs."""
    line = _bare_line()
    line.execute("CREATE TABLE bench_queue (id integer PRIMARY KEY, place integer NOT NULL, owner integer)")
    line.execute("CREATE INDEX bench_queue_order ON bench_queue (place) WHERE owner IS NULL")
    sign = "?" if connection.vendor == "sqlite" else "%s"
    line.execute("BEGIN")
    cursor = line.cursor()
    sql = f"INSERT INTO bench_queue (id, place) VALUES ({sign}, {sign})"
    cursor.executemany(sql, [(number, number) for number in range(count)])
    line.execute("COMMIT")
    line.close()


def _bare_taker(ready: Ready) -> tuple[float, float]:
    """Take the first free number that many times, each in one durable transaction."""
    is_lite = connection.vendor == "sqlite"
    line = _bare_line()
    skip = "" if is_lite else "FOR UPDATE SKIP LOCKED"
    sql = (
        "UPDATE bench_queue SET owner = 1 WHERE id = "
        f"(SELECT id FROM bench_queue WHERE owner IS NULL ORDER BY place LIMIT 1 {skip})"
    )
    ready()
    began = time.perf_counter()
    for _ in range(EACH):
        line.execute("BEGIN IMMEDIATE" if is_lite else "BEGIN")
        line.execute(sql)
        line.execute("COMMIT")
    return began, time.perf_counter()


def _bare_line() -> Any:
    if connection.vendor != "sqlite":
        return postgres_line()
    line = sqlite3.connect(settings.HANDRAIL_DATA / "bare.sqlite3", isolation_level=None, timeout=20)
    line.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    return line
