"""SAMHSA's National Directory of substance use treatment facilities, as published: workbook or csv.

Also the locator's own export (one column per service code). Bad rows are reported, never fatal.
Source: National Directory of Drug and Alcohol Use Treatment Facilities (N-SUMHSS), "Facilities List".
"""

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from handrail.core.facility import Facility, plain, stable_key
from handrail.gateways.samhsa_codes import CODES, STATES
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
MAX_NAME = 200

_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
_ENDS_OPEN = re.compile(r"(\b(of|for|and|the|in|at|to|a)|[&/-])$", re.IGNORECASE)
_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?")
# Corners of the country with its islands: latitude, then longitude.
_SOUTH, _NORTH = -15.0, 72.0
_WEST, _EAST = -180.0, -64.0
_PACIFIC = (130.0, 180.0)


@dataclass(frozen=True)
class Finding:
    """What was wrong with one line."""

    line: int
    reason: str


@dataclass
class FacilityFile:
    """What one file held: rows to import, rows refused with the reason, and rows kept with a warning."""

    file_name: str
    sha256: str
    rows: list[Facility] = field(default_factory=list)
    rejects: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


class BadRow(Exception):
    """This line cannot be imported, and why."""


def read(path: Path) -> FacilityFile:
    """Read a directory file. Raises WrongFile when it is not one; a bad row is only reported."""
    with open_table(path, sheet=SHEET, is_header=_is_header, expected=EXPECTED) as table:
        file = FacilityFile(path.name, "")
        columns = _columns(table.header, file)
        found: list[tuple[Facility, str, str]] = []
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
    _give_keys(found, file)
    file.rejects.sort(key=lambda finding: finding.line)
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
        return _BLANKS.sub(" ", cells[at]).strip()


def _code_columns(header: Cells) -> tuple[tuple[int, str], ...]:
    return tuple((at, name.upper()) for at, name in enumerate(header) if name.upper() in CODES)


def _is_header(header: Cells) -> bool:
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
def _facility(line: int, cells: Cells, columns: _Columns, file: FacilityFile) -> tuple[Facility, str, str]:
    """One row as a facility without its key, with the first and second name the key is made of."""
    name1, name2 = columns.text(cells, "name1"), columns.text(cells, "name2")
    if not plain(name1):
        raise BadRow("no name")
    name = _whole_name(name1, name2)
    if len(name) > MAX_NAME:
        raise BadRow(f"the name is longer than {MAX_NAME} characters")
    state = columns.text(cells, "state").upper()
    if state not in STATES:
        raise BadRow(f"'{state[:20]}' is not a state" if state else "no state")
    zip5 = _zip5(columns.text(cells, "zip"), state)
    city = columns.text(cells, "city")
    if not city:
        raise BadRow("no city")
    latitude, longitude = _point(columns.text(cells, "latitude"), columns.text(cells, "longitude"))
    phones = [_phone(columns.text(cells, column)) for column in ("phone", "intake1", "intake2", "intake1a", "intake2a")]
    phone = next((number for number in phones if number), "")
    row = Facility(
        line=line,
        key="",
        organization=name1,
        name=name,
        street1=columns.text(cells, "street1")[:200],
        street2=columns.text(cells, "street2")[:200],
        city=city[:100],
        state=state,
        zip5=zip5,
        county=columns.text(cells, "county")[:100],
        phone=phone,
        intake_phone=next((number for number in phones if number and number != phone), ""),
        website=_website(columns.text(cells, "website")),
        codes=_codes(line, cells, columns, file),
        latitude=latitude,
        longitude=longitude,
    )
    return row, name1, name2


def _whole_name(name1: str, name2: str) -> str:
    """Both name cells as one name. The source cuts a long first cell and goes on in the second."""
    if not name2 or plain(name2) == plain(name1):
        return name1
    return f"{name1} {name2}" if _ENDS_OPEN.search(name1) else f"{name1}, {name2}"


# Where a spreadsheet that took ZIP codes for numbers has dropped the leading zero.
_ZERO_STATES = frozenset({"CT", "MA", "ME", "NH", "NJ", "RI", "VT", "PR", "VI"})


def _zip5(text: str, state: str) -> str:
    if text.isascii() and text.isdigit() and 3 <= len(text) <= 4 and state in _ZERO_STATES:
        text = text.zfill(5)
    match = _ZIP.fullmatch(text)
    if not match or match[1] == "00000":
        raise BadRow(f"'{text[:20]}' is not a ZIP code" if text else "no ZIP code")
    return match[1]


def _point(latitude: str, longitude: str) -> tuple[float | None, float | None]:
    if not latitude and not longitude:
        return None, None
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        raise BadRow(f"'{latitude[:20]}, {longitude[:20]}' is not a point on the map") from None
    in_country = _SOUTH <= north <= _NORTH and (_WEST <= east <= _EAST or _PACIFIC[0] <= east <= _PACIFIC[1])
    # Zero and zero is how a missing point is often written; not-a-number fails every comparison above.
    if not in_country or (abs(north) < 1 and abs(east) < 1):
        raise BadRow(f"the point {latitude[:20]}, {longitude[:20]} is not in the United States")
    return north, east


def _phone(text: str) -> str:
    """The number as printed; nothing for the source's placeholder of nines."""
    digits = re.sub(r"\D", "", text)
    return "" if digits.startswith("999999") else text[:40]


def _website(text: str) -> str:
    if not text or len(text) > MAX_NAME or " " in text:
        return ""
    if re.match(r"https?://", text, re.IGNORECASE):
        return text
    return "" if ":" in text.split("/")[0] or "." not in text else f"https://{text}"


def _codes(line: int, cells: Cells, columns: _Columns, file: FacilityFile) -> str:
    if columns.codes:
        said = [code for at, code in columns.codes if at < len(cells) and cells[at].strip().lower() in ("1", "y", "x")]
    else:
        said = columns.text(cells, CODE_CELL).replace("*", " ").upper().split()
    codes = list(dict.fromkeys(said))
    unknown = [code[:12] for code in codes if code not in CODES]
    if unknown:
        file.warnings.append(Finding(line, f"code not in the code book, kept: {' '.join(unknown[:10])}"))
    if not codes:
        file.warnings.append(Finding(line, "no service codes: everything it offers will show as not known"))
    return " ".join(codes)


# --- the whole file -----------------------------------------------------------------------------
def _refuse_other_directories(rows: list[Facility], name: str) -> None:
    """SAMHSA's mental health directory has the same columns; its rows treat no substance use."""
    mental = sum(1 for row in rows if "MH" in row.codes.split())
    substance = sum(1 for row in rows if not {"SA", "DT", "OTP"}.isdisjoint(row.codes.split()))
    if mental > len(rows) / 2 and substance < len(rows) / 10:
        raise WrongFile(f"Expected {EXPECTED}; {name} is the mental health directory.")


def _give_keys(found: list[tuple[Facility, str, str]], file: FacilityFile) -> None:
    """Give each row its stable key, and refuse the second of two rows that nothing but codes or phone tells apart."""
    groups: dict[str, list[Facility]] = defaultdict(list)
    names: dict[int, tuple[str, str]] = {}
    for row, name1, name2 in found:
        groups[stable_key(name1, name2, row.street1, row.zip5)].append(row)
        names[row.line] = (name1, name2)
    for key, rows in groups.items():
        taken: dict[str, int] = {}
        # By suite, not by place in the file, so that a file sorted otherwise gives the same keys.
        for row in sorted(rows, key=lambda row: (plain(row.street2), row.line)):
            suite = plain(row.street2)
            if suite in taken:
                file.rejects.append(Finding(row.line, f"the same program (name, address) is on line {taken[suite]}"))
                continue
            own = key if not taken else stable_key(*names[row.line], row.street1, row.zip5, street2=suite or "-")
            taken[suite] = row.line
            file.rows.append(replace(row, key=own))
    file.rows.sort(key=lambda row: row.line)
