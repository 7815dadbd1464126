"""What every directory source shares: how one row is cleaned, known again, and refused with its reason."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from handrail.core.facility import Facility, plain, stable_key
from handrail.core.facts import PARTLY
from handrail.core.points import Settled, settle
from handrail.gateways.samhsa_codes import CODES, STATES

MAX_NAME = 200

_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
_ENDS_OPEN = re.compile(r"(\b(of|for|and|the|in|at|to|a)|[&/-])$", re.IGNORECASE)
_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?")
Said = Callable[[str], str]
"""Gives what a row says under a heading (SAMHSA's own names), with its blanks tidied; empty when nothing."""

Named = tuple[Facility, str, str]
"""A row without its key, with the first and second name the key is made of."""


@dataclass(frozen=True)
class Finding:
    """What was wrong with one line."""

    line: int
    reason: str


@dataclass
class FacilityFile:
    """What one file held: rows to import, rows refused with the reason, and rows kept with a warning.

    `is_whole` is False for a part of a source: a program missing from it is not gone. `counted` is what
    `Finding.line` counts.
    """

    file_name: str
    sha256: str
    rows: list[Facility] = field(default_factory=list)
    rejects: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    is_whole: bool = True
    counted: str = "line"


class BadRow(Exception):
    """This line cannot be imported, and why."""


# --- one row ------------------------------------------------------------------------------------
def tidy(text: str) -> str:
    """One blank between words, no control characters, nothing that UTF-8 cannot hold."""
    return _BLANKS.sub(" ", text).strip().encode("utf-8", "replace").decode()


def facility_of(line: int, said: Said, file: FacilityFile) -> Named:
    """One row as a facility, its codes still to be given. Raises BadRow without a name or a place.

    What is doubtful and does not hinder is a warning of the file.
    """
    said = _without_formulas(said)
    name1, name2 = said("name1"), said("name2")
    if not plain(name1):
        raise BadRow("no name")
    name = _whole_name(name1, name2)
    if len(name) > MAX_NAME:
        raise BadRow(f"the name is longer than {MAX_NAME} characters")
    state = said("state").upper()
    if state not in STATES:
        raise BadRow(f"'{state[:20]}' is not a state" if state else "no state")
    zip5 = _zip5(said("zip"), state)
    city = said("city")
    if not city:
        raise BadRow("no city")
    latitude, longitude = _point(line, said("latitude"), said("longitude"), state, file)
    phones = [_phone(said(heading)) for heading in ("phone", "intake1", "intake2", "intake1a", "intake2a")]
    phone = next((number for number in phones if number), "")
    row = Facility(
        line=line,
        key="",
        organization=name1,
        name=name,
        street1=said("street1")[:200],
        street2=said("street2")[:200],
        city=city[:100],
        state=state,
        zip5=zip5,
        county=said("county")[:100],
        phone=phone,
        intake_phone=next((number for number in phones if number and number != phone), ""),
        website=_website(said("website")),
        codes="",
        latitude=latitude,
        longitude=longitude,
    )
    if "\ufffd" in f"{name}{row.street1}{row.street2}{city}":
        file.warnings.append(Finding(line, "some letters could not be read: save the file as UTF-8"))
    return row, name1, name2


def _without_formulas(said: Said) -> Said:
    """What a row says, where a formula says nothing: only the program that made the file knows what it comes to."""

    def words(heading: str) -> str:
        cell = said(heading)
        if cell.startswith("="):
            raise BadRow(f"the cell of {heading} is a formula, '{cell[:30]}'; save the file with values")
        return cell

    return words


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
    match = _ZIP.fullmatch(text) if text.isascii() else None
    if not match or match[1] == "00000":
        raise BadRow(f"'{text[:20]}' is not a ZIP code" if text else "no ZIP code")
    return match[1]


_POINTS = {
    "swapped": "latitude and longitude were swapped, and are put right",
    "no_minus": "the longitude had lost its minus, and is put right",
    "elsewhere": "the point {point} is not in {state}: the middle of the ZIP code is used",
}


def _point(
    line: int, latitude: str, longitude: str, state: str, file: FacilityFile
) -> tuple[float | None, float | None]:
    """The point that a row tells, put right or dropped with a warning: a good address must not be lost by it."""
    if not latitude and not longitude:
        return None, None
    try:
        settled = settle(float(latitude), float(longitude), state=state)
    except ValueError:
        settled = Settled(None, None, "elsewhere")
    if settled.problem:
        point = f"{latitude[:20]}, {longitude[:20]}"
        file.warnings.append(Finding(line, _POINTS[settled.problem].format(point=point, state=state)))
    return settled.latitude, settled.longitude


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


def codes_of(line: int, said: list[str], file: FacilityFile, *, asked_all: bool = True) -> str:
    """Service codes as one text, each once; an unknown code is kept, and warned of.

    Of a source that was not asked every question of the survey, what is not said must not read as no.
    """
    codes = list(dict.fromkeys(said))
    unknown = [code[:12] for code in codes if code not in CODES]
    if unknown:
        file.warnings.append(Finding(line, f"code not in the code book, kept: {' '.join(unknown[:10])}"))
    if not codes:
        file.warnings.append(Finding(line, "no service codes: everything it offers will show as not known"))
    return " ".join(codes if asked_all or not codes else [*codes, PARTLY])


# --- the whole file -----------------------------------------------------------------------------
def _order(row: Facility, *, keeps_twins: bool) -> tuple[str, str, str, int]:
    phone, codes = (row.phone, row.codes) if keeps_twins else ("", "")
    return plain(row.street2), phone, codes, row.line


def give_keys(found: list[Named], file: FacilityFile, *, keeps_twins: bool = False) -> None:
    """Give each row its stable key, and refuse the second of two rows for one program.

    With `keeps_twins` only a row that says word for word what another said is refused: the National Directory lists
    some programs twice at one address, with other phones or other codes.
    """
    groups: dict[str, list[Facility]] = defaultdict(list)
    names: dict[int, tuple[str, str]] = {}
    for row, name1, name2 in found:
        groups[stable_key(name1, name2, row.street1, row.zip5)].append(row)
        names[row.line] = (name1, name2)
    for key, rows in groups.items():
        suites: dict[str, int] = defaultdict(int)
        taken: dict[str, int] = {}
        # By what they say, not by place in the file, so that a file sorted otherwise gives the same keys.
        for row in sorted(rows, key=lambda row: _order(row, keeps_twins=keeps_twins)):
            suite = plain(row.street2)
            one = replace(row, street2=suite).fingerprint() if keeps_twins else suite
            if one in taken:
                reason = f"the same program (name, address) is on {file.counted} {taken[one]}"
                file.rejects.append(Finding(row.line, reason))
                continue
            suites[suite] += 1
            apart = (suite or "-") + (f" {suites[suite]}" if suites[suite] > 1 else "")
            own = key if not taken else stable_key(*names[row.line], row.street1, row.zip5, street2=apart)
            taken[one] = row.line
            file.rows.append(replace(row, key=own))
    file.rows.sort(key=lambda row: row.line)
    file.rejects.sort(key=lambda finding: finding.line)
