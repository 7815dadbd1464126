"""What several sources say of one place, joined into what may be shown. The rule, in order:

1. what a program or our own staff said by hand outranks every published list, until it runs out;
2. among published lists the newest word wins; of the same day, the entry that is shown itself;
3. a word past its expiry is not known, and older words do not come back in its place;
4. what two people told us is wrong is not known until somebody has looked (core.reports).

Where two words differ the other one is kept as a disagreement, for an editor to settle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handrail.core.facts import FACTS, UNKNOWN, FactValue, SaidFact, read_codes


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


def join_facts(
    entries: Sequence[Told], said: Iterable[SaidFact], *, today: date, doubted: Iterable[str] = ()
) -> dict[str, FactValue]:
    """Everything known of a place today. Facts that nobody has spoken of are left out: read with `fact_of`.

    `entries` begin with the one that is shown. Of equals in `said` the later one stands.
    """
    facts: dict[str, FactValue] = {}
    for entry in sorted(entries, key=_age):
        if entry.holds_on(today):
            for key, value in read_codes(entry.codes).items():
                facts.setdefault(key, _shared(value, entry.source, entry.observed_on, entry.expires_on))
    for word in said:
        if word.key in FACTS:
            _hear(facts, word, today)
    for key in doubted:
        facts.pop(key, None)
    return facts


def _age(entry: Told) -> int:
    return -(entry.observed_on or date.min).toordinal()


def _hear(facts: dict[str, FactValue], word: SaidFact, today: date) -> None:
    if word.expires_on >= today and word.value == UNKNOWN:
        facts.pop(word.key, None)
        return
    if word.expires_on >= today:
        facts[word.key] = FactValue(word.value, word.source, word.observed_on, word.expires_on)
        return
    later = facts.get(word.key)
    # A list that is newer than the word may speak again; an older one does not come back.
    if later is not None and (later.observed_on or date.min) <= word.observed_on:
        del facts[word.key]


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
