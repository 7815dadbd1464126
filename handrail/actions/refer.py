"""Asking a program for a person, and what the program answers. Nothing is shared beyond the consent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from handrail.actions._frame import (
    TRIES,
    Change,
    Id,
    Refused,
    Stale,
    changing,
    clock_end,
    hold,
    moving,
    refuse_if,
    require,
)
from handrail.actions.messages import queue_message
from handrail.actions.reading import read
from handrail.core.access import WORKER, Actor
from handrail.core.consent import why_not_share
from handrail.records.casebook.choices import (
    DECLINE_REASONS,
    HELD_REFERRAL_STATES,
    LIVE_REFERRAL_STATES,
    OPEN_REFERRAL_STATES,
    living_consent,
)
from handrail.records.casebook.models import Consent, Disclosure, HelpRequest, Option, Referral
from handrail.records.directory.models import Program


def send(request: HelpRequest, *, actor: Actor, program_id: Id, now: datetime) -> Referral:
    """Ask one program, under the person's consent. Only the minimum goes before it acknowledges."""
    require(actor, "send_referral")
    program = Program.objects.listed().filter(pk=program_id).first()
    if program is None:
        raise Refused("not_listed")
    consent = living_consent(request, program_id, now=now)
    refuse_if(_why_not(consent, program_id, "minimum", now=now))
    if Referral.objects.filter(request=request, state__in=HELD_REFERRAL_STATES).exists():
        raise Refused("already_accepted")
    reply_by = clock_end("acknowledge", now)
    to = None if request.stage == "referred" else "referred"
    try:
        with moving(request, to=to, actor=actor, verb="refer", now=now) as change:
            referral = Referral(
                request=request,
                program=program,
                consent=consent,
                sent_at=now,
                sent_by=actor.key,
                sent_by_name=actor.name,
                reply_by=reply_by,
            )
            referral.save(force_insert=True)
            _note_disclosure(change, referral, "minimum")
            Option.objects.filter(request=request, program=program, choice="").update(choice="yes", chosen_at=now)
            change.say("referral", for_person=True, what="sent", program=program.name, reply_by=reply_by.isoformat())
            change.promise(action="call_program", at=reply_by)
    except IntegrityError as error:
        raise Refused("already_referred") from error
    return referral


def acknowledge(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """The program has seen it. Details may be shown from now on, and its time to answer starts."""
    require(actor, "acknowledge")
    answer_by = clock_end("answer", now)
    with _answering(referral, actor=actor, verb="acknowledge", now=now, allowed=("sent",)) as change:
        set_referral(change, referral, state="acknowledged", acknowledged_at=now, reply_by=answer_by)
        change.say("referral", for_person=True, what="acknowledged", program=str(referral.program))
        change.promise(action="call_program", at=answer_by)


def accept(referral: Referral, *, actor: Actor, visit_at: datetime | None, visit_note: str, now: datetime) -> None:
    """The program says yes, with a day and time. Every other open referral of this person becomes obsolete."""
    require(actor, "accept")
    if visit_at is None or visit_at <= now:
        raise Refused("needs_visit_time")
    _may_answer(referral, actor, OPEN_REFERRAL_STATES)
    request = referral.request
    was_unseen = referral.acknowledged_at is None
    try:
        with moving(request, to="accepted", actor=actor, verb="accept", now=now) as change:
            set_referral(
                change,
                referral,
                state="accepted",
                answered_at=now,
                visit_at=visit_at,
                visit_note=visit_note.strip(),
                acknowledged_at=referral.acknowledged_at or now,
            )
            if was_unseen and not _why_not(referral.consent, referral.program_id, "details", now=now):
                _note_disclosure(change, referral, "details")  # from now on its lists show who is coming
            end_open_referrals(change, state="obsolete", but=referral)
            change.promise(action="check_arrival", at=visit_at + timedelta(minutes=settings.HAND_BACK_MINUTES))
            change.say("referral", for_person=True, what="accepted", program=str(referral.program))
            queue_message(change, "news")
    except IntegrityError as error:
        raise Stale("already_accepted") from error


def decline(referral: Referral, *, actor: Actor, reason: str, note: str, now: datetime) -> None:
    """The program says no, with a reason from the list. With no other program asked, it is the desk's turn."""
    require(actor, "decline")
    if reason not in DECLINE_REASONS:
        raise Refused("needs_reason")
    _may_answer(referral, actor, OPEN_REFERRAL_STATES)
    with coming_back(referral.request, actor=actor, verb="decline", now=now, but=referral) as change:
        set_referral(
            change, referral, state="declined", answered_at=now, decline_reason=reason, decline_note=note.strip()
        )
        change.say(
            "referral",
            for_person=True,
            what="declined",
            program=str(referral.program),
            reason=reason,
            note=note.strip(),
        )


def ask_question(referral: Referral, *, actor: Actor, question: str, now: datetime) -> None:
    """The program needs to know something first. The desk answers; the clock of the program waits for it."""
    require(actor, "ask_question")
    if not question.strip():
        raise Refused("nothing_to_say")
    with _answering(referral, actor=actor, verb="ask_question", now=now, allowed=OPEN_REFERRAL_STATES) as change:
        set_referral(
            change,
            referral,
            state="info_requested",
            question=question.strip(),
            acknowledged_at=referral.acknowledged_at or now,
        )
        change.say("referral", what="question", program=str(referral.program), question=question.strip())
        at = clock_end("first_contact", now)
        change.promise(action="answer_question", at=at)


def answer_question(referral: Referral, *, actor: Actor, answer: str, now: datetime) -> None:
    """The desk answers the program's question; its time to answer starts again."""
    require(actor, "answer_question")
    if not answer.strip():
        raise Refused("nothing_to_say")
    answer_by = clock_end("answer", now)
    with _answering(referral, actor=actor, verb="answer_question", now=now, allowed=("info_requested",)) as change:
        set_referral(change, referral, state="acknowledged", answer=answer.strip(), reply_by=answer_by)
        change.say("referral", what="answered", program=str(referral.program), answer=answer.strip())
        change.promise(action="call_program", at=answer_by)


def withdraw(referral: Referral, *, actor: Actor, why: str, now: datetime) -> None:
    """We take back what we asked of a program."""
    require(actor, "withdraw_referral")
    _may_answer(referral, actor, (*OPEN_REFERRAL_STATES, "accepted"))
    with coming_back(referral.request, actor=actor, verb="withdraw", now=now, but=referral) as change:
        set_referral(change, referral, state="withdrawn", answered_at=now)
        change.say("referral", for_person=True, what="withdrawn", program=str(referral.program), note=why.strip())


def arrive(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """The person is there. A referral is only done when somebody has seen them arrive."""
    require(actor, "arrive")
    _may_answer(referral, actor, ("accepted",))
    with moving(referral.request, to="arrived", actor=actor, verb="arrive", now=now) as change:
        set_referral(change, referral, state="arrived", arrived_at=now)
        change.say("referral", for_person=True, what="arrived", program=str(referral.program))


def expire(referral: Referral, *, now: datetime) -> None:
    """The program was silent past its clock: it is the desk's turn, with the next match ready."""
    with coming_back(referral.request, actor=WORKER, verb="expire", now=now, but=referral) as change:
        set_referral(change, referral, state="expired", answered_at=now)
        change.say("referral", for_person=True, what="silent", program=str(referral.program))


def facts_for(referral: Referral, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """What the program may see now, by scope: minimum; details and contact after it acknowledged, if agreed.

    The reading is entered in the ledger, and the first showing of each scope is recorded as a disclosure.
    """
    require(actor, "see_inbox")
    if not Referral.objects.visible_to(actor).filter(pk=referral.pk).exists():
        raise Refused("referral_closed")
    read(referral.request, actor=actor, page="referral", now=now)
    for _ in range(TRIES):
        try:
            return _show(referral, actor=actor, now=now)
        except Stale:  # somebody wrote to this request at the same moment
            continue
    raise Stale


def _show(referral: Referral, *, actor: Actor, now: datetime) -> dict[str, Any]:
    request = referral.request
    facts: dict[str, Any] = {}
    with transaction.atomic():
        # Held until the showing is on record: a yes taken back at this moment counts, here or right after.
        hold(request)
        referral.consent = consent = Consent.objects.get(pk=referral.consent_id)
        if not Referral.objects.filter(pk=referral.pk, state__in=LIVE_REFERRAL_STATES).exists():
            return facts
        for scope, gather in _SCOPE_FACTS.items():
            if scope != "minimum" and referral.acknowledged_at is None:
                continue
            if _why_not(consent, referral.program_id, scope, now=now):
                continue
            facts |= gather(request)
            _disclose(request, referral, scope, actor=actor, now=now)
    return facts


@contextmanager
def coming_back(request: HelpRequest, *, actor: Actor, verb: str, now: datetime, but: Referral) -> Iterator[Change]:
    """A referral ends without a place: back to looking, unless another program is still asked."""
    others = Referral.objects.filter(request=request, state__in=OPEN_REFERRAL_STATES).exclude(pk=but.pk)
    still_asked = others.order_by("reply_by").first()
    if still_asked is not None and request.stage == "referred":
        with changing(request, actor=actor, verb=verb, now=now) as change:
            yield change
            change.promise(action="call_program", at=still_asked.reply_by)
        return
    with moving(request, to="matching", actor=actor, verb=verb, now=now) as change:
        yield change
        at = clock_end("first_contact", now)
        change.promise(action="next_match", at=at)
        queue_message(change, "news")


def end_open_referrals(change: Change, *, state: str, but: Referral | None = None) -> None:
    """Close every other open referral of this request; their programs see it in their inbox."""
    rows = Referral.objects.filter(request=change.request, state__in=OPEN_REFERRAL_STATES)
    if state == "withdrawn":
        rows = Referral.objects.filter(request=change.request, state__in=(*OPEN_REFERRAL_STATES, "accepted"))
    for other in (rows.exclude(pk=but.pk) if but else rows).select_related("program"):
        set_referral(change, other, state=state, answered_at=change.now)
        change.say("referral", what=state, program=str(other.program))


@contextmanager
def _answering(
    referral: Referral, *, actor: Actor, verb: str, now: datetime, allowed: tuple[str, ...]
) -> Iterator[Change]:
    _may_answer(referral, actor, allowed)
    with changing(referral.request, actor=actor, verb=verb, now=now) as change:
        yield change


def _may_answer(referral: Referral, actor: Actor, allowed: tuple[str, ...]) -> None:
    if actor.role == "intake" and str(referral.program_id) not in actor.program_ids:
        raise Refused("referral_closed")
    if referral.state not in allowed:
        raise Stale("referral_closed")


def set_referral(change: Change, referral: Referral, **values: Any) -> None:
    """Compare-and-set on the referral's version: two answers at once, one wins."""
    moved = Referral.objects.filter(pk=referral.pk, version=referral.version).raw_update(
        change.signature, referral.pk, version=referral.version + 1, **values
    )
    if not moved:
        raise Stale("referral_closed")
    for name, value in values.items():
        setattr(referral, name, value)
    referral.version += 1


def _why_not(consent: Consent | None, program_id: Id, scope: str, *, now: datetime) -> str | None:
    return why_not_share(
        consent.terms() if consent else None, recipient=str(program_id), purpose="referral", scope=scope, now=now
    )


def _note_disclosure(change: Change, referral: Referral, scope: str) -> None:
    Disclosure(
        request=change.request,
        consent=referral.consent,
        referral=referral,
        program=referral.program,
        scope=scope,
        what=sorted(_SCOPE_FACTS[scope](change.request)),
        at=change.now,
        by=change.actor.key,
    ).save(force_insert=True)


def _disclose(request: HelpRequest, referral: Referral, scope: str, *, actor: Actor, now: datetime) -> None:
    if Disclosure.objects.filter(referral=referral, scope=scope).exists():
        return
    try:
        with changing(request, actor=actor, verb=f"disclose_{scope}", now=now) as change:
            _note_disclosure(change, referral, scope)
    except IntegrityError:
        return  # the same page was opened twice at once; the first one is on record


def _minimum(request: HelpRequest) -> dict[str, Any]:
    needs = request.facts.get("needs", {})
    return {
        "wants": needs.get("kinds", []),
        "flags": request.answers.get("flags", []),
        "asked_at": request.asked_at.isoformat(),
    }


def _details(request: HelpRequest) -> dict[str, Any]:
    needs, safety = request.facts.get("needs", {}), request.facts.get("safety", {})
    return {
        "called": request.person.chosen_name,
        "payer": needs.get("payer", ""),
        "must": needs.get("must", []),
        "place": request.answers.get("place", ""),
        "language": request.person.rule.language,
        "safe_now": safety.get("safe_now"),
        "naloxone": safety.get("naloxone", ""),
        "use": needs.get("use", {}),
    }


def _contact(request: HelpRequest) -> dict[str, Any]:
    rule = request.person.rule
    return {"channel": rule.channel, "address": rule.address, "hours": list(rule.hours) if rule.hours else None}


_SCOPE_FACTS = {"minimum": _minimum, "details": _details, "contact": _contact}
