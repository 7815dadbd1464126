"""Asking, one question a page, in both languages."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from handrail.records.casebook.models import Draft, HelpRequest
from tests import build

pytestmark = pytest.mark.django_db

ANSWERS = {
    "who/": {"who": "me"},
    "now/": {"now": "no"},
    "where/": {"place": "81101"},
    "contact/": {"channel": "text"},
    "contact/details/": {"phone": "555-010-0199", "name": "Bird", "best_time": "any", "language": "en"},
    "about/": {"flags": ["wants_medicine"], "words": "It is hard at night."},
}


@pytest.fixture(autouse=True)
def somebody_on(db: None) -> None:
    """A counselor is on shift, so that a time can be named."""
    build.shift(build.staff("rae", role="counselor"), start=timezone.now() - timedelta(hours=1))


def answer(client: Client, upto: str = "", start: str = "/ask/", **changed) -> None:
    """Answer each question in turn, up to and without `upto`."""
    for page, data in ANSWERS.items():
        if page == upto:
            return
        response = client.post(start + page, changed.get(page.strip("/").replace("/", "_"), data))
        assert response.status_code == 302, (page, response.context and response.context["form"].errors)


def code_on(response) -> str:
    return re.search(r'class="code">([^<]+)<', response.content.decode())[1]


@pytest.mark.parametrize("start", ["/ask/", "/es/ask/"])
def test_the_whole_flow_makes_one_request_even_when_send_is_pressed_twice(client, start):
    answer(client, start=start)
    page = client.get(start + "check/")
    assert page.status_code == 200
    assert b"555-010-0199" in page.content
    assert not HelpRequest.objects.exists()
    first = client.post(start + "check/")
    second = client.post(start + "check/")
    assert first.headers["Location"] == second.headers["Location"] == start + "done/"
    assert HelpRequest.objects.count() == 1
    done = client.get(start + "done/")
    again = client.get(start + "done/")
    assert code_on(done) == code_on(again)
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", code_on(done))
    request = HelpRequest.objects.select_related("person").get()
    assert request.person.rule.address == "+15550100199"
    assert not request.person.rule.may_voicemail
    assert request.answers["timezone"].startswith("America/")


def test_nothing_is_set_in_the_browser_before_the_first_question(client):
    start = client.get("/ask/")
    assert not start.cookies
    assert b'<form method="post" action="/leave/"' in start.content
    assert start.content.count(b"<form") == 1, "only Leave site is a form here"


def test_the_answers_cookie_is_for_this_session_only_and_closed_to_scripts(client):
    response = client.post("/ask/who/", {"who": "me"})
    cookie = response.cookies["a"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""
    assert "me" not in cookie.value


@pytest.mark.parametrize(
    ("page", "data", "words"),
    [
        ("who/", {}, "Choose who needs help"),
        ("now/", {}, "Choose one. “I am not sure” is OK"),
        ("where/", {"place": ""}, "Enter a 5-digit ZIP or a town, or check “I move around”"),
        ("where/", {"place": "8110"}, "Enter a 5-digit ZIP or a town, or check “I move around”"),
        ("where/", {"place": "Sprngfieldx"}, "We can&#x27;t find “Sprngfieldx”. Check the spelling or use a ZIP"),
        ("contact/", {}, "Choose how to reach you"),
        ("contact/details/", {"phone": "010-0142"}, "Enter a phone number with area code, like 555-010-0199"),
        ("contact/details/", {"phone": "555010"}, "That number is too short"),
        ("contact/details/", {"phone": "call my mom"}, "Enter a phone number with area code, like 555-010-0199"),
        ("about/", {"words": "x" * 530}, "Your message is 30 letters too long"),
        ("about/", {"words": "x" * 501}, "Your message is 1 letter too long"),
    ],
)
def test_a_problem_says_what_to_do_and_keeps_what_was_typed(client, page, data, words):
    answer(client, upto=page)
    base = {"name": "Bird", "best_time": "any", "language": "en"} if page == "contact/details/" else {}
    response = client.post("/ask/" + page, {**base, **data})
    text = response.content.decode()
    assert response.status_code == 422
    assert words in text
    assert "<title>Error: " in text
    assert "There is a problem" in text
    for typed in {**base, **data}.values():
        assert typed in text


def test_a_town_with_many_namesakes_is_asked_once_more(client):
    answer(client, upto="where/")
    response = client.post("/ask/where/", {"place": "Springfield"})
    assert response.status_code == 422
    assert "Springfield, IL" in response.content.decode()
    response = client.post("/ask/where/", {"place": "Springfield", "pick": "Springfield, IL"})
    assert response.status_code == 302
    assert next(iter(Draft.objects.all())).answers["place"] == "Springfield, IL"


def test_somebody_who_moves_around_needs_no_place(client):
    answer(client, where={"moves_around": "on"})
    assert b"I move around" in client.get("/ask/check/").content


@pytest.mark.parametrize(
    ("danger", "words"),
    [
        ("overdose", "Spray it in one nostril"),
        ("suicide", "Call or text 988"),
        ("sick", "do not stop all at once"),
        ("violence", "1-800-799-7233"),
        ("unsure", "Spray it in one nostril"),
    ],
)
def test_danger_is_answered_at_once_and_the_request_goes_on(client, danger, words):
    client.post("/ask/who/", {"who": "me"})
    response = client.post("/ask/now/", {"now": danger}, follow=True)
    text = response.content.decode()
    main = text[text.index("<main") :]
    assert words in main
    assert main.index("tel:911") < main.index(words)
    assert "Continue my request" in main
    assert client.get("/ask/where/").status_code == 200


def test_skipping_ahead_goes_to_the_first_open_question(client):
    client.post("/ask/who/", {"who": "me"})
    for page in ("where/", "contact/", "contact/details/", "about/", "check/"):
        assert client.get("/ask/" + page).headers["Location"] == "/ask/now/"
    assert Client().get("/ask/check/").headers["Location"] == "/ask/"


def test_change_comes_back_to_check(client):
    answer(client)
    assert client.get("/ask/where/?c=1").content.count(b'class="back" href="/ask/check/"') == 1
    assert client.post("/ask/where/?c=1", {"place": "80202"}).headers["Location"] == "/ask/check/"
    assert client.post("/ask/contact/?c=1", {"channel": "email"}).headers["Location"] == "/ask/contact/details/?c=1"
    assert client.get("/ask/check/").headers["Location"] == "/ask/contact/details/", "an e-mail is no phone number"


def test_the_safest_answer_is_chosen_before_anybody_chooses(client):
    answer(client, upto="contact/")
    client.post("/ask/contact/", {"channel": "call"})
    form = client.get("/ask/contact/details/").context["form"]
    assert form["if_other_answers"].value() == "hang_up"
    assert form["voicemail"].value() == "no"
    response = client.post(
        "/ask/contact/details/",
        {
            "phone": "(555) 555-0142",
            "if_other_answers": "say_from",
            "voicemail": "yes",
            "best_time": "hours",
            "from_hour": "9",
            "to_hour": "9",
            "language": "es",
        },
    )
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"say_we_are", "to_hour"}


def test_no_safe_phone_needs_no_address(client):
    answer(client, contact={"channel": "code"}, contact_details={"name": "", "language": "es"})
    done = client.post("/ask/check/", follow=True)
    assert b"Look here for news by" in done.content
    request = HelpRequest.objects.select_related("person").get()
    assert (request.person.rule.channel, request.person.rule.address) == ("code", "")


def test_away_for_an_hour_clears_the_answers_and_sends_nothing(client, settings):
    settings.DRAFT_MINUTES = 0
    client.post("/ask/who/", {"who": "me"})
    for method in (client.get, client.post):
        response = method("/ask/check/")
        assert "You were away for an hour, so we cleared your answers" in response.content.decode()
        client.cookies["a"] = "old"
    assert not HelpRequest.objects.exists()


def test_a_family_request_stands_behind_the_wall(client):
    answer(client, who={"who": "someone"})
    assert "we keep that private, even from you" in client.get("/ask/check/").content.decode()
    client.post("/ask/check/")
    assert HelpRequest.objects.get().for_whom == "someone"


def test_a_place_from_the_finder_travels_as_a_wish(client, cast):
    slug = cast.river_house.slug
    assert f"/ask/who/?p={slug}".encode() in client.get(f"/ask/?p={slug}").content
    client.post(f"/ask/who/?p={slug}", {"who": "me"})
    answer(client)
    assert b"River House" in client.get("/ask/check/").content
    client.post("/ask/check/")
    assert HelpRequest.objects.get().answers["wish"] == slug
    assert client.get("/ask/?p=no-such-place").status_code == 200


def test_asking_again_after_send_makes_another_request(client):
    answer(client)
    client.post("/ask/check/")
    assert client.get("/ask/where/").headers["Location"] == "/ask/done/"
    answer(client)
    client.post("/ask/check/")
    assert HelpRequest.objects.count() == 2


def test_done_says_the_promise_and_the_exact_words(client):
    answer(client)
    text = client.post("/ask/check/", follow=True).content.decode()
    assert "A person will text you by" in text
    assert "Hi, this is [name] from Next Step. OK to talk? Reply YES, LATER or STOP." in text
    assert client.get("/status/").status_code == 200, "the browser that asked is let in"


def test_private_pages_are_not_stored(client):
    answer(client)
    for page in ("/ask/", "/ask/who/", "/ask/check/", "/status/"):
        assert client.get(page).headers["Cache-Control"] == "no-store"


def test_done_opened_again_later_says_what_is_true_then(client, monkeypatch):
    answer(client)
    client.post("/ask/check/")
    later = timezone.now() + timedelta(minutes=20)
    monkeypatch.setattr("handrail.web.person.ask.timezone.now", lambda: later)
    text = client.get("/ask/done/").content.decode()
    assert "We are late. We are sorry." in text
    assert "A person will text you by" not in text
