"""What a person tells us by text, and STOP by whatever way it comes: obeyed at once, and never more than they said.

A number that nobody here has given us leaves nothing behind but a count.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction

from handrail.actions._frame import TRIES, Change, Refused, Stale, changing, clock_end, require
from handrail.actions.hear import bring_forward, read_soon
from handrail.actions.messages import drop_queued, queue_message
from handrail.actions.person import come_again
from handrail.core import replies
from handrail.core.access import WORKER, Actor
from handrail.core.contact import ContactRule, next_safe_at, said_start, said_stop
from handrail.core.journey import is_open
from handrail.core.language_table import replies_in
from handrail.core.safety import dangers_in_words
from handrail.records.casebook.models import HelpRequest, Message, Person, ReceivedText
from handrail.records.casebook.people import address_index
from handrail.records.casebook.received import text_ref

MOST_LETTERS = 1600  # ten texts in a row, which is as long as one can be
KEEP_RECEIVED = timedelta(days=30)
LATER = timedelta(hours=1)
UNKNOWN_DAYS = 7
# Where what is due next is to reach the person.
REACHING = ("new", "contacting", "left_early")


def text_came(address: str, words: str, *, ref: str, now: datetime) -> str:
    """Do what a text says, once: `ref` is the service's own id of it. Says what it meant.

    STOP and START hold for everybody with this address; anything else goes to the request we wrote to last.
    "unknown" is a number that nobody has given us, "again" a text that was told before.
    """
    words = words.replace("\0", "")[:MOST_LETTERS].strip()
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return _do(address, words, ref=ref, now=now)
        except IntegrityError:
            return "again"
        except Stale:
            continue
    raise Stale


def _do(address: str, words: str, *, ref: str, now: datetime) -> str:
    index = address_index(address)
    held = HelpRequest.objects.filter(person__address_index=index).select_related("person") if index else []
    requests = list(held)
    if not requests:
        _count_unknown(now)
        return "unknown"
    ReceivedText.objects.filter(at__lt=now - KEEP_RECEIVED).delete()
    ReceivedText.objects.create(ref=text_ref(ref), at=now)
    meaning = replies.meaning_of(words, replies_in(settings.HANDRAIL_LANGUAGES.values()))
    latest = _latest(requests)
    if meaning == replies.STOP:
        for request in requests:
            _stop(request, actor=request.actor(), now=now, confirms=request is latest)
    elif meaning == replies.START:
        for request in requests:
            _start(request, actor=request.actor(), now=now)
    if _is_for_somebody(meaning, words):
        _hear(_fresh(latest), meaning, words, now=now)
    return meaning


def _is_for_somebody(meaning: str, words: str) -> bool:
    """True when there is something to read besides STOP or START."""
    if meaning == replies.STOP:
        return not replies.is_just_stop(words, replies_in(settings.HANDRAIL_LANGUAGES.values()))
    return meaning != replies.START


def _latest(requests: list[HelpRequest]) -> HelpRequest:
    """Of those with this number, the one that a text is about: open before closed, the last we wrote to, the newest."""
    sent = (
        Message.objects.filter(request__in=requests, state="sent").order_by("sent_at").values_list("request", "sent_at")
    )
    wrote = {request_id: at.timestamp() for request_id, at in sent}
    return max(requests, key=lambda row: (is_open(row.stage), wrote.get(row.pk, 0.0), row.asked_at))


def _fresh(request: HelpRequest) -> HelpRequest:
    fresh: HelpRequest = HelpRequest.objects.select_related("person").get(pk=request.pk)
    return fresh


# --- stop and start -----------------------------------------------------------------------------
def say_stop(request: HelpRequest, *, actor: Actor, now: datetime) -> None:
    """The desk heard STOP, on the phone or by e-mail: it holds as if they had texted it."""
    _stop(request, actor=actor, now=now)


def say_start(request: HelpRequest, *, actor: Actor, now: datetime) -> None:
    """The desk heard that we may write again, by the rule they gave."""
    if not request.person.rule.address:
        raise Refused("no_address")
    _start(request, actor=actor, now=now)


def service_said_stop(message_id: str, *, now: datetime) -> None:
    """The text service has had a STOP from this number, so that we never saw it."""
    request = HelpRequest.objects.select_related("person").get(message__pk=message_id)
    _stop(request, actor=WORKER, now=now)


def _stop(request: HelpRequest, *, actor: Actor, now: datetime, confirms: bool = False) -> None:
    """Nothing more goes by any way. The request keeps its owner, its next step and its time: a person decides."""
    require(actor, "record_stop")
    rule = request.person.rule
    if rule.is_stopped:
        return
    with changing(request, actor=actor, verb="stop_messages", now=now) as change:
        _write_rule(change, said_stop(rule, now))
        drop_queued(request, reason="person_said_stop", now=now)
        change.say("system", for_person=True, what="said_stop")
        if confirms:
            queue_message(change, "stop_confirm")


def _start(request: HelpRequest, *, actor: Actor, now: datetime) -> None:
    """Messages may go again, by the same rule as before."""
    require(actor, "record_stop")
    rule = request.person.rule
    if not rule.is_stopped:
        return
    with changing(request, actor=actor, verb="start_messages", now=now) as change:
        _write_rule(change, said_start(rule))
        change.say("system", for_person=True, what="said_start")


def _write_rule(change: Change, rule: ContactRule) -> None:
    person = Person.objects.get(pk=change.request.person_id)
    person.set_rule(rule)
    person.save(update_fields=["contact_rule", "address_index"])
    change.request.person = person
    # The version moves: a rule that was read before this one must not be written over it.
    change.set(due_at=change.values.get("due_at", change.request.due_at))


# --- words for somebody -------------------------------------------------------------------------
def _hear(request: HelpRequest, meaning: str, words: str, *, now: datetime) -> None:
    """Bring the words to the desk, sealed. Danger comes before all else, and opens a request that rests."""
    dangers = dangers_in_words(words)
    if request.stage == "resting" or (dangers and request.stage == "stopped"):
        come_again(request, now=now)
    verb = "text_danger" if dangers else f"text_{meaning}"
    with changing(request, actor=request.actor(), verb=verb, now=now) as change:
        change.say("note", note=words, meaning=meaning, way="text", dangers=list(dangers))
        if dangers:
            read_soon(change, dangers)
        elif is_open(request.stage):
            _NEXT.get(meaning, _read)(change)


def _read(change: Change) -> None:
    bring_forward(change, action="read_note")


def _talk(change: Change) -> None:
    """They said yes: nothing is more pressing than somebody who is ready to talk."""
    if change.request.stage not in REACHING:
        bring_forward(change, action="they_said_yes")
        return
    soon = clock_end("first_contact", change.now)
    change.promise(action="they_said_yes", at=min(soon, change.request.next_at or soon))


def _later(change: Change) -> None:
    """They said later: in an hour, or at their next safe hour. What else is due in their matter stays due."""
    if change.request.stage not in REACHING:
        return
    rule = change.request.person.rule
    change.promise(action="they_said_later", at=next_safe_at(rule, change.now + LATER))


def _help(change: Change) -> None:
    """An answer with our number, and somebody reads it all the same: HELP may mean help."""
    queue_message(change, "help")
    bring_forward(change, action="read_note")


_NEXT: dict[str, Callable[[Change], None]] = {replies.YES: _talk, replies.LATER: _later, replies.HELP: _help}


# --- numbers nobody gave us ---------------------------------------------------------------------
def _count_unknown(now: datetime) -> None:
    key = _day_key(now)
    cache.set(key, int(cache.get(key, 0)) + 1, timeout=(UNKNOWN_DAYS + 1) * 86_400)


def unknown_texts(now: datetime) -> int:
    """How many texts came in the last days from numbers that nobody has given us."""
    days = [_day_key(now - timedelta(days=day)) for day in range(UNKNOWN_DAYS)]
    return sum(cache.get_many(days).values())


def _day_key(at: datetime) -> str:
    return f"texts-unknown:{at:%Y%m%d}"
