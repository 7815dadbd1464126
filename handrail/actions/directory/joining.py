"""Entries of several sources that speak of one place: joined at import by the rule of core.same_place.

Each entry keeps its own row, which its own source goes on updating; the later one points at the one that is shown.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q

from handrail.actions.directory.conflicts import find_conflicts
from handrail.actions.directory.sources import batches
from handrail.core.same_place import Entry, digits_of, likely_same
from handrail.records.directory.models import Conflict, FactChange, Likeness, Program, Source

# So many doubtful pairs of one entry are put before an editor; a whole office building would drown them.
MOST_LIKE = 3

_FIELDS = (
    *("pk", "slug", "source_id", "merged_into", "name", "organization__name", "location__street1", "location__zip5"),
    *("phone", "intake_phone"),
)


class _Known:
    """An entry as it is compared, and where it is shown."""

    __slots__ = ("entry", "head", "pk", "slug", "source")

    def __init__(self, pk: uuid.UUID, slug: str, source: str, head: uuid.UUID | None, *told: str) -> None:
        name, organization, street, zip5, *phones = told
        self.pk, self.slug, self.source, self.head = pk, slug, source, head or pk
        self.entry = Entry(name, organization, street, zip5, frozenset(filter(None, map(digits_of, phones))))


def join_entries(added: Collection[uuid.UUID], *, source: Source, now: datetime, by: str) -> set[uuid.UUID]:
    """Join new entries of a source with those of others that are the same place. Gives the places that changed.

    Sample data is never joined with real data.
    """
    listed = Program.objects.filter(gone_on=None, source__is_sample=source.is_sample).exclude(source=source)
    others: dict[str, list[_Known]] = defaultdict(list)
    for row in listed.order_by("slug").values_list(*_FIELDS):
        known = _Known(*row)
        others[known.entry.zip5].append(known)
    if not others:
        return set()
    # The source told its own entries apart: a place has at most one of them.
    mine = Program.objects.filter(source=source).exclude(merged_into=None)
    taken: set[uuid.UUID] = {head for head in mine.values_list("merged_into", flat=True) if head}
    joined: dict[uuid.UUID, uuid.UUID] = {}
    alike: list[Likeness] = []
    for ids in batches(list(added)):
        for row in Program.objects.filter(pk__in=ids).order_by("slug").values_list(*_FIELDS):
            new = _Known(*row)
            head, maybe = _compare(new, others.get(new.entry.zip5, ()), taken)
            if head is not None:
                joined[new.pk] = head
                taken.add(head)
            alike += [Likeness(program_id=each, other_id=new.pk, why=why, found_at=now) for each, why in maybe]
    _write(joined, source=source, now=now, by=by)
    Likeness.objects.bulk_create(alike, batch_size=500, ignore_conflicts=True)
    return set(joined.values())


def _compare(
    new: _Known, others: Iterable[_Known], taken: set[uuid.UUID]
) -> tuple[uuid.UUID | None, list[tuple[uuid.UUID, str]]]:
    """The place a new entry is, if any, and the places it may be, with what they share."""
    maybe: dict[uuid.UUID, str] = {}
    for other in others:
        likely = likely_same(other.entry, new.entry)
        if likely == "same" and other.head not in taken:
            return other.head, []
        if likely:
            same_phone = not other.entry.phones.isdisjoint(new.entry.phones)
            maybe.setdefault(other.head, "phone" if same_phone else "street")
    return None, list(maybe.items())[:MOST_LIKE]


def _write(joined: dict[uuid.UUID, uuid.UUID], *, source: Source, now: datetime, by: str) -> None:
    for ids in batches(list(joined)):
        programs = list(Program.objects.filter(pk__in=ids).only("pk"))
        for program in programs:
            program.merged_into_id = joined[program.pk]
        Program.objects.bulk_update(programs, ["merged_into"])
    history = [
        FactChange(program_id=head, key="merged", value=str(pk), source=source, at=now, by=by, why="same_place")
        for pk, head in joined.items()
    ]
    FactChange.objects.bulk_create(history, batch_size=500)
    find_conflicts(set(joined.values()), now=now)


def promote_members(gone: Collection[uuid.UUID], *, now: datetime) -> set[uuid.UUID]:
    """Where a place's own source left it out and another still lists it, show that entry. Gives the new places."""
    promoted: set[uuid.UUID] = set()
    for ids in batches(list(gone)):
        members: dict[uuid.UUID, list[Program]] = defaultdict(list)
        living = Program.objects.filter(merged_into__in=ids, gone_on=None).order_by("-observed_on", "slug")
        for member in living:
            members[member.merged_into_id or member.pk].append(member)
        for head, (first, *_rest) in members.items():
            _show_instead(head, first)
            promoted.add(first.pk)
    find_conflicts(promoted, now=now)
    return promoted


def _show_instead(head: uuid.UUID, member: Program) -> None:
    Program.objects.filter(pk=member.pk).update(merged_into=None)
    Program.objects.filter(Q(merged_into=head) | Q(pk=head)).update(merged_into=member.pk)
    Conflict.objects.filter(Q(program=head) | Q(other=head)).delete()
