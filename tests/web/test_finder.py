"""The finder in the browser's eyes: honest, kind to bad input, never a dead end, and blind to people."""

import gzip
import html
import re
from datetime import date, timedelta
from uuid import UUID, uuid5

import brotli
import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from handrail.core.match import RULE
from handrail.records.directory.models import (
    CapacityStatement,
    Location,
    Organization,
    Program,
    Responsiveness,
    Source,
    Version,
)
from handrail.web.fact_words import FACT_WORDS
from handrail.web.finder_words import KIND_WORDS, MUST_WORDS, PAYER_WORDS, RULE_WORDS
from handrail.web.public.finder_page import steps

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
    assert "does not treat opioid use, or not with medicine" in page
    assert all(str(sentence) in page for sentence in RULE_WORDS)


def test_old_room_is_not_room(client, place, program_source):
    say_room(place("River House"), program_source, hours=24 * 30)
    page = results(client, "n=80202").content.decode()
    assert "We do not know if there is room." in page
    assert "3 openings" not in page


def test_a_change_is_seen_after_its_version(client, place, program_source):
    river = place("River House")
    assert "We do not know if there is room." in results(client, "n=80202").content.decode()
    say_room(river, program_source)
    Version.objects.update_or_create(pk=1, defaults={"number": 5})
    Program.objects.update(changed=5)
    assert "3 openings" in results(client, "n=80202").content.decode()


def test_the_program_page_shows_no_old_number(client, place, program_source):
    say_room(place("River House"), program_source, openings=7777, hours=24 * 30)
    page = client.get("/p/river-house/").content.decode()
    assert "7777" not in page
    assert 'Openings: <span lang="en">Visits</span>' in page


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


def links(page):
    """The other searches a page offers: words to address."""
    section = page[page.index('class="more"') :].split("</section>")[0]
    return {words: html.unescape(address) for address, words in re.findall(r'<a href="([^"]+)">([^<]+)</a>', section)}


def test_nothing_near_is_never_a_dead_end(client, place):
    place("Far House", "SA OP BU MD TELE", latitude=40.3)
    page = results(client, "n=80202&k=m").content.decode()
    assert "0 places near Denver" in page
    assert list(links(page)) == [
        "1 place within 60 miles",
        "1 place within 60 miles that may help with rides",
        "1 place within 60 miles that may see you by video or phone",
    ]
    assert 'href="/ask/"' in page
    assert "988" in page
    for address in links(page).values():
        assert "Far House" in results(client, address.removeprefix("?")).content.decode()


@pytest.mark.parametrize(
    ("wishes", "first"),
    [
        ("k=h&m=es", "Without “Recovery housing” there are 2 places"),
        ("m=y&m=es", "Without “Under 18” there are 2 places"),
        ("k=h&m=y", "Without what you picked there are 2 places"),
    ],
)
def test_the_wish_to_give_up_that_finds_most_comes_first(client, place, wishes, first):
    place("Adults One", "SA OP BU MD ADLT YAD")
    place("Adults Two", "SA OP BU MD ADLT YAD")
    offered = links(results(client, f"n=80202&{wishes}").content.decode())
    assert next(iter(offered)) == first
    again = results(client, offered[first].removeprefix("?")).content.decode()
    assert "2 places near Denver" in again


def test_few_places_are_shown_with_where_there_are_more(client, place):
    place("Near House")
    place("Far House", latitude=40.3)
    page = results(client, "n=80202").content.decode()
    assert "1 place near Denver" in page
    assert "More places" in page
    assert "2 places within 60 miles" in links(page)


def test_from_an_island_the_nearest_is_offered_however_far(client, place):
    place("Far House")
    page = results(client, "n=96799&k=m").content.decode()
    assert list(links(page)) == ["The nearest places there are, however far"]
    assert "Far House" in results(client, next(iter(links(page).values())).removeprefix("?")).content.decode()


def test_ten_to_a_page_and_a_page_too_far_is_the_last(client, place):
    for number in range(23):
        place(f"House {number}")
    assert results(client, "n=80202").content.count(b'class="card offer"') == 10
    last = results(client, "n=80202&pg=99").content.decode()
    assert last.count('class="card offer"') == 3
    assert 'aria-current="page"><span class="unseen">Page </span>3' in last


@pytest.mark.parametrize("url", ["/find/", "/find/results/?n=80202&k=m"])
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


@pytest.mark.django_db(transaction=True)
def test_the_finder_asks_the_database_nothing_once_it_has_a_snapshot(client, place, program_source):
    """So it goes on answering when the database does not."""
    say_room(place("River House"), program_source)
    assert "3 openings" in results(client, "n=80202").content.decode()

    def away(*_args):
        raise OperationalError("away")

    with connection.execute_wrapper(away):
        assert "3 openings" in results(client, "n=80202&k=m").content.decode()
        assert "Did you mean" in results(client, "n=Sprngfield").content.decode()
        assert results(client, "n=Springfield").status_code == 200
        assert client.get("/find/").status_code == 200


def test_every_fact_kind_payer_and_must_have_has_words():
    from handrail.core.facts import FACTS  # noqa: PLC0415
    from handrail.core.needs import KINDS, MUSTS, PAYERS  # noqa: PLC0415

    for table, words in ((FACTS, FACT_WORDS), (KINDS, KIND_WORDS), (PAYERS, PAYER_WORDS), (MUSTS, MUST_WORDS)):
        assert set(table) == set(words)
    assert tuple(map(str, RULE_WORDS)) == RULE


def test_pages_that_are_left_out_leave_a_gap():
    assert steps(1, 9) == [(1, False), (2, False), (3, False), (9, True)]
    assert steps(5, 9) == [(1, False), (3, True), (4, False), (5, False), (6, False), (7, False), (9, True)]


@pytest.mark.parametrize(("accept", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0", ""), ("", "")])
def test_a_page_goes_out_as_small_as_the_browser_takes_it(client, place, accept, encoding):
    place("River House")
    page = client.get("/find/results/?n=80202", headers={"Accept-Encoding": accept})
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]
    assert page.headers.get("Content-Encoding", "") == encoding
    assert page.headers["Vary"].count("Accept-Encoding") == 1
    assert b"River House" in unpack(page.content)


def test_a_card_says_how_a_place_answers_us_and_from_how_many_requests(client, place):
    river, slow = place("River House"), place("Slow House")
    counts = ("acknowledged", "answered", "accepted", "declined", "due_to_arrive", "arrived", "due_at_90", "stayed_90")
    figures = dict.fromkeys(counts, 0) | {"since": date(2026, 6, 1), "as_of": timezone.now(), "asked": 14}
    figures |= {"answered": 14, "accepted": 14}
    Responsiveness.objects.create(program=river, answer_minutes=22, **figures)
    Responsiveness.objects.create(program=slow, answer_minutes=300, **figures)
    page = results(client, "n=80202").content.decode()
    assert "Answers us in 22 minutes, half of the time (14 requests)" in page
    assert "Takes 5 hours or more to answer us, half of the time (14 requests)" in page
    assert page.index("River House") < page.index("Slow House")


def test_a_place_can_be_saved_from_the_list_without_a_cookie_from_us_before(client, place):
    place("River House")
    page = results(client, "n=80202")
    assert not page.cookies
    assert 'action="/find/save/"' in page.content.decode()
    assert "csrf" not in page.content.decode()


def test_a_hostile_name_is_only_text(client, place):
    """Names, towns and hours come from files: nothing of them may be read as HTML, and no mark of ours be forged."""
    place('<script>x</script> & "Sons"', walk_in_hours="<b>7</b> \ue000name\ue001", phone="<i>1")
    page = results(client, "n=80202").content.decode()
    assert "&lt;script&gt;x&lt;/script&gt; &amp; &quot;Sons&quot;" in page
    assert "&lt;b&gt;7&lt;/b&gt; \ue000name\ue001" in page
    assert "<script>x" not in page
    assert "<i>" not in page


def test_what_a_place_says_now_is_shown_and_not_what_it_said_before(client, place):
    river = place("River House")
    assert "Buprenorphine: yes." in results(client, "n=80202").content.decode()
    river.codes = "SA OP"
    river.changed = 6
    river.save()
    Version.objects.update_or_create(pk=1, defaults={"number": 6})
    assert "Buprenorphine: not known." in results(client, "n=80202").content.decode()
