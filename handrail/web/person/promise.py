"""When somebody will really reach the person: the promise, unless nobody is on shift before then."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from handrail.core.journey import due_at
from handrail.records.casebook.models import HelpRequest
from handrail.records.directory.models import PULSE_LASTS, ServicePulse
from handrail.web.person.clock import when


@dataclass(frozen=True)
class Promise:
    """The time we name, in words ("" when we cannot name one), and whether anybody is on shift to keep it now."""

    at: datetime
    words: str
    is_anybody_on: bool


def promise_of(row: HelpRequest, *, promise_at: datetime, now: datetime) -> Promise:
    """The true time of the first contact. Somebody who is not on shift cannot answer before their shift begins."""
    pulse = ServicePulse.objects.filter(as_of__gt=now - PULSE_LASTS).first()
    zone = row.person.rule.timezone
    if pulse is None or pulse.answering:
        return Promise(promise_at, when(promise_at, now=now, zone=zone), is_anybody_on=True)
    if pulse.next_shift_at is None or pulse.next_shift_at <= now:
        return Promise(promise_at, "", is_anybody_on=False)
    at = max(promise_at, due_at("first_contact", start=pulse.next_shift_at, minutes=settings.HANDRAIL_CLOCKS))
    return Promise(at, when(at, now=now, zone=zone), is_anybody_on=False)
