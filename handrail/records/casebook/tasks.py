"""What the worker has to do, who of the workers lives, and what was sent to people."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from handrail.records.casebook.requests import HelpRequest
from handrail.records.fields import SealedText, part2, personal, staff_only
from handrail.records.ledger.signing import SignedModel


class TaskQuerySet(models.QuerySet["Task"]):
    def due(self, now: datetime) -> TaskQuerySet:
        """Ready tasks whose time has come and which nobody holds, oldest first."""
        return self.filter(state="ready", run_at__lte=now).order_by("run_at", "pk")


class Task(models.Model):
    """One thing to do later. `key` makes asking twice harmless; `args` holds ids only, never words."""

    key = staff_only(models.CharField(max_length=120, unique=True))
    kind = staff_only(models.CharField(max_length=30))
    args = staff_only(models.JSONField(default=dict))
    run_at = staff_only(models.DateTimeField())
    state = staff_only(models.CharField(max_length=8, default="ready"))
    attempts = staff_only(models.PositiveSmallIntegerField(default=0))
    last_error = staff_only(models.CharField(max_length=80, blank=True))
    created_at = staff_only(models.DateTimeField())
    done_at = staff_only(models.DateTimeField(null=True, blank=True))

    objects = TaskQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["run_at", "id"], name="task_due", condition=Q(state="ready"))]

    def __str__(self) -> str:
        return self.key


def new_task(kind: str, *, key: str, run_at: datetime, now: datetime, **args: Any) -> Task:
    """A task row, not saved yet."""
    return Task(kind=kind, key=f"{kind}:{key}", args=args, run_at=run_at, created_at=now)


class Heartbeat(models.Model):
    """A worker that lives says so."""

    worker = staff_only(models.CharField(max_length=80, primary_key=True))
    started_at = staff_only(models.DateTimeField())
    beat_at = staff_only(models.DateTimeField())

    def __str__(self) -> str:
        return self.worker

    def is_alive(self, now: datetime) -> bool:
        """True when it beat within the last minute."""
        return now - self.beat_at < timedelta(minutes=1)


class Message(SignedModel):
    """Words for a person by one channel: queued, sent, or refused with the reason."""

    id = staff_only(models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False))
    request = staff_only(models.ForeignKey(HelpRequest, models.CASCADE))
    purpose = staff_only(models.CharField(max_length=24))
    channel = staff_only(models.CharField(max_length=8))
    to = personal(SealedText(default=""))
    body = part2(SealedText(default=""))
    state = staff_only(models.CharField(max_length=8, default="queued"))
    why_not = staff_only(models.CharField(max_length=30, blank=True))
    created_at = staff_only(models.DateTimeField())
    sent_at = staff_only(models.DateTimeField(null=True, blank=True))

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="outbox")]

    def __str__(self) -> str:
        return f"message {self.pk}"
