"""One version of the directory as a process holds it: columns to search, text to show, and how it is made."""

import itertools
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from handrail.core.columns import Columns
from handrail.core.gathering import Gathering, patched, with_hours
from handrail.core.match import Match, Offer, Order, match_at, miles_of, point
from handrail.core.needs import Needs
from handrail.core.openings import FRESH_HOURS
from handrail.records.directory.listing import Listing, Wording, listing_of
from handrail.records.directory.models import Program, Version
from handrail.records.directory.shelf import Shelf, record_of
from handrail.records.directory.telling import tell

BATCH = 200  # places read at a time
PATCHED = 500  # more changes than this, and everything is arranged anew
KEPT = 16_384  # listings that are kept after they were read from their text: 1 kB each for the whole country

_serials = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Found:
    """A part of one ranked list, and how many places the whole list has."""

    matches: list[Match]
    total: int


class Snapshot:
    """The listed programs of one version of the directory on one day, read-only."""

    def __init__(
        self,
        key: tuple[int, date],
        columns: Columns,
        shelf: Shelf,
        wording: Wording,
        *,
        hours: Mapping[str, int],
        is_sample: bool,
    ) -> None:
        # One number for each snapshot of this process, for whoever keeps what was worked out from it.
        self.serial = next(_serials)
        # The serial of the first of those in which every place stands where it stands in this one.
        self.stand = self.serial
        self.number, self.today = key
        self.columns, self.shelf, self.wording = columns, shelf, wording
        self.hours, self.is_sample = hours, is_sample
        self._other_hours: tuple[Mapping[str, int], Columns] | None = None
        self._listings: dict[int, Listing] = {}

    def __len__(self) -> int:
        return len(self.shelf)

    def find(
        self,
        needs: Needs,
        *,
        now: datetime,
        order: Order = "best",
        first: int = 0,
        count: int = 10,
        fresh_hours: Mapping[str, int] = FRESH_HOURS,
    ) -> Found:
        """Positions `first` to `first + count` of the list that core.match.rank would give, and its length."""
        columns = self.columns_for(fresh_hours)
        top = columns.top(needs, now=now, order=order, first=first, count=count, id_of=self.shelf.id_of)
        matches = [
            match_at(chord, needs, self.listing(row).offer, now=now, fresh_hours=fresh_hours)
            for row, chord in zip(top.rows, top.chords, strict=True)
        ]
        return Found(matches, top.total)

    def count(self, needs: Needs, *, now: datetime) -> int:  # noqa: ARG002 (today, time leaves no place out)
        """How many places the list has."""
        return self.columns.count(needs)

    def near(self, latitude: float, longitude: float, miles: float) -> list[tuple[Offer, float]]:
        """Programs within so many miles, the nearest first, each with its distance."""
        rows, chords = self.columns.near(latitude, longitude, miles)
        return [(self.listing(row).offer, miles_of(chord)) for row, chord in zip(rows, chords, strict=True)]

    def listing(self, row: int) -> Listing:
        """The listing in one row."""
        found = self._listings.get(row)
        if found is None:
            found = self.wording.listing(*self.shelf.split(row))
            if len(self._listings) >= KEPT:
                for oldest in list(self._listings)[: KEPT // 10]:
                    self._listings.pop(oldest, None)
            self._listings[row] = found
        return found

    def offers(self) -> Iterable[Offer]:
        """Every listed program, from south to north."""
        for row in range(len(self)):
            kept = self._listings.get(row)
            yield kept.offer if kept else self.wording.listing(*self.shelf.split(row)).offer

    def by_slug(self, slug: str) -> Listing | None:
        """The program of that address, or None when it is not listed."""
        row = self.shelf.row_of_slug(slug)
        return None if row is None else self.listing(row)

    def by_id(self, program_id: object) -> Listing | None:
        """The program of that id, or None when it is not listed."""
        row = self.shelf.row_of_id(str(program_id))
        return None if row is None else self.listing(row)

    def spots(self) -> dict[tuple[str, str], list[tuple[str, float, float]]]:
        """Where the places of each town and state are: ZIP code and point of each. Reads every place, each time."""
        found: dict[tuple[str, str], list[tuple[str, float, float]]] = {}
        for offer in self.offers():
            if offer.latitude is not None and offer.longitude is not None:
                found.setdefault((offer.city, offer.state), []).append((offer.zip5, offer.latitude, offer.longitude))
        return found

    def columns_for(self, hours: Mapping[str, int]) -> Columns:
        """The columns where statements stay fresh for so long. An operator's hours are asked for again and again."""
        if hours is self.hours or hours == self.hours:
            return self.columns
        other = self._other_hours
        if other is None or other[0] != hours:
            said = {row: self.listing(row).offer.statements for row in self.columns.until.nonzero()[0].tolist()}
            other = self._other_hours = dict(hours), with_hours(self.columns, said, hours)
        return other[1]

    @property
    def asked_hours(self) -> Mapping[str, int]:
        """The hours of the latest search, for the next snapshot to be made with."""
        return self._other_hours[0] if self._other_hours else self.hours

    def changed(self, number: int, listings: Mapping[int, Listing]) -> "Snapshot":
        """The same places with some listings new."""
        hours = self.asked_hours
        records = {row: _record(self.wording, listing) for row, listing in listings.items()}
        offers = {row: listing.offer for row, listing in listings.items()}
        made = Snapshot(
            (number, self.today),
            patched(self.columns_for(hours), offers, hours),
            self.shelf.changed(records),
            self.wording,
            hours=hours,
            is_sample=self.is_sample,
        )
        made.stand = self.stand  # places that moved are not patched in
        made._listings = {row: listing for row, listing in self._listings.copy().items() if row not in listings}
        return made


def read_version() -> int:
    """The directory's number now; 0 before anything was written."""
    return Version.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def renewed(before: Snapshot | None, number: int, today: date, *, pause: Callable[[], object]) -> Snapshot:
    """The snapshot of that version and day: an older one with its changes where that will do, else made anew.

    `number` was read first, so that a change while reading is seen later. `pause` is called after each place.
    """
    hours = before.asked_hours if before else FRESH_HOURS
    if before is None or before.today != today or before.number > number:
        return _build(None, number, today, hours, pause)
    return _patch(before, number) or _build(before, number, today, hours, pause)


def _patch(before: Snapshot, number: int) -> Snapshot | None:
    """The same places with what changed since; None when places have come, gone, moved or been joined, or many have."""
    changed = Program.objects.filter(changed__gt=before.number)
    ids = set(changed.values_list("pk", flat=True)[: PATCHED + 1])
    if len(ids) + before.shelf.overlaid > max(PATCHED, len(before) // 8):
        return None
    if Program.objects.listed().count() != len(before):
        return None
    listings: dict[int, Listing] = {}
    shelf = before.shelf
    for told in tell(ids) if ids else ():
        ids.discard(told.row["id"])
        listing = listing_of(told, before.today)
        offer = listing.offer
        row = shelf.row_of_id(offer.program_id)
        if row is None or (shelf.id_of(row), shelf.slug_of(row)) != (offer.program_id, offer.slug):
            return None
        if _moved(before.columns, row, offer) or shelf.parts_of(row) != {str(part) for part, _slug in told.parts}:
            return None
        listings[row] = listing
    # What is left is not listed: nothing to do, unless it was.
    for program_id in map(str, ids):
        row = shelf.row_of_id(program_id)
        if row is not None and shelf.id_of(row) == program_id:
            return None
    return before.changed(number, listings)


def _moved(columns: Columns, row: int, offer: Offer) -> bool:
    here = offer.latitude is not None and offer.longitude is not None
    return columns.point_of(row) != (point(offer.latitude or 0.0, offer.longitude or 0.0) if here else None)


def _build(
    before: Snapshot | None, number: int, today: date, hours: Mapping[str, int], pause: Callable[[], object]
) -> Snapshot:
    """Every listed place, the unchanged ones taken over from the snapshot before."""
    gathering, wording = Gathering(today, hours), before.wording if before else Wording()
    records: list[bytes] = []
    parts: list[tuple[int, str, str]] = []
    fresh: list[uuid.UUID] = []
    is_sample = False
    held = before.shelf.parts() if before else {}
    for program_id, changed, sample in Program.objects.listed().values_list("pk", "changed", "is_sample"):
        is_sample = is_sample or sample
        row = before.shelf.row_of_id(str(program_id)) if before and changed <= before.number else None
        if before is None or row is None or before.shelf.id_of(row) != str(program_id):
            fresh.append(program_id)
            continue
        gathering.keep(before.columns_for(hours), row, str(program_id))
        parts += [(len(records), part, slug) for part, slug in held.get(row, ())]
        records.append(before.shelf.record(row))
        pause()
    for start in range(0, len(fresh), BATCH):
        for told in tell(fresh[start : start + BATCH]):
            listing = listing_of(told, today)
            gathering.add(listing.offer)
            parts += [(len(records), str(part), slug) for part, slug in told.parts]
            records.append(_record(wording, listing))
            pause()
    columns, order = gathering.arranged()
    rows = {place: row for row, place in enumerate(order.tolist())}
    shelf = Shelf([records[place] for place in order.tolist()], [(rows[at], part, slug) for at, part, slug in parts])
    return Snapshot((number, today), columns, shelf, wording, hours=hours, is_sample=is_sample)


def _record(wording: Wording, listing: Listing) -> bytes:
    return record_of(listing.offer.program_id, listing.offer.slug, wording.line(listing))
