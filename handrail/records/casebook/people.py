"""People, how they may be reached, and answers that are not sent yet."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import models

from handrail.core.contact import ContactRule
from handrail.records.fields import SealedData, SealedText, part2, personal, staff_only
from handrail.records.keys import blind_index
from handrail.records.ledger.signing import SignedModel


class Person(SignedModel):
    """Somebody who asked. The name is the one they chose; it may be made up, and may be empty."""

    id = staff_only(models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False))
    chosen_name = personal(SealedText(default=""))
    contact_rule = personal(SealedData(default=dict))
    address_index = staff_only(models.CharField(max_length=40, blank=True, db_index=True))
    created_at = staff_only(models.DateTimeField())

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def rule(self) -> ContactRule:
        """The contact rule as core reads it."""
        return ContactRule.from_data(self.contact_rule)

    def set_rule(self, rule: ContactRule) -> None:
        """Store a contact rule and the blind index of its address; the caller saves."""
        self.contact_rule = rule.as_data()
        self.address_index = address_index(rule.address)


def address_index(address: str) -> str:
    """The keyed fingerprint of a phone number or e-mail address, or "" for none."""
    return blind_index(address.strip().lower(), purpose="address") if address.strip() else ""


class Draft(SignedModel):
    """Answers kept between pages, for an hour, sealed. `request` is set once it is sent: a second Send finds it.

    The key is the hash of a random token that only the browser's cookie holds.
    """

    token_hash = staff_only(models.CharField(max_length=40, primary_key=True))
    answers = part2(SealedData(default=dict))
    expires_at = staff_only(models.DateTimeField(db_index=True))
    request = staff_only(models.ForeignKey("casebook.HelpRequest", models.SET_NULL, null=True, blank=True))

    def __str__(self) -> str:
        return "draft"


def token_hash(token: str) -> str:
    """How a draft's or page's secret token is stored."""
    return blind_index(token, purpose="token")


def live_draft(token: str, *, now: datetime) -> Draft | None:
    """The draft that belongs to this token and has not run out."""
    if not token:
        return None
    return Draft.objects.filter(pk=token_hash(token), expires_at__gt=now).first()


def answers_of(draft: Draft | None) -> dict[str, Any]:
    """What was answered so far."""
    return dict(draft.answers) if draft else {}
