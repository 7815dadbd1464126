"""Whatever is typed, pasted or forged into an address or a form, the answer is a page and never an error of ours."""

import contextlib
import traceback
from collections.abc import Iterator
from datetime import timedelta
from sys import exc_info
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from handrail.actions import ask
from handrail.actions.directory.links import make_link
from handrail.records.casebook.choices import Consent, Option
from handrail.records.casebook.models import HelpRequest
from handrail.records.directory.links import token_of
from handrail.web.access_table import ADDRESSES
from handrail.worker import duties
from tests import build
from tests.cast import Cast
from tests.web.program_cast import signed_in

pytestmark = pytest.mark.django_db

# Each once broke a page of ours, or breaks pages elsewhere.
HOSTILE = (
    "a\0b",  # PostgreSQL refuses it in text
    "²",  # a digit to Python, but no number
    "9" * 5000,  # too long to be read as a number
    "9999-12-31 11:59 PM",  # past the last moment, in another zone
    "2026-13-45T00:00:00",
    "0001-01-01T00:00:00+23:00",
    "2026-01-01T00:00:00",  # no zone
    "00000000-0000-0000-0000-000000000000",
    "<script>alert(1)</script>' OR 1=1 -- %s {{ 1 }}",
    "\u202e\ufeff😀" + "a" * 10_000,
)
# Every name that some view reads from an address or a form.
NAMES = (
    *("who", "now", "place", "pick", "moves_around", "channel", "phone", "email", "name", "if_other_answers"),
    *("say_we_are", "voicemail", "best_time", "from_hour", "to_hour", "language", "flags", "words", "c", "p"),
    *("pin", "note", "erase", "choice", "option", "consent", "sure", "step", "why", "outcome", "next_step", "by"),
    *("for_them", "seen_at", "version", "safe_now", "naloxone", "safety_note", "kinds", "must", "payer", "miles"),
    *("program", "answer", "scopes", "referral", "what", "visit", "visit_note", "reason", "question", "day", "time"),
    *("label", "kind", "openings", "was", "next_opening_on", "waiting", "at", "open", "back", "stream", "before"),
    *("state", "show", "prompt", "matches", "lists", "near", "n", "k", "m", "r", "o", "pg", "to", "next", "theme"),
    *("password", "login", "row", "still", "seen", "do", "said", "page", "new-label", "new-kind", "new-openings"),
    *("new-next_opening_on", "new-waiting"),
)


class Place:
    """One person asked for by River House, and one browser for each door."""

    def __init__(self, cast: Cast) -> None:
        self.referral = build.referral(cast.river_house, actor=cast.actor("tasha"), now=timezone.now())
        self.row = HelpRequest.objects.get(pk=self.referral.request_id)
        sent = build.sent(now=timezone.now())
        link = make_link(cast.river_house, actor=cast.actor("luis"), label="Tablet", now=timezone.now())
        self.token = token_of(link)
        self.browsers = {
            "desk": signed_in(cast.tasha),
            "program": signed_in(cast.luis),
            "steward": signed_in(cast.sam),
            "staff": signed_in(cast.priya),
            "person": Client(),
            "link": Client(),
            "public": Client(),
            "machine": Client(),
        }
        self.browsers["person"].post("/status/", {"code": sent.code})
        for browser in self.browsers.values():
            browser.raise_request_exception = False

    def address(self, name: str) -> str:
        """Where this page lies, for the one person there is."""
        page = {"language": "en", "page": "signs"}
        known = ({"referral_id": self.referral.pk}, {"slug": "nowhere"}, {"token": self.token}, page)
        for values in ({}, {"pk": self.row.pk}, {"pk": 1}, *known):
            with contextlib.suppress(NoReverseMatch):
                return reverse(name, kwargs=values)
        raise AssertionError(name)

    def send(self, method: str, name: str, fields: dict[str, Any]) -> None:
        """Send this to a page, every time from the same beginning."""
        with transaction.atomic():
            getattr(self.browsers[ADDRESSES[name].door], method)(self.address(name), fields)
            transaction.set_rollback(True)

    def forms(self) -> dict[str, dict[str, Any]]:
        """A form that each address takes."""
        now = timezone.now()
        seen = {"version": self.row.version, "seen_at": now.isoformat()}
        program, referral = str(self.referral.program_id), str(self.referral.pk)
        option = str(Option.objects.get(request=self.row).pk)
        step = {"next_step": "Call", "by": "+30 min", "for_them": ""}
        visit = {"visit": "tomorrow 9 AM", "visit_note": "", "reason": "distance"}
        needs = {"kinds": "medicine", "must": "spanish", "payer": "medicaid", "miles": "25", "place": "80202"}
        row = {"label": "Beds", "kind": "beds", "openings": "2", "was": "", "waiting": "1", "at": "", "back": ""}
        heard = {f"new-{name}": row[name] for name in ("label", "kind", "openings", "waiting")}
        way = {"channel": "call", "step": "details", "phone": "303-555-0142", "language": "en", "say_we_are": ""}
        hours = {"best_time": "hours", "from_hour": "9", "to_hour": "17", "if_other_answers": "hang_up"}
        return {
            "desk_contact": {"outcome": "reached", "note": "Hello", **step, **seen},
            "desk_safety": {"safe_now": "yes", "naloxone": "yes", "safety_note": "", **seen},
            "desk_needs": {**needs, **seen},
            "desk_offer": {"program": program, **seen},
            "desk_choice": {"option": option, "choice": "no", **seen},
            "desk_consent": {"program": program, "scopes": "details", "answer": "yes", **seen},
            "desk_refer": {"program": program, **seen},
            "desk_answer": {"referral": referral, "what": "yes", **visit, **seen},
            "desk_withdraw": {"referral": referral, "why": "", **seen},
            "program_accept": {"day": f"{now + timedelta(days=2):%Y-%m-%d}", "time": "9 AM", "visit_note": ""},
            "program_decline": {"reason": "distance", "note": "", "version": "1"},
            "program_openings": {**row, "next_opening_on": "2026-11-30"},
            "program_facts": {"topic": "rules", "pets": "Cats", "smoking": "allowed", "seen": "", "at": ""},
            "openings_link": {**row, "row": "", "next_opening_on": "2026-11-30"},
            "desk_call_round": {"program": program, "do": "say", "seen": "", "page": "1", **heard},
            "status_contact": {**way, **hours, "voicemail": "no"},
            "status_choose": {"option": option, "choice": "yes"},
            "status_take_back": {"consent": "x", "sure": "yes"},
            "status_pin": {"pin": "1234"},
        }


@pytest.fixture
def errors() -> Iterator[list[str]]:
    """What came out of views as an exception: the page, its kind, and where it happened."""
    found: list[str] = []

    def note(sender: object, request: Any, **_rest: object) -> None:
        kind, error, trace = exc_info()
        ours = [at for at in traceback.extract_tb(trace) if "/handrail/" in at.filename]
        where = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else ""
        found.append(f"{request.method} {request.path}: {kind and kind.__name__}: {str(error)[:80]} at {where}")

    got_request_exception.connect(note)
    yield found
    got_request_exception.disconnect(note)


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_value_anywhere_is_an_error(value: str, cast: Cast, errors: list[str]) -> None:
    place = Place(cast)
    for name, address in ADDRESSES.items():
        if name.startswith(("mfa_", "account_")) and value not in HOSTILE[:1]:
            continue  # allauth's own forms
        for method in ("get", "post") if address.door != "public" or value in HOSTILE[:2] else ("get",):
            place.send(method, name, dict.fromkeys(NAMES, value))
    for name, form in place.forms().items():
        for field in form:
            place.send("post", name, {**form, field: value})
    assert not errors, "\n".join(sorted(set(errors)))


def test_odd_headers_and_bodies_get_a_page(cast: Cast, errors: list[str]) -> None:
    place = Place(cast)
    desk, person, stranger = place.browsers["desk"], place.browsers["person"], Client(raise_request_exception=False)
    part = {"HX-Request": "true", "HX-Current-URL": "http://["}
    assert stranger.get("/desk/", headers=part).status_code == 204
    assert desk.get(f"/program/{place.referral.pk}/").status_code == 404
    broken = person.post("/status/note/", b"note=%ff%fe\xff", content_type="application/x-www-form-urlencoded")
    assert broken.status_code == 302
    huge = b"note=" + b"a" * 3_000_000
    refused = person.post("/status/note/", huge, content_type="application/x-www-form-urlencoded")
    assert refused.status_code == 413
    assert "tel:911" in refused.content.decode()
    assert stranger.post("/ask/who/", {f"f{number}": "1" for number in range(2000)}).status_code == 400
    assert stranger.get("/continue/", {"to": "/\\evil.example"}).headers["Location"] == "/"
    assert stranger.post("/status/", {"code": "x"}, headers={"X-Forwarded-For": "[,\x7f"}).status_code == 422
    assert not errors


def test_what_people_write_is_shown_and_never_run(cast: Cast) -> None:
    script = "<script>alert(1)</script>"
    row = build.request(now=timezone.now(), name=script[:40], place=script, words=script, moves_around=True)
    desk, now = signed_in(cast.tasha), timezone.now()
    assert script not in desk.get("/desk/").content.decode()
    ask.take(row, actor=cast.actor("tasha"), why=script, now=now)
    for page in (f"/desk/r/{row.pk}/", "/desk/mine/", f"/desk/r/{row.pk}/hand-back/"):
        text = desk.get(page).content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_ids_of_somebody_else_open_nothing(cast: Cast) -> None:
    place = Place(cast)
    theirs = Option.objects.get(request=place.row)
    agreed = Consent.objects.get(request=place.row)
    mine = place.browsers["person"]
    mine.post("/status/choose/", {"option": theirs.pk, "choice": "no"})
    mine.post("/status/take-back/", {"consent": agreed.pk, "sure": "yes"})
    assert Option.objects.get(pk=theirs.pk).choice == theirs.choice
    assert Consent.objects.get(pk=agreed.pk).revoked_at is None
    other = build.request(now=timezone.now())
    answer = place.browsers["desk"].post(
        f"/desk/r/{other.pk}/withdraw/", {"referral": place.referral.pk, "version": other.version}
    )
    assert answer.status_code in (302, 404, 409)
    place.referral.refresh_from_db()
    assert place.referral.state == "sent"


def test_many_wrong_codes_from_elsewhere_do_not_wash_out_a_count() -> None:
    stranger = Client()
    for _ in range(10):
        stranger.post("/status/", {"code": "K7M4R2QX9T"})
    for number in range(400):
        cache.add(f"somebody:{number}", 1, timeout=600)
    assert stranger.post("/status/", {"code": "K7M4R2QX9T"}).status_code == 429


def test_counted_tries_are_gone_when_their_time_is_over() -> None:
    Client().post("/status/", {"code": "K7M4R2QX9T"})
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        assert cursor.fetchone()[0] > 0
        duties.forget_tries(timezone.now() + timedelta(minutes=21))
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        assert cursor.fetchone()[0] == 0


def test_a_session_in_the_store_names_no_place(cast: Cast) -> None:
    person, sent = Client(), build.sent(now=timezone.now())
    row = HelpRequest.objects.get(pk=sent.request_id)
    build.ask_program(_talked(row, cast), cast.river_house, actor=cast.actor("tasha"), now=timezone.now())
    person.post("/status/", {"code": sent.code})
    given = Consent.objects.get(request=row)
    person.post("/status/take-back/", {"consent": given.pk, "sure": "yes"})
    held = [session.get_decoded() for session in Session.objects.all()]
    assert any("status_said" in one for one in held)
    assert "River House" not in str(held)
    assert "River House gets nothing more" in person.get("/status/").content.decode()


def _talked(row: HelpRequest, cast: Cast) -> HelpRequest:
    now = timezone.now()
    ask.take(row, actor=cast.actor("tasha"), why="Free", now=now)
    step = {"next_step": "Look for places", "next_at": now + timedelta(hours=1)}
    ask.record_contact(row, actor=cast.actor("tasha"), outcome="reached", note="", now=now, **step)
    return row
