"""Whatever is typed, pasted or forged into an address or a form, the answer is a page and never an error of ours."""

import html
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from handrail.actions import consent, match
from handrail.records.casebook.choices import Consent, Option
from handrail.records.casebook.models import HelpRequest, TimelineEntry
from handrail.web.access_table import ADDRESSES
from tests import build
from tests.web.program_cast import signed_in

pytestmark = pytest.mark.django_db

HOSTILE = (
    "",
    "\0",
    "a\0b",
    "²",
    "-1",
    "9" * 5000,
    "1e999",
    "9999-12-31 11:59 PM",
    "0001-01-01",
    "00000000-0000-0000-0000-000000000000",
    "<script>alert(1)</script>' OR 1=1 --",
    "%s %(name)s {0} {{ 1 }}",
    "\u202e\u0000\ufeff😀" + "a" * 10_000,
)
# Every name that some view reads from an address or a form.
NAMES = (
    *("who", "now", "place", "pick", "moves_around", "channel", "phone", "email", "name", "if_other_answers"),
    *("say_we_are", "voicemail", "best_time", "from_hour", "to_hour", "language", "flags", "words", "c", "p"),
    *("code", "pin", "note", "erase", "choice", "option", "consent", "sure", "step"),
    *("why", "outcome", "next_step", "by", "for_them", "seen_at", "version", "safe_now", "naloxone", "safety_note"),
    *("kinds", "must", "payer", "miles", "program", "answer", "scopes", "referral", "what", "visit", "visit_note"),
    *("reason", "question", "day", "time", "label", "kind", "openings", "was", "next_opening_on", "waiting", "at"),
    *("open", "back", "stream", "before", "state", "show", "prompt", "matches", "lists", "near"),
    *("n", "k", "m", "r", "o", "pg", "to", "next", "theme", "password", "login"),
)
HEADERS = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[", "HTTP_X_FORWARDED_FOR": "[,\x01"}


class Place:
    """One person asked for by River House, one browser for each who may look, and where every address leads."""

    def __init__(self, cast: Any) -> None:
        now = timezone.now()
        self.referral = build.referral(cast.river_house, actor=cast.actor("tasha"), now=now)
        self.row = HelpRequest.objects.get(pk=self.referral.request_id)
        self.waiting = build.sent(now=now)
        self.browsers = {
            "desk": signed_in(cast.tasha),
            "program": signed_in(cast.luis),
            "steward": signed_in(cast.sam),
            "staff": signed_in(cast.priya),
            "person": Client(),
            "public": Client(),
            "machine": Client(),
        }
        self.browsers["person"].post("/status/", {"code": self.waiting.code})
        for browser in self.browsers.values():
            browser.raise_request_exception = False

    def address(self, name: str) -> str:
        for values in ({}, {"pk": self.row.pk}, {"referral_id": self.referral.pk}, {"slug": "river-house"}):
            try:
                return reverse(name, kwargs=values)
            except Exception:
                continue
        return reverse(name, kwargs={"pk": 1})


@pytest.fixture
def errors() -> Iterator[list[str]]:
    """The exceptions that came out of views."""
    found: list[str] = []

    def note(sender: object, request: Any, **_rest: Any) -> None:
        import sys, traceback
        e = sys.exc_info()[1]
        tb = traceback.extract_tb(e.__traceback__)
        last = [f for f in tb if "handrail" in f.filename and ".venv" not in f.filename]
        found.append(f"{request.method} {request.path} {type(e).__name__} {str(e)[:80]} @ {last[-1].filename.split('/main/')[-1] if last else ''}:{last[-1].lineno if last else ''}")

    got_request_exception.connect(note)
    yield found
    got_request_exception.disconnect(note)


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_value_anywhere_is_an_error(value: str, cast: Any, errors: list[str]) -> None:
    place = Place(cast)
    everything = {name: value for name in NAMES}
    bad = []
    for name, address in ADDRESSES.items():
        browser = place.browsers[address.door]
        for method in (browser.get, browser.post):
            with transaction.atomic():
                fields = everything if name in ("status",) else {k: v for k, v in everything.items() if k != "code"}
                answer = method(place.address(name), fields)
                transaction.set_rollback(True)
            if answer.status_code >= 500:
                bad.append((name, method.__name__, answer.status_code))
    assert not errors, "\n".join(sorted(set(errors)))
    assert not [b for b in bad if b[0] != "health"], bad


def valid_forms(place: Place) -> dict[str, dict[str, Any]]:
    """A form that each address takes, by the name of the address."""
    row = HelpRequest.objects.get(pk=place.row.pk)
    seen = {"version": row.version, "seen_at": timezone.now().isoformat()}
    referral, program = str(place.referral.pk), str(place.referral.program_id)
    option = str(Option.objects.get(request=row).pk)
    step = {"next_step": "Call", "by": "+30 min"}
    return {
        "desk_contact": {"outcome": "reached", "note": "Hello", "for_them": "", **step, **seen},
        "desk_safety": {"safe_now": "yes", "naloxone": "yes", "safety_note": "", **seen},
        "desk_needs": {"kinds": "medicine", "must": "spanish", "payer": "medicaid", "miles": "25", "place": "80202", **seen},
        "desk_offer": {"program": program, **seen},
        "desk_choice": {"option": option, "choice": "no", **seen},
        "desk_consent": {"program": program, "scopes": "details", "answer": "yes", **seen},
        "desk_revoke": {"program": program, **seen},
        "desk_refer": {"program": program, **seen},
        "desk_answer": {"referral": referral, "what": "yes", "visit": "tomorrow 9 AM", "visit_note": "", "reason": "distance", **seen},
        "desk_withdraw": {"referral": referral, "why": "", **seen},
        "desk_arrived": {"referral": referral, **seen},
        "desk_hand_back": {"why": "Going home"},
        "desk_take": {"why": "They called"},
        "program_accept": {"day": "2026-11-25", "time": "9 AM", "visit_note": "", "version": "1"},
        "program_decline": {"reason": "distance", "note": "", "version": "1"},
        "program_ask": {"question": "Which plan?", "version": "1"},
        "program_openings": {"label": "Beds", "kind": "beds", "openings": "2", "was": "", "next_opening_on": "2026-11-30", "waiting": "1", "at": "", "back": "/program/"},
        "status_note": {"note": "Hello"},
        "status_contact": {"channel": "text", "step": "details", "phone": "303-555-0142", "best_time": "hours", "from_hour": "9", "to_hour": "17", "language": "en", "if_other_answers": "hang_up", "voicemail": "no", "say_we_are": "", "email": "a@example.com"},
        "status_choose": {"option": option, "choice": "yes"},
        "status_take_back": {"consent": str(uuid4()), "sure": "yes"},
        "status_pin": {"pin": "1234"},
        "status_stop": {"erase": "erase"},
        "status": {"code": "K7M4R2QX9T"},
        "ask_who": {"who": "me"},
        "account_login": {"login": "tasha", "password": "x", "next": "/desk/"},
        "account_lock": {"password": "x", "next": "/desk/"},
    }


@pytest.mark.parametrize("value", HOSTILE + ("0001-01-01T00:00:00+23:00","9999-12-31T23:59:59-23:00","2026-13-45T00:00:00","2026-01-01T00:00:00", "tomorrow 9 AM", "999 d", "+999 d 999 h"), ids=range(len(HOSTILE) + 7))
def test_no_single_field_is_an_error(value: str, cast: Any, errors: list[str]) -> None:
    place = Place(cast)
    for name, base in valid_forms(place).items():
        if name not in ADDRESSES: continue
        browser = place.browsers[ADDRESSES[name].door]
        for field in base:
            with transaction.atomic():
                n=len(errors)
                answer = browser.post(place.address(name), {**base, field: value})
                if len(errors)>n: errors[-1] += f" FIELD {field}"
                transaction.set_rollback(True)
    assert not errors, "\n".join(sorted(set(errors)))
