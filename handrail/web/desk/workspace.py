"""One request on one screen: who it is, what happened, what to write, what fits, what is shared."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from handrail.actions.reading import read
from handrail.core.access import Actor
from handrail.core.journey import is_open
from handrail.records.accounts.models import actor_of
from handrail.records.casebook.models import HelpRequest
from handrail.web.desk.contact_words import call_panel, way_choices
from handrail.web.desk.panels import (
    MORE_MATCHES,
    SHOWN_MATCHES,
    match_panel,
    needs_panel,
    person_panel,
    places_panel,
    readers,
    safety_panel,
    task_panel,
)
from handrail.web.desk.rows import FLAG_SPRITE, SOON_MINUTES, clock_words, due_words
from handrail.web.desk.shell import desk_page
from handrail.web.desk.timeline import FILTERS, timeline
from handrail.web.desk.wall_panels import asked_by_panel, family_panel, line_panel
from handrail.web.desk.words import DECLINES, FIRST_PROMPT, OUTCOMES, PROMPTS, STAGES, name_of, next_words
from handrail.web.kept import kept, kept_at
from handrail.web.typed import whole_number

SEVERAL = ("kinds", "must", "scopes", "tell")


@require_GET
def workspace(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page of one request. Opening it is entered in the ledger."""
    now, actor = timezone.now(), actor_of(request.user)
    return show(request, find_request(actor, pk), actor=actor, now=now)


def find_request(actor: Actor, pk: UUID) -> HelpRequest:
    """The request, if this actor may know of it; else 404."""
    wanted: HelpRequest = get_object_or_404(
        HelpRequest.objects.visible_to(actor).select_related("person", "owner"), pk=pk
    )
    return wanted


def show(
    request: HttpRequest,
    wanted: HelpRequest,
    *,
    actor: Actor,
    now: datetime,
    part: str = "",
    errors: dict[str, str] | None = None,
    clash_since: datetime | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the workspace; after a refusal with the errors at their fields and everything typed kept."""
    read(wanted, actor=actor, page="workspace", now=now)
    typed: dict[str, Any] = {}
    if part:
        typed = {name: request.POST.getlist(name) for name in request.POST}
        typed = {name: values if name in SEVERAL else values[-1] for name, values in typed.items()}
    most = MORE_MATCHES if request.GET.get("matches") == "more" else SHOWN_MATCHES
    context = {
        "wanted": wanted,
        **_reach(wanted, actor, now),
        "stage": STAGES[wanted.stage],
        "next": next_words(wanted),
        "due": due_words(wanted.next_at, now) if wanted.next_at else "",
        "is_soon": bool(wanted.next_at and wanted.next_at - now <= timedelta(minutes=SOON_MINUTES)),
        "due_at": clock_words(wanted.next_at, ampm=True, with_day=now) if wanted.next_at else "",
        "safety": safety_panel(wanted, now=now),
        "needs": needs_panel(wanted, typed if part == "needs" else {}),
        "matches": match_panel(wanted, now=now, most=most),
        "places": places_panel(wanted, now=now),
        "tasks": task_panel(wanted, now=now),
        "family": family_panel(wanted, now=now),
        "asked_by": asked_by_panel(wanted, now=now),
        "declines": DECLINES.items(),
        "readers": readers(wanted, reader_id=actor.id, now=now),
        "now_iso": now.isoformat(),
        "part": part,
        "typed": typed,
        "errors": errors or {},
        "sprite": FLAG_SPRITE,
        "why_not": why_not_write(wanted),
        "is_mine": str(wanted.owner_id) == actor.id,
    }
    context |= _timeline(request, wanted, now=now, clash_since=clash_since)
    context |= _composer(request, wanted, now=now, typed=typed if part == "write" else {})
    here = "mine" if context["is_mine"] else "queue" if wanted.in_queue else ""
    return desk_page(request, "desk/workspace.html", context, here=here, now=now, actor=actor, status=status)


def _reach(wanted: HelpRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    """Who it is and how they may be reached; while that is a professional's line, in the words for that."""
    line = line_panel(wanted, name=actor.name, now=now)
    return {
        "person": person_panel(wanted, now=now) | line.get("box", {}),
        "call": line.get("call") or call_panel(wanted, name=actor.name, now=now),
    }


def _timeline(
    request: HttpRequest, wanted: HelpRequest, *, now: datetime, clash_since: datetime | None
) -> dict[str, Any]:
    picked = request.GET.get("show", "all")
    picked = picked if picked in FILTERS else "all"
    names = {"all": _("All"), "contacts": _("Contacts"), "notes": _("Notes")}
    return {
        "lines": timeline(wanted, show=picked, now=now),
        "filters": [(key, word, key == picked) for key, word in names.items()],
        "clash": timeline(wanted, show="all", now=now, since=clash_since) if clash_since else None,
    }


def _composer(request: HttpRequest, wanted: HelpRequest, *, now: datetime, typed: dict[str, Any]) -> dict[str, Any]:
    address = reverse("desk_contact", args=[wanted.pk])
    draft = typed or kept(request, address)
    at = "" if typed else kept_at(request, address)
    prompt = whole_number(request.GET.get("prompt"), most=99, default=FIRST_PROMPT.get(wanted.stage, 5)) % len(PROMPTS)
    return {
        "draft": draft,
        "ways": way_choices(wanted.person.rule, picked=draft.get("way", ""), now=now),
        "outcomes": [(key, word, draft.get("outcome") == key) for key, word in OUTCOMES.items()],
        "kept_words": kept_words(datetime.fromisoformat(at), now) if at else "",
        "prompt": PROMPTS[prompt],
        "next_prompt": (prompt + 1) % len(PROMPTS),
        "name": name_of(wanted.person.chosen_name),
    }


def why_not_write(wanted: HelpRequest) -> str:
    """Why nothing may be written here now: "take_first", "not_open", or "" when it may.

    Who waits in the queue is taken first, so that writing is no way round the printed order.
    """
    if wanted.in_queue:
        return "take_first"
    return "" if is_open(wanted.stage) else "not_open"


def kept_words(at: datetime, now: datetime) -> str:
    """When the draft was kept."""
    return _("Draft kept %(time)s") % {"time": clock_words(at, ampm=True, with_day=now)}
