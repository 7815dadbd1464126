"""People, places and referrals for the tests of the program and steward doors. All invented."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.test import Client
from django.utils import timezone

from handrail.actions import consent, refer
from handrail.core.access import Actor
from handrail.core.contact import ContactRule
from handrail.records.accounts.models import Membership, Staff, actor_of
from handrail.records.casebook.models import HelpRequest, Person, Referral
from handrail.records.directory.models import CapacityStatement, Program
from handrail.records.ledger.signing import signed
from tests import build

SCOPES = ["minimum", "details", "contact"]
WORDS = "Yes, you may tell River House what I want and how to reach me, until October 30."


def a_program(name: str = "River House") -> Program:
    return build.program(name, slug=name.lower().replace(" ", "-"))


def a_row(
    program: Program, label: str, openings: int, *, hours_ago: float = 3, kind: str = "visits", **more: Any
) -> None:
    CapacityStatement.objects.create(
        program=program,
        label=label,
        kind=kind,
        openings=openings,
        stated_at=timezone.now() - timedelta(hours=hours_ago),
        source=build.source(),
        stated_by="intake:1",
        **more,
    )


def a_worker(*programs: Program, role: str = "intake", name: str = "Luis M.") -> Staff:
    worker = Staff.objects.create(username=f"{role}-{uuid.uuid4().hex[:8]}", shown_name=name, role=role)
    with transaction.atomic(), signed("test", "link", stream=f"staff:{worker.pk}", now=timezone.now()):
        for program in programs:
            Membership.objects.create(staff=worker, program=program)
    return worker


def signed_in(worker: Staff) -> Client:
    """A browser in which this member of staff sits, awake."""
    client = Client()
    client.force_login(worker, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.cookies["seen"] = signing.dumps(str(worker.pk), salt="seen")
    return client


def a_request(counselor: Staff, *, name: str = "Kayla", flags: tuple[str, ...] = ("pregnant",)) -> HelpRequest:
    now = timezone.now()
    person = Person(chosen_name=name, created_at=now)
    person.set_rule(ContactRule(channel="text", address="+15555550142", timezone="America/Denver"))
    request = HelpRequest(
        person=person,
        stage="matching",
        stage_at=now,
        owner=counselor,
        in_queue=False,
        next_action="update_person",
        next_at=now + timedelta(hours=1),
        due_at=now + timedelta(hours=1),
        asked_at=now - timedelta(minutes=34),
        answers={"flags": list(flags), "place": "Fernhollow, CO", "words": "A secret sentence."},
        facts={"needs": {"kinds": ["medicine"], "payer": "medicaid", "must": ["starts_today", "transport"]}},
        code_hash=uuid.uuid4().hex,
        code_expires_at=now + timedelta(days=90),
    )
    with transaction.atomic(), signed("test", "ask", stream=request.stream, now=now):
        person.save(force_insert=True)
        request.save(force_insert=True)
    return request


def a_referral(
    program: Program, *, sent: timedelta = timedelta(minutes=8), scopes: list[str] | None = None, **person: Any
) -> Referral:
    """A person whose counselor asked this program, `sent` ago."""
    counselor = a_worker(role="counselor", name="Tasha R.")
    request = a_request(counselor, **person)
    at = timezone.now() - sent
    actor = actor_of(counselor)
    consent.record(
        request, actor=actor, program_id=program.pk, scopes=scopes or SCOPES, words=WORDS, method="spoken", now=at
    )
    return refer.send(request, actor=actor, program_id=program.pk, now=at)


def answered(referral: Referral, act: Any, *, worker: Actor, now: datetime | None = None, **facts: Any) -> Referral:
    """Let a program's worker answer outside the browser."""
    fresh = Referral.objects.select_related("request__person", "program", "consent").get(pk=referral.pk)
    act(fresh, actor=worker, now=now or timezone.now(), **facts)
    return fresh
