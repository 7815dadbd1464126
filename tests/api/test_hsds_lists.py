"""The public data API: pages, filters, refusals in words, caching, any origin, the export, and no way to a person."""

import csv
import io
import json
import zipfile
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from handrail.actions.directory.sources import bump_version
from handrail.api.hsds import rows
from handrail.api.hsds.identity import at_place_id
from handrail.api.hsds.tables import POINTS_TO, TABLES
from handrail.api.hsds.terms import CODES_ID, FACTS_ID, code_term, fact_term
from handrail.core.facts import read_codes
from handrail.records.directory.models import CapacityStatement, Fact, Import, Program
from tests import build

pytestmark = pytest.mark.django_db


def get(path: str, **headers: str):
    return Client(headers=headers).get(f"/hsds/{path}")


def names(path: str) -> list[str]:
    answer = get(path)
    assert answer.status_code == 200, answer.content
    return [record["name"] for record in answer.json()["contents"]]


def say(program: Program, key: str, value: str, *, days: int = 30) -> None:
    today = timezone.now().date()
    Fact.objects.create(
        program=program,
        key=key,
        value=value,
        source=build.source("desk"),
        observed_on=today,
        expires_on=today + timedelta(days=days),
    )


def state(program: Program, *, hours_ago: int, openings: int = 3) -> None:
    CapacityStatement.objects.create(
        program=program,
        label="Beds",
        kind="beds",
        openings=openings,
        stated_at=timezone.now() - timedelta(hours=hours_ago),
        source=build.source("program"),
        stated_by="luis",
    )


def test_the_root_says_what_it_is():
    assert get("").json() == {
        "version": "3.1",
        "profile": "http://testserver/hsds/about",
        "openapi_url": "http://testserver/hsds/openapi.json",
    }


def test_pages_hold_all_records_once_each_in_order():
    for number in range(5):
        build.program(f"Place {number}")
    page = get("services?per_page=2&page=3").json()
    assert {name: value for name, value in page.items() if name != "contents"} == {
        "total_items": 5,
        "total_pages": 3,
        "page_number": 3,
        "size": 1,
        "first_page": False,
        "last_page": True,
        "empty": False,
    }
    found = [name for number in (1, 2, 3) for name in names(f"services?per_page=2&page={number}")]
    assert found == [f"Place {number}" for number in range(5)]
    beyond = get("services?page=9").json()
    assert (beyond["empty"], beyond["contents"]) == (True, [])
    assert 'page=2>; rel="next"' in get("services?per_page=2").headers["Link"]


def test_one_record_a_line(monkeypatch):
    build.program("River House")
    build.program("Oak Street")
    answer = get("services?format=ndjson&per_page=1")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line)["name"] for line in answer.content.splitlines()] == ["Oak Street"]
    # Without a page, every one of them, read a batch at a time.
    monkeypatch.setattr(rows, "BATCH", 1)
    for path in ("services", "organizations", "service_at_locations?full=true", "taxonomies"):
        answer = get(f"{path}{'&' if '?' in path else '?'}format=ndjson")
        lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
        assert (len(lines), answer.headers["X-Total-Items"]) == (2, "2"), path


def test_filters_are_all_of_them_to_hold():
    river = build.program("River House", codes="SA RES RL * BU * MD")
    build.program("Oak Street", codes="SA OP * MC")
    assert names("services?search=fernhollow+river") == ["River House"]
    assert names(f"services?taxonomy_term_id={code_term('MD')['id']}") == ["River House"]
    assert names(f"services?taxonomy_term_id={code_term('MD')['id']}&search=oak") == []
    assert names(f"services?organization_id={river.organization_id}") == ["River House"]
    assert len(names(f"services?taxonomy_id={CODES_ID}")) == len(names(f"services?taxonomy_id={FACTS_ID}")) == 2
    assert names(f"organizations?taxonomy_term_id={code_term('RL')['id']}") == ["River House"]
    assert get(f"locations?organization_id={river.organization_id}").json()["total_items"] == 1
    # A code is found as a whole word: R is no RES.
    assert names(f"services?taxonomy_term_id={code_term('RE')['id']}") == []


def test_a_fact_said_later_outranks_the_code_and_runs_out():
    said_no, silent, run_out, said_yes = (build.program(name, codes="SA OP * MD") for name in "abcd")
    Program.objects.filter(pk=said_yes.pk).update(codes="SA OP * MC")
    say(said_no, "medicaid", "no")
    say(run_out, "medicaid", "no", days=-1)
    say(said_yes, "medicaid", "yes")
    assert names(f"services?taxonomy_term_id={fact_term('medicaid')['id']}") == [silent.name, said_yes.name]
    held = get(f"services/{said_no.pk}").json()["attributes"]
    assert [each["value"] for each in held if each["taxonomy_term"]["code"] == "medicaid"] == ["no"]


@pytest.mark.parametrize("codes", ["PVTN", "PVTP", "PVTN PVTP", "MOA NMOA", "OTP", "NOOP", "RES RL BC FEM", "SP AH"])
def test_the_term_filter_agrees_with_the_facts_that_a_record_carries(codes):
    program = build.program("River House", codes=f"SA * {codes}")
    for key, value in read_codes(program.codes).items():
        found = names(f"services?taxonomy_term_id={fact_term(key)['id']}")
        assert found == ([] if value == "no" else ["River House"]), key


def test_changed_since():
    old = build.program("Old", observed_on=date(2023, 3, 31))
    assert names("services?modified_after=2024-01-01") == []
    arrived = datetime(2026, 2, 3, 4, 5, 6, tzinfo=build.AT.tzinfo)
    Import.objects.create(
        source=old.source, file_name="f", sha256="0", observed_on=old.observed_on, finished_at=arrived, by="eli"
    )
    assert names("services?modified_after=2026-02-03T04:05:06Z") == ["Old"]
    assert names("services?modified_after=2026-02-03T04:05:07Z") == []
    assert get(f"services/{old.pk}").json()["last_modified"] == "2026-02-03T04:05:06Z"
    assert get("services?minimal=true").json()["contents"] == [
        {"id": str(old.pk), "modified_date": "2026-02-03T04:05:06Z"}
    ]
    state(old, hours_ago=1)
    assert names(f"services?modified_after={timezone.now() - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}") == ["Old"]


def test_near_a_postcode_the_nearest_first():
    near, far = build.program("Near"), build.program("Far")
    far.location.latitude = 39.95  # about 22 km north
    far.location.save()
    found = get("service_at_locations?postcode=80202&proximity=30000").json()["contents"]
    assert [record["service_id"] for record in found] == [str(near.pk), str(far.pk)]
    found = get("service_at_locations?postcode=80202&proximity=10000").json()["contents"]
    assert [record["id"] for record in found] == [str(at_place_id(near.pk))]


def test_the_id_of_a_service_at_its_place_is_a_uuid_of_its_own_and_leads_back():
    program = build.program()
    turned = at_place_id(program.pk)
    assert (turned.version, turned.variant) == (program.pk.version, program.pk.variant)
    assert turned != program.pk == at_place_id(turned)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("page=0", "page"),
        ("page=%C2%B2", "page"),
        ("per_page=101", "100"),
        ("format=xml", "ndjson"),
        ("taxonomy_term_id=MD", "UUID"),
        ("organization_id=1", "UUID"),
        ("modified_after=yesterday", "2026-11-21"),
        ("modified_after=0001-01-01T00:00:00%2B23:00", "modified_after"),
        ("postcode=99999x", "ZIP"),
        ("proximity=10", "postcode"),
        ("full=maybe", "true or false"),
        ("search=a%00b", "search"),
        (f"search={'a' * 101}", "search"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(query, words):
    for path in ("services", "organizations", "locations", "service_at_locations", "taxonomy_terms"):
        answer = get(f"{path}?{query}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
        assert words in answer.json()["error"]


@pytest.mark.parametrize("path", ["services/x", "services/" + "0" * 32, "locations/x", "nothing/at/all", "services/"])
def test_what_is_not_there_is_said_as_json(path):
    answer = get(path)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_it_is_for_reading():
    for method in ("put", "patch", "delete"):
        assert getattr(Client(), method)("/hsds/services").status_code == 405
    assert Client().post("/hsds/services/x").status_code == 405
    build.program()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/hsds/services", {"search": "river"}).json()["total_items"] == 1
    assert strict.post("/hsds/services?search=oak").json()["total_items"] == 0


def test_any_origin_may_read_here_and_nowhere_else():
    build.program()
    answer = get("services", origin="https://elsewhere.example")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert Client().options("/hsds/services").status_code == 204
    for path in ("/", "/find/", "/health/"):
        assert "Access-Control-Allow-Origin" not in Client().get(path).headers


def test_no_cookie_is_set_and_nobody_is_looked_up():
    for number in range(12):
        state(build.program(f"Place {number}"), hours_ago=1)
    for path in ("services?full=true", "organizations?full_service=true", "service_at_locations?full=true"):
        with CaptureQueriesContext(connection) as asked:
            answer = get(path)
        assert not answer.cookies
        assert "luis" not in answer.content.decode(), "who at the program said so stays with us"
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert not [each["sql"] for each in asked.captured_queries if "casebook" in each["sql"]]


@pytest.mark.parametrize(
    "path",
    [
        *("services?full=true&", "organizations?full_service=true&", "locations?full=true&", "services?minimal=true&"),
        *("services?modified_after=2020-01-01&", f"services?taxonomy_id={FACTS_ID}&"),
        "service_at_locations?full=true&postcode=80202&",
    ],
)
def test_fifty_cost_no_more_queries_than_one(path):
    for number in range(50):
        state(build.program(f"Place {number}"), hours_ago=1)
    spent = []
    for size in (1, 50):
        with CaptureQueriesContext(connection) as asked:
            assert get(f"{path}per_page={size}").json()["size"] == size
        spent.append(len(asked))
    assert spent[0] == spent[1] <= 28


def test_an_answer_is_not_sent_twice_until_something_changes():
    program = build.program()
    state(program, hours_ago=35)
    first = get("services?full=true")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = get("services?full=true", if_none_match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert get("services", if_none_match=first.headers["ETag"]).status_code == 200
    # A statement grows too old, though nobody touched the directory.
    CapacityStatement.objects.update(stated_at=timezone.now() - timedelta(hours=37))
    second = get("services?full=true", if_none_match=first.headers["ETag"])
    assert "capacities" not in second.json()["contents"][0]
    bump_version()
    assert get("services?full=true", if_none_match=second.headers["ETag"]).status_code == 200


def test_the_database_away_is_said(monkeypatch):
    def away():
        raise DatabaseError("secret host name")

    monkeypatch.setattr(rows, "read_version", away)
    answer = get("services")
    assert answer.status_code == 503
    assert "secret" not in answer.content.decode()


def test_the_description_names_every_address_that_there_is():
    told = get("openapi.json").json()
    assert told["openapi"] == "3.1.0"
    build.program()
    for path, verbs in told["paths"].items():
        answer = get(path.removeprefix("/").replace("{id}", "x"))
        assert answer.status_code == (404 if "{id}" in path else 200), path
        for parameter in verbs["get"]["parameters"]:
            name = parameter.get("$ref", "#/components/parameters/search").rsplit("/", 1)[1]
            assert name in told["components"]["parameters"]
    page = get("about").content.decode()
    assert all(f"/hsds{path}" in page for path in told["paths"])


def test_the_export_is_whole_and_its_keys_hold(settings, tmp_path):
    settings.HANDRAIL_DATA = tmp_path
    for name in ("River House", "=cmd()"):
        state(build.program(name, walk_in_hours="Mon to Fri 6 AM"), hours_ago=1)
    answer = get("export.zip")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    told = json.loads(packed.read("datapackage.json"))
    tables = {
        each["name"]: list(csv.DictReader(io.StringIO(packed.read(each["path"]).decode())))
        for each in told["resources"]
    }
    assert set(tables) == set(TABLES)
    assert {row["name"] for row in tables["service"]} == {"River House", "'=cmd()"}
    ids = {table: [row["id"] for row in found] for table, found in tables.items()}
    assert all(len(set(found)) == len(found) for found in ids.values())
    for table, found in tables.items():
        for row in found:
            lost = [name for name, to in POINTS_TO.items() if row.get(name) and row[name] not in ids[to]]
            assert lost == [], table
    assert all(row["updated"] for row in tables["service_capacity"])
    # Kept: the next asker gets the same file, even when an opening has changed a moment ago.
    bump_version()
    assert get("export.zip").headers["ETag"] == answer.headers["ETag"]
    assert get("export.zip", if_none_match=answer.headers["ETag"]).status_code == 304
    assert len(list((tmp_path / "hsds").iterdir())) == 1
