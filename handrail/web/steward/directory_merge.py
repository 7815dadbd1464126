"""Two entries side by side: they are one place (merge), they are not, or one place is two (split)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from handrail.actions._frame import Forbidden, Refused, Stale, require
from handrail.actions.directory.edit import LONGEST_WHY
from handrail.actions.directory.merge_by_hand import merge, not_the_same, split
from handrail.core.access import Actor
from handrail.records.accounts.models import actor_of
from handrail.records.directory.models import Conflict, Likeness, Program
from handrail.web.steward.directory_place import find_entry
from handrail.web.steward.directory_query import Search, find
from handrail.web.steward.directory_words import LIKE_WORDS, label_of
from handrail.web.steward.shell import steward_page
from handrail.web.typed import uuid_of, whole_number
from handrail.web.words import reason_words

PAIRS = 20
FOUND = 20
LAST_ID = 2**63 - 1
_COMPARED = ("name", "organization", "street1", "street2", "city", "zip5", "phone", "intake_phone", "website")
_OF_LOCATION = frozenset({"street1", "street2", "city", "zip5"})


@require_http_methods(["GET", "POST"])
def alike(request: HttpRequest) -> HttpResponse:
    """Pairs that may be one place, side by side with what they share."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    if request.method == "POST":
        row = get_object_or_404(Likeness, pk=whole_number(request.POST.get("likeness"), most=LAST_ID))
        if not_the_same(row, actor=actor, now=now):
            messages.success(request, _("Kept as two places."))
        else:
            messages.info(request, _("Somebody has done this already."))
        return redirect("steward_alike")
    after = whole_number(request.GET.get("after"), most=LAST_ID)
    rows = list(_open_pairs().filter(pk__gt=after).order_by("pk")[: PAIRS + 1])
    return steward_page(
        request,
        "directory_alike",
        actor,
        now=now,
        pairs=[_pair(row) for row in rows[:PAIRS]],
        after=rows[PAIRS - 1].pk if len(rows) > PAIRS else None,
        is_later=bool(after),
        disagree=Conflict.objects.filter(settled_at=None).values("program").distinct().count(),
    )


def _open_pairs() -> Any:
    """Pairs nobody has judged, both still shown, and not inside one place by now."""
    one, other = (Coalesce(f"{side}__merged_into", F(f"{side}_id")) for side in ("program", "other"))
    related = tuple(
        f"{side}{part}__{what}"
        for side in ("program", "other")
        for part in ("", "__merged_into")
        for what in ("location", "source", "organization")
    )
    living = Q(program__gone_on=None, other__gone_on=None)
    rows = Likeness.objects.filter(living, settled_at=None).alias(one=one, two=other)
    return rows.exclude(one=F("two")).select_related(*related)


def _pair(row: Likeness) -> dict[str, Any]:
    one, other = row.program.merged_into or row.program, row.other.merged_into or row.other
    return {
        "row": row,
        "one": one,
        "other": other,
        "entries": (one, other),
        "why": LIKE_WORDS.get(row.why, ""),
        "lines": side_by_side(one, other),
    }


def side_by_side(one: Program, other: Program) -> list[dict[str, Any]]:
    """What two entries say, line by line, and which lines they share."""
    lines = []
    for key in _COMPARED:
        mine, theirs = (_word(entry, key) for entry in (one, other))
        if mine or theirs:
            label = _("Organization") if key == "organization" else label_of(key)
            is_shared = bool(mine) and mine.casefold() == theirs.casefold()
            lines.append({"label": label, "one": mine, "other": theirs, "is_shared": is_shared})
    return lines


def _word(entry: Program, key: str) -> str:
    return str(getattr(entry.location if key in _OF_LOCATION else entry, key))


@require_http_methods(["GET", "POST"])
def merge_with(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose the other entry, see both, say which is shown, and why."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    program = find_entry(pk)
    given = request.POST if request.method == "POST" else request.GET
    other_id = uuid_of(given.get("with", ""))
    other = _entry(other_id) if other_id.int else None
    error: Refused | None = None
    if request.method == "POST":
        if other is None:
            return redirect("steward_merge", pk=pk)
        try:
            return _merge(request, program, other, actor, now=now)
        except Forbidden:
            raise
        except Refused as refused:
            error = refused
    asked = " ".join(given.get("q", "").replace("\0", "").split())[:100]
    rows = [row for row in find(Search(q=asked), now=now)[0] if row.pk != program.pk][:FOUND] if asked else []
    return steward_page(
        request,
        "directory_merge",
        actor,
        now=now,
        status=409 if isinstance(error, Stale) else 422 if error else 200,
        program=program,
        other=other,
        pair=(program, other),
        lines=side_by_side(program, other) if other else [],
        asked=asked,
        rows=rows,
        shown=given.get("shown", str(program.pk)),
        why=given.get("why", "").replace("\0", "")[:LONGEST_WHY],
        longest_why=LONGEST_WHY,
        error=reason_words(error.reason) if error else "",
    )


def _merge(request: HttpRequest, one: Program, other: Program, actor: Actor, *, now: Any) -> HttpResponse:
    into, part = (other, one) if request.POST.get("shown") == str(other.pk) else (one, other)
    merge(part, into=into, actor=actor, why=request.POST.get("why", ""), now=now)
    words = {"part": part.name, "into": into.name}
    messages.success(request, _("%(part)s is now a part of %(into)s.") % words)
    return redirect("steward_place", pk=into.pk)


def _entry(pk: UUID) -> Program | None:
    rows = Program.objects.select_related("organization", "location", "source")
    found: Program | None = rows.filter(pk=pk).first()
    return found


@require_http_methods(["GET", "POST"])
def split_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a merged entry its own page again, with a reason."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    part = find_entry(pk)
    if part.merged_into_id is None:
        return redirect("steward_place", pk=part.pk)
    error: Refused | None = None
    if request.method == "POST":
        try:
            split(part, actor=actor, why=request.POST.get("why", ""), now=now)
        except Forbidden:
            raise
        except Refused as refused:
            error = refused
        else:
            messages.success(request, _("%(name)s has its own page again.") % {"name": part.name})
            return redirect("steward_place", pk=part.pk)
    whole = find_entry(part.merged_into_id)
    return steward_page(
        request,
        "directory_split",
        actor,
        now=now,
        status=409 if isinstance(error, Stale) else 422 if error else 200,
        program=part,
        whole=whole,
        pair=(whole, part),
        lines=side_by_side(whole, part),
        why=request.POST.get("why", "").replace("\0", "")[:LONGEST_WHY],
        longest_why=LONGEST_WHY,
        error=reason_words(error.reason) if error else "",
    )
