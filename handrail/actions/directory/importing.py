"""Import a source's file into the directory. Nothing is deleted: a program that a newer file leaves out is marked gone,
and comes back when a later one lists it. What staff put right by hand outlives the file.
"""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from handrail.actions._frame import Refused, enter, require
from handrail.actions.directory.by_hand import ByHand, kept_by_hand, let_go, note_differences
from handrail.actions.directory.conflicts import find_conflicts
from handrail.actions.directory.history import History
from handrail.actions.directory.joining import join_entries
from handrail.actions.directory.showing import show_others
from handrail.actions.directory.sources import BATCH, batches, bump_version, hold_directory, source_named
from handrail.core.access import Actor
from handrail.core.facility import Facility, page_address, plain
from handrail.records.directory.models import FactChange, Import, Location, Organization, Program, Source
from handrail.records.directory.places import place_of_zip
from handrail.records.directory.telling import heads_of

STREAM = "directory"
# A file that drops this many, and half of all that is listed, is more likely a part of a file than the news.
MANY_GONE = 1_000

Progress = Callable[[int, int], None]

_ID = uuid.UUID("7d0f9f0e-6a53-5c1d-9f6b-6f0c3c5a2b11")


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

    def counts(self) -> dict[str, int | float]:
        """How many of each."""
        return {name: len(getattr(self, name)) for name in ("added", "updated", "unchanged", "gone")}


@dataclass
class _Work:
    """One import under way: what to do, and what it is done with. `slugs` are the addresses that are taken."""

    plan: _Plan
    stored: dict[str, _Stored]
    source: Source
    observed_on: date
    hand: ByHand
    history: History
    slugs: set[str] = field(default_factory=set)


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

    Gives added, updated, unchanged, gone, rejected and seconds; and, but for a dry run, how many entries were joined
    with another source's, and for how many pairs an editor has to say. Raises Refused: `older_than_stored`,
    `not_yet` (a date to come), `many_gone` (a file with less than half of what is listed, unless allowed);
    Stale when two imports cross.
    """
    require(actor, "import_directory")
    began = time.monotonic()
    if observed_on > now.date():
        raise Refused("not_yet", observed_on=observed_on)
    with transaction.atomic():
        if not dry_run:
            hold_directory()
        stored = _stored(source)
        _refuse_older(source, observed_on)
        hand = _hand(rows, source, now.date(), observed_on)
        plan = _plan(rows, stored, observed_on, hand)
        if not is_whole:
            plan.gone.clear()
        _refuse_many_gone(plan, stored, may_lose_many=may_lose_many)
        counts = plan.counts() | {"rejected": rejected}
        if not dry_run:
            named = source_named(source, title=title, kind=kind)
            work = _Work(plan, stored, named, observed_on, hand, History(named, now=now, by=actor.key))
            met = _carry_out(work, actor, now, progress)
            _enter(counts, source, observed_on, actor, now, file_name, sha256)
            counts |= met
    return counts | {"seconds": round(time.monotonic() - began, 2)}


def _stored(source: str) -> dict[str, _Stored]:
    fields = ("source_key", "id", "fingerprint", "slug", "observed_on", "gone_on")
    return {key: _Stored(*rest) for key, *rest in Program.objects.filter(source=source).values_list(*fields)}


def _refuse_older(source: str, observed_on: date) -> None:
    newest = Import.objects.filter(source=source).aggregate(newest=Max("observed_on"))["newest"]
    if newest and observed_on < newest:
        raise Refused("older_than_stored", newest=newest, observed_on=observed_on)


def _hand(rows: Sequence[Facility], source: str, today: date, observed_on: date) -> ByHand:
    return kept_by_hand(
        source,
        today=today,
        observed_on=observed_on,
        has_hours=any(row.walk_in_hours is not None for row in rows),
        has_day_one=any(row.day_one is not None for row in rows),
    )


def _refuse_many_gone(plan: _Plan, stored: dict[str, _Stored], *, may_lose_many: bool) -> None:
    listed = sum(1 for program in stored.values() if program.gone_on is None)
    if len(plan.gone) > max(MANY_GONE, listed // 2) and not may_lose_many:
        named = len(plan.added) + len(plan.updated) + len(plan.unchanged)
        raise Refused("many_gone", gone=len(plan.gone), listed=listed, rows=named)


def _plan(rows: Sequence[Facility], stored: dict[str, _Stored], observed_on: date, hand: ByHand) -> _Plan:
    plan = _Plan()
    seen: set[str] = set()
    for row in rows:
        if row.key in seen:
            raise ValueError(f"line {row.line}: two rows with one key")
        seen.add(row.key)
        before = stored.get(row.key)
        if before is None:
            plan.added.append(row)
        elif before.fingerprint != row.fingerprint() or _comes_back(before, hand):
            plan.updated.append(row)
        else:
            plan.unchanged.append(before.id)
            if before.observed_on != observed_on:
                plan.seen_again.append(before.id)
    plan.gone = [program.id for key, program in stored.items() if key not in seen and program.gone_on is None]
    return plan


def _comes_back(before: _Stored, hand: ByHand) -> bool:
    """True when the file's word is needed again: the place was gone, or what was put right by hand has run out."""
    return before.id in hand.ran_out or (before.gone_on is not None and before.id not in hand.shut)


def _carry_out(work: _Work, actor: Actor, now: datetime, progress: Progress | None) -> dict[str, int | float]:
    """Write, join, and tell every process. Gives how many were joined, and how many pairs wait for an editor."""
    _write(work, progress)
    told = ((work.stored[row.key].id, row) for row in work.plan.updated)
    note_differences(work.hand, told, now=now)
    touched, met = _join(work, actor, now)
    if touched:
        bump_version(touched)
    return met


def _write(work: _Work, progress: Progress | None) -> None:
    """Write what was worked out, some hundred rows at a time."""
    plan, stored = work.plan, work.stored
    work.slugs = set(Program.objects.values_list("slug", flat=True)) if plan.added else set()
    changed = plan.added + plan.updated
    updated = [stored[row.key] for row in plan.updated]
    let_go(work.hand, [program.id for program in updated])
    for start in range(0, len(changed), BATCH):
        _save(changed[start : start + BATCH], work)
        if progress:
            progress(min(start + BATCH, len(changed)), len(changed))
    for ids in batches(plan.seen_again):
        Program.objects.filter(pk__in=ids).update(observed_on=work.observed_on)
    for ids in batches(plan.gone):
        Program.objects.filter(pk__in=ids).update(gone_on=work.observed_on)
    back = [program.id for program in updated if program.gone_on and program.id not in work.hand.shut]
    lines = work.history.of_listing(back, is_listed=True) + work.history.of_listing(plan.gone, is_listed=False)
    FactChange.objects.bulk_create(lines, batch_size=BATCH)


def _join(work: _Work, actor: Actor, now: datetime) -> tuple[set[uuid.UUID], dict[str, int | float]]:
    """Join what is new or changed with other sources' entries, and find anew where the sources differ.

    Gives the entries that were touched, and the counts.
    """
    plan, source = work.plan, work.source
    changed = [program_id(source.key, row.key) for row in plan.added]
    changed += [work.stored[row.key].id for row in plan.updated]
    joined, unsure = join_entries(changed, source=source, now=now, by=actor.key)
    instead = show_others(plan.gone, now=now, by=actor.key)
    touched = {*changed, *plan.seen_again, *plan.gone, *instead.values()}
    # Where an entry is new to a place, said another thing, spoke anew or fell silent.
    places = {head for ids in batches(list(touched)) for head in heads_of(ids)}
    find_conflicts(places, now=now)
    return touched, {"joined": len(joined), "unsure": unsure}


def program_id(source: str, key: str) -> uuid.UUID:
    """The id of a source's entry: the same in every import, on every machine."""
    return uuid.uuid5(_ID, f"{source}:{key}")


_LOCATION_FIELDS = (
    *("organization", "street1", "street2", "city", "state", "zip5", "county"),
    *("latitude", "longitude", "geocode"),
)
# Never the slug: addresses must not break.
_PROGRAM_FIELDS = (
    *("organization", "location", "name", "phone", "intake_phone", "website", "codes"),
    *("walk_in_hours", "day_one", "fingerprint", "observed_on", "gone_on"),
)


def _save(rows: list[Facility], work: _Work) -> None:
    organizations: dict[uuid.UUID, Organization] = {}
    known = [work.stored[row.key].id for row in rows if row.key in work.stored]
    before = Program.objects.select_related("location").in_bulk(known)
    programs = [_program(row, work, organizations, before) for row in rows]
    if before:
        FactChange.objects.bulk_create(work.history.of_words(before.values(), programs), batch_size=BATCH)
    Organization.objects.bulk_create(
        organizations.values(), update_conflicts=True, unique_fields=["id"], update_fields=["name"]
    )
    Location.objects.bulk_create(
        [program.location for program in programs],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_LOCATION_FIELDS,
    )
    Program.objects.bulk_create(programs, update_conflicts=True, unique_fields=["id"], update_fields=_PROGRAM_FIELDS)


def _program(
    row: Facility, work: _Work, organizations: dict[uuid.UUID, Organization], entries: Mapping[uuid.UUID, Program]
) -> Program:
    """An entry as it will be kept, with what was put right by hand over the file's own words.

    What the file was not asked for stays as it stands in `entries`.
    """
    source, before = work.source, work.stored.get(row.key)
    pk = before.id if before else program_id(source.key, row.key)
    kept = work.hand.over(row, pk)
    # One name in two states is more often two organizations than one.
    organization_id = uuid.uuid5(_ID, f"{source.key}:organization:{plain(row.organization)}:{row.state}")
    organizations[organization_id] = Organization(id=organization_id, name=row.organization[:200])
    is_shut = before is not None and pk in work.hand.shut
    old, hours, steps = entries.get(pk), kept.walk_in_hours, kept.day_one
    if old is not None:
        hours, steps = old.walk_in_hours if hours is None else hours, old.day_one if steps is None else steps
    return Program(
        id=pk,
        slug=before.slug if before else page_address(row, taken=work.slugs),
        organization_id=organization_id,
        location=_location(kept, source.key, organization_id),
        name=kept.name,
        phone=kept.phone,
        intake_phone=kept.intake_phone,
        website=kept.website,
        codes=kept.codes,
        walk_in_hours=hours or "",
        day_one=list(steps or ()),
        is_sample=source.is_sample,
        source=source,
        source_key=row.key,
        fingerprint=row.fingerprint(),
        observed_on=work.observed_on,
        gone_on=before.gone_on if before and is_shut else None,
    )


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
    said = " ".join(f"{name}={count}" for name, count in counts.items())
    wrote, why = [f"create import:{entry.pk} {said}"], f"{source} {observed_on.isoformat()}"
    enter(STREAM, actor=actor, verb="import_directory", now=now, wrote=wrote, why=why)
