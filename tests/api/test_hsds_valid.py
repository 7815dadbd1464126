"""Every record of the sample directory is valid HSDS 3.1: by our own shapes, and by the published ones when at hand.

HSDS_SCHEMAS=…/schema/compiled names a folder with the published compiled schemas; they are not kept here.
"""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from handrail.actions.directory.say import set_fact
from handrail.core.access import OPERATOR
from handrail.project.sample import load_sample_directory
from handrail.records.directory.models import CapacityStatement, Program
from tests.api import hsds_shapes as shapes

PUBLISHED = os.environ.get("HSDS_SCHEMAS", "")
# Address of a list, our shape of its records, the published schema of the same.
LISTS = [
    ("services", shapes.FLAT_SERVICE, "service_list"),
    ("services?full=true", shapes.SERVICE, "service"),
    ("organizations", shapes.FLAT_ORGANIZATION, "organization_list"),
    ("organizations?full=true", shapes.ORGANIZATION, "organization"),
    ("organizations?full_service=true", shapes.ORGANIZATION, "organization"),
    ("locations", shapes.FLAT_LOCATION, ""),
    ("locations?full=true", shapes.LOCATION, ""),
    ("service_at_locations", shapes.FLAT_SERVICE_AT_LOCATION, "service_at_location_list"),
    ("service_at_locations?full=true", shapes.SERVICE_AT_LOCATION, "service_at_location"),
    ("taxonomies", shapes.TAXONOMY, ""),
    ("taxonomy_terms", shapes.TERM, ""),
]


@pytest.fixture
def sample(db: None) -> None:
    load_sample_directory(now=timezone.now())
    place = Program.objects.listed().order_by("slug")[0]
    set_fact(place, actor=OPERATOR, key="medicaid", value="unknown", now=timezone.now())


def every(path: str) -> Iterator[dict[str, Any]]:
    """Every record of a list, page after page, as a machine reads it."""
    number, is_last = 1, False
    while not is_last:
        page = Client().get(f"/hsds/{path}{'&' if '?' in path else '?'}per_page=40&page={number}").json()
        assert wrong_with(page, shapes.PAGE) == []
        assert page["size"] == len(page["contents"])
        yield from page["contents"]
        number, is_last = number + 1, page["last_page"]


def wrong_with(record: Any, shape: dict[str, Any]) -> list[str]:
    checker = Draft202012Validator(shape, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}"[:200] for error in checker.iter_errors(record)]


@pytest.mark.parametrize(("path", "shape", "published"), LISTS, ids=[row[0] for row in LISTS])
def test_every_record_of_the_sample_is_valid(sample, path, shape, published):
    found = list(every(path))
    assert len({record["id"] for record in found}) == len(found) > 0
    assert [wrong for record in found for wrong in wrong_with(record, shape)] == []
    if PUBLISHED and published:
        theirs = json.loads((Path(PUBLISHED) / f"{published}.json").read_text())
        assert [wrong for record in found for wrong in wrong_with(record, theirs)] == []


def test_the_history_is_among_what_is_valid(sample):
    assert any(record.get("metadata") for record in every("services?full=true"))


def test_every_listed_program_is_a_service_and_those_that_are_gone_are_not(sample):
    listed = {str(pk) for pk in Program.objects.listed().values_list("pk", flat=True)}
    assert {record["id"] for record in every("services")} == listed
    gone = Program.objects.exclude(gone_on=None).first()
    assert gone is not None
    assert Client().get(f"/hsds/services/{gone.pk}").status_code == 404


def test_each_record_is_found_again_by_its_id(sample):
    for path in ("services", "organizations", "locations", "service_at_locations", "taxonomies", "taxonomy_terms"):
        record = next(every(path))
        found = Client().get(f"/hsds/{path}/{record['id']}")
        assert (found.status_code, found.json()["id"]) == (200, record["id"])


def test_the_sample_says_that_it_is_one_everywhere(sample):
    for path in ("services", "organizations", "locations", "service_at_locations"):
        assert all("SAMPLE DATA" in record["description"] for record in every(path)), path


def test_openings_are_never_without_their_time_and_those_too_old_are_left_out_and_said(sample):
    services = {record["id"]: record for record in every("services?full=true")}
    said = [part for record in services.values() for part in record.get("capacities", [])]
    assert said
    now = timezone.now()
    for row in CapacityStatement.objects.filter(program__gone_on=None):
        record = services[str(row.program_id)]
        limit = now - timedelta(hours={"beds": 12, "visits": 72}[row.kind] * 3)
        times = [part["updated"] for part in record.get("capacities", [])]
        if row.stated_at < limit:
            assert f"{row.stated_at:%Y-%m-%dT%H:%M:%SZ}" not in times
            assert "too old to be repeated" in record["alert"]
        else:
            assert f"{row.stated_at:%Y-%m-%dT%H:%M:%SZ}" in times
