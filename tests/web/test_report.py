"""Something wrong? The form, who counts once, and what the place's page then says; a true walk through the site."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from handrail.actions.directory.say import state_capacity
from handrail.records.directory.models import Report
from handrail.web.person import report
from tests import build

pytestmark = pytest.mark.django_db
HERE, THERE = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "203.0.113.8"}


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def river():
    return build.program("River House", slug="river-house")


def tell(client, kind, where=HERE, **more):
    return client.post("/report/river-house/", {"kind": kind, **more}, **where)


def page_of(client):
    return client.get("/p/river-house/").content.decode()


def test_the_form_asks_in_order_and_keeps_the_emergency_lines(client, river):
    response = client.get("/report/river-house/")
    page = response.content.decode()
    words = ("phone number is wrong", "has closed", "is full", "take my plan", "money first", "treated badly")
    assert [page.index(each) for each in words] == sorted(page.index(each) for each in words)
    assert "tel:911" in page
    assert response["Cache-Control"] == "no-store"
    assert set(response.cookies) == {"f"}, "the form's own token and nothing else"
    assert 'href="/report/river-house/"' in page_of(client)


def test_one_line_with_many_addresses_is_one_person(client, river):
    for subnet in ("1", "2", "ffff"):
        assert tell(client, "closed", {"REMOTE_ADDR": f"2001:db8:7:{subnet}::1"}).status_code == 302
    assert Report.objects.count() == 1
    tell(client, "closed", {"REMOTE_ADDR": "2001:db8:8:1::1"})
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [({}, "Choose what is wrong"), ({"kind": "x"}, "There is a problem"), ({"kind": "plan"}, "Choose which plan")],
)
def test_an_unfinished_form_says_what_to_do_and_keeps_what_was_chosen(client, river, given, words):
    response = client.post("/report/river-house/", given)
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "<title>Error:" in page
    assert ('value="plan" ' in page.split("checked")[0][-200:]) == (given == {"kind": "plan"})
    assert not Report.objects.exists()


def test_a_plan_that_was_chosen_for_another_answer_is_left_out(client, river):
    assert tell(client, "closed", about="nonsense").status_code == 302
    tell(client, "plan", about="medicaid")
    assert sorted(Report.objects.values_list("kind", "about")) == [("closed", ""), ("plan", "medicaid")]


def test_thanks_say_what_happens_and_not_what_was_told(client, river):
    response = tell(client, "treated_badly")
    assert response["Location"] == "/report/river-house/thanks/"
    thanks = client.get(response["Location"]).content.decode()
    assert "within 24 hours" in thanks
    assert "We did not keep who you are" in thanks
    assert client.get("/es/report/river-house/thanks/").status_code == 200


def test_a_token_is_needed(river):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/report/river-house/", {"kind": "closed"}).status_code == 403
    assert not Report.objects.exists()


def test_an_unknown_place_is_not_there_and_a_joined_one_leads_on(client, river):
    build.program("River House West", slug="river-west", merged_into=river)
    assert client.get("/report/nowhere/").status_code == 404
    assert client.get("/report/river-west/")["Location"] == "/report/river-house/"
    assert client.get("/report/nowhere/thanks/").status_code == 200


def test_one_address_counts_once_a_day_for_the_same_thing_and_is_thanked_twice(client, river):
    assert [tell(client, "wrong_number")["Location"] for _twice in range(2)] == ["/report/river-house/thanks/"] * 2
    assert Report.objects.count() == 1
    tell(client, "full")
    tell(client, "wrong_number", where=THERE)
    assert Report.objects.count() == 3


def test_only_so_many_an_hour_from_one_address_and_from_all(client, river, monkeypatch):
    monkeypatch.setattr(report, "BY_ADDRESS", report.Limit("report", 1, 3600))
    tell(client, "full")
    stopped = tell(client, "closed")
    assert stopped.status_code == 429
    assert "wait an hour" in stopped.content.decode()
    monkeypatch.setattr(report, "BY_ALL", report.Limit("reports", 1, 3600))
    assert tell(client, "closed", where=THERE).status_code == 429
    assert Report.objects.count() == 1


def test_the_address_is_kept_nowhere(client, river):
    tell(client, "full")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        kept = str(cursor.fetchall())
    assert "report_alike" in kept
    assert "203.0.113" not in kept
    assert str(river.pk) not in kept, "nor which place it was about"


def test_from_a_report_to_a_page_that_no_longer_claims_it(client, river):
    assert "Call 970-555-0142" in page_of(client)
    tell(client, "wrong_number")
    assert "Call 970-555-0142" in page_of(client), "one voice changes nothing"
    tell(client, "wrong_number", where=THERE)
    page = page_of(client)
    assert "970-555-0142" not in page
    assert "We do not know a number that works." in page
    assert '<a class="button" href="/ask/?p=river-house">' in page
    assert "checking" not in page, "said only once somebody has looked"
    Report.objects.update(seen_at=timezone.now())
    build_again(river)
    assert "We are checking this." in page_of(client)


def test_a_plan_two_people_doubt_is_not_known_and_then_being_checked(client, river):
    assert "<dt>Medicaid</dt><dd>Yes</dd>" in page_of(client)
    for where in (HERE, THERE):
        tell(client, "plan", where=where, about="medicaid")
    assert "<dt>Medicaid</dt><dd>Yes</dd>" not in page_of(client)
    Report.objects.update(seen_at=timezone.now())
    build_again(river)
    assert re.search(r"<dt>Medicaid</dt><dd>Not known</dd><dd[^>]*>We are checking this.</dd>", page_of(client))


def test_what_was_not_kept_may_be_told_again(client, river, monkeypatch):
    def fails(*_args, **_words):
        raise OperationalError("away")

    kept = report.report
    monkeypatch.setattr(report, "report", fails)
    assert tell(client, "closed").status_code == 503
    monkeypatch.setattr(report, "report", kept)
    tell(client, "closed")
    assert Report.objects.count() == 1


def build_again(program):
    """What an editor's action does when it writes: every process is told."""
    from handrail.actions.directory.sources import bump_version  # noqa: PLC0415

    bump_version([program.pk])


def test_two_who_say_closed_put_a_line_and_take_the_openings_away(client, cast):
    place, now = cast.river_house, timezone.now()
    type(place).objects.filter(pk=place.pk).update(slug="river-house")
    room = {"actor": cast.actor("luis"), "label": "Beds", "kind": "beds", "openings": 2}
    state_capacity(place, **room, now=now - timedelta(hours=1))
    assert "2 openings" in page_of(client)
    for where in (HERE, THERE):
        tell(client, "closed", where=where)
    page = page_of(client)
    assert "It may have closed." in page
    client.post("/find/save/", {"p": "river-house"}, HTTP_SEC_FETCH_SITE="same-origin")
    for path in ("/find/saved/", "/find/compare/?c=river-house"):
        assert "It may have closed." in client.get(path).content.decode()
    assert "2 openings" not in page


def test_the_program_answers_a_report_of_full_with_its_own_new_word(client, cast):
    place, now = cast.river_house, timezone.now()
    type(place).objects.filter(pk=place.pk).update(slug="river-house")
    room = {"actor": cast.actor("luis"), "label": "Beds", "kind": "beds", "openings": 2}
    state_capacity(place, **room, now=now - timedelta(hours=1))
    for where in (HERE, THERE):
        tell(client, "full", where=where)
    assert "We do not know if there is room." in page_of(client)
    state_capacity(place, **room, now=timezone.now() + timedelta(seconds=1))
    assert "2 openings" in page_of(client)
