"""FindTreatment.gov's JSON export: rows of programs whose services are told in words, not codes.

Source: FindTreatment.gov Developer Guide 1.9, "exportsAsJson/v2": {page, totalPages, recordCount, rows}. A row names
its services as [{f1: category, f2: category code, f3: labels joined by "; "}]. One export covers one area, so a
program that is missing from it is not gone.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from handrail.gateways.facility_file import BadRow, FacilityFile, Finding, Named, codes_of, facility_of, give_keys
from handrail.gateways.json_file import load, objects, text
from handrail.gateways.samhsa_codes import TREATS
from handrail.gateways.samhsa_labels import code_of
from handrail.gateways.table_file import MAX_ROWS, WrongFile

EXPECTED = "FindTreatment.gov's JSON export (an object with 'rows', each with name1, street1, city, state and zip)"

# What a row's type says by itself: certified for methadone, or a prescriber of buprenorphine.
_OF_TYPE = {"OTP": "OTP", "BUPREN": "UB"}


def is_findtreatment(held: Any) -> bool:
    """Is this JSON an export of the locator?"""
    return next(_rows(held), {}).keys() >= {"name1", "city", "state"}


def read(path: Path) -> FacilityFile:
    """Read an export. Raises WrongFile when it is not one; a bad row is only reported, by its place in the file."""
    held = load(path, EXPECTED)
    rows = list(_rows(held))
    if not is_findtreatment(held):
        found = ", ".join(str(key)[:30] for key in list(held)[:6]) if isinstance(held, dict) else "no rows"
        raise WrongFile(f"Expected {EXPECTED}; {path.name} holds: {found or 'nothing'}.")
    file = FacilityFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), is_whole=False, counted="row")
    take(rows, file)
    _warn_of_the_whole(held, len(rows), file)
    return file


def take(rows: Iterable[dict[str, Any]], file: FacilityFile) -> None:
    """Read rows into `file`, counted from one; each bad row is reported by its place, each strange label once.

    Raises WrongFile when there are more than is safe.
    """
    unmatched: Counter[str] = Counter()
    named: list[Named] = []
    for line, row in enumerate(rows, start=1):
        if line > MAX_ROWS:
            raise WrongFile(f"{file.file_name} has more than {MAX_ROWS:,} rows.")
        try:
            named.append(_facility(line, row, unmatched, file))
        except BadRow as reason:
            file.rejects.append(Finding(line, str(reason)))
    give_keys(named, file)
    for label, count in unmatched.most_common():
        file.warnings.append(Finding(0, f"label not in the code book, not read: {label}, in {count:,} rows"))


def _rows(held: Any) -> Iterator[dict[str, Any]]:
    """The rows of one page, of pages gathered in one file, or of a bare list."""
    if isinstance(held, dict):
        yield from objects(held.get("rows"))
        for page in objects(held.get("pages")):
            yield from objects(page.get("rows"))
    for item in objects(held):
        if "rows" in item:
            yield from objects(item["rows"])
        else:
            yield item


def _facility(line: int, row: dict[str, Any], unmatched: Counter[str], file: FacilityFile) -> Named:
    facility, name1, name2 = facility_of(line, lambda heading: text(row.get(heading)), file)
    kind = (text(row.get("typeFacility")) or text(row.get("type_facility"))).upper()
    codes = [*_codes(row, unmatched), *filter(None, [_OF_TYPE.get(kind)])]
    if kind in ("MH", "HRSA") and TREATS.isdisjoint(codes):
        raise BadRow("its services do not say that it treats drug or alcohol use")
    return replace(facility, codes=codes_of(line, codes, file)), name1, name2


def _codes(row: dict[str, Any], unmatched: Counter[str]) -> Iterator[str]:
    for service in objects(row.get("services")):
        category = text(service.get("f2")).upper()
        for label in text(service.get("f3")).split(";"):
            code = code_of(label, category)
            if code:
                yield code
            elif label.strip():
                unmatched[f"'{label.strip()[:80]}' ({category[:12] or 'no category'})"] += 1


def _warn_of_the_whole(held: Any, rows: int, file: FacilityFile) -> None:
    # Each page repeats the count of the whole answer.
    pages = [held, *objects(held.get("pages"))] if isinstance(held, dict) else list(objects(held))
    stated = [page["recordCount"] for page in pages if isinstance(page.get("recordCount"), int)]
    if stated and max(stated) > rows:
        file.warnings.append(Finding(0, f"the export speaks of {max(stated):,} programs and this file holds {rows:,}"))
