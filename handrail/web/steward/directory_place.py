"""One place on the editor's desk: everything told of it, what waits to be checked, and what changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from handrail.actions._frame import require
from handrail.core.openings import Statement, sentence_for
from handrail.core.reports import WHOLE
from handrail.records.accounts.models import actor_of
from handrail.records.directory.models import CapacityStatement, Conflict, FactChange, Program, Report
from handrail.web.finder_words import fresh_hours, openings_line
from handrail.web.steward.directory_facts import WholePlace, is_shut_by_hand, named, read_told
from handrail.web.steward.directory_words import LABELS, OUTCOME_WORDS, label_of, names_of, report_words, said
from handrail.web.steward.shell import steward_page
from handrail.web.typed import whole_number

RECENT = 8
HISTORY = 100
# Reasons that an import writes; the words of people are shown as they are.
_CODES = frozenset({"same_place", "shown_instead", "import"})
_ENTRY_ROWS = ("name", "street1", "street2", "city", "zip5", "phone", "intake_phone", "website")


@require_GET
def place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything told of one place. An entry that was merged leads to the place it is a part of."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    row = find_entry(pk)
    if row.merged_into_id is not None:
        return redirect("steward_place", pk=row.merged_into_id)
    told = read_told(row, now=now)
    return steward_page(
        request,
        "directory_place",
        actor,
        now=now,
        program=row,
        told=told,
        details=told.details(),
        groups=told.groups(),
        entry_table=_entry_table(told),
        openings=_openings(told, now=now),
        reports=_reports(told),
        conflicts=_conflict_count(row),
        changes=changes_of(row, most=RECENT),
        is_shut=is_shut_by_hand(told),
        whole=WHOLE,
    )


@require_GET
def history(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What changed at one place, newest first; of one fact if asked."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    row = find_entry(pk)
    key = request.GET.get("key", "")
    key = key if key in LABELS else ""
    before = whole_number(request.GET.get("before"), most=2**63 - 1)
    changes = changes_of(row, key=key, before=before, most=HISTORY + 1)
    return steward_page(
        request,
        "directory_history",
        actor,
        now=now,
        program=row,
        key=key,
        label=label_of(key) if key else "",
        keys=[(one, label_of(one)) for one in keys_that_changed(row)],
        changes=changes[:HISTORY],
        older=changes[HISTORY - 1].pk if len(changes) > HISTORY else None,
    )


def find_entry(pk: UUID) -> Program:
    """One entry with what its page needs. Raises Http404."""
    rows = Program.objects.select_related("organization", "location", "source", "merged_into")
    found: Program = get_object_or_404(rows, pk=pk)
    return found


@dataclass(frozen=True)
class Change:
    """One line of a history, in words."""

    pk: int
    key: str
    label: str
    before: str
    value: str
    at: datetime
    by: str
    source: str
    why: str


def changes_of(program: Program, *, key: str = "", before: int = 0, most: int) -> list[Change]:
    """The history of a place, newest first."""
    rows = _lines(program).select_related("source").order_by("-at", "-pk")
    if key:
        rows = rows.filter(key=key)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[:most])
    names = names_of(row.by for row in found)
    entries = named(text for row in found if row.key in ("merged", "split") for text in (row.before, row.value))
    return [_change(row, names, entries) for row in found]


def _lines(program: Program) -> QuerySet[FactChange]:
    """The lines of a place, and what its merged entries said anew: that speaks for the place too."""
    parts = list(Program.objects.filter(merged_into=program).values_list("pk", flat=True))
    said_by_parts = Q(program__in=parts) & ~Q(key__in=("merged", "split"))
    return FactChange.objects.filter(Q(program=program) | said_by_parts if parts else Q(program=program))


def _change(row: FactChange, names: dict[str, str], entries: dict[str, str]) -> Change:
    before, value = (_words(row.key, text, entries) for text in (row.before, row.value))
    why = "" if row.why in _CODES else row.why
    # Of an import the source is named: it is the source that says it.
    by = "" if row.by.startswith("worker:") else names.get(row.by, "")
    return Change(row.pk, row.key, label_of(row.key), before, value, row.at, by, row.source.name, why)


def _words(key: str, text: str, entries: dict[str, str]) -> str:
    if key in ("merged", "split"):
        return entries.get(text, "")
    return said(text)


def keys_that_changed(program: Program) -> list[str]:
    """What of a place has a history, in the order of our list."""
    found = set(_lines(program).order_by().values_list("key", flat=True).distinct())
    return [key for key in LABELS if key in found]


def _entry_table(told: WholePlace) -> list[tuple[str, list[str]]]:
    """The entries side by side: a label, and what each of them says."""
    rows = [(label_of(key), [told.words_of(entry, key) for entry in told.entries]) for key in _ENTRY_ROWS]
    return [(label, words) for label, words in rows if any(words)]


def _openings(told: WholePlace, *, now: datetime) -> list[dict[str, Any]]:
    family = Q(program=told.program) | Q(program__merged_into=told.program)
    rows = CapacityStatement.objects.filter(family).select_related("source").order_by("label", "pk")
    found = []
    for row in rows:
        said_ = Statement(
            row.label, row.kind, row.openings, row.stated_at, row.source.name, row.next_opening_on, row.waiting
        )
        line = openings_line(sentence_for(said_, now=now, fresh_hours=fresh_hours()), now=now)
        found.append({"label": row.label, "line": line, "at": row.stated_at})
    return found


def _reports(told: WholePlace) -> list[dict[str, Any]]:
    """What people told us: the open ones, oldest first, then how the last ones ended."""
    family = Q(program=told.program) | Q(program__merged_into=told.program)
    rows = Report.objects.filter(family)
    listed = [
        *rows.filter(settled_at=None).order_by("due_at", "pk"),
        *rows.exclude(settled_at=None).order_by("-pk")[:5],
    ]
    return [
        {
            "row": row,
            "words": report_words(row.kind, row.about),
            "outcome": OUTCOME_WORDS.get(row.outcome, ""),
        }
        for row in listed
    ]


def _conflict_count(program: Program) -> int:
    return Conflict.objects.filter(program=program, settled_at=None).count()
