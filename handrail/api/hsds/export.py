"""Everything in one zip: made aside in small steps, once for each edition of the directory, streamed from a file."""

import csv
import fcntl
import io
import json
import logging
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from handrail.api.hsds import records, rows
from handrail.api.hsds.answers import open_door, refusal
from handrail.api.hsds.entry import Entry
from handrail.api.hsds.identity import ids_under
from handrail.api.hsds.parts import marks, moment
from handrail.api.hsds.tables import TABLES, cells, flat, package, safe
from handrail.api.hsds.terms import TAXONOMIES
from handrail.records.directory.models import Program

log = logging.getLogger(__name__)

# A file younger than this is given without a look; an older one of another edition is given while a new one is made.
KEEP_SECONDS = 60 * 60
OLDEST_SECONDS = 24 * 60 * 60
# How long the first asker waits for a file; how long others have the processor after each step of the making.
WAIT_SECONDS = 20.0
STEP = 50
# Rows that many services share are written once.
SHARED = ("organization", "location", "unit")


@open_door("GET")
def export(request: HttpRequest) -> HttpResponseBase:
    """The whole directory as a tabular data package."""
    path = file_for(now=timezone.now())
    if path is None:
        answer: HttpResponseBase = refusal(503, "The file is being made. Ask again in half a minute.")
        answer.headers["Retry-After"] = "30"
        return answer
    tag = quote_etag(path.stem)
    if unchanged := get_conditional_response(request, etag=tag):
        return unchanged
    answer = FileResponse(path.open("rb"), as_attachment=True, filename="hsds.zip", content_type="application/zip")
    answer.headers["ETag"] = tag
    return answer


def file_for(*, now: datetime) -> Path | None:
    """The file to give: of this edition, or one young enough. None while the first one is being made."""
    edition = rows.edition(now)
    found = _kept(edition, KEEP_SECONDS)
    if found:
        return found
    if transaction.get_connection().in_atomic_block:
        return make(edition, now)  # what stands in a transaction only this thread can read
    making = threading.Thread(target=_make_aside, args=(edition, now), daemon=True)
    making.start()
    found = _kept(edition, OLDEST_SECONDS)
    if found is None:
        _wait_for(making)
    return found or _kept(edition, OLDEST_SECONDS)


def _wait_for(making: threading.Thread) -> None:
    """Until it is made here, or another process that makes it has had as long."""
    end = time.monotonic() + WAIT_SECONDS
    making.join(WAIT_SECONDS)
    while not list(_folder().glob("*.zip")) and time.monotonic() < end:
        time.sleep(0.2)


def _make_aside(edition: str, now: datetime) -> None:
    try:
        with _alone() as is_mine:
            if is_mine and _kept(edition, KEEP_SECONDS) is None:
                make(edition, now, rests=True)
    except (OSError, DatabaseError) as error:
        log.error("the export could not be made: %s", type(error).__name__)
    finally:
        connections.close_all()


@contextmanager
def _alone() -> Iterator[bool]:
    """One maker in all the processes of this machine; the lock goes with its process."""
    with (_folder() / "making").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _folder() -> Path:
    folder: Path = settings.HANDRAIL_DATA / "hsds"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _kept(edition: str, seconds: int) -> Path | None:
    of_edition = _folder() / f"{edition}.zip"
    if of_edition.exists():
        return of_edition
    young = time.time() - seconds
    return next((path for path in _newest_first() if path.stat().st_mtime > young), None)


def _newest_first() -> list[Path]:
    return sorted(_folder().glob("*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)


def make(edition: str, now: datetime, *, rests: bool = False) -> Path:
    """Write the tables side by side in one reading of the directory, then pack them.

    With `rests` it stands still after each step for as long as the step took, so that requests are answered.
    """
    path = _folder() / f"{edition}.zip"
    with tempfile.TemporaryDirectory(dir=_folder()) as beside:
        _write_tables(Path(beside), now, rests=rests)
        packed = Path(beside) / "packed"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            told = package(edition=edition, made_at=moment(now))
            archive.writestr("datapackage.json", json.dumps(told, indent=2))
            for file_name, _columns in TABLES.values():
                archive.write(Path(beside) / file_name, file_name)
        packed.replace(path)
    # The one before stays for whoever is about to open it; a file that is being read lives until it is closed.
    for old in _newest_first()[2:]:
        old.unlink(missing_ok=True)
    return path


def _write_tables(folder: Path, now: datetime, *, rests: bool) -> None:
    with ExitStack() as stack:
        tables = _Tables(folder, stack)
        for taxonomy in TAXONOMIES.values():
            tables.write("taxonomy", taxonomy)
        ids = list(Program.objects.listed().order_by("id").values_list("id", flat=True))
        begun = time.monotonic()
        for number, entry in enumerate(rows.read_all(ids, now=now), start=1):
            tables.add(entry)
            if rests and number % STEP == 0:
                time.sleep(time.monotonic() - begun)
                begun = time.monotonic()


class _Tables:
    """The files that are being written, and which shared rows stand in them already."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.written: set[str] = set()
        self.ends: dict[tuple[str, str, str], str] = {}
        self.files: dict[str, TextIO] = {}
        self.writers: dict[str, Any] = {}
        for table, (file_name, columns) in TABLES.items():
            opened = stack.enter_context((folder / file_name).open("w", encoding="utf-8", newline=""))
            self.files[table] = opened
            self.writers[table] = csv.writer(opened, lineterminator="\n")
            self.writers[table].writerow(columns)

    def write(self, table: str, record: Any) -> None:
        """One row of one table; one that is shared only the first time."""
        if table in SHARED:
            if record["id"] in self.written:
                return
            self.written.add(record["id"])
        self.writers[table].writerow(cells(table, record))

    def add(self, entry: Entry) -> None:
        """One service with everything that belongs to it."""
        service = records.flat_service(entry) | records.loose_parts(entry)
        service["service_at_locations"] = [records.service_at_location(entry)]
        for table, row in flat("service", service):
            self.write(table, row)
        self._add_attributes(entry)

    def _add_attributes(self, entry: Entry) -> None:
        """A hundred for each service, more than all the rest: their lines are put together from parts that are kept."""
        own_id, service_id, lines = ids_under("attribute", entry.pk), str(entry.pk), []
        for term, link_type, value, label in marks(entry):
            term_id = term["id"]
            key = (term_id, value, label)
            end = self.ends.get(key)
            if end is None:
                end = self.ends[key] = _line(term_id, link_type, "service", value, label)
                if term_id not in self.written:
                    self.written.add(term_id)
                    self.write("taxonomy_term", term)
            lines.append(f"{own_id(term_id)},{service_id},{end}")
        self.files["attribute"].writelines(lines)


def _line(*words: str) -> str:
    """These cells as the end of a line, safe to open in a spreadsheet."""
    end = io.StringIO()
    csv.writer(end, lineterminator="\n").writerow([safe(word) for word in words])
    return end.getvalue()
