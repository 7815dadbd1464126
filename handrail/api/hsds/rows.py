"""Which rows of the directory were asked for: filters and pages, in a fixed number of queries."""

import math
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from handrail.api.hsds.asked import Asked
from handrail.api.hsds.entry import Entry, Imports, entry_of, modified_at
from handrail.api.hsds.terms import CODES_ID, FACTS_ID, terms_by_id
from handrail.core.facts import FACTS, NO, UNKNOWN, FactRule
from handrail.core.openings import AGEING_TIMES
from handrail.records.directory.models import (
    CapacityStatement,
    Fact,
    Import,
    Location,
    Organization,
    Program,
    ProgramQuerySet,
)
from handrail.records.directory.snapshot import read_version

EARTH_METERS = 6_371_000
METERS_PER_DEGREE = 111_000


@dataclass(frozen=True)
class Page:
    """One page of a list: how many there are in all, and the rows of this page."""

    total: int
    rows: Sequence[Any]


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
def programs(asked: Asked, *, now: datetime) -> Page:
    """A page of listed programs as entries: by name, or the nearest first when a postcode was given."""
    found = _filtered(Program.objects.listed(), asked, now)
    if asked.near is not None:
        ids = [row_id for _distance, row_id in sorted(_near(found, asked))]
        return Page(len(ids), entries(_of_page(ids, asked), now=now))
    ordered = found.order_by("name", "id")
    ids = list(_of_page(ordered.values_list("id", flat=True), asked))
    return Page(found.count(), entries(ids, now=now))


def minimal(asked: Asked, *, now: datetime) -> Page:
    """Ids of listed programs with their moment of change alone: four queries, however many there are."""
    imports = newest_imports()
    listed = Program.objects.listed()
    said = dict(Fact.objects.filter(program__in=listed).values_list("program").annotate(at=Max("observed_on")))
    stated = dict(
        CapacityStatement.objects.filter(program__in=listed).values_list("program").annotate(at=Max("stated_at"))
    )
    found = _filtered(listed, asked, now).order_by("name", "id")
    rows = _of_page(found.values_list("id", "source_id", "observed_on"), asked)
    return Page(
        found.count(),
        [(pk, modified_at(imports.get((source, on)), stated.get(pk), on, said.get(pk))) for pk, source, on in rows],
    )


def organizations(asked: Asked, *, now: datetime) -> Page:
    """A page of organizations with a listed program, each with whether one of them is a sample."""
    theirs = _tagged(Program.objects.listed(), asked, now).filter(organization=OuterRef("pk"))
    found = Organization.objects.filter(Exists(theirs), _has_words(asked, "name"))
    if asked.organization_id:
        found = found.filter(pk=asked.organization_id)
    sample = Program.objects.listed().filter(organization=OuterRef("pk"), is_sample=True)
    rows = found.annotate(has_sample=Exists(sample)).order_by("name", "id")
    return Page(found.count(), list(_of_page(rows, asked)))


def locations(asked: Asked, *, now: datetime) -> Page:
    """A page of places with a listed program, each with whether it is a sample."""
    there = _filtered(Program.objects.listed(), asked, now).filter(location=OuterRef("pk"))
    found = Location.objects.filter(Exists(there))
    rows = found.annotate(has_sample=_sample_at()).order_by("state", "city", "id")
    return Page(found.count(), list(_of_page(rows, asked)))


# --- one row --------------------------------------------------------------------------------------
def program(pk: uuid.UUID, *, now: datetime) -> Entry | None:
    """One listed program."""
    return next(iter(entries([pk], now=now)), None)


def organization(pk: uuid.UUID, *, now: datetime) -> tuple[Organization, list[Entry]] | None:
    """One organization and its listed programs, or None when it has none."""
    ids = Program.objects.listed().filter(organization=pk).order_by("name", "id").values_list("id", flat=True)
    theirs = entries(list(ids), now=now)
    return (theirs[0].program.organization, theirs) if theirs else None


def entries_of(rows: Sequence[Organization], *, now: datetime) -> dict[uuid.UUID, list[Entry]]:
    """The listed programs of these organizations, by organization."""
    ids = Program.objects.listed().filter(organization__in=rows).order_by("name", "id").values_list("id", flat=True)
    theirs: dict[uuid.UUID, list[Entry]] = {row.pk: [] for row in rows}
    for each in entries(list(ids), now=now):
        theirs[each.program.organization_id].append(each)
    return theirs


def location(pk: uuid.UUID) -> Location | None:
    """One place with a listed program."""
    there = Program.objects.listed().filter(location=OuterRef("pk"))
    return Location.objects.filter(Exists(there), pk=pk).annotate(has_sample=_sample_at()).first()


def entries(ids: Iterable[uuid.UUID], *, now: datetime) -> list[Entry]:
    """Listed programs in the order of these ids, with everything that is said of them: five queries."""
    wanted = list(ids)
    imports, hours = newest_imports(), fresh_hours()
    rows = {row.pk: row for row in Program.objects.listed().with_all().filter(pk__in=wanted)}
    return [entry_of(rows[pk], imports, fresh_hours=hours, now=now) for pk in wanted if pk in rows]


def newest_imports() -> Imports:
    """When the newest import of each source's file was finished, by source and the day the file speaks of."""
    rows = Import.objects.values_list("source_id", "observed_on").annotate(at=Max("finished_at"))
    return {(source, day): at for source, day, at in rows}


def _sample_at() -> Exists:
    return Exists(Program.objects.listed().filter(location=OuterRef("pk"), is_sample=True))


def _of_page(rows: Any, asked: Asked) -> Any:
    first = (asked.page - 1) * asked.per_page
    return rows[first : first + asked.per_page]


# --- filters --------------------------------------------------------------------------------------
def _filtered(found: ProgramQuerySet, asked: Asked, now: datetime) -> ProgramQuerySet:
    words = _has_words(
        asked, "name", "organization__name", "location__city", "location__state", "location__zip5", "location__county"
    )
    found = _tagged(found.filter(words), asked, now)
    if asked.organization_id:
        found = found.filter(organization_id=uuid.UUID(asked.organization_id))
    return found.filter(_modified(asked.modified_after)) if asked.modified_after else found


def _has_words(asked: Asked, *fields: str) -> Q:
    found = Q()
    for word in asked.words:
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__icontains": word})
        found &= anywhere
    return found


def _modified(since: datetime) -> Q:
    """Changed on or after a moment. Of a fact only the day is known, so the whole day counts."""
    day = since.date()
    imported = Import.objects.filter(
        source=OuterRef("source"), observed_on=OuterRef("observed_on"), finished_at__gte=since
    )
    stated = CapacityStatement.objects.filter(program=OuterRef("pk"), stated_at__gte=since)
    said = Fact.objects.filter(program=OuterRef("pk"), observed_on__gte=day)
    return Q(observed_on__gte=day) | Q(Exists(imported)) | Q(Exists(stated)) | Q(Exists(said))


def _tagged(found: ProgramQuerySet, asked: Asked, now: datetime) -> ProgramQuerySet:
    """Programs that carry a term, or any term of a taxonomy."""
    if asked.taxonomy_id == FACTS_ID:
        found = found.filter(~Q(codes="") | Exists(Fact.objects.filter(program=OuterRef("pk"))))
    elif asked.taxonomy_id:
        found = found.exclude(codes="") if asked.taxonomy_id == CODES_ID else found.none()
    if not asked.taxonomy_term_id:
        return found
    term = terms_by_id().get(asked.taxonomy_term_id)
    if term is None:
        return found.none()
    found = found.annotate(held=Concat(Value(" "), F("codes"), Value(" "), output_field=TextField()))
    if term["taxonomy_id"] == CODES_ID:
        return found.filter(_any_code([term["code"]]))
    return found.filter(_says_so(FACTS[term["code"]], now))


def _says_so(rule: FactRule, now: datetime) -> Q:
    """The fact holds and is not no: said later and not run out, or else read from the codes, as core.facts does."""
    said = Fact.objects.filter(program=OuterRef("pk"), key=rule.key)
    holds = said.filter(expires_on__gte=now.date()).exclude(value__in=(NO, UNKNOWN))
    by_codes = _any_code(rule.yes) & ~_any_code(rule.no)
    if rule.words is not None:
        by_codes = Q(pk__in=[])
        for word in set(rule.words.values()):
            others = [code for code, other in rule.words.items() if other != word]
            by_codes |= _any_code([code for code, own in rule.words.items() if own == word]) & ~_any_code(others)
    if rule.key == "walk_in":
        by_codes |= ~Q(walk_in_hours="")
    return Q(Exists(holds)) | (~Q(Exists(said)) & by_codes)


def _any_code(codes: Iterable[str]) -> Q:
    found = Q(pk__in=[])
    for code in sorted(codes):
        found |= Q(held__contains=f" {code} ")
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
