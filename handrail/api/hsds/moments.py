"""When anything that is told of a place last changed: written anew or run out, in a fixed number of queries."""

import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Max, Q

from handrail.core.openings import AGEING_TIMES
from handrail.records.directory.models import CapacityStatement, Fact, FactChange, Import, Program, Report

_DAY = timedelta(days=1)

Moments = dict[uuid.UUID, datetime]


def modified(ids: Collection[uuid.UUID] | None, *, fresh_hours: Mapping[str, int], now: datetime) -> Moments:
    """When each listed place, or those with these ids, last changed: six queries.

    Of facts only the day is known: midnight stands for it. What runs out, changes on the midnight after its last day.
    """
    found: Moments = {}
    heads: dict[uuid.UUID, uuid.UUID] = {}
    for pk, head, at in _entries(ids, now.date()):
        heads[pk] = head
        _raise(found, head, at)
    members = None if ids is None else list(heads)
    for rows in (_said(members, now.date()), _stated(members, fresh_hours, now), _changes(members), _reports(members)):
        for pk, *moments in rows:
            if pk in heads:
                for at in moments:
                    _raise(found, heads[pk], at)
    return found


def _raise(found: Moments, head: uuid.UUID, at: datetime | date | None) -> None:
    if at is None:
        return
    moment = at if isinstance(at, datetime) else datetime.combine(at, time.min, UTC)
    if head not in found or found[head] < moment:
        found[head] = moment


def _entries(ids: Collection[uuid.UUID] | None, today: date) -> list[tuple[uuid.UUID, uuid.UUID, Any]]:
    """Every entry with its place and each of its moments: read, imported, gone, no longer believed."""
    imported = Import.objects.values_list("source", "observed_on").annotate(at=Max("finished_at"))
    arrived = {(source, day): at for source, day, at in imported}
    rows = Program.objects.filter(Q(gone_on=None) | Q(merged_into__isnull=False))
    if ids is not None:
        rows = rows.filter(Q(pk__in=ids) | Q(merged_into__in=ids))
    told: list[tuple[uuid.UUID, uuid.UUID, Any]] = []
    fields = ("pk", "merged_into", "source_id", "observed_on", "gone_on", "source__lasts_days")
    for pk, into, source, on, gone_on, lasts_days in rows.values_list(*fields):
        head = into or pk
        ran_out = on + timedelta(days=lasts_days) + _DAY
        for at in (on, arrived.get((source, on)), gone_on, ran_out if ran_out <= today else None):
            told.append((pk, head, at))
    return told


def _of(rows: Any, members: Collection[uuid.UUID] | None) -> Any:
    return rows if members is None else rows.filter(program__in=members)


def _said(members: Collection[uuid.UUID] | None, today: date) -> Any:
    over = Max("expires_on", filter=Q(expires_on__lt=today))
    rows = _of(Fact.objects, members).values_list("program").annotate(on=Max("observed_on"), over=over)
    return ((pk, on, last + _DAY if last else None) for pk, on, last in rows)


def _stated(members: Collection[uuid.UUID] | None, fresh_hours: Mapping[str, int], now: datetime) -> Any:
    """When openings were stated, and when the newest of those that are too old grew so, by kind."""
    limits = {kind: timedelta(hours=hours * AGEING_TIMES) for kind, hours in fresh_hours.items()}
    old = {f"old_{kind}": Max("stated_at", filter=Q(kind=kind, stated_at__lt=now - limits[kind])) for kind in limits}
    rows = _of(CapacityStatement.objects, members).values_list("program").annotate(at=Max("stated_at"), **old)
    for pk, at, *gone in rows:
        yield pk, at, *(since + limit for since, limit in zip(gone, limits.values(), strict=True) if since)


def _changes(members: Collection[uuid.UUID] | None) -> Any:
    return _of(FactChange.objects, members).values_list("program").annotate(at=Max("at"))


def _reports(members: Collection[uuid.UUID] | None) -> Any:
    moments = {"told": Max("at"), "seen": Max("seen_at"), "settled": Max("settled_at")}
    return _of(Report.objects, members).values_list("program").annotate(**moments)
