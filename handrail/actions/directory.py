"""The directory's own stage: import a source's file, and keep what a program or our staff say of it.

Nothing is deleted: a program that a newer file leaves out is marked gone, and comes back when a later one lists it.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, QuerySet

from handrail.actions._frame import Refused, enter, require
from handrail.core.access import Actor
from handrail.core.facility import Facility, page_address, plain
from handrail.core.facts import FACTS
from handrail.records.directory.models import (
    CapacityStatement,
    Fact,
    Import,
    Location,
    Organization,
    Program,
    Source,
    Version,
)
from handrail.records.directory.places import place_of_zip

STREAM = "directory"
BATCH = 500
# A file that drops this many, and half of all that is listed, is more likely a part of a file than the news.
MANY_GONE = 1_000
FACT_DAYS = 90
MAX_OPENINGS = 999
MAX_LABEL, MAX_VALUE = 60, 200

Progress = Callable[[int, int], None]

_ID = uuid.UUID("7d0f9f0e-6a53-5c1d-9f6b-6f0c3c5a2b11")

SOURCES: dict[str, Source] = {
    "samhsa": Source(
        key="samhsa",
        name="SAMHSA National Directory",
        url="https://findtreatment.gov/",
        licence="Public domain (US federal government)",
    ),
    "findtreatment": Source(
        key="findtreatment",
        name="FindTreatment.gov",
        url="https://findtreatment.gov/",
        licence="Public domain (US federal government)",
    ),
    "hsds": Source(key="hsds", name="Community directory (Open Referral)", licence="As its publisher states"),
    "own": Source(key="own", name="Our own list", licence="Kept by this service"),
    "sample": Source(key="sample", name="Sample directory", licence="Invented for the demo", is_sample=True),
    "program": Source(key="program", name="The program"),
    "desk": Source(key="desk", name="Our team"),
}


def bump_version() -> None:
    """Tell every process that the directory changed. Call it in the transaction of the change."""
    Version.objects.get_or_create(pk=1)
    Version.objects.filter(pk=1).update(number=F("number") + 1)


def source_named(key: str, *, title: str = "", kind: str = "") -> Source:
    """The source with this key, made when it is not there yet; a new one has the licence of its kind."""
    like = SOURCES.get(kind)
    known = SOURCES.get(key) or Source(key=key, name=title or key, licence=like.licence if like else "")
    told = {field: getattr(known, field) for field in ("name", "url", "licence", "is_sample")}
    found, _ = Source.objects.get_or_create(key=key, defaults=told)
    return found


# --- importing ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Stored:
    """What the store holds of a program that an import may change."""

    id: uuid.UUID
    fingerprint: str
    slug: str
    observed_on: date
    gone_on: date | None


@dataclass
class _Plan:
    """What an import will do, worked out before anything is written."""

    added: list[Facility] = field(default_factory=list)
    updated: list[Facility] = field(default_factory=list)
    unchanged: list[uuid.UUID] = field(default_factory=list)
    seen_again: list[uuid.UUID] = field(default_factory=list)
    gone: list[uuid.UUID] = field(default_factory=list)


def import_rows(
    rows: Sequence[Facility],
    *,
    source: str,
    observed_on: date,
    actor: Actor,
    now: datetime,
    file_name: str,
    sha256: str,
    rejected: int = 0,
    dry_run: bool = False,
    may_lose_many: bool = False,
    is_whole: bool = True,
    title: str = "",
    kind: str = "",
    progress: Progress | None = None,
) -> dict[str, int | float]:
    """Bring the rows of one file into the directory, in one transaction.

    With `is_whole` False the file is a part of its source, and what it leaves out is not gone. `title` and `kind`
    describe a source that is new.

    Gives added, updated, unchanged, gone, rejected and seconds. Raises Refused: `older_than_stored`,
    `not_yet` (a date to come), `many_gone` (a file with less than half of what is listed, unless allowed);
    Stale when two imports cross.
    """
    require(actor, "import_directory")
    began = time.monotonic()
    if observed_on > now.date():
        raise Refused("not_yet", observed_on=observed_on)
    with transaction.atomic():
        stored = _stored(source)
        _refuse_older(source, observed_on)
        plan = _plan(rows, stored, observed_on)
        if not is_whole:
            plan.gone.clear()
        listed = sum(1 for program in stored.values() if program.gone_on is None)
        if len(plan.gone) > max(MANY_GONE, listed // 2) and not may_lose_many:
            raise Refused("many_gone", gone=len(plan.gone), listed=listed, rows=len(rows))
        counts: dict[str, int | float] = {
            "added": len(plan.added),
            "updated": len(plan.updated),
            "unchanged": len(plan.unchanged),
            "gone": len(plan.gone),
            "rejected": rejected,
        }
        if not dry_run:
            _write(plan, stored, source_named(source, title=title, kind=kind), observed_on, progress)
            _enter(counts, source, observed_on, actor, now, file_name, sha256)
    return counts | {"seconds": round(time.monotonic() - began, 2)}


def _stored(source: str) -> dict[str, _Stored]:
    fields = ("source_key", "id", "fingerprint", "slug", "observed_on", "gone_on")
    return {key: _Stored(*rest) for key, *rest in Program.objects.filter(source=source).values_list(*fields)}


def _refuse_older(source: str, observed_on: date) -> None:
    newest = Import.objects.filter(source=source).aggregate(newest=Max("observed_on"))["newest"]
    if newest and observed_on < newest:
        raise Refused("older_than_stored", newest=newest, observed_on=observed_on)


def _plan(rows: Sequence[Facility], stored: dict[str, _Stored], observed_on: date) -> _Plan:
    plan = _Plan()
    seen: set[str] = set()
    for row in rows:
        if row.key in seen:
            raise ValueError(f"line {row.line}: two rows with one key")
        seen.add(row.key)
        before = stored.get(row.key)
        if before is None:
            plan.added.append(row)
        elif before.fingerprint != row.fingerprint() or before.gone_on is not None:
            plan.updated.append(row)
        else:
            plan.unchanged.append(before.id)
            if before.observed_on != observed_on:
                plan.seen_again.append(before.id)
    plan.gone = [program.id for key, program in stored.items() if key not in seen and program.gone_on is None]
    return plan


def _write(
    plan: _Plan, stored: dict[str, _Stored], source: Source, observed_on: date, progress: Progress | None
) -> None:
    slugs = set(Program.objects.values_list("slug", flat=True)) if plan.added else set()
    changed = plan.added + plan.updated
    for start in range(0, len(changed), BATCH):
        _save(changed[start : start + BATCH], stored, source, observed_on, slugs)
        if progress:
            progress(min(start + BATCH, len(changed)), len(changed))
    for ids in _batches(plan.seen_again):
        Program.objects.filter(pk__in=ids).update(observed_on=observed_on)
    for ids in _batches(plan.gone):
        Program.objects.filter(pk__in=ids).update(gone_on=observed_on)


def _batches(ids: list[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


_LOCATION_FIELDS = (
    *("organization", "street1", "street2", "city", "state", "zip5", "county"),
    *("latitude", "longitude", "geocode"),
)
# Never the slug (addresses must not break), nor what staff and programs keep by hand.
_PROGRAM_FIELDS = (
    *("organization", "location", "name", "phone", "intake_phone", "website", "codes"),
    *("fingerprint", "observed_on", "gone_on"),
)


def _save(rows: list[Facility], stored: dict[str, _Stored], source: Source, observed_on: date, slugs: set[str]) -> None:
    organizations: dict[uuid.UUID, Organization] = {}
    locations: list[Location] = []
    programs: list[Program] = []
    for row in rows:
        # One name in two states is more often two organizations than one.
        organization_id = uuid.uuid5(_ID, f"{source.key}:organization:{plain(row.organization)}:{row.state}")
        organizations[organization_id] = Organization(id=organization_id, name=row.organization[:200])
        location = _location(row, source.key, organization_id)
        locations.append(location)
        before = stored.get(row.key)
        programs.append(
            Program(
                id=before.id if before else uuid.uuid5(_ID, f"{source.key}:{row.key}"),
                slug=before.slug if before else page_address(row, taken=slugs),
                organization_id=organization_id,
                location_id=location.id,
                name=row.name,
                phone=row.phone,
                intake_phone=row.intake_phone,
                website=row.website,
                codes=row.codes,
                is_sample=source.is_sample,
                source=source,
                source_key=row.key,
                fingerprint=row.fingerprint(),
                observed_on=observed_on,
            )
        )
    Organization.objects.bulk_create(
        organizations.values(), update_conflicts=True, unique_fields=["id"], update_fields=["name"]
    )
    Location.objects.bulk_create(locations, update_conflicts=True, unique_fields=["id"], update_fields=_LOCATION_FIELDS)
    Program.objects.bulk_create(programs, update_conflicts=True, unique_fields=["id"], update_fields=_PROGRAM_FIELDS)


def _location(row: Facility, source: str, organization_id: uuid.UUID) -> Location:
    """Each program has a location of its own, so that the suite of one never overwrites another's."""
    location = Location(
        id=uuid.uuid5(_ID, f"{source}:location:{row.key}"),
        organization_id=organization_id,
        street1=row.street1,
        street2=row.street2,
        city=row.city,
        state=row.state,
        zip5=row.zip5,
        county=row.county,
        latitude=row.latitude,
        longitude=row.longitude,
        geocode="file",
    )
    place = place_of_zip(row.zip5)
    if row.latitude is None or row.longitude is None or (place and place.is_far_from(row.latitude, row.longitude)):
        location.geocode = "zip" if place else "none"
        location.latitude = place.latitude if place else None
        location.longitude = place.longitude if place else None
    return location


def _enter(
    counts: dict[str, int | float],
    source: str,
    observed_on: date,
    actor: Actor,
    now: datetime,
    file_name: str,
    sha256: str,
) -> None:
    """What an import leaves behind: its own row, the new version, and one line in the ledger."""
    entry = Import.objects.create(
        source_id=source,
        file_name=file_name[:200],
        sha256=sha256,
        observed_on=observed_on,
        finished_at=now,
        by=actor.key,
        **counts,
    )
    if counts["added"] or counts["updated"] or counts["gone"]:
        bump_version()
    said = " ".join(f"{name}={count}" for name, count in counts.items())
    wrote, why = [f"create import:{entry.pk} {said}"], f"{source} {observed_on.isoformat()}"
    enter(STREAM, actor=actor, verb="import_directory", now=now, wrote=wrote, why=why)


# --- what a program or our staff say ------------------------------------------------------------
def _may_speak_for(program: Program, actor: Actor) -> None:
    """Intake workers speak for their own programs; another program is not theirs to know about."""
    require(actor, "state_capacity")
    if actor.role == "intake" and str(program.pk) not in actor.program_ids:
        raise Refused("not_listed")


def _source_of(actor: Actor) -> Source:
    return source_named("program" if actor.role == "intake" else "desk")


def _sign(program: Program, actor: Actor, verb: str, now: datetime, wrote: list[str]) -> None:
    bump_version()
    # A stream for each program: one desk's word must not wait for another's.
    enter(f"program:{program.pk}", actor=actor, verb=verb, now=now, wrote=wrote)


def state_capacity(
    program: Program,
    *,
    actor: Actor,
    label: str,
    kind: str,
    openings: int,
    next_opening_on: date | None = None,
    waiting: int | None = None,
    now: datetime,
) -> CapacityStatement:
    """Say how many openings there are now, with who says it and when. Zero means full.

    Raises Refused: `not_listed`, `bad_label`, `bad_kind`, `bad_openings`.
    """
    _may_speak_for(program, actor)
    label = " ".join(label.split())
    if not label or len(label) > MAX_LABEL:
        raise Refused("bad_label")
    if kind not in ("beds", "visits"):
        raise Refused("bad_kind")
    if not 0 <= openings <= MAX_OPENINGS or not 0 <= (waiting or 0) <= MAX_OPENINGS:
        raise Refused("bad_openings")
    with transaction.atomic():
        statement, _ = CapacityStatement.objects.update_or_create(
            program=program,
            label=label,
            defaults={
                "kind": kind,
                "openings": openings,
                "next_opening_on": next_opening_on,
                "waiting": waiting,
                "stated_at": now,
                "source": _source_of(actor),
                "stated_by": actor.key,
            },
        )
        _sign(program, actor, "state_capacity", now, [f"update capacitystatement:{statement.pk}"])
    return statement


def confirm_capacity(program: Program, *, actor: Actor, now: datetime) -> int:
    """Say that every row of this program's openings is still right. Gives how many were confirmed."""
    _may_speak_for(program, actor)
    with transaction.atomic():
        rows: QuerySet[CapacityStatement] = CapacityStatement.objects.filter(program=program)
        ids = list(rows.values_list("pk", flat=True))
        rows.update(stated_at=now, stated_by=actor.key, source=_source_of(actor))
        if ids:
            _sign(program, actor, "confirm_capacity", now, [f"update capacitystatement:{pk}" for pk in ids])
    return len(ids)


def set_fact(program: Program, *, actor: Actor, key: str, value: str, now: datetime, days: int = FACT_DAYS) -> Fact:
    """Keep one fact that a program or our staff said; it outranks the imported codes until it runs out.

    Raises Refused: `not_listed`, `unknown_fact`, `bad_value`.
    """
    _may_speak_for(program, actor)
    if key not in FACTS:
        raise Refused("unknown_fact", key=key)
    value = " ".join(value.split())
    if not value or len(value) > MAX_VALUE:
        raise Refused("bad_value")
    with transaction.atomic():
        fact, _ = Fact.objects.update_or_create(
            program=program,
            key=key,
            defaults={
                "value": value,
                "source": _source_of(actor),
                "observed_on": now.date(),
                "expires_on": now.date() + timedelta(days=days),
                "said_by": actor.key,
            },
        )
        _sign(program, actor, "set_fact", now, [f"update fact:{fact.pk}"])
    return fact
