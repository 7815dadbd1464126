"""The call-round: programs whose word about openings has run out, whom to call, and a form for what they say."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from handrail.actions._frame import Refused, Stale, require
from handrail.actions.directory import calls as actions
from handrail.actions.directory import links
from handrail.core.access import Actor
from handrail.core.calls import RECENT_DAYS, REST, Standing
from handrail.records.accounts.models import actor_of
from handrail.records.directory.links import links_of
from handrail.records.directory.models import Program
from handrail.web.desk.call_forms import HeardForm, forms_for
from handrail.web.desk.calls import MOST, calls_of, calls_waiting, due_calls, forget_count, just_done, names_of
from handrail.web.desk.shell import desk_page
from handrail.web.links import show_once, shown_once
from handrail.web.typed import uuid_of, whole_number
from handrail.web.words import reason_words

PER_PAGE = 20
MOST_PAGES = 999


@require_http_methods(["GET", "POST"])
def call_round(request: HttpRequest) -> HttpResponse:
    """Whom to call, in the printed order; a POST says what one program told us, or that nobody answered."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "call_round")
    if request.method == "GET":
        return _list(request, actor, now=now)
    program = _program(request)
    typed = forms_for(program, list(actions.rows_of(program).order_by("label", "pk")), request.POST)
    are_right = [form.is_valid() for form in typed]  # every form, so that every error is shown
    if request.POST.get("do") == "say" and not all(are_right):
        return _list(request, actor, now=now, wrong=(program, typed), status=422)
    try:
        words = _did(request, program, typed, actor=actor, now=now)
    except Stale as error:
        messages.warning(request, _who_was_first(program, error))
        return _list(request, actor, now=now, status=409)
    except Refused as error:
        messages.error(request, reason_words(error.reason))
        return _list(request, actor, now=now, wrong=(program, typed), status=422)
    forget_count()
    messages.success(request, words)
    return redirect(f"/desk/call-round/?page={_page_number(request)}")


@require_http_methods(["GET", "POST"])
def call_link(request: HttpRequest) -> HttpResponse:
    """The links of a program that is on the phone: make one to send to them, shown once, or turn one off."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "make_capacity_link")
    if request.method == "GET" and "program" not in request.GET:
        return redirect("desk_call_round")
    program = _program(request)
    there = list(links_of([program.pk]))
    if request.method == "GET":
        context = {"program": program, "links": there, **shown_once(request, there)}
        return desk_page(request, "desk/call_link.html", context, here="calls", now=now, actor=actor)
    try:
        if request.POST.get("do") == "make":
            show_once(request, links.make_link(program, actor=actor, label=_("Sent by our team"), now=now))
        for link in there:
            if request.POST.get("do") == "revoke" and str(link.pk) == request.POST.get("link"):
                links.revoke_link(link, actor=actor, now=now)
                messages.success(request, _("The link is turned off. It opens nothing any more."))
    except Refused as error:
        messages.error(request, reason_words(error.reason))
    return redirect(f"{reverse('desk_call_link')}?program={program.pk}")


def _program(request: HttpRequest) -> Program:
    typed = request.POST if request.method == "POST" else request.GET
    found = Program.objects.listed().filter(pk=uuid_of(typed.get("program", ""))).first()
    if found is None:
        raise Http404
    return found


def _did(request: HttpRequest, program: Program, typed: list[HeardForm], *, actor: Actor, now: datetime) -> str:
    """Do what was pressed, and give the words for it."""
    seen = request.POST.get("seen", "")
    match request.POST.get("do"):
        case "no_answer":
            actions.note_no_answer(program, actor=actor, seen=seen, now=now)
            words = _("%(program)s: no answer. It is at the end of the list for 2 hours.")
        case "still" if seen:
            actions.confirm_by_phone(program, actor=actor, seen=seen, now=now)
            words = _("%(program)s: every row is confirmed, by our team, now.")
        case "say":
            heard = [one for one in (form.heard() for form in typed) if one is not None]
            if not heard:
                raise Refused("nothing_to_say")
            actions.say_by_phone(program, actor=actor, heard=heard, seen=seen, now=now)
            words = _("%(program)s: what they said is shown, by our team, now.")
        case _:
            raise Http404
    return words % {"program": program.name}


def _who_was_first(program: Program, error: Stale) -> str:
    by = names_of([str(error.facts.get("by", ""))])
    who = next(iter(by.values()), _("Somebody"))
    words = _("%(who)s has just said the openings of %(program)s. Nothing of yours was saved over it.")
    return words % {"who": who, "program": program.name}


def _page_number(request: HttpRequest) -> int:
    typed = request.POST.get("page") if request.method == "POST" else request.GET.get("page")
    return whole_number(typed, most=MOST_PAGES, default=1)


def _list(
    request: HttpRequest,
    actor: Actor,
    *,
    now: datetime,
    wrong: tuple[Program, list[HeardForm]] | None = None,
    status: int = 200,
) -> HttpResponse:
    due = due_calls(now)
    page = Paginator(due, PER_PAGE).get_page(_page_number(request))
    shown, rows = list(page.object_list), []
    if wrong is not None:
        # What was typed comes first, wherever the place stands in the list.
        is_it = {each.program_id == str(wrong[0].pk): each for each in due}
        shown = [
            is_it.get(True, Standing(str(wrong[0].pk), None)),
            *(each for each in shown if each != is_it.get(True)),
        ]
    for call in calls_of(shown, now):
        is_wrong = wrong is not None and wrong[0].pk == call.program.pk
        forms = wrong[1] if wrong and is_wrong else forms_for(call.program, [row.statement for row in call.rows])
        rows.append({"call": call, "forms": forms, "is_wrong": is_wrong})
    context = {
        "page": page,
        "rows": rows,
        "done": just_done(now),
        "most": MOST,
        "days": RECENT_DAYS,
        "hours": int(REST.total_seconds() // 3600),
        "calls": calls_waiting(now),
    }
    return desk_page(request, "desk/call_round.html", context, here="calls", now=now, actor=actor, status=status)
