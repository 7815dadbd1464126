"""What every page of the steward's door stands in: the rail, who may see what, and how much waits to be checked."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from handrail.core.access import Actor, why_not_allowed
from handrail.records.directory.models import Report
from handrail.records.library.models import PageCheck

ACTIONS = ("see_outbox", "see_ledger", "import_directory", "edit_directory", "sign_page")


def may(actor: Actor, action: str) -> bool:
    """True when this actor's role may do it."""
    return why_not_allowed(actor, action) is None


def steward_page(
    request: HttpRequest, name: str, actor: Actor, *, now: datetime, status: int = 200, **facts: Any
) -> HttpResponse:
    """Render one of the door's templates in its frame. `name` is the template and the word in the rail that is lit."""
    allowed = {action: may(actor, action) for action in ACTIONS}
    waiting = Report.objects.filter(settled_at=None).count() if allowed["edit_directory"] else 0
    due = PageCheck.objects.filter(checked_on=None).count() if allowed["sign_page"] else 0
    frame = {"page": name, "now": now, "may": allowed, "open_reports": waiting, "due_pages": due}
    return render(request, f"steward/{name}.html", {**frame, **facts}, status=status)
