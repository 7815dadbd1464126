"""What the browser holds at the person's door: a random token for answers, and a short pass to the status page.

The token's answers are sealed in the store. The pass lives in the session, so that Leave site ends it at once;
it holds a request's id and nothing else of it, runs out by itself, and dies with its code.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from handrail.core.access import Actor
from handrail.records.casebook.models import Draft, HelpRequest
from handrail.records.casebook.people import live_draft
from handrail.records.keys import blind_index, seal, unseal
from handrail.web.leave import DRAFT_COOKIE

STATUS_KEY = "status"
ENDED_KEY = "status_ended"
SAID_KEY = "status_said"
SAID_LABEL = "session.said"
PASS_TIME = timedelta(minutes=30)
RENEW_AFTER = timedelta(minutes=5)  # so that a page that is looked at often does not write each time


@dataclass(frozen=True)
class Pass:
    """Which request this browser may see. `needs_pin` until the PIN was given."""

    request: HelpRequest
    needs_pin: bool


def token_of(request: HttpRequest) -> str:
    """The browser's answer token, or "" for none."""
    return request.COOKIES.get(DRAFT_COOKIE, "")


def draft_of(request: HttpRequest, *, now: datetime) -> Draft | None:
    """The living answers of this browser."""
    return live_draft(token_of(request), now=now)


def remember_token(response: HttpResponse, token: str) -> None:
    """Let the browser hold the token until it closes."""
    response.set_cookie(DRAFT_COOKIE, token, httponly=True, samesite="Lax", secure=settings.HANDRAIL_HTTPS, path="/")


def forget_token(response: HttpResponse) -> None:
    """Take the token out of the browser."""
    response.delete_cookie(DRAFT_COOKIE, samesite="Lax")


def let_in(request: HttpRequest, row: HelpRequest, *, now: datetime, needs_pin: bool = False) -> None:
    """Let this browser see one request for the next half hour, under a fresh session key."""
    request.session.cycle_key()
    request.session.pop(ENDED_KEY, None)
    _write(request, row, now=now, needs_pin=needs_pin)


def close(request: HttpRequest) -> None:
    """End the pass."""
    request.session.pop(STATUS_KEY, None)


def has_ended(request: HttpRequest) -> bool:
    """True when this browser's pass ran out by itself, and no code was given since."""
    return bool(request.session.get(ENDED_KEY))


def pass_of(request: HttpRequest, *, now: datetime) -> Pass | None:
    """The request this browser was let in to see, if the pass is young and its code and PIN still stand."""
    held = request.session.get(STATUS_KEY)
    if held is None:
        return None
    at = datetime.fromisoformat(held["at"])
    row = (
        HelpRequest.objects.visible_to(Actor(role="person", id=held["request"]))
        .select_related("person", "owner")
        .first()
    )
    has_run_out = now - at > PASS_TIME
    if row is None or has_run_out or held["stamp"] != _stamp(row) or row.code_expires_at <= now:
        close(request)
        if has_run_out:
            request.session[ENDED_KEY] = True
        return None
    # A page that looks again by itself is not somebody sitting there.
    if now - at > RENEW_AFTER and not held["needs_pin"] and "X-Poll" not in request.headers:
        _write(request, row, now=now, needs_pin=False)
    return Pass(row, bool(held["needs_pin"]))


def say(request: HttpRequest, words: str) -> None:
    """Keep a sentence for the next page: in the session, never in a cookie, and sealed, since it may name a place."""
    request.session[SAID_KEY] = seal(words, label=SAID_LABEL)


def said(request: HttpRequest) -> str:
    """The sentence kept for this page, once."""
    sealed = request.session.pop(SAID_KEY, "")
    return unseal(sealed, label=SAID_LABEL) if sealed else ""


def _write(request: HttpRequest, row: HelpRequest, *, now: datetime, needs_pin: bool) -> None:
    request.session[STATUS_KEY] = {
        "request": str(row.pk),
        "stamp": _stamp(row),
        "at": now.isoformat(),
        "needs_pin": needs_pin,
    }


def _stamp(row: HelpRequest) -> str:
    """Changes with the code and the PIN, so that an old pass ends with them."""
    return blind_index(f"{row.code_hash}:{row.pin_hash}", purpose="pass")[:16]
