"""Two entries that an editor says are one place, and one place that an editor says is two."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from handrail.actions._frame import Refused, Stale, require
from handrail.actions.directory.conflicts import find_conflicts
from handrail.actions.directory.edit import IN_LEDGER, tidy_why
from handrail.actions.directory.say import sign_change, source_of
from handrail.actions.directory.sources import hold_directory
from handrail.core.access import Actor
from handrail.records.directory.models import Conflict, FactChange, Likeness, Program


def merge(part: Program, *, into: Program, actor: Actor, why: str, now: datetime) -> None:
    """Let one entry be a part of a place that is shown. The part's page leads there, and what it says speaks for it.

    Raises Refused: `same_entry`, `sample_and_real`, `not_listed` (the place that would be shown is gone), `needs_why`;
    Stale when one of the two was merged meanwhile.
    """
    require(actor, "edit_directory")
    why = tidy_why(why)
    if part.pk == into.pk:
        raise Refused("same_entry")
    with transaction.atomic():
        hold_directory()
        rows = {row.pk: row for row in Program.objects.filter(pk__in=(part.pk, into.pk)).select_related("source")}
        part, into = rows[part.pk], rows[into.pk]
        if part.merged_into_id == into.pk:
            return  # pressed twice
        if part.merged_into_id or into.merged_into_id:
            raise Stale("merged_already")
        if part.source.is_sample != into.source.is_sample:
            raise Refused("sample_and_real")
        if into.gone_on is not None:
            raise Refused("not_listed")
        members = list(Program.objects.filter(merged_into=part.pk).values_list("pk", flat=True))
        # Members come along to the place that is shown, so that there is never a chain.
        Program.objects.filter(pk__in=[part.pk, *members]).update(merged_into=into.pk)
        _forget_conflicts(part)
        _settle_likeness(into, actor=actor, now=now)
        _note(into, "merged", value=str(part.pk), actor=actor, why=why, now=now)
        _note(part, "merged", value=str(into.pk), actor=actor, why=why, now=now)
        find_conflicts({into.pk}, now=now)
        wrote = [f"update program:{pk}" for pk in (part.pk, *members)]
        # Signed for the part, its version goes up with that of the place it is now in.
        sign_change(part, actor, "merge", now, wrote, why[:IN_LEDGER])
        sign_change(into, actor, "merge", now, wrote, why[:IN_LEDGER])


def split(part: Program, *, actor: Actor, why: str, now: datetime) -> None:
    """Give a merged entry its own page again, and keep that the two are not one place, so that nothing asks again.

    Raises Refused: `needs_why`.
    """
    require(actor, "edit_directory")
    why = tidy_why(why)
    with transaction.atomic():
        hold_directory()
        part = Program.objects.select_related("merged_into").get(pk=part.pk)
        place = part.merged_into
        if place is None:
            return  # split already
        Program.objects.filter(pk=part.pk).update(merged_into=None)
        _forget_conflicts(part)
        _keep_apart(place, part, actor=actor, now=now)
        _note(place, "split", before=str(part.pk), actor=actor, why=why, now=now)
        _note(part, "split", before=str(place.pk), actor=actor, why=why, now=now)
        find_conflicts({place.pk}, now=now)
        wrote = [f"update program:{part.pk}"]
        sign_change(part, actor, "split", now, wrote, why[:IN_LEDGER])
        sign_change(place, actor, "split", now, wrote, why[:IN_LEDGER])


def not_the_same(likeness: Likeness, *, actor: Actor, now: datetime) -> bool:
    """Say that two entries that look alike are two places. False when somebody has said so already."""
    require(actor, "edit_directory")
    with transaction.atomic():
        hold_directory()
        open_ = Likeness.objects.filter(pk=likeness.pk, settled_at=None)
        if not open_.update(settled_at=now, settled_by=actor.key):
            return False
        sign_change(likeness.program, actor, "not_the_same", now, [f"update likeness:{likeness.pk}"])
    return True


def _forget_conflicts(part: Program) -> None:
    """Drop where it differed from others as a place of its own. What its own source said against our word is kept."""
    both = Q(program=part.pk) | Q(other=part.pk)
    Conflict.objects.filter(both).exclude(program=F("other")).delete()


def _settle_likeness(into: Program, *, actor: Actor, now: datetime) -> None:
    """Pairs that are now inside one place need no answer."""
    one = Q(program=into.pk) | Q(program__merged_into=into.pk)
    other = Q(other=into.pk) | Q(other__merged_into=into.pk)
    Likeness.objects.filter(one, other, settled_at=None).update(settled_at=now, settled_by=actor.key)


def _keep_apart(place: Program, part: Program, *, actor: Actor, now: datetime) -> None:
    pair = Q(program=place, other=part) | Q(program=part, other=place)
    if not Likeness.objects.filter(pair).update(settled_at=now, settled_by=actor.key):
        Likeness.objects.create(
            program=place, other=part, why="merged", found_at=now, settled_at=now, settled_by=actor.key
        )


def _note(
    program: Program, key: str, *, actor: Actor, why: str, now: datetime, before: str = "", value: str = ""
) -> None:
    FactChange.objects.create(
        program=program, key=key, before=before, value=value, source=source_of(actor), at=now, by=actor.key, why=why
    )
