"""Saved places and places side by side: one signed cookie that goes with the browser, and no account."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handrail.web.public.saved import MOST_SAVED
from tests import build

pytestmark = pytest.mark.django_db
OURS = {"HTTP_SEC_FETCH_SITE": "same-origin"}


@pytest.fixture
def places():
    return [build.program(f"House {letter}", slug=f"house-{letter.lower()}") for letter in "ABCD"]


def save(client, slug, **headers):
    return client.post("/find/save/", {"p": slug}, **(headers or OURS))


def names(client):
    page = client.get("/find/saved/").content.decode()
    return [name for name in (f"House {letter}" for letter in "ABCD") if f">{name}</a>" in page]


def test_save_list_remove_and_forget(client, places):
    for slug in ("house-b", "house-a", "house-b", "nowhere"):
        save(client, slug)
    assert names(client) == ["House A", "House B"]
    page = client.get("/find/saved/")
    assert page["Cache-Control"] == "no-store"
    assert "We do not know if there is room." in page.content.decode()
    assert "Call 970-555-0142" in page.content.decode()
    client.post("/find/save/", {"remove": "house-b"}, **OURS)
    assert names(client) == ["House A"]
    gone = client.post("/find/save/", {"forget": "1"}, **OURS)
    assert gone.cookies["k"]["max-age"] == 0
    assert names(client) == []


def test_the_cookie_is_signed_hidden_from_scripts_and_goes_with_the_browser(client, places):
    cookie = save(client, "house-a").cookies["k"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"], cookie["expires"]) == (True, "Lax", "", "")
    assert "house" not in cookie.value
    client.cookies["k"] = cookie.value.replace(cookie.value[:4], "AAAA", 1)
    assert names(client) == [], "what we did not sign is not read"
    for text in ("", "x", ":", "%00", "a.b:c"):
        client.cookies["k"] = text
        assert client.get("/find/saved/").status_code == 200


def test_ten_at_most_and_it_says_so(client):
    for number in range(MOST_SAVED + 1):
        build.program(f"Place {number}", slug=f"place-{number}")
    answers = [save(client, f"place-{number}").status_code for number in range(MOST_SAVED + 1)]
    assert answers == [302] * MOST_SAVED + [422]
    full = save(client, f"place-{MOST_SAVED}")
    assert "You have 10 saved places" in full.content.decode()
    assert len(client.cookies["k"].value) < 400
    assert save(client, "place-3").status_code == 302, "one that is there already is no eleventh"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_SEC_FETCH_SITE": "same-origin"}, 302),
        ({"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "http://testserver"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "same-site"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "none"}, 403),
        ({"HTTP_ORIGIN": "http://testserver"}, 302),
        ({"HTTP_ORIGIN": "https://elsewhere.example"}, 403),
        ({"HTTP_ORIGIN": "null", "HTTP_REFERER": "http://testserver/find/"}, 403),
        ({"HTTP_REFERER": "http://testserver/p/house-a/"}, 302),
        ({"HTTP_REFERER": "http://testserver.elsewhere.example/"}, 403),
        ({"HTTP_USER_AGENT": "says nothing"}, 403),
    ],
)
def test_only_our_own_page_may_save(places, headers, status):
    client = Client(enforce_csrf_checks=True)
    answer = save(client, "house-a", **headers)
    assert answer.status_code == status
    assert ("k" in answer.cookies) == (status == 302)
    if status == 403:
        assert "That was not saved" in answer.content.decode()


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/find/results/?n=81101&k=m", "/find/results/?n=81101&k=m#saved-house-a"),
        ("http://testserver/es/p/house-a/", "/es/p/house-a/#saved-house-a"),
        ("https://elsewhere.example/find/results/", "/find/saved/"),
        ("http://testserver/find/save/", "/find/saved/"),
        ("javascript:alert(1)", "/find/saved/"),
        ("", "/find/saved/"),
    ],
)
def test_back_to_where_they_were_and_never_elsewhere(client, places, referer, back):
    assert save(client, "house-a", HTTP_REFERER=referer, **OURS)["Location"] == back


def test_only_saving_posts_and_only_posting_saves(client, places):
    assert client.get("/find/save/", {"p": "house-a"}).status_code == 405
    assert save(client, "house-a\0").status_code == 302


def test_leave_site_takes_them_away(client, places):
    save(client, "house-a")
    assert client.post("/leave/").cookies["k"]["max-age"] == 0
    assert Client().get("/go/").cookies["k"]["max-age"] == 0


def test_the_place_page_shows_what_is_saved_to_that_browser_alone(client, places):
    before = client.get("/p/house-a/")
    assert before["Vary"].count("Cookie") == 1
    assert "Saved places (" not in before.content.decode()
    save(client, "house-a")
    after = client.get("/p/house-a/")
    assert after["Cache-Control"] == "no-store"
    assert "Saved places (1)" in after.content.decode()
    assert 'name="remove" value="house-a"' in after.content.decode()
    assert client.get("/find/results/?n=80202").content == Client().get("/find/results/?n=80202").content


def test_a_place_that_was_joined_to_another_stays_saved_as_that_one(client, places):
    first, second = places[:2]
    save(client, "house-a")
    type(first).objects.filter(pk=first.pk).update(merged_into=second)
    from handrail.records.directory.snapshot import forget  # noqa: PLC0415

    forget()
    assert names(client) == ["House B"]


def test_side_by_side_each_place_answers_the_same_questions_in_the_same_order(client, places):
    page = client.get("/find/compare/?c=house-c&c=house-a&c=house-c").content.decode()
    table = page[page.index("<table>") : page.index("</table>")]
    assert table.index("House C") < table.index("House A")
    assert table.index("Openings") < table.index("Buprenorphine") < table.index("Medicaid") < table.index("Wheelchair")
    assert table.count('<th scope="row">') == table.count("<tr>") - 1
    assert table.count("<td") == 2 * (table.count("<tr>") - 1)
    assert "Not known" in table
    assert "Not reported" in table


@pytest.mark.parametrize(
    ("query", "shown", "words"),
    [
        ("", 0, "Save two or three places first"),
        ("c=nowhere&c=%00", 0, "Save two or three places first"),
        ("c=house-a", 1, "side by side"),
        ("c=house-a&c=house-b&c=house-c&c=house-d", 3, "These are the first three"),
    ],
)
def test_one_to_three_places(client, places, query, shown, words):
    response = client.get(f"/find/compare/?{query}")
    page = response.content.decode()
    assert response.status_code == 200
    assert words in page
    assert sum(f">House {letter}</a></th>" in page for letter in "ABCD") == shown


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=90), max_size=20), st.text(max_size=60))
def test_no_address_and_no_form_breaks_it(client, named, slug):
    assert client.get("/find/compare/", {"c": named}).status_code == 200
    assert save(client, slug).status_code == 302
