"""The finder's snapshot: every listed program in memory, read-only, shared by every page of a process.

    known = snapshot()
    found = known.find(needs, now=now, order="best", first=0, count=10, fresh_hours=hours)
    found.matches   the places in positions first to first + count, as core.match.rank would list them
    found.total     how many there are in all
    known.count(needs, now=now)   the same number alone, for a fraction of the time
    known.by_slug(address), known.by_id(program_id)   one listing, or None

One thread of each process looks at the directory's version. When it or the day has changed, that thread makes a new
snapshot off to the side and swaps it in whole; a reader never asks the database and never waits. While the database
does not answer, the last snapshot goes on answering. Only inside a transaction does a reader look for itself, because
nobody else can see what was written there.
"""

import logging
import os
import threading
import time
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, Error, connections, transaction
from django.utils import timezone

from handrail.records.directory.held import Found, Snapshot, read_version, renewed
from handrail.records.directory.listing import Listing

__all__ = ["Found", "Listing", "Snapshot", "forget", "read_version", "snapshot", "warm_up"]

log = logging.getLogger(__name__)

# How often the version is looked at, and how long the database is left alone after it did not answer.
CHECK_SECONDS = 1.5
AWAY_SECONDS = 3.0
# A new snapshot is made in turns with the readers: so long at a time, then a rest.
WORK_SECONDS = 0.001
REST_SECONDS = 0.0005


@dataclass(frozen=True)
class _Inside:
    """What one thread made inside a transaction. `mark` is replaced by Django when it, or a part of it, ends."""

    mark: Any
    made: Snapshot


class _Turns:
    """Lets readers have the interpreter between two pieces of work."""

    def __init__(self) -> None:
        self._until = time.perf_counter() + WORK_SECONDS

    def __call__(self) -> None:
        if time.perf_counter() > self._until:
            time.sleep(REST_SECONDS)
            self._until = time.perf_counter() + WORK_SECONDS


def _go_on() -> None:
    """Somebody is waiting: no rest."""


class _Keeper:
    """Holds the process's snapshot, and the thread that watches the version."""

    def __init__(self) -> None:
        self.current: Snapshot | None = None
        self.inside = threading.local()
        self.begin()

    def begin(self) -> None:
        """Nobody watches yet: in a new process, and in one that was just forked."""
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.watcher: threading.Thread | None = None

    def read(self) -> Snapshot:
        """The snapshot to answer from. The very first reader waits for it to be made; nobody else ever waits."""
        connection = transaction.get_connection()
        if connection.in_atomic_block:
            return self._read_inside(connection)
        current = self.current
        if current is None or self.watcher is None:
            with self.lock:
                current = self.current
                if current is None:
                    current = self.current = renewed(None, read_version(), timezone.now().date(), pause=_go_on)
                if self.watcher is None:
                    self.watcher = threading.Thread(target=self._watch, args=(self.stop,), daemon=True)
                    self.watcher.start()
        return current

    def look(self) -> None:
        """Swap in a new snapshot if the version or the day has changed."""
        current, number, today = self.current, read_version(), timezone.now().date()
        if current is not None and (number, today) != (current.number, current.today):
            made = renewed(current, number, today, pause=_Turns())
            if self.current is current:  # nobody has said to forget it meanwhile
                self.current = made

    def forget(self) -> None:
        """Hold nothing, watch nothing."""
        watcher = self.watcher
        self.stop.set()
        if watcher is not None and watcher is not threading.current_thread():
            watcher.join(timeout=10)
        self.current, self.inside = None, threading.local()
        self.begin()

    def _watch(self, stop: threading.Event) -> None:
        seconds = CHECK_SECONDS
        try:
            while not stop.wait(seconds):
                seconds = CHECK_SECONDS
                try:
                    self.look()
                except Error as error:
                    log.warning("the directory does not answer: %s", type(error).__name__)
                    connections.close_all()
                    seconds = AWAY_SECONDS
                except Exception:  # the watcher must outlive what it did not foresee
                    log.exception("the directory could not be read")
                    seconds = AWAY_SECONDS
        finally:
            connections.close_all()

    def _read_inside(self, connection: Any) -> Snapshot:
        """Inside a transaction: what this thread has written is seen by it alone, and goes with the transaction."""
        current = self.current
        try:
            number, today = read_version(), timezone.now().date()
        except DatabaseError:
            if current is None:
                raise
            return current
        held: _Inside | None = getattr(self.inside, "held", None)
        if held is not None and held.mark is connection.run_on_commit:
            current = held.made
        if current is not None and (number, today) == (current.number, current.today):
            return current
        made = renewed(current, number, today, pause=_go_on)
        self.inside.held = _Inside(connection.run_on_commit, made)
        return made


_keeper = _Keeper()
os.register_at_fork(after_in_child=_keeper.begin)


def snapshot() -> Snapshot:
    """The listed programs, at most a few seconds old. Raises DatabaseError only when there has never been one."""
    return _keeper.read()


def warm_up() -> None:
    """Make the snapshot beside the first requests, so that the finder has one when the database then goes away."""
    threading.Thread(target=_warm, daemon=True).start()


def _warm() -> None:
    try:
        snapshot()
    except Error as error:
        log.warning("no directory yet: %s", type(error).__name__)
    finally:
        connections.close_all()


def forget() -> None:
    """Drop this process's snapshot and stop watching, so that the next reader makes a new one."""
    _keeper.forget()
