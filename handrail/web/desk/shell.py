"""What every desk page needs besides its own: who acts, now, and the numbers in the rail."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from handrail.core.access import Actor
from handrail.records.accounts.models import actor_of
from handrail.web.desk.calls import calls_waiting
from handrail.web.desk.counts import desk_counts
from handrail.web.icons import ICONS


def desk_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    here: str,
    now: datetime,
    actor: Actor | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a desk page inside its frame. `here` is the word in the rail that is lit."""
    actor = actor or actor_of(request.user)
    frame = {
        "here": here,
        "now": now,
        "counts": desk_counts(actor, now=now),
        "calls": calls_waiting(now),
    }
    return render(request, template, frame | context, status=status)


def sprite(names: tuple[str, ...]) -> SafeString:
    """Drawings that a page uses many times, sent once. The names are ours."""
    symbols = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2">'
        f"{ICONS[name]}</symbol>"
        for name in names
    )
    return mark_safe(f'<svg width="0" height="0" class="hide" aria-hidden="true">{symbols}</svg>')
