"""What was put right by hand, against what a source's new file says: the hand stands, the other word is kept."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from handrail.actions.directory.conflicts import Word, keep_conflicts
from handrail.core.facility import Facility
from handrail.core.facts import DETAILS, FACTS, UNKNOWN, read_codes
from handrail.core.joining import disagreements
from handrail.core.reports import WHOLE
from handrail.records.directory.models import Fact, Location, Program

# Where each detail that a file may speak of is kept.
OF_PROGRAM = ("name", "phone", "intake_phone", "website")
OF_LOCATION = ("street1", "street2", "city", "zip5")


@dataclass
class ByHand:
    """What staff and programs said of one source's entries: in force, shut by hand, and run out since."""

    details: dict[uuid.UUID, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    facts: dict[uuid.UUID, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    shut: set[uuid.UUID] = field(default_factory=set)
    ran_out: dict[uuid.UUID, list[int]] = field(default_factory=lambda: defaultdict(list))

    def put_back(self, program: Program, location: Location) -> None:
        """Write the hand's details over those of a file, before they are saved."""
        for key, value in self.details.get(program.pk, {}).items():
            shown = "" if value == UNKNOWN else value
            if key in OF_PROGRAM:
                setattr(program, key, shown)
            elif key in OF_LOCATION:
                setattr(location, key, shown)


def kept_by_hand(source: str, *, today: date, observed_on: date) -> ByHand:
    """What was said by hand of this source's entries. A detail that ran out gives way to a newer file."""
    hand = ByHand()
    fields = ("pk", "program_id", "key", "value", "observed_on", "expires_on")
    for pk, program, key, value, said_on, expires_on in Fact.objects.filter(program__source=source).values_list(
        *fields
    ):
        is_in_force = expires_on >= today
        if key == WHOLE and is_in_force:
            hand.shut.add(program)
        elif key in FACTS and is_in_force:
            hand.facts[program][key] = value
        elif key in DETAILS and is_in_force:
            hand.details[program][key] = value
        elif observed_on > said_on:
            hand.ran_out[program].append(pk)
    return hand


def let_go(hand: ByHand, ids: Iterable[uuid.UUID]) -> None:
    """Forget the words that ran out, of entries that a newer file speaks of."""
    Fact.objects.filter(pk__in=[pk for program in ids for pk in hand.ran_out.get(program, ())]).delete()


def note_differences(hand: ByHand, rows: Iterable[tuple[uuid.UUID, Facility]], *, now: datetime) -> None:
    """Keep what the file says where the hand says otherwise, for the editor to see."""
    words: list[Word] = []
    pairs: set[tuple[uuid.UUID, uuid.UUID]] = set()
    for program, row in rows:
        held = hand.details.get(program, {}) | hand.facts.get(program, {})
        if not held:
            continue
        pairs.add((program, program))
        told = read_codes(row.codes) | {key: getattr(row, key) for key in (*OF_PROGRAM, *OF_LOCATION)}
        for key, (ours, theirs) in disagreements(held, told).items():
            words.append(Word(program, program, key, ours, theirs))
    keep_conflicts(pairs, words, now=now)
