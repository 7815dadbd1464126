"""Which places were asked for: filters and pages, in a fixed number of queries however long the page is."""

import math
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from handrail.api.hsds.asked import Asked
from handrail.api.hsds.entry import Change, Entry, may_be_said, newest
from handrail.api.hsds.held import carrying
from handrail.api.hsds.moments import modified
from handrail.core.openings import AGEING_TIMES
from handrail.records.directory.models import (
    CapacityStatement,
    FactChange,
    Location,
    Organization,
    Program,
    ProgramQuerySet,
)
from handrail.records.directory.snapshot import read_version
from handrail.records.directory.telling import heads_of, tell

EARTH_METERS = 6_371_000
METERS_PER_DEGREE = 111_000
BATCH = 200  # places that are read together where a long list is sent
MOST_CHANGES = 50  # of a place's history, the newest

Ids = list[uuid.UUID]


@dataclass(frozen=True)
class Listed:
    """What was asked for: how many there are in all, and what is on this page, read a batch at a time."""

    total: int
    records: Iterator[Any]


def fresh_hours() -> dict[str, int]:
    """Hours for which a statement counts as fresh, by kind, as the operator set them."""
    return {"beds": settings.FRESH_BEDS_HOURS, "visits": settings.FRESH_VISITS_HOURS}


def edition(now: datetime) -> str:
    """What every answer depends on: the directory's version, the day, and how many statements may still be said."""
    live = Q()
    for kind, hours in fresh_hours().items():
        live |= Q(kind=kind, stated_at__gte=now - timedelta(hours=hours * AGEING_TIMES))
    return f"{read_version()}-{now:%Y%m%d}-{CapacityStatement.objects.filter(live).count()}"


# --- lists ----------------------------------------------------------------------------------------
def programs(asked: Asked, *, now: datetime) -> Listed:
    """Listed places as entries: by name, or the nearest first when a postcode was given."""
    total, ids = _program_ids(asked, now)
    return Listed(total, _read(ids, lambda some: entries(some, now=now, with_history=asked.is_full)))


def minimal(asked: Asked, *, now: datetime) -> Listed:
    """Ids of listed places with their moment of change alone."""
    total, ids = _program_ids(asked, now)
    moments = modified(None, fresh_hours=fresh_hours(), now=now)
    return Listed(total, ((pk, moments[pk]) for pk in ids))


def organizations(asked: Asked, *, now: datetime) -> Listed:
    """Organizations with a listed place, each with whether one of them is a sample, and with its entries when asked."""
    found = Organization.objects.filter(_has_words(asked, "name")).order_by("name", "id")
    if asked.organization_id:
        found = found.filter(pk=asked.organization_id)
    total, ids = _owners(found, "organization", Program.objects.listed(), asked, now)
    return Listed(total, _read(ids, lambda some: _organizations(some, asked, now)))


def locations(asked: Asked, *, now: datetime) -> Listed:
    """Locations with a listed place, each as the entry that lies there."""
    found = Location.objects.order_by("state", "city", "id")
    total, ids = _owners(found, "location", _filtered(Program.objects.listed(), asked), asked, now)
    return Listed(total, _read(ids, lambda some: _at_locations(some, now)))


def _read(ids: Ids, reader: Callable[[Ids], Iterable[Any]]) -> Iterator[Any]:
    for start in range(0, len(ids), BATCH):
        yield from reader(ids[start : start + BATCH])


def _organizations(ids: Ids, asked: Asked, now: datetime) -> Iterator[tuple[Organization, bool, Sequence[Entry]]]:
    rows = Organization.objects.in_bulk(ids)
    listed = Program.objects.listed().filter(organization__in=ids)
    samples = set(listed.filter(is_sample=True).values_list("organization_id", flat=True))
    theirs: Mapping[uuid.UUID, list[Entry]] = {}
    if asked.is_full or asked.is_full_service:
        theirs = _by_organization(listed, now=now, with_history=asked.is_full_service)
    return ((rows[pk], pk in samples, theirs.get(pk, ())) for pk in ids if pk in rows)


def _by_organization(
    listed: QuerySet[Program], *, now: datetime, with_history: bool
) -> Mapping[uuid.UUID, list[Entry]]:
    theirs: dict[uuid.UUID, list[Entry]] = defaultdict(list)
    ids = list(listed.order_by("name", "id").values_list("id", flat=True))
    for each in entries(ids, now=now, with_history=with_history):
        theirs[each.organization_id].append(each)
    return theirs


def _at_locations(ids: Ids, now: datetime) -> list[Entry]:
    there = dict(Program.objects.listed().filter(location__in=ids).order_by("-id").values_list("location", "id"))
    return entries([there[pk] for pk in ids if pk in there], now=now)


# --- one row --------------------------------------------------------------------------------------
def program(pk: uuid.UUID, *, now: datetime) -> Entry | None:
    """One listed place."""
    return next(iter(entries([pk], now=now, with_history=True)), None)


def place_of(pk: uuid.UUID) -> uuid.UUID | None:
    """The listed place that a merged entry belongs to, or None when it belongs to no other."""
    head = next(iter(heads_of([pk])), pk)
    return head if head != pk and Program.objects.listed().filter(pk=head).exists() else None


def organization(pk: uuid.UUID, *, now: datetime, with_history: bool) -> tuple[Organization, list[Entry]] | None:
    """One organization and its listed places, or None when it has none."""
    theirs = _by_organization(Program.objects.listed().filter(organization=pk), now=now, with_history=with_history)
    return (Organization.objects.get(pk=pk), theirs[pk]) if pk in theirs else None


def location(pk: uuid.UUID, *, now: datetime) -> Entry | None:
    """The place that lies at a location."""
    return next(iter(_at_locations([pk], now)), None)


def entries(ids: Ids, *, now: datetime, with_history: bool = False) -> list[Entry]:
    """Listed places in the order of these ids, with everything that is told of them: at most fifteen queries."""
    told = {each.row["id"]: each for each in tell(ids)}
    hours, today = fresh_hours(), now.date()
    moments = modified(ids, fresh_hours=hours, now=now)
    fields = ("pk", "organization_id", "location_id", "location__county")
    lies = {row[0]: row for row in Program.objects.filter(pk__in=list(told)).values_list(*fields)}
    parts = {part: head for head, each in told.items() for part, _slug in each.parts}
    changes = _changes({head: head for head in told} | parts) if with_history else {}
    found = []
    for pk in ids:
        if pk not in lies:
            continue
        statements = told[pk].openings()
        live = tuple(each for each in statements if may_be_said(each, hours, now))
        too_old = newest(each for each in statements if each not in live)
        _pk, owner, where, county = lies[pk]
        history = tuple(changes.get(pk, ()))
        found.append(Entry(told[pk], owner, where, county, today, live, too_old, moments[pk], history))
    return found


def read_all(ids: Ids, *, now: datetime) -> Iterator[Entry]:
    """These listed places with their history, a batch at a time."""
    return _read(ids, lambda some: entries(some, now=now, with_history=True))


def _changes(heads: Mapping[uuid.UUID, uuid.UUID]) -> Mapping[uuid.UUID, list[Change]]:
    """The newest lines of each place's history, the last first."""
    rows = FactChange.objects.filter(program__in=list(heads)).order_by("-at", "-pk")
    found: dict[uuid.UUID, list[Change]] = defaultdict(list)
    fields = ("program_id", "pk", "key", "before", "value", "at", "source__name")
    for pk, own, key, before, value, at, source in rows.values_list(*fields).iterator():
        if len(found[heads[pk]]) < MOST_CHANGES:
            found[heads[pk]].append(Change(own, key, before, value, at, source))
    return found


# --- filters --------------------------------------------------------------------------------------
def _program_ids(asked: Asked, now: datetime) -> tuple[int, Ids]:
    found, picked = _filtered(Program.objects.listed(), asked), _picked(asked, now)
    if asked.near is not None:
        near = (pk for _distance, pk in sorted(_near(found, asked)))
        return _of_page([pk for pk in near if picked is None or pk in picked], asked)
    return _of_rows(found.order_by("name", "id"), picked, asked)


def _owners(found: QuerySet[Any], field: str, listed: ProgramQuerySet, asked: Asked, now: datetime) -> tuple[int, Ids]:
    """The organizations or locations that have one of the listed places."""
    picked, owners = _picked(asked, now), None
    if picked is None:
        found = found.filter(Exists(listed.filter(**{field: OuterRef("pk")})))
    else:
        owners = {owner for pk, owner in listed.values_list("pk", f"{field}_id") if pk in picked}
    return _of_rows(found, owners, asked)


def _picked(asked: Asked, now: datetime) -> set[uuid.UUID] | None:
    """The places that what the database cannot say lets through: terms and moments. None is all of them."""
    picked: set[uuid.UUID] | None = None
    if asked.taxonomy_term_id or asked.taxonomy_id:
        picked = carrying(now.date(), term_id=asked.taxonomy_term_id, taxonomy_id=asked.taxonomy_id)
    if asked.modified_after is not None:
        moments = modified(None, fresh_hours=fresh_hours(), now=now)
        since = {pk for pk, at in moments.items() if at >= asked.modified_after}
        picked = since if picked is None else picked & since
    return picked


def _of_rows(rows: QuerySet[Any], picked: Collection[uuid.UUID] | None, asked: Asked) -> tuple[int, Ids]:
    ids = rows.values_list("pk", flat=True)
    if picked is not None:
        return _of_page([pk for pk in ids.iterator() if pk in picked], asked)
    return rows.count(), list(ids[_slice(asked)])


def _of_page(ids: Ids, asked: Asked) -> tuple[int, Ids]:
    return len(ids), ids[_slice(asked)]


def _slice(asked: Asked) -> slice:
    first = (asked.page - 1) * asked.per_page
    return slice(None) if asked.is_whole else slice(first, first + asked.per_page)


def _filtered(found: ProgramQuerySet, asked: Asked) -> ProgramQuerySet:
    words = _has_words(
        asked, "name", "organization__name", "location__city", "location__state", "location__zip5", "location__county"
    )
    found = found.filter(words)
    return found.filter(organization_id=uuid.UUID(asked.organization_id)) if asked.organization_id else found


def _has_words(asked: Asked, *fields: str) -> Q:
    found = Q()
    for word in asked.words:
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__icontains": word})
        found &= anywhere
    return found


def _near(found: QuerySet[Program], asked: Asked) -> list[tuple[float, uuid.UUID]]:
    """Distance and id of the programs near enough: a box in the database, the circle here."""
    place = asked.near
    assert place is not None
    north = asked.meters / METERS_PER_DEGREE
    east = north / max(math.cos(math.radians(place.latitude)), 0.01)
    box = found.filter(
        location__latitude__range=(place.latitude - north, place.latitude + north),
        location__longitude__range=(place.longitude - east, place.longitude + east),
    ).values_list("id", "location__latitude", "location__longitude")
    away = ((_meters(place.latitude, place.longitude, row[1] or 0.0, row[2] or 0.0), row[0]) for row in box)
    return [each for each in away if each[0] <= asked.meters]


def _meters(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    here, there = math.radians(latitude), math.radians(to_latitude)
    half = (
        math.sin((there - here) / 2) ** 2
        + math.cos(here) * math.cos(there) * math.sin(math.radians(to_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_METERS * math.asin(min(1.0, math.sqrt(half)))
