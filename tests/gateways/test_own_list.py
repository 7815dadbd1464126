"""An operator's own list: the template fills in, answers become codes, and what was left open stays not known."""

import csv
import io
import random
from pathlib import Path

import pytest
from openpyxl import Workbook

from handrail.core.facts import DETAILS, FACTS, NO, YES, FactRule, read_codes
from handrail.gateways.own_list import CODES_OF_YES, COLUMNS, QUESTIONS, read, template
from handrail.gateways.samhsa_codes import CODES
from handrail.gateways.table_file import WrongFile


def row(name: str = "River House", **values: str) -> dict[str, str]:
    return {
        "name": name,
        "street": "12 Mill Lane",
        "city": "Fernhollow",
        "state": "CO",
        "zip": "81101",
        "phone": "719-555-0142",
    } | values


def write(path: Path, *rows: dict[str, str]) -> Path:
    page = io.StringIO(template())
    page.seek(0, io.SEEK_END)
    csv.DictWriter(page, COLUMNS, restval="").writerows(rows)
    path.write_text(page.getvalue())
    return path


def test_the_template_filled_in_is_read_without_its_example(tmp_path):
    answers = row(organization="River", intake_phone="719-555-0117", methadone="Yes", detox="x", free="no", codes="pw")
    file = read(write(tmp_path / "l.csv", answers))
    (facility,) = file.rows
    assert (facility.name, facility.organization, facility.intake_phone) == ("River House", "River", "719-555-0117")
    assert facility.codes == "MU DT PW ~ free=no"
    assert (file.is_whole, file.rejects, file.warnings) == (True, [], [])


def test_what_was_left_open_is_not_known(tmp_path):
    (facility,) = read(write(tmp_path / "l.csv", row(methadone="yes", outpatient="yes", medicaid="yes"))).rows
    facts = read_codes(facility.codes)
    assert facts["methadone"] == facts["outpatient"] == facts["medicaid"] == "yes"
    assert [key for key, value in facts.items() if value == "no"] == ["stops_medicine"], "it uses one"


def test_every_question_stands_for_codes_of_the_book_and_settles_something():
    for key, says in CODES_OF_YES.items():
        assert set(says) <= CODES
        assert read_codes(" ".join([*says, "~"]))[key] == YES


HEADINGS = {"street1": "street", "street2": "suite", "zip5": "zip"}


def test_the_template_has_a_column_for_all_that_can_be_said_of_a_place():
    header = next(csv.reader(io.StringIO(template())))
    assert len(header) == len(set(header))
    assert {HEADINGS.get(key, key) for key in DETAILS} <= set(header)
    groups = list(dict.fromkeys(rule.group for rule in FACTS.values()))
    asked = [key for heading in header for key, column in QUESTIONS.items() if column == heading]
    assert sorted(asked, key=lambda key: groups.index(FACTS[key].group)) == asked
    assert set(asked) == set(FACTS)


def can_be_said(rule: FactRule) -> list[str]:
    return ["12 & 14, “Mill” 50% = ½"] if rule.is_text else sorted(set((rule.words or {"": YES, "-": NO}).values()))


def test_whatever_is_answered_is_what_is_known(tmp_path):
    """Every answer alone, then many at once: codes never say over an answer, and silence stays silence."""
    chance = random.Random(3)
    rows = [{key: word} for key, rule in FACTS.items() for word in can_be_said(rule)]
    for share in (0.1, 0.5, 1.0):
        asked = [key for key in FACTS if chance.random() < share]
        rows += [{key: chance.choice(can_be_said(FACTS[key])) for key in asked}]
    answers = [row(id=str(at), **{QUESTIONS[key]: word for key, word in said.items()}) for at, said in enumerate(rows)]
    file = read(write(tmp_path / "l.csv", *answers))
    assert (file.rejects, file.warnings, len(file.rows)) == ([], [], len(rows))
    for said, facility in zip(rows, file.rows, strict=True):
        assert said.items() <= read_codes(facility.codes).items()


@pytest.mark.parametrize(
    ("key", "answer", "known"),
    [
        ("same_day_start", "NO", "no"),
        ("same_day_start", "unknown", None),
        ("ownership", "For-Profit", "for_profit"),
        ("smoking", "in places", "in_places"),
        ("bus", "Line 12,  every hour", "Line 12, every hour"),
        ("bus", "-", None),
    ],
)
def test_the_name_of_a_fact_is_a_heading_too(tmp_path, key, answer, known):
    path = tmp_path / "l.csv"
    path.write_text(f'name,street,city,state,zip,{key}\nRiver House,12 Mill Lane,Fernhollow,CO,81101,"{answer}"\n')
    file = read(path)
    assert read_codes(file.rows[0].codes).get(key) == known
    assert (file.rows[0].walk_in_hours, file.rows[0].day_one) == (None, None), "it was not asked"


def test_hours_and_the_first_day(tmp_path):
    said = row(walk_in_hours="Mon to Fri,  7 am to 10 am", day_one="You check in. |  | A nurse asks.|", id="a")
    first, empty = read(write(tmp_path / "l.csv", said, row(id="b"))).rows
    assert (first.walk_in_hours, first.day_one) == ("Mon to Fri, 7 am to 10 am", ("You check in.", "A nurse asks."))
    assert read_codes(first.codes) == {"walk_in": "yes"}
    assert (empty.walk_in_hours, empty.day_one) == ("", ())


@pytest.mark.parametrize(
    ("heading", "answer", "why"),
    [
        ("detox", "some days", "neither yes nor no"),
        ("who_owns_it", "a church", "none of nonprofit, for_profit"),
        ("rules_on_pets", "x" * 201, "longer than 200"),
        ("bus_or_train", "=A1", "a formula"),
        ("languages", "Espa\u200bñol", "cannot be printed"),
        ("walk_in_hours", "x" * 101, "longer than 100"),
        ("day_one", "You check in.|" * 9, "more than 8 steps"),
        ("day_one", "x" * 121, "longer than 120"),
    ],
)
def test_an_answer_that_is_none_is_reported_and_not_believed(tmp_path, heading, answer, why):
    file = read(write(tmp_path / "l.csv", row(medicaid="yes", **{heading: answer})))
    assert (file.rows[0].codes, file.rows[0].walk_in_hours, file.rows[0].day_one) == ("MD ~", "", ())
    (warning,) = file.warnings
    assert warning.line == 3
    assert f"column '{heading}' says '{answer[:20]}', which" in warning.reason
    assert why in warning.reason


def test_hours_and_no_walk_in_are_neither_believed(tmp_path):
    file = read(write(tmp_path / "l.csv", row(walk_in="no", walk_in_hours="Mon to Fri", medicaid="no")))
    assert (file.rows[0].codes, file.rows[0].walk_in_hours) == ("medicaid=no", "")
    assert "goes against the no of walk_in" in file.warnings[0].reason


def test_an_id_outlives_a_new_name_and_street_and_may_not_be_used_twice(tmp_path):
    old = read(write(tmp_path / "a.csv", row(id="R1"))).rows[0]
    file = read(write(tmp_path / "b.csv", row("Hill House", id="r1", street="1 High St"), row("Other", id="R1")))
    assert file.rows[0].key == old.key
    assert [(found.line, found.reason) for found in file.rejects] == [(4, "the id 'r1' is on line 3")]


def test_without_an_id_the_name_and_address_are_the_key(tmp_path):
    file = read(write(tmp_path / "l.csv", row(street="1 High St"), row(street="1 High St")))
    assert (len(file.rows), [found.line for found in file.rejects]) == (1, [4])


def test_bad_rows_are_reported_with_their_line(tmp_path):
    bad = [row(" "), row(zip="8110"), row(state="ZZ"), row(city="=B2")]
    file = read(write(tmp_path / "l.csv", *bad, row("B", id="b")))
    assert [found.line for found in file.rejects] == [3, 4, 5, 6]
    assert [facility.name for facility in file.rows] == ["B"]


def test_a_workbook_and_spreadsheet_headings_are_read(tmp_path):
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["Name", "Street", "City", "State", "ZIP", "Intake Phone", "Notes"])
    page.append(["River House", "12 Mill Lane", "Fernhollow", "CO", 81101, "719-555-0117", "=1+1"])
    book.save(tmp_path / "l.xlsx")
    file = read(tmp_path / "l.xlsx")
    assert (file.rows[0].zip5, file.rows[0].phone) == ("81101", "719-555-0117")
    assert "column 'notes'" in file.warnings[0].reason


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "is empty"),
        (template(), "headings and no rows"),
        ("name,city\nRiver House,Fernhollow\n", "begins with: name, city"),
        ('{"rows": []}', "JSON"),
        ("<html>", "web page"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path, text, found):
    path = tmp_path / "l.csv"
    path.write_text(text)
    with pytest.raises(WrongFile) as refused:
        read(path)
    assert found in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_cut_anywhere_is_read_or_refused(tmp_path):
    whole = write(tmp_path / "l.csv", row("Clínica"), row("B", id="b")).read_bytes()
    path = tmp_path / "cut.csv"
    for end in range(0, len(whole), 3):
        path.write_bytes(whole[:end])
        try:
            file = read(path)
        except WrongFile:
            continue
        assert len(file.rows) + len(file.rejects) <= 2
