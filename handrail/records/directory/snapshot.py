"""The finder's snapshot: every listed program in memory, read-only, shared by every page of a process.

It is rebuilt off to the side when the directory's version or the day changes, and swapped in whole. When the
database does not answer, the last snapshot goes on answering.
"""

import itertools
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from handrail.core.facts import YES, SaidFact, read_facts
from handrail.core.match import EARTH_MILES, Offer
from handrail.core.openings import Statement
from handrail.records.directory.models import CapacityStatement, Fact, Program, Version

log = logging.getLogger(__name__)

# How often the version is looked at; after how long without a look a reader waits for the new one rather than
# showing openings of an hour ago; and how long the database is left alone after it did not answer.
CHECK_SECONDS = 2.0
QUIET_SECONDS = 4.0
AWAY_SECONDS = 10.0
MILES_PER_DEGREE = 69.0

_COLUMNS = (
    *("id", "slug", "name", "organization__name", "phone", "intake_phone", "website", "codes", "walk_in_hours"),
    *("day_one", "is_sample", "observed_on", "source__name", "source__url"),
    *("location__street1", "location__street2", "location__city", "location__state", "location__zip5"),
    *("location__latitude", "location__longitude", "location__geocode"),
)


_serials = itertools.count(1)


@dataclass(frozen=True)
class Listing:
    """One program as a page shows it: the offer that is ranked, and what only its own page needs."""

    offer: Offer
    intake_phone: str
    website: str
    street2: str
    day_one: tuple[str, ...]
    source_name: str
    source_url: str


class Snapshot:
    """The listed programs of one version of the directory on one day. Rows are sorted by latitude.

    Listings are made when first asked for, then kept: most searches touch one corner of the country.
    """

    def __init__(
        self,
        key: tuple[int, date],
        rows: list[dict[str, Any]],
        said: dict[Any, list[SaidFact]],
        statements: dict[Any, list[Statement]],
    ) -> None:
        # One number for each snapshot of this process, for whoever keeps what was worked out from it.
        self.serial = next(_serials)
        self.number, self.today = key
        rows.sort(key=lambda row: (row["location__latitude"] is None, row["location__latitude"] or 0.0))
        self._rows, self._said, self._statements = rows, said, statements
        self._listings: list[Listing | None] = [None] * len(rows)
        points = [row for row in rows if row["location__latitude"] is not None]
        self._latitudes = np.array([row["location__latitude"] for row in points], dtype=np.float64)
        self._longitudes = np.array([row["location__longitude"] for row in points], dtype=np.float64)
        self._by_slug = {row["slug"]: index for index, row in enumerate(rows)}
        self._by_id = {str(row["id"]): index for index, row in enumerate(rows)}
        self.is_sample = any(row["is_sample"] for row in rows)

    def keep_from(self, before: "Snapshot") -> None:
        """Take over the listings of an older snapshot that have not changed, so that nobody makes them again."""
        if before.today != self.today:
            return
        for index, row in enumerate(self._rows):
            old = before._by_id.get(str(row["id"]))
            if old is None or before._listings[old] is None or before._rows[old] != row:
                continue
            key = row["id"]
            same_facts = before._said.get(key) == self._said.get(key)
            if same_facts and before._statements.get(key) == self._statements.get(key):
                self._listings[index] = before._listings[old]

    def __len__(self) -> int:
        return len(self._rows)

    def listing(self, index: int) -> Listing:
        """The listing in one row."""
        found = self._listings[index]
        if found is None:
            row = self._rows[index]
            found = _listing(row, self._said.get(row["id"], ()), self._statements.get(row["id"], ()), self.today)
            self._listings[index] = found
        return found

    def offers(self) -> Iterable[Offer]:
        """Every listed program, from south to north."""
        return (self.listing(index).offer for index in range(len(self._rows)))

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


def _listing(row: dict[str, Any], said: Iterable[SaidFact], statements: Iterable[Statement], today: date) -> Listing:
    known = list(said)
    if row["walk_in_hours"]:
        known.insert(0, SaidFact("walk_in", YES, row["source__name"], row["observed_on"], date.max))
    offer = Offer(
        program_id=str(row["id"]),
        slug=row["slug"],
        name=row["name"],
        organization=row["organization__name"],
        phone=row["phone"],
        street=row["location__street1"],
        city=row["location__city"],
        state=row["location__state"],
        zip5=row["location__zip5"],
        latitude=row["location__latitude"],
        longitude=row["location__longitude"],
        geocode=row["location__geocode"],
        walk_in_hours=row["walk_in_hours"],
        source=row["source__name"],
        observed_on=row["observed_on"],
        is_sample=row["is_sample"],
        facts=read_facts(row["codes"], known, source=row["source__name"], observed_on=row["observed_on"], today=today),
        statements=tuple(statements),
    )
    return Listing(
        offer=offer,
        intake_phone=row["intake_phone"],
        website=row["website"],
        street2=row["location__street2"],
        day_one=tuple(str(line) for line in row["day_one"]),
        source_name=row["source__name"],
        source_url=row["source__url"],
    )


def read_version() -> int:
    """The directory's number now; 0 before anything was written."""
    return Version.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def build(number: int, today: date, before: Snapshot | None = None) -> Snapshot:
    """Read every listed program in three queries. `number` was read first, so a change while reading is seen later."""
    rows = list(Program.objects.listed().values(*_COLUMNS))
    said: dict[Any, list[SaidFact]] = {}
    facts = Fact.objects.filter(program__gone_on=None)
    for row in facts.values_list("program_id", "key", "value", "source__name", "observed_on", "expires_on"):
        said.setdefault(row[0], []).append(SaidFact(*row[1:]))
    statements: dict[Any, list[Statement]] = {}
    capacity = CapacityStatement.objects.filter(program__gone_on=None).order_by("label")
    for row in capacity.values_list(
        *("program_id", "label", "kind", "openings", "stated_at", "source__name", "next_opening_on", "waiting")
    ):
        statements.setdefault(row[0], []).append(Statement(*row[1:]))
    made = Snapshot((number, today), rows, said, statements)
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
