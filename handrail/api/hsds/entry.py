"""One program as the API speaks of it: the row, the facts that hold today, the openings that may be repeated now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from handrail.core.facts import YES, FactValue, SaidFact
from handrail.core.joining import read_facts
from handrail.core.openings import Statement, sentence_for
from handrail.records.directory.models import CapacityStatement, Program

# When the newest import of a source's file was finished, by source and the day that file speaks of.
Imports = Mapping[tuple[str, date], datetime]


@dataclass(frozen=True)
class Entry:
    """A program and what may be said of it. `too_old` is the newest statement that is too old to be repeated."""

    program: Program
    facts: Mapping[str, FactValue]
    openings: tuple[Statement, ...]
    too_old: Statement | None
    modified_at: datetime

    def says(self, key: str) -> bool:
        """True when the fact is known to be yes."""
        found = self.facts.get(key)
        return found is not None and found.value == YES


def entry_of(program: Program, imports: Imports, *, fresh_hours: Mapping[str, int], now: datetime) -> Entry:
    """Read a program whose facts and capacity statements were fetched with it. `now` is aware UTC."""
    source, today = program.source, now.date()
    rows = list(program.fact_set.all())
    said = [SaidFact(row.key, row.value, row.source.name, row.observed_on, row.expires_on) for row in rows]
    if program.walk_in_hours:
        said.insert(0, SaidFact("walk_in", YES, source.name, program.observed_on, date.max))
    statements = [_statement(row) for row in sorted(program.capacitystatement_set.all(), key=lambda row: row.label)]
    live = tuple(each for each in statements if _may_be_said(each, fresh_hours, now))
    arrived = imports.get((program.source_id, program.observed_on))
    stated_at = max((each.stated_at for each in statements), default=None)
    said_on = max((row.observed_on for row in rows), default=None)
    return Entry(
        program=program,
        facts=read_facts(program.codes, said, source=source.name, observed_on=program.observed_on, today=today),
        openings=live,
        too_old=_newest(each for each in statements if each not in live),
        modified_at=modified_at(arrived, stated_at, program.observed_on, said_on),
    )


def modified_at(arrived: datetime | None, stated_at: datetime | None, *days: date | None) -> datetime:
    """The newest of an import, a statement, and days of which only the day is known."""
    moments = [datetime.combine(day, time.min, UTC) for day in days if day]
    return max(each for each in (arrived, stated_at, *moments) if each)


def _statement(row: CapacityStatement) -> Statement:
    return Statement(
        row.label, row.kind, row.openings, row.stated_at, row.source.name, row.next_opening_on, row.waiting
    )


def _may_be_said(statement: Statement, fresh_hours: Mapping[str, int], now: datetime) -> bool:
    return sentence_for(statement, now=now, fresh_hours=fresh_hours).state != "unknown"


def _newest(statements: Iterable[Statement]) -> Statement | None:
    return max(statements, key=lambda statement: statement.stated_at, default=None)
