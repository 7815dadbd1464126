"""The request: kept, sent, taken from the queue, tried, reached."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

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
from handrail.actions.promise import promise_for
from handrail.core.access import VISITOR, WORKER, Actor
from handrail.core.code import make_code
from handrail.core.contact import WAYS, ContactRule, why_not_reach, why_not_way
from handrail.core.handing_over import due_before
from handrail.core.journey import CLOCKS, next_try_at
from handrail.core.safety import dangers_in_words, is_danger, is_priority
from handrail.records.accounts.models import Staff
from handrail.records.casebook.models import Draft, HelpRequest, Person, Task, TimelineEntry
from handrail.records.casebook.people import live_draft, token_hash
from handrail.records.casebook.requests import code_hash, new_entry, stream_of
from handrail.records.casebook.tasks import new_task
from handrail.records.ledger.signing import CrossedError, signed

AGAINST_RULE = "against_rule:"  # how the ledger marks a contact that the person's rule forbade
LATEST_STEP = timedelta(days=366)  # farther away, nobody would ever look again
NOTE_LETTERS = 10_000
OUTCOMES = ("reached", "no_answer", "wrong_number", "someone_else", "not_safe", "note")
# What a contact that reached nobody means for the next try; a wrong number is not tried again.
UNREACHED = frozenset({"no_answer", "wrong_number", "someone_else", "not_safe"})


@dataclass(frozen=True)
class Sent:
    """What the person learns after Send. `promise_at` is when it is due; the request says what was named."""

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


def begin(token: str, answers: dict[str, Any], *, now: datetime) -> str:
    """Keep the answers of a page that is sent whole, under the token that the page was given, and say the token.

    The same page pressed twice meets itself. Another patient written over a page that was sent gets a new token.
    """
    draft = live_draft(token, now=now)
    if draft is not None:
        held = draft.request.answers if draft.request else draft.answers
        return token if held == answers else begin(secrets.token_urlsafe(24), answers, now=now)
    fresh = Draft(pk=token_hash(token), answers=answers, expires_at=now + timedelta(minutes=settings.DRAFT_MINUTES))
    try:
        with transaction.atomic(), signed(VISITOR.key, "keep", stream=_draft_stream(fresh), now=now):
            fresh.save(force_insert=True)
    except (IntegrityError, CrossedError):  # pressed twice at once, or an old page whose hour is over
        again = token if live_draft(token, now=now) else secrets.token_urlsafe(24)
        return begin(again, answers, now=now)
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
            Task.objects.bulk_create([clock_task(request, request.due_at, now=now), *_line_task(request, now=now)])
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
    way: str = "",
) -> None:
    """Write down a call, text or note, and move on as the outcome says. A next step and time are required.

    `way` is how it happened, or "" when nobody said. One that the person's rule forbids is written down too: it
    happened. It is marked, and counted in the ledger.
    """
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
    body, why = _contact_body(request, outcome=outcome, note=note, way=way, now=now)
    with moving(request, to=to, actor=actor, verb=f"contact_{outcome}", now=now, why=why) as change:
        change.say("note" if outcome == "note" else "contact", **body)
        if outcome == "reached":
            change.set(first_contact_at=request.first_contact_at or now, tries=0, first_try_at=None)
        if outcome in UNREACHED:
            _count_try(change)
        change.promise(action="own_words", at=next_at, note={"text": next_step.strip()})
        if request.owner_id is None:
            change.set(owner=Staff.objects.get(pk=actor.id), in_queue=False)


def _contact_body(
    request: HelpRequest, *, outcome: str, note: str, way: str, now: datetime
) -> tuple[dict[str, Any], str]:
    """What stands on the timeline, and what the ledger says of a contact that the rule forbade."""
    rule = request.person.rule
    body: dict[str, Any] = {"outcome": outcome, "note": note.strip(), "channel": way or rule.channel}
    if outcome == "note" or way not in WAYS:
        return body, ""
    body["way"] = way
    broken = why_not_way(rule, way=way, now=now)
    if broken is None:
        return body, ""
    body["breach"] = broken
    return body, f"{AGAINST_RULE}{broken}"


def renew_code(request: HelpRequest, *, actor: Actor, now: datetime, told_person: bool = False) -> str:
    """Make a new status code; the old one dies at once.

    A patient's request opens no more than "received" until `told_person`: the code was said to the person themself.
    """
    require(actor, "renew_code")
    code = make_code(secrets.token_bytes(10))
    with changing(request, actor=actor, verb="renew_code", now=now) as change:
        change.set(code_hash=code_hash(code), code_expires_at=now + timedelta(days=settings.CODE_DAYS), pin_hash="")
        if told_person and not request.is_code_theirs:
            change.set(is_code_theirs=True)
            change.say("system", what="code_theirs")
        else:
            change.say("system", what="code_renewed")
    return code


def _own(request: HelpRequest, *, actor: Actor, verb: str, now: datetime, why: str = "") -> None:
    """Give a waiting request to this counselor. `why` may quote a person, so it is sealed in the timeline alone."""
    if not request.in_queue:
        raise Stale("taken_by_other")
    with changing(request, actor=actor, verb=verb, now=now) as change:
        # The promise made to the person stays; only an old promise gives the new owner a few minutes.
        at = max(request.due_at, clock_end("first_contact", now))
        if request.stage == "new" and request.promised_at is None:
            change.set(promised_at=at, due_at=at)  # nobody was planned; now somebody has it
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
    flags = answers.get("flags") or []
    request = HelpRequest(
        person=person,
        stage="new",
        stage_at=now,
        in_queue=True,
        next_action=CLOCKS["first_contact"].next_action,
        **_promise(rule, answers, now=now),
        # A second net under the question: what they wrote themselves.
        is_danger=is_danger(answers["now"]) or bool(dangers_in_words(answers.get("words") or "")),
        is_priority=is_priority(flags),
        asked_at=now,
        answers=answers,
        code_hash=code_hash(code),
        code_expires_at=now + timedelta(days=settings.CODE_DAYS),
        is_code_theirs=answers["who"] != "patient",
    )
    return person, request


def _promise(rule: ContactRule, answers: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """The promise; for a patient who leaves sooner, it is due before they leave."""
    fields = promise_for(rule, now=now)
    leaves_at = datetime.fromisoformat(answers["leaves_at"]) if answers.get("leaves_at") else None
    due_at = due_before(fields["due_at"], leaves_at=leaves_at, now=now)
    is_somebody_on = fields["promised_at"] is not None and fields["promised_at"] <= clock_end("first_contact", now)
    named = due_at if is_somebody_on else fields["promised_at"]
    return {"promised_at": named, "due_at": due_at, "next_at": due_at}


def rule_from(answers: dict[str, Any]) -> ContactRule:
    """The contact rule in a set of answers; what was not answered is the safest."""
    hours = answers.get("hours")
    return ContactRule(
        channel=answers.get("channel", "code"),
        address=answers.get("address", ""),
        may_voicemail=bool(answers.get("may_voicemail", False)),
        if_other_answers=answers.get("if_other_answers", "hang_up"),
        say_we_are=answers.get("say_we_are", ""),
        may_talk_with=answers.get("may_talk_with", ""),
        hours=(int(hours[0]), int(hours[1])) if hours else None,
        timezone=answers.get("timezone") or settings.SERVICE_TIMEZONE,
        language=answers.get("language", "en"),
        line_until=answers.get("line_until", ""),
    )


def _line_task(request: HelpRequest, *, now: datetime) -> list[Task]:
    """When a professional's direct line ends, nobody is called there any more."""
    until = request.person.rule.line_until
    if not until:
        return []
    at = datetime.fromisoformat(until)
    return [new_task("line_ends", key=f"{request.pk}:{until}", run_at=at, now=now, request=str(request.pk))]


def end_line(request_id: str, *, now: datetime) -> None:
    """A professional's direct line is over: the rule is the safest one until the person says their own."""
    request = HelpRequest.objects.select_related("person").filter(pk=request_id).first()
    if request is None or why_not_reach(request.person.rule, channel="call", now=now) != "line_ended":
        return
    held = request.person.rule
    with changing(request, actor=WORKER, verb="line_ended", now=now) as change:
        request.person.set_rule(ContactRule(timezone=held.timezone, language=held.language))
        request.person.save(update_fields=["contact_rule", "address_index"])
        change.say("system", what="line_ended")


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
