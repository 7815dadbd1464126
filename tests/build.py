"""Builders: the smallest real row of each kind. Requests are made through the actions, never by hand."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from handrail.actions import ask, assess, consent, match, refer
from handrail.actions import person as person_actions
from handrail.actions.ask import Sent
from handrail.core.access import Actor
from handrail.core.facility import Facility, stable_key
from handrail.records.accounts.models import Membership, Shift, Staff
from handrail.records.casebook.models import HelpRequest, Referral
from handrail.records.directory.models import Location, Organization, Program, Source
from handrail.records.ledger.signing import signed

AT = datetime(2026, 11, 21, 6, 4, tzinfo=UTC)


def source(key: str = "sample") -> Source:
    row, _ = Source.objects.get_or_create(
        key=key, defaults={"name": "Sample directory", "is_sample": True, "lasts_days": 30_000}
    )
    return row


def facility(name: str = "River House", **values: Any) -> Facility:
    """One row of a directory's file. Its key is that of its first address, also when it has moved since."""
    row = Facility(
        line=2,
        key=stable_key(name, "", "12 Mill Lane", "81101"),
        organization=name,
        name=name,
        street1="12 Mill Lane",
        street2="",
        city="Fernhollow",
        state="CO",
        zip5="81101",
        county="",
        phone="719-555-0142",
        intake_phone="",
        website="",
        codes="SA OP OMB BU MD",
    )
    return replace(row, **values)


def program(name: str = "River House", **values: Any) -> Program:
    organization = Organization.objects.create(id=uuid.uuid4(), name=name)
    location = Location.objects.create(
        id=uuid.uuid4(),
        organization=organization,
        city="Fernhollow",
        state="CO",
        zip5="80202",
        latitude=39.7491,
        longitude=-104.9946,
    )
    defaults: dict[str, Any] = {
        "name": name,
        "slug": f"{name.lower().replace(' ', '-')}-{uuid.uuid4().hex[:6]}",
        "phone": "970-555-0142",
        "codes": "SA OP OMB * BU * MD",
        "source": source(),
        "source_key": uuid.uuid4().hex,
        "fingerprint": "x",
        "observed_on": date(2026, 11, 1),
    }
    return Program.objects.create(
        id=uuid.uuid4(), organization=organization, location=location, **{**defaults, **values}
    )


def staff(username: str, *, role: str, shown_name: str = "", program: Program | None = None, **values: Any) -> Staff:
    row = Staff.objects.create_user(
        username=username, password="handrail-demo", role=role, shown_name=shown_name or username.title(), **values
    )
    if program is not None:
        with transaction.atomic(), signed("test", "join", stream=f"staff:{row.pk}", now=AT):
            Membership.objects.create(staff=row, program=program)
    return row


def shift(who: Staff, *, start: datetime = AT - timedelta(hours=1), hours: float = 8) -> Shift:
    """When somebody is on to answer."""
    return Shift.objects.create(staff=who, starts_at=start, ends_at=start + timedelta(hours=hours))


ANSWERS: dict[str, Any] = {
    "who": "me",
    "now": "no",
    "place": "Fernhollow, CO",
    "zip": "80202",
    "latitude": 39.7491,
    "longitude": -104.9946,
    "timezone": "America/Denver",
    "moves_around": False,
    "channel": "text",
    "address": "+13035550142",
    "name": "Bird",
    "if_other_answers": "hang_up",
    "say_we_are": "",
    "may_voicemail": False,
    "hours": None,
    "language": "en",
    "flags": [],
    "words": "I want to feel better",
}


def sent(*, now: datetime = AT, **answers: Any) -> Sent:
    """A request as the web form sends it: what the person learns, the code with it."""
    return ask.send(ask.keep("", {**ANSWERS, **answers}, now=now), now=now)


def request(*, now: datetime = AT, **answers: Any) -> HelpRequest:
    """A new request in the queue."""
    return HelpRequest.objects.select_related("person").get(pk=sent(now=now, **answers).request_id)


def talking(*, actor: Actor, now: datetime = AT, **answers: Any) -> HelpRequest:
    """A request that this counselor has reached."""
    row = request(now=now, **answers)
    ask.take(row, actor=actor, why="Free", now=now)
    step = {"next_step": "Look for places", "next_at": now + timedelta(hours=1)}
    ask.record_contact(row, actor=actor, outcome="reached", note="OK to talk", now=now, **step)
    return row


def matching(*, actor: Actor, now: datetime = AT, **answers: Any) -> HelpRequest:
    """A request that this counselor looks for places for."""
    row = talking(actor=actor, now=now, **answers)
    assess.record_needs(row, actor=actor, needs={"kinds": ["medicine"], "payer": "medicaid", "must": []}, now=now)
    return row


def ask_program(row: HelpRequest, to: Program, *, actor: Actor, now: datetime = AT) -> Referral:
    """Needs, offer, consent to all three scopes, and the referral, for a request this counselor talks about."""
    if row.stage == "talking":
        assess.record_needs(row, actor=actor, needs={"kinds": ["medicine"], "payer": "medicaid", "must": []}, now=now)
    match.offer(row, actor=actor, program_id=to.pk, reasons=[], now=now)
    words = "You agree that we ask this program."
    scopes = ["minimum", "details", "contact"]
    consent.record(row, actor=actor, program_id=to.pk, scopes=scopes, words=words, method="spoken", now=now)
    return refer.send(row, actor=actor, program_id=to.pk, now=now)


def referral(to: Program, *, actor: Actor, now: datetime = AT, **answers: Any) -> Referral:
    """A new request, worked by this counselor until this program is asked."""
    return ask_program(talking(actor=actor, now=now, **answers), to, actor=actor, now=now)


def stop_messages(row: HelpRequest, *, now: datetime = AT) -> None:
    """The person answers STOP."""
    rule = replace(row.person.rule, is_stopped=True)
    person_actions.change_contact(row, rule=rule, now=now)
