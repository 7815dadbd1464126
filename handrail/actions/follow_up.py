"""What time does: clocks that run out, answers that expire, numbers that are published, and the watchdog."""

from collections import Counter
from datetime import datetime, timedelta
from math import inf
from statistics import median

from django.conf import settings
from django.db import transaction

from handrail.actions._frame import Stale, changing, moving
from handrail.actions.ask import back_to_queue
from handrail.actions.messages import queue_message
from handrail.actions.refer import expire
from handrail.core.access import WORKER
from handrail.core.journey import is_open, next_try_at
from handrail.core.promise import next_change_at, next_on_at
from handrail.records.accounts.models import Shift
from handrail.records.accounts.rota import ANSWERING, shifts_ahead
from handrail.records.casebook.models import Draft, HelpRequest, Message, Referral
from handrail.records.directory.models import ServicePulse
from handrail.records.ledger.signing import append, signed

PULSE_HOURS = 2
GONE = ("resting", "stopped")
FEWEST_FOR_MEDIAN = 5  # below this a published number could point at one person


def run_clock(request_id: str, next_at: datetime, *, now: datetime) -> None:
    """A request's time has come. Does nothing when its next step has moved since. Safe to run twice."""
    request = HelpRequest.objects.select_related("person").filter(pk=request_id, next_at=next_at).first()
    if request is None or not is_open(request.stage) or next_at > now:
        return
    silent = Referral.objects.filter(request=request, state__in=("sent", "acknowledged"), reply_by__lte=now)
    referral = silent.select_related("request__person", "program").order_by("reply_by").first()
    if request.stage == "referred" and referral is not None:
        expire(referral, now=now)
        return
    _late(request, now=now)


def _late(request: HelpRequest, *, now: datetime) -> None:
    """Say that it is late, first to ourselves; after a while with no one acting, let anybody on shift take it."""
    if request.stage == "contacting" and next_try_at(request.tries, first_try_at=request.first_try_at or now) is None:
        with moving(request, to="resting", actor=WORKER, verb="no_contact", now=now) as change:
            change.set(resume_stage="new")
        return
    owner_is_silent = now - request.due_at >= timedelta(minutes=settings.HAND_BACK_MINUTES)
    again = now + timedelta(minutes=settings.HAND_BACK_MINUTES)
    with changing(request, actor=WORKER, verb="clock", now=now, why=request.next_action) as change:
        if not owner_is_silent:
            change.say("system", for_person=request.stage == "new", what="late", action=request.next_action)
        if request.owner_id and owner_is_silent:
            due = request.due_at
            back_to_queue(change, why="owner_silent")
            change.set(due_at=due)
        else:
            change.next(action=request.next_action, at=again, note=request.next_note)
        if request.stage == "new" and request.promised_at and not _was_told(request):
            queue_message(change, "late")


def _was_told(request: HelpRequest) -> bool:
    """Whether a message said already that we are late: it says so once for each time they ask."""
    return Message.objects.filter(request=request, purpose="late", created_at__gte=request.asked_at).exists()


def task_failed(request_id: str, *, kind: str, now: datetime) -> None:
    """A task of this request has failed for the last time: it is the desk's turn, now."""
    request = HelpRequest.objects.filter(pk=request_id).first()
    if request is None or not is_open(request.stage):
        return
    with changing(request, actor=WORKER, verb="task_failed", now=now, why=kind) as change:
        change.say("system", what="task_failed", task=kind)
        if request.owner_id:
            change.promise(action="look_at_failure", at=now)
        else:
            back_to_queue(change, why="task_failed")


def watchdog(*, now: datetime) -> list[str]:
    """Find open requests without owner-or-queue, next action and time, put them in the queue, and say which.

    The database forbids such rows; this is for the day when somebody has changed them by hand.
    Also finds requests whose clock has no task left, and runs it.
    """
    lost = []
    for request in HelpRequest.objects.without_next_step():
        lost.append(str(request.pk))
        with changing(request, actor=WORKER, verb="watchdog", now=now) as change:
            back_to_queue(change, why="watchdog")
    stuck = now - timedelta(minutes=settings.HAND_BACK_MINUTES * 2)
    for request in HelpRequest.objects.filter(next_at__lt=stuck).select_related("person")[:100]:
        if is_open(request.stage) and request.next_at:
            lost.append(str(request.pk))
            try:
                run_clock(str(request.pk), request.next_at, now=now)
            except Stale:
                continue
    return lost


def purge(*, now: datetime) -> int:
    """Forget answers that were never sent and whose hour is over. Says how many."""
    old = Draft.objects.filter(expires_at__lte=now)
    count = old.count()
    if count:
        with transaction.atomic(), signed(WORKER.key, "purge_drafts", stream="drafts", now=now):
            old.delete()
    return count


def publish_pulse(*, now: datetime) -> ServicePulse:
    """Write the numbers the home page shows: who is answering, and how fast people were reached lately."""
    shifts = shifts_ahead(now)
    answering = Shift.objects.on_at(now).filter(staff__role__in=ANSWERING)
    people = set(answering.values_list("staff", "staff__languages"))
    speaking = Counter(word.strip() for _staff, words in people for word in set(words.split(",")))
    waits = _waits(now)
    pulse, _ = ServicePulse.objects.update_or_create(
        pk=1,
        defaults={
            "answering": len(people),
            "speaking": dict(speaking),
            "median_minutes": max(1, round(median(waits))) if _may_say(waits) else None,
            "next_shift_at": next_on_at(shifts, now),
            "changes_at": next_change_at(shifts, now),
            "as_of": now,
        },
    )
    return pulse


def _waits(now: datetime) -> list[float]:
    """Minutes from asking to being reached, of those who asked lately; endless for whom we have not reached in time.

    Left out: who asked so lately, or for such an hour, that the time we named is still to come.
    """
    lately = HelpRequest.objects.filter(asked_at__gte=now - timedelta(hours=PULSE_HOURS), asked_at__lte=now)
    due = lately.exclude(first_contact_at=None, due_at__gt=now).exclude(first_contact_at=None, stage__in=GONE)
    return [
        (reached - asked).total_seconds() / 60 if reached else inf
        for asked, reached in due.values_list("asked_at", "first_contact_at")
    ]


def _may_say(waits: list[float]) -> bool:
    return len(waits) >= FEWEST_FOR_MEDIAN and median(waits) < inf


def expire_codes(*, now: datetime) -> int:
    """Enter in the ledger how many status codes ran out since yesterday; their look-up already refuses them."""
    count = HelpRequest.objects.filter(code_expires_at__lte=now, code_expires_at__gt=now - timedelta(days=1)).count()
    if count:
        with transaction.atomic():
            append("codes", actor=WORKER.key, verb="codes_expired", now=now, why=str(count))
    return count
