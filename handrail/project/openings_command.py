"""handrail directory openings: see and say how many openings programs have, one row or a whole list of them."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from handrail.actions._frame import Refused
from handrail.actions.directory.say import MAX_LABEL, MAX_OPENINGS, confirm_capacity, state_capacity
from handrail.core.access import OPERATOR
from handrail.core.openings import Statement, sentence_for
from handrail.gateways.facility_file import tidy
from handrail.gateways.table_file import Cells, WrongFile, open_table
from handrail.records.directory.models import CapacityStatement, Program
from handrail.web.finder_words import fresh_hours, openings_line
from handrail.web.words import reason_words

DONE, REFUSED = 0, 2
COLUMNS = ("slug", "row", "kind", "openings", "next", "waiting")
MUST_HAVE = frozenset({"slug", "row", "openings"})
KINDS = ("beds", "visits")
EXPECTED = f"a list of openings (csv or xlsx) with the columns {', '.join(COLUMNS)}"
FILES = (".csv", ".xlsx")

Said = Callable[[str], str]
"""What a row says under one of COLUMNS; empty when nothing."""


class BadRow(Exception):
    """This row cannot be said, and why."""


@dataclass(frozen=True)
class Row:
    """What will be said of one row of one program."""

    program: Program
    label: str
    kind: str
    openings: int
    next_opening_on: date | None
    waiting: int | None


@dataclass
class Reading:
    """Programs and rows, each looked up once."""

    today: date
    programs: dict[str, Program | None] = field(default_factory=dict)

    def program(self, slug: str) -> Program:
        """The listed program of this address. Raises BadRow."""
        if slug not in self.programs:
            self.programs[slug] = Program.objects.select_related("merged_into").filter(slug=slug, gone_on=None).first()
        program = self.programs[slug]
        if program is None:
            raise BadRow(f"no listed program has the slug {slug[:80]!r}; it is the end of the program's address")
        if program.merged_into is not None:
            raise BadRow(f"{slug!r} is shown as {program.merged_into.slug!r}; use that")
        return program

    def row(self, said: Said) -> Row:
        """One row, every part of it judged. Raises BadRow."""
        program = self.program(said("slug"))
        label = said("row")
        if not label or len(label) > MAX_LABEL:
            raise BadRow("'row' must be a short name, like Beds or Day visits")
        kind = said("kind").lower() or self._kind_of(program, label)
        if kind not in KINDS:
            raise BadRow(f"'kind' must be beds or visits for the new row {label!r}" if not kind else _not_kind(kind))
        openings = _number("openings", said("openings"))
        if openings is None:
            raise BadRow("'openings' must be a whole number from 0 to 999; 0 means full")
        next_on = _day(said("next"), self.today)
        if next_on and openings:
            raise BadRow("'next' is the day of the next opening of a full row; leave it out, or say openings 0")
        return Row(program, label, kind, openings, next_on, _number("waiting", said("waiting")))

    def _kind_of(self, program: Program, label: str) -> str:
        known = CapacityStatement.objects.filter(program=program, label=label).values_list("kind", flat=True)
        return known.first() or ""


def _not_kind(kind: str) -> str:
    return f"'kind' must be beds or visits, not {kind[:20]!r}"


def _number(name: str, text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) > MAX_OPENINGS:
        raise BadRow(f"{name!r} must be a whole number from 0 to {MAX_OPENINGS}, not {text[:20]!r}")
    return int(text)


def _day(text: str, today: date) -> date | None:
    if not text:
        return None
    try:
        # A spreadsheet keeps a day with its midnight.
        day = date.fromisoformat(text.removesuffix(" 00:00:00"))
    except ValueError:
        raise BadRow(f"'next' must be a day like 2026-11-30, not {text[:20]!r}") from None
    if day < today:
        raise BadRow(f"'next' has passed: {day}")
    return day


# --- the command line ---------------------------------------------------------------------------
def add_words(verb: argparse.ArgumentParser) -> None:
    """The words of this command."""
    verb.add_argument("what", metavar="SLUG or FILE", help=f"a program, or a list (csv, xlsx) of {', '.join(COLUMNS)}")
    verb.add_argument("--row", help="the row to say anew, like Beds; without it the rows are shown")
    verb.add_argument("--kind", choices=KINDS, help="beds or visits; needed for a new row")
    verb.add_argument("--openings", help="how many there are now; 0 means full")
    verb.add_argument("--next", metavar="YYYY-MM-DD", help="when the next opening of a full row is expected")
    verb.add_argument("--waiting", help="how many people wait")
    verb.add_argument("--still-right", action="store_true", help="say that every row of the program is still right")
    verb.add_argument("--for-program", action="store_true", help="the program itself said so just now; else our team")
    verb.add_argument("--json", action="store_true", help="the last line of output is one JSON object")


def run(words: argparse.Namespace) -> int:
    """0 when it was shown or said; 2 when it was refused, and then nothing was said."""
    now = timezone.now()
    reading = Reading(now.astimezone(ZoneInfo(settings.SERVICE_TIMEZONE)).date())
    try:
        if words.what.lower().endswith(FILES):
            _refuse_words(words, "row", "kind", "openings", "next", "waiting", "still_right")
            return _say_list(Path(words.what), words, reading, now)
        program = reading.program(words.what)
        if words.row is not None:
            _refuse_words(words, "still_right")
            row = reading.row(lambda name: tidy(words.what if name == "slug" else getattr(words, name) or ""))
            return _say_rows([row], words, now)
        _refuse_words(words, "kind", "openings", "next", "waiting")
        return _still_right(program, words, now) if words.still_right else _show(program, words, now)
    except (BadRow, WrongFile) as error:
        return _refused([str(error)], words)
    except Refused as error:
        return _refused([reason_words(error.reason)], words)


def _refuse_words(words: argparse.Namespace, *names: str) -> None:
    given = [f"--{name.replace('_', '-')}" for name in names if getattr(words, name) not in (None, False)]
    if given:
        raise BadRow(f"{' and '.join(given)} cannot be said here; see handrail directory openings --help")


def _say_list(path: Path, words: argparse.Namespace, reading: Reading, now: datetime) -> int:
    rows, bad = read_list(path, reading)
    if bad:
        return _refused([f"line {line}: {reason}" for line, reason in bad], words)
    return _say_rows(rows, words, now)


def read_list(path: Path, reading: Reading) -> tuple[list[Row], list[tuple[int, str]]]:
    """Every row of a list, and every line that cannot be said with its reason. Raises WrongFile."""
    rows: list[Row] = []
    bad: list[tuple[int, str]] = []
    lines: dict[tuple[Any, str], int] = {}
    with open_table(path, sheet="", is_header=_is_header, expected=EXPECTED) as table:
        columns = {name: at for at, name in reversed(list(enumerate(table.header)))}
        for line, cells in table.rows:
            if not any(cell.strip() for cell in cells):
                continue
            try:
                row = reading.row(_reader(columns, cells))
                first = lines.setdefault((row.program.pk, row.label), line)
                if first != line:
                    raise BadRow(f"this row is on line {first} already")
                rows.append(row)
            except BadRow as reason:
                bad.append((line, str(reason)))
    if not rows and not bad:
        raise WrongFile(f"Expected {EXPECTED}; {path.name} has the headings and no rows.")
    return rows, bad


def _is_header(header: Cells) -> bool:
    return set(header) >= MUST_HAVE


def _reader(columns: dict[str, int], cells: Cells) -> Said:
    def said(name: str) -> str:
        at = columns.get(name)
        return tidy(cells[at]) if at is not None and at < len(cells) else ""

    return said


# --- saying -------------------------------------------------------------------------------------
def _say_rows(rows: list[Row], words: argparse.Namespace, now: datetime) -> int:
    with transaction.atomic():
        for row in rows:
            state_capacity(
                row.program,
                actor=OPERATOR,
                label=row.label,
                kind=row.kind,
                openings=row.openings,
                next_opening_on=row.next_opening_on,
                waiting=row.waiting,
                heard_from_program=words.for_program,
                now=now,
            )
    if words.what.lower().endswith(FILES):
        programs = len({row.program.pk for row in rows})
        return _done(f"{len(rows):,} rows of {programs:,} programs are said as of now.", {"written": len(rows)}, words)
    return _show(rows[0].program, words, now, written=len(rows))


def _still_right(program: Program, words: argparse.Namespace, now: datetime) -> int:
    count = confirm_capacity(program, actor=OPERATOR, heard_from_program=words.for_program, now=now)
    if not count:
        raise BadRow(f"{program.slug!r} has no rows of openings yet; say one with --row, --kind and --openings")
    return _show(program, words, now, written=count)


def _show(program: Program, words: argparse.Namespace, now: datetime, *, written: int = 0) -> int:
    found = CapacityStatement.objects.filter(program=program).select_related("source").order_by("pk")
    rows = [_told(row, now) for row in found]
    lines = [f"{row['row']} ({row['kind']}): {row['says']}" for row in rows] or ["No openings have been said yet."]
    told = {"program": program.slug, "rows": rows, "written": written}
    return _done("\n".join([program.name, *(f"  {line}" for line in lines)]), told, words)


def _told(row: CapacityStatement, now: datetime) -> dict[str, Any]:
    """One row as it was said, with the sentence that the public page makes of it."""
    statement = Statement(
        row.label, row.kind, row.openings, row.stated_at, str(row.source), row.next_opening_on, row.waiting
    )
    sentence = sentence_for(statement, now=now, fresh_hours=fresh_hours())
    return {
        "row": row.label,
        "kind": row.kind,
        "openings": row.openings,
        "next": row.next_opening_on.isoformat() if row.next_opening_on else None,
        "waiting": row.waiting,
        "stated_at": row.stated_at.isoformat(),
        "source": str(row.source),
        "says": str(openings_line(sentence, now=now, zone=settings.SERVICE_TIMEZONE)),
    }


def _done(text: str, told: dict[str, Any], words: argparse.Namespace) -> int:
    print(text, file=sys.stderr if words.json else sys.stdout)
    if words.json:
        print(json.dumps(told))
    return DONE


def _refused(reasons: list[str], words: argparse.Namespace) -> int:
    print("Nothing was said.", *(f"{reason[:1].upper()}{reason[1:]}." for reason in reasons), sep="\n", file=sys.stderr)
    if words.json:
        print(json.dumps({"written": 0, "refused": reasons}))
    return REFUSED
