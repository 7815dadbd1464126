"""What a program says of itself: every fact it may say, by topic, with what its page shows of it now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from handrail.actions._frame import Refused, Stale
from handrail.actions.directory.facts import renew_facts, say_facts
from handrail.core.access import Actor
from handrail.core.facts import FACTS, MAX_TEXT, NO, YES, fact_of
from handrail.core.own_words import TOPICS, needs_a_word, why_not_own_word
from handrail.records.accounts.models import Staff, actor_of
from handrail.records.directory.models import Program
from handrail.records.directory.own_words import OwnWords, own_words
from handrail.web.fact_words import FACT_WORDS, VALUE_WORDS
from handrail.web.finder_words import day_words, source_words, value_words
from handrail.web.program.board import pick, programs_of
from handrail.web.program.views import board_for, clock_facts
from handrail.web.program.words import OWN_WORDS, TOPIC_WORDS
from handrail.web.words import reason_words

SILENT = "silent"  # how a form says "we do not say"
SAVED = "facts_saved"  # where the session keeps which topic was saved just now, for the page that shows it once


class TopicForm(forms.Form):
    """The facts of one topic. What stands is chosen; what ran out or came from others is not put in their mouth."""

    def __init__(self, topic: str, told: OwnWords, data: Any = None) -> None:
        super().__init__(data, auto_id="fact_%s")
        self.told, self.keys = told, TOPICS[topic]
        for key in self.keys:
            self.fields[key] = _field_of(key, told)

    def clean(self) -> dict[str, Any]:
        """Say beside each fact why it cannot be said so."""
        data: dict[str, Any] = super().clean() or {}
        for key in self.keys:
            value = " ".join(str(data.get(key, "")).split())
            if (FACTS[key].is_text or value != SILENT) and why_not_own_word(key, value):
                self.add_error(key, _("Use plain words, or leave it empty."))
        return data

    def words(self) -> dict[str, str]:
        """What was said: an empty text takes back a word that stands; a choice that was not made says nothing."""
        words: dict[str, str] = {}
        for key in self.keys:
            value = self.cleaned_data[key]
            if not FACTS[key].is_text:
                value = {"": None, SILENT: ""}.get(value, value)
            elif not value and (key not in self.data or self.told.has_run_out(key)):
                value = None
            if value is not None:
                words[key] = value
        return words


def _field_of(key: str, told: OwnWords) -> forms.Field:
    label, stands = OWN_WORDS.get(key, FACT_WORDS[key]), told.standing(key)
    if FACTS[key].is_text:
        too_long = _l("Keep this to %(limit_value)d letters.")
        text = forms.CharField(label=label, required=False, max_length=MAX_TEXT, initial=stands)
        text.validators[0].message = too_long  # type: ignore[attr-defined]
        return text
    rule_words = FACTS[key].words
    values = dict.fromkeys(rule_words.values()) if rule_words else (YES, NO)
    choices = [*((value, VALUE_WORDS[value]) for value in values), (SILENT, _l("We do not say"))]
    initial = "" if told.has_run_out(key) else stands or SILENT
    wrong = {"invalid_choice": _l("Choose one of these.")}
    return forms.ChoiceField(
        label=label, required=False, choices=choices, widget=forms.RadioSelect, initial=initial, error_messages=wrong
    )


@dataclass(frozen=True)
class FactLine:
    """One fact: its field, what the page shows now, who said so, and whether it asks for a word."""

    field: forms.BoundField
    shows: str
    said: str
    is_text: bool
    needs_word: bool
    is_soon: bool


@dataclass(frozen=True)
class Topic:
    """One form: its facts, those that ask for a word first."""

    key: str
    title: str
    form: TopicForm
    seen: str
    lines: Sequence[FactLine] = field(default_factory=list)

    @property
    def asks(self) -> int:
        """How many facts are not known or run out soon."""
        return sum(line.needs_word for line in self.lines)

    @property
    def state(self) -> str:
        """What the topic needs, in words."""
        soon = sum(line.is_soon for line in self.lines)
        unknown = self.asks - soon
        parts = []
        if soon:
            parts.append(ngettext("%(n)d runs out soon", "%(n)d run out soon", soon) % {"n": soon})
        if unknown:
            parts.append(_("%(n)d not known") % {"n": unknown})
        return ", ".join(parts) or _("All known")


@require_http_methods(["GET", "POST"])
def facts(request: HttpRequest) -> HttpResponse:
    """Every fact the program may say; a POST says those of one topic anew."""
    now, actor = timezone.now(), actor_of(request.user)
    if request.method == "GET":
        return _page(request, actor, request.GET.get("at", ""), now=now)
    program, topic = _program_of(request, actor), request.POST.get("topic", "")
    if topic not in TOPICS:
        raise Http404
    form = TopicForm(topic, own_words(program, now.date()), request.POST)
    if not form.is_valid():
        return _page(request, actor, program.slug, now=now, status=422, form=form, opened=topic)
    seen = request.POST.get("seen", "")
    try:
        changed = say_facts(program, form.words(), actor=actor, now=now, seen=seen)
    except Refused as error:
        return _refused(request, actor, program, error, now=now, opened=topic)
    request.session[SAVED] = [topic, changed]
    return redirect(f"{request.path}?at={program.slug}&open={topic}#{topic}")


@require_http_methods(["GET", "POST"])
def still_right(request: HttpRequest) -> HttpResponse:
    """Say that all of it is still right, for another 90 days."""
    now, actor = timezone.now(), actor_of(request.user)
    if request.method == "GET":
        return redirect("program_facts")
    program = _program_of(request, actor)
    try:
        renew_facts(program, actor=actor, now=now, seen=request.POST.get("seen", ""))
    except Refused as error:
        return _refused(request, actor, program, error, now=now)
    messages.success(request, _("Thank you. All you said is good for 90 days from today."))
    return redirect(f"/program/facts/?at={program.slug}")


def _program_of(request: HttpRequest, actor: Actor) -> Program:
    programs = programs_of(actor)
    if not programs:
        raise Http404
    return pick(programs, request.POST.get("at", ""))


def _refused(
    request: HttpRequest, actor: Actor, program: Program, error: Refused, *, now: datetime, opened: str = ""
) -> HttpResponse:
    messages.error(request, reason_words(error.reason))
    status = 409 if isinstance(error, Stale) else 422
    return _page(request, actor, program.slug, now=now, status=status, opened=opened)


def _page(
    request: HttpRequest,
    actor: Actor,
    slug: str,
    *,
    now: datetime,
    status: int = 200,
    form: TopicForm | None = None,
    opened: str = "",
) -> HttpResponse:
    board = board_for(actor, slug, now=now)
    if board is None:
        return render(request, "program/nowhere.html")
    told = own_words(board.program, now.date())
    names = _names_of(told)
    topics = [_topic(key, told, names, form if key == opened else None) for key in TOPICS]
    topics.sort(key=lambda topic: not topic.asks)
    context = {
        "board": board,
        "page": "facts",
        "topics": topics,
        "wrong": form,
        "saved": _saved_words(request),
        "opened": opened or request.GET.get("open", "") or topics[0].key,
        "said": len(told.own),
        "ran_out": sum(told.has_run_out(key) for key in told.own),
        "runs_out_on": min((fact.expires_on for fact in told.own.values() if told.standing(fact.key)), default=None),
        "seen": told.mark(told.own),
        **clock_facts(board),
    }
    return render(request, "program/facts.html", context, status=status)


def _saved_words(request: HttpRequest) -> dict[str, str]:
    """What to say once, by topic: the page opens at the topic, below where notes stand."""
    topic, changed = request.session.pop(SAVED, ("", 0))
    words = ngettext("Saved %(n)d answer. Your page shows it.", "Saved %(n)d answers. Your page shows them.", changed)
    return {"topic": topic, "words": words % {"n": changed} if changed else _("Nothing is new. What you said stands.")}


def _names_of(told: OwnWords) -> dict[str, str]:
    """Who said each fact, as colleagues call them, in one query."""
    ids = {key: fact.said_by.partition(":")[2] for key, fact in told.own.items()}
    names = {str(one.pk): str(one) for one in Staff.objects.filter(pk__in={pk for pk in ids.values() if pk.isdigit()})}
    return {key: names[pk] for key, pk in ids.items() if pk in names}


def _topic(key: str, told: OwnWords, names: dict[str, str], form: TopicForm | None) -> Topic:
    form = form or TopicForm(key, told)
    lines = [_line(form, name, told, names.get(name, "")) for name in TOPICS[key]]
    lines.sort(key=lambda line: not line.needs_word)
    return Topic(key, str(TOPIC_WORDS[key]), form, told.mark(TOPICS[key]), lines)


def _line(form: TopicForm, key: str, told: OwnWords, name: str) -> FactLine:
    today, fact = told.today, fact_of(told.shown, key)
    mine = told.own.get(key)
    shows = _("Page: %(value)s.") % {"value": value_words(fact)}
    if key in told.doubted:
        said = _("People told us that this is wrong. We are checking.")
    elif mine is not None and told.has_run_out(key):
        words = {"value": VALUE_WORDS.get(mine.value, mine.value), "day": _date(mine.expires_on, today)}
        said = _("You said: %(value)s. That ran out %(day)s.") % words
    elif fact.is_known:
        who = (name or _("You")) if mine is not None else source_words(fact.source)
        said = _said(who, fact.observed_on, fact.expires_on, today)
    else:
        said = ""
    needs = needs_a_word(fact, today)
    is_soon = told.has_run_out(key) or (needs and fact.is_known)
    return FactLine(form[key], shows, said, FACTS[key].is_text, needs, is_soon)


def _said(who: str, on: date | None, until: date | None, today: date) -> str:
    words = {"who": who[:1].upper() + who[1:], "on": _date(on, today), "until": _date(until, today)}
    if on is None:
        return _("%(who)s.") % words
    return (_("%(who)s, %(on)s, good until %(until)s.") if until else _("%(who)s, %(on)s.")) % words


def _date(day: date | None, today: date) -> str:
    return day_words(day, today) if day else ""
