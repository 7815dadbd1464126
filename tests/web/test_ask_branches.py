"""Asking, in all its branches: words that fit, nothing asked twice, nothing kept that no longer fits."""

import re

import pytest
from django.test import Client

from handrail.records.casebook.models import Draft, HelpRequest
from handrail.records.casebook.people import answers_of
from tests.web.test_person_ask import ANSWERS, answer

pytestmark = pytest.mark.django_db


def kept() -> dict:
    return answers_of(Draft.objects.get())


@pytest.mark.parametrize("start", ["/ask/", "/es/ask/"])
def test_a_patient_or_client_goes_to_the_one_page_and_nothing_is_kept(client, start):
    response = client.post(start + "who/", {"who": "patient"})
    assert response.headers["Location"] == start.replace("ask", "refer")
    assert not Draft.objects.exists()
    assert "a" not in response.cookies
    assert f'href="{start.replace("ask", "refer")}"' in client.get(start).content.decode()


def test_every_question_fits_whom_it_is_for(client):
    answer(client, upto="now/", who={"who": "someone"})
    now = client.get("/ask/now/").content.decode()
    assert "They have thoughts of suicide" in now
    assert "Someone may hurt me" not in now
    client.post("/ask/now/", {"now": "no"})
    assert "They move around" in client.get("/ask/where/").content.decode()
    error = client.post("/ask/where/", {"place": ""}).content.decode()
    assert "Enter a 5-digit ZIP or a town, or check “They move around”" in error
    for page in ("where/", "contact/", "contact/details/"):
        client.post("/ask/" + page, ANSWERS[page])
    about = client.get("/ask/about/").content.decode()
    assert "They inject" in about
    assert "They go near the front of the line." in about
    assert "You go near" not in about
    assert "I inject" not in about
    client.post("/ask/about/", {"flags": ["injects"]})
    check = client.get("/ask/check/").content.decode()
    assert "They inject" in check
    assert "even from you" in check
    client.post("/ask/check/")
    done = client.get("/ask/done/").content.decode()
    assert "What you can do tonight" in done
    assert "stop you feeling sick" not in done


def test_changing_who_asks_again_what_was_said_of_the_other_one_and_nothing_else(client):
    answer(client)
    response = client.post("/ask/who/?c=1", {"who": "someone"})
    assert response.headers["Location"] == "/ask/now/?c=1"
    held = kept()
    assert held["flags"] is None
    assert not held["words"]
    assert not held["place"]
    assert held["address"] == "+15550100199", "how to reach the one who asks stands"
    assert client.get("/ask/check/").headers["Location"] == "/ask/now/"
    page = client.get("/ask/now/?c=1").content.decode()
    assert "checked" not in page
    assert 'class="back" href="/ask/who/"' in page, "Back is never a page that sends right back"
    for address, data, then in (
        ("now/", {"now": "overdose"}, "/ask/now/first/?c=1"),
        ("now/", {"now": "no"}, "/ask/where/?c=1"),
        ("where/", {"place": "81101"}, "/ask/about/?c=1"),
        ("about/", {"flags": ["kids"]}, "/ask/check/"),
    ):
        assert client.post(f"/ask/{address}?c=1", data).headers["Location"] == then
    assert "They have kids with them" in client.get("/ask/check/").content.decode()
    client.post("/ask/check/")
    row = HelpRequest.objects.get()
    assert row.for_whom == "someone"
    assert row.answers["flags"] == ["kids"]


def test_the_same_answer_again_clears_nothing(client):
    answer(client)
    assert client.post("/ask/who/?c=1", {"who": "me"}).headers["Location"] == "/ask/check/"
    assert kept()["flags"] == ["wants_medicine"]


def test_the_danger_page_in_a_change_goes_on_to_what_is_open_and_back_to_the_question(client):
    answer(client)
    assert client.post("/ask/now/?c=1", {"now": "violence"}).headers["Location"] == "/ask/now/first/?c=1"
    page = client.get("/ask/now/first/?c=1").content.decode()
    assert 'href="/ask/check/"' in page
    assert 'href="/ask/now/?c=1"' in page
    assert "Someone may hurt you" in page


def test_the_twin_in_the_middle_keeps_every_answer(client):
    answer(client, upto="contact/")
    page = client.get("/es/ask/contact/").content.decode()
    assert '<html lang="es"' in page
    for address in ("contact/", "contact/details/", "about/"):
        assert client.post("/es/ask/" + address, ANSWERS[address]).status_code == 302
    check = client.get("/es/ask/check/").content.decode()
    for said in ("81101", "555-010-0199", "Bird", "It is hard at night."):
        assert said in check
    assert client.post("/ask/check/").headers["Location"] == "/ask/done/"
    assert HelpRequest.objects.count() == 1


@pytest.mark.parametrize("who", ["me", "someone"])
def test_no_field_is_asked_twice(client, who):
    seen: list[str] = []
    for page, data in ANSWERS.items():
        text = client.get("/ask/" + page).content.decode()
        main = text[text.index("<main") : text.index("</main>")]
        names = set(re.findall(r'name="([a-z_]+)"', main)) - {"csrfmiddlewaretoken"}
        assert not names & set(seen), page
        seen += names
        client.post("/ask/" + page, {"who": who} if page == "who/" else data)
    assert {"who", "now", "place", "channel", "language", "flags"} <= set(seen)


def test_each_question_says_that_nothing_is_sent_and_works_as_a_plain_form(client):
    for page, data in ANSWERS.items():
        text = client.get("/ask/" + page).content.decode()
        assert "Nothing is sent until the end." in text
        main = text[text.index("<main") : text.index("</main>")]
        assert main.count("<form") == 1
        assert ' class="back" href="/ask/' in main.replace("<a", " ")
        client.post("/ask/" + page, data)


def test_a_browser_that_was_away_for_an_hour_is_told_so(client):
    answer(client)
    client.cookies["a"] = "gone"
    page = client.get("/ask/check/")
    assert "You were away for an hour" in page.content.decode()
    assert Client().get("/ask/check/").headers["Location"] == "/ask/"


def test_the_public_card_has_numbers_and_no_word_of_what_it_is_for(client):
    page = client.get("/print/card/").content.decode()
    card = page[page.index('<div class="wallet">') : page.index("</div>", page.index('<div class="wallet">'))]
    for said in ("Next Step", "911", "988"):
        assert said in card
    assert "code" not in card
    assert not re.search(r"drug|treat|help|recover|alcohol|opioid", card, re.I)
    assert "<title>Card – " in page
    assert client.get("/es/print/card/").status_code == 200
