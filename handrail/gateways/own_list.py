"""An operator's own list of programs, in a plain table that anyone can fill in with a spreadsheet.

Every fact of core.facts has a column: yes, no, or left empty when it is not known; some are a word or a short text.
"""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from handrail.core.facts import (
    DAY_ONE,
    DETAILS,
    FACTS,
    LONGEST_STEP,
    MAX_TEXT,
    MOST_STEPS,
    NO,
    WALK_IN_HOURS,
    YES,
    FactRule,
    as_word,
    read_codes,
)
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

# Facts whose heading says it more plainly than the name of the fact. That name is read as a heading too.
_PLAINLY = {
    "otp": "opioid_treatment_program",
    "accepts_own_medicine": "people_may_stay_on_their_medicine",
    "accepts_on_buprenorphine": "takes_people_on_buprenorphine",
    "accepts_on_methadone": "takes_people_on_methadone",
    "accepts_on_naltrexone": "takes_people_on_naltrexone",
    "keeps_buprenorphine": "keeps_people_on_buprenorphine",
    "keeps_methadone": "keeps_people_on_methadone",
    "keeps_naltrexone": "keeps_people_on_naltrexone",
    "no_counseling_condition": "medicine_without_having_to_take_counseling",
    "detox_opioid": "detox_from_opioids",
    "detox_alcohol": "detox_from_alcohol",
    "detox_benzo": "detox_from_benzos",
    "detox_outpatient": "detox_by_visits",
    "detox_residential": "detox_with_a_bed",
    "detox_hospital": "detox_in_a_hospital",
    "inpatient": "hospital",
    "outpatient_medicine": "visits_for_medicine",
    "medical_cover": "nurse_or_doctor_day_and_night",
    "private_program": "private_for_profit",
    "va": "tricare_or_va",
    "state_plan": "other_state_plan",
    "self_pay_estimate": "price_if_you_pay_yourself",
    "kids_stay": "children_may_stay",
    "co_occurring": "mental_health_care_too",
    "accepts_leaving_jail": "people_leaving_jail",
    "opioid_only": "only_for_opioid_use",
    "alcohol_only": "only_for_alcohol_use",
    "dui_only": "only_for_people_with_a_dui",
    "asl": "sign_language",
    "bus": "bus_or_train",
    "telehealth_states": "states_seen_by_video",
    "licence_carf": "accredited_by_carf",
    "licence_jc": "accredited_by_joint_commission",
    "licence_otp": "federal_certificate_for_methadone",
    "licence_dea": "dea_registration",
    "enforcement": "action_the_state_has_taken",
    "inspections": "inspection_reports",
    "ownership": "who_owns_it",
    "phones": "rules_on_phones",
    "visitors": "rules_on_visitors",
    "pets": "rules_on_pets",
    "work": "rules_on_work",
    "smoking": "rules_on_smoking",
}
# The column of each fact, in the order of core.facts.
QUESTIONS = {key: _PLAINLY.get(key, key) for key in FACTS}

# A yes that stands among SAMHSA's codes as one of them, so that whoever reads codes finds it.
CODES_OF_YES = {
    "buprenorphine": ("BU",),
    "methadone": ("MU",),
    "otp": ("OTP",),
    "naltrexone": ("NU",),
    "accepts_own_medicine": ("MOA",),
    "stops_medicine": ("NMOA",),
    "detox": ("DT",),
    "inpatient": ("HI",),
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
    "va": ("MI",),
    "self_pay": ("SF",),
    "sliding_fee": ("SS",),
    "free": ("NP",),
    "women": ("FEM",),
    "men": ("MALE",),
    "teens": ("CHLD", "AD"),
    "adults": ("ADLT",),
    "pregnant": ("PW",),
    "kids_stay": ("BC",),
    "veterans": ("VET",),
    "lgbtq": ("GL",),
    "spanish": ("SP",),
    "asl": ("AH",),
    "transport": ("TA",),
}
COLUMNS = (
    *("id", "name", "organization", *list(_HEADINGS.values())[1:], WALK_IN_HOURS, DAY_ONE),
    *QUESTIONS.values(),
    "codes",
)
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
    WALK_IN_HOURS: "Mon to Fri, 7 am to 10 am",
    DAY_ONE: "You check in. | A nurse asks how you feel. | You can get your first dose.",
    "buprenorphine": "yes",
    "methadone": "no",
    "starts_buprenorphine": "yes",
    "same_day_start": "yes",
    "outpatient": "yes",
    "medicaid": "yes",
    "up_front_payment": "no",
    QUESTIONS["self_pay_estimate"]: "$40 a visit",
    "spanish": "yes",
    "languages": "English, Spanish",
    QUESTIONS["ownership"]: "nonprofit",
    QUESTIONS["smoking"]: "not_allowed",
}
_YES = frozenset(("yes", "y", "true", "1", "x"))
_NO = frozenset(("no", "n", "false", "0"))
_OPEN = frozenset(("", "unknown", "?", "-"))


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
            row = _Line(line, cells, columns, file)
            if not any(cell.strip() for cell in cells) or row.said("id").lower() == EXAMPLE:
                continue
            filled += 1
            try:
                _take(row, named, ids)
            except BadRow as reason:
                file.rejects.append(Finding(line, str(reason)))
    if not filled:
        raise WrongFile(f"Expected {EXPECTED}; {path.name} has the headings and no rows.")
    give_keys(named, file)
    file.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return file


# --- one row ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Line:
    """One row of the list, and where it stood. What is doubtful in it and does not hinder is a warning of the file."""

    number: int
    cells: Cells
    columns: Mapping[str, int]
    file: FacilityFile

    def said(self, heading: str) -> str:
        """What stands under a heading; empty when nothing does."""
        at = self.columns.get(heading)
        return tidy(self.cells[at]) if at is not None and at < len(self.cells) else ""

    def warn(self, heading: str, why: str) -> None:
        """Report what one cell says and why it is not taken."""
        reason = f"column '{heading}' says '{self.said(heading)[:20]}', which {why}: read as not known"
        self.file.warnings.append(Finding(self.number, reason))


def _plain(heading: str) -> str:
    return "_".join(heading.strip().lower().split())


def _columns(header: Cells, file: FacilityFile) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, heading in enumerate(header):
        name = _plain(heading)
        columns.setdefault(name if name in COLUMNS else QUESTIONS.get(name, name), at)
        if name and name not in COLUMNS and name not in QUESTIONS:
            file.warnings.append(Finding(1, f"column '{name[:40]}' is not known and was not read"))
    return columns


def _take(line: _Line, named: list[Named], ids: dict[str, int]) -> None:
    """Read one row. One with an id of its own is known by it again, whatever else changes."""
    row, name, _ = facility_of(line.number, lambda heading: line.said(_HEADINGS.get(heading, "")), line.file)
    organization = line.said("organization") or name
    own_id = line.said("id").casefold()
    if own_id and own_id in ids:
        raise BadRow(f"the id '{own_id[:40]}' is on line {ids[own_id]}")
    words, hours = _words(line), _hours(line)
    if hours and words.get("walk_in") == NO:
        line.warn(WALK_IN_HOURS, "goes against the no of walk_in")
        del words["walk_in"]
        hours = ""
    elif hours:
        words["walk_in"] = YES
    row = replace(row, organization=organization, codes=_codes(line, words), walk_in_hours=hours, day_one=_steps(line))
    if not own_id:
        named.append((row, name, organization))
        return
    ids[own_id] = line.number
    key = hashlib.sha1(f"id|{own_id}".encode(), usedforsecurity=False).hexdigest()
    line.file.rows.append(replace(row, key=key))


def _codes(line: _Line, words: Mapping[str, str]) -> str:
    """The row's codes, and after them in words what they do not say or say otherwise."""
    said = [code for key, value in words.items() if value == YES for code in CODES_OF_YES.get(key, ())]
    said += line.said("codes").upper().split()
    codes = codes_of(line.number, said, line.file, asked_all=False) if said or not words else ""
    settled = read_codes(codes)
    return " ".join([*codes.split(), *(as_word(*word) for word in words.items() if settled.get(word[0]) != word[1])])


# --- answers ------------------------------------------------------------------------------------
def _words(line: _Line) -> dict[str, str]:
    """What a row answers, by fact. What was left open, or is no answer, is not there."""
    words: dict[str, str] = {}
    for key, heading in QUESTIONS.items():
        answer = line.said(heading)
        if answer.lower() in _OPEN:
            continue
        word = _word(FACTS[key], answer)
        if word:
            words[key] = word
        else:
            line.warn(heading, _why_not(FACTS[key], answer))
    return words


def _word(rule: FactRule, answer: str) -> str:
    """The word that an answer is; empty when it is none."""
    if rule.is_text:
        return "" if _why_not_text(answer, MAX_TEXT) else answer
    plain = answer.lower()
    if rule.words is None:
        return YES if plain in _YES else NO if plain in _NO else ""
    letters = _letters(plain)
    return next((word for word in rule.words.values() if _letters(word) == letters), "")


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def _why_not(rule: FactRule, answer: str) -> str:
    if rule.is_text:
        return _why_not_text(answer, MAX_TEXT)
    if rule.words is None:
        return "is neither yes nor no"
    return f"is none of {', '.join(dict.fromkeys(rule.words.values()))}"


def _why_not_text(text: str, longest: int) -> str:
    """Say what is wrong with a text that would be shown as it is; empty when nothing is."""
    if text.startswith("="):
        return "is a formula"
    if not text.isprintable():
        return "has signs that cannot be printed"
    return f"is longer than {longest} characters" if len(text) > longest else ""


def _hours(line: _Line) -> str | None:
    """When a person may come without a time; None when the list has no such column."""
    if WALK_IN_HOURS not in line.columns:
        return None
    hours = line.said(WALK_IN_HOURS)
    if why := _why_not_text(hours, DETAILS[WALK_IN_HOURS]):
        line.warn(WALK_IN_HOURS, why)
    return "" if why or hours.lower() in _OPEN else hours


def _steps(line: _Line) -> tuple[str, ...] | None:
    """What happens on the first day, step by step; None when the list has no such column."""
    if DAY_ONE not in line.columns:
        return None
    said = line.said(DAY_ONE)
    steps = tuple(step for step in map(tidy, said.split("|")) if step.lower() not in _OPEN)
    why = next(filter(None, (_why_not_text(step, LONGEST_STEP) for step in steps)), "")
    if len(steps) > MOST_STEPS:
        why = f"has more than {MOST_STEPS} steps"
    if why:
        line.warn(DAY_ONE, why)
    return () if why else steps
