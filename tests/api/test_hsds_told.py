"""The API tells what the pages tell: several sources joined, put right by hand, in doubt, run out, and changed when."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from handrail.actions.directory.say import set_fact, state_capacity
from handrail.actions.directory.sources import bump_version
from handrail.api.hsds.held import Held
from handrail.api.hsds.identity import at_place_id, ids_under, made_id
from handrail.api.hsds.terms import code_term, fact_term
from handrail.records.directory.models import Fact, FactChange, Program, Report, Source
from handrail.records.directory.snapshot import snapshot
from tests import build

pytestmark = pytest.mark.django_db


def whole(program: Program) -> dict:
    answer = Client().get(f"/hsds/services/{program.pk}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def facts_of(record: dict) -> dict[str, str]:
    marks = [each for each in record["attributes"] if each["link_type"] == "fact"]
    return {each["taxonomy_term"]["code"]: each["value"] for each in marks}


def codes_of(record: dict) -> set[str]:
    return {each["taxonomy_term"]["code"] for each in record["attributes"] if each["link_type"] == "code"}


def listed(path: str) -> list[str]:
    return [each["id"] for each in Client().get(f"/hsds/{path}").json()["contents"]]


def report(program: Program, kind: str = "wrong_number", about: str = "", *, seen: bool = False) -> None:
    now = timezone.now()
    Report.objects.create(program=program, kind=kind, about=about, at=now, due_at=now, seen_at=now if seen else None)
    bump_version([program.pk])


@pytest.fixture
def place() -> Program:
    return build.program("River House", codes="SA OP * MD", phone="970-555-0142", intake_phone="970-555-0143")


@pytest.fixture
def other(place) -> Program:
    """A second source's entry of the same place, older than the first, which knows of a medicine."""
    older = place.observed_on - timedelta(days=9)
    row = build.program("River House Inc.", codes="SA OP * BU * MC SP", observed_on=older)
    Program.objects.filter(pk=row.pk).update(merged_into=place)
    return row


def test_words_among_the_codes_are_no_codes_and_outrank_them(place):
    Program.objects.filter(pk=place.pk).update(codes="SA OP MD same_day_start=no medicaid=no bus=Line%2012 ~")
    record = whole(place)
    assert codes_of(record) == {"SA", "OP"}
    known = facts_of(record)
    assert {key: known[key] for key in ("same_day_start", "medicaid", "bus")} == {
        "same_day_start": "no",
        "medicaid": "no",
        "bus": "Line 12",
    }


def test_two_sources_of_one_place_are_one_record(place, other):
    record = whole(place)
    assert {"MD", "BU", "MC"} <= codes_of(record) | {"MC"}
    assert facts_of(record) == {key: fact.value for key, fact in snapshot().by_id(place.pk).offer.facts.items()}
    assert facts_of(record)["buprenorphine"] == "yes"
    assert "Sources: " in record["description"]
    assert [each["name"] for each in record["languages"]] == ["Spanish"]
    # The other entry, its organization and its location are not listed; its id leads to the place.
    assert listed("services") == [str(place.pk)]
    assert listed("organizations") == [str(place.organization_id)]
    assert listed("locations") == [str(place.location_id)]
    assert listed("service_at_locations") == [str(at_place_id(place.pk))]
    assert Client().get(f"/hsds/organizations/{other.organization_id}").status_code == 404
    led = Client().get(f"/hsds/services/{other.pk}")
    assert (led.status_code, led.headers["Location"]) == (302, f"/hsds/services/{place.pk}")
    led = Client().get(f"/hsds/service_at_locations/{at_place_id(other.pk)}")
    assert led.headers["Location"] == f"/hsds/service_at_locations/{at_place_id(place.pk)}"


@pytest.mark.parametrize("code", ["MD", "BU", "SP", "MC"])
def test_the_filter_by_code_agrees_with_the_joined_record(place, other, code):
    found = listed(f"services?taxonomy_term_id={code_term(code)['id']}")
    assert bool(found) == (code in codes_of(whole(place)))


def test_what_two_people_doubt_is_left_out_everywhere(place):
    term = fact_term("medicaid")["id"]
    for count in (1, 2):
        report(place)
        report(place, "plan", "medicaid")
        record = whole(place)
        known = count < 2
        assert ("phones" in record) == ("medicaid" in facts_of(record)) == ("MD" in codes_of(record)) == known
        assert bool(listed(f"services?taxonomy_term_id={term}")) == known
        assert bool(listed(f"services?taxonomy_term_id={code_term('MD')['id']}")) == known
        # That people said so is only told once our team has begun to look.
        assert "alert" not in record
    report(place, seen=True)
    assert "Our team checks it" in whole(place)["alert"]


def test_openings_in_doubt_are_not_repeated(cast):
    luis, place = cast.actor("luis"), cast.river_house
    state_capacity(place, actor=luis, label="Beds", kind="beds", openings=3, now=timezone.now() - timedelta(hours=1))
    assert whole(place)["capacities"][0]["available"] == 3
    report(place, "full")
    report(place, "full")
    assert "capacities" not in whole(place)
    state_capacity(place, actor=luis, label="Beds", kind="beds", openings=2, now=timezone.now() + timedelta(seconds=1))
    assert whole(place)["capacities"][0]["available"] == 2


def test_a_detail_put_right_by_hand_runs_out(place):
    today = timezone.now().date()
    word = Fact.objects.create(
        program=place,
        key="phone",
        value=place.phone,
        source=build.source("desk"),
        observed_on=today,
        expires_on=today,
    )
    assert [each["number"] for each in whole(place)["phones"]] == ["970-555-0142", "970-555-0143"]
    Fact.objects.filter(pk=word.pk).update(expires_on=today - timedelta(days=1))
    assert [each["number"] for each in whole(place)["phones"]] == ["970-555-0143"]


def test_a_source_that_is_too_old_is_not_believed(place):
    Source.objects.filter(pk=place.source_id).update(lasts_days=1)
    Program.objects.filter(pk=place.pk).update(observed_on=timezone.now().date() - timedelta(days=5))
    record = whole(place)
    assert "attributes" not in record
    assert "phones" not in record
    assert (record["name"], record["last_modified"][:10]) == (
        "River House",
        str(timezone.now().date() - timedelta(days=3)),  # the day on which it ran out
    )
    assert listed(f"services?taxonomy_term_id={fact_term('medicaid')['id']}") == []


def test_the_history_names_a_source_and_never_a_person(cast):
    place, now = cast.river_house, timezone.now()
    set_fact(place, actor=cast.actor("eli"), key="medicaid", value="no", now=now - timedelta(days=2), why="Eli rang")
    set_fact(place, actor=cast.actor("eli"), key="medicaid", value="yes", now=now)
    FactChange.objects.create(program=place, key="phone", before="1", value="", source=place.source, at=now, by="eli")
    told = whole(place)["metadata"]
    keys = ("last_action_type", "field_name", "previous_value", "replacement_value")
    assert [tuple(each[key] for key in keys) for each in told] == [
        ("delete", "phones.number", "1", ""),
        ("update", "medicaid", "no", "yes"),
        ("update", "medicaid", "yes", "no"),
    ]
    assert told[0]["last_action_date"] == str(now.date())
    assert told[1]["updated_by"] == Source.objects.get(key="desk").name
    text = str(told).lower()
    assert "eli" not in text.replace("delete", "")
    assert "rang" not in text


@pytest.mark.parametrize("change", ["fact", "openings", "report", "settled", "merged", "imported again"])
def test_every_change_gives_a_new_etag_and_a_later_moment(cast, change):
    place, now = cast.river_house, timezone.now()
    before = Client().get("/hsds/services?full=true")
    if change == "fact":
        set_fact(place, actor=cast.actor("eli"), key="medicaid", value="no", now=now)
    elif change == "openings":
        state_capacity(place, actor=cast.actor("luis"), label="Beds", kind="beds", openings=1, now=now)
    elif change == "report":
        report(place)
    elif change == "settled":
        early = now - timedelta(days=9)
        Report.objects.create(program=place, kind="closed", at=early, due_at=early, settled_at=now)
        bump_version([place.pk])
    elif change == "merged":
        FactChange.objects.create(program=place, key="merged", value="x", source=place.source, at=now, by="worker")
        bump_version([place.pk])
    else:
        Program.objects.filter(pk=place.pk).update(observed_on=now.date())
        bump_version([place.pk])
    after = Client().get("/hsds/services?full=true", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    since = f"{now:%Y-%m-%dT00:00:00Z}" if change == "imported again" else f"{now:%Y-%m-%dT%H:%M:%SZ}"
    assert listed(f"services?modified_after={since}") == [str(place.pk)]
    assert whole(place)["last_modified"] >= since


def test_the_terms_that_are_kept_follow_each_change(place):
    """What a process keeps is worked out anew for the places that changed, and for every place on another day."""
    held, today = Held(), timezone.now().date()
    other = build.program("Oak Street", codes="SA OP * MC")
    bump_version()
    first = held.renew(today)
    assert set(first) == {place.pk, other.pk}
    Program.objects.filter(pk=other.pk).update(codes="SA OP * MD")
    assert held.renew(today)[other.pk] == first[other.pk]  # nobody said that it changed
    bump_version([other.pk])
    second = held.renew(today)
    assert second[other.pk] != first[other.pk]
    assert second[place.pk] == first[place.pk]
    Program.objects.filter(pk=other.pk).update(merged_into=place)
    bump_version([other.pk])
    assert set(held.renew(today)) == {place.pk}
    Fact.objects.create(
        program=place, key="same_day_start", value="yes", source=place.source, observed_on=today, expires_on=today
    )
    bump_version([place.pk])
    assert held.renew(today)[place.pk] != held.renew(today + timedelta(days=1))[place.pk]


def test_an_id_is_a_uuid5_as_the_library_makes_it():
    space = uuid.UUID("5b6f6a0e-3f0b-5d0b-8f3c-2a3c0d7c9e41")
    for word in map(str, range(50)):
        assert made_id("unit", word) == ids_under("unit")(word) == str(uuid.uuid5(space, f"unit\x1f{word}"))
