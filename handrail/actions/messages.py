"""Messages to people: queued with the change that causes them, sent by the worker, never against the rule."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from handrail.actions._frame import Change, hold
from handrail.actions.message_words import message_words
from handrail.core.access import WORKER
from handrail.core.contact import ContactRule, next_safe_at, why_not_reach
from handrail.core.journey import is_open
from handrail.core.messages import KINDS
from handrail.records.casebook.models import HelpRequest, Message, Task
from handrail.records.casebook.requests import new_entry, stream_of
from handrail.records.casebook.tasks import new_task
from handrail.records.ledger.signing import signed

LIVING = ("queued", "sending")


@dataclass(frozen=True)
class Outgoing:
    """One message as a gateway needs it: values only. `id` makes sending it twice recognisable."""

    id: str
    kind: str
    channel: str
    rule: ContactRule
    words: str


def queue_message(change: Change, kind: str, *, from_name: str = "") -> None:
    """Leave a message for the worker, if the person's rule lets it go at all. All is asked again on sending."""
    rule = change.request.person.rule
    reason = why_not_reach(rule, channel=rule.channel, now=change.now, kind=kind)
    if reason and (reason != "outside_safe_hours" or not KINDS[kind].waits):
        return
    words = message_words(kind, channel=rule.channel, language=rule.language, name=from_name)
    message = Message(
        request=change.request,
        purpose=kind,
        channel=rule.channel,
        to=rule.address,
        body=words,
        created_at=change.now,
    )
    message.save(force_insert=True)
    change.say("message", for_person=True, purpose=kind, channel=rule.channel, words=words)
    change.later("message", key=str(message.pk), message=str(message.pk))


def claim(message_id: str, *, now: datetime) -> Outgoing | None:
    """Take a queued message to send it now. None when it is done, refused, or must wait for a safe hour.

    The request is held meanwhile: what changes the rule comes before, and is obeyed, or after this has gone.
    """
    with transaction.atomic():
        request_id = Message.objects.filter(pk=message_id).values_list("request_id", flat=True).first()
        if request_id is None:
            return None
        hold(HelpRequest(pk=request_id))
        message = Message.objects.select_related("request__person").get(pk=message_id)
        if message.state not in LIVING:
            return None
        rule = message.request.person.rule
        reason = _why_not(message, rule, now=now)
        if reason == "outside_safe_hours" and KINDS[message.purpose].waits:
            _wait(message, next_safe_at(rule, now), now=now)
            return None
        if reason:
            _settle(message, "refused", now=now, why_not=reason)
            return None
        _settle(message, "sending", now=now)
    return Outgoing(id=str(message.pk), kind=message.purpose, channel=message.channel, rule=rule, words=message.body)


def _why_not(message: Message, rule: ContactRule, *, now: datetime) -> str | None:
    """Why this message may not go now: the rule of this moment, the request of this moment, or its own age."""
    kind = KINDS[message.purpose]
    if rule.address != message.to or not message.body:
        # The person changed their mind since it was written, or had it erased.
        return "person_said_stop" if rule.is_stopped else "channel_not_allowed"
    if kind.within is not None and now - message.created_at > kind.within:
        return "too_late"
    if not is_open(message.request.stage) and not kind.confirms_stop:
        return "not_open"
    return why_not_reach(rule, channel=message.channel, now=now, kind=message.purpose)


def was_sent(message_id: str, *, now: datetime) -> None:
    """The gateway has it."""
    _settle(Message.objects.get(pk=message_id), "sent", now=now)


def was_refused(message_id: str, *, reason: str, now: datetime) -> None:
    """The gateway, or its gate, would not send it. The desk sees why."""
    _settle(Message.objects.get(pk=message_id), "refused", now=now, why_not=reason)


def drop_queued(request: HelpRequest, *, reason: str, now: datetime) -> None:
    """Refuse at once whatever waits for this person: they said that nothing more may go."""
    for message in Message.objects.filter(request=request, state="queued"):
        _settle(message, "refused", now=now, why_not=reason)


def _wait(message: Message, until: datetime, *, now: datetime) -> None:
    task = new_task("message", key=f"{message.pk}:{until.isoformat()}", run_at=until, now=now, message=str(message.pk))
    Task.objects.bulk_create([task], ignore_conflicts=True)


def _settle(message: Message, state: str, *, now: datetime, why_not: str = "") -> None:
    """Write down where a message stands. One that was not sent is a line of the timeline, with the reason."""
    stream = stream_of(message.request_id)
    sent_at = now if state == "sent" else message.sent_at
    with transaction.atomic(), signed(WORKER.key, f"message_{state}", stream=stream, now=now) as signature:
        Message.objects.filter(pk=message.pk).raw_update(
            signature, message.pk, state=state, why_not=why_not[:30], sent_at=sent_at
        )
        if state == "refused":
            new_entry(message.request, "system", actor=WORKER, at=now, what="not_sent", why=why_not).save()
