"""The lines that an import leaves in the history of a place: what its own source said before, and what it says now."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from handrail.actions.directory.by_hand import OF_LOCATION, OF_PROGRAM
from handrail.core.facts import DAY_ONE, read_codes
from handrail.core.reports import WHOLE
from handrail.records.directory.models import FactChange, Program, Source

LONGEST = 200


class History:
    """Gathers the lines of one import."""

    def __init__(self, source: Source, *, now: datetime, by: str) -> None:
        self.source, self.now, self.by = source, now, by

    def of_listing(self, ids: Iterable[uuid.UUID], *, is_listed: bool) -> list[FactChange]:
        """The source lists these again, or leaves them out."""
        before, value = ("no", "yes") if is_listed else ("yes", "no")
        return [self._line(pk, WHOLE, before, value) for pk in ids]

    def of_words(self, before: Iterable[Program], after: Iterable[Program]) -> list[FactChange]:
        """Every fact and detail that is another now, of entries as they stand in the store and as they will."""
        now_said = {program.pk: program for program in after}
        lines: list[FactChange] = []
        for program in before:
            told, tells = _words(program), _words(now_said[program.pk])
            for key in sorted(told.keys() | tells.keys()):
                was, becomes = told.get(key, ""), tells.get(key, "")
                if was != becomes:
                    lines.append(self._line(program.pk, key, was, becomes))
        return lines

    def _line(self, program: uuid.UUID, key: str, before: str, value: str) -> FactChange:
        line = FactChange(program_id=program, key=key, source=self.source, at=self.now, by=self.by, why="import")
        line.before, line.value = before[:LONGEST], value[:LONGEST]
        return line


def _words(program: Program) -> dict[str, str]:
    details = {key: str(getattr(program, key)) for key in OF_PROGRAM}
    details[DAY_ONE] = "; ".join(map(str, program.day_one))
    return read_codes(program.codes) | details | {key: str(getattr(program.location, key)) for key in OF_LOCATION}
