"""handrail directory sync: read FindTreatment.gov state by state, and bring in what is whole. Off until switched on."""

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

from django.conf import settings
from django.utils import timezone

from handrail.actions._frame import Refused
from handrail.gateways.findtreatment_api import AT_MOST_EVERY, SERVICE, Locator, Reading, Say, alone
from handrail.gateways.findtreatment_states import ASKED_STATES
from handrail.gateways.polite_get import Guest, Stopped, why_not_address, why_not_contact
from handrail.gateways.table_file import WrongFile
from handrail.project.import_report import (
    DONE,
    FOUND_SOMETHING,
    REFUSED,
    Wish,
    as_object,
    bring_in,
    say_done,
    sentence_of,
)
from handrail.records.directory.models import Program

KIND = "findtreatment"


@dataclass(frozen=True)
class SyncWish:
    """What the command line asked for. No states means all of them."""

    states: tuple[str, ...] = ()
    is_again: bool = False
    is_fresh: bool = False
    dry_run: bool = False
    may_lose_many: bool = False
    as_json: bool = False


class NotNow(Exception):
    """Nothing will be asked. The message says why, and what to write."""


def add_words(verb: argparse.ArgumentParser) -> None:
    """The words of this command."""
    verb.add_argument("--state", action="append", default=[], type=_state, metavar="MD", help="this state; repeatable")
    verb.add_argument("--again", action="store_true", help="even when it was brought in within the last 28 days")
    verb.add_argument("--fresh", action="store_true", help="ask for everything anew, not going on where a run stopped")
    verb.add_argument("--dry-run", action="store_true", help="ask, say what would change, and change nothing")
    verb.add_argument("--many-gone", action="store_true", help="allow an answer without more than half of the programs")
    verb.add_argument("--json", action="store_true", help="the last line of output is one JSON object")


def _state(text: str) -> str:
    if text.upper() not in ASKED_STATES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a state that the locator numbers; write it like MD")
    return text.upper()


def run(words: argparse.Namespace) -> int:
    """0 all was brought in; 1 some states are missing; 2 nothing was, with one sentence why."""
    states = tuple(dict.fromkeys(words.state))
    wish = SyncWish(states, words.again, words.fresh, words.dry_run, words.many_gone, words.json)
    try:
        return sync(wish, locator_of_settings(), now=timezone.now(), out=sys.stdout)
    except NotNow as error:
        return _refused(str(error), wish, sys.stdout)


def locator_of_settings() -> Locator:
    """The locator as this installation may ask it. Raises NotNow when it may not."""
    if settings.DIRECTORY_SYNC != "on":
        raise NotNow(
            f"Asking {SERVICE} is off: set DIRECTORY_SYNC=on, and DIRECTORY_SYNC_CONTACT to your e-mail address."
        )
    if why_not_contact(settings.DIRECTORY_SYNC_CONTACT):
        raise NotNow(f"Set DIRECTORY_SYNC_CONTACT to an e-mail address or an https page, told to {SERVICE}.")
    if why_not_address(settings.DIRECTORY_SYNC_URL):
        raise NotNow("DIRECTORY_SYNC_URL must begin with https://.")
    guest = Guest(SERVICE, settings.DIRECTORY_SYNC_CONTACT)
    return Locator(settings.DIRECTORY_SYNC_URL, settings.HANDRAIL_DATA / "sync" / KIND, guest)


def sync(wish: SyncWish, locator: Locator, *, now: datetime, out: TextIO) -> int:
    """Read the states that are due, and bring in those that are whole, in one transaction. Gives the exit status.

    Raises NotNow.
    """
    try:
        with alone(locator.folder):
            states = _due(wish, locator, now)
            reading = locator.read(states, now=now, is_fresh=wish.is_fresh, say=_progress(sys.stderr))
            return _bring_in(wish, locator, reading, now=now, out=out)
    except Stopped as error:
        return _refused(str(error), wish, out)


def _due(wish: SyncWish, locator: Locator, now: datetime) -> list[str]:
    """The states to read now. Raises NotNow when all of them were, a short time ago."""
    wished = list(wish.states or ASKED_STATES)
    if wish.is_again:
        return wished
    if locator.is_all_read(wished, now):
        raise NotNow(
            f"This was brought in less than {AT_MOST_EVERY.days} days ago. Once a month is enough; "
            "to ask again all the same, add --again."
        )
    early = locator.too_soon(wished, now)
    return [state for state in wished if state not in early]


def _bring_in(wish: SyncWish, locator: Locator, reading: Reading, *, now: datetime, out: TextIO) -> int:
    if not reading.finished:
        return _refused(" ".join([*reading.failed.values(), reading.stopped]).strip(), wish, out, reading)
    is_whole = set(reading.finished) == set(ASKED_STATES) and not _holds_others()
    request = Wish(KIND, "", KIND, None, wish.dry_run, wish.may_lose_many)
    try:
        file = locator.file(reading.finished, is_whole=is_whole)
        counts = bring_in(file, request, observed_on=now.date(), now=now)
    except (WrongFile, Refused) as error:
        return _refused(sentence_of(error), wish, out, reading)
    if not wish.dry_run:
        locator.note_imported(reading.finished, now=now)
    words = sys.stderr if wish.as_json else out
    say_done(file, counts, request, now.date(), words)
    _say_missing(reading, words)
    if wish.as_json:
        said = as_object(file, counts, request, now.date())
        print(json.dumps(said | _states(reading)), file=out)
    return FOUND_SOMETHING if reading.failed or reading.stopped else DONE


def _holds_others() -> bool:
    """Does the directory list programs of this source where the locator cannot be asked? They are not gone."""
    listed = Program.objects.filter(source=KIND, gone_on=None)
    return listed.exclude(location__state__in=list(ASKED_STATES)).exists()


# --- words --------------------------------------------------------------------------------------
def _progress(err: TextIO) -> Say:
    """One line a page on a terminal; nothing when the output goes to a file."""

    def show(state: str, page: int, pages: int) -> None:
        if err.isatty():
            print(f"{state}: page {page:,} of {pages:,}", file=err)

    return show


def _say_missing(reading: Reading, out: TextIO) -> None:
    for sentence in reading.failed.values():
        print(f"Not brought in. {sentence}", file=out)
    if reading.stopped:
        print(f"Stopped early. {reading.stopped}", file=out)
    if reading.failed or reading.stopped:
        print("Run it again within a day: it goes on where it stopped.", file=out)


def _states(reading: Reading) -> dict[str, Any]:
    return {"states": reading.finished, "failed": reading.failed, "stopped": reading.stopped}


def _refused(sentence: str, wish: SyncWish, out: TextIO, reading: Reading | None = None) -> int:
    print(f"Not brought in. {sentence}", file=sys.stderr)
    if wish.as_json:
        nothing = dict.fromkeys(("added", "updated", "unchanged", "gone", "rejected", "seconds"), 0)
        print(json.dumps(nothing | {"refused": sentence} | _states(reading or Reading())), file=out)
    return REFUSED
