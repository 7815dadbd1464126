"""Staff, what they may do, where they answer, and when they are on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models

from handrail.core.access import STAFF_ROLES, Actor
from handrail.records.directory.models import Program
from handrail.records.fields import staff_only
from handrail.records.ledger.signing import SignedModel


class StaffManager(UserManager["Staff"]):
    def get_by_natural_key(self, username: str | None) -> Staff:
        return self.get(username__iexact=username)


class Staff(AbstractUser):
    """A person who works here or at a program. `shown_name` and `credential` are what others read."""

    shown_name = staff_only(models.CharField(max_length=60))
    credential = staff_only(models.CharField(max_length=60, blank=True))
    role = staff_only(models.CharField(max_length=12, choices=[(role, role) for role in STAFF_ROLES]))
    languages = staff_only(models.CharField(max_length=40, default="en"))
    prefers_dark = staff_only(models.BooleanField(null=True, blank=True))
    programs = models.ManyToManyField(Program, through="Membership", related_name="intake_staff")

    # Fields that come with AbstractUser, declared here because their class body is not ours.
    inherited_privacy = {
        "id": "staff",
        "password": "staff",
        "last_login": "staff",
        "is_superuser": "staff",
        "username": "staff",
        "first_name": "staff",
        "last_name": "staff",
        "email": "staff",
        "is_staff": "staff",
        "is_active": "staff",
        "date_joined": "staff",
    }

    objects: StaffManager = StaffManager()  # type: ignore[misc]

    def __str__(self) -> str:
        return self.shown_name or self.username

    def actor(self) -> Actor:
        """This member of staff as core sees them. Intake workers carry the programs they answer for.

        Where one was merged into another entry of the same place, that one is theirs too: requests go there now.
        """
        program_ids: frozenset[str] = frozenset()
        if self.role == "intake":
            rows = self.membership_set.values_list("program_id", "program__merged_into")
            program_ids = frozenset(str(pk) for row in rows for pk in row if pk)
        return Actor(role=self.role, id=str(self.pk), name=str(self), program_ids=program_ids)


class Membership(SignedModel):
    """An intake worker answers for this program."""

    staff = staff_only(models.ForeignKey(Staff, models.CASCADE))
    program = staff_only(models.ForeignKey(Program, models.CASCADE))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "program"], name="one_membership")]

    def __str__(self) -> str:
        return f"{self.staff} at {self.program}"


class ShiftQuerySet(models.QuerySet["Shift"]):
    def on_at(self, now: datetime) -> ShiftQuerySet:
        """Shifts that are running at `now`."""
        return self.filter(starts_at__lte=now, ends_at__gt=now, staff__is_active=True)


class Shift(models.Model):
    """When somebody is on to answer."""

    staff = staff_only(models.ForeignKey(Staff, models.CASCADE))
    starts_at = staff_only(models.DateTimeField())
    ends_at = staff_only(models.DateTimeField())

    objects = ShiftQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["starts_at", "ends_at"], name="shift_span")]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="shift_ends_after")
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.starts_at:%a %H:%M}"


def actor_of(user: Any) -> Actor:
    """The actor behind a signed-in user."""
    actor: Actor = user.actor()
    return actor
