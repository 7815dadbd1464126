"""What a program answers. Each is a plain form that can be sent twice, or from an old page, without harm."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from handrail.actions import refer
from handrail.actions._frame import Forbidden, Refused, Stale
from handrail.core.access import Actor
from handrail.records.accounts.models import actor_of
from handrail.records.casebook.models import Referral
from handrail.web.kept import let_go
from handrail.web.program.board import zone_of
from handrail.web.program.forms import AcceptForm, DeclineForm, QuestionForm
from handrail.web.program.views import find, render_referral
from handrail.web.program.words import DONE_WORDS
from handrail.web.words import reason_words


@dataclass(frozen=True)
class Answering:
    """One answer on its way: who gives it, to which referral, when."""

    request: HttpRequest
    referral: Referral
    actor: Actor
    now: datetime

    def again(self, status: int, **forms: Form) -> HttpResponse:
        """The referral's page as it is now, with the forms that were refused."""
        fresh = find(self.actor, self.referral.pk)
        return render_referral(self.request, fresh, actor=self.actor, now=self.now, status=status, **forms)


def answering(view: Callable[[Answering], HttpResponse]) -> Callable[..., HttpResponse]:
    """Find the referral first: one of another program is 404. Opening the address by hand leads back to the page."""

    @wraps(view)
    @require_http_methods(["GET", "POST"])
    def wrapped(request: HttpRequest, referral_id: UUID) -> HttpResponse:
        actor = actor_of(request.user)
        found = find(actor, referral_id)
        if request.method == "GET":
            return redirect("program_referral", referral_id)
        return view(Answering(request, found, actor, timezone.now()))

    return wrapped


@answering
def acknowledge(given: Answering) -> HttpResponse:
    """Mark a referral as seen; the details open, and the time to answer starts."""
    return answer(given, refer.acknowledge, done=lambda row: row.state == "acknowledged")


@answering
def accept(given: Answering) -> HttpResponse:
    """Say yes, with the day and time they should come."""
    form = AcceptForm(given.request.POST, now=given.now, zone=zone_of(given.referral.program))
    if not form.is_valid():
        return given.again(422, accept=form)
    visit_at, note = form.cleaned_data["visit_at"], form.cleaned_data["visit_note"]
    return answer(
        given,
        refer.accept,
        done=lambda row: row.state == "accepted" and row.visit_at == visit_at,
        visit_at=visit_at,
        visit_note=note,
    )


@answering
def decline(given: Answering) -> HttpResponse:
    """Say no, with a reason from the list."""
    form = DeclineForm(given.request.POST)
    if not form.is_valid():
        return given.again(422, decline=form)
    reason = form.cleaned_data["reason"]
    return answer(
        given,
        refer.decline,
        done=lambda row: row.state == "declined" and row.decline_reason == reason,
        reason=reason,
        note=form.cleaned_data["note"],
    )


@answering
def ask(given: Answering) -> HttpResponse:
    """Ask the counselor something before answering."""
    form = QuestionForm(given.request.POST)
    if not form.is_valid():
        return given.again(422, ask=form)
    question = form.cleaned_data["question"].strip()
    return answer(
        given,
        refer.ask_question,
        done=lambda row: row.state == "info_requested" and row.question == question,
        question=question,
    )


@answering
def arrived(given: Answering) -> HttpResponse:
    """Say that the person is here."""
    return answer(given, refer.arrive, done=lambda row: row.state == "arrived")


def answer(
    given: Answering, act: Callable[..., None], *, done: Callable[[Referral], bool], **facts: Any
) -> HttpResponse:
    """Act once. `done` says that this very answer stands already: a second click then changes nothing.

    An answer from a page that has moved on since gives 409 and the page as it is now.
    """
    request, referral = given.request, given.referral
    back = redirect("program_referral", referral.pk)
    if done(referral):
        return back
    try:
        if request.POST.get("version", str(referral.version)) != str(referral.version):
            raise Stale
        act(referral, actor=given.actor, now=given.now, **facts)
    except Forbidden:
        raise
    except Refused as error:
        if done(find(given.actor, referral.pk)):
            return back
        messages.error(request, reason_words(error.reason))
        return given.again(409 if isinstance(error, Stale) else 422)
    let_go(request, request.path)
    messages.success(request, DONE_WORDS[referral.state])
    return back
