"""handrail directory: bring in a file of any known kind, and the other words that keep the directory fresh."""

import argparse
import json
import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TextIO

from django.utils import timezone

from handrail.actions._frame import Refused
from handrail.gateways.directory_files import KINDS, kind_of
from handrail.gateways.own_list import template
from handrail.gateways.table_file import WrongFile
from handrail.project import openings_command, sync_command
from handrail.project.import_report import DONE, Wish, as_object, bring_in, say_done, say_refused

# The survey behind the National Directory asks how things stood on the last day of March.
SURVEY_MONTH, SURVEY_DAY = 3, 31
_YEAR = re.compile(r"(?<!\d)(20[12]\d)(?!\d)")
_DAY = re.compile(r"(?<!\d)(20[12]\d)[_-](\d\d)[_-](\d\d)(?!\d)")


def run(argv: list[str]) -> int:
    """`handrail directory ...`. Exit status 0 when it was done, 2 when the file or the words were refused."""
    words = _parser().parse_args(argv)
    if words.verb == "template":
        sys.stdout.write(template())
        return DONE
    if words.verb == "sync":
        return sync_command.run(words)
    if words.verb == "openings":
        return openings_command.run(words)
    observed_on = words.observed or (date(words.year, SURVEY_MONTH, SURVEY_DAY) if words.year else None)
    wish = Wish(words.source or "", words.title, words.kind, observed_on, words.dry_run, words.many_gone)
    return import_file(words.file, wish=wish, as_json=words.json, out=sys.stdout)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="handrail directory", description="The directory of programs.")
    verbs = parser.add_subparsers(required=True, metavar="VERB", dest="verb")
    verbs.add_parser(
        "template",
        help="print an empty list (csv) to fill in with programs of your own",
        description="Print an empty list (csv) with a column for everything that can be said of a program. Answer yes "
        "or no, and leave empty what you do not know; some columns take a word or a short text, and day_one takes "
        "steps with | between them. Import it with --dry-run first to see which answers were not understood.",
    )
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
    sync_command.add_words(
        verbs.add_parser("sync", help="bring in FindTreatment.gov's list from the net; off by default")
    )
    openings_command.add_words(verbs.add_parser("openings", help="see and say how many openings programs have"))
    return parser


def _year(text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise argparse.ArgumentTypeError(f"a year like 2023, not {text!r}")
    return int(text)


def _key(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,59}", text):
        raise argparse.ArgumentTypeError("small letters, digits, - and _, beginning with a letter")
    if text in ("sample", "sample-county", "program", "desk"):
        raise argparse.ArgumentTypeError(f"{text!r} names another kind of source")
    return text


def import_file(path: Path, *, wish: Wish, as_json: bool, out: TextIO) -> int:
    """Read one file and import it. Gives the exit status; with `as_json` the last line of `out` is one object."""
    now = timezone.now()
    try:
        kind = wish.kind or kind_of(path)
        wish = replace(wish, kind=kind, source=wish.source or kind)
        file = KINDS[kind](path)
        observed_on = wish.observed_on or day_of(path.name, today=now.date(), is_survey=kind == "samhsa")
        counts = bring_in(file, wish, observed_on=observed_on, now=now)
    except (WrongFile, Refused) as error:
        return say_refused(error, as_json, out)
    say_done(file, counts, wish, observed_on, sys.stderr if as_json else out)
    if as_json:
        print(json.dumps(as_object(file, counts, wish, observed_on)), file=out)
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
