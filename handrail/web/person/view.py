"""The status page as values: one sentence for now, what happened, the visit, notes, and who can see it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handrail.core.journey import is_open
from handrail.core.wall import received
from handrail.records.casebook.choices import HELD_REFERRAL_STATES, OPEN_REFERRAL_STATES
from handrail.records.casebook.models import Consent, HelpRequest, Referral, TimelineEntry
from handrail.web.person import promise_words, words
from handrail.web.person.clock import day_and_clock, short_day, when
from handrail.web.person.family_view import Linked, linked_to, own_messages, told_to
from handrail.web.person.places import Place, places_of
from handrail.web.person.promise import Promise, is_anybody_on, promise_of
from handrail.web.person.refer_words import RECEIVED
from handrail.web.person.so_far import Line, lines_of

LATE_STAGES = ("contacting", "matching")
TOLD_TO_STOP = ("new", "contacting")  # nothing is due there but to reach them, which they told us not to


@dataclass(frozen=True)
class Now:
    """What is said now: one sentence, what it means, and when this page changes next.

    `may_call` offers our number, `shows_lines` the public ones, `more` says when an interpreter joins. `evidence` is
    what a clinical sentence in it rests on.
    """

    head: str
    detail: str
    next_at: datetime | None
    is_late: bool = False
    may_call: bool = False
    shows_lines: bool = False
    more: str = ""
    evidence: str = ""


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
    helper: str
    is_open: bool
    may_pause: bool
    next_line: Any = ""
    next_line_at: datetime | None = field(default=None)
    is_family: bool = False
    told: list[str] = field(default_factory=list)
    own_messages: list[dict[str, Any]] = field(default_factory=list)
    linked: list[Linked] = field(default_factory=list)


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
        lines=lines_of(entries, is_patient=row.for_whom == "patient"),
        places=places_of(row, referrals, now=now, zone=zone),
        visit=visit,
        visit_words=_visit_words(visit, now=now, zone=zone),
        notes=_notes(entries),
        shared=_shared(row, now=now, zone=zone),
        time_zone=zone,
        who=first_name(row),
        helper=_helper(row),
        is_open=is_open(row.stage),
        may_pause=row.stage not in ("resting", "stopped"),
        next_line=words.WAITING_FOR.get(row.stage, ""),
        next_line_at=visit.visit_at if visit and row.stage == "accepted" else said.next_at,
        **_family(row, entries, now=now),
    )


def _family(row: HelpRequest, entries: list[TimelineEntry], *, now: datetime) -> dict[str, Any]:
    """What the family wall lets each side see: a family its own words and one sentence, a person their links."""
    if row.reader == "family":
        return {"is_family": True, "told": told_to(row), "own_messages": own_messages(entries)}
    return {"linked": linked_to(row, now=now)}


def see_received(row: HelpRequest, *, now: datetime) -> dict[str, Any]:
    """All that a professional's code shows: that we have it, called back, or talk with them; and our own promise."""
    contacts = TimelineEntry.objects.filter(request=row, kind="contact")
    was_called = row.first_contact_at is not None or row.tries > 0 or contacts.exists()
    stage = row.resume_stage if row.stage in ("resting", "stopped") else row.stage
    said = received(row.stage, resume_stage=stage, was_called=was_called, has_needs="needs" in row.facts)
    facts: dict[str, Any] = {"received": RECEIVED[said]}
    if row.stage == "new" and said == "have_it":
        promise = promise_of(row, now=now)
        facts["now_said"] = first_words_of(promise, row, now=now)
        # The card may be in the patient's hand by now, so "you" would be somebody else.
        facts["due"] = promise.facts.get("due", "") if not promise.is_late else ""
    return facts


def _visit_words(visit: Referral | None, *, now: datetime, zone: str) -> str:
    """When to come; once there, when they came, which may be before the time that was booked."""
    at = visit and (visit.arrived_at or visit.visit_at)
    return day_and_clock(at, now=now, zone=zone) if at else ""


def first_name(row: HelpRequest) -> str:
    """The first name of the counselor, or "" while there is none."""
    return str(row.owner).split(" ")[0] if row.owner else ""


def _helper(row: HelpRequest) -> str:
    """Who helps this person: the name, the role, and the training they really have."""
    if row.owner is None:
        return ""
    facts = {
        "name": str(row.owner),
        "role": words.ROLES.get(row.owner.role, row.owner.role),
        "training": row.owner.credential,
    }
    return str(words.HELPER if row.owner.credential else words.HELPER_WITHOUT) % facts


def _now(row: HelpRequest, asked: Referral | None, visit: Referral | None, *, now: datetime, zone: str) -> Now:
    if row.person.rule.is_stopped and row.stage in TOLD_TO_STOP:
        return Now(str(words.STOPPED_MESSAGES.head), str(words.STOPPED_MESSAGES.detail), None)
    if row.stage == "new":
        return first_words_of(promise_of(row, now=now), row, now=now)
    due = row.next_at or row.due_at
    is_late = row.stage in LATE_STAGES and due < now
    may_call = is_late and is_anybody_on(now)
    facts = {
        "who": first_name(row),
        "due": when(due, now=now, zone=zone),
        "tried": _tried(row, now=now, zone=zone),
        "place": asked.program.name if asked else "",
        "sent": when(asked.sent_at, now=now, zone=zone) if asked else "",
        "reply": when(asked.reply_by, now=now, zone=zone) if asked else "",
        "visit": _visit_words(visit, now=now, zone=zone),
    }
    sentence = _sentence(row, asked, is_late=is_late, is_anybody_on=may_call, now=now)
    next_at = _next_at(row, asked, due)
    return Now(
        _fill(sentence.head, sentence.plain, facts),
        _fill(sentence.detail, "", facts),
        next_at if next_at and next_at > now else None,
        is_late=is_late,
        may_call=may_call,
        shows_lines=is_late,
        evidence=sentence.evidence,
    )


def first_words_of(promise: Promise, row: HelpRequest, *, now: datetime) -> Now:
    """What is said while a first contact is still to come."""
    facts = {**promise.facts, "who": first_name(row)}
    return Now(
        _fill(promise.sentence.head, promise.sentence.plain % facts, facts),
        _fill(promise.sentence.detail, "", facts),
        promise.next_at if promise.next_at and promise.next_at > now else None,
        is_late=promise.is_late,
        may_call=promise.may_call,
        shows_lines=promise.shows_lines,
        more=promise.more,
    )


def _next_at(row: HelpRequest, asked: Referral | None, due: datetime) -> datetime | None:
    """By when this page says something new, where we owe that."""
    if row.stage == "referred":
        return asked.reply_by if asked else due
    return due if row.stage in LATE_STAGES else None


def _sentence(
    row: HelpRequest, asked: Referral | None, *, is_late: bool, is_anybody_on: bool, now: datetime
) -> words.StageSentence:
    """The row of the table that is true now: late is said before anything else."""
    if is_late:
        return promise_words.LATE_AGAIN if is_anybody_on else promise_words.LATE_AGAIN_NOBODY_ON
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
