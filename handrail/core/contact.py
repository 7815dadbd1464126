"""How a person may be safely reached, and why a message may not go.

Source: NNEDV safe-contact guidance (techsafety.org): never by a route the person has not said is safe;
45 CFR 164.522(b): honour another means without asking why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handrail.core.messages import ANSWER_WITHIN, KINDS

CHANNELS = ("text", "call", "email", "code")
# What we do when somebody else answers, the safest first.
OTHER_ANSWERS = ("hang_up", "ask_friend", "say_from", "say_service")
# How somebody was reached, as the desk writes it down. "they_came": they called, wrote or came to us.
WAYS = ("call", "voicemail", "text", "email", "they_came")
WRITTEN_DOWN_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True)
class ContactRule:
    """The person's own rule. The defaults are the safest: no route, no voicemail, hang up, a word to nobody.

    `hours` is a pair of whole hours (start, end) on the person's clock, or None for any time.
    A window may cross midnight: (22, 6). `is_stopped` is set by STOP and its kin. `line_until` (an ISO moment) is the
    end of a line that is somebody else's: a nurse's direct line, until her shift ends. "" has no end.
    `may_talk_with` names the one person besides them who may hear why we call ("My sister Ana"), or "".
    `stopped_at` (an ISO moment) is when they said STOP.
    """

    channel: str = "code"
    address: str = ""
    may_voicemail: bool = False
    if_other_answers: str = "hang_up"
    say_we_are: str = ""
    hours: tuple[int, int] | None = None
    timezone: str = "UTC"
    language: str = "en"
    is_stopped: bool = False
    line_until: str = ""
    may_talk_with: str = ""
    stopped_at: str = ""

    def as_data(self) -> dict[str, Any]:
        """The rule as plain JSON, for the store."""
        return {**self.__dict__, "hours": list(self.hours) if self.hours else None}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "ContactRule":
        """Read a stored rule; unknown keys are left out, a missing rule is the safest one."""
        known = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        hours = known.get("hours")
        known["hours"] = (int(hours[0]), int(hours[1])) if hours else None
        return cls(**known)


def is_safe_hour(rule: ContactRule, now: datetime) -> bool:
    """True when `now` (aware) falls inside the hours the person picked, on the person's clock."""
    if rule.hours is None:
        return True
    start, end = rule.hours
    hour = now.astimezone(ZoneInfo(rule.timezone)).hour
    return start <= hour < end if start < end else hour >= start or hour < end


def why_not_reach(
    rule: ContactRule, *, channel: str, now: datetime, is_voicemail: bool = False, kind: str = ""
) -> str | None:
    """Say why we may not reach somebody by this channel now: a reason code, or None if we may.

    `kind` is the kind of message, or "" for a person who calls. Raises KeyError for a kind that is not in the table.
    """
    if kind and channel not in KINDS[kind].channels:
        return "channel_not_allowed"
    if rule.is_stopped and not _confirms_stop(rule, kind, now):
        return "person_said_stop"
    if rule.line_until and now >= datetime.fromisoformat(rule.line_until):
        return "line_ended"
    if channel != rule.channel or channel == "code":
        return "channel_not_allowed"
    if not rule.address:
        return "no_address"
    if is_voicemail and not rule.may_voicemail:
        return "no_voicemail"
    if not is_safe_hour(rule, now):
        return "outside_safe_hours"
    return None


def _confirms_stop(rule: ContactRule, kind: str, now: datetime) -> bool:
    """The one message that may follow a STOP, within minutes of it."""
    if not kind or not KINDS[kind].confirms_stop or not rule.stopped_at:
        return False
    return timedelta() <= now - datetime.fromisoformat(rule.stopped_at) <= ANSWER_WITHIN


def said_stop(rule: ContactRule, now: datetime) -> ContactRule:
    """The rule after STOP: nothing goes by any way. All else stays, so that they need not tell it twice."""
    return replace(rule, is_stopped=True, stopped_at=now.isoformat())


def said_start(rule: ContactRule) -> ContactRule:
    """The rule after START: as it was before they said STOP."""
    return replace(rule, is_stopped=False, stopped_at="")


def why_not_way(rule: ContactRule, *, way: str, now: datetime) -> str | None:
    """Say which part of the rule a contact broke that is written down now: a reason code, or None for none.

    It is written down up to half an hour after it happened; a rule that allowed it then is not broken.
    """
    if way == "they_came":
        return None
    channel = "call" if way == "voicemail" else way
    then = now - WRITTEN_DOWN_WITHIN
    before = said_start(rule) if rule.stopped_at and datetime.fromisoformat(rule.stopped_at) > then else rule
    was = why_not_reach(before, channel=channel, now=then, is_voicemail=way == "voicemail")
    return was and why_not_reach(rule, channel=channel, now=now, is_voicemail=way == "voicemail")


def call_words(rule: ContactRule) -> Mapping[str, str]:
    """Which words are said on the phone, by who answers: keys of the spoken sentences. Empty when nobody may call.

    "they" is the person, "other" is anybody else, "voicemail" is a machine.
    """
    if rule.is_stopped or rule.channel != "call" or not rule.address:
        return {}
    other = rule.if_other_answers if rule.if_other_answers in OTHER_ANSWERS else "hang_up"
    if other == "say_from" and not rule.say_we_are:
        other = "hang_up"
    return {"they": "they", "other": other, "voicemail": "first_name" if rule.may_voicemail else "none"}


def next_safe_at(rule: ContactRule, now: datetime) -> datetime:
    """The first moment from `now` (aware) that lies inside the person's safe hours; `now` itself when it does."""
    if is_safe_hour(rule, now) or rule.hours is None:
        return now
    local = now.astimezone(ZoneInfo(rule.timezone))
    start = local.replace(hour=rule.hours[0], minute=0, second=0, microsecond=0)
    if start <= local:
        start += timedelta(days=1)
    return start.astimezone(UTC)
