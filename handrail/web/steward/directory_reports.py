"""What people told us is wrong: the oldest due first, who looks into it, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from handrail.actions._frame import require
from handrail.actions.directory.checks import begin_check, settle_reports
from handrail.core.access import Actor
from handrail.core.reports import DROPS_AT, casts_doubt_on
from handrail.records.accounts.models import actor_of
from handrail.records.directory.models import Program, Report
from handrail.web.steward.directory_words import OUTCOME_WORDS, report_words, task_of
from handrail.web.steward.shell import steward_page
from handrail.web.typed import uuid_of, whole_number

ROWS = 200
LAST_ID = 2**63 - 1


@dataclass
class Told:
    """The alike open reports of one place, as one row to check."""

    program: Program
    kind: str
    about: str
    words: str
    count: int
    first_at: datetime
    due_at: datetime
    seen_at: datetime | None
    last: int
    keys: tuple[tuple[str, str], ...]

    @property
    def drops(self) -> bool:
        """True when so many said it that the fact is not shown."""
        return self.count >= DROPS_AT


@require_http_methods(["GET", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    """Open reports, the oldest due first, alike ones of one place together."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    if request.method == "POST":
        return _answer_report(request, actor, now=now)
    rows = Report.objects.filter(settled_at=None).select_related("program__location", "program__merged_into__location")
    found = _alike(rows.order_by("due_at", "pk")[:ROWS])
    settled = Report.objects.exclude(settled_at=None).select_related("program").order_by("-settled_at", "-pk")[:10]
    return steward_page(
        request,
        "directory_reports",
        actor,
        now=now,
        rows=found,
        outcomes=OUTCOME_WORDS.items(),
        settled=[(row, report_words(row.kind, row.about), OUTCOME_WORDS.get(row.outcome, "")) for row in settled],
        late=sum(1 for one in found if one.due_at < now),
    )


def _alike(rows: Any) -> list[Told]:
    found: dict[tuple[UUID, str, str], Told] = {}
    for row in rows:
        place = row.program.merged_into or row.program
        known = found.get((place.pk, row.kind, row.about))
        if known is not None:
            known.count += 1
            known.last = max(known.last, row.pk)
            known.seen_at = known.seen_at or row.seen_at
            continue
        keys = tuple((key, task_of(key)) for key in casts_doubt_on(row.kind, row.about) if key != "openings")
        words = report_words(row.kind, row.about)
        found[place.pk, row.kind, row.about] = Told(
            place, row.kind, row.about, words, 1, row.at, row.due_at, row.seen_at, row.pk, keys
        )
    return list(found.values())


def _answer_report(request: HttpRequest, actor: Actor, *, now: datetime) -> HttpResponse:
    program = get_object_or_404(Program, pk=uuid_of(request.POST.get("program", "")))
    kind, about = (request.POST.get(name, "").replace("\0", "")[:20] for name in ("kind", "about"))
    if request.POST.get("what") == "seen":
        count = begin_check(program, actor=actor, kind=kind, about=about, now=now)
        done = _("The page now says that we are checking.")
    else:
        last = whole_number(request.POST.get("last"), most=LAST_ID)
        outcome = request.POST.get("outcome", "")
        count = settle_reports(program, actor=actor, kind=kind, about=about, outcome=outcome, last=last, now=now)
        done = ngettext("%(n)d report is settled.", "%(n)d reports are settled.", count) % {"n": count}
    if count:
        messages.success(request, done)
    else:
        messages.info(request, _("Somebody has done this already."))
    return redirect("steward_reports")
