"""Pages that wait for a nurse or doctor to check their words, and the form by which a check is entered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from handrail.actions._frame import Refused, Stale, require
from handrail.actions.library import NAME_LETTERS, sign_page, to_check
from handrail.records.accounts.models import actor_of
from handrail.records.library.articles import article
from handrail.records.library.checks import WHOLE_LANGUAGE
from handrail.records.library.models import PageCheck
from handrail.web.steward.shell import steward_page
from handrail.web.words import reason_words

HALF_A_YEAR = timedelta(days=182)
DUE_WORDS = {
    "never": "Nobody has checked it",
    "past": "Its day has passed",
    "changed": "Its words changed",
    "evidence": "What it rests on is due",
    "early": "Checked before it was due",
}
MADE = {"danger": ("Is someone in danger now?", "/danger/"), WHOLE_LANGUAGE: ("The whole translation", "/")}


@dataclass(frozen=True)
class Row:
    """One page in one language, and its open check."""

    page: str
    language: str
    title: str
    check: PageCheck

    @property
    def why(self) -> str:
        """Why it is due, in words."""
        return DUE_WORDS[self.check.due_why]


class SignForm(forms.Form):
    """Who has read the words, as what, when, and when somebody must read them again."""

    by = forms.CharField(label="Name of the nurse or doctor", max_length=NAME_LETTERS)
    role = forms.CharField(label="Role and license", max_length=NAME_LETTERS)
    on = forms.DateField(label="Checked on", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Next check", widget=forms.DateInput(attrs={"type": "date"}))
    digest = forms.CharField(widget=forms.HiddenInput)


@require_safe
def pages_to_check(request: HttpRequest) -> HttpResponse:
    """Every page that waits for a check, the longest waiting first, and what was checked lately."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "sign_page")
    waiting = [
        Row(check.page, check.language, title_of(check.page, check.language), check)
        for check in PageCheck.objects.filter(checked_on=None).order_by("language", "opened_at", "pk")
    ]
    signed = [
        Row(check.page, check.language, title_of(check.page, check.language), check)
        for check in PageCheck.objects.exclude(checked_on=None).order_by("-checked_on", "-pk")[:30]
    ]
    return steward_page(request, "library", actor, now=now, rows=waiting, signed=signed)


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, language: str, page: str) -> HttpResponse:
    """Enter the check of one page: only of the words that are on it now."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "sign_page")
    known = to_check(language) if language in settings.HANDRAIL_LANGUAGES else {}
    if page not in known:
        raise Http404
    form = SignForm(request.POST) if request.method == "POST" else SignForm(initial=_blank(now, known[page]))
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                sign_page(page, language, actor=actor, now=now, **form.cleaned_data)
            except Refused as refused:
                status = 409 if isinstance(refused, Stale) or refused.reason == "words_changed" else 422
                form.add_error(None, reason_words(refused.reason, **refused.facts))
            else:
                messages.success(request, _("The check is entered. The page shows it."))
                return redirect("steward_library")
    past = (
        PageCheck.objects.filter(page=page, language=language).exclude(checked_on=None).order_by("-checked_on", "-pk")
    )
    facts: dict[str, Any] = {
        "form": form,
        "title": title_of(page, language),
        "language": settings.HANDRAIL_LANGUAGES[language],
        "address": address_of(page, language),
        "past": past,
    }
    return steward_page(request, "library_sign", actor, now=now, status=status, **facts)


def _blank(now: datetime, digest: str) -> dict[str, Any]:
    return {"on": now.date(), "until": now.date() + HALF_A_YEAR, "digest": digest}


def title_of(page: str, language: str) -> str:
    """What a page is called: its question, or the name of a page of fixed words."""
    found = article(page, language)
    return found.title if found else MADE.get(page, (page, ""))[0]


def address_of(page: str, language: str) -> str:
    """Where the page is read."""
    start = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    found = article(page, language)
    if found is None:
        return start + MADE[page][1]
    middle = {"what-treatment-is-like": "/learn/what-treatment-is-like/", "cost": "/cost/", "family": "/"}
    return f"{start}{middle.get(found.page.group, '/learn/')}{page}/"
