"""My people, and what is due today."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from handrail.actions.reading import read_queue
from handrail.core.access import Actor
from handrail.records.accounts.models import actor_of
from handrail.records.casebook.models import HelpRequest
from handrail.web.desk.counts import midnight_before
from handrail.web.desk.rows import FLAG_SPRITE, due_words, tags_of
from handrail.web.desk.shell import desk_page
from handrail.web.desk.words import STAGES, flags_of, name_of, next_words, short_rule

MOST = 100


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Everybody this counselor answers for, the next step first."""
    return _list(request, here="mine", until=None)


@require_GET
def follow_ups(request: HttpRequest) -> HttpResponse:
    """Those whose next step is due today, or was due before."""
    now = timezone.now()
    return _list(request, here="follow_ups", until=midnight_before(now) + timedelta(days=1))


def _list(request: HttpRequest, *, here: str, until: datetime | None) -> HttpResponse:
    now, actor = timezone.now(), actor_of(request.user)
    read_queue(actor, now=now)
    context = {"rows": _rows(actor, now=now, until=until), "sprite": FLAG_SPRITE, "most": MOST}
    return desk_page(request, "desk/people.html", context, here=here, now=now, actor=actor)


def _rows(actor: Actor, *, now: datetime, until: datetime | None) -> list[dict[str, Any]]:
    held = HelpRequest.objects.visible_to(actor).filter(owner_id=actor.id).order_by("next_at")
    if until is not None:
        held = held.filter(next_at__lt=until)
    return [
        {
            "id": row.pk,
            "due": due_words(row.next_at, now) if row.next_at else "",
            "name": name_of(row.person.chosen_name),
            "tags": tags_of(flags_of(row.answers, is_danger=row.is_danger, is_late=False), most=2),
            "stage": STAGES[row.stage],
            "next": next_words(row),
            "rule": short_rule(row.person.contact_rule),
        }
        for row in held.select_related("person")[:MOST]
    ]
