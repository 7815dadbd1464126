"""What a program says of its openings: steppers that are plain buttons, and one button for "still right"."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from handrail.actions._frame import Refused, Stale
from handrail.actions.directory import openings as actions
from handrail.core.access import Actor
from handrail.records.accounts.models import actor_of
from handrail.records.directory.models import Program
from handrail.web.program.board import pick, programs_of
from handrail.web.program.forms import OpeningsForm
from handrail.web.program.links import link_panel
from handrail.web.program.views import board_for, clock_facts
from handrail.web.words import reason_words


@require_http_methods(["GET", "POST"])
def openings(request: HttpRequest) -> HttpResponse:
    """Every row of openings, with when the next one is and how many wait; a POST says one row anew."""
    now, actor = timezone.now(), actor_of(request.user)
    if request.method == "GET":
        return render_openings(request, actor, now=now)
    program = program_of(request, actor)
    form = OpeningsForm(request.POST)
    if not form.is_valid():
        return render_openings(request, actor, now=now, status=422, form=form)
    try:
        actions.say_row(program, actor=actor, now=now, **form.row())
    except Refused as error:
        return refused(request, actor, error, form=form, now=now)
    return redirect(back_to(request, program))


@require_http_methods(["GET", "POST"])
def still_right(request: HttpRequest) -> HttpResponse:
    """Say that every row is still right, now."""
    now, actor = timezone.now(), actor_of(request.user)
    if request.method == "GET":
        return redirect("program_openings")
    program = program_of(request, actor)
    try:
        actions.confirm_rows(program, actor=actor, seen=request.POST.get("seen", ""), now=now)
    except Refused as error:
        return refused(request, actor, error, form=None, now=now)
    messages.success(request, _("Thank you. The public page shows your numbers as said now."))
    return redirect(back_to(request, program))


def program_of(request: HttpRequest, actor: Actor) -> Program:
    """The program a form speaks for. Raises Http404 for one that is not theirs."""
    programs = programs_of(actor)
    if not programs:
        raise Http404
    return pick(programs, request.POST.get("at", ""))


def render_openings(
    request: HttpRequest, actor: Actor, *, now: datetime, status: int = 200, form: OpeningsForm | None = None
) -> HttpResponse:
    """The page of openings, with a row that was refused as it was typed."""
    slug = request.POST.get("at", "") if request.method == "POST" else request.GET.get("at", "")
    board = board_for(actor, slug, now=now)
    if board is None:
        return render(request, "program/nowhere.html")
    context = {"board": board, "page": "openings", "form": form or OpeningsForm(), **clock_facts(board)}
    context |= link_panel(request, board.program, now=now)
    return render(request, "program/openings.html", context, status=status)


def refused(
    request: HttpRequest, actor: Actor, error: Refused, *, form: OpeningsForm | None, now: datetime
) -> HttpResponse:
    """Say why not, on the page as it is now."""
    is_stale = isinstance(error, Stale)
    messages.error(request, reason_words(error.reason))
    return render_openings(request, actor, now=now, status=409 if is_stale else 422, form=None if is_stale else form)


def back_to(request: HttpRequest, program: Program) -> str:
    """Where the buttons stood: this door's own pages only."""
    back = request.POST.get("back", "")
    if back.startswith("/program/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    return f"/program/openings/?at={program.slug}"
