"""Brings the rows that a gateway read into the records, and says what happened, to people and to programs."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TextIO

from handrail.actions._frame import Refused
from handrail.actions.directory.importing import import_rows
from handrail.core.access import WORKER
from handrail.core.facility import Facility
from handrail.gateways.facility_file import FacilityFile, Finding
from handrail.gateways.table_file import WrongFile
from handrail.records.directory.places import place_of_zip

DONE, FOUND_SOMETHING, REFUSED = 0, 1, 2
# How many findings are printed; the counts are always whole.
SHOWN = 20
SHOWN_JSON = 200


@dataclass(frozen=True)
class Wish:
    """What the command line asked for."""

    source: str = ""
    title: str = ""
    kind: str = ""
    observed_on: date | None = None
    dry_run: bool = False
    may_lose_many: bool = False


def bring_in(file: FacilityFile, wish: Wish, *, observed_on: date, now: datetime) -> dict[str, int | float]:
    """Import what was read, in one transaction; gives the counts. Raises Refused."""
    began = time.monotonic()
    file.warnings.extend(doubts_of_places(file.rows))
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
        kind=wish.kind,
        progress=_progress(sys.stderr),
    )
    counts["seconds"] = round(time.monotonic() - began, 2)
    return counts


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


def doubts_of_places(rows: Iterable[Facility]) -> Iterator[Finding]:
    """What does not agree with the ZIP code: another state, or a point far off, which the import replaces."""
    for row in rows:
        place = place_of_zip(row.zip5)
        if place is None:
            yield Finding(row.line, f"the ZIP code {row.zip5} is not known: distances to this program may be missing")
        elif place.state != row.state:
            yield Finding(row.line, f"the ZIP code {row.zip5} is in {place.state}, and the address says {row.state}")
        elif row.latitude is None or row.longitude is None:
            continue
        elif place.is_far_from(row.latitude, row.longitude):
            yield Finding(row.line, f"the point is far from ZIP code {row.zip5}: the middle of that is used")


def sentence_of(error: WrongFile | Refused) -> str:
    """Why an import was refused, in one sentence."""
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


def say_refused(error: WrongFile | Refused, as_json: bool, out: TextIO) -> int:
    """Say in one sentence why nothing was changed. Gives the exit status."""
    sentence = sentence_of(error)
    print(f"Not imported. {sentence}", file=sys.stderr)
    if as_json:
        nothing = dict.fromkeys(("added", "updated", "unchanged", "gone", "rejected", "seconds"), 0)
        print(json.dumps(nothing | {"refused": sentence}), file=out)
    return REFUSED


def say_done(file: FacilityFile, counts: dict[str, int | float], wish: Wish, observed_on: date, out: TextIO) -> None:
    """Say in a few lines what was done, what was refused and what is in doubt."""
    would = "Would change" if wish.dry_run else "Imported"
    said = ", ".join(f"{name} {counts[name]:,}" for name in ("added", "updated", "unchanged", "gone", "rejected"))
    print(f"{would}: {file.file_name}, as of {observed_on}: {said}. {counts['seconds']} s.", file=out)
    if counts.get("joined") or counts.get("unsure"):
        sentence = "Joined with other sources' entries: {joined:,}. Pairs that an editor should look at: {unsure:,}."
        print(sentence.format(**counts), file=out)
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


def as_object(file: FacilityFile, counts: dict[str, int | float], wish: Wish, observed_on: date) -> dict[str, Any]:
    """The same, for a program."""
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
