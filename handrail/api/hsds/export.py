"""Everything in one zip: made once for each edition of the directory, kept as a file, and streamed from it."""

import csv
import json
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from handrail.api.hsds import records, rows
from handrail.api.hsds.answers import open_door
from handrail.api.hsds.entry import entry_of
from handrail.api.hsds.parts import Record, moment
from handrail.api.hsds.tables import TABLES, cells, flat, package
from handrail.api.hsds.terms import TAXONOMIES
from handrail.records.directory.models import Program

BATCH = 500
# Making it for the whole country takes many seconds of one process, so at most once a day; the lists are always fresh.
KEEP_SECONDS = 24 * 60 * 60
# Rows that many services share are written once.
SHARED = ("organization", "location", "unit", "taxonomy_term")

_making = threading.Lock()


@open_door("GET")
def export(request: HttpRequest) -> HttpResponseBase:
    """The whole directory as a tabular data package, at most a day old."""
    path = made(now=timezone.now())
    tag = quote_etag(path.stem)
    if unchanged := get_conditional_response(request, etag=tag):
        return unchanged
    answer = FileResponse(path.open("rb"), as_attachment=True, filename="hsds.zip", content_type="application/zip")
    answer.headers["ETag"] = tag
    return answer


def made(*, now: datetime) -> Path:
    """The file of this edition, or one young enough; made when there is none. Only one at a time is made here."""
    edition = rows.edition(now)
    if found := _kept(edition):
        return found
    with _making:
        return _kept(edition) or _make(edition, now)


def _folder() -> Path:
    folder: Path = settings.HANDRAIL_DATA / "hsds"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _kept(edition: str) -> Path | None:
    of_edition = _folder() / f"{edition}.zip"
    if of_edition.exists():
        return of_edition
    young = time.time() - KEEP_SECONDS
    return next((path for path in _newest_first() if path.stat().st_mtime > young), None)


def _newest_first() -> list[Path]:
    return sorted(_folder().glob("*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)


def _make(edition: str, now: datetime) -> Path:
    """Write the tables side by side in one reading of the directory, then pack them."""
    path = _folder() / f"{edition}.zip"
    with tempfile.TemporaryDirectory(dir=_folder()) as beside:
        _write_tables(Path(beside), now)
        packed = Path(beside) / "packed"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            told = package(edition=edition, made_at=moment(now))
            archive.writestr("datapackage.json", json.dumps(told, indent=2))
            for file_name, _columns in TABLES.values():
                archive.write(Path(beside) / file_name, file_name)
        packed.replace(path)
    # The one before stays for whoever is about to open it; a file that is being read lives until it is closed.
    for old in _newest_first()[2:]:
        old.unlink(missing_ok=True)
    return path


def _write_tables(folder: Path, now: datetime) -> None:
    written: set[str] = set()
    with ExitStack() as stack:
        writers = {}
        for table, (file_name, columns) in TABLES.items():
            opened = stack.enter_context((folder / file_name).open("w", encoding="utf-8", newline=""))
            writers[table] = csv.writer(opened, lineterminator="\n")
            writers[table].writerow(columns)
        for taxonomy in TAXONOMIES.values():
            writers["taxonomy"].writerow(cells("taxonomy", taxonomy))
        for service in _services(now):
            # A hundred for each service: written straight, each term once.
            attributes = service.pop("attributes", [])
            writers["attribute"].writerows(cells("attribute", each) for each in attributes)
            for term in (each["taxonomy_term"] for each in attributes if each["taxonomy_term_id"] not in written):
                written.add(term["id"])
                writers["taxonomy_term"].writerow(cells("taxonomy_term", term))
            for table, row in flat("service", service):
                if table in SHARED:
                    if row["id"] in written:
                        continue
                    written.add(row["id"])
                writers[table].writerow(cells(table, row))


def _services(now: datetime) -> Iterator[Record]:
    imports, hours = rows.newest_imports(), rows.fresh_hours()
    listed = Program.objects.listed().with_all().order_by("id")
    for program in listed.iterator(chunk_size=BATCH):
        yield records.full_service(entry_of(program, imports, fresh_hours=hours, now=now))
