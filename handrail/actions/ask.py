"""The request: kept, sent, taken from the queue, tried, reached."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from handrail.actions._frame import (
    Change,
    Refused,
    Stale,
    changing,
    clock_end,
    clock_task,
    moving,
    require,
)
from handrail.actions.messages import queue_message
from handrail.core.access import VISITOR, Actor
from handrail.core.code import make_code
from handrail.core.contact import ContactRule, next_safe_at
from handrail.core.journey import CLOCKS, next_try_at
from handrail.core.safety import is_danger, is_priority
from handrail.records.accounts.models import Staff
from handrail.records.casebook.models import Draft, HelpRequest, Person, Task, TimelineEntry
from handrail.records.casebook.people import live_draft, token_hash
from handrail.records.casebook.requests import code_hash, new_entry, stream_of
from handrail.records.ledger.signing import signed

LATEST_STEP = timedelta(days=366)  # farther away, nobody would ever look again
NOTE_LETTERS = 10_000
OUTCOMES = ("reached", "no_answer", "wrong_number", "someone_else", "not_safe", "note")
# What a contact that reached nobody means for the next try; a wrong number is not tried again.
UNREACHED = frozenset({"no_answer", "wrong_number", "someone_else", "not_safe"})


@dataclass(frozen=True)
class Sent:
    """What the person learns after Send. `promise_at` is the time by which somebody reaches out."""

    request_id: str
    code: str
    promise_at: datetime
    channel: str
    language: str
    name: str


def keep(token: str, answers: dict[str, Any], *, now: datetime) -> str:
    """Keep answers between pages, sealed, and say the browser's token. Never contacts anybody."""
    if live_draft(token, now=now) is None:
        token = secrets.token_urlsafe(24)
    fresh = Draft(pk=token_hash(token))
    with transaction.atomic(), signed(VISITOR.key, "keep", stream=_draft_stream(fresh), now=now):
        # Held until the end: a Send, or a second tab, at this moment is neither undone nor lost.
        draft = Draft.objects.select_for_update().filter(pk=fresh.pk).first() or fresh
        if draft.request_id:
            raise Refused("already_sent")
        draft.answers = {**draft.answers, **answers}
        draft.expires_at = now + timedelta(minutes=settings.DRAFT_MINUTES)
        draft.save()
    return token


def forget(token: str, *, now: datetime) -> None:
    """Forget answers that were not sent. A sent request stays."""
    draft = live_draft(token, now=now)
    if draft is None:
        return
    with transaction.atomic(), signed(VISITOR.key, "forget", stream=_draft_stream(draft), now=now):
        draft.delete()


def send(token: str, *, now: datetime, draft: Draft | None = None) -> Sent:
    """Turn kept answers into one help request. A second Send finds the first one's result.

    `draft` is the token's living draft, when the caller has just read it.
    Raises Refused("draft_gone") when the answers have run out, and Refused("not_finished") when some are missing.
    """
    require(VISITOR, "ask")
    draft = draft or live_draft(token, now=now)
    if draft is None:
        raise Refused("draft_gone")
    if draft.request_id:
        return _sent_from(draft)
    answers = draft.answers
    if not all(answers.get(name) for name in ("who", "now", "channel")):
        raise Refused("not_finished")
    code = make_code(secrets.token_bytes(10))
    person, request = _new_request(answers, code=code, now=now)
    actor = Actor(role="person", id=str(request.pk))
    result = {
        "request_id": str(request.pk),
        "code": code,
        "promise_at": request.due_at.isoformat(),
        "channel": answers["channel"],
        "language": answers.get("language", "en"),
        "name": answers.get("name", ""),
    }
    draft.answers = {"sent": result, "who": answers["who"]}
    try:
        with (
            transaction.atomic(),
            signed(actor.key, "ask", stream=stream_of(request.pk), now=now, is_new_stream=True) as signature,
        ):
            person.save(force_insert=True)
            request.save(force_insert=True)
            TimelineEntry.objects.bulk_create([_asked(request, answers, actor=actor, now=now)])
            Task.objects.bulk_create([clock_task(request, request.due_at, now=now)])
            # Every change of the answers moves `expires_at`: so what is sent is what stands there now.
            claimed = Draft.objects.filter(pk=draft.pk, request=None, expires_at=draft.expires_at).raw_update(
                signature, "draft", request=request, answers=draft.answers
            )
            if not claimed:
                raise Stale
    except Stale:
        return send(token, now=now)
    return _sent_from(draft)


def sent(token: str, *, now: datetime) -> Sent | None:
    """What was sent with this token, while the browser may still show it."""
    draft = live_draft(token, now=now)
    return _sent_from(draft) if draft and draft.request_id else None


def take_next(actor: Actor, *, now: datetime) -> HelpRequest | None:
    """Give this counselor the first waiting request in the printed order, or None when nobody waits.

    Two at once: one gets it, the other gets the next one.
    """
    require(actor, "take_next")
    for _ in range(20):
        try:
            # Found and locked at once: on PostgreSQL a row that another is taking is stepped over, on SQLite
            # they take turns; nobody prepares a change that is bound to fail.
            with transaction.atomic():
                request: HelpRequest | None = HelpRequest.objects.first_free(now)
                if request is not None:
                    _own(request, actor=actor, verb="take_next", now=now)
                    return request
        except Stale:
            continue
        if not HelpRequest.objects.visible_to(actor).waiting().exists():
            return None
    raise Stale("queue_is_busy")


def take(request: HelpRequest, *, actor: Actor, why: str, now: datetime) -> None:
    """Take one request out of order, with the reason. Raises Stale, naming who has it, when it was taken."""
    require(actor, "take_out_of_order")
    if not why.strip():
        raise Refused("needs_reason")
    try:
        _own(request, actor=actor, verb="take_out_of_order", now=now, why=why.strip())
    except Stale as error:
        current = HelpRequest.objects.select_related("owner").get(pk=request.pk)
        raise Stale("taken_by_other", by=str(current.owner) if current.owner else "") from error


def hand_back(request: HelpRequest, *, actor: Actor, why: str, now: datetime) -> None:
    """Put a request back into the queue, for somebody else to take."""
    require(actor, "hand_back")
    if not why.strip():
        raise Refused("needs_reason")
    with changing(request, actor=actor, verb="hand_back", now=now) as change:
        back_to_queue(change, why=why.strip())


def back_to_queue(change: Change, *, why: str) -> None:
    """Free a request of its owner: whoever is on takes it, in the printed order, due now."""
    action = change.request.next_action or "reach"
    change.set(owner=None, in_queue=True, due_at=change.now)
    change.next(action=action, at=clock_end("first_contact", change.now))
    change.say("step", what="back_to_queue", why=why)


def record_contact(
    request: HelpRequest,
    *,
    actor: Actor,
    outcome: str,
    note: str,
    next_step: str,
    next_at: datetime | None,
    now: datetime,
    channel: str = "",
) -> None:
    """Write down a call, text or note, and move on as the outcome says. A next step and time are required."""
    require(actor, "record_contact")
    if outcome not in OUTCOMES:
        raise Refused("needs_outcome")
    if not next_step.strip() or next_at is None:
        raise Refused("needs_next_step")
    if next_at <= now:
        raise Refused("next_step_in_past")
    if next_at > now + LATEST_STEP:
        raise Refused("next_step_too_far")
    if len(note) > NOTE_LETTERS:
        raise Refused("note_too_long")
    to = _stage_after(request, outcome)
    body: dict[str, Any] = {"outcome": outcome, "note": note.strip(), "channel": channel or request.person.rule.channel}
    verb = f"contact_{outcome}"
    with moving(request, to=to, actor=actor, verb=verb, now=now) as change:
        change.say("note" if outcome == "note" else "contact", **body)
        if outcome == "reached":
            change.set(first_contact_at=request.first_contact_at or now, tries=0, first_try_at=None)
        if outcome in UNREACHED:
            _count_try(change)
        change.promise(action="own_words", at=next_at, note={"text": next_step.strip()})
        if request.owner_id is None:
            change.set(owner=Staff.objects.get(pk=actor.id), in_queue=False)


def renew_code(request: HelpRequest, *, actor: Actor, now: datetime) -> str:
    """Make a new status code; the old one dies at once."""
    require(actor, "renew_code")
    code = make_code(secrets.token_bytes(10))
    with changing(request, actor=actor, verb="renew_code", now=now) as change:
        change.set(code_hash=code_hash(code), code_expires_at=now + timedelta(days=settings.CODE_DAYS), pin_hash="")
        change.say("system", what="code_renewed")
    return code


def _own(request: HelpRequest, *, actor: Actor, verb: str, now: datetime, why: str = "") -> None:
    """Give a waiting request to this counselor. `why` may quote a person, so it is sealed in the timeline alone."""
    if not request.in_queue:
        raise Stale("taken_by_other")
    with changing(request, actor=actor, verb=verb, now=now) as change:
        # The promise made to the person stays; only an old promise gives the new owner a few minutes.
        at = max(request.due_at, clock_end("first_contact", now))
        change.set(owner_id=int(actor.id), in_queue=False)
        change.next(action=request.next_action, at=at, note=request.next_note)
        if request.stage == "new":
            queue_message(change, "first_contact", from_name=actor.name)
        change.say("step", for_person=True, what="taken", out_of_order=bool(why), why=why)


def _stage_after(request: HelpRequest, outcome: str) -> str | None:
    if outcome == "reached":
        return "talking" if request.stage in ("new", "contacting", "left_early") else None
    if outcome in UNREACHED:
        return "contacting" if request.stage in ("new", "talking", "matching", "choosing", "left_early") else None
    return None


def _count_try(change: Change) -> None:
    request = change.request
    first = request.first_try_at or change.now
    tries = request.tries + 1
    change.set(tries=tries, first_try_at=first)
    if next_try_at(tries, first_try_at=first) is None:
        change.say("system", what="tries_spent", tries=tries)


def _new_request(answers: dict[str, Any], *, code: str, now: datetime) -> tuple[Person, HelpRequest]:
    rule = rule_from(answers)
    person = Person(chosen_name=answers.get("name", ""), created_at=now)
    person.set_rule(rule)
    # The promise counts from now, or from the next hour the person said is safe.
    start = next_safe_at(rule, now)
    promise_at = clock_end("first_contact", start)
    flags = answers.get("flags", [])
    request = HelpRequest(
        person=person,
        stage="new",
        stage_at=now,
        in_queue=True,
        next_action=CLOCKS["first_contact"].next_action,
        next_at=promise_at,
        due_at=promise_at,
        is_danger=is_danger(answers["now"]),
        is_priority=is_priority(flags),
        asked_at=now,
        answers=answers,
        code_hash=code_hash(code),
        code_expires_at=now + timedelta(days=settings.CODE_DAYS),
    )
    return person, request


def rule_from(answers: dict[str, Any]) -> ContactRule:
    """The contact rule in a set of answers; what was not answered is the safest."""
    hours = answers.get("hours")
    return ContactRule(
        channel=answers.get("channel", "code"),
        address=answers.get("address", ""),
        may_voicemail=bool(answers.get("may_voicemail", False)),
        if_other_answers=answers.get("if_other_answers", "hang_up"),
        say_we_are=answers.get("say_we_are", ""),
        hours=(int(hours[0]), int(hours[1])) if hours else None,
        timezone=answers.get("timezone") or settings.SERVICE_TIMEZONE,
        language=answers.get("language", "en"),
    )


def _asked(request: HelpRequest, answers: dict[str, Any], *, actor: Actor, now: datetime) -> TimelineEntry:
    entry = new_entry(request, "asked", actor=actor, at=now, words=answers.get("words", ""), now=answers["now"])
    entry.is_for_person = True
    return entry


def _sent_from(draft: Draft) -> Sent:
    result = dict(draft.answers["sent"])
    result["promise_at"] = datetime.fromisoformat(result["promise_at"])
    return Sent(**result)


def _draft_stream(draft: Draft) -> str:
    return f"draft:{draft.pk[:12]}"
