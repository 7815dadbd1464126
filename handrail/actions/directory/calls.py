"""The call-round: our team asks a program on the phone, and says what it heard, or that nobody answered."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from handrail.actions._frame import Stale, enter, require
from handrail.actions.directory.say import confirm_capacity, state_capacity
from handrail.actions.directory.sources import hold_directory
from handrail.core.access import Actor
from handrail.records.directory.models import CallTry, CapacityStatement, Program

SAME_TRY_SECONDS = 60


@dataclass(frozen=True)
class Heard:
    """One row as the program said it on the phone."""

    label: str
    kind: str
    openings: int
    next_opening_on: date | None = None
    waiting: int | None = None


def rows_of(program: Program) -> QuerySet[CapacityStatement]:
    """Everything that was said of a place's openings, also of the entries merged into it."""
    return rows_said_of([program.pk])


def rows_said_of(places: Iterable[uuid.UUID | str]) -> QuerySet[CapacityStatement]:
    """As `rows_of`, of several places."""
    ids: list[Any] = list(places)
    # Both by the statement's own column, so that its index serves: an OR across two tables would read every row.
    merged = Program.objects.filter(merged_into__in=ids).values("pk")
    return CapacityStatement.objects.filter(Q(program__in=ids) | Q(program__in=merged))


def last_said(rows: Sequence[CapacityStatement]) -> str:
    """When a row was last said, as text for a form to carry; empty when nothing was."""
    return max(row.stated_at for row in rows).isoformat() if rows else ""


def say_by_phone(program: Program, *, actor: Actor, heard: Sequence[Heard], seen: str, now: datetime) -> None:
    """Say what the program told us, row by row; a row that was not asked about stays as it was.

    Raises Stale when somebody said openings of this program since the page was made.
    """
    require(actor, "call_round")
    with transaction.atomic():
        where = {row.label: row.program for row in _unchanged(program, seen)}
        for row in heard:
            state_capacity(
                where.get(row.label, program),
                actor=actor,
                label=row.label,
                kind=row.kind,
                openings=row.openings,
                next_opening_on=row.next_opening_on if row.openings == 0 else None,
                waiting=row.waiting,
                now=now,
            )
        CallTry.objects.filter(program=program).delete()


def confirm_by_phone(program: Program, *, actor: Actor, seen: str, now: datetime) -> None:
    """Say that the program told us every row is still right. Raises Stale as `say_by_phone`."""
    require(actor, "call_round")
    with transaction.atomic():
        for each in {row.program for row in _unchanged(program, seen)}:
            confirm_capacity(each, actor=actor, now=now)
        CallTry.objects.filter(program=program).delete()


def note_no_answer(program: Program, *, actor: Actor, seen: str, now: datetime) -> None:
    """Note that nobody answered, so that the next of us knows. Raises Stale as `say_by_phone`."""
    require(actor, "call_round")
    with transaction.atomic():
        rows = _unchanged(program, seen)
        tried = CallTry.objects.select_for_update().filter(program=program).first()
        if tried and tried.by == actor.key and (now - tried.at).total_seconds() < SAME_TRY_SECONDS:
            return  # the second click of a double click
        goes_on = tried is not None and all(row.stated_at < tried.at for row in rows)
        times = tried.times + 1 if tried is not None and goes_on else 1
        CallTry.objects.update_or_create(program=program, defaults={"at": now, "by": actor.key, "times": times})
        enter(
            f"program:{program.pk}", actor=actor, verb="call_no_answer", now=now, wrote=[f"update calltry:{program.pk}"]
        )


def _unchanged(program: Program, seen: str) -> list[CapacityStatement]:
    """The rows of a place, held until the transaction ends. Raises Stale, with who spoke, when they are newer."""
    hold_directory()
    rows = list(rows_of(program).select_for_update(of=("self",)).select_related("program").order_by("pk"))
    if last_said(rows) != seen:
        newest = max(rows, key=lambda row: row.stated_at, default=None)
        raise Stale(by=newest.stated_by if newest else "")
    return rows
