"""An operator's own list of programs, in a plain table that anyone can fill in with a spreadsheet."""

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from handrail.gateways.facility_file import BadRow, FacilityFile, Finding, Named, codes_of, facility_of, give_keys, tidy
from handrail.gateways.table_file import Cells, WrongFile, open_table

# Our headings, by what SAMHSA calls the same thing.
_HEADINGS = {
    "name1": "name",
    "street1": "street",
    "street2": "suite",
    "city": "city",
    "state": "state",
    "zip": "zip",
    "county": "county",
    "phone": "phone",
    "intake1": "intake_phone",
    "website": "website",
    "latitude": "latitude",
    "longitude": "longitude",
}

# A column that is answered yes, and the service codes that say so.
QUESTIONS = {
    "buprenorphine": ("BU",),
    "methadone": ("MU",),
    "opioid_treatment_program": ("OTP",),
    "naltrexone": ("NU",),
    "people_may_stay_on_their_medicine": ("MOA",),
    "stops_medicine": ("NMOA",),
    "detox": ("DT",),
    "hospital": ("HI",),
    "residential_short": ("RES", "RS"),
    "residential_long": ("RES", "RL"),
    "outpatient": ("OP", "ORT"),
    "intensive_outpatient": ("OP", "OIT"),
    "day_program": ("OP", "ODT"),
    "telehealth": ("TELE",),
    "recovery_housing": ("HH",),
    "naloxone": ("NOE",),
    "medicaid": ("MD",),
    "medicare": ("MC",),
    "private_plan": ("PI",),
    "tricare_or_va": ("MI",),
    "self_pay": ("SF",),
    "sliding_fee": ("SS",),
    "free": ("NP",),
    "women": ("FEM",),
    "men": ("MALE",),
    "teens": ("CHLD", "AD"),
    "adults": ("ADLT",),
    "pregnant": ("PW",),
    "children_may_stay": ("BC",),
    "veterans": ("VET",),
    "lgbtq": ("GL",),
    "spanish": ("SP",),
    "sign_language": ("AH",),
    "transport": ("TA",),
}
COLUMNS = ("id", "name", "organization", *list(_HEADINGS.values())[1:], *QUESTIONS, "codes")
MUST_HAVE = ("name", "street", "city", "state", "zip")
EXPECTED = f"your own list (csv or xlsx) with the columns {', '.join(MUST_HAVE[:-1])} and {MUST_HAVE[-1]}"

# The row that shows how the template is filled in. It is never imported.
EXAMPLE = "example"
_EXAMPLE_ROW = {
    "id": EXAMPLE,
    "name": "River House Day Center",
    "organization": "River House",
    "street": "12 Mill Lane",
    "suite": "Suite 4",
    "city": "Fernhollow",
    "state": "CO",
    "zip": "81101",
    "phone": "719-555-0142",
    "website": "https://riverhouse.example",
    "buprenorphine": "yes",
    "outpatient": "yes",
    "medicaid": "yes",
}
_YES = frozenset(("yes", "y", "true", "1", "x"))
_NOT_YES = frozenset(("", "no", "n", "false", "0", "unknown", "?", "-"))


def template() -> str:
    """An empty list as csv: the headings, and one example row."""
    page = io.StringIO()
    writer = csv.DictWriter(page, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow(_EXAMPLE_ROW)
    return page.getvalue()


def is_header(header: Cells) -> bool:
    """Is this the heading row of such a list?"""
    return {_plain(name) for name in header}.issuperset(MUST_HAVE)


def read(path: Path) -> FacilityFile:
    """Read an operator's list. Raises WrongFile when it is not one; a bad row is only reported."""
    with open_table(path, sheet="", is_header=is_header, expected=EXPECTED) as table:
        file = FacilityFile(path.name, "")
        columns = _columns(table.header, file)
        named: list[Named] = []
        ids: dict[str, int] = {}
        filled = 0
        for line, cells in table.rows:
            said = _reader(columns, cells)
            if not any(cell.strip() for cell in cells) or said("id").lower() == EXAMPLE:
                continue
            filled += 1
            try:
                _take(line, said, named, ids, file)
            except BadRow as reason:
                file.rejects.append(Finding(line, str(reason)))
    if not filled:
        raise WrongFile(f"Expected {EXPECTED}; {path.name} has the headings and no rows.")
    give_keys(named, file)
    file.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return file


def _plain(heading: str) -> str:
    return "_".join(heading.strip().lower().split())


def _columns(header: Cells, file: FacilityFile) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, heading in enumerate(header):
        name = _plain(heading)
        columns.setdefault(name, at)
        if name and name not in COLUMNS:
            file.warnings.append(Finding(1, f"column '{name[:40]}' is not known and was not read"))
    return columns


def _reader(columns: dict[str, int], cells: Cells) -> Callable[[str], str]:
    def said(heading: str) -> str:
        at = columns.get(heading)
        return tidy(cells[at]) if at is not None and at < len(cells) else ""

    return said


def _take(line: int, said: Callable[[str], str], named: list[Named], ids: dict[str, int], file: FacilityFile) -> None:
    """Read one row. One with an id of its own is known by it again, whatever else changes."""
    row, name, _ = facility_of(line, lambda heading: said(_HEADINGS.get(heading, "")), file)
    organization = said("organization") or name
    own_id = said("id").casefold()
    if own_id and own_id in ids:
        raise BadRow(f"the id '{own_id[:40]}' is on line {ids[own_id]}")
    codes = codes_of(line, [*_answers(line, said, file), *said("codes").upper().split()], file, asked_all=False)
    row = replace(row, organization=organization, codes=codes)
    if not own_id:
        named.append((row, name, organization))
        return
    ids[own_id] = line
    file.rows.append(replace(row, key=hashlib.sha1(f"id|{own_id}".encode(), usedforsecurity=False).hexdigest()))


def _answers(line: int, said: Callable[[str], str], file: FacilityFile) -> list[str]:
    codes: list[str] = []
    for question, says in QUESTIONS.items():
        answer = said(question).lower()
        if answer in _YES:
            codes.extend(says)
        elif answer not in _NOT_YES:
            reason = f"column '{question}' says '{answer[:20]}', which is neither yes nor no: read as not known"
            file.warnings.append(Finding(line, reason))
    return codes
