"""The finder's snapshot: every listed program in memory, read-only, shared by every page of a process.

It is rebuilt off to the side when the directory's version or the day changes, and swapped in whole. When the
database does not answer, the last snapshot goes on answering.
"""

import itertools
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from handrail.core.answers import Answers
from handrail.core.facts import DETAILS
from handrail.core.match import EARTH_MILES, Offer
from handrail.records.directory.models import Version
from handrail.records.directory.telling import Telling, tell

log = logging.getLogger(__name__)

# How often the version is looked at; after how long without a look a reader waits for the new one rather than
# showing openings of an hour ago; and how long the database is left alone after it did not answer.
CHECK_SECONDS = 2.0
QUIET_SECONDS = 4.0
AWAY_SECONDS = 10.0
MILES_PER_DEGREE = 69.0

_serials = itertools.count(1)


@dataclass(frozen=True)
class Listing:
    """One program as a page shows it: the offer that is ranked, and what only its own page needs.

    `doubted` is not known until our staff have checked what two people told us; `checking` is being checked now.
    `told_by` is who said each detail that is shown, on what day, and until when it is believed.
    """

    offer: Offer
    intake_phone: str
    website: str
    street2: str
    day_one: tuple[str, ...]
    source_name: str
    source_url: str
    doubted: frozenset[str]
    checking: frozenset[str]
    answers: Answers | None
    told_by: Mapping[str, tuple[str, date, date]]


class Snapshot:
    """The listed programs of one version of the directory on one day. Rows are sorted by latitude.

    Listings are made when first asked for, then kept: most searches touch one corner of the country.
    """

    def __init__(self, key: tuple[int, date], told: list[Telling]) -> None:
        # One number for each snapshot of this process, for whoever keeps what was worked out from it.
        self.serial = next(_serials)
        self.number, self.today = key
        told.sort(key=lambda each: (each.row["location__latitude"] is None, each.row["location__latitude"] or 0.0))
        self._told = told
        self._listings: list[Listing | None] = [None] * len(told)
        points = [each.row for each in told if each.row["location__latitude"] is not None]
        self._latitudes = np.array([row["location__latitude"] for row in points], dtype=np.float64)
        self._longitudes = np.array([row["location__longitude"] for row in points], dtype=np.float64)
        # Entries merged into a place lead to it by their own id and address.
        self._by_slug = {slug: index for index, each in enumerate(told) for _, slug in each.parts}
        self._by_slug |= {each.row["slug"]: index for index, each in enumerate(told)}
        self._by_id = {str(pk): index for index, each in enumerate(told) for pk, _ in each.parts}
        self._by_id |= {str(each.row["id"]): index for index, each in enumerate(told)}
        self.is_sample = any(each.row["is_sample"] for each in told)

    def keep_from(self, before: "Snapshot") -> None:
        """Take over the listings of an older snapshot that have not changed, so that nobody makes them again."""
        if before.today != self.today:
            return
        for index, each in enumerate(self._told):
            old = before._by_id.get(str(each.row["id"]))
            if old is not None and before._listings[old] is not None and before._told[old] == each:
                self._listings[index] = before._listings[old]

    def __len__(self) -> int:
        return len(self._told)

    def listing(self, index: int) -> Listing:
        """The listing in one row."""
        found = self._listings[index]
        if found is None:
            found = self._listings[index] = listing_of(self._told[index], self.today)
        return found

    def offers(self) -> Iterable[Offer]:
        """Every listed program, from south to north."""
        return (self.listing(index).offer for index in range(len(self._told)))

    def by_slug(self, slug: str) -> Listing | None:
        """The program of that address, or None when it is not listed."""
        index = self._by_slug.get(slug)
        return None if index is None else self.listing(index)

    def by_id(self, program_id: object) -> Listing | None:
        """The program of that id, or None when it is not listed."""
        index = self._by_id.get(str(program_id))
        return None if index is None else self.listing(index)

    def near(self, latitude: float, longitude: float, miles: float) -> list[tuple[Offer, float]]:
        """Programs within so many miles, the nearest first, each with its distance."""
        first, distances = self._distances(latitude, longitude, miles)
        inside = np.flatnonzero(distances <= miles)
        inside = inside[np.argsort(distances[inside], kind="stable")]
        return [(self.listing(first + int(index)).offer, float(distances[index])) for index in inside]

    def _distances(self, latitude: float, longitude: float, miles: float) -> tuple[int, Any]:
        """The first row of the band of latitude that can be near enough, and the distance of each row in it."""
        band = miles / MILES_PER_DEGREE + 0.01
        first, last = np.searchsorted(self._latitudes, (latitude - band, latitude + band))
        there = np.radians(self._latitudes[first:last])
        across = np.sin(np.radians(self._longitudes[first:last] - longitude) / 2) ** 2
        here = np.radians(latitude)
        half = np.sin((there - here) / 2) ** 2 + np.cos(here) * np.cos(there) * across
        return int(first), 2 * EARTH_MILES * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


def listing_of(told: Telling, today: date) -> Listing:
    """What is told of a place, as a page shows it on that day."""
    row = told.row
    shown = {key: told.detail(key, today) for key in DETAILS}
    offer = Offer(
        program_id=str(row["id"]),
        slug=row["slug"],
        name=shown["name"],
        organization=row["organization__name"],
        phone=shown["phone"],
        street=shown["street1"],
        city=shown["city"],
        state=row["location__state"],
        zip5=shown["zip5"],
        latitude=row["location__latitude"],
        longitude=row["location__longitude"],
        geocode=row["location__geocode"],
        walk_in_hours=shown["walk_in_hours"],
        source=row["source__name"],
        observed_on=row["observed_on"],
        is_sample=row["is_sample"],
        facts=told.facts(today),
        statements=told.openings(),
    )
    return Listing(
        offer=offer,
        intake_phone=shown["intake_phone"],
        website=shown["website"],
        street2=shown["street2"],
        day_one=tuple(str(line) for line in row["day_one"]),
        source_name=row["source__name"],
        source_url=row["source__url"],
        doubted=told.doubted,
        checking=told.checking,
        answers=told.answers,
        told_by={key: told.provenance(key) for key, value in shown.items() if value},
    )


def read_version() -> int:
    """The directory's number now; 0 before anything was written."""
    return Version.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def build(number: int, today: date, before: Snapshot | None = None) -> Snapshot:
    """Read every listed program. `number` was read first, so a change while reading is seen later."""
    made = Snapshot((number, today), list(tell()))
    if before is not None:
        made.keep_from(before)
    return made


class _Keeper:
    """Holds the process's snapshot and changes it when it is out of date."""

    def __init__(self) -> None:
        self.current: Snapshot | None = None
        self.checked_at = 0.0
        self.lock = threading.Lock()

    def read(self) -> Snapshot:
        """The snapshot to answer from. The very first reader waits for it to be built; nobody else ever waits."""
        current = self.current
        if current is None:
            with self.lock:
                if self.current is None:
                    self.current = build(read_version(), timezone.now().date())
                    self.checked_at = time.monotonic()
                return self.current
        # Inside a transaction only this thread can see what it has written, so it looks and builds itself.
        is_inside = transaction.get_connection().in_atomic_block
        age = time.monotonic() - self.checked_at
        if is_inside or age >= CHECK_SECONDS:
            self.checked_at = time.monotonic()
            self._renew(current, here=is_inside or age >= QUIET_SECONDS)
        return self.current or current

    def _renew(self, current: Snapshot, *, here: bool) -> None:
        """Build a new snapshot if the directory or the day has changed: in this thread, or in one beside it."""
        try:
            key = (read_version(), timezone.now().date())
            if key == (current.number, current.today) or not self.lock.acquire(blocking=here):
                return
            if here:
                self._build_and_swap(*key)
            else:
                threading.Thread(target=self._build_beside, args=key, daemon=True).start()
        except DatabaseError:
            self.checked_at = time.monotonic() + AWAY_SECONDS

    def _build_and_swap(self, number: int, today: date) -> None:
        try:
            self.current = build(number, today, self.current)
        finally:
            self.lock.release()

    def _build_beside(self, number: int, today: date) -> None:
        try:
            self._build_and_swap(number, today)
        except DatabaseError:
            self.checked_at = time.monotonic() + AWAY_SECONDS
        finally:
            connections.close_all()


_keeper = _Keeper()


def snapshot() -> Snapshot:
    """The listed programs, at most a few seconds old. Raises DatabaseError only when there has never been one."""
    return _keeper.read()


def warm_up() -> None:
    """Build the snapshot beside the first requests, so that the finder has one when the database then goes away."""
    threading.Thread(target=_warm, daemon=True).start()


def _warm() -> None:
    try:
        snapshot()
    except DatabaseError as error:
        log.warning("no directory yet: %s", type(error).__name__)
    finally:
        connections.close_all()


def forget() -> None:
    """Drop this process's snapshot, so that the next reader builds a new one."""
    _keeper.current = None
