"""handrail directory import FILE: bring a directory file of any known kind into the records, and say what happened."""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from django.utils import timezone

from handrail.actions._frame import Refused
from handrail.actions.directory import import_rows
from handrail.core.access import WORKER
from handrail.gateways.directory_files import KINDS, kind_of
from handrail.gateways.facility_file import FacilityFile, Finding
from handrail.gateways.own_list import template
from handrail.gateways.table_file import WrongFile

DONE, REFUSED = 0, 2
# How many findings are printed; the counts are always whole.
SHOWN = 20
SHOWN_JSON = 200

# The survey behind the National Directory asks how things stood on the last day of March.
SURVEY_MONTH, SURVEY_DAY = 3, 31
_YEAR = re.compile(r"(?<!\d)(20[12]\d)(?!\d)")
_DAY = re.compile(r"(?<!\d)(20[12]\d)[_-](\d\d)[_-](\d\d)(?!\d)")


@dataclass(frozen=True)
class Wish:
    """What the command line asked for."""

    source: str = ""
    title: str = ""
    kind: str = ""
    observed_on: date | None = None
    dry_run: bool = False
    may_lose_many: bool = False


def run(argv: list[str]) -> int:
    """`handrail directory ...`. Exit status 0 when it was done, 2 when the file or the words were refused."""
    words = _parser().parse_args(argv)
    if words.verb == "template":
        sys.stdout.write(template())
        return DONE
    observed_on = words.observed or (date(words.year, SURVEY_MONTH, SURVEY_DAY) if words.year else None)
    wish = Wish(words.source or "", words.title, words.kind, observed_on, words.dry_run, words.many_gone)
    return import_file(words.file, wish=wish, as_json=words.json, out=sys.stdout)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="handrail directory", description="The directory of programs.")
    verbs = parser.add_subparsers(required=True, metavar="VERB", dest="verb")
    verbs.add_parser("template", help="print an empty list (csv) to fill in with programs of your own")
    verb = verbs.add_parser(
        "import",
        help="bring in a directory file; its kind is told by what is in it",
        description="Bring in SAMHSA's National Directory or the locator's export (xlsx or csv), FindTreatment.gov's "
        "JSON export, Open Referral HSDS 3 (zip, folder or JSON), or your own list (directory template). "
        "Importing a file twice changes nothing; a newer one updates, adds, and marks what has gone.",
    )
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--kind", default="", choices=list(KINDS), help="read it as this kind, whatever it looks like")
    verb.add_argument("--source", type=_key, help="short name of who published it (the kind)")
    verb.add_argument("--title", default="", help="how a new source is named on a program's page")
    when = verb.add_mutually_exclusive_group()
    when.add_argument("--year", type=_year, help="the survey's year; read from the file's name when left out")
    when.add_argument("--observed", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day it was true")
    verb.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")
    verb.add_argument("--many-gone", action="store_true", help="allow a file that drops more than half of the programs")
    verb.add_argument("--json", action="store_true", help="the last line of output is one JSON object")
    return parser


def _year(text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise argparse.ArgumentTypeError(f"a year like 2023, not {text!r}")
    return int(text)


def _key(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,59}", text):
        raise argparse.ArgumentTypeError("small letters, digits, - and _, beginning with a letter")
    if text in ("sample", "program", "desk"):
        raise argparse.ArgumentTypeError(f"{text!r} names another kind of source")
    return text


def import_file(path: Path, *, wish: Wish, as_json: bool, out: TextIO) -> int:
    """Read one file and import it. Gives the exit status; with `as_json` the last line of `out` is one object."""
    began = time.monotonic()
    now = timezone.now()
    try:
        kind = wish.kind or kind_of(path)
        wish = replace(wish, kind=kind, source=wish.source or kind)
        file = KINDS[kind](path)
        observed_on = wish.observed_on or day_of(path.name, today=now.date(), is_survey=kind == "samhsa")
        counts = import_rows(
            file.rows,
            source=wish.source,
            observed_on=observed_on,
            actor=WORKER,
            now=now,
            file_name=file.file_name,
            sha256=file.sha256,
            rejected=len(file.rejects),
            dry_run=wish.dry_run,
            may_lose_many=wish.may_lose_many,
            # A file without one good row says nothing of what is gone.
            is_whole=file.is_whole and bool(file.rows),
            title=wish.title[:200],
            kind=kind,
            progress=_progress(sys.stderr),
        )
    except (WrongFile, Refused) as error:
        return _say_refused(error, as_json, out)
    counts["seconds"] = round(time.monotonic() - began, 2)
    _say(file, counts, wish, observed_on, sys.stderr if as_json else out)
    if as_json:
        print(json.dumps(_object(file, counts, wish, observed_on)), file=out)
    return DONE


def day_of(file_name: str, *, today: date, is_survey: bool = True) -> date:
    """The day a file speaks of, by its name: a whole date, or a survey's year; else today."""
    whole = _DAY.search(file_name)
    if whole:
        try:
            return date(int(whole[1]), int(whole[2]), int(whole[3]))
        except ValueError:
            pass
    year = _YEAR.search(file_name) if is_survey else None
    return date(int(year[1]), SURVEY_MONTH, SURVEY_DAY) if year else today


# --- words --------------------------------------------------------------------------------------
def _progress(err: TextIO) -> Callable[[int, int], None] | None:
    """A bar on the terminal; nothing when the output goes to a file."""
    if not err.isatty():
        return None

    def show(done: int, total: int) -> None:
        filled = 30 * done // max(total, 1)
        end = "\n" if done >= total else ""
        err.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done:,} of {total:,}{end}")
        err.flush()

    return show


def _sentence(error: WrongFile | Refused) -> str:
    if isinstance(error, WrongFile):
        return str(error)
    facts: dict[str, Any] = error.facts
    match error.reason:
        case "older_than_stored":
            return (
                f"This file is of {facts['observed_on']}, and the directory already holds {facts['newest']} from the "
                "same source, so nothing was changed. If the file is newer than that, say so with --observed."
            )
        case "not_yet":
            return (
                f"This file says it is of {facts['observed_on']}, which has not come yet. Name its day with --observed."
            )
        case "somebody_was_first":
            return "Another import ended at the same moment, so nothing was changed. Run it again."
        case "many_gone":
            return (
                f"This file has {facts['rows']:,} programs, and {facts['gone']:,} of the {facts['listed']:,} listed "
                "now would be marked gone, so nothing was changed. If it is the whole directory, add --many-gone."
            )
    return error.reason


def _say_refused(error: WrongFile | Refused, as_json: bool, out: TextIO) -> int:
    sentence = _sentence(error)
    print(f"Not imported. {sentence}", file=sys.stderr)
    if as_json:
        nothing = dict.fromkeys(("added", "updated", "unchanged", "gone", "rejected", "seconds"), 0)
        print(json.dumps(nothing | {"refused": sentence}), file=out)
    return REFUSED


def _say(file: FacilityFile, counts: dict[str, int | float], wish: Wish, observed_on: date, out: TextIO) -> None:
    would = "Would change" if wish.dry_run else "Imported"
    said = ", ".join(f"{name} {counts[name]:,}" for name in ("added", "updated", "unchanged", "gone", "rejected"))
    print(f"{would}: {file.file_name}, as of {observed_on}: {said}. {counts['seconds']} s.", file=out)
    if not file.is_whole:
        print("This kind of file covers a part of its source, so nothing was marked gone.", file=out)
    _list("Rejected", file.rejects, file.counted, out)
    _list("Kept, with a warning", file.warnings, file.counted, out)


def _list(title: str, findings: list[Finding], counted: str, out: TextIO) -> None:
    if not findings:
        return
    print(f"{title}: {len(findings):,}", file=out)
    for finding in findings[:SHOWN]:
        where = f"{counted} {finding.line}" if finding.line else "the whole file"
        print(f"  {where}: {finding.reason}", file=out)
    if len(findings) > SHOWN:
        print(f"  and {len(findings) - SHOWN:,} more", file=out)


def _object(file: FacilityFile, counts: dict[str, int | float], wish: Wish, observed_on: date) -> dict[str, Any]:
    return {
        **counts,
        "warnings": len(file.warnings),
        "file": file.file_name,
        "kind": wish.kind,
        "source": wish.source,
        "observed_on": observed_on.isoformat(),
        "dry_run": wish.dry_run,
        "rejects": [{"line": found.line, "reason": found.reason} for found in file.rejects[:SHOWN_JSON]],
        "warned": [{"line": found.line, "reason": found.reason} for found in file.warnings[:SHOWN_JSON]],
    }
