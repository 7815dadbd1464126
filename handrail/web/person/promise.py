"""What we say about the time of a first contact, from what is true at this moment. Late is said before all else."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings

from handrail.core.contact import ContactRule, is_safe_hour
from handrail.core.promise import OnShift, Word, first_promise, word_of
from handrail.records.accounts.rota import shifts_ahead
from handrail.records.casebook.models import HelpRequest, Message
from handrail.web.language import name_in_sentence
from handrail.web.person import promise_words
from handrail.web.person.clock import when
from handrail.web.person.words import StageSentence

REACHED_OUT = ("sent", "sending")


@dataclass(frozen=True)
class Promise:
    """The sentence with its facts, and what stands beside it.

    `next_at` is by when there is news; `may_call` is whether somebody is on to pick up; `shows_lines` puts the public
    lines next to the sentence. `more` says when an interpreter joins.
    """

    sentence: StageSentence
    facts: dict[str, str]
    next_at: datetime | None
    is_late: bool
    may_call: bool
    shows_lines: bool
    more: str = ""


def promise_of(row: HelpRequest, *, now: datetime, is_just_asked: bool = False) -> Promise:
    """What is said to somebody who waits for a first contact."""
    rule = row.person.rule
    shifts = shifts_ahead(now)
    is_taken = row.owner_id is not None
    word = word_of(row.promised_at, shifts, rule, now=now, minutes=_minutes(), is_taken=is_taken)
    facts = {
        name: when(at, now=now, zone=rule.timezone) if at else ""
        for name, at in (("due", word.said_at), ("next", word.next_at), ("wrote", _wrote_at(row)))
    }
    if facts["wrote"]:
        return Promise(promise_words.WROTE, facts, None, is_late=False, may_call=word.is_anybody_on, shows_lines=False)
    why = _why(row, word, shifts, now)
    is_on_time = word.standing == "on_time"
    return Promise(
        _on_time(rule.channel, word, is_just_asked=is_just_asked) if is_on_time else _late(word, why),
        facts,
        word.said_at if is_on_time else word.next_at,
        is_late=word.is_late,
        may_call=word.is_late and word.is_anybody_on,
        shows_lines=not is_on_time or not word.is_anybody_on,
        more="" if word.speaks else str(promise_words.INTERPRETER) % {"language": name_in_sentence(rule.language)},
    )


def is_anybody_on(now: datetime) -> bool:
    """Whether somebody is on shift who answers people."""
    return any(shift.is_on(now) for shift in shifts_ahead(now))


def is_kept_at_once(now: datetime) -> bool:
    """Whether somebody who may be called at any hour is called within the first-contact clock from now."""
    named = first_promise(shifts_ahead(now), ContactRule(), now=now, minutes=_minutes())
    return named is not None and named <= now + timedelta(minutes=_minutes())


def _minutes() -> int:
    return int(settings.HANDRAIL_CLOCKS["first_contact"])


def _why(row: HelpRequest, word: Word, shifts: list[OnShift], now: datetime) -> str:
    """Why nobody reaches out at this moment, or "free"."""
    if row.owner_id is not None or (word.is_anybody_on and is_safe_hour(row.person.rule, now)):
        return "free"
    return "hours" if any(shift.is_on(now) for shift in shifts) else "nobody"


def _late(word: Word, why: str) -> StageSentence:
    if word.standing == "no_time":
        return promise_words.NEW["no_time", "free" if word.is_anybody_on or word.next_at else "nobody", False]
    return promise_words.NEW[word.standing, why, word.next_at is not None]


def _on_time(channel: str, word: Word, *, is_just_asked: bool) -> StageSentence:
    if is_just_asked:
        sentence = promise_words.JUST_ASKED[channel]
    else:
        sentence = promise_words.ON_TIME.get(channel, promise_words.ON_TIME[""])
    return sentence if word.is_anybody_on else replace(sentence, detail=promise_words.NOBODY_ON)


def _wrote_at(row: HelpRequest) -> datetime | None:
    """When a counselor wrote the first message of this asking, if one has: that is reaching out."""
    if row.owner_id is None:
        return None
    wrote = Message.objects.filter(
        request=row, purpose="first_contact", state__in=REACHED_OUT, created_at__gte=row.asked_at
    )
    return wrote.order_by("created_at").values_list("created_at", flat=True).first()
