"""What was put right by hand, against what a source's new file says: the hand stands, the other word is kept."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import F

from handrail.actions.directory.conflicts import Word, comparable, keep_conflicts
from handrail.actions.directory.sources import batches
from handrail.core.facility import Facility
from handrail.core.facts import DAY_ONE, DETAILS, UNKNOWN, WALK_IN_HOURS
from handrail.core.joining import disagreements
from handrail.core.reports import WHOLE
from handrail.records.directory.models import Conflict, Fact, FactChange
from handrail.records.directory.places import place_of_zip

# Where each detail that a file may speak of is kept.
OF_PROGRAM = ("name", "phone", "intake_phone", "website", WALK_IN_HOURS)
OF_LOCATION = ("street1", "street2", "city", "zip5")


@dataclass
class ByHand:
    """What staff said of one source's entries: details in force, entries shut by hand, and words that ran out since.

    `day_one` are the entries whose first day was told by hand; that does not run out. Facts (yes and no) are not here:
    they are joined when a place is read, and no file can touch them.
    """

    details: dict[uuid.UUID, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    shut: set[uuid.UUID] = field(default_factory=set)
    day_one: set[uuid.UUID] = field(default_factory=set)
    ran_out: dict[uuid.UUID, list[int]] = field(default_factory=lambda: defaultdict(list))

    def over(self, row: Facility, program: uuid.UUID) -> Facility:
        """A file's row as it is to be kept: with the hand's details in the place of its own."""
        if program in self.day_one:
            row = replace(row, day_one=None)
        held = self.details.get(program)
        if not held:
            return row
        told = {key: "" if value == UNKNOWN else value for key, value in held.items()}
        kept: dict[str, Any] = {key: told[key] for key in (*OF_PROGRAM, *OF_LOCATION) if key in told}
        place = place_of_zip(kept["zip5"]) if kept.get("zip5", row.zip5) != row.zip5 else None
        if place is not None:
            # The file's point belongs to the ZIP code that was wrong.
            kept |= {"state": place.state, "latitude": None, "longitude": None}
        return replace(row, **kept)


def kept_by_hand(
    source: str, *, today: date, observed_on: date, has_hours: bool = True, has_day_one: bool = True
) -> ByHand:
    """What was said by hand of this source's entries. Run out, it gives way to a newer file that speaks of it only."""
    hand = ByHand(day_one=_first_days(source) if has_day_one else set())
    words = Fact.objects.filter(program__source=source, key__in=(WHOLE, *DETAILS))
    fields = ("pk", "program_id", "key", "value", "observed_on", "expires_on")
    for pk, program, key, value, said_on, expires_on in words.values_list(*fields):
        ran_out = expires_on < today
        if key == WALK_IN_HOURS and not has_hours:
            continue
        if ran_out and observed_on > said_on:
            hand.ran_out[program].append(pk)
        elif key == WHOLE:
            hand.shut.add(program)
        elif not ran_out:
            hand.details[program][key] = value
    return hand


def _first_days(source: str) -> set[uuid.UUID]:
    """The source's entries whose first day somebody else told last."""
    lines = FactChange.objects.filter(program__source=source, key=DAY_ONE).order_by("at", "pk")
    last = dict(lines.values_list("program", "source"))
    return {program for program, teller in last.items() if teller != source}


def let_go(hand: ByHand, ids: Iterable[uuid.UUID]) -> None:
    """Forget the details that ran out, of entries that a newer file speaks of."""
    Fact.objects.filter(pk__in=[pk for program in ids for pk in hand.ran_out.get(program, ())]).delete()


def note_differences(hand: ByHand, rows: Iterable[tuple[uuid.UUID, Facility]], *, now: datetime) -> None:
    """Keep what the file says of a detail where the hand says otherwise, for the editor to see."""
    words: list[Word] = []
    compared: list[uuid.UUID] = []
    for program, row in rows:
        held = hand.details.get(program)
        if not held:
            continue
        compared.append(program)
        told = {key: getattr(row, key) or "" for key in (*OF_PROGRAM, *OF_LOCATION)}
        for key in disagreements(comparable(held), comparable(told)):
            words.append(Word(program, program, key, held[key], told[key]))
    before = [
        row
        for ids in batches(compared)
        for row in Conflict.objects.filter(program__in=ids, program=F("other"), key__in=DETAILS)
    ]
    keep_conflicts(before, words, now=now)
