"""Where a place's own source leaves it out and another still lists it, the other entry is shown in its stead."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from django.db.models import F, Q

from handrail.actions.directory.by_hand import OF_LOCATION
from handrail.actions.directory.sources import batches
from handrail.core.facts import DETAILS, UNKNOWN
from handrail.records.directory.models import Conflict, Fact, FactChange, Likeness, Program


def show_others(gone: Collection[uuid.UUID], *, now: datetime, by: str) -> dict[uuid.UUID, uuid.UUID]:
    """Show the newest living entry of each place whose shown entry is gone. Gives the new one by the old.

    The old one becomes a part, and stays one when its source lists it again: its page and id lead to the new.
    """
    instead: dict[uuid.UUID, uuid.UUID] = {}
    for ids in batches(list(gone)):
        members: dict[uuid.UUID, list[Program]] = defaultdict(list)
        living = Program.objects.filter(merged_into__in=ids, gone_on=None).select_related("merged_into", "location")
        for member in living.order_by("-observed_on", "slug"):
            members[member.merged_into_id or member.pk].append(member)
        for head, (first, *_others) in members.items():
            _show_instead(head, first, now=now, by=by)
            instead[head] = first.pk
    return instead


def _show_instead(head: uuid.UUID, member: Program, *, now: datetime, by: str) -> None:
    old = member.merged_into
    Program.objects.filter(pk=member.pk).update(merged_into=None)
    Program.objects.filter(Q(merged_into=head) | Q(pk=head)).update(merged_into=member.pk)
    if old is not None:
        _take_over(old, member, now.date())
    Conflict.objects.filter(Q(program=head) | Q(other=head)).exclude(program=F("other")).delete()
    for pair in Likeness.objects.filter(Q(program=head) | Q(other=head), settled_at=None):
        _ask_of(pair, head, member.pk)
    FactChange.objects.create(
        program=member, key="merged", value=str(head), source=member.source, at=now, by=by, why="shown_instead"
    )


def _take_over(old: Program, member: Program, today: date) -> None:
    """What was put right by hand of the entry that was shown stands for the one that is shown now."""
    said = set(Fact.objects.filter(program=member).values_list("key", flat=True))
    for fact in Fact.objects.filter(program=old, key__in=DETAILS, expires_on__gte=today).exclude(key__in=said):
        fact.program = member
        fact.save(update_fields=["program"])
        target = member.location if fact.key in OF_LOCATION else member
        setattr(target, fact.key, "" if fact.value == UNKNOWN else fact.value)
        # The next file is then read anew, so that what it says against the hand is kept for the editor.
        member.fingerprint = ""
    member.day_one = member.day_one or old.day_one
    member.walk_in_hours = member.walk_in_hours or old.walk_in_hours
    member.merged_into = None
    member.location.save()
    member.save()


def _ask_of(pair: Likeness, head: uuid.UUID, member: uuid.UUID) -> None:
    """Ask of the entry that is shown now what was asked of the old one, once."""
    ends = {pair.program_id, pair.other_id} - {head}
    other = ends.pop()
    asked = Q(program=member, other=other) | Q(program=other, other=member)
    if other == member or Likeness.objects.filter(asked).exists():
        pair.delete()
        return
    pair.program_id, pair.other_id = member, other
    pair.save(update_fields=["program", "other"])
