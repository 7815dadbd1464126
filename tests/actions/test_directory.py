"""Importing: idempotent, a newer year updates and marks what has gone, nothing is lost; and what programs say."""

import json
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from handrail.actions._frame import Forbidden, Refused
from handrail.actions.directory.importing import MANY_GONE, import_rows
from handrail.actions.directory.say import confirm_capacity, set_fact, state_capacity
from handrail.core.access import VISITOR, WORKER, Actor
from handrail.core.facility import Facility
from handrail.core.facts import DETAILS, FACTS
from handrail.project.directory_command import day_of, run
from handrail.project.sample import load_sample_directory
from handrail.records.directory.models import (
    CapacityStatement,
    Conflict,
    Fact,
    FactChange,
    Import,
    Likeness,
    Location,
    Program,
    Report,
    Version,
)
from handrail.records.ledger.models import Entry
from tests.build import facility

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 6, 4, tzinfo=UTC)
OLD, NEW = date(2023, 3, 31), date(2024, 3, 31)


def bring(*rows: Facility, on: date = OLD, **options: Any) -> tuple[int | float, ...]:
    settings: dict[str, Any] = {
        "source": "samhsa",
        "actor": WORKER,
        "now": NOW,
        "file_name": "d.csv",
        "sha256": "0" * 64,
    } | options
    counts = import_rows(rows, observed_on=on, **settings)
    return tuple(counts[name] for name in ("added", "updated", "unchanged", "gone"))


def version() -> int:
    return Version.objects.values_list("number", flat=True).first() or 0


def test_a_second_import_changes_nothing():
    assert bring(facility("A"), facility("B")) == (2, 0, 0, 0)
    before = version()
    assert bring(facility("A"), facility("B")) == (0, 0, 2, 0)
    assert version() == before
    assert Import.objects.count() == 2
    assert Entry.objects.filter(stream="directory", verb="import_directory").count() == 2


def test_a_newer_year_updates_adds_and_marks_what_has_gone():
    bring(facility("A"), facility("B"), facility("C"))
    ids = dict(Program.objects.values_list("name", "pk"))
    slug = Program.objects.get(name="A").slug
    before = version()
    changed = facility("A", codes="SA OP", city="Harrow Falls")
    assert bring(changed, facility("B"), facility("D"), on=NEW) == (1, 1, 1, 1)
    assert version() > before
    a, c = Program.objects.get(pk=ids["A"]), Program.objects.get(pk=ids["C"])
    assert (a.codes, a.location.city, a.slug, a.observed_on) == ("SA OP", "Harrow Falls", slug, NEW)
    assert (c.gone_on, c.observed_on) == (NEW, OLD)
    assert Program.objects.get(pk=ids["B"]).observed_on == NEW
    assert bring(changed, facility("B"), facility("C"), facility("D"), on=NEW) == (0, 1, 3, 0)
    assert Program.objects.get(pk=ids["C"]).gone_on is None


def test_what_people_said_outlives_an_import(cast):
    bring(facility("A"))
    program = Program.objects.get(source="samhsa")
    Program.objects.filter(pk=program.pk).update(walk_in_hours="7 to 11 AM", day_one=["Come in."])
    set_fact(program, actor=cast.actor("tasha"), key="medicaid", value="yes", now=NOW)
    bring(facility("A", phone="719-555-0100"), on=NEW)
    program.refresh_from_db()
    assert (program.phone, program.walk_in_hours, program.fact_set.count()) == ("719-555-0100", "7 to 11 AM", 1)


def test_an_older_year_and_a_day_to_come_are_refused():
    bring(facility("A"), on=NEW)
    with pytest.raises(Refused, match="older_than_stored"):
        bring(facility("A", phone=""), on=OLD)
    with pytest.raises(Refused, match="not_yet"):
        bring(facility("A"), on=NOW.date() + timedelta(days=1))
    assert Program.objects.get().phone == "719-555-0142"


def test_another_source_is_left_alone():
    bring(facility("A"), on=NEW)
    assert bring(facility("B", street1="7 Quarry Road", phone="719-555-0107"), on=OLD, source="state") == (
        1,
        0,
        0,
        0,
    )
    assert Program.objects.listed().count() == 2


def test_a_dry_run_counts_and_writes_nothing():
    assert bring(facility("A"), dry_run=True) == (1, 0, 0, 0)
    assert not Program.objects.exists()
    assert not Import.objects.exists()
    assert not Entry.objects.exists()


def test_a_part_of_the_country_does_not_make_the_rest_gone():
    rows = [facility(f"Program {number}") for number in range(MANY_GONE + 10)]
    bring(*rows)
    with pytest.raises(Refused, match="many_gone"):
        bring(*rows[:5], on=NEW)
    assert bring(*rows[:5], on=NEW, may_lose_many=True) == (0, 0, 5, MANY_GONE + 5)


def test_a_point_comes_from_the_zip_code_where_the_file_has_none_or_a_wrong_one():
    point = {"latitude": 37.48, "longitude": -105.87}
    wrong = {"latitude": 25.9, "longitude": -97.5}
    bring(
        facility("A"),
        facility("B", **point),
        facility("C", **wrong),
        facility("D", zip5="00501", state="NY"),
    )
    found = {location.organization.name: location for location in Location.objects.select_related("organization")}
    assert [found[name].geocode for name in "ABC"] == ["zip", "file", "zip"]
    assert found["A"].latitude == found["C"].latitude != found["B"].latitude


def test_addresses_are_unique_and_say_nothing_of_the_field():
    bring(
        facility("Fernhollow Methadone and Addiction Clinic"),
        facility("Drug Treatment"),
        facility("戒毒所"),
    )
    slugs = set(Program.objects.values_list("slug", flat=True))
    assert len(slugs) == 3
    assert not any(word in slug for slug in slugs for word in ("methadone", "addict", "drug", "treatment"))
    assert all(0 < len(slug) <= 80 for slug in slugs)


def test_a_visitor_may_not_import():
    with pytest.raises(Forbidden):
        bring(facility("A"), actor=VISITOR)


# --- what a program says ------------------------------------------------------------------------
def say(program: Program, actor: Actor, **values: Any) -> CapacityStatement:
    words: dict[str, Any] = {"label": "Beds", "kind": "beds", "openings": 2, **values}
    return state_capacity(program, actor=actor, now=NOW, **words)


def test_intake_speaks_for_its_own_program_only(cast):
    luis = cast.actor("luis")
    before = version()
    statement = say(cast.river_house, luis)
    assert (statement.openings, statement.stated_by, statement.source_id) == (2, luis.key, "program")
    assert version() == before + 1
    with pytest.raises(Refused, match="not_listed"):
        say(cast.oak_street, luis)
    with pytest.raises(Forbidden):
        say(cast.river_house, VISITOR)


def test_one_row_has_one_statement_and_confirming_makes_it_new(cast):
    luis = cast.actor("luis")
    say(cast.river_house, luis)
    say(cast.river_house, luis, openings=0, waiting=3)
    say(cast.river_house, luis, label="Visits", kind="visits")
    later = NOW + timedelta(hours=9)
    assert confirm_capacity(cast.river_house, actor=luis, now=later) == 2
    rows = CapacityStatement.objects.filter(program=cast.river_house)
    assert {(row.label, row.openings, row.stated_at) for row in rows} == {("Beds", 0, later), ("Visits", 2, later)}
    assert Entry.objects.filter(stream=f"program:{cast.river_house.pk}").count() == 4


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"openings": -1}, "bad_openings"),
        ({"kind": "seats"}, "bad_kind"),
        ({"label": " "}, "bad_label"),
        ({"label": "a\0b"}, "bad_label"),
    ],
)
def test_a_statement_that_cannot_be_is_refused(cast, values, reason):
    with pytest.raises(Refused, match=reason):
        say(cast.river_house, cast.actor("luis"), **values)


def test_a_fact_is_one_of_the_table_and_runs_out(cast):
    fact = set_fact(cast.river_house, actor=cast.actor("tasha"), key="medicaid", value="yes", now=NOW)
    assert (fact.source_id, fact.expires_on) == ("desk", NOW.date() + timedelta(days=90))
    with pytest.raises(Refused, match="unknown_fact"):
        set_fact(cast.river_house, actor=cast.actor("tasha"), key="best_in_town", value="yes", now=NOW)


# --- the command --------------------------------------------------------------------------------
HEADER = "name1,name2,street1,street2,city,state,zip,phone,service_code_info"


def command(path: Path, *words: str) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    with redirect_stdout(out):
        status = run(["import", str(path), "--json", *words])
    return status, json.loads(out.getvalue().splitlines()[-1])


def test_the_last_line_is_one_object_and_the_exit_status_means_something(tmp_path):
    path = tmp_path / "directory_2023.csv"
    good, bad = "A,,1 Main,,Denver,CO,80202,303-555-0101,SA OP", "B,,1 Main,,Denver,CO,8O202,,SA"
    path.write_text(f"{HEADER}\n{good}\n{bad}\n")
    status, said = command(path, "--dry-run")
    assert (status, said["added"], said["dry_run"], Program.objects.count()) == (0, 1, True, 0)
    status, said = command(path)
    assert (status, said["added"], said["rejected"], said["observed_on"]) == (0, 1, 1, "2023-03-31")
    assert said["rejects"] == [{"line": 3, "reason": "'8O202' is not a ZIP code"}]
    status, said = command(path, "--year", "2022")
    assert (status, said["unchanged"]) == (2, 0)
    assert "nothing was changed" in said["refused"]
    status, said = command(tmp_path / "none.csv")
    assert status == 2


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("national-directory-su-facilities-2023.xlsx", date(2023, 3, 31)),
        ("FindTreament_Facility_listing_2025_02_14_101112.csv", date(2025, 2, 14)),
        ("export_12024.csv", NOW.date()),
        ("directory.csv", NOW.date()),
    ],
)
def test_a_files_name_says_its_day(name, day):
    assert day_of(name, today=NOW.date()) == day


# --- the sample ---------------------------------------------------------------------------------
def test_the_sample_directory_loads_twice_and_keeps_what_people_changed(cast):
    Program.objects.all().delete()
    load_sample_directory(now=NOW)
    assert (Program.objects.count(), Program.objects.listed().count()) == (157, 150)
    for key, value in Fact.objects.values_list("key", "value"):
        assert key in DETAILS or FACTS[key].why_not_value(value) is None
    assert not Program.objects.exclude(phone="").exclude(phone__regex=r"555.01").exists()
    assert all(program.is_sample for program in Program.objects.all())
    assert Program.objects.filter(gone_on__isnull=False).count() == 2
    assert sorted(Conflict.objects.filter(settled_at=None).values_list("key", flat=True)) == ["medicaid", "phone"]
    assert [(row.program.name, row.other.name) for row in Likeness.objects.all()] == [
        ("Lamplight Homes", "Second Chance Rooms")
    ]
    assert sorted(Report.objects.values_list("kind", flat=True)) == ["plan", "wrong_number", "wrong_number"]
    for name in ("River House", "Oak Street Clinic", "Harbor Steps", "Elm Row"):
        assert Program.objects.listed().filter(name=name).count() == 1
    house = Program.objects.get(name="River House")
    before = [list(table.objects.order_by("pk").values()) for table in (Fact, FactChange, Conflict, Likeness, Report)]
    say(house, cast.actor("tasha"), label="Day visits", kind="visits", openings=1)
    later = NOW + timedelta(days=2)
    load_sample_directory(now=later)
    after = [list(table.objects.order_by("pk").values()) for table in (Fact, FactChange, Conflict, Likeness, Report)]
    assert (Program.objects.count(), after) == (157, before)
    day, start = (house.capacitystatement_set.get(label=label) for label in ("Day visits", "Medicine start"))
    assert (day.openings, day.stated_at) == (1, NOW)
    assert start.stated_at == later - timedelta(hours=3)
