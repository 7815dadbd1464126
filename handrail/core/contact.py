"""How a person may be safely reached, and why a message may not go.

Source: NNEDV safe-contact guidance (techsafety.org): never by a route the person has not said is safe;
45 CFR 164.522(b): honour another means without asking why.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

CHANNELS = ("text", "call", "email", "code")


@dataclass(frozen=True)
class ContactRule:
    """The person's own rule. The defaults are the safest: no route, no voicemail, hang up.

    `hours` is a pair of whole hours (start, end) on the person's clock, or None for any time.
    A window may cross midnight: (22, 6). `is_stopped` is set by STOP and its kin.
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


def why_not_reach(rule: ContactRule, *, channel: str, now: datetime, is_voicemail: bool = False) -> str | None:
    """Say why a message may not go by this channel now: a reason code, or None if it may."""
    if rule.is_stopped:
        return "person_said_stop"
    if channel != rule.channel or channel == "code":
        return "channel_not_allowed"
    if not rule.address:
        return "no_address"
    if is_voicemail and not rule.may_voicemail:
        return "no_voicemail"
    if not is_safe_hour(rule, now):
        return "outside_safe_hours"
    return None


def next_safe_at(rule: ContactRule, now: datetime) -> datetime:
    """The first moment from `now` (aware) that lies inside the person's safe hours; `now` itself when it does."""
    if is_safe_hour(rule, now) or rule.hours is None:
        return now
    local = now.astimezone(ZoneInfo(rule.timezone))
    start = local.replace(hour=rule.hours[0], minute=0, second=0, microsecond=0)
    if start <= local:
        start += timedelta(days=1)
    return start.astimezone(UTC)
