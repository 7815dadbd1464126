"""An operator's own list: the template fills in, answers become codes, and what was left open stays not known."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import Workbook

from handrail.core.facts import read_codes
from handrail.gateways.own_list import COLUMNS, QUESTIONS, read, template
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
    assert facility.codes == "MU DT PW ~"
    assert (file.is_whole, file.rejects, file.warnings) == (True, [], [])


def test_what_was_left_open_is_not_known(tmp_path):
    (facility,) = read(write(tmp_path / "l.csv", row(methadone="yes", outpatient="yes", medicaid="yes"))).rows
    facts = read_codes(facility.codes)
    assert facts["methadone"] == facts["outpatient"] == facts["medicaid"] == "yes"
    assert "no" not in facts.values()


def test_every_question_stands_for_codes_of_the_book_and_settles_something():
    for says in QUESTIONS.values():
        assert set(says) <= CODES
        assert read_codes(" ".join([*says, "~"]))


def test_an_answer_that_is_neither_is_reported_and_not_believed(tmp_path):
    file = read(write(tmp_path / "l.csv", row(detox="some days")))
    assert "detox" not in read_codes(file.rows[0].codes)
    assert "'some days'" in file.warnings[0].reason


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
