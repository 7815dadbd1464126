"""Where sources do not agree: what each says, what is shown and why, and the buttons that settle it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from handrail.actions._frame import Refused, Stale, require
from handrail.actions.directory.checks import keep_shown, say_unknown, use_other, word_of
from handrail.actions.directory.edit import NEEDED
from handrail.core.access import Actor
from handrail.core.facts import DETAILS, NOT_KNOWN
from handrail.records.accounts.models import actor_of
from handrail.records.directory.models import Conflict, Likeness, Program
from handrail.records.directory.telling import Telling, tell
from handrail.web.steward.directory_words import label_of, said
from handrail.web.steward.shell import steward_page
from handrail.web.typed import uuid_of, whole_number

PLACES = 20
LAST_ID = 2**63 - 1


@dataclass(frozen=True)
class Word:
    """One thing on which sources do not agree, in words: what is shown and why, and what the other says."""

    pk: int
    key: str
    label: str
    shown: str
    shown_by: str
    shown_on: date | None
    other: str
    other_by: str
    other_on: date
    rule: str
    seen: str
    may_be_unknown: bool


@require_http_methods(["GET", "POST"])
def conflicts(request: HttpRequest) -> HttpResponse:
    """Where sources do not agree, place by place; of one place if asked."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    if request.method == "POST":
        return _answer(request, actor, now=now)
    open_ = Conflict.objects.filter(settled_at=None)
    only, after = request.GET.get("place", ""), request.GET.get("after", "").replace("\0", "")[:80]
    if only:
        open_ = open_.filter(program=uuid_of(only))
    rows = open_.filter(program__slug__gt=after) if after else open_
    slugs = list(rows.order_by("program__slug").values_list("program__slug", flat=True).distinct()[: PLACES + 1])
    return steward_page(
        request,
        "directory_conflicts",
        actor,
        now=now,
        places=_places(open_.filter(program__slug__in=slugs[:PLACES]), now=now),
        after=slugs[PLACES - 1] if len(slugs) > PLACES else "",
        only=only,
        is_later=bool(after),
        likely=Likeness.objects.filter(settled_at=None).count(),
    )


def _places(rows: Any, *, now: datetime) -> list[dict[str, Any]]:
    related = ("program__location", "program__source", "other__location", "other__source")
    found: dict[Program, list[Conflict]] = defaultdict(list)
    for row in rows.select_related(*related).order_by("program__slug", "other", "pk"):
        found[row.program].append(row)
    tellings = {told.row["id"]: told for told in tell([program.pk for program in found])}
    return [
        {"program": program, "words": [_word(row, tellings.get(program.pk), now.date()) for row in conflicts_]}
        for program, conflicts_ in found.items()
    ]


def _word(row: Conflict, telling: Telling | None, today: date) -> Word:
    value, source, on, rule = _standing(row, telling, today)
    return Word(
        pk=row.pk,
        label=label_of(row.key),
        key=row.key,
        shown=said(value),
        shown_by=source,
        shown_on=on,
        other=said(word_of(row)),
        other_by=row.other.source.name,
        other_on=row.other.observed_on,
        rule=rule,
        seen=row.other_value,
        may_be_unknown=row.key not in NEEDED,
    )


def _standing(row: Conflict, telling: Telling | None, today: date) -> tuple[str, str, date | None, str]:
    """What is shown now, who says it, since when, and by which part of the rule of core.joining."""
    if telling is None:
        return row.value, row.program.source.name, row.program.observed_on, _("The place is not shown.")
    by_hand = any(word.key == row.key and word.expires_on >= today for word in telling.said)
    if row.key in DETAILS:
        source, on, _until = telling.provenance(row.key)
        rule = _("Said by hand, above every list.") if by_hand else _("The entry that is shown keeps its own.")
        return telling.detail(row.key, today), source, on, rule
    fact = telling.facts(today).get(row.key, NOT_KNOWN)
    if by_hand:
        return fact.value, fact.source or str(_("By hand")), fact.observed_on, _("Said by hand, above every list.")
    if not fact.is_known:
        return fact.value, "", None, _("What was said last has run out, or is in doubt.")
    is_newer = fact.observed_on is not None and fact.observed_on > row.other.observed_on
    return (
        fact.value,
        fact.source,
        fact.observed_on,
        _("The newest list stands.") if is_newer else _("Of one day, the entry that is shown."),
    )


def _answer(request: HttpRequest, actor: Actor, *, now: datetime) -> HttpResponse:
    what, back = request.POST.get("what", ""), request.POST.get("back", "")
    if what == "keep_all":
        program = get_object_or_404(Program, pk=uuid_of(request.POST.get("program", "")))
        ids = [number for text in request.POST.getlist("ids")[:500] if (number := whole_number(text, most=LAST_ID))]
        count = keep_shown(program, ids=ids, actor=actor, now=now)
        done = ngettext("%(n)d is settled.", "%(n)d are settled.", count) % {"n": count}
        messages.success(request, done)
        return _to_conflicts(back)
    rows = Conflict.objects.select_related("program", "other__source")
    row = rows.filter(pk=whole_number(request.POST.get("conflict"), most=LAST_ID)).first()
    if row is None:
        raise Stale  # sources that agree by now have no conflict any more
    why = _("Conflict: %(source)s") % {"source": row.other.source.name}
    seen = request.POST.get("seen", "")
    if what == "keep":
        keep_shown(row.program, ids=[row.pk], actor=actor, now=now)
    elif what == "other":
        use_other(row, actor=actor, seen=seen, why=why, now=now)
    elif what == "unknown":
        say_unknown(row, actor=actor, seen=seen, why=why, now=now)
    else:
        raise Refused("needs_outcome")
    messages.success(request, _("%(fact)s: settled.") % {"fact": label_of(row.key)})
    return _to_conflicts(back)


def _to_conflicts(back: str) -> HttpResponse:
    """The list again; of one place while one was looked at."""
    return redirect(f"/steward/directory/conflicts/?place={uuid_of(back)}" if back else "steward_conflicts")
