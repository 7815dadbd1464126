"""The frame of every action: may? -> decide -> write -> sign -> queue, in one transaction.

require(actor, "accept")
with moving(request, to="accepted", actor=actor, verb="accept", now=now) as move:
    ...
    move.next(action="check_arrival", at=visit_at)
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from handrail.core.access import Actor, why_not_allowed
from handrail.core.journey import CLOCKS, STAGES, due_at, is_open, why_not_move
from handrail.records.casebook.models import HelpRequest, Task, TimelineEntry
from handrail.records.casebook.requests import new_entry
from handrail.records.casebook.tasks import new_task
from handrail.records.ledger.signing import CrossedError, Signature, append, signed

Id = UUID | str
TRIES = 5  # how often what must not fail for a crossing is begun again


class Refused(Exception):
    """A rule said no. `reason` is a code; web.words has the sentence."""

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts


class Forbidden(Refused):
    """The role may not do this."""


class Stale(Refused):
    """Somebody was first. `by` names them when it is known."""

    def __init__(self, reason: str = "somebody_was_first", **facts: Any) -> None:
        super().__init__(reason, **facts)


def require(actor: Actor, action: str) -> None:
    """Raise Forbidden unless the table of access lets this actor do this action."""
    reason = why_not_allowed(actor, action)
    if reason:
        raise Forbidden(reason)


def refuse_if(reason: str | None, **facts: Any) -> None:
    """Raise Refused when core gave a reason."""
    if reason:
        raise Refused(reason, **facts)


def enter(stream: str, *, actor: Actor, verb: str, now: datetime, wrote: Iterable[str] = (), why: str = "") -> None:
    """Enter something in the ledger that is not a private record's change. Raises Stale when another was first."""
    try:
        append(stream, actor=actor.key, verb=verb, now=now, wrote=wrote, why=why)
    except CrossedError as error:
        raise Stale from error


def clock_end(clock: str, start: datetime) -> datetime:
    """When a clock that starts now runs out, at the length this service has set for it."""
    return due_at(clock, start=start, minutes=settings.HANDRAIL_CLOCKS)


@dataclass
class Change:
    """What an action is about to write on one request, gathered and written once at the end."""

    request: HelpRequest
    actor: Actor
    now: datetime
    signature: Signature
    stage: str
    values: dict[str, Any] = field(default_factory=dict)
    entries: list[TimelineEntry] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)

    def set(self, **values: Any) -> None:
        """Fields of the request to write."""
        self.values.update(values)

    def next(self, *, action: str, at: datetime, note: dict[str, Any] | None = None) -> None:
        """What is due next, and when. `note` is the counselor's own words, sealed.

        Raises Refused("not_open") for a request that rests or was stopped: it must be started again first.
        """
        if not is_open(self.stage):
            raise Refused("not_open")
        self.set(next_action=action, next_at=at, next_note=note or {})

    def promise(self, *, action: str, at: datetime, note: dict[str, Any] | None = None) -> None:
        """As `next`, and from then on it counts as late."""
        self.next(action=action, at=at, note=note)
        self.set(due_at=at)

    def say(self, kind: str, *, for_person: bool = False, **body: Any) -> TimelineEntry:
        """Add a line to the timeline."""
        entry = new_entry(self.request, kind, actor=self.actor, at=self.now, **body)
        entry.is_for_person = for_person
        self.entries.append(entry)
        return entry

    def later(self, kind: str, *, key: str, at: datetime | None = None, **args: Any) -> None:
        """Leave a task for the worker, in this transaction."""
        self.tasks.append(new_task(kind, key=key, run_at=at or self.now, now=self.now, **args))


def hold(request: HelpRequest) -> None:
    """Hold the request's row until the transaction ends, where the database has such locks.

    Whoever changes a request, its referrals or its consents holds it first: two at once then wait in line, instead of
    each holding what the other needs (a deadlock). SQLite has one writer anyway.
    """
    if connection.features.has_select_for_update:
        HelpRequest.objects.select_for_update(no_key=True).filter(pk=request.pk).values_list("pk").first()


@contextmanager
def changing(request: HelpRequest, *, actor: Actor, verb: str, now: datetime, why: str = "") -> Iterator[Change]:
    """Change one request in one transaction, signed, by compare-and-set on its version.

    Raises Stale when the request changed since it was read; nothing is written then.
    """
    try:
        with (
            transaction.atomic(),
            signed(actor.key, verb, stream=request.stream, now=now, why=why) as signature,
        ):
            hold(request)
            change = Change(request, actor, now, signature, request.stage)
            yield change
            _write(change)
    except CrossedError as error:
        raise Stale from error
    for name, value in change.values.items():
        setattr(request, name, value)
    if change.values:
        request.version += 1


@contextmanager
def moving(
    request: HelpRequest, *, to: str | None, actor: Actor, verb: str, now: datetime, why: str = ""
) -> Iterator[Change]:
    """As `changing`, and the request moves to another stage, or stays where it stands when `to` is None.

    The stage's clock starts unless `next` is called.
    """
    if to is not None:
        refuse_if(why_not_move(request.stage, to, role=actor.role), start=request.stage, end=to)
    with changing(request, actor=actor, verb=verb, now=now, why=why) as change:
        if to is not None:
            begin_stage(change, to)
        yield change


def begin_stage(change: Change, to: str) -> None:
    """Put the request in a stage: its clock, its next step, and its line on the timeline."""
    stage = STAGES[to]
    change.stage = to
    change.set(stage=to, stage_at=change.now)
    if stage.clock:
        change.promise(action=CLOCKS[stage.clock].next_action, at=clock_end(stage.clock, change.now))
    if not is_open(to):
        change.set(next_action="", next_at=None, owner=None, in_queue=False)
    change.say("step", for_person=True, start=change.request.stage, end=to)


def clock_task(request: HelpRequest, next_at: datetime, *, now: datetime) -> Task:
    """The task that runs a request's clock out. It does nothing when the next step has moved since."""
    at = next_at.isoformat()
    return new_task("clock", key=f"{request.pk}:{at}", run_at=next_at, now=now, request=str(request.pk), next_at=at)


def _write(change: Change) -> None:
    request = change.request
    values = change.values
    if not is_open(request.stage) and is_open(change.stage):
        values.setdefault("in_queue", values.get("owner") is None)
    next_at = values.get("next_at")
    if next_at is not None:
        change.tasks.append(clock_task(request, next_at, now=change.now))
    if values:
        moved = HelpRequest.objects.filter(pk=request.pk, version=request.version, stage=request.stage).raw_update(
            change.signature, request.pk, version=request.version + 1, **values
        )
        if not moved:
            raise Stale
    if change.entries:
        TimelineEntry.objects.bulk_create(change.entries)
    if change.tasks:
        Task.objects.bulk_create(change.tasks, ignore_conflicts=True)
