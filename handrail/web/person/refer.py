"""The professional's page: one form for a nurse, a peer, a jail, a court or a clinic, sent whole, with no account.

Why no sign-in: docs/decisions/0008. Nothing is kept unless it is sent; pressed twice, it is one request.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from handrail.actions import ask
from handrail.actions._frame import Refused
from handrail.core.code import show_code
from handrail.core.needs import Needs
from handrail.core.safety import DANGERS
from handrail.records.casebook.models import HelpRequest
from handrail.records.directory.places import Place
from handrail.records.directory.snapshot import snapshot
from handrail.web.finder_words import fresh_hours
from handrail.web.language import names
from handrail.web.limits import Limit, count_wrong, give_back, is_flooded, take_try, visitor_key
from handrail.web.mould import Mould, page_mould_of_now
from handrail.web.packed import packed
from handrail.web.person import door, refer_words
from handrail.web.person.clock import when
from handrail.web.person.promise import is_kept_at_once, promise_of
from handrail.web.person.refer_form import ReferForm
from handrail.web.person.view import first_words_of
from handrail.web.templatetags.handrail import translation_note, twin_links

# A hospital or a jail is one address for many who ask.
BY_ADDRESS = Limit("refer", 30, 60 * 60)
BY_ALL = Limit("refers", 600, 60 * 60)
BOARD_MILES = 25
COUNTED = 200  # with more room than this, "200" is told as at least so many
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,64}")


@dataclass(frozen=True)
class Board:
    """The live openings as counts. `place` is "" for the whole list; `is_more` when there are more than we count."""

    place: str
    near: int
    with_room: int
    with_medicine: int
    is_more: bool


@require_http_methods(["GET", "HEAD", "POST"])
def refer(request: HttpRequest) -> HttpResponse:
    """Show the page with the openings board first; send it whole, or say at each field what is missing."""
    now = timezone.now()
    if request.method != "POST":
        return _blank(request, now=now)
    form = ReferForm(request.POST, kept={"here": _here(now), "now": now})
    status = 422
    if form.is_valid():
        slot = take_try(BY_ADDRESS, visitor_key(request))
        # Danger is never turned away for being one of many.
        if form.cleaned_data["now"] != "no" or (slot is not None and not is_flooded(BY_ALL, now=now)):
            return _sent(request, form, slot, now=now)
        status = 429
        form.add_error(None, _("We got very many of these this hour. Please call us, or wait an hour."))
    facts = _facts(board_near(form.found, now=now), is_at_once=is_kept_at_once(now))
    return render(request, "person/refer.html", {"form": form, "once": _once(request), **facts}, status=status)


def _blank(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """The page before anything is typed. It holds nothing of a person, and its token is masked anew each time."""
    minute = now.replace(second=0, microsecond=0)
    mould = _blank_mould(minute, board_near(None, now=now), is_kept_at_once(now), get_language(), translation_note())
    page = mould.fill(twins=twin_links(request.get_full_path()), once=_once(request), csrf_token=get_token(request))
    return packed(request, page)


@lru_cache(maxsize=8)
def _blank_mould(
    minute: datetime,
    board: Board | None,
    is_at_once: bool,
    _language: str | None,  # a key, as the next
    _note: str,
) -> Mould:
    """The page of this minute. Drawing its many fields takes longer than all else, so it is done once."""
    form = ReferForm(None, kept={"here": _here(minute), "now": minute})
    return page_mould_of_now(
        "person/refer.html", "once", "csrf_token", form=form, **_facts(board, is_at_once=is_at_once)
    )


def _here(now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(settings.SERVICE_TIMEZONE))


def _facts(board: Board | None, *, is_at_once: bool) -> dict[str, Any]:
    return {
        "board": board,
        "is_at_once": is_at_once,
        "minutes": settings.HANDRAIL_CLOCKS["first_contact"],
        "consents": [(code, refer_words.consent_text(code)) for code in names()],
    }


@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """By when we call back, what happens next, and the card for the patient. Danger steps come first."""
    now = timezone.now()
    token = door.token_of(request)
    sent = ask.sent(token, now=now)
    row = HelpRequest.objects.select_related("person", "owner").filter(pk=sent.request_id).first() if sent else None
    if sent is None or row is None or row.for_whom != "patient":
        return redirect("refer")
    zone = row.person.rule.timezone
    leaves = row.answers.get("leaves_at")
    leaves_at = datetime.fromisoformat(leaves) if leaves else None
    until = row.answers.get("line_until", "")
    answer = row.answers.get("now", "no")
    context = {
        "sent": sent,
        "code": show_code(sent.code) if not row.is_code_theirs else "",
        "said": first_words_of(promise_of(row, now=now, is_just_asked=True), row, now=now),
        "is_waiting": row.stage == "new",
        "is_after_leaving": bool(leaves_at and leaves_at > now and (row.promised_at or leaves_at) >= leaves_at),
        "leaves": when(leaves_at, now=now, zone=zone) if leaves_at else "",
        "until": when(datetime.fromisoformat(until), now=now, zone=zone) if until else "",
        "section": DANGERS[answer],
        "answer": answer,
        "name": row.person.chosen_name,
        "zone": zone,
    }
    return render(request, "person/refer_done.html", context)


def board_near(place: Place | None, *, now: datetime) -> Board | None:
    """How many places near have room that was confirmed lately; of the whole list where no place is known yet."""
    needs = Needs(latitude=place.latitude, longitude=place.longitude, miles=BOARD_MILES) if place else Needs(miles=None)
    try:
        found = snapshot().find(needs, now=now, order="soonest", count=COUNTED, fresh_hours=fresh_hours())
    except DatabaseError:
        return None
    room = [match for match in found.matches if match.openings.is_room]
    return Board(
        place=str(place) if place else "",
        near=found.total,
        with_room=len(room),
        with_medicine=sum(match.offer.has_medicine for match in room),
        is_more=len(room) == COUNTED,
    )


def _sent(request: HttpRequest, form: ReferForm, slot: str | None, *, now: datetime) -> HttpResponse:
    answers: dict[str, Any] = form.answers()
    try:
        token = ask.begin(_once(request), answers, now=now)
        ask.send(token, now=now)
    except Refused:
        if slot:
            give_back(slot)  # it was not kept, so it may be sent again
        raise
    count_wrong(BY_ALL, now=now)
    response = redirect("refer_done")
    door.remember_token(response, token)
    return response


def _once(request: HttpRequest) -> str:
    """The token this page was given, or a new one."""
    given = request.POST.get("once", "")
    return given if _TOKEN.fullmatch(given) else secrets.token_urlsafe(24)
