"""What the person does on their own page: notes, contact rule, choices, pause, stop, start again."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password

from handrail.actions._frame import Change, Id, Refused, Stale, changing, moving, require
from handrail.actions.ask import back_to_queue
from handrail.actions.family import end_links, erase_links
from handrail.actions.hear import bring_forward, read_soon
from handrail.actions.promise import promise_again, promise_for
from handrail.actions.refer import end_open_referrals
from handrail.core.access import Actor
from handrail.core.contact import ContactRule
from handrail.core.journey import is_open
from handrail.core.safety import dangers_in_words
from handrail.records.casebook.models import (
    Consent,
    Draft,
    HelpRequest,
    Message,
    Option,
    Person,
    Referral,
    TimelineEntry,
)

NOTE_LETTERS = 500
COMPLAINT = "complain"  # how the ledger names a note that is a complaint; they are counted each month


def write_note(request: HelpRequest, *, text: str, now: datetime, is_complaint: bool = False) -> None:
    """A note from the person to their counselor, or a complaint. It is due to be read like a first contact."""
    actor = request.actor()
    require(actor, "write_note")
    if not text.strip():
        raise Refused("nothing_to_say")
    words, dangers = text.strip()[:NOTE_LETTERS], dangers_in_words(text)
    with changing(request, actor=actor, verb=COMPLAINT if is_complaint else "write_note", now=now) as change:
        change.say("note", for_person=True, note=words, dangers=list(dangers), complaint=is_complaint)
        read_soon(change, dangers)


def reply(request: HelpRequest, *, actor: Actor, text: str, now: datetime) -> None:
    """A note from the counselor to the person, shown on the person's own page."""
    require(actor, "write_note")
    if not text.strip():
        raise Refused("nothing_to_say")
    with changing(request, actor=actor, verb="write_note", now=now) as change:
        change.say("note", for_person=True, note=text.strip()[:NOTE_LETTERS])


def change_contact(request: HelpRequest, *, rule: ContactRule, now: datetime, actor: Actor | None = None) -> None:
    """The person changes how they may be reached, or the desk on their word; it holds from this moment."""
    actor = actor or request.actor()
    require(actor, "change_contact")
    if actor.role != "person" and request.person.rule.is_stopped:
        raise Refused("person_said_stop")  # the desk enters that they take it back, and only then another way
    try:
        with changing(request, actor=actor, verb="change_contact", now=now) as change:
            person = Person.objects.get(pk=request.person_id)
            person.set_rule(rule)
            person.save(update_fields=["contact_rule", "address_index"])
            request.person = person
            promise_again(change, rule)
            change.say("system", for_person=True, what="contact_changed")
            # The version moves: a page drawn before this, or before a STOP, must not write over it.
            change.set(due_at=change.values.get("due_at", request.due_at))
    except Stale:
        if Person.objects.get(pk=request.person_id).rule != rule:
            raise  # else it was pressed twice, and the first one has done it


def ask_other_counselor(request: HelpRequest, *, now: datetime) -> None:
    """The person wants somebody else; the request goes back to the queue, and nobody has to say why."""
    actor = request.actor()
    require(actor, "change_counselor")
    if not is_open(request.stage):
        raise Refused("not_open")
    with changing(request, actor=actor, verb="change_counselor", now=now) as change:
        change.say("system", for_person=True, what="other_counselor")
        back_to_queue(change, why="other_counselor")


def choose(request: HelpRequest, *, option_id: Id, choice: str, actor: Actor, now: datetime) -> None:
    """The person says yes or no to a place. Yes brings the request to the desk, to ask the program."""
    require(actor, "choose")
    option = Option.objects.filter(pk=option_id, request=request).first()
    if option is None or choice not in ("yes", "no") or request.stage not in ("choosing", "matching", "referred"):
        raise Refused("nothing_to_choose")
    verb = f"choose_{choice}"
    with changing(request, actor=actor, verb=verb, now=now) as change:
        Option.objects.filter(pk=option.pk).raw_update(change.signature, option.pk, choice=choice, chosen_at=now)
        change.say("option", for_person=True, what=verb, program=str(option.program))
        if actor.role == "person":
            bring_forward(change, action="refer" if choice == "yes" else "look_again")


def pause(request: HelpRequest, *, now: datetime) -> None:
    """The person wants to wait. Nothing is closed; the code still works."""
    actor = request.actor()
    require(actor, "pause")
    with moving(request, to="resting", actor=actor, verb="pause", now=now) as change:
        change.set(resume_stage=request.stage, code_expires_at=now + timedelta(days=settings.CODE_DAYS))
        end_open_referrals(change, state="withdrawn")


def stop(request: HelpRequest, *, erase: bool, now: datetime) -> None:
    """The person stops, and may have what they told us erased. Consents end, open referrals are withdrawn."""
    actor = request.actor()
    require(actor, "stop")
    with moving(request, to="stopped", actor=actor, verb="stop", now=now) as change:
        change.set(resume_stage=request.stage)
        end_open_referrals(change, state="withdrawn")
        for consent in Consent.objects.filter(request=request, revoked_at=None):
            Consent.objects.filter(pk=consent.pk).raw_update(change.signature, consent.pk, revoked_at=now)
        end_links(change)
        if erase:
            _erase(change)


def come_again(request: HelpRequest, *, now: datetime, actor: Actor | None = None) -> None:
    """The person starts again with the same code, or the desk after they called: all that was said is kept."""
    actor = actor or request.actor()
    require(actor, "come_again")
    with moving(request, to="new", actor=actor, verb="come_again", now=now) as change:
        # Coming back is a time of raised risk, so it never waits behind a fresh request (evidence E27 to E31).
        change.set(owner=None, in_queue=True, is_priority=True, tries=0, first_try_at=None, asked_at=now)
        change.set(code_expires_at=now + timedelta(days=settings.CODE_DAYS))
        change.set(**promise_for(request.person.rule, now=now))


def set_pin(request: HelpRequest, *, pin: str, now: datetime) -> None:
    """Put a 4-digit PIN on the private page."""
    actor = request.actor()
    require(actor, "change_contact")
    if len(pin) != 4 or not pin.isdigit():
        raise Refused("bad_pin")
    with changing(request, actor=actor, verb="set_pin", now=now) as change:
        change.set(pin_hash=make_password(pin))


def _erase(change: Change) -> None:
    """Erase what the person told us. That something was shared, and when, must be kept (42 CFR 2.25)."""
    request = change.request
    change.set(answers={}, facts={}, next_note={})
    person = Person.objects.get(pk=request.person_id)
    person.chosen_name = ""
    person.set_rule(ContactRule(is_stopped=True, timezone=settings.SERVICE_TIMEZONE))
    person.save(update_fields=["chosen_name", "contact_rule", "address_index"])
    for entry in TimelineEntry.objects.filter(request=request):
        entry.body = {"erased": True}
        entry.save(update_fields=["body"])
    Message.objects.filter(request=request).update(to="", body="")
    erase_links(change)
    Draft.objects.filter(request=request).delete()
    for referral in Referral.objects.filter(request=request):
        referral.question = referral.answer = referral.visit_note = referral.decline_note = ""
        referral.save(update_fields=["question", "answer", "visit_note", "decline_note"])
