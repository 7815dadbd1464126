"""Pages that a program's intake staff read: the inbox, one referral, who is in care."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from handrail.actions import reading
from handrail.actions.refer import facts_for
from handrail.core.access import Actor
from handrail.records.accounts.models import actor_of
from handrail.records.casebook.choices import LIVE_REFERRAL_STATES, OPEN_REFERRAL_STATES
from handrail.records.casebook.models import Referral
from handrail.web.doors import is_part
from handrail.web.kept import kept
from handrail.web.program.board import Board, arrived_at, board_of, pick, programs_of
from handrail.web.program.facts import fact_rows, may_show, name_of, wants_of
from handrail.web.program.forms import AcceptForm, DeclineForm, QuestionForm
from handrail.web.program.words import STATE_WORDS
from handrail.web.typed import uuid_of


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Every open referral of one program, who is coming, and its openings."""
    now, actor = timezone.now(), actor_of(request.user)
    board = board_for(actor, request.GET.get("at", ""), now=now)
    if board is None:
        return render(request, "program/nowhere.html")
    reading.read_queue(actor, page="inbox", now=now)
    # The list alone, for the page that renews it each minute; `open` marks the row that stands beside it.
    as_part = is_part(request)
    context = {"board": board, "page": "inbox", **clock_facts(board)}
    if as_part:
        context["opened"] = {"pk": uuid_of(request.GET.get("open", ""))}
    return render(request, "program/list.html" if as_part else "program/inbox.html", context)


@require_GET
def referral(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """One referral: what may be seen of it now, and the answer form."""
    now, actor = timezone.now(), actor_of(request.user)
    return render_referral(request, find(actor, referral_id), actor=actor, now=now)


@require_GET
def in_care(request: HttpRequest) -> HttpResponse:
    """The people who arrived, latest first."""
    now, actor = timezone.now(), actor_of(request.user)
    board = board_for(actor, request.GET.get("at", ""), now=now)
    if board is None:
        return render(request, "program/nowhere.html")
    reading.read_queue(actor, page="in_care", now=now)
    people = [
        {
            "referral": row,
            "name": name_of(row, now=now),
            "wants": wants_of(row) if may_show(row, "minimum", now=now) else "",
        }
        for row in arrived_at(board.program)
    ]
    return render(
        request, "program/in_care.html", {"board": board, "page": "in_care", "people": people, **clock_facts(board)}
    )


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The program's own page, as the public sees it."""
    program = pick(programs_of(actor_of(request.user)), request.GET.get("at", ""))
    return redirect(f"/p/{program.slug}/")


def board_for(actor: Actor, slug: str, *, now: datetime) -> Board | None:
    """The screen of the program that was asked for, or None for a worker who is linked to none."""
    programs = programs_of(actor)
    if not programs and not slug:
        return None
    return board_of(pick(programs, slug), programs, now=now)


def find(actor: Actor, referral_id: UUID) -> Referral:
    """A referral to one of this actor's programs. Raises Http404 for any other, as if it were not there."""
    rows = Referral.objects.visible_to(actor).select_related("request__person", "program__location", "consent")
    found: Referral | None = rows.filter(pk=referral_id).first()
    if found is None:
        raise Http404
    return found


def render_referral(
    request: HttpRequest, found: Referral, *, actor: Actor, now: datetime, status: int = 200, **forms: Any
) -> HttpResponse:
    """The inbox with one referral open. `forms` are those that were refused, with what was typed."""
    programs = programs_of(actor)
    facts = facts_now(found, actor=actor, now=now)
    board = board_of(pick(programs, found.program.slug), programs, now=now)
    context = {
        "board": board,
        "page": "inbox",
        "opened": found,
        "facts": fact_rows(facts, found, now=now, zone=board.zone) if found.state in LIVE_REFERRAL_STATES else [],
        "name": name_of(found, now=now),
        "agreed": found.consent.words if facts else "",
        "state_words": STATE_WORDS[found.state],
        "is_open": found.state in OPEN_REFERRAL_STATES,
        "is_live": found.state in LIVE_REFERRAL_STATES,
        "is_late": found.reply_by <= now,
        "wrong": next((form for form in forms.values() if form.errors), None),
        **answer_forms(request, board, now=now),
        **forms,
        **clock_facts(board),
    }
    return render(request, "program/inbox.html", context, status=status)


def facts_now(found: Referral, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """What may be seen now. Of a referral that has ended nothing is; opening it is entered all the same."""
    if found.state in LIVE_REFERRAL_STATES:
        return facts_for(found, actor=actor, now=now)
    reading.read(found.request, actor=actor, page="referral", now=now)
    return {}


def answer_forms(request: HttpRequest, board: Board, *, now: datetime) -> dict[str, Any]:
    """The three answers, empty or with what a lock interrupted."""
    base = request.path if request.method == "GET" else request.path.rsplit("/", 2)[0] + "/"
    return {
        "accept": AcceptForm(initial=kept(request, f"{base}accept/"), now=now, zone=board.zone),
        "ask": QuestionForm(initial=kept(request, f"{base}ask/")),
        "decline": DeclineForm(initial=kept(request, f"{base}decline/")),
    }


def clock_facts(board: Board) -> dict[str, Any]:
    """What the templates need to say clock times on the program's own clock."""
    day = date_format(board.now.astimezone(board.zone).date(), "D M j", use_l10n=False)
    return {"now": board.now, "time_zone": board.zone.key, "day": day}
