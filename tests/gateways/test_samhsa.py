"""SAMHSA's directory file: whole files read, bad rows reported by line, wrong files refused in one sentence."""

import csv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from handrail.gateways.samhsa import read
from handrail.gateways.table_file import MAX_CELL, WrongFile

_COLUMNS = "name1 name2 street1 street2 city state zip phone intake1 intake2 intake1a intake2a service_code_info"
HEADER = _COLUMNS.split()


def row(name1: str = "River House", **values: str) -> list[str]:
    cells = dict.fromkeys(HEADER, "") | {
        "name1": name1,
        "street1": "12 Mill Lane",
        "city": "Fernhollow",
        "state": "CO",
        "zip": "81101",
        "phone": "719-555-0142",
        "service_code_info": "SA DT * OP OMB * BU * MD",
    }
    return list((cells | values).values())


def write_csv(path: Path, *rows: list[str], header: list[str] = HEADER, encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([header, *rows])
    return path


def write_book(path: Path, *rows: Sequence[object], sheet: str = "Facilities List") -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for cells in rows:
        page.append(cells)
    book.save(path)
    return path


def test_a_row_keeps_every_code_and_its_line(tmp_path):
    file = read(write_csv(tmp_path / "d.csv", row(name2="Day Center", intake1="719-555-0117")))
    (facility,) = file.rows
    assert (facility.line, facility.name, facility.codes) == (2, "River House, Day Center", "SA DT OP OMB BU MD")
    assert (facility.phone, facility.intake_phone) == ("719-555-0142", "719-555-0117")
    assert not file.rejects
    assert not file.warnings


def test_a_workbook_reads_as_the_csv_does(tmp_path):
    titles = [name.title() for name in HEADER]
    book = write_book(tmp_path / "d.xlsx", ["National Directory"], [None], titles, row("A"), row("B"))
    sheet = read(write_csv(tmp_path / "d.csv", row("A"), row("B")))
    assert [facility.key for facility in read(book).rows] == [facility.key for facility in sheet.rows]
    assert [facility.line for facility in read(book).rows] == [4, 5]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"name1": " "}, "no name"),
        ({"zip": "8110"}, "'8110' is not a ZIP code"),
        ({"zip": "00000"}, "'00000' is not a ZIP code"),
        ({"state": "ZZ"}, "'ZZ' is not a state"),
        ({"city": ""}, "no city"),
        ({"state": ""}, "no state"),
        ({"zip": ""}, "no ZIP code"),
        ({"name1": "x" * 300}, "the name is longer than 200 characters"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_does_not_stop_the_rest(tmp_path, values, reason):
    file = read(write_csv(tmp_path / "d.csv", row("A"), row(**values), row("B")))
    assert [(found.line, found.reason) for found in file.rejects] == [(3, reason)]
    assert [facility.name for facility in file.rows] == ["A", "B"]


@pytest.mark.parametrize(
    ("point", "kept", "words"),
    [
        (("37.47", "-105.88"), (37.47, -105.88), ""),
        (("-105.88", "37.47"), (37.47, -105.88), "swapped"),
        (("37.47", "105.88"), (37.47, -105.88), "lost its minus"),
        (("105.88", "37.47"), (37.47, -105.88), "swapped"),
        (("30.1", "-71.2"), (None, None), "the point 30.1, -71.2 is not in CO"),  # in the sea
        (("40.7", "-74.0"), (None, None), "is not in CO"),  # in another state
        (("999", "-105"), (None, None), "is not in CO"),
        (("0", "0"), (None, None), "is not in CO"),
        (("nan", "inf"), (None, None), "is not in CO"),
        (("north", "west"), (None, None), "north, west is not in CO"),
        (("37.47", ""), (None, None), "is not in CO"),
    ],
)
def test_a_point_is_put_right_or_dropped_and_the_program_is_kept(tmp_path, point, kept, words):
    header = [*HEADER, "latitude", "longitude"]
    file = read(write_csv(tmp_path / "d.csv", [*row("A"), *point], header=header))
    assert (file.rows[0].latitude, file.rows[0].longitude) == kept
    assert [found.line for found in file.warnings] == ([2] if words else [])
    assert all(words in found.reason for found in file.warnings)
    assert not file.rejects


def test_an_unknown_code_is_kept_with_a_warning(tmp_path):
    file = read(write_csv(tmp_path / "d.csv", row(service_code_info="SA QQQ * OP")))
    assert file.rows[0].codes == "SA QQQ OP"
    assert [(found.line, "QQQ" in found.reason) for found in file.warnings] == [(2, True)]


def test_a_row_said_again_word_for_word_is_reported(tmp_path):
    file = read(write_csv(tmp_path / "d.csv", row(street2="Suite A"), row("B"), row(street2="suite a.")))
    assert [facility.line for facility in file.rows] == [2, 3]
    assert [(found.line, found.reason) for found in file.rejects] == [
        (4, "the same program (name, address) is on line 2")
    ]


def test_one_address_with_other_suites_phones_or_codes_is_kept_whatever_the_order_of_lines(tmp_path):
    rows = [
        row(street2="Suite A"),
        row(street2="Suite B"),
        row(street2="Suite A", phone="719-555-0199"),
        row(street2="Suite A", service_code_info="SA HH"),
    ]
    one, other = (read(write_csv(tmp_path / f"{n}.csv", *order)) for n, order in enumerate((rows, rows[::-1])))
    told = [{each.key: (each.street2, each.phone, each.codes) for each in file.rows} for file in (one, other)]
    assert not one.rejects
    assert len(told[0]) == 4
    assert told[0] == told[1]


def test_a_key_outlives_a_new_phone_suite_and_spelling_of_case(tmp_path):
    old = read(write_csv(tmp_path / "a.csv", row(street2="Suite 4"))).rows[0]
    new = read(write_csv(tmp_path / "b.csv", row("RIVER  HOUSE", street2="Ste 4", phone="719-555-0100"))).rows[0]
    assert old.key == new.key
    assert old.fingerprint() != new.fingerprint()


def test_a_zip_that_lost_its_zero_is_mended_where_it_can_only_be_that(tmp_path):
    file = read(write_csv(tmp_path / "d.csv", row(state="ME", zip="4401"), row("B", state="CO", zip="81101-2233")))
    assert [facility.zip5 for facility in file.rows] == ["04401", "81101"]


def test_a_formula_is_never_worked_out_and_its_row_is_reported(tmp_path):
    book = write_book(tmp_path / "d.xlsx", HEADER, row('=HYPERLINK("http://x.example")'), row("B"), row("C", zip="=A1"))
    file = read(book)
    assert [facility.name for facility in file.rows] == ["B"]
    assert [(found.line, "is a formula" in found.reason) for found in file.rejects] == [(2, True), (4, True)]


def test_the_locators_export_has_a_column_for_each_code(tmp_path):
    columns = "sa dt op omb ort bu mu nu md mc pi sf ss moa ub bum otp tele sp ah"
    codes = columns.split()
    header = ["name1", "street1", "city", "state", "zip", *codes]
    cells = ["River House", "12 Mill Lane", "Fernhollow", "CO", "81101", "1", *[""] * 18, "1"]
    assert read(write_csv(tmp_path / "d.csv", cells, header=header)).rows[0].codes == "SA AH"


def test_windows_text_is_read(tmp_path):
    file = read(write_csv(tmp_path / "d.csv", row("Clínica San José"), encoding="cp1252"))
    assert file.rows[0].name == "Clínica San José"


def wrong_columns(path: Path) -> None:
    path.write_text("id,title\n1,River House\n")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def header_only(path: Path) -> None:
    write_csv(path)


def old_excel(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 8)


def json_text(path: Path) -> None:
    path.write_text('{"rows": []}')


def cut_short(path: Path) -> None:
    whole = write_book(path, HEADER, *[row(f"Program {number}") for number in range(300)]).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def not_a_book(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(3_000_000))


def long_cell(path: Path) -> None:
    write_csv(path, row("A"), row(service_code_info="SA " * (MAX_CELL // 3 + 1)))


def open_quote(path: Path) -> None:
    write_csv(path, *[row(f"Program {number}") for number in range(40)])
    path.write_text(path.read_text().replace("Program 3,", '"Program 3,'))


def mental_health(path: Path) -> None:
    write_csv(path, *[row(f"Program {number}", service_code_info="MH * OP") for number in range(30)])


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (wrong_columns, "begins with: id, title"),
        (empty, "is empty"),
        (header_only, "no rows"),
        (old_excel, "old Excel file"),
        (binary, "neither a workbook nor text"),
        (json_text, "JSON"),
        (cut_short, "not fully downloaded"),
        (not_a_book, "not a workbook"),
        (bomb, "over 200 times"),
        (long_cell, "Line 3"),
        (open_quote, "Line 5 of file opens a quotation mark"),
        (mental_health, "mental health directory"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path, make, found):
    path = tmp_path / "file"
    make(path)
    with pytest.raises(WrongFile) as refused:
        read(path)
    assert found in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(WrongFile, match="No such file"):
        read(tmp_path / "none.csv")
