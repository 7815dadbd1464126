"""How soon a change of the directory is seen in every process, and what a stream of changes costs those who search."""

import multiprocessing
import random
import statistics
import time
from itertools import count, cycle
from multiprocessing.connection import Connection
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bench.find import SHOWN, ask_near, fill
from bench.place import close_connections
from bench.run import Bar, Row, p99_ms
from handrail.actions.directory.say import state_capacity
from handrail.actions.directory.sources import bump_version
from handrail.core.access import Actor
from handrail.core.needs import Needs
from handrail.records.directory import snapshot
from handrail.records.directory.models import Program

READERS = 2
CHANGES = 6
A_SECOND = 20
SLICE_SECONDS = 4.5  # three looks of the watcher
OPERATOR = Actor("operator", "bench")


def rows(seconds: float) -> list[Row]:
    """Changes seen by other processes; then searching in this one, with and without changes, in turns."""
    fill()
    programs = list(Program.objects.order_by("pk")[:2_000])
    questions = ask_near(list(snapshot.snapshot().offers()))
    snapshot.forget()
    waits = seen_after(programs)
    rate = while_changing(programs, questions, seconds)
    quiet, busy = (statistics.fmean(rate[name]) for name in ("quiet", "busy"))
    stall, made_in = while_made_anew(questions)
    return [
        Row(f"Find: a change is seen in {READERS} other processes, slowest of {CHANGES}", max(waits), "s",
            "fastest", min(waits), Bar("<=", 5)),
        Row(f"Find: searches while {A_SECOND} openings a second change, by processor time", busy, "a second",
            "nothing changes", quiet),
        Row("Find: slower for the changes", 100 * (1 - busy / quiet), "percent", bar=Bar("<=", 10)),
        Row("Find: longest search while everything is made anew", 1000 * max(stall), "ms",
            "99th percentile", p99_ms(stall)),
        Row("Find: everything made anew beside those searches", made_in, "s", bar=Bar("<=", 5)),
    ]  # fmt: skip


def seen_after(programs: list[Program]) -> list[float]:
    """Seconds from the commit of a change until each other process shows it."""
    close_connections()
    context = multiprocessing.get_context("fork")
    ends, children = [], []
    for _ in range(READERS):
        here, there = context.Pipe()
        child = context.Process(target=_watch_one, args=(there,), daemon=True)
        child.start()
        ends.append(here)
        children.append(child)
    waits = []
    for end in ends:
        end.recv()  # it has its snapshot
    for number in range(1, CHANGES + 1):
        program = programs[number]
        time.sleep(random.Random(number).random())
        for end in ends:
            end.send((str(program.pk), number))
        _state(program, number)
        committed = time.time()
        waits += [end.recv() - committed for end in ends]
    for end, child in zip(ends, children, strict=True):
        end.send(None)
        child.join()
    return waits


def _watch_one(line: Connection) -> None:
    """Say when each change that is named shows here."""
    snapshot.snapshot()
    line.send(0.0)
    while (wanted := line.recv()) is not None:
        program_id, openings = wanted
        end = time.monotonic() + 30
        while time.monotonic() < end:
            listing = snapshot.snapshot().by_id(program_id)
            if listing and any(said.openings == openings for said in listing.offer.statements):
                break
            time.sleep(0.005)
        line.send(time.time())
    snapshot.forget()


def while_changing(programs: list[Program], questions: list[Needs], seconds: float) -> dict[str, list[float]]:
    """Searches a second, in slices: nothing changes, then openings change in a process of their own, and again."""
    context = multiprocessing.get_context("fork")
    going, ended = context.Event(), context.Event()
    close_connections()
    writer = context.Process(target=_change_on, args=([p.pk for p in programs], going, ended), daemon=True)
    writer.start()
    asked, now = cycle(questions), timezone.now()
    rates: dict[str, list[float]] = {"quiet": [], "busy": []}
    slices = max(3, round(2 * seconds))
    _search(asked, now, 1.0)
    for _ in range(slices):
        going.clear()
        time.sleep(2.0)  # the last change has been taken in
        rates["quiet"].append(_rate(asked, now))
        going.set()
        rates["busy"].append(_rate(asked, now))
    ended.set()
    going.set()
    writer.join()
    return rates


def _rate(asked: Any, now: Any) -> float:
    """Searches in a second of processor time of this whole process, so that the watcher's work counts as well.

    What the process that writes takes from a busy machine is not the searchers' affair and does not count.
    """
    began = time.process_time()
    return len(_search(asked, now, SLICE_SECONDS)) / (time.process_time() - began)


def _search(asked: Any, now: Any, seconds: float) -> list[float]:
    """Search again and again; how long each took."""
    times, end = [], time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        known = snapshot.snapshot()
        known.columns.top(next(asked), now=now, count=SHOWN, id_of=known.shelf.id_of)
        times.append(time.perf_counter() - began)
    return times


def _change_on(ids: list[Any], going: Any, ended: Any) -> None:
    """State openings so many times a second while `going` is set."""
    turn, numbers = cycle(Program.objects.filter(pk__in=ids)), count(1)
    following = time.monotonic()
    while not ended.is_set():
        if not going.is_set():
            going.wait()
            following = time.monotonic()
            continue
        _state(next(turn), next(numbers) % 50)
        following += 1 / A_SECOND
        time.sleep(max(0.0, following - time.monotonic()))
    close_connections()


def _state(program: Program, openings: int) -> None:
    state_capacity(program, actor=OPERATOR, label="Beds", kind="beds", openings=openings, now=timezone.now())


def while_made_anew(questions: list[Needs]) -> tuple[list[float], float]:
    """How long searches take while everything has changed at once, and how long until the new snapshot stands."""
    asked, now = cycle(questions), timezone.now()
    with transaction.atomic():
        number = bump_version()
    connection.close()
    began, times = time.monotonic(), []
    while snapshot.snapshot().number < number and time.monotonic() - began < 60:
        times += _search(asked, now, 0.1)
    return times, time.monotonic() - began
