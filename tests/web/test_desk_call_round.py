"""The call-round: who is on it, in which order, what is heard, and two counselors at once."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from handrail.actions.directory import calls as actions
from handrail.records.directory.models import CallTry, CapacityLink, CapacityStatement, Program
from handrail.web.desk.calls import standings
from tests import build
from tests.cast import Cast
from tests.web.program_cast import a_program, a_row, signed_in

pytestmark = pytest.mark.django_db
HERE = "/desk/call-round/"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return signed_in(cast.tasha)


def names(client: Client, page: int = 1) -> list[str]:
    return re.findall(r"<h2><a[^>]*>([^<]*)</a></h2>", client.get(f"{HERE}?page={page}").content.decode())


def seen(program: Program) -> str:
    return actions.last_said(list(actions.rows_of(program)))


def post(client: Client, program: Program, do: str, *, saw: str | None = None, **fields):
    saw = seen(program) if saw is None else saw
    return client.post(HERE, {"program": program.pk, "do": do, "seen": saw, **fields}, follow=True)


def test_only_programs_that_matter_are_called_in_the_printed_order(cast: Cast, desk: Client) -> None:
    now = timezone.now()
    build.program("Never heard of")
    old, older, fresh = a_program("Old Word"), a_program("Older Word"), a_program("Fresh Word")
    a_row(old, "Beds", 1, hours_ago=20, kind="beds")
    a_row(older, "Visits", 1, hours_ago=100)
    a_row(fresh, "Beds", 1, hours_ago=2, kind="beds")
    a_row(a_program("One of two"), "Beds", 1, hours_ago=13, kind="beds")
    a_row(Program.objects.get(name="One of two"), "Visits", 1, hours_ago=1)
    gone = a_program("Gone")
    a_row(gone, "Beds", 1, hours_ago=30, kind="beds")
    Program.objects.filter(pk=gone.pk).update(gone_on=now.date())
    second = a_program("Second entry")
    a_row(second, "Visits", 1, hours_ago=200)
    Program.objects.filter(pk=second.pk).update(merged_into=old)
    asked, long_ago = a_program("Asked"), a_program("Asked long ago")
    build.referral(asked, actor=cast.actor("tasha"), now=now - timedelta(days=3))
    build.referral(long_ago, actor=cast.actor("tasha"), now=now - timedelta(days=31))
    staffed = sorted((cast.river_house, cast.oak_street), key=lambda program: str(program.pk))
    expected = ["Asked", *(program.name for program in staffed), "Old Word", "Older Word", "One of two"]
    assert names(desk) == expected
    page = desk.get(HERE).content.decode()
    assert "Order: where we offered or asked in the last 30 days" in page
    assert "6 places to call" in page
    assert page.count("Offered or asked lately") == 1
    assert "Nobody has ever said its openings." in page


def test_the_number_to_call_and_what_was_last_said(desk: Client) -> None:
    program = a_program("Harbor Steps")
    Program.objects.filter(pk=program.pk).update(intake_phone="970-555-0199")
    a_row(program, "Beds", 0, hours_ago=20, kind="beds", waiting=4, next_opening_on=timezone.now().date())
    a_row(program, "Visits", 2, hours_ago=300)
    page = desk.get(HERE).content.decode()
    assert "tel:+19705550199" in page
    assert "tel:+19705550142" in page
    assert re.search(r"<b>Beds</b> Full, next about \w+ \d+, 4 waiting<", page)
    assert re.search(r"<b>Visits</b> 2 openings<", page)
    assert "Sample directory, 12 days ago · the page says not known" in page


def test_still_right_is_our_teams_word_now_and_the_place_leaves_the_list(cast: Cast, desk: Client) -> None:
    program = a_program("Harbor Steps")
    a_row(program, "Beds", 2, hours_ago=20, kind="beds")
    a_row(program, "Visits", 1, hours_ago=2)
    page = post(desk, program, "still").content.decode()
    assert "Harbor Steps: every row is confirmed" in page
    assert "Harbor Steps" not in names(desk)
    assert set(CapacityStatement.objects.values_list("source", flat=True)) == {"desk"}
    assert 'Just done: <a href="/p/harbor-steps/">Harbor Steps</a> <span class="quiet">Tasha R., just now' in page


def test_numbers_that_were_heard_are_said_and_a_row_left_empty_stays(desk: Client) -> None:
    program = a_program("Harbor Steps")
    a_row(program, "Beds", 2, hours_ago=20, kind="beds")
    a_row(program, "Visits", 1, hours_ago=80)
    beds = CapacityStatement.objects.get(label="Beds")
    fields = {f"row{beds.pk}-openings": 0, f"row{beds.pk}-next_opening_on": "2030-01-05", f"row{beds.pk}-waiting": 3}
    new = {"new-label": "Day program", "new-kind": "visits", "new-openings": 4}
    assert "what they said is shown" in post(desk, program, "say", **fields, **new).content.decode()
    beds.refresh_from_db()
    assert (beds.openings, str(beds.next_opening_on), beds.waiting, beds.source_id) == (0, "2030-01-05", 3, "desk")
    assert CapacityStatement.objects.get(label="Day program").openings == 4
    assert CapacityStatement.objects.get(label="Visits").source_id != "desk"
    assert "Harbor Steps" in names(desk), "its visits are still not confirmed"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Write something first."),
        ({"new-openings": "many", "new-label": "Beds"}, "Enter a whole number."),
        ({"new-openings": 3}, "Name the service"),
        ({"new-waiting": 3, "new-label": "Beds"}, "Write a number, 0 for full."),
        ({"new-openings": 1, "new-label": "Beds", "new-kind": "rooms"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_said_is_shown_again_as_typed(desk: Client, fields, words) -> None:
    program = a_program("Harbor Steps")
    a_row(program, "Visits", 1, hours_ago=200)
    answer = post(desk, program, "say", **fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert '<details class="c-more" open>' in page
    assert page.index("Harbor Steps") < page.index("Oak Street")
    assert CapacityStatement.objects.count() == 1


def test_no_answer_moves_a_place_down_for_two_hours_and_says_who_tried(cast: Cast, desk: Client) -> None:
    program = a_program("Harbor Steps")
    a_row(program, "Beds", 2, hours_ago=20, kind="beds")
    a_row(a_program("Quill Clinic"), "Beds", 2, hours_ago=19, kind="beds")
    assert names(desk)[-2:] == ["Harbor Steps", "Quill Clinic"]
    assert "Harbor Steps: no answer." in post(desk, program, "no_answer").content.decode()
    other = signed_in(cast.omar)
    assert names(other)[-2:] == ["Quill Clinic", "Harbor Steps"]
    assert "Tried just now by Tasha R., no answer<" in other.get(HERE).content.decode()
    assert "3 places to call" in other.get(HERE).content.decode()
    CallTry.objects.update(at=timezone.now() - timedelta(hours=2))
    assert names(desk)[-2:] == ["Harbor Steps", "Quill Clinic"]
    assert "Tried 2 h ago by Tasha R." in desk.get(HERE).content.decode()


@pytest.mark.parametrize("do", ["still", "say", "no_answer"])
def test_the_second_of_two_counselors_reads_that_it_was_just_done(cast: Cast, desk: Client, do: str) -> None:
    program = a_program("Harbor Steps")
    a_row(program, "Beds", 2, hours_ago=20, kind="beds")
    saw = seen(program)
    post(signed_in(cast.omar), program, "still", saw=saw)
    fields = {"new-label": "Visits", "new-openings": 1} if do == "say" else {}
    answer = post(desk, program, do, saw=saw, **fields)
    assert answer.status_code == 409
    assert "Omar V. has just said the openings of Harbor Steps." in answer.content.decode()
    assert (CapacityStatement.objects.count(), CallTry.objects.count()) == (1, 0)


def test_a_link_is_made_on_the_phone_shown_once_and_turned_off(desk: Client) -> None:
    program = a_program("Harbor Steps")
    at, here = f"{HERE}link/", {"program": program.pk}
    page = desk.post(at, {**here, "do": "make"}, follow=True).content.decode()
    address = re.search(r'value="http://testserver(/c/[^"]+/)"', page)[1]
    again = desk.get(at, here).content.decode()
    assert "/c/" not in again
    assert "Sent by our team" in again
    assert Client().get(address).status_code == 200
    link = CapacityLink.objects.get(program=program)
    assert "turned off" in desk.post(at, {**here, "do": "revoke", "link": link.pk}, follow=True).content.decode()
    assert Client().get(address).status_code == 410
    assert desk.get(at).headers["Location"] == HERE
    assert desk.get(at, {"program": "x"}).status_code == 404


def test_every_field_has_a_label_of_its_own(desk: Client) -> None:
    for name in ("Harbor Steps", "Quill Clinic"):
        a_row(a_program(name), "Beds", 2, hours_ago=20, kind="beds")
    page = desk.get(HERE).content.decode()
    ids = re.findall(r'<(?:input|select)[^>]* id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 4 * 5 + 2 * 3
    assert set(ids) <= set(re.findall(r'<label for="([^"]+)"', page))


def test_a_hundred_places_cost_no_more_statements_than_two(desk: Client) -> None:
    a_row(a_program("Place"), "Beds", 2, hours_ago=20, kind="beds")
    counts = []
    for many in (0, 100):
        for number in range(many):
            a_row(a_program(f"Place {number}"), "Beds", 2, hours_ago=20 + number, kind="beds")
        desk.get(HERE)
        with CaptureQueriesContext(connection) as statements:
            desk.get(HERE)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[1] <= 16
    assert len(names(desk)) == 20
    assert len({*names(desk), *names(desk, 2), *names(desk, 6), *names(desk, 999)}) == 43


def test_the_rail_counts_at_most_once_a_minute(desk: Client, cast: Cast) -> None:
    caches["memory"].clear()
    page = desk.get("/desk/mine/").content.decode()
    assert re.search(r"Calls<b>2</b>", page), "the two programs with intake staff have said nothing"
    a_row(a_program("Harbor Steps"), "Beds", 2, hours_ago=20, kind="beds")
    assert re.search(r"Calls<b>2</b>", desk.get("/desk/mine/").content.decode())
    assert re.search(r"Calls<b>3</b>", desk.get(HERE).content.decode())
    assert "/desk/call-round/" in desk.get("/desk/?lists=yes").content.decode()


@pytest.mark.parametrize("wrong", [{"program": "x"}, {"do": "fly"}, {"do": "still", "seen": ""}, {"program": ""}])
def test_a_forged_form_changes_nothing(desk: Client, wrong) -> None:
    program = a_program("Harbor Steps")
    assert desk.post(HERE, {"program": program.pk, "do": "say", "seen": "", **wrong}).status_code == 404
    assert not CapacityStatement.objects.exists()


def test_an_answer_from_long_ago_is_no_reason_to_come_first(cast: Cast) -> None:
    now: datetime = timezone.now()
    build.referral(cast.oak_street, actor=cast.actor("tasha"), now=now - timedelta(days=40))
    assert not any(each.is_recent for each in standings(now))
