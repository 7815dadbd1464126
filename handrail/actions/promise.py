"""The time of a first contact: named once, when it can be kept, and named later for whom it could not be."""

from datetime import datetime
from typing import Any

from django.conf import settings

from handrail.actions._frame import Change, Stale, changing, clock_end
from handrail.actions.messages import queue_message
from handrail.core.access import WORKER
from handrail.core.contact import ContactRule, is_safe_hour, next_safe_at
from handrail.core.promise import first_promise
from handrail.records.accounts.rota import shifts_ahead
from handrail.records.casebook.models import HelpRequest

AT_ONCE = 100  # named in one minute; the rest in the next


def promise_for(rule: ContactRule, *, now: datetime) -> dict[str, Any]:
    """The fields of a request that is new now: the time that is named, if any, and when it is due.

    Where no time can be named it is due by the clock alone, so that the desk sees it as late and plans a shift.
    """
    promised_at = first_promise(shifts_ahead(now), rule, now=now, minutes=settings.HANDRAIL_CLOCKS["first_contact"])
    due_at = promised_at or clock_end("first_contact", next_safe_at(rule, now))
    return {"promised_at": promised_at, "due_at": due_at, "next_at": due_at}


def promise_again(change: Change, rule: ContactRule) -> None:
    """The person has picked other hours: a time that lies outside of them, or that waited for the old ones, moves."""
    request = change.request
    if request.stage != "new" or request.owner_id or (request.promised_at and request.promised_at < change.now):
        return
    fresh = promise_for(rule, now=change.now)
    if request.promised_at and is_safe_hour(rule, request.promised_at) and fresh["due_at"] >= request.promised_at:
        return
    change.promise(action=request.next_action, at=fresh["due_at"], note=request.next_note)
    change.set(promised_at=fresh["promised_at"])


def name_times(*, now: datetime) -> int:
    """Name a time to those who asked when none could be named, now that a shift is planned. Says to how many."""
    waiting = HelpRequest.objects.waiting().filter(stage="new", promised_at=None).select_related("person")
    named = 0
    for request in waiting.order_by("asked_at")[:AT_ONCE]:
        promise = promise_for(request.person.rule, now=now)
        if promise["promised_at"] is None:
            continue
        try:
            with changing(request, actor=WORKER, verb="name_time", now=now) as change:
                change.promise(action=request.next_action, at=promise["due_at"], note=request.next_note)
                change.set(promised_at=promise["promised_at"])
                change.say("system", for_person=True, what="time_named")
                queue_message(change, "news")
        except Stale:
            continue  # somebody has taken it in the meantime, which is better
        named += 1
    return named
