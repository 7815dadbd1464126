"""FindTreatment.gov's JSON export: labels read back into codes, whole or paged, and wrong files refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.core.facts import read_codes
from handrail.gateways.findtreatment import read
from handrail.gateways.samhsa_codes import CODES
from handrail.gateways.samhsa_labels import _LABELS, code_of
from handrail.gateways.table_file import WrongFile


def service(category: str, labels: str) -> dict[str, str]:
    return {"f1": "A category", "f2": category, "f3": labels}


def row(name1: str = "River House", **values: Any) -> dict[str, Any]:
    return {
        "_irow": 1,
        "name1": name1,
        "name2": None,
        "street1": "12 Mill Lane",
        "street2": None,
        "city": "Fernhollow",
        "state": "CO",
        "zip": "81101",
        "phone": "719-555-0142",
        "intake1": None,
        "website": "www.riverhouse.example",
        "latitude": "37.47",
        "longitude": "-105.88",
        "miles": 1,
        "typeFacility": "SA",
        "services": [service("TC", "Substance use treatment; Detoxification")],
    } | values


def page(*rows: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"page": 1, "totalPages": 1, "recordCount": len(rows), "rows": list(rows)} | values


def write(path: Path, held: object) -> Path:
    path.write_text(json.dumps(held))
    return path


def codes(tmp_path: Path, *services: dict[str, str], **values: Any) -> set[str]:
    (facility,) = read(write(tmp_path / "f.json", page(row(services=list(services), **values)))).rows
    return set(facility.codes.split())


def test_a_row_reads_its_labels_as_codes_and_its_texts_as_numbers(tmp_path):
    file = read(write(tmp_path / "f.json", page(row())))
    (facility,) = file.rows
    assert (facility.codes, facility.latitude, facility.longitude) == ("SA DT", 37.47, -105.88)
    assert facility.website == "https://www.riverhouse.example"
    assert (file.is_whole, file.rejects, file.warnings) == (False, [], [])


def test_every_label_stands_for_a_code_of_the_book():
    entries = [(category, *e.split(maxsplit=1)) for category, text in _LABELS.items() for e in text.split(";")]
    assert {code for _, code, _ in entries} <= CODES
    assert [entry for entry in entries if code_of(entry[2].upper(), entry[0]) != entry[1]] == []


def test_a_label_that_two_categories_share_is_told_apart_and_a_vague_one_is_not_guessed(tmp_path):
    label = "In-network prescribing entity"
    assert codes(tmp_path, service("OMSC", label)) == {"INPE"}
    assert codes(tmp_path, service("SMAT", label)) == {"AUINPE"}
    assert code_of(label) == ""
    assert codes(tmp_path, service("PHR", "Acamprosate (Campral®);  disulfiram ")) == {"ACM", "DSF"}


def test_medicaid_and_medicare_are_not_swapped(tmp_path):
    assert codes(tmp_path, service("PAY", "Medicaid; Cash or self-payment")) == {"MD", "SF"}


def test_an_unknown_label_is_reported_once_with_its_count(tmp_path):
    rows = [row(f"Place {n}", services=[service("PAY", "Medicaid; Moon vouchers")]) for n in range(3)]
    (warning,) = read(write(tmp_path / "f.json", page(*rows))).warnings
    assert "'Moon vouchers' (PAY), in 3 rows" in warning.reason


def test_the_placeholder_number_is_not_a_number(tmp_path):
    file = read(write(tmp_path / "f.json", page(row(phone="(999) 999-9999", intake1="719-555-0117"))))
    assert (file.rows[0].phone, file.rows[0].intake_phone) == ("719-555-0117", "")


def test_a_type_says_what_services_do_not_and_other_clinics_are_left_out(tmp_path):
    rows = [
        row("A", typeFacility="BUPREN", services=None),
        row("B", typeFacility="OTP", services=None),
        row("C", typeFacility="MH", services=[service("TC", "Mental health treatment")]),
        row("D", typeFacility="HRSA", services=None),
        row("E", typeFacility="MH"),
    ]
    file = read(write(tmp_path / "f.json", page(*rows)))
    assert [facility.codes for facility in file.rows] == ["UB", "OTP", "SA DT"]
    assert [found.line for found in file.rejects] == [3, 4]
    assert read_codes(file.rows[0].codes)["buprenorphine"] == "yes"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda a, b: page(a, b),
        lambda a, b: {"note": "both", "pages": [page(a, recordCount=2), page(b, recordCount=2)]},
        lambda a, b: [page(a, recordCount=2), page(b, recordCount=2)],
        lambda a, b: [a, b],
    ],
)
def test_pages_may_be_gathered_in_one_file(tmp_path, wrap):
    file = read(write(tmp_path / "f.json", wrap(row("A"), row("B"))))
    assert ([facility.name for facility in file.rows], file.warnings) == (["A", "B"], [])


def test_one_page_of_several_says_so(tmp_path):
    (warning,) = read(write(tmp_path / "f.json", page(row(), recordCount=31))).warnings
    assert "speaks of 31 programs and this file holds 1" in warning.reason


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ("", "is empty"),
        ("{", "breaks off"),
        ("[" * 100_000, "cannot be read safely"),
        ('{"rows": []}', "holds: rows"),
        ('{"rows": {"a": 1}}', "holds: rows"),
        ("[1, 2]", "no rows"),
        ("name1,city\n", "not whole JSON"),
        ("\0" * 400, "nor text"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path, held, found):
    path = tmp_path / "f.json"
    path.write_text(held)
    with pytest.raises(WrongFile) as refused:
        read(path)
    assert found in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_cut_anywhere_is_refused(tmp_path):
    path = tmp_path / "f.json"
    whole = json.dumps(page(row("Clínica"), row("B")), ensure_ascii=False).encode()
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        with pytest.raises(WrongFile):
            read(path)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.sampled_from(list(row())), ANY, max_size=6)


@settings(max_examples=80, deadline=None)
@given(fields=FIELDS)
def test_no_value_stops_the_rows_around_it(tmp_path_factory, fields):
    path = tmp_path_factory.mktemp("f") / "f.json"
    file = read(write(path, page(row("A"), row("B") | fields, row("C"))))
    assert {"A", "C"} <= {facility.name for facility in file.rows}
    assert len(file.rows) + len(file.rejects) == 3
    for facility in file.rows:
        facility.fingerprint().encode()
        (facility.name + facility.city + facility.street1).encode()
