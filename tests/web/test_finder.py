"""The finder in the browser's eyes: honest, kind to bad input, never a dead end, and blind to people."""

from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from handrail.core.match import RULE
from handrail.records.directory import snapshot as snapshots
from handrail.records.directory.models import (
    CapacityStatement,
    Fact,
    Location,
    Organization,
    Program,
    Source,
    Version,
)
from handrail.web.fact_words import FACT_WORDS
from handrail.web.finder_words import KIND_WORDS, MUST_WORDS, PAYER_WORDS, RULE_WORDS
from handrail.web.public import finder
from handrail.web.public.finder_form import Search

pytestmark = pytest.mark.django_db
ROOT = UUID(int=7)


@pytest.fixture
def source():
    return Source.objects.create(key="survey", name="The survey", is_sample=True, lasts_days=30_000)


@pytest.fixture
def program_source():
    return Source.objects.create(key="program", name="The program")


@pytest.fixture
def place(source):
    def make(name, codes="SA OP BU MD SF", *, latitude=39.75, longitude=-104.99, **more):
        key = name.lower().replace(" ", "-")
        owner = Organization.objects.create(id=uuid5(ROOT, f"o{key}"), name=name)
        where = Location.objects.create(
            id=uuid5(ROOT, f"l{key}"), organization=owner, street1="12 Mill Lane", city="Denver", state="CO",
            zip5="80202", latitude=latitude, longitude=longitude, geocode="file",
        )  # fmt: skip
        more = {"phone": "303-555-0142"} | more
        return Program.objects.create(
            id=uuid5(ROOT, key), organization=owner, location=where, name=name, slug=key, codes=codes,
            source=source, source_key=key, fingerprint=key, observed_on=date(2023, 3, 31), **more,
        )  # fmt: skip

    return make


def say_room(program, source, openings=3, hours=3):
    CapacityStatement.objects.create(
        program=program, label="Visits", kind="visits", openings=openings, source=source,
        stated_at=timezone.now() - timedelta(hours=hours), stated_by="intake:1",
    )  # fmt: skip


def results(client, query):
    return client.get(f"/find/results/?{query}")


def test_the_form_asks_and_sets_no_cookie(client):
    page = client.get("/find/")
    assert page.status_code == 200
    assert not page.cookies
    assert b"Medicine for opioid use" in page.content


def test_results_say_room_with_who_and_when_and_why(client, place, program_source):
    river = place("River House", walk_in_hours="7 to 11 AM")
    say_room(river, program_source)
    place("Talk Only", "SA OP ICO NMOA MD")
    page = results(client, "n=80202&p=a").content.decode()
    assert "2 places near Denver" in page
    assert "<b>3 openings.</b> Confirmed by the program 3 h ago." in page
    assert page.index("River House") < page.index("Talk Only")
    assert "Takes Medicaid (Mar\N{NO-BREAK SPACE}2023)" in page
    assert "No one can pay to be higher." in page
    assert "/ask/?p=river-house" in page
    assert "does not use medicine for opioid use" in page
    assert all(str(sentence) in page for sentence in RULE_WORDS)


def test_old_room_is_not_room(client, place, program_source):
    say_room(place("River House"), program_source, hours=24 * 30)
    page = results(client, "n=80202").content.decode()
    assert "We do not know if there is room." in page
    assert "3 openings" not in page


def test_no_query_once_the_snapshot_stands(client, place):
    place("River House")
    results(client, "n=80202")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert results(client, "n=80202&k=m").status_code == 200
    # Inside a test's transaction the version is looked at each time; nothing else is read.
    assert [query["sql"] for query in asked.captured_queries if "directory_version" not in query["sql"]] == []


def test_a_change_is_seen_after_its_version(client, place, program_source):
    river = place("River House")
    assert "We do not know if there is room." in results(client, "n=80202").content.decode()
    say_room(river, program_source)
    Version.objects.update_or_create(pk=1, defaults={"number": 5})
    assert "3 openings" in results(client, "n=80202").content.decode()


def test_the_program_page_shows_no_old_number(client, place, program_source):
    say_room(place("River House"), program_source, openings=7777, hours=24 * 30)
    page = client.get("/p/river-house/").content.decode()
    assert "7777" not in page
    assert "Openings: Visits" in page


def test_a_program_that_is_gone_is_not_listed(client, place):
    place("Gone House", gone_on=date(2026, 1, 1))
    assert "Gone House" not in results(client, "n=80202").content.decode()
    assert client.get("/p/gone-house/").status_code == 404


@pytest.mark.parametrize("query", ["", "n=", "n=%20"])
def test_no_place_is_asked_for_kindly(client, query):
    page = results(client, query)
    assert page.status_code == 422
    assert b"Enter a ZIP or town" in page.content


def test_a_misspelled_town_is_not_guessed_but_offered(client):
    page = results(client, "n=Springfeild&k=m")
    assert page.status_code == 422
    assert b"Did you mean" in page.content
    assert b"n=Springfield%2C+" in page.content
    assert b"k=m" in page.content


def test_a_town_of_many_states_is_a_choice(client):
    page = results(client, "n=Springfield&k=m")
    assert page.status_code == 200
    assert b"n=Springfield%2C+IL&amp;k=m" in page.content


def test_nothing_near_is_never_a_dead_end(client, place):
    place("Far House", "SA OP BU MD TELE", latitude=40.3)
    page = results(client, "n=80202&k=m").content.decode()
    assert "0 places near Denver" in page
    assert "1 place within 60 miles" in page
    assert "by video or phone" in page
    assert 'href="/ask/"' in page
    assert "988" in page


def test_ten_to_a_page_and_a_page_too_far_is_the_last(client, place):
    for number in range(23):
        place(f"House {number}")
    assert results(client, "n=80202").content.count(b'class="card offer"') == 10
    last = results(client, "n=80202&pg=99").content.decode()
    assert last.count('class="card offer"') == 3
    assert 'aria-current="page"><span class="unseen">Page </span>3' in last


def test_the_program_page_says_where_each_fact_came_from(client, place, program_source):
    river = place("River House", day_one=["You check in."], intake_phone="303-555-0117")
    Fact.objects.create(
        program=river, key="same_day_start", value="yes", source=program_source,
        observed_on=timezone.now().date(), expires_on=date(2999, 1, 1),
    )  # fmt: skip
    Fact.objects.create(
        program=river, key="wheelchair", value="yes", source=program_source,
        observed_on=date(2024, 1, 1), expires_on=date(2024, 6, 1),
    )  # fmt: skip
    page = client.get("/p/river-house/").content.decode()
    assert "The survey, Mar\N{NO-BREAK SPACE}2023" in page
    assert "Said by the program, today" in page
    assert "You check in." in page
    wheelchair = page[page.index("Wheelchair") :]
    assert wheelchair.index("Not known") < wheelchair.index("</div>"), "a fact past its expiry reads as unknown"
    assert 'href="tel:+13035550142"' in page


@pytest.mark.parametrize("url", ["/find/", "/find/results/?n=80202&k=m", "/p/river-house/"])
def test_pages_hold_no_style_no_script_and_nobody_elses_address(client, place, url):
    place("River House")
    page = client.get(url).content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert "http://" not in page


def test_spanish_writes_the_drawing_with_points(client, place):
    place("River House", latitude=39.8)
    page = client.get("/es/find/results/?n=80202").content.decode()
    assert 'lang="es"' in page
    assert 'r="24.0"' in page


def test_the_finder_lives_on_when_the_database_does_not(client, place, monkeypatch):
    place("River House")
    assert results(client, "n=80202").status_code == 200

    def away(*args, **kwargs):
        from django.db import OperationalError  # noqa: PLC0415

        raise OperationalError("away")

    monkeypatch.setattr(snapshots, "read_version", away)
    assert b"River House" in results(client, "n=80202&k=m").content


def test_every_fact_kind_payer_and_must_have_has_words():
    from handrail.core.facts import FACTS  # noqa: PLC0415
    from handrail.core.needs import KINDS, MUSTS, PAYERS  # noqa: PLC0415

    for table, words in ((FACTS, FACT_WORDS), (KINDS, KIND_WORDS), (PAYERS, PAYER_WORDS), (MUSTS, MUST_WORDS)):
        assert set(table) == set(words)
    assert tuple(map(str, RULE_WORDS)) == RULE


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["n", "k", "p", "m", "r", "o", "pg", "x"]), st.text(max_size=100)))
def test_no_query_string_breaks_it(client, query):
    for path in ("/find/", "/find/results/"):
        assert client.get(path, query).status_code in (200, 422)


def test_pages_that_are_left_out_leave_a_gap() -> None:
    links = finder._page_links(Search("80202", (), "", (), 25, "best", 1), 1, 9)
    assert [(page, has_gap) for page, _, has_gap in links] == [(1, False), (2, False), (3, False), (9, True)]
