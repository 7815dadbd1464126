"""What several sources say of one place, joined into what may be shown. The rule, in order:

1. what a program or our own staff said by hand outranks every published list, until it runs out;
2. among published lists the newest word wins; of the same day, the entry that is shown itself;
3. a word past its expiry is not known, and an older word that says otherwise does not come back in its place;
4. what two people told us is wrong is not known until somebody has looked (core.reports).

Where two words differ the other one is kept as a disagreement, for an editor to settle. docs/directory.md prints this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handrail.core.facts import FACTS, MEDICINES, UNKNOWN, YES, FactValue, SaidFact, read_codes


@dataclass(frozen=True)
class Told:
    """What one source's own entry says of a place by its service codes. `expires_on` None: it does not run out."""

    codes: str
    source: str
    observed_on: date | None
    expires_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """True while the entry is still believed."""
        return self.expires_on is None or day <= self.expires_on


# One entry, and what its codes say when they are read: facts by key.
Heard = tuple[Told, Mapping[str, str]]


def join_facts(
    entries: Sequence[Told], said: Iterable[SaidFact], *, today: date, doubted: Iterable[str] = ()
) -> dict[str, FactValue]:
    """Everything known of a place today. Facts that nobody has spoken of are left out: read with `fact_of`.

    `entries` begin with the one that is shown. Of words in `said` on one fact the later one stands.
    """
    return join_words([(entry, read_codes(entry.codes)) for entry in entries], said, today=today, doubted=doubted)


def join_words(
    heard: Sequence[Heard], said: Iterable[SaidFact], *, today: date, doubted: Iterable[str] = ()
) -> dict[str, FactValue]:
    """As `join_facts`, for whoever has read the codes already."""
    facts = _join_lists(heard, today)
    for word in said:
        if word.key in FACTS:
            _hear(facts, word, today)
    for medicine in MEDICINES:
        if medicine not in facts:
            _from_more(facts, medicine)
    for key in doubted:
        facts.pop(key, None)
    return facts


def _from_more(facts: dict[str, FactValue], medicine: str) -> None:
    """Whoever starts people on a medicine, or keeps them on it, has it."""
    for more in (f"starts_{medicine}", f"keeps_{medicine}"):
        found = facts.get(more)
        if found is not None and found.value == YES:
            facts[medicine] = found


def _join_lists(heard: Sequence[Heard], today: date) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    ran_out: dict[str, str] = {}
    denied: set[str] = set()
    for entry, words in sorted(heard, key=_age):
        holds = entry.holds_on(today)
        for key, value in words.items():
            if key in facts or key in denied:
                continue
            if not holds:
                ran_out.setdefault(key, value)
            elif ran_out.get(key, value) != value:
                denied.add(key)
            else:
                facts[key] = _shared(value, entry.source, entry.observed_on, entry.expires_on)
    return facts


def _age(heard: Heard) -> int:
    return -(heard[0].observed_on or date.min).toordinal()


def _hear(facts: dict[str, FactValue], word: SaidFact, today: date) -> None:
    if word.expires_on < today:
        stands = facts.get(word.key)
        # A list that is newer than the word may speak again; an older one that says otherwise does not come back.
        if stands and stands.value != word.value and (stands.observed_on or date.min) <= word.observed_on:
            del facts[word.key]
    elif word.value == UNKNOWN:
        facts.pop(word.key, None)
    else:
        facts[word.key] = FactValue(word.value, word.source, word.observed_on, word.expires_on)


def read_facts(
    codes: str, said: Iterable[SaidFact], *, source: str, observed_on: date | None, today: date
) -> dict[str, FactValue]:
    """As `join_facts` for a place of which one source speaks, whose codes do not run out."""
    return join_facts((Told(codes, source, observed_on),), said, today=today)


def disagreements(shown: Mapping[str, str], other: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Where two words on the same thing differ: what is shown, and what the other says. Silence is no disagreement."""
    return {
        key: (shown[key], other[key])
        for key in sorted(shown.keys() & other.keys())
        if shown[key] and other[key] and shown[key] != other[key]
    }


def last_day(observed_on: date, lasts_days: int) -> date:
    """The last day on which a source's word of that day is believed."""
    return observed_on + timedelta(days=lasts_days)


_SHARED: dict[tuple[str, str, date | None, date | None], FactValue] = {}


def _shared(value: str, source: str, observed_on: date | None, expires_on: date | None) -> FactValue:
    """One object for each different value: a country's worth of facts is then a table of pointers."""
    key = (value, source, observed_on, expires_on)
    found = _SHARED.get(key)
    if found is None:
        if len(_SHARED) > 4096:
            _SHARED.clear()
        found = _SHARED[key] = FactValue(*key)
    return found
