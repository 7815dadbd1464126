"""What the person does on their own page: notes, contact rule, choices, pause, stop, start again."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password

from handrail.actions._frame import Change, Id, Refused, changing, clock_end, moving, require
from handrail.actions.ask import back_to_queue
from handrail.actions.refer import end_open_referrals
from handrail.core.access import Actor
from handrail.core.contact import ContactRule
from handrail.core.journey import is_open
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


def write_note(request: HelpRequest, *, text: str, now: datetime) -> None:
    """A note from the person to their counselor. It is due to be read like a first contact."""
    actor = request.actor()
    require(actor, "write_note")
    if not text.strip():
        raise Refused("nothing_to_say")
    with changing(request, actor=actor, verb="write_note", now=now) as change:
        change.say("note", for_person=True, note=text.strip()[:NOTE_LETTERS])
        _bring_forward(change, action="read_note")


def reply(request: HelpRequest, *, actor: Actor, text: str, now: datetime) -> None:
    """A note from the counselor to the person, shown on the person's own page."""
    require(actor, "write_note")
    if not text.strip():
        raise Refused("nothing_to_say")
    with changing(request, actor=actor, verb="write_note", now=now) as change:
        change.say("note", for_person=True, note=text.strip()[:NOTE_LETTERS])


def change_contact(request: HelpRequest, *, rule: ContactRule, now: datetime) -> None:
    """The person changes how they may be reached; it holds from this moment."""
    actor = request.actor()
    require(actor, "change_contact")
    with changing(request, actor=actor, verb="change_contact", now=now) as change:
        person = Person.objects.get(pk=request.person_id)
        person.set_rule(rule)
        person.save(update_fields=["contact_rule", "address_index"])
        request.person = person
        change.say("system", for_person=True, what="contact_changed")


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
            _bring_forward(change, action="refer" if choice == "yes" else "look_again")


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


def set_pin(request: HelpRequest, *, pin: str, now: datetime) -> None:
    """Put a 4-digit PIN on the private page."""
    actor = request.actor()
    require(actor, "change_contact")
    if len(pin) != 4 or not pin.isdigit():
        raise Refused("bad_pin")
    with changing(request, actor=actor, verb="set_pin", now=now) as change:
        change.set(pin_hash=make_password(pin))


def _bring_forward(change: Change, *, action: str) -> None:
    """Something new from the person: due as soon as a first contact, unless something is due sooner."""
    request = change.request
    if not is_open(request.stage):
        return
    soon = clock_end("first_contact", change.now)
    if request.next_at is None or request.next_at > soon:
        change.promise(action=action, at=soon)


def _erase(change: Change) -> None:
    """Erase what the person told us. That something was shared, and when, must be kept (42 CFR 2.25)."""
    request = change.request
    change.set(answers={}, facts={}, next_note={})
    person = Person.objects.get(pk=request.person_id)
    person.chosen_name = ""
    person.set_rule(ContactRule(is_stopped=True))
    person.save(update_fields=["chosen_name", "contact_rule", "address_index"])
    for entry in TimelineEntry.objects.filter(request=request):
        entry.body = {"erased": True}
        entry.save(update_fields=["body"])
    Message.objects.filter(request=request).update(to="", body="")
    Draft.objects.filter(request=request).delete()
    for referral in Referral.objects.filter(request=request):
        referral.question = referral.answer = referral.visit_note = referral.decline_note = ""
        referral.save(update_fields=["question", "answer", "visit_note", "decline_note"])
