"""Messages to people: queued with the change that causes them, sent by the worker, never against the rule."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from handrail.actions._frame import Change
from handrail.core.access import WORKER
from handrail.core.contact import ContactRule, next_safe_at, why_not_reach
from handrail.core.messages import message_words
from handrail.records.casebook.models import Message, Task
from handrail.records.casebook.requests import stream_of
from handrail.records.casebook.tasks import new_task
from handrail.records.ledger.signing import signed

WRITTEN_CHANNELS = ("text", "email")


@dataclass(frozen=True)
class Outgoing:
    """One message as a gateway needs it: values only. `id` makes sending it twice recognisable."""

    id: str
    channel: str
    rule: ContactRule
    words: str


def queue_message(change: Change, purpose: str, *, from_name: str = "") -> None:
    """Leave a message for the worker, if the person picked a written channel. The gate is asked again on sending."""
    rule = change.request.person.rule
    if rule.channel not in WRITTEN_CHANNELS:
        return
    words = message_words(purpose, language=rule.language, name=from_name, service=settings.SERVICE_NAME)
    message = Message(
        request=change.request,
        purpose=purpose,
        channel=rule.channel,
        to=rule.address,
        body=words,
        created_at=change.now,
    )
    message.save(force_insert=True)
    change.say("message", for_person=True, purpose=purpose, channel=rule.channel, words=words)
    change.later("message", key=str(message.pk), message=str(message.pk))


def claim(message_id: str, *, now: datetime) -> Outgoing | None:
    """Take a queued message to send it now. None when it is done, refused, or must wait for a safe hour."""
    message = Message.objects.select_related("request__person").filter(pk=message_id).first()
    if message is None or message.state not in ("queued", "sending"):
        return None
    rule = message.request.person.rule
    reason = why_not_reach(rule, channel=message.channel, now=now)
    if rule.address != message.to:
        reason = "channel_not_allowed"  # the person changed their mind since it was written
    if reason == "outside_safe_hours":
        _wait(message, next_safe_at(rule, now), now=now)
        return None
    if reason:
        _settle(message, "refused", now=now, why_not=reason)
        return None
    _settle(message, "sending", now=now)
    return Outgoing(id=str(message.pk), channel=message.channel, rule=rule, words=message.body)


def was_sent(message_id: str, *, now: datetime) -> None:
    """The gateway has it."""
    _settle(Message.objects.get(pk=message_id), "sent", now=now)


def was_refused(message_id: str, *, reason: str, now: datetime) -> None:
    """The gateway, or its gate, would not send it. The desk sees why."""
    _settle(Message.objects.get(pk=message_id), "refused", now=now, why_not=reason)


def _wait(message: Message, until: datetime, *, now: datetime) -> None:
    task = new_task("message", key=f"{message.pk}:{until.isoformat()}", run_at=until, now=now, message=str(message.pk))
    Task.objects.bulk_create([task], ignore_conflicts=True)


def _settle(message: Message, state: str, *, now: datetime, why_not: str = "") -> None:
    stream = stream_of(message.request_id)
    sent_at = now if state == "sent" else message.sent_at
    with transaction.atomic(), signed(WORKER.key, f"message_{state}", stream=stream, now=now) as signature:
        Message.objects.filter(pk=message.pk).raw_update(
            signature, message.pk, state=state, why_not=why_not[:30], sent_at=sent_at
        )
