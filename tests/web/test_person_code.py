"""The code: how it is read, how often it may be tried, and where it never shows."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from handrail.actions import ask, person
from handrail.core.code import make_code, normal_code, show_code
from handrail.records.casebook.models import HelpRequest
from handrail.web.limits import Limit

pytestmark = pytest.mark.django_db

ANSWERS = {"who": "me", "now": "no", "channel": "code", "language": "en", "flags": [], "moves_around": True}


@pytest.fixture
def sent() -> ask.Sent:
    now = timezone.now()
    return ask.send(ask.keep("", ANSWERS, now=now), now=now)


def test_a_code_is_read_however_it_is_typed():
    assert normal_code(" k7m4-r2qx-9t ") == "K7M4R2QX9T"
    assert normal_code("KOIL R2QX 9T") == "K011R2QX9T"
    assert normal_code("K7M4—R2QX—9T") == "K7M4R2QX9T"
    assert normal_code("K7M4-R2QX-9") is None
    assert normal_code("K7M4-R2QX-9U") is None
    assert show_code("k7m4r2qx9t") == "K7M4-R2QX-9T"
    assert make_code(bytes(range(250, 256)) + bytes(4)) == "TVWXYZ0000"
    with pytest.raises(ValueError, match="10"):
        make_code(b"short")


def test_the_right_code_opens_the_page_and_shows_in_no_address(client, sent):
    typed = show_code(sent.code).lower()
    response = client.post("/status/", {"code": typed})
    assert response.headers["Location"] == "/status/"
    page = client.get("/status/")
    assert page.status_code == 200
    assert sent.code not in page.content.decode().replace("-", "")
    assert sent.code not in str(client.cookies)


def test_a_wrong_code_says_what_to_do(client, sent):
    for wrong in ("K7M4-R2QX-9T", "nonsense", ""):
        response = client.post("/status/", {"code": wrong})
        assert response.status_code == 422
        assert b"<title>Error: Check on your request" in response.content
    assert (
        "We can&#x27;t find that code. Check each letter. Or call us."
        in client.post("/status/", {"code": "K7M4-R2QX-9T"}).content.decode()
    )


def test_ten_wrong_tries_from_one_place_are_enough(client, sent):
    right = {"code": sent.code}
    for _ in range(20):
        assert Client().post("/status/", right).status_code == 302, "right tries cost nothing"
    for _ in range(10):
        assert client.post("/status/", {"code": "K7M4-R2QX-9T"}).status_code == 422
    blocked = client.post("/status/", right)
    assert blocked.status_code == 429
    assert b"1-800-555-0100" in blocked.content
    assert Client(REMOTE_ADDR="203.0.113.9").post("/status/", right).status_code == 302


def test_wrong_tries_from_everywhere_are_counted_together(sent, monkeypatch):
    monkeypatch.setattr("handrail.web.limits.CODE_BY_ALL", Limit("codes", 3, 600))
    for last in range(3):
        assert Client(REMOTE_ADDR=f"203.0.113.{last}").post("/status/", {"code": "K7M4-R2QX-9T"}).status_code == 422
    assert Client(REMOTE_ADDR="203.0.113.9").post("/status/", {"code": sent.code}).status_code == 429


def test_a_pin_is_asked_after_the_code_and_locks_after_five_wrong_ones(client, sent):
    row = HelpRequest.objects.get()
    person.set_pin(row, pin="4071", now=timezone.now())
    client.post("/status/", {"code": sent.code})
    asked = client.get("/status/")
    assert b"Your PIN" in asked.content
    assert b"So far" not in asked.content
    assert client.get("/status/note/").headers["Location"] == "/status/"
    assert client.post("/status/", {"pin": "1111"}).status_code == 422
    assert client.post("/status/", {"pin": "4071"}).status_code == 302
    assert b"So far" in client.get("/status/").content
    other = Client()
    other.post("/status/", {"code": sent.code})
    for _ in range(5):
        assert other.post("/status/", {"pin": "1111"}).status_code == 422
    assert other.post("/status/", {"pin": "4071"}).status_code == 429


def test_setting_a_pin_from_the_page_keeps_this_browser_in_and_puts_others_out(client, sent):
    other = Client()
    for browser in (client, other):
        browser.post("/status/", {"code": sent.code})
    assert client.post("/status/pin/", {"pin": "12"}).status_code == 422
    assert b"Your PIN is set" in client.post("/status/pin/", {"pin": "4071"}, follow=True).content
    assert b"Your code" in other.get("/status/").content


def test_the_pass_runs_out_and_dies_with_its_code(client, sent, monkeypatch, cast):
    client.post("/status/", {"code": sent.code})
    later = timezone.now() + timedelta(minutes=31)
    with monkeypatch.context() as patch:
        patch.setattr("handrail.web.person.status.timezone.now", lambda: later)
        assert b"Your code" in client.get("/status/").content
    client.post("/status/", {"code": sent.code})
    assert b"So far" in client.get("/status/").content
    row = HelpRequest.objects.get()
    new = ask.renew_code(row, actor=cast.actor("tasha"), now=timezone.now())
    assert b"Your code" in client.get("/status/").content
    assert client.post("/status/", {"code": sent.code}).status_code == 422
    assert client.post("/status/", {"code": new}).status_code == 302


def test_leave_site_ends_the_pass(client, sent):
    client.post("/status/", {"code": sent.code})
    client.post("/leave/")
    del client.cookies["d"]
    assert not re.search(b"So far", client.get("/status/").content)
