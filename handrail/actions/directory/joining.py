"""Entries of several sources that speak of one place: joined at import by the rule of core.same_place.

Each entry keeps its own row, which its own source goes on updating; the later one points at the one that is shown.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from handrail.actions.directory.sources import batches
from handrail.core.reports import WHOLE
from handrail.core.same_place import closeness, entry_of, has_phone_in_common, likely_same
from handrail.records.accounts.models import Membership
from handrail.records.directory.models import Fact, FactChange, Likeness, Program, Source

# So many doubtful pairs of one entry are put before an editor; a whole office building would drown them.
MOST_LIKE = 3

_FIELDS = (
    *("pk", "slug", "source_id", "merged_into", "gone_on", "name", "organization__name"),
    *("location__street1", "location__street2", "location__zip5", "phone", "intake_phone"),
)


class _Known:
    """An entry as it is compared, and the place where it is shown."""

    __slots__ = ("entry", "is_shut", "pk", "place", "slug", "source")

    def __init__(
        self, pk: uuid.UUID, slug: str, source: str, head: uuid.UUID | None, gone_on: date | None, *told: str
    ) -> None:
        self.pk, self.slug, self.source, self.place = pk, slug, source, head or pk
        self.is_shut = gone_on is not None
        self.entry = entry_of(*told)


class _Pair(NamedTuple):
    """A changed entry and another source's that is the same place."""

    one: _Known
    other: _Known

    def rank(self) -> tuple[float, str, str]:
        """The closest first; the addresses of the pages settle ties."""
        return -closeness(self.one.entry, self.other.entry), self.other.slug, self.one.slug


@dataclass
class _Found:
    """Pairs that are one place, and by changed entry the places that it may be, with the code of what they share."""

    same: list[_Pair] = field(default_factory=list)
    maybe: dict[uuid.UUID, dict[uuid.UUID, str]] = field(default_factory=lambda: defaultdict(dict))


def join_entries(
    changed: Collection[uuid.UUID], *, source: Source, now: datetime, by: str
) -> tuple[dict[uuid.UUID, uuid.UUID], int]:
    """Join new and changed entries of a source with those of others that are the same place.

    Gives the entries that were joined, each with its place, and how many pairs wait for an editor. Sample data is
    never joined with real data, nor what an editor said are two places; an entry that staff or other entries belong
    to stays where it is.
    """
    if not changed or not Program.objects.filter(source__is_sample=source.is_sample).exclude(source=source).exists():
        return {}, 0
    known = _known(source, now.date())
    found = _compare(known, set(changed), source.key)
    # The source told its own entries apart: a place has one of each source.
    taken = {each.place for each in known if each.source == source.key}
    joined = _choose(found.same, taken)
    _write(joined, source=source, now=now, by=by)
    unsure = [
        Likeness(program_id=place, other_id=pk, why=why, found_at=now)
        for pk, places in found.maybe.items()
        if pk not in joined
        for place, why in [(place, why) for place, why in places.items() if place not in taken][:MOST_LIKE]
    ]
    return joined, _put_before_editor(unsure)


def _known(source: Source, today: date) -> list[_Known]:
    """Every entry that is listed, or shut by hand: so that no list brings that one back."""
    shut = Fact.objects.filter(key=WHOLE, expires_on__gte=today).values("program")
    rows = Program.objects.filter(Q(gone_on=None) | Q(pk__in=shut), source__is_sample=source.is_sample)
    return [_Known(*row) for row in rows.order_by("slug").values_list(*_FIELDS).iterator()]


def _compare(known: Iterable[_Known], changed: set[uuid.UUID], source: str) -> _Found:
    """Compare what changed and stands on its own with the entries of other sources in its ZIP code."""
    near: dict[str, list[_Known]] = defaultdict(list)
    for each in known:
        near[each.entry.zip5].append(each)
    at_street = Counter((each.source, each.entry.zip5, each.entry.street) for each in known)
    apart, bound = _apart(known), _bound(known)
    found = _Found()
    for one in known:
        if one.pk not in changed or one.place != one.pk:
            continue
        is_first = at_street[source, one.entry.zip5, one.entry.street] == 1
        for other in near[one.entry.zip5]:
            if other.source == source or other.place == one.pk or frozenset((one.pk, other.place)) in apart:
                continue
            is_only = is_first and at_street[other.source, other.entry.zip5, other.entry.street] == 1
            likely = likely_same(other.entry, one.entry, is_only=is_only)
            if likely == "same" and one.pk not in bound:
                found.same.append(_Pair(one, other))
            elif likely and not other.is_shut and not one.is_shut:
                why = "phone" if has_phone_in_common(one.entry, other.entry) else "street"
                found.maybe[one.pk].setdefault(other.place, why)
    return found


def _choose(same: Iterable[_Pair], taken: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Each entry with its place, the closest pair first. Adds the places to `taken`."""
    joined: dict[uuid.UUID, uuid.UUID] = {}
    for one, other in sorted(same, key=_Pair.rank):
        if one.pk not in joined and other.place not in taken:
            joined[one.pk] = other.place
            taken.add(other.place)
    return joined


def _bound(known: Iterable[_Known]) -> set[uuid.UUID]:
    """Entries that no rule may put under another: other entries or our intake staff belong to them."""
    with_staff = set(Membership.objects.values_list("program_id", flat=True))
    return with_staff | {each.place for each in known if each.place != each.pk}


def _apart(known: Iterable[_Known]) -> set[frozenset[uuid.UUID]]:
    """Pairs of places of which an editor said that they are two."""
    place_of = {each.pk: each.place for each in known}
    said = Likeness.objects.exclude(settled_at=None).values_list("program", "other")
    return {frozenset(place_of.get(pk, pk) for pk in pair) for pair in said}


def _write(joined: Mapping[uuid.UUID, uuid.UUID], *, source: Source, now: datetime, by: str) -> None:
    _point(joined)
    for ids in batches(list(joined)):
        # What was asked of an entry on its own is asked no more.
        Likeness.objects.filter(Q(program__in=ids) | Q(other__in=ids), settled_at=None).delete()
    history = [
        FactChange(program_id=head, key="merged", value=str(pk), source=source, at=now, by=by, why="same_place")
        for pk, head in joined.items()
    ]
    FactChange.objects.bulk_create(history, batch_size=500)


def _point(joined: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """Point each entry at its place. Many single updates: one statement of many cases takes ten times as long."""
    key = Program._meta.get_field("id")
    pairs = [
        tuple(key.get_db_prep_value(each, connection) for each in (head, pk)) for pk, head in sorted(joined.items())
    ]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE directory_program SET merged_into_id = %s WHERE id = %s", pairs)


def _put_before_editor(unsure: Iterable[Likeness]) -> int:
    """Keep the pairs, each once, whichever of the two came first. Gives how many are new."""
    there = {frozenset(pair) for pair in Likeness.objects.values_list("program", "other")}
    new = [each for each in unsure if frozenset((each.program_id, each.other_id)) not in there]
    Likeness.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)
