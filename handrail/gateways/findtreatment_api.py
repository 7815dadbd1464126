"""FindTreatment.gov's live answers, read state by state and page by page, and kept as they come.

A reading that was broken off goes on where it stopped. A page is kept only when it is what was asked for, and a state
is finished only when its pages agree; what is kept is then read by the same code as the locator's JSON export.
Source: FindTreatment.gov Developer Guide 1.9, "exportsAsJson/v2".
"""

import fcntl
import hashlib
import json
import os
import shutil
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from handrail.gateways.facility_file import FacilityFile, Finding
from handrail.gateways.findtreatment import take
from handrail.gateways.findtreatment_states import ASKED_STATES
from handrail.gateways.json_file import objects, parse, text
from handrail.gateways.polite_get import Guest, Stopped
from handrail.gateways.table_file import WrongFile

SERVICE = "FindTreatment.gov"
# The guide allows 2,000; a thousand rows are some 4 MB, and less is lost when one answer breaks off.
PAGE_SIZE = 1_000
MOST_PAGES = 500
# Pages that were read further apart than this do not make one list.
KEPT_FOR = timedelta(days=1)
AT_MOST_EVERY = timedelta(days=28)
# A stray row happens; a page of them is the answer to another question.
STRAY_SHARE = 0.05

Say = Callable[[str, int, int], None]


class WrongAnswer(Exception):
    """The locator answered something else than it was asked; nothing of that answer is kept."""


class Disagreement(WrongAnswer):
    """The pages of a state do not make one list, so none of them can be used."""


# --- one page -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Page:
    """One page of a state's list, as it was checked."""

    number: int
    total: int
    records: int
    rows: list[dict[str, Any]]

    def sha256(self) -> str:
        """What the rows say, for telling two pages apart."""
        return hashlib.sha256(json.dumps(self.rows, sort_keys=True).encode()).hexdigest()


def address(base: str, state: str, page: int, page_size: int) -> str:
    """The address of one page of one state's substance use programs."""
    asked = ASKED_STATES[state]
    words = {"sAddr": asked.point, "limitType": 0, "limitValue": asked.number, "sType": "sa"}
    return f"{base}?{urlencode(words | {'page': page, 'pageSize': page_size})}"


def page_of(raw: bytes, state: str, number: int) -> Page:
    """The page that these bytes are. Raises WrongAnswer, in one sentence, when they are not the one asked for."""
    where = f"{state}, page {number}"
    if raw.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise WrongAnswer(f"{where}: the answer is a web page, not data.")
    try:
        held = parse(raw, where, "a page of data")
    except WrongFile as error:
        raise WrongAnswer(f"{where}: the answer is not whole data.") from error
    said = held if isinstance(held, dict) else {}
    counts = [said.get(name) for name in ("page", "totalPages", "recordCount")]
    page_number, total, records = (count if type(count) is int else None for count in counts)
    if page_number is None or total is None or records is None:
        raise WrongAnswer(f"{where}: the answer does not say which page of how many it is.")
    page = Page(page_number, total, records, list(objects(said.get("rows"))))
    if page.number != number:
        raise WrongAnswer(f"{where}: the answer is page {page.number:,}.")
    if not page.rows:
        raise WrongAnswer(f"{where}: the answer has no programs.")
    if not number <= page.total <= MOST_PAGES:
        raise WrongAnswer(f"{where}: the answer speaks of {page.total:,} pages.")
    elsewhere = [row for row in page.rows if text(row.get("state")).upper() != state]
    if len(elsewhere) > len(page.rows) * STRAY_SHARE:
        found = text(elsewhere[0].get("state"))[:20] or "no state"
        raise WrongAnswer(f"{where}: {len(elsewhere):,} of {len(page.rows):,} programs are elsewhere, one in {found}.")
    return page


# --- one state ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Pull:
    """One reading of one state: of which address, since when, and how far it came. Times are ISO 8601."""

    url: str
    page_size: int
    began_at: str
    finished_at: str = ""
    imported_at: str = ""
    pages: int = 0
    rows: int = 0

    def is_kept(self, now: datetime) -> bool:
        """May its pages still be used, and added to?"""
        return timedelta(0) <= now - datetime.fromisoformat(self.began_at) < KEPT_FOR

    def is_enough(self, now: datetime) -> bool:
        """Was it brought in so short a time ago that asking again would be too much?"""
        if not self.imported_at:
            return False
        # By days, so that a run at the same hour four weeks later is not some minutes too early.
        return now.date() - datetime.fromisoformat(self.imported_at).date() < AT_MOST_EVERY


@dataclass(frozen=True)
class Kept:
    """The folder where the pages of one state are kept."""

    folder: Path
    state: str

    @property
    def path(self) -> Path:
        """This state's own folder."""
        return self.folder / self.state

    def pull(self) -> Pull | None:
        """What was read of this state, or None when nothing was or nobody can tell."""
        try:
            pull = Pull(**json.loads((self.path / "pull.json").read_text()))
            datetime.fromisoformat(pull.began_at)
        except (OSError, ValueError, TypeError):
            return None
        return pull

    def begin(self, pull: Pull) -> Pull:
        """Forget what there was and begin anew."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        return self.write(pull)

    def write(self, pull: Pull) -> Pull:
        """Keep how far this state came."""
        _put(self.path / "pull.json", json.dumps(asdict(pull)).encode())
        return pull

    def page(self, number: int) -> Page | None:
        """A page that was kept, if it still is the one it was."""
        try:
            return page_of(self._page(number).read_bytes(), self.state, number)
        except (OSError, WrongAnswer):
            return None

    def keep(self, number: int, raw: bytes) -> None:
        """Keep a page that has been checked."""
        _put(self._page(number), raw)

    def _page(self, number: int) -> Path:
        return self.path / f"page-{number:04}.json"


def _put(path: Path, raw: bytes) -> None:
    """Write a file whole or not at all, whenever we are stopped."""
    begun = path.with_suffix(".part")
    with begun.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(path)


def _read_state(kept: Kept, guest: Guest, begun: Pull, *, now: datetime, say: Say) -> None:
    """Ask for every page that is not kept yet. Raises Stopped, or WrongAnswer when the state cannot be used."""
    first: Page | None = None
    seen: dict[str, int] = {}
    rows, number = 0, 0
    while first is None or number < first.total:
        number += 1
        page = kept.page(number)
        if page is None:
            raw = guest.get(address(begun.url, kept.state, number, begun.page_size))
            page = page_of(raw, kept.state, number)
            kept.keep(number, raw)
        first = first or page
        if (page.total, page.records) != (first.total, first.records):
            raise Disagreement(f"{kept.state}: the list changed while it was read.")
        before = seen.setdefault(page.sha256(), number)
        if before != number:
            raise Disagreement(f"{kept.state}: page {number} says the same as page {before}.")
        rows += len(page.rows)
        say(kept.state, number, first.total)
    if rows != first.records:
        raise Disagreement(f"{kept.state}: the pages hold {rows:,} programs and speak of {first.records:,}.")
    kept.write(replace(begun, finished_at=now.isoformat(), pages=number, rows=rows))


# --- all states ---------------------------------------------------------------------------------
@dataclass
class Reading:
    """What one run came to: the states that are whole, those that are not and why, and why it stopped early."""

    finished: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    stopped: str = ""


@dataclass(frozen=True)
class Locator:
    """The locator as one run asks it, and the folder where its answers are kept."""

    url: str
    folder: Path
    guest: Guest
    page_size: int = PAGE_SIZE

    def kept(self, state: str) -> Kept:
        """What is kept of one state."""
        return Kept(self.folder, state)

    def too_soon(self, states: Sequence[str], now: datetime) -> list[str]:
        """Those of these states that were brought in too short a time ago, and are not kept either."""
        pulls = {state: self.kept(state).pull() for state in states}
        return [state for state, pull in pulls.items() if pull and pull.is_enough(now) and not pull.is_kept(now)]

    def is_all_read(self, states: Sequence[str], now: datetime) -> bool:
        """Was each of these states brought in already, too short a time ago to ask again?"""
        return all((pull := self.kept(state).pull()) is not None and pull.is_enough(now) for state in states)

    def read(self, states: Sequence[str], *, now: datetime, is_fresh: bool, say: Say) -> Reading:
        """Read these states, going on where an earlier run stopped; `is_fresh` asks for everything anew.

        A state whose answer is wrong leaves the others alone; a locator that does not answer ends the run.
        """
        reading = Reading()
        for state in states:
            kept = self.kept(state)
            try:
                self._read(kept, now=now, is_fresh=is_fresh, say=say)
                reading.finished.append(state)
            except Stopped as error:
                reading.stopped = str(error)
                return reading
            except WrongAnswer as error:
                reading.failed[state] = str(error)
                if isinstance(error, Disagreement):
                    shutil.rmtree(kept.path, ignore_errors=True)
        return reading

    def _read(self, kept: Kept, *, now: datetime, is_fresh: bool, say: Say) -> None:
        pull = kept.pull()
        is_same = pull is not None and (pull.url, pull.page_size) == (self.url, self.page_size) and pull.is_kept(now)
        if pull is None or is_fresh or not is_same:
            pull = kept.begin(Pull(self.url, self.page_size, now.isoformat()))
        if not pull.finished_at:
            _read_state(kept, self.guest, pull, now=now, say=say)

    def file(self, states: Sequence[str], *, is_whole: bool) -> FacilityFile:
        """The finished pages of these states as one file to import. Raises WrongFile when a kept page is damaged."""
        name = f"{SERVICE}: {', '.join(states) if len(states) <= 8 else f'{len(states)} states'}"
        sha256, begins = hashlib.sha256(), [0]
        file = FacilityFile(name, "", is_whole=is_whole, counted="row")

        def rows() -> Iterator[dict[str, Any]]:
            for state in states:
                count = 0
                for page in self._pages(state):
                    sha256.update(page.sha256().encode())
                    count += len(page.rows)
                    yield from page.rows
                begins.append(begins[-1] + count)

        def told(found: Finding) -> Finding:
            at = bisect_left(begins, found.line) - 1
            return replace(found, reason=f"{states[at]}: {found.reason}") if found.line else found

        take(rows(), file)
        file.rejects, file.warnings = list(map(told, file.rejects)), list(map(told, file.warnings))
        file.sha256 = sha256.hexdigest()
        return file

    def _pages(self, state: str) -> Iterator[Page]:
        kept = self.kept(state)
        pull = kept.pull()
        for number in range(1, (pull.pages if pull else 0) + 1):
            page = kept.page(number)
            if page is None:
                raise WrongFile(f"Page {number} of {state} that was kept is damaged. Run it again with --fresh.")
            yield page

    def note_imported(self, states: Sequence[str], *, now: datetime) -> None:
        """Remember that these states were brought in, so that they are not asked for again too soon."""
        for state in states:
            pull = self.kept(state).pull()
            if pull is not None:
                self.kept(state).write(replace(pull, imported_at=now.isoformat()))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let only one run at a time read into this folder. Raises Stopped when another does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Stopped("Another sync is running on this machine.") from error
        yield
