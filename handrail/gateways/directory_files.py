"""The kinds of directory file that can be imported, and which of them a file is, told by what is in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from handrail.gateways import findtreatment, hsds_files, own_list, samhsa
from handrail.gateways.facility_file import FacilityFile
from handrail.gateways.hsds_tables import is_hsds, is_hsds_archive
from handrail.gateways.json_file import load
from handrail.gateways.table_file import Cells, WrongFile, archive_parts, first_bytes, is_workbook, open_table

EXPECTED = (
    "a directory: SAMHSA's National Directory (xlsx or csv), FindTreatment.gov's JSON export, Open Referral HSDS 3 "
    "(zip, folder or JSON), or your own list (see handrail directory template)"
)

# The readers by kind; a kind is also the key of its usual source.
KINDS: dict[str, Callable[[Path], FacilityFile]] = {
    "samhsa": samhsa.read,
    "findtreatment": findtreatment.read,
    "hsds": hsds_files.read,
    "own": own_list.read,
}


def kind_of(path: Path) -> str:
    """Which kind of directory this is, a key of KINDS. Raises WrongFile, in one sentence, when it is none."""
    if path.is_dir():
        return "hsds"
    start = first_bytes(path, EXPECTED)
    if start.startswith(b"PK"):
        parts = archive_parts(path, EXPECTED)
        if not is_workbook(parts):
            return _known("hsds" if is_hsds_archive(parts) else "", path, "a zip archive of something else")
    elif start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
        return _known(_kind_of_json(load(path, EXPECTED)), path, "JSON of something else")
    return _kind_of_table(path)


def _known(kind: str, path: Path, found: str) -> str:
    if not kind:
        raise WrongFile(f"Expected {EXPECTED}; {path.name} is {found}.")
    return kind


def _kind_of_json(held: Any) -> str:
    if findtreatment.is_findtreatment(held):
        return "findtreatment"
    return "hsds" if is_hsds(held) else ""


def _kind_of_table(path: Path) -> str:
    def is_header(header: Cells) -> bool:
        return samhsa.is_header(header) or own_list.is_header(header)

    with open_table(path, sheet=samhsa.SHEET, is_header=is_header, expected=EXPECTED) as table:
        return "samhsa" if samhsa.is_header(table.header) else "own"
