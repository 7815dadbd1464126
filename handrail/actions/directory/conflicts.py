"""Conflicts between sources, kept for the editor; a settled one stays so until the other source says a new thing."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from handrail.actions.directory.sources import batches
from handrail.core.facts import DETAILS, FACTS, UNKNOWN, SaidFact, read_codes
from handrail.core.joining import Heard, Told, disagreements, join_words, last_day
from handrail.core.same_place import digits_of, street_of
from handrail.records.directory.models import Conflict, Fact, Program
from handrail.records.directory.telling import JOINED

MAX_VALUE = 200
# Details on which two sources can disagree; a name or a suite is written in as many ways as there are sources.
COMPARED = ("phone", "intake_phone", "website", "street1", "zip5")


@dataclass(frozen=True, slots=True)
class Word:
    """One thing on which an entry differs from its place: what stands at `program`, and what `other` says."""

    program: uuid.UUID
    other: uuid.UUID
    key: str
    value: str
    other_value: str


@dataclass
class _Entry:
    """One entry of a place: what its codes say, and its details. A `silent` one is gone or no longer believed."""

    pk: uuid.UUID
    heard: Heard
    details: dict[str, str]
    silent: bool


@dataclass
class _Place:
    """The entry that is shown, those merged into it, and what was said of any of them by hand, oldest first."""

    head: _Entry | None = None
    others: list[_Entry] = field(default_factory=list)
    said: list[SaidFact] = field(default_factory=list)
    by_hand: frozenset[str] = frozenset()


def find_conflicts(heads: Collection[uuid.UUID], *, now: datetime) -> None:
    """Compare what stands at each of these places with what each of its entries says, and keep where they differ."""
    for ids in batches(list(heads)):
        by_hand = _details_by_hand(ids, now.date())
        found: list[Word] = []
        for place in _places(ids, now.date()):
            place.by_hand = frozenset(by_hand.get(place.head.pk, ()) if place.head else ())
            found += _differences(place, now.date())
        # What was put right by hand of a place's own entry is looked after where files are read.
        before = [
            row
            for row in Conflict.objects.filter(program__in=ids)
            if row.program_id != row.other_id or row.key not in by_hand.get(row.program_id, ())
        ]
        keep_conflicts(before, found, now=now)


def _details_by_hand(ids: Iterable[uuid.UUID], today: date) -> dict[uuid.UUID, set[str]]:
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    words = Fact.objects.filter(program__in=ids, key__in=DETAILS, expires_on__gte=today)
    for pk, key in words.values_list("program", "key"):
        found[pk].add(key)
    return found


def _places(ids: Iterable[uuid.UUID], today: date) -> Iterable[_Place]:
    """Those of these places that more than one list or a hand has spoken of: nothing can differ at the others."""
    places: dict[uuid.UUID, _Place] = defaultdict(_Place)
    place_of: dict[uuid.UUID, uuid.UUID] = {pk: pk for pk in ids}
    for head, entry in _entries(Program.objects.filter(merged_into__in=ids), today):
        places[head].others.append(entry)
        place_of[entry.pk] = head
    words = Fact.objects.filter(program__in=list(place_of), key__in=FACTS, expires_on__gte=today)
    fields = ("key", "value", "source__name", "observed_on", "expires_on")
    for pk, *word in words.order_by("observed_on", "pk").values_list("program", *fields):
        places[place_of[pk]].said.append(SaidFact(*word))
    for head, entry in _entries(Program.objects.filter(pk__in=list(places)), today):
        places[head].head = entry
    return places.values()


_FIELDS = ("pk", "merged_into", "gone_on", "codes", "source__name", "observed_on", "source__lasts_days")


def _entries(programs: Any, today: date) -> Iterable[tuple[uuid.UUID, _Entry]]:
    columns = (*COMPARED[:3], "location__street1", "location__zip5")
    for row in programs.order_by("pk").values_list(*_FIELDS, *columns):
        pk, head, gone_on, codes, source, observed_on, lasts_days, *details = row
        told = Told(codes, source, observed_on, last_day(observed_on, lasts_days))
        silent = gone_on is not None or not told.holds_on(today)
        heard = (told, {} if gone_on else read_codes(codes))
        yield head or pk, _Entry(pk, heard, dict(zip(COMPARED, details, strict=True)), silent)


def _differences(place: _Place, today: date) -> Iterable[Word]:
    """Where the entries of one place say otherwise than what stands there."""
    head = place.head
    if head is None:
        return
    joined = join_words([head.heard, *(each.heard for each in place.others)], place.said, today=today)
    standing = {key: fact.value for key, fact in joined.items()}
    # "We do not know" said by hand is a word too: a list that says it does is kept beside it.
    standing |= {word.key: UNKNOWN for word in place.said if word.key not in standing}
    standing |= _standing_details(head, place)
    for entry in (head, *place.others):
        if entry.silent:
            continue
        said = dict(entry.heard[1]) | entry.details
        if entry is head:
            said = {key: value for key, value in said.items() if key not in place.by_hand}
        for key in disagreements(comparable(standing), comparable(said)):
            yield Word(head.pk, entry.pk, key, standing[key], said[key])


def _standing_details(head: _Entry, place: _Place) -> dict[str, str]:
    """The details that are shown: the newest list's way to reach a place, unless a hand has said it."""
    shown = dict(head.details)
    for key in JOINED:
        if key not in place.by_hand:
            named = [each for each in (head, *place.others) if each.details[key] and not each.silent]
            newest = max(named, key=lambda each: each.heard[0].observed_on or date.min, default=head)
            shown[key] = newest.details[key]
    return shown


def comparable(words: Mapping[str, str]) -> dict[str, str]:
    """Words for comparing: two ways of writing one number, street or address of a website are one."""
    return {key: _plain(key, value) for key, value in words.items()}


def _plain(key: str, value: str) -> str:
    match key:
        case "phone" | "intake_phone":
            return digits_of(value) or value
        case "street1":
            return street_of(value)
        case "website":
            return value.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return value


def keep_conflicts(before: Iterable[Conflict], found: Iterable[Word], *, now: datetime) -> None:
    """Make these conflicts what was found now.

    A settled one stays settled while the other says the same, and is kept when they agree, to know that word again.
    """
    known = {(row.program_id, row.other_id, row.key): row for row in before}
    new: list[Conflict] = []
    changed: list[Conflict] = []
    for word in found:
        old = known.pop((word.program, word.other, word.key), None)
        value, other_value = word.value[:MAX_VALUE], word.other_value[:MAX_VALUE]
        if old is None:
            kept = Conflict(program_id=word.program, other_id=word.other, key=word.key, found_at=now)
            kept.value, kept.other_value = value, other_value
            new.append(kept)
        elif (old.value, old.other_value) != (value, other_value):
            if _plain(word.key, old.other_value) != _plain(word.key, other_value):
                old.found_at, old.settled_at, old.settled_by = now, None, ""
            old.value, old.other_value = value, other_value
            changed.append(old)
    Conflict.objects.bulk_create(new, batch_size=500)
    Conflict.objects.bulk_update(
        changed, ["value", "other_value", "found_at", "settled_at", "settled_by"], batch_size=200
    )
    agreed = [row.pk for row in known.values() if row.settled_at is None]
    Conflict.objects.filter(pk__in=agreed).delete()


def settle_conflicts(place: uuid.UUID, key: str, *, by: str, now: datetime) -> None:
    """What a word by hand has decided is no longer open between the lists."""
    Conflict.objects.filter(program=place, key=key, settled_at=None).update(settled_at=now, settled_by=by)
