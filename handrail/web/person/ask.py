"""Asking for help, one question a page. Answers are kept sealed between pages; nothing is sent before Send."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from handrail.actions import ask
from handrail.actions._frame import Refused
from handrail.actions.message_words import message_words
from handrail.core.code import show_code
from handrail.core.safety import DANGERS, is_danger
from handrail.records.casebook.models import Draft, HelpRequest
from handrail.records.casebook.people import answers_of
from handrail.records.directory.models import Program
from handrail.web.limits import SEND_SECONDS, Limit, take_once, visitor_key
from handrail.web.person import door, steps, words
from handrail.web.person.promise import promise_of
from handrail.web.person.steps import STEPS, Step
from handrail.web.person.view import first_words_of

GET_POST = ["GET", "HEAD", "POST"]
BY_NAME = {step.name: step for step in STEPS}


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """What will be asked, and that nothing is sent until the end. No form, no cookie."""
    place = _asked_about(request)
    query = f"?{urlencode({'p': place.slug})}" if place else ""
    return render(request, "person/ask.html", {"place": place, "query": query})


@require_http_methods(GET_POST)
def question(request: HttpRequest, name: str) -> HttpResponse:
    """One question: show it with what was answered, or keep the answer and go on."""
    now, step = timezone.now(), BY_NAME[name]
    draft = door.draft_of(request, now=now)
    elsewhere = _elsewhere(request, step, draft)
    if elsewhere:
        return elsewhere
    kept = {} if draft is None or draft.request_id else answers_of(draft)
    form = step.form(request.POST if request.method == "POST" else None, kept=kept)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data.get("who") == "patient":
            return redirect("refer")  # that page asks all at once, and nothing is kept before it is sent
        return _kept(request, step, kept, steps.still_fits(form.answers(), kept), now=now)
    return render(
        request,
        step.template,
        {"form": form, "step": step, "kept": kept, **_around(request, step, kept)},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(GET_POST)
def check(request: HttpRequest) -> HttpResponse:
    """Everything that would be sent, each with Change. Send makes one request, however often it is pressed."""
    now = timezone.now()
    draft = door.draft_of(request, now=now)
    if draft is None:
        return _away(request)
    if draft.request_id:
        return redirect("ask_done")
    kept = answers_of(draft)
    missing = steps.first_open(kept)
    if missing:
        return redirect(missing.url)
    if request.method == "POST":
        return _send(request, draft, kept, now=now)
    return render(request, "person/ask_check.html", {"rows": steps.summary(kept), "kept": kept})


@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """What happens next, by when, the exact words, and the code. It can be opened again for an hour."""
    now = timezone.now()
    draft = door.draft_of(request, now=now)
    if draft is None:
        return _away(request)
    sent = ask.sent(door.token_of(request), now=now)
    if sent is None:
        return redirect("ask_check")
    row = HelpRequest.objects.select_related("person").get(pk=sent.request_id)
    if row.for_whom == "patient":
        return redirect("refer_done")
    held = door.pass_of(request, now=now)
    if not row.pin_hash and (held is None or held.request.pk != row.pk):
        door.let_in(request, row, now=now)
    return render(
        request,
        "person/ask_done.html",
        {
            "sent": sent,
            "said": first_words_of(promise_of(row, now=now, is_just_asked=True), row, now=now),
            "is_waiting": row.stage == "new",
            "call_rules": steps.call_rules(row.answers),
            "code": show_code(sent.code),
            "first_words": _first_words(sent),
            "name_mark": gettext("[name]"),
            "who": row.for_whom,
        },
    )


def _elsewhere(request: HttpRequest, step: Step, draft: Draft | None) -> HttpResponse | None:
    """Where this browser belongs instead: the end, the first open question, or a fresh start."""
    if step.name == "who":
        return None
    if draft is None:
        return _away(request)
    if draft.request_id:
        return redirect("ask_done")
    earlier = steps.why_not_yet(step, answers_of(draft))
    return redirect(earlier.url) if earlier else None


def _kept(
    request: HttpRequest, step: Step, kept: dict[str, Any], answers: dict[str, Any], *, now: datetime
) -> HttpResponse:
    if step.name == "who":
        answers |= _wish(request)
    token = door.token_of(request)
    try:
        token = ask.keep(token, answers, now=now)
    except Refused:  # that one was sent: these answers begin another request
        token = ask.keep("", answers, now=now)
    response = redirect(_next_address(request, step, {**kept, **answers}))
    door.remember_token(response, token)
    return response


def _next_address(request: HttpRequest, step: Step, answers: dict[str, Any]) -> str:
    back = "?c=1" if _is_change(request) else ""
    if step.name == "now" and is_danger(answers["now"]):
        return f"{reverse('ask_first')}{back}"
    if step.name == "contact":
        return f"{reverse('ask_details')}{back}"
    return _after_change(answers) if back else reverse(steps.after(step))


def _after_change(answers: dict[str, Any]) -> str:
    """Back to the check page, by way of what has to be asked again since the change."""
    missing = steps.first_open(answers)
    return f"{reverse(missing.url)}?c=1" if missing else reverse("ask_check")


@require_GET
def first(request: HttpRequest) -> HttpResponse:
    """What to do right now, before anything else, and then on with the request."""
    now = timezone.now()
    draft = door.draft_of(request, now=now)
    if draft is None:
        return _away(request)
    answer = answers_of(draft).get("now", "no")
    if draft.request_id or not is_danger(answer):
        return redirect("ask_now")
    kept = answers_of(draft)
    on, again = (_after_change(kept), "?c=1") if _is_change(request) else (reverse("ask_where"), "")
    facts = {"section": DANGERS[answer], "answer": answer, "on": on, "again": again, "who": kept.get("who", "me")}
    return render(request, "person/ask_first.html", facts)


def _around(request: HttpRequest, step: Step, kept: dict[str, Any]) -> dict[str, Any]:
    # Changing who needs help opens other questions; until they are answered, Back goes to the one before.
    is_change = _is_change(request) and steps.first_open(kept) is None
    return {
        "title": words.title_of(step.name, kept.get("who", "me")),
        "back": reverse("ask_check") if is_change else reverse(steps.before(step)),
        "who": kept.get("who", "me"),
        "questions": steps.QUESTIONS,
    }


def _is_change(request: HttpRequest) -> bool:
    return request.GET.get("c") == "1"


def _asked_about(request: HttpRequest) -> Program | None:
    """The place whose page led here, if any."""
    slug = request.GET.get("p", "").replace("\0", "")
    found: Program | None = Program.objects.listed().filter(slug=slug).first() if slug else None
    return found


def _wish(request: HttpRequest) -> dict[str, Any]:
    place = _asked_about(request)
    return {"wish": place.slug, "wish_name": place.name} if place else {}


def _send(request: HttpRequest, draft: Draft, kept: dict[str, Any], *, now: datetime) -> HttpResponse:
    if not _has_room(request, draft, kept):
        response = render(request, "person/ask_too_many.html", {}, status=429)
        response.headers["Retry-After"] = str(SEND_SECONDS)
        return response
    try:
        ask.send(door.token_of(request), now=now, draft=draft)
    except Refused as refused:
        return redirect("ask") if refused.reason == "not_finished" else _away(request)
    return redirect("ask_done")


def _has_room(request: HttpRequest, draft: Draft, kept: dict[str, Any]) -> bool:
    """False when one address has sent very many within the hour; nobody who may be in danger is ever counted.

    A machine that sends without end would bury those who ask; a jail or a shelter is one address for many people.
    """
    limit = Limit("send", settings.SENDS_AN_HOUR, SEND_SECONDS)
    if not limit.tries or is_danger(kept["now"]):
        return True
    return take_once(limit, visitor_key(request), what=str(draft.pk))


def _away(request: HttpRequest) -> HttpResponse:
    """The answers are gone, or never were: say so, and take the old token away."""
    if not door.token_of(request):
        return redirect("ask")
    response = render(request, "person/ask_away.html", status=422 if request.method == "POST" else 200)
    door.forget_token(response)
    return response


def _first_words(sent: ask.Sent) -> str:
    """The first message as it will be sent. Who answers is not known yet, so the name is left open."""
    if sent.channel not in ("text", "email"):
        return ""
    language = sent.language
    with translation.override(language):
        name = gettext("[name]")
    return message_words("first_contact", channel=sent.channel, language=language, name=name)
