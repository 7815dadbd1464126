"""The status page as values: one sentence for now, what happened, the visit, notes, and who can see it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handrail.core.journey import is_open
from handrail.records.casebook.choices import HELD_REFERRAL_STATES, OPEN_REFERRAL_STATES
from handrail.records.casebook.models import Consent, HelpRequest, Referral, TimelineEntry
from handrail.web.person import words
from handrail.web.person.clock import day_and_clock, short_day, when
from handrail.web.person.places import Place, places_of
from handrail.web.person.promise import Promise, promise_of
from handrail.web.person.so_far import Line, lines_of

LATE_STAGES = ("new", "contacting", "matching")


@dataclass(frozen=True)
class Now:
    """What is said now: one sentence, what it means, and when this page changes next."""

    head: str
    detail: str
    next_at: datetime | None
    is_late: bool = False


@dataclass(frozen=True)
class Shared:
    """A yes that stands: to whom, since when, until which day."""

    id: str
    name: str
    since: str
    until: str


@dataclass(frozen=True)
class Note:
    """Words between the person and us."""

    by: str
    at: datetime
    text: str
    is_mine: bool


@dataclass(frozen=True)
class Page:
    """Everything the status page shows. It holds no name of the person, no number and no answer."""

    row: HelpRequest
    now: Now
    lines: list[Line]
    places: list[Place]
    visit: Referral | None
    visit_words: str
    notes: list[Note]
    shared: list[Shared]
    time_zone: str
    who: str
    is_open: bool
    may_pause: bool
    next_line: Any = ""
    next_line_at: datetime | None = field(default=None)


def see(row: HelpRequest, *, now: datetime) -> Page:
    """Gather one request for the person's own eyes."""
    actor = row.actor()
    zone = row.person.rule.timezone
    entries = list(TimelineEntry.objects.filter(request=row, is_for_person=True).order_by("at", "pk"))
    referrals = list(
        Referral.objects.visible_to(actor).filter(request=row).select_related("program__location").order_by("sent_at")
    )
    asked = next((one for one in reversed(referrals) if one.state in OPEN_REFERRAL_STATES), None)
    visit = next((one for one in referrals if one.state in HELD_REFERRAL_STATES), None)
    said = _now(row, asked, visit, now=now, zone=zone)
    return Page(
        row=row,
        now=said,
        lines=lines_of(entries),
        places=places_of(row, referrals, now=now, zone=zone),
        visit=visit,
        visit_words=_visit_words(visit, now=now, zone=zone),
        notes=_notes(entries),
        shared=_shared(row, now=now, zone=zone),
        time_zone=zone,
        who=first_name(row),
        is_open=is_open(row.stage),
        may_pause=row.stage not in ("resting", "stopped"),
        next_line=words.WAITING_FOR.get(row.stage, ""),
        next_line_at=visit.visit_at if visit and row.stage == "accepted" else said.next_at,
    )


def _visit_words(visit: Referral | None, *, now: datetime, zone: str) -> str:
    """When to come; once there, when they came, which may be before the time that was booked."""
    at = visit and (visit.arrived_at or visit.visit_at)
    return day_and_clock(at, now=now, zone=zone) if at else ""


def first_name(row: HelpRequest) -> str:
    """The first name of the counselor, or "" while there is none."""
    return str(row.owner).split(" ")[0] if row.owner else ""


def _now(row: HelpRequest, asked: Referral | None, visit: Referral | None, *, now: datetime, zone: str) -> Now:
    promise = promise_of(row, promise_at=row.due_at, now=now)
    due = row.due_at if row.stage == "new" else (row.next_at or row.due_at)
    facts = {
        "who": first_name(row),
        "due": promise.words if row.stage == "new" else when(due, now=now, zone=zone),
        "tried": _tried(row, now=now, zone=zone),
        "place": asked.program.name if asked else "",
        "sent": when(asked.sent_at, now=now, zone=zone) if asked else "",
        "reply": when(asked.reply_by, now=now, zone=zone) if asked else "",
        "visit": _visit_words(visit, now=now, zone=zone),
    }
    is_late = row.stage in LATE_STAGES and due < now and (row.stage != "new" or promise.is_anybody_on)
    sentence = _sentence(row, asked, is_late=is_late, is_anybody_on=promise.is_anybody_on, now=now)
    next_at = _next_at(row, asked, promise, due)
    return Now(
        _fill(sentence.head, sentence.plain, facts),
        _fill(sentence.detail, "", facts),
        next_at if next_at and next_at > now else None,
        is_late,
    )


def _next_at(row: HelpRequest, asked: Referral | None, promise: Promise, due: datetime) -> datetime | None:
    """By when this page says something new, where we owe that."""
    if row.stage == "new":
        return promise.at if promise.words else None
    if row.stage == "referred":
        return asked.reply_by if asked else due
    return due if row.stage in LATE_STAGES else None


def _sentence(
    row: HelpRequest, asked: Referral | None, *, is_late: bool, is_anybody_on: bool, now: datetime
) -> words.StageSentence:
    """The row of the table that is true now: late is said before anything else."""
    if is_late:
        return words.LATE if row.stage == "new" else words.LATE_AGAIN
    if row.stage == "new" and not is_anybody_on:
        return words.NOBODY_ON
    if row.stage == "new" and row.person.rule.channel == "code":
        return words.NEW_BY_CODE
    if row.stage == "referred" and asked and asked.reply_by < now:
        return words.NO_REPLY
    return words.STAGE_SENTENCES[row.stage]


def _fill(head: Any, plain: Any, facts: dict[str, str]) -> str:
    """The sentence with its facts, or the plain one when a fact it names is missing."""
    text = str(head)
    named = [name for name in facts if f"%({name})s" in text]
    return text % facts if all(facts[name] for name in named) else str(plain)


def _tried(row: HelpRequest, *, now: datetime, zone: str) -> str:
    last = TimelineEntry.objects.filter(request=row, kind="contact").order_by("at").last()
    return when(last.at, now=now, zone=zone) if last else ""


def _notes(entries: list[TimelineEntry]) -> list[Note]:
    return [
        Note(entry.by_name.split(" ")[0], entry.at, entry.body["note"], entry.is_from_person)
        for entry in entries
        if entry.kind == "note" and entry.body.get("note")
    ]


def _shared(row: HelpRequest, *, now: datetime, zone: str) -> list[Shared]:
    living = Consent.objects.filter(request=row, revoked_at=None, expires_at__gt=now).select_related("program")
    return [
        Shared(
            id=str(one.pk),
            name=one.program.name,
            since=when(one.recorded_at, now=now, zone=zone),
            until=short_day(one.expires_at, zone),
        )
        for one in living.order_by("recorded_at")
    ]
