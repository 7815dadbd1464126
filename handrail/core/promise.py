"""By when we may honestly say that a person reaches out: from who is on shift, and from the hours the person picked.

A time is named once, when somebody asks, and from then on lateness counts from it: it is never moved to a later one,
unless the person picks other hours. When no shift is planned that could keep one, no time is named. What has become of
a time that was named is found anew each time the page is read, so that it is said out loud as soon as nobody is on who
could keep it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from handrail.core.contact import ContactRule, is_safe_hour, next_safe_at

# Clocks change, and picked hours begin and end, only where the quarter hours do, in every time zone there is.
QUARTER = timedelta(minutes=15)
PLANNED_DAYS = 7  # a shift farther away than this is not yet something to count on

Standing = Literal["on_time", "broken", "late", "no_time"]


@dataclass(frozen=True)
class OnShift:
    """One shift of somebody who answers, with the languages they speak."""

    starts_at: datetime
    ends_at: datetime
    languages: frozenset[str] = frozenset()

    def is_on(self, now: datetime) -> bool:
        """True while the shift runs."""
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True)
class Word:
    """What is true now of the time that was named: `said_at`, None when none was.

    `broken` is a time still to come before which nobody is on shift. `next_at` is a new time, named only where
    nobody could reach out at this moment; while somebody could, it is "as soon as one is free". `speaks` is whether
    somebody who is on when it is kept speaks the person's language.
    """

    standing: Standing
    said_at: datetime | None
    next_at: datetime | None
    is_anybody_on: bool
    speaks: bool

    @property
    def is_late(self) -> bool:
        """True when an apology comes before everything else."""
        return self.standing in ("late", "broken")


def first_promise(shifts: Iterable[OnShift], rule: ContactRule, *, now: datetime, minutes: int) -> datetime | None:
    """The earliest time we may name: a first moment on shift and in a safe hour, and then the first-contact clock.

    Somebody is on shift for the whole of the clock, and it lies within the picked hours where those are as long as
    the clock. None when no planned shift allows that.
    """
    clock = timedelta(minutes=minutes)
    is_whole = rule.hours is None or _length(rule.hours) >= clock
    for starts_at, ends_at in joined(shifts):
        at = next_safe_at(rule, max(starts_at, now))
        while at + clock <= ends_at:
            unsafe_at = _first_unsafe(rule, at, at + clock if is_whole else at)
            if unsafe_at is None:
                return at + clock
            at = next_safe_at(rule, max(unsafe_at, at + timedelta(seconds=1)))
    return None


def joined(shifts: Iterable[OnShift]) -> Iterator[tuple[datetime, datetime]]:
    """The stretches in which somebody is on without a gap, earliest first. Shifts that meet are one stretch."""
    start = end = None
    for shift in sorted(shifts, key=lambda one: one.starts_at):
        if start is None or end is None or shift.starts_at > end:
            if start is not None and end is not None:
                yield start, end
            start, end = shift.starts_at, shift.ends_at
        else:
            end = max(end, shift.ends_at)
    if start is not None and end is not None:
        yield start, end


def word_of(
    said_at: datetime | None,
    shifts: Sequence[OnShift],
    rule: ContactRule,
    *,
    now: datetime,
    minutes: int,
    is_taken: bool = False,
) -> Word:
    """What is true now of a time that was named. `is_taken`: a counselor has the request, on shift or not."""
    on_now = [shift for shift in shifts if shift.is_on(now)]
    could_now = bool(on_now) and is_safe_hour(rule, now)
    next_at = None if could_now or is_taken else first_promise(shifts, rule, now=now, minutes=minutes)
    if said_at is None:
        standing: Standing = "no_time"
    elif said_at < now:
        standing = "late"
    elif is_taken or on_now or any(now < shift.starts_at < said_at for shift in shifts):
        standing, next_at = "on_time", None
    else:
        standing = "broken"
    until = next_at or (said_at if said_at and said_at > now else now + timedelta(minutes=minutes))
    near = [shift for shift in shifts if shift.starts_at < until and shift.ends_at > until - timedelta(minutes=minutes)]
    speaks = any(rule.language in shift.languages for shift in near) or not near
    return Word(standing, said_at, next_at, is_anybody_on=bool(on_now), speaks=speaks)


def next_on_at(shifts: Iterable[OnShift], now: datetime) -> datetime | None:
    """When the next shift begins, or None when none is planned."""
    return min((shift.starts_at for shift in shifts if shift.starts_at > now), default=None)


def next_change_at(shifts: Iterable[OnShift], now: datetime) -> datetime | None:
    """The next moment at which somebody comes on or goes home: until then, who is on stays true."""
    moments = (moment for shift in shifts for moment in (shift.starts_at, shift.ends_at))
    return min((moment for moment in moments if moment > now), default=None)


def _length(hours: tuple[int, int]) -> timedelta:
    """How long the picked hours are; the same hour twice is the whole day round."""
    start, end = hours
    return timedelta(hours=(end - start) % 24 or 24)


def _first_unsafe(rule: ContactRule, start: datetime, end: datetime) -> datetime | None:
    """The first moment from `start` to before `end` outside the picked hours, or None."""
    if not is_safe_hour(rule, start):
        return start
    mark = start - timedelta(minutes=start.minute % 15, seconds=start.second, microseconds=start.microsecond) + QUARTER
    while mark < end:
        if not is_safe_hour(rule, mark):
            return mark
        mark += QUARTER
    return None
