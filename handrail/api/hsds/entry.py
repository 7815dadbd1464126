"""One place as the API speaks of it: what every source tells of it today, and the openings that may be repeated."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property

from handrail.core.facts import FACTS, YES, FactValue, read_codes
from handrail.core.openings import Statement, sentence_for
from handrail.records.directory.telling import Telling


@dataclass(frozen=True)
class Change:
    """One line of a place's history: `source` is who is named for it, never a person."""

    pk: int
    key: str
    before: str
    value: str
    at: datetime
    source: str


@dataclass(frozen=True)
class Entry:
    """A listed place and what may be said of it on one day.

    `openings` may be repeated now; `too_old` is the newest statement that may not. `modified_at` is when anything
    about it last changed.
    """

    told: Telling
    organization_id: uuid.UUID
    location_id: uuid.UUID
    county: str
    today: date
    openings: tuple[Statement, ...]
    too_old: Statement | None
    modified_at: datetime
    changes: tuple[Change, ...] = ()

    @property
    def pk(self) -> uuid.UUID:
        """The id of the place, which is that of its service."""
        found: uuid.UUID = self.told.row["id"]
        return found

    @property
    def is_sample(self) -> bool:
        """True for invented places."""
        return bool(self.told.row["is_sample"])

    @cached_property
    def facts(self) -> Mapping[str, FactValue]:
        """Everything known today, as the pages tell it."""
        return self.told.facts(self.today)

    @cached_property
    def codes(self) -> Mapping[str, tuple[str, date | None]]:
        """The service codes that still hold, each with the source that printed it and the day."""
        return codes_held(self.told, self.facts, self.today)

    @cached_property
    def sources(self) -> tuple[tuple[str, date | None], ...]:
        """Who lists the place and of what day, the entry that is shown first."""
        row = self.told.row
        own = (row["source__name"], row["observed_on"])
        return (own, *((other.source, other.observed_on) for other in self.told.others))

    def detail(self, key: str) -> str:
        """A detail as it may be shown today; empty when it is not known."""
        return self.told.detail(key, self.today)

    def says(self, key: str) -> bool:
        """True when the fact is known to be yes."""
        found = self.facts.get(key)
        return found is not None and found.value == YES


def may_be_said(statement: Statement, fresh_hours: Mapping[str, int], now: datetime) -> bool:
    """True while a statement may be repeated with its time."""
    return sentence_for(statement, now=now, fresh_hours=fresh_hours).state != "unknown"


def newest(statements: Iterable[Statement]) -> Statement | None:
    """The one stated last."""
    return max(statements, key=lambda statement: statement.stated_at, default=None)


def codes_held(told: Telling, facts: Mapping[str, FactValue], today: date) -> dict[str, tuple[str, date | None]]:
    """The codes of every entry of a place that is still believed, the shown entry's first.

    A code is left out when what it says is not what is known now: corrected by hand, in doubt, or run out.
    """
    held: dict[str, tuple[str, date | None]] = {}
    row = told.row
    # Where one source alone has spoken, and only in codes, they are what is known.
    is_joined = bool(told.others or told.said or told.doubted or "=" in row["codes"])
    entries = [(row["codes"], row["source__name"], row["observed_on"], told.provenance("")[2] >= today)]
    entries += [(each.codes, each.source, each.observed_on, each.holds_on(today)) for each in told.others]
    for codes, source, on, holds in entries:
        if holds:
            lost = _taken_back(codes, facts) if is_joined else frozenset()
            for code in codes_of(codes):
                if not lost or lost.isdisjoint(_speaks_of().get(code, ())):
                    held.setdefault(code, (source, on))
    return held


def _taken_back(codes: str, facts: Mapping[str, FactValue]) -> set[str]:
    """The facts that these codes say, whatever words stand among them, and that are not known so."""
    said = read_codes(" ".join(code for code in codes.split() if "=" not in code))
    return {key for key, value in said.items() if (known := facts.get(key)) is None or known.value != value}


@cache
def _speaks_of() -> dict[str, frozenset[str]]:
    """The facts that each code is read for."""
    found: dict[str, set[str]] = {}
    for rule in FACTS.values():
        for code in (*rule.yes, *rule.no, *(rule.words or ())):
            found.setdefault(code, set()).add(rule.key)
    return {code: frozenset(keys) for code, keys in found.items()}


def codes_of(text: str) -> list[str]:
    """The service codes of a program, each once, in the source's order, without the marks between them."""
    return list(dict.fromkeys(code for code in text.split() if code.isalnum()))
