"""What an editor looks into: what people told us is wrong, and where sources do not agree."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from handrail.actions._frame import Refused, Stale, require
from handrail.actions.directory.by_hand import OF_LOCATION
from handrail.actions.directory.edit import DETAIL_DAYS, correct, read_place, shown_word, take_back
from handrail.actions.directory.say import FACT_DAYS, sign_change
from handrail.actions.directory.sources import hold_directory
from handrail.core.access import Actor
from handrail.core.facts import DETAILS, UNKNOWN
from handrail.core.reports import OUTCOMES
from handrail.records.directory.models import Conflict, Program, Report


def alike(program: Program, kind: str, about: str) -> QuerySet[Report]:
    """The open reports that say one thing of a place, also where they came in for an entry that is now a part of it."""
    place = Q(program=program.pk) | Q(program__merged_into=program.pk)
    return Report.objects.filter(place, kind=kind, about=about, settled_at=None)


def begin_check(program: Program, *, actor: Actor, kind: str, about: str, now: datetime) -> int:
    """Say that we are looking: the public page may then say so. Gives how many reports it is about."""
    require(actor, "edit_directory")
    with transaction.atomic():
        hold_directory()
        ids = list(alike(program, kind, about).filter(seen_at=None).values_list("pk", flat=True))
        if ids:
            Report.objects.filter(pk__in=ids).update(seen_at=now)
            sign_change(program, actor, "begin_check", now, [f"update report:{pk}" for pk in ids])
    return len(ids)


def settle_reports(
    program: Program, *, actor: Actor, kind: str, about: str, outcome: str, last: int, now: datetime
) -> int:
    """End the check of all alike reports that the editor saw, up to the id `last`. Gives how many.

    A report that came in since stays open: nobody has looked at it. Raises Refused: `needs_outcome`.
    """
    require(actor, "edit_directory")
    if outcome not in OUTCOMES:
        raise Refused("needs_outcome")
    with transaction.atomic():
        hold_directory()
        ids = list(alike(program, kind, about).filter(pk__lte=last).values_list("pk", flat=True))
        if ids:
            Report.objects.filter(pk__in=ids).update(settled_at=now, settled_by=actor.key, outcome=outcome)
            sign_change(program, actor, "settle_reports", now, [f"update report:{pk}" for pk in ids], outcome)
    return len(ids)


def keep_shown(program: Program, *, ids: Collection[int], actor: Actor, now: datetime) -> int:
    """Let what is shown stand, in these conflicts of one place. Gives how many were open.

    A conflict opens again only when the other source says something new.
    """
    require(actor, "edit_directory")
    with transaction.atomic():
        hold_directory()
        rows = Conflict.objects.filter(program=program, pk__in=ids, settled_at=None)
        pks = list(rows.values_list("pk", flat=True))
        if pks:
            Conflict.objects.filter(pk__in=pks).update(settled_at=now, settled_by=actor.key)
            sign_change(program, actor, "keep_shown", now, [f"update conflict:{pk}" for pk in pks])
    return len(pks)


def use_other(conflict: Conflict, *, actor: Actor, seen: str, why: str, now: datetime) -> None:
    """Let the other word stand. Against the place's own source that is to take our word back; else it becomes ours.

    `seen` is the other word as the editor saw it. Raises Stale when it is settled or says something else by now.
    """
    require(actor, "edit_directory")
    with transaction.atomic():
        hold_directory()
        row = _still_open(conflict, seen)
        word = word_of(row)
        if row.other_id == row.program_id and take_back(row.program, actor=actor, key=row.key, why=why, now=now):
            place = read_place(row.program)
            if shown_word(place, row.key, now) == word:
                return
        _say(row, word, actor=actor, why=why, now=now)


def say_unknown(conflict: Conflict, *, actor: Actor, seen: str, why: str, now: datetime) -> None:
    """Neither word can be trusted: it is not known until somebody finds out. Raises Stale as `use_other` does."""
    require(actor, "edit_directory")
    with transaction.atomic():
        hold_directory()
        _say(_still_open(conflict, seen), UNKNOWN, actor=actor, why=why, now=now)


def word_of(conflict: Conflict) -> str:
    """The other entry's word as it wrote it: a conflict holds numbers and web addresses in a shape for comparing."""
    key, other = conflict.key, conflict.other
    if conflict.other_id == conflict.program_id or key not in DETAILS:
        return conflict.other_value
    return str(getattr(other.location if key in OF_LOCATION else other, key))


def _still_open(conflict: Conflict, seen: str) -> Conflict:
    rows = Conflict.objects.select_related("program", "other__location")
    row = rows.filter(pk=conflict.pk, settled_at=None, other_value=seen).first()
    if row is None:
        raise Stale
    return row


def _say(row: Conflict, value: str, *, actor: Actor, why: str, now: datetime) -> None:
    days = DETAIL_DAYS if row.key in DETAILS else FACT_DAYS
    correct(row.program, actor=actor, key=row.key, value=value, why=why, days=days, now=now)
