"""Options put before the person, what they said yes to, what was shared, and what programs answered."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from handrail.core.access import Actor
from handrail.core.consent import Terms
from handrail.records.casebook.requests import HelpRequest
from handrail.records.directory.models import Program
from handrail.records.fields import SealedData, SealedText, part2, staff_only
from handrail.records.ledger.signing import SignedModel, SignedQuerySet

REFERRAL_STATES = (
    "sent",
    "acknowledged",
    "info_requested",
    "accepted",
    "arrived",
    "declined",
    "withdrawn",
    "obsolete",
    "expired",
)
OPEN_REFERRAL_STATES = ("sent", "acknowledged", "info_requested")
HELD_REFERRAL_STATES = ("accepted", "arrived")
LIVE_REFERRAL_STATES = (*OPEN_REFERRAL_STATES, *HELD_REFERRAL_STATES)
DECLINE_REASONS = (
    "no_opening",
    "higher_care",
    "lower_care",
    "plan_not_taken",
    "no_medicine_here",
    "distance",
    "access_need",
    "past_incident",
    "person_changed_mind",
)


class Option(SignedModel):
    """A program put before the person, with the reasons as they stood then, and what they chose."""

    id = staff_only(models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False))
    request = staff_only(models.ForeignKey(HelpRequest, models.CASCADE))
    program = staff_only(models.ForeignKey(Program, models.PROTECT))
    reasons = part2(SealedData(default=list))
    offered_at = staff_only(models.DateTimeField())
    choice = staff_only(models.CharField(max_length=4, blank=True, choices=[("yes", "yes"), ("no", "no")]))
    chosen_at = staff_only(models.DateTimeField(null=True, blank=True))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "program"], name="offered_once")]

    def __str__(self) -> str:
        return f"option {self.pk}"


class Consent(SignedModel):
    """What the person said yes to: one program, one purpose, these words, until then. Revocable."""

    id = staff_only(models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False))
    request = staff_only(models.ForeignKey(HelpRequest, models.CASCADE))
    program = staff_only(models.ForeignKey(Program, models.PROTECT))
    purpose = staff_only(models.CharField(max_length=20, default="referral"))
    scopes = part2(SealedData(default=list))
    words = part2(SealedText())
    method = staff_only(models.CharField(max_length=10, choices=[("spoken", "spoken"), ("own_page", "own page")]))
    recorded_at = staff_only(models.DateTimeField())
    recorded_by = staff_only(models.CharField(max_length=80))
    expires_at = staff_only(models.DateTimeField())
    revoked_at = staff_only(models.DateTimeField(null=True, blank=True))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "program", "purpose"], condition=Q(revoked_at=None), name="one_living_consent"
            )
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    def terms(self) -> Terms:
        """The consent as core reads it."""
        return Terms(
            recipient=str(self.program_id),
            purpose=self.purpose,
            scopes=frozenset(self.scopes),
            words=self.words,
            recorded_at=self.recorded_at,
            expires_at=self.expires_at,
            revoked_at=self.revoked_at,
        )


class ReferralQuerySet(SignedQuerySet):
    def visible_to(self, actor: Actor) -> ReferralQuerySet:
        """The referrals this actor may know of at all."""
        if actor.role in ("counselor", "supervisor", "worker"):
            return self
        if actor.role == "intake":
            return self.filter(program_id__in=actor.program_ids)
        if actor.role == "person":
            return self.filter(request_id=actor.id)
        return self.none()

    def waiting(self) -> ReferralQuerySet:
        """Sent, and not answered."""
        return self.filter(state__in=OPEN_REFERRAL_STATES)


class Referral(SignedModel):
    """One program asked for one person. `visit_at` is the time the program gave with its yes."""

    id = staff_only(models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False))
    request = staff_only(models.ForeignKey(HelpRequest, models.CASCADE))
    program = staff_only(models.ForeignKey(Program, models.PROTECT))
    consent = staff_only(models.ForeignKey(Consent, models.PROTECT))
    state = staff_only(models.CharField(max_length=16, default="sent", choices=[(s, s) for s in REFERRAL_STATES]))
    version = staff_only(models.PositiveIntegerField(default=1))
    sent_at = staff_only(models.DateTimeField())
    sent_by = staff_only(models.CharField(max_length=80))
    sent_by_name = staff_only(models.CharField(max_length=60, blank=True))
    reply_by = staff_only(models.DateTimeField())
    acknowledged_at = staff_only(models.DateTimeField(null=True, blank=True))
    answered_at = staff_only(models.DateTimeField(null=True, blank=True))
    visit_at = staff_only(models.DateTimeField(null=True, blank=True))
    visit_note = part2(SealedText(default=""))
    decline_reason = staff_only(models.CharField(max_length=24, blank=True))
    decline_note = part2(SealedText(default=""))
    question = part2(SealedText(default=""))
    answer = part2(SealedText(default=""))
    arrived_at = staff_only(models.DateTimeField(null=True, blank=True))

    objects = ReferralQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(state__in=HELD_REFERRAL_STATES), name="one_acceptance"
            ),
            models.UniqueConstraint(
                fields=["request", "program"], condition=Q(state__in=OPEN_REFERRAL_STATES), name="asked_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=HELD_REFERRAL_STATES) | Q(visit_at__isnull=False), name="accepted_has_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(decline_reason=""), name="declined_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["program", "state", "reply_by"], name="inbox")]

    def __str__(self) -> str:
        return f"referral {self.pk}"


class Disclosure(SignedModel):
    """What was shown or sent to whom, under which consent, when. Kept for the person's own list."""

    request = staff_only(models.ForeignKey(HelpRequest, models.CASCADE))
    consent = staff_only(models.ForeignKey(Consent, models.PROTECT))
    referral = staff_only(models.ForeignKey(Referral, models.PROTECT))
    program = staff_only(models.ForeignKey(Program, models.PROTECT))
    scope = staff_only(models.CharField(max_length=10))
    what = part2(SealedData(default=list))
    at = staff_only(models.DateTimeField())
    by = staff_only(models.CharField(max_length=80))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["referral", "scope"], name="disclosed_once_per_scope")]

    def __str__(self) -> str:
        return f"disclosure {self.pk}"


def living_consent(request: HelpRequest, program_id: uuid.UUID | str, *, now: datetime) -> Consent | None:
    """The consent for this program that is in force, if any."""
    return Consent.objects.filter(
        request=request, program_id=program_id, revoked_at=None, expires_at__gt=now, recorded_at__lte=now
    ).first()
