"""SAMHSA's National Directory of substance use treatment facilities, as published: workbook or csv.

Also the locator's own export (one column per service code). Bad rows are reported, never fatal.
Source: National Directory of Drug and Alcohol Use Treatment Facilities (N-SUMHSS), "Facilities List".
"""

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from handrail.core.facility import Facility
from handrail.gateways.facility_file import (
    BadRow,
    FacilityFile,
    Finding,
    Named,
    codes_of,
    facility_of,
    give_keys,
    tidy,
)
from handrail.gateways.samhsa_codes import CODES
from handrail.gateways.table_file import Cells, WrongFile, open_table

SHEET = "Facilities List"
EXPECTED = (
    "SAMHSA's National Directory (a workbook with the sheet 'Facilities List', or csv) "
    "with the columns name1, street1, city, state, zip and service_code_info"
)
MUST_HAVE = ("name1", "street1", "city", "state", "zip")
CODE_CELL = "service_code_info"
# A file with fewer code columns than this is not the locator's export.
CODE_COLUMNS_AT_LEAST = 20


def read(path: Path) -> FacilityFile:
    """Read a directory file. Raises WrongFile when it is not one; a bad row is only reported."""
    with open_table(path, sheet=SHEET, is_header=is_header, expected=EXPECTED) as table:
        file = FacilityFile(path.name, "")
        columns = _columns(table.header, file)
        found: list[Named] = []
        for line, cells in table.rows:
            if not any(cell.strip() for cell in cells):
                continue
            try:
                found.append(_facility(line, cells, columns, file))
            except BadRow as reason:
                file.rejects.append(Finding(line, str(reason)))
    if not found and not file.rejects:
        raise WrongFile(f"Expected {EXPECTED}; {path.name} has the header and no rows.")
    _refuse_other_directories([row for row, _, _ in found], path.name)
    give_keys(found, file, keeps_twins=True)
    file.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return file


# --- the header ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Columns:
    by_name: dict[str, int]
    codes: tuple[tuple[int, str], ...]

    def text(self, cells: Cells, name: str) -> str:
        """The cell under this heading with its blanks tidied; empty when there is none."""
        at = self.by_name.get(name)
        if at is None or at >= len(cells):
            return ""
        return tidy(cells[at])


def _code_columns(header: Cells) -> tuple[tuple[int, str], ...]:
    return tuple((at, name.upper()) for at, name in enumerate(header) if name.upper() in CODES)


def is_header(header: Cells) -> bool:
    """Is this the heading row of the directory, or of the locator's export?"""
    if not all(name in header for name in MUST_HAVE):
        return False
    return CODE_CELL in header or len(_code_columns(header)) >= CODE_COLUMNS_AT_LEAST


_KNOWN_COLUMN_NAMES = """
    name1 name2 street1 street2 city state zip zip4 county phone intake_prompt intake1 intake2 intake1a intake2a
    website latitude longitude type_facility geocode_source service_code_info
    walk_in_hours day_one facts openings gone_days_ago
"""
_KNOWN_COLUMNS = frozenset(_KNOWN_COLUMN_NAMES.split())


def _columns(header: Cells, file: FacilityFile) -> _Columns:
    by_name: dict[str, int] = {}
    for at, name in enumerate(header):
        by_name.setdefault(name, at)
    codes = () if CODE_CELL in header else _code_columns(header)
    known = _KNOWN_COLUMNS | {code.lower() for _, code in codes}
    for name in header:
        if name and name not in known:
            file.warnings.append(Finding(1, f"column '{name[:40]}' is not known and was not read"))
    return _Columns(by_name, codes)


# --- one row ------------------------------------------------------------------------------------
def _facility(line: int, cells: Cells, columns: _Columns, file: FacilityFile) -> Named:
    row, name1, name2 = facility_of(line, partial(columns.text, cells), file)
    return replace(row, codes=codes_of(line, _codes(cells, columns), file)), name1, name2


def _codes(cells: Cells, columns: _Columns) -> list[str]:
    if columns.codes:
        return [code for at, code in columns.codes if at < len(cells) and cells[at].strip().lower() in ("1", "y", "x")]
    return columns.text(cells, CODE_CELL).replace("*", " ").upper().split()


# --- the whole file -----------------------------------------------------------------------------
def _refuse_other_directories(rows: list[Facility], name: str) -> None:
    """SAMHSA's mental health directory has the same columns; its rows treat no substance use."""
    mental = sum(1 for row in rows if "MH" in row.codes.split())
    substance = sum(1 for row in rows if not {"SA", "DT", "OTP"}.isdisjoint(row.codes.split()))
    if mental > len(rows) / 2 and substance < len(rows) / 10:
        raise WrongFile(f"Expected {EXPECTED}; {name} is the mental health directory.")
