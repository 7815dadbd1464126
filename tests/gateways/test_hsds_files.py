"""Open Referral HSDS: csv tables in a zip or folder, nested JSON, and wrong or hostile files."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.core.facts import read_codes
from handrail.gateways.hsds_files import read
from handrail.gateways.table_file import WrongFile

TABLES: dict[str, list[dict[str, str]]] = {
    "organizations": [{"id": "o1", "name": "River House", "website": "http://riverhouse.example"}],
    "services": [
        {"id": "s1", "organization_id": "o1", "name": "Day Center", "description": "Opioid care", "status": "active"},
        {"id": "s2", "organization_id": "o1", "name": "Food shelf", "description": "Bread", "status": "active"},
        {"id": "s3", "organization_id": "o1", "name": "Detox", "description": "", "status": "defunct"},
    ],
    "locations": [{"id": "l1", "latitude": "37.47", "longitude": "-105.88"}, {"id": "l2"}],
    "addresses": [
        {"location_id": "l1", "address_1": "PO Box 1", "city": "Harrow", "state_province": "CO", "postal_code": "81102",
         "country": "US", "address_type": "postal", "id": "a0"},
        {"location_id": "l1", "address_1": "12 Mill Lane", "city": "Fernhollow", "state_province": "CO",
         "postal_code": "81101", "country": "US", "address_type": "physical", "id": "a1"},
        {"location_id": "l2", "address_1": "1 High St", "city": "Fernhollow", "state_province": "CO",
         "postal_code": "81101", "country": "US", "address_type": "physical", "id": "a2"},
    ],
    "phones": [
        {"id": "p0", "service_id": "s1", "number": "719-555-0100", "type": "fax"},
        {"id": "p1", "service_id": "s1", "number": "719-555-0142", "type": "voice", "extension": "4"},
        {"id": "p2", "service_id": "s1", "number": "719-555-0117", "type": "voice", "description": "Intake"},
        {"id": "p3", "organization_id": "o1", "number": "719-555-0199"},
    ],
    "service_at_location": [
        {"id": "x1", "service_id": "s1", "location_id": "l1"},
        {"id": "x2", "service_id": "s1", "location_id": "l2"},
        {"id": "x3", "service_id": "s2", "location_id": "l1"},
    ],
    "attributes": [
        {"id": "t1", "link_id": "s1", "taxonomy_term_id": "c1"},
        {"id": "t2", "link_id": "s1", "taxonomy_term_id": "c2"},
        {"id": "t3", "link_id": "s1", "taxonomy_term_id": "c3", "value": "no"},
        {"id": "t4", "link_id": "s2", "taxonomy_term_id": "c4"},
    ],
    "taxonomy_terms": [
        {"id": "c1", "code": "BU", "name": "b", "taxonomy": "SAMHSA service codes"},
        {"id": "c2", "code": "x", "name": "Medicaid", "taxonomy": "Local"},
        {"id": "c3", "code": "MU", "name": "m", "taxonomy": "SAMHSA service codes"},
        {"id": "c4", "code": "y", "name": "Veterans", "taxonomy": "Local"},
    ],
    "languages": [{"id": "g1", "service_id": "s1", "name": "Spanish", "code": "es"}],
}  # fmt: skip


def as_csv(rows: list[dict[str, str]]) -> str:
    page = io.StringIO()
    writer = csv.DictWriter(page, dict.fromkeys(key for row in rows for key in row), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return page.getvalue()


def as_folder(path: Path) -> Path:
    path.mkdir()
    for name, rows in TABLES.items():
        (path / f"{name}.csv").write_text(as_csv(rows))
    return path


def as_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in TABLES.items():
            archive.writestr(f"export/{name}.csv", as_csv(rows))
            archive.writestr(f"__MACOSX/export/._{name}.csv", "\0\0")
    return path


def as_tables_in_json(path: Path) -> Path:
    path.write_text(json.dumps({f"{name}.csv": rows for name, rows in TABLES.items()}))
    return path


def nested(service: dict[str, str]) -> dict[str, Any]:
    """One service as the API tells it whole."""
    own, places = service["id"], []
    for place in TABLES["service_at_location"]:
        if place["service_id"] == own:
            (location,) = (each for each in TABLES["locations"] if each["id"] == place["location_id"])
            at = [each for each in TABLES["addresses"] if each["location_id"] == location["id"]]
            places.append({"id": place["id"], "location": location | {"addresses": at}})
    terms = {term["id"]: term for term in TABLES["taxonomy_terms"]}
    held = [attribute for attribute in TABLES["attributes"] if attribute["link_id"] == own]
    return service | {
        "organization": TABLES["organizations"][0],
        "service_at_locations": places,
        "phones": [phone for phone in TABLES["phones"] if phone.get("service_id") == own],
        "languages": TABLES["languages"] if own == "s1" else [],
        "attributes": [each | {"taxonomy_term": terms[each["taxonomy_term_id"]]} for each in held],
    }


def as_page(path: Path) -> Path:
    path.write_text(json.dumps({"total_pages": 1, "contents": [nested(each) for each in TABLES["services"]]}))
    return path


def as_lines(path: Path) -> Path:
    path.write_text("\n".join(json.dumps(nested(each)) for each in TABLES["services"]))
    return path


@pytest.mark.parametrize("pack", [as_folder, as_zip, as_tables_in_json, as_page, as_lines])
def test_one_directory_reads_the_same_however_it_is_packed(tmp_path, pack):
    file = read(pack(tmp_path / "data"))
    day, second = file.rows
    assert (day.name, day.organization, day.street1) == ("River House, Day Center", "River House", "12 Mill Lane")
    assert (day.phone, day.intake_phone) == ("719-555-0142 x4", "719-555-0117")
    assert (day.latitude, day.website, second.street1) == (37.47, "http://riverhouse.example", "1 High St")
    assert (day.codes, day.key != second.key) == ("BU MD SP ~", True)
    assert [found.reason for found in file.rejects] == [
        "the service does not say that it treats drug or alcohol use",
        "the service is defunct",
    ]
    assert file.is_whole


def test_the_packing_does_not_change_the_keys(tmp_path):
    files = [read(pack(tmp_path / pack.__name__)) for pack in (as_folder, as_zip, as_page)]
    assert len({tuple(row.fingerprint() + row.key for row in file.rows) for file in files}) == 1


def test_a_term_that_is_denied_or_not_told_reads_as_not_known(tmp_path):
    facts = read_codes(read(as_zip(tmp_path / "d.zip")).rows[0].codes)
    assert (facts["buprenorphine"], facts["medicaid"], facts["spanish"]) == ("yes", "yes", "yes")
    assert not {"methadone", "detox", "medicare"} & facts.keys()


def test_one_page_or_one_service_is_a_part(tmp_path):
    path = tmp_path / "d.json"
    path.write_text(json.dumps(nested(TABLES["services"][0])))
    assert (len(read(path).rows), read(path).is_whole) == (2, False)
    path.write_text(json.dumps({"total_pages": 4, "contents": [nested(TABLES["services"][0])]}))
    assert not read(path).is_whole


def test_a_place_abroad_or_without_an_address_is_reported(tmp_path):
    service = nested(TABLES["services"][0])
    service["service_at_locations"][0]["location"]["addresses"] = []
    service["service_at_locations"][1]["location"]["addresses"][0]["country"] = "GB"
    path = tmp_path / "d.json"
    path.write_text(json.dumps([service]))
    assert [found.reason for found in read(path).rejects] == [
        "the place has no address",
        "the place is in 'GB', not in the United States",
    ]
    # Put the shared table back as it was.
    TABLES["addresses"][2]["country"] = "US"


def no_services(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("organizations.csv", "id,name\no1,River House\n")


def no_ids(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("services.csv", "name\nRiver House\n")


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", bytes(3_000_000))


def flipped(path: Path) -> None:
    raw = bytearray(as_zip(path).read_bytes())
    at = raw.index(b"export/services.csv") + 40
    raw[at : at + 12] = bytes(12)
    path.write_bytes(raw)


def empty_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (no_services, "no services.csv"),
        (no_ids, "begins with: name"),
        (bomb, "over 200 times"),
        (flipped, "damaged"),
        (empty_folder, "no services.csv"),
        (lambda path: path.write_text("{}"), "holds no service"),
        (lambda path: path.write_text('{"contents": [{"id": 3'), "breaks off"),
        (lambda path: None, "No such file"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path, make, found):
    path = tmp_path / "data"
    make(path)
    with pytest.raises(WrongFile) as refused:
        read(path)
    assert found in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_archive_cut_anywhere_is_refused(tmp_path):
    whole = as_zip(tmp_path / "whole.zip").read_bytes()
    path = tmp_path / "cut.zip"
    for end in range(1, len(whole), 61):
        path.write_bytes(whole[:end])
        with pytest.raises(WrongFile):
            read(path)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "service", "services", "location", "contents", "addresses", "phones"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(held=ANY, key=st.sampled_from(sorted(nested(TABLES["services"][0]))))
def test_no_shape_of_json_breaks_the_reading(tmp_path_factory, held, key):
    path = tmp_path_factory.mktemp("h") / "d.json"
    for document in (held, nested(TABLES["services"][0]) | {key: held}):
        path.write_text(json.dumps(document))
        try:
            file = read(path)
        except WrongFile:
            continue
        assert len({row.key for row in file.rows}) == len(file.rows)
