"""Help requests, their queue, and their timeline."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from handrail.core.access import Actor
from handrail.core.journey import STAGES
from handrail.core.safety import QUEUE_RANKS
from handrail.core.wall import Reader, reader_of
from handrail.records.accounts.models import Staff
from handrail.records.casebook.people import Person
from handrail.records.fields import SealedData, part2, staff_only
from handrail.records.keys import blind_index
from handrail.records.ledger.signing import SignedModel, SignedQuerySet

OPEN_STAGES = [stage.name for stage in STAGES.values() if stage.needs_next]

FREE_AMONG = 16  # more than will ever press at the same moment; beyond it they try again

# The printed order of the queue, each row a range of one index: danger; late, longest first; priority; the rest.
_QUEUE_RANGES = (
    "is_danger",
    "NOT is_danger AND due_at < %s",
    "NOT is_danger AND is_priority AND due_at >= %s",
    "NOT is_danger AND NOT is_priority AND due_at >= %s",
)


@lru_cache
def _first_of_each_range(limit: int) -> str:
    """SQL for the first `limit` rows of each range: queue_rank, due_at, id. Takes the values of `_range_values`."""
    return " UNION ALL ".join(
        f"SELECT {rank} AS queue_rank, due_at, id FROM (SELECT due_at, id FROM casebook_helprequest "  # noqa: S608
        f"WHERE in_queue AND {where} ORDER BY due_at, id LIMIT {limit}) AS range_{rank}"
        for rank, where in enumerate(_QUEUE_RANGES, start=1)
    )


def _range_values(now: datetime) -> list[Any]:
    return [connection.ops.adapt_datetimefield_value(now)] * sum(where.count("%s") for where in _QUEUE_RANGES)


class HelpRequestQuerySet(SignedQuerySet):
    def visible_to(self, actor: Actor) -> HelpRequestQuerySet:
        """The requests this actor may know of at all. Everything else is 404."""
        if actor.role in ("counselor", "supervisor", "worker"):
            return self
        if actor.role == "person":
            return self.filter(pk=actor.id)
        if actor.role == "intake":
            return self.filter(referral__program_id__in=actor.program_ids).distinct()
        return self.none()

    def waiting(self) -> HelpRequestQuerySet:
        """Requests that stand in the queue with no owner."""
        return self.filter(in_queue=True)

    def in_printed_order(self, now: datetime, *, limit: int) -> HelpRequestQuerySet:
        """The first `limit` waiting requests: danger, then late, then priority, then due time.

        One statement, four index ranges, so that a long queue costs no more than a short one.
        """
        ids = RawSQL(f"SELECT id FROM ({_first_of_each_range(limit)}) AS q", _range_values(now))  # noqa: S608, S611
        return self.filter(pk__in=ids).with_queue_rank(now).order_by("queue_rank", "due_at", "pk")[:limit]

    def first_free(self, now: datetime) -> HelpRequest | None:
        """The first of the queue that nobody else is taking at this moment, locked until the transaction ends.

        On PostgreSQL a row that another is taking is stepped over; on SQLite the transaction itself is the lock.
        Written out, since on SQLite every other writer waits while this is being made.
        """
        lock = "FOR UPDATE OF r SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
        sql = (
            f"SELECT r.* FROM ({_first_of_each_range(FREE_AMONG)}) AS q "  # noqa: S608 - our own constants, values bound
            f"JOIN {self.model._meta.db_table} AS r ON r.id = q.id WHERE r.in_queue "
            f"ORDER BY q.queue_rank, q.due_at, q.id LIMIT 1 {lock}"
        )
        return next(iter(self.raw(sql, _range_values(now))), None)

    def with_queue_rank(self, now: datetime) -> HelpRequestQuerySet:
        """Add `queue_rank`: 1 danger, 2 late, 3 priority, 4 by due time."""
        rank = models.Case(
            models.When(is_danger=True, then=QUEUE_RANKS["danger"]),
            models.When(due_at__lt=now, then=QUEUE_RANKS["late"]),
            models.When(is_priority=True, then=QUEUE_RANKS["priority"]),
            default=QUEUE_RANKS["due"],
            output_field=models.PositiveSmallIntegerField(),
        )
        ranked: HelpRequestQuerySet = self.annotate(queue_rank=rank)
        return ranked

    def with_code(self, code_hash: str, *, now: datetime) -> HelpRequestQuerySet:
        """The request whose living code has this hash."""
        return self.filter(code_hash=code_hash, code_expires_at__gt=now)

    def without_next_step(self) -> HelpRequestQuerySet:
        """What the watchdog looks for. There must never be one."""
        return self.filter(stage__in=OPEN_STAGES).filter(
            Q(next_action="") | Q(next_at=None) | Q(owner=None, in_queue=False)
        )


class HelpRequest(SignedModel):
    """One request for help and where it stands. What was asked is sealed; how it is worked is not."""

    id = staff_only(models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False))
    person = staff_only(models.ForeignKey(Person, models.PROTECT))
    stage = staff_only(models.CharField(max_length=12, default="new", choices=[(name, name) for name in STAGES]))
    stage_at = staff_only(models.DateTimeField())
    version = staff_only(models.PositiveIntegerField(default=1))
    owner = staff_only(models.ForeignKey(Staff, models.PROTECT, null=True, blank=True))
    in_queue = staff_only(models.BooleanField(default=True))
    next_action = staff_only(models.CharField(max_length=20, blank=True))
    next_at = staff_only(models.DateTimeField(null=True, blank=True))
    next_note = part2(SealedData(default=dict))
    due_at = staff_only(models.DateTimeField())
    # The time of a first contact that was named to the person; None while none could be named. It is never moved
    # later, unless they pick other hours.
    promised_at = staff_only(models.DateTimeField(null=True, blank=True))
    is_danger = staff_only(models.BooleanField(default=False))
    is_priority = staff_only(models.BooleanField(default=False))
    asked_at = staff_only(models.DateTimeField())
    first_contact_at = staff_only(models.DateTimeField(null=True, blank=True))
    first_try_at = staff_only(models.DateTimeField(null=True, blank=True))
    tries = staff_only(models.PositiveSmallIntegerField(default=0))
    answers = part2(SealedData(default=dict))
    facts = part2(SealedData(default=dict))
    code_hash = staff_only(models.CharField(max_length=40, unique=True))
    code_expires_at = staff_only(models.DateTimeField())
    pin_hash = staff_only(models.CharField(max_length=128, blank=True))
    resume_stage = staff_only(models.CharField(max_length=12, blank=True))
    # False while only the professional who asked for a patient holds the code: their page says "received", no more.
    is_code_theirs = staff_only(models.BooleanField(default=True))

    objects = HelpRequestQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="open_request_has_next_step",
                condition=~Q(stage__in=OPEN_STAGES)
                | (
                    ~Q(next_action="")
                    & Q(next_at__isnull=False)
                    & (Q(in_queue=True, owner__isnull=True) | Q(in_queue=False, owner__isnull=False))
                ),
            ),
            models.CheckConstraint(
                name="closed_request_not_in_queue", condition=Q(stage__in=OPEN_STAGES) | Q(in_queue=False)
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="queue_danger", condition=Q(in_queue=True, is_danger=True)),
            models.Index(
                fields=["is_priority", "due_at", "id"],
                name="queue_priority",
                condition=Q(in_queue=True, is_danger=False),
            ),
            models.Index(fields=["due_at", "id"], name="queue_late", condition=Q(in_queue=True, is_danger=False)),
            models.Index(fields=["owner", "next_at"], name="my_people"),
            models.Index(fields=["asked_at"], name="asked_lately"),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"

    @property
    def for_whom(self) -> str:
        """Who needs help: me, someone, or patient. It is an answer, so it lies with the sealed ones."""
        return str(self.answers.get("who") or "me")

    @property
    def reader(self) -> Reader:
        """Who reads the status page with this request's code."""
        return reader_of(self.for_whom, is_code_theirs=self.is_code_theirs)

    @property
    def stream(self) -> str:
        """The ledger stream of this request."""
        return stream_of(self.pk)

    def actor(self) -> Actor:
        """The person behind this request, as core sees them."""
        return Actor(role="person", id=str(self.pk))


def stream_of(request_id: object) -> str:
    """The ledger stream of a request."""
    return f"request:{request_id}"


def code_hash(code: str) -> str:
    """How a status code is stored and looked up; the code itself is nowhere."""
    return blind_index(code, purpose="code")


class TimelineEntry(SignedModel):
    """One line of what happened: a contact, a note, a step, a message. `body` is sealed.

    `kind`: asked, step, contact, note, message, safety, needs, option, consent, referral, system,
    family (words for somebody else, or theirs).
    `is_for_person` lines are shown on the person's own page.
    """

    request = staff_only(models.ForeignKey(HelpRequest, models.CASCADE))
    at = staff_only(models.DateTimeField())
    kind = staff_only(models.CharField(max_length=12))
    by = staff_only(models.CharField(max_length=80))
    by_name = staff_only(models.CharField(max_length=60, blank=True))
    body = part2(SealedData(default=dict))
    is_from_person = staff_only(models.BooleanField(default=False))
    is_for_person = staff_only(models.BooleanField(default=False))

    class Meta:
        indexes = [models.Index(fields=["request", "at"], name="timeline")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M}"


def new_entry(request: HelpRequest, kind: str, *, actor: Actor, at: datetime, **body: Any) -> TimelineEntry:
    """A timeline line, not saved yet. Everything in `body` is sealed."""
    return TimelineEntry(
        request=request,
        at=at,
        kind=kind,
        by=actor.key,
        by_name="" if actor.role == "person" else actor.name,
        body=body,
        is_from_person=actor.role == "person",
    )
