"""Openings said from a page: what the page showed comes along, so that nobody writes over what they did not see."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from handrail.actions._frame import Stale
from handrail.actions.directory.say import confirm_capacity, state_capacity
from handrail.actions.directory.sources import hold_directory
from handrail.core.access import Actor
from handrail.records.directory.models import CapacityStatement, Program


def sight_of(rows: Iterable[CapacityStatement]) -> str:
    """What somebody sees of these rows, as short text for a form to carry."""
    return ",".join(f"{row.pk}.{row.openings}" for row in sorted(rows, key=lambda row: row.pk))


def say_row(
    program: Program,
    *,
    actor: Actor,
    label: str,
    kind: str,
    openings: int,
    was: int | None,
    is_step: bool,
    next_opening_on: date | None = None,
    waiting: int | None = None,
    now: datetime,
) -> None:
    """Say one row anew. A step says the number alone: the next opening and who waits stay as they were.

    `was` is the number that the page showed. Raises Stale when it has changed since; a second click of a double
    click, or somebody who said the same, changes nothing.
    """
    with transaction.atomic():
        before = next((row for row in held_rows(program) if row.label == label), None)
        if before is not None and was is not None and before.openings != was:
            if before.openings != openings:
                raise Stale
            if is_step:
                return
        if before is not None and is_step:
            next_opening_on, waiting = before.next_opening_on, before.waiting
        state_capacity(
            program,
            actor=actor,
            label=label,
            kind=kind,
            openings=openings,
            next_opening_on=next_opening_on if openings == 0 else None,
            waiting=waiting,
            now=now,
        )


def confirm_rows(program: Program, *, actor: Actor, seen: str, now: datetime) -> int:
    """Say that every row is still right. Raises Stale when the rows are not those that were seen."""
    with transaction.atomic():
        if seen != sight_of(held_rows(program)):
            raise Stale
        return confirm_capacity(program, actor=actor, now=now)


def held_rows(program: Program) -> list[CapacityStatement]:
    """The rows of a program, held until the transaction ends: two devices at once come one after the other."""
    hold_directory()
    return list(CapacityStatement.objects.select_for_update().filter(program=program).order_by("pk"))
