"""Claim what is due, do it, say so: at least once, by any number of workers, on SQLite and PostgreSQL.

A claim is a compare-and-set that hides the task for a lease. What a task writes and the word "done" commit together,
so that a worker killed in between repeats the task and never doubles it.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone

from handrail.records.casebook.models import Heartbeat, Task
from handrail.records.casebook.tasks import new_task
from handrail.worker.duties import DUTIES, PERIODIC, Duty

log = logging.getLogger("handrail.worker")

LEASE = timedelta(minutes=5)
MOST_TRIES = 8
BEAT_SECONDS = 5.0
QUICKEST_SECONDS, SLOWEST_SECONDS = 0.5, 2.0
ERROR_WAIT_SECONDS = 3.0


class LostLease(Exception):
    """Somebody else has claimed the task in the meantime; what this worker did is rolled back."""


class Worker:
    """One worker process. `stop` ends it after the task in hand."""

    def __init__(self, *, clock: Callable[[], datetime] = timezone.now) -> None:
        self.name = f"{socket.gethostname()[:50]}:{os.getpid()}"
        self.clock = clock
        self.stop = threading.Event()
        self.started_at = clock()
        self.slots: dict[str, int] = {}
        self.beaten = float("-inf")

    def run(self) -> None:
        """Work until told to stop. A database that is away is waited for."""
        wait = QUICKEST_SECONDS
        while not self.stop.is_set():
            try:
                self.beat()
                self.plan_periodic()
                did = self.work_once()
                close_old_connections()
            except DatabaseError as error:
                log.warning("the database is away: %s", type(error).__name__)
                self._hang_up()
                self.stop.wait(ERROR_WAIT_SECONDS)
                continue
            wait = QUICKEST_SECONDS if did else min(wait * 1.5, SLOWEST_SECONDS)
            if not did:
                self.stop.wait(wait)
        self._leave()

    def work_once(self) -> bool:
        """Claim and do one task; False when nothing is due."""
        now = self.clock()
        task = claim(now)
        if task is None:
            return False
        carry_out(task, clock=self.clock)
        return True

    def beat(self) -> None:
        """Say that this worker lives, every few seconds."""
        if time.monotonic() - self.beaten < BEAT_SECONDS:
            return
        self.beaten = time.monotonic()
        Heartbeat.objects.update_or_create(
            pk=self.name, defaults={"beat_at": self.clock()}, create_defaults=self._first_beat()
        )

    def _first_beat(self) -> dict[str, datetime]:
        return {"started_at": self.started_at, "beat_at": self.clock()}

    def plan_periodic(self) -> None:
        """Leave the tasks of this time slot. Their keys are unique, so any number of workers may do it."""
        now = self.clock()
        fresh = []
        for kind, seconds in PERIODIC.items():
            slot = int(now.timestamp()) // seconds
            if self.slots.get(kind) != slot:
                fresh.append(new_task(kind, key=str(slot), run_at=now, now=now))
                self.slots[kind] = slot
        if fresh:
            Task.objects.bulk_create(fresh, ignore_conflicts=True)

    def _hang_up(self) -> None:
        self.slots.clear()
        self.beaten = float("-inf")
        if not connection.in_atomic_block:
            connection.close()

    def _leave(self) -> None:
        try:
            Heartbeat.objects.filter(pk=self.name).delete()
        except DatabaseError as error:
            log.warning("could not sign off: %s", type(error).__name__)


def claim(now: datetime) -> Task | None:
    """Take the oldest due task for the length of a lease, or None when nothing is due."""
    for task in Task.objects.due(now)[:16]:
        taken = Task.objects.filter(pk=task.pk, state="ready", attempts=task.attempts, run_at=task.run_at).update(
            attempts=task.attempts + 1, run_at=now + LEASE
        )
        if taken:
            task.attempts += 1
            return task
    return None


def carry_out(task: Task, *, clock: Callable[[], datetime] = timezone.now) -> None:
    """Run a claimed task and mark it done, or put it back with a later time, or give it up after the last try."""
    now = clock()
    duty = DUTIES.get(task.kind)
    if duty is None or task.attempts > MOST_TRIES:
        _give_up(task, duty, now=now, error=task.last_error or "UnknownKind")
        return
    try:
        if duty.reaches_out or duty.is_apart:
            duty.run(task.args, now)
            _finish(task, now=clock())
        else:
            with transaction.atomic():
                duty.run(task.args, now)
                _finish(task, now=now)
    except LostLease:
        log.info("%s task %s was taken over", task.kind, task.pk)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the task is tried again and its kind is kept
        _put_back(task, duty, error, now=clock())


def _finish(task: Task, *, now: datetime) -> None:
    done = _held(task).update(state="done", done_at=now, last_error="")
    if not done:
        raise LostLease


def _held(task: Task) -> Any:
    return Task.objects.filter(pk=task.pk, state="ready", attempts=task.attempts)


def _put_back(task: Task, duty: Duty, error: Exception, *, now: datetime) -> None:
    """Only the kind of error is kept: its text may quote what a person wrote."""
    name = type(error).__name__[:80]
    log.warning("%s task %s failed, try %s of %s: %s", task.kind, task.pk, task.attempts, MOST_TRIES, name)
    if task.attempts >= MOST_TRIES:
        _give_up(task, duty, now=now, error=name)
        return
    _held(task).update(run_at=now + wait_after(task.attempts), last_error=name)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after a failed try: 2 s, 4 s, 8 s … at most 10 minutes."""
    return timedelta(seconds=min(2**attempts, 600))


def _give_up(task: Task, duty: Duty | None, *, now: datetime, error: str) -> None:
    """The last try failed: the task is marked, and a request it was for goes back on the desk's turn."""
    log.error("%s task %s was given up: %s", task.kind, task.pk, error)
    with transaction.atomic():
        given_up = _held(task).update(state="failed", done_at=now, last_error=error)
        if given_up and duty is not None and duty.when_given_up is not None:
            duty.when_given_up(task.args, now)
