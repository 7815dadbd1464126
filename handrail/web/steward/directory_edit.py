"""Putting one fact or detail right: what to say, why, and for how long it holds; and taking our word back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import phonenumbers
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from handrail.actions._frame import Forbidden, Refused, Stale, require
from handrail.actions.directory.edit import (
    DETAIL_DAYS,
    HOLDS,
    LONGEST_WHY,
    NEEDED,
    correct,
    mark_of,
    own_word,
    set_day_one,
    take_back,
)
from handrail.actions.directory.say import FACT_DAYS
from handrail.core.access import Actor
from handrail.core.facts import DAY_ONE, DETAILS, FACTS, LONGEST_STEP, MAX_TEXT, MOST_STEPS, NO, UNKNOWN, YES
from handrail.core.reports import WHOLE
from handrail.records.accounts.models import actor_of
from handrail.records.directory.models import Program
from handrail.web.steward.directory_facts import WholePlace, read_told
from handrail.web.steward.directory_place import changes_of, find_entry
from handrail.web.steward.directory_words import label_of, said, task_of
from handrail.web.steward.shell import steward_page
from handrail.web.typed import whole_number
from handrail.web.words import reason_words

PHONES = frozenset({"phone", "intake_phone"})
CHANGES = 6
_LONGEST_TYPED = 2_000


@dataclass(frozen=True)
class Field:
    """How one fact or detail is asked for: `choices` to pick from, or words to type, at most `longest` letters."""

    key: str
    choices: tuple[tuple[str, str], ...] = ()
    longest: int = 0
    is_needed: bool = False
    is_long: bool = False

    @property
    def days(self) -> int:
        """How long a word holds unless the editor says otherwise."""
        return FACT_DAYS if self.key in FACTS else DETAIL_DAYS


def field_of(key: str) -> Field:
    """The field of a key. Raises Http404 for what nobody can say."""
    if key == WHOLE:
        return Field(key)
    if key == DAY_ONE:
        return Field(key, longest=MOST_STEPS * LONGEST_STEP, is_long=True)
    if key in DETAILS:
        return Field(key, longest=DETAILS[key], is_needed=key in NEEDED)
    if key not in FACTS:
        raise Http404
    rule = FACTS[key]
    if rule.is_text:
        return Field(key, longest=MAX_TEXT)
    values = sorted(set(rule.words.values())) if rule.words else [YES, NO]
    return Field(key, choices=tuple((value, said(value)) for value in (*values, UNKNOWN)))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One fact: what is shown, who says what, and the form to put it right."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    field, program = field_of(_text(request.GET, "key")), find_entry(pk)
    if program.merged_into_id is not None:
        return redirect("steward_place", pk=program.merged_into_id)
    if request.method == "GET":
        return _form(request, program, field, actor, now=now)
    try:
        _save(request, program, field, actor, now=now)
    except Forbidden:
        raise
    except Refused as error:
        return _form(request, program, field, actor, now=now, error=error)
    messages.success(request, _("%(fact)s: saved.") % {"fact": label_of(field.key)})
    return redirect(_back(request, program))


def _save(request: HttpRequest, program: Program, field: Field, actor: Actor, *, now: datetime) -> None:
    value, why, seen = (_text(request.POST, name) for name in ("value", "why", "seen"))
    days = whole_number(request.POST.get("days"), most=max(HOLDS))
    if field.key == DAY_ONE:
        steps = request.POST.get("value", "").replace("\0", "").splitlines()
        set_day_one(program, actor=actor, steps=steps, why=why, now=now, seen=seen)
        return
    if field.key in PHONES and value:
        value = tidy_phone(value)
    if field.choices and not value:
        raise Refused("needs_value")
    correct(program, actor=actor, key=field.key, value=value, why=why, days=days, now=now, seen=seen)


@require_POST
def take_back_word(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take our word back, so that the sources speak again."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    field, program = field_of(_text(request.POST, "key")), find_entry(pk)
    if program.merged_into_id is not None:
        return redirect("steward_place", pk=program.merged_into_id)
    why, seen = _text(request.POST, "why"), _text(request.POST, "seen")
    try:
        was_ours = take_back(program, actor=actor, key=field.key, why=why, now=now, seen=seen)
    except Forbidden:
        raise
    except Refused as error:
        return _form(request, program, field, actor, now=now, error=error, at="back")
    done = _("%(fact)s: our word is taken back.") if was_ours else _("%(fact)s: there was no word of ours.")
    messages.success(request, done % {"fact": label_of(field.key)})
    return redirect("steward_place", pk=program.pk)


def tidy_phone(text: str) -> str:
    """A phone number as the directory writes it: 970-555-0142, with an extension after x. Raises Refused: `bad_phone`.

    Any number that could be dialled is taken; whether somebody has it is not ours to guess.
    """
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        raise Refused("bad_phone") from None
    if not phonenumbers.is_possible_number(number) or number.country_code != 1:
        raise Refused("bad_phone")
    digits = str(number.national_number)
    shown = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return f"{shown} x{number.extension}" if number.extension else shown


def _form(
    request: HttpRequest,
    program: Program,
    field: Field,
    actor: Actor,
    *,
    now: datetime,
    error: Refused | None = None,
    at: str = "say",
) -> HttpResponse:
    """The form, empty or with what was typed and why it was not saved."""
    told = read_told(program, now=now)
    changes = changes_of(program, key=field.key, most=CHANGES)
    typed = request.POST if error else {}
    row = told.row(field.key) if field.key in FACTS or field.key in DETAILS else None
    status = 409 if isinstance(error, Stale) else 422 if error else 200
    return steward_page(
        request,
        "directory_edit",
        actor,
        now=now,
        status=status,
        program=program,
        field=field,
        label=task_of(field.key),
        row=row,
        entries=told.said_by_each(field.key) if row else [],
        hand=told.hand.get(field.key),
        value=_typed(typed, "value") if at == "say" and error else _standing(told, field),
        why=_typed(typed, "why"),
        days=whole_number(typed.get("days"), most=max(HOLDS)) or field.days,
        holds=HOLDS,
        longest_why=LONGEST_WHY,
        seen=mark_of(program, field.key),
        error=reason_words(error.reason) if error else "",
        clash=changes[0] if isinstance(error, Stale) and changes else None,
        is_stale=isinstance(error, Stale),
        at=at,
        changes=changes,
        reports=_typed(request.GET or {}, "from") == "reports",
        is_day_one=field.key == DAY_ONE,
        is_whole=field.key == WHOLE,
    )


def _standing(told: WholePlace, field: Field) -> str:
    """What the form starts with: text as it stands. A choice is made anew each time: nobody confirms by habit."""
    if field.choices or field.key == WHOLE:
        return ""
    fact = told.facts.get(field.key)
    return (fact.value if fact else "") if field.key in FACTS else own_word(told.program, field.key)


def _back(request: HttpRequest, program: Program) -> str:
    return (
        "/steward/directory/reports/" if request.GET.get("from") == "reports" else f"/steward/directory/{program.pk}/"
    )


def _text(given: Any, name: str) -> str:
    return " ".join(str(given.get(name, "")).replace("\0", "").split())[:_LONGEST_TYPED]


def _typed(given: Any, name: str) -> str:
    return str(given.get(name, "")).replace("\0", "")[:_LONGEST_TYPED]
