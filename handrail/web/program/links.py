"""Links for a device, kept by the program's intake staff: made, shown once, renewed, turned off."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from handrail.actions._frame import Refused
from handrail.actions.directory import links
from handrail.records.accounts.models import actor_of
from handrail.records.directory.links import is_living, links_of
from handrail.records.directory.models import CapacityLink, Program
from handrail.web.links import show_once, shown_once
from handrail.web.program.board import pick, programs_of
from handrail.web.words import reason_words


@require_http_methods(["GET", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """Make a link for a device of this program, and go to the page that shows it once."""
    if request.method == "GET":
        return redirect("program_openings")
    actor, now = actor_of(request.user), timezone.now()
    programs = programs_of(actor)
    if not programs:
        raise Http404
    program = pick(programs, request.POST.get("at", ""))

    def act() -> str:
        link = links.make_link(program, actor=actor, label=request.POST.get("label", ""), now=now)
        show_once(request, link)
        return ""

    return _did(request, program, act)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Renew a link, or turn it off."""
    actor, now = actor_of(request.user), timezone.now()
    found = CapacityLink.objects.select_related("program").filter(pk=pk, program__in=list(actor.program_ids)).first()
    if found is None:
        raise Http404
    link: CapacityLink = found

    def act() -> str:
        if request.POST.get("do") == "revoke":
            links.revoke_link(link, actor=actor, now=now)
            return _("%(label)s is turned off. It opens nothing any more.") % {"label": link.label}
        links.renew_link(link, actor=actor, now=now)
        return _("%(label)s is renewed.") % {"label": link.label}

    if request.method == "GET" or request.POST.get("do") not in ("revoke", "renew"):
        return redirect(_home(link.program))
    return _did(request, link.program, act)


def link_panel(request: HttpRequest, program: Program, *, now: datetime) -> dict[str, Any]:
    """The links of one program for the page of openings; the one just made with its address, this once."""
    there = list(links_of([program.pk]))
    rows = [{"link": link, "is_living": is_living(link, now)} for link in there]
    return {"links": rows, **shown_once(request, there)}


def _did(request: HttpRequest, program: Program, act: Callable[[], str]) -> HttpResponse:
    try:
        words = act()
        if words:
            messages.success(request, words)
    except Refused as error:
        messages.error(request, reason_words(error.reason))
    return redirect(_home(program))


def _home(program: Program) -> str:
    return f"/program/openings/?at={program.slug}#links"
