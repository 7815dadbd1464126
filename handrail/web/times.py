"""Times as staff type them: "9", "2:40 AM", "14:40", "+30 min", "tomorrow 9 AM". Pure: no clock, no Django.

A time with no AM or PM is read on the 24-hour clock, so "9" is 9 in the morning and "21" is 9 at night.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_CLOCK = re.compile(r"^(\d{1,2})(?:[:.h]?(\d{2}))?\s*([ap])?\.?\s*(?:m\.?)?$")
_SPAN = re.compile(
    r"^(?:\+|in )\s*"
    r"(?:(\d{1,3})\s*d(?:ays?)?)?\s*"
    r"(?:(\d{1,3})\s*h(?:(?:ou)?rs?)?)?\s*"
    r"(?:(\d{1,4})\s*m(?:in(?:utes?|s)?)?)?$"
)
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?$")
_NAMED = re.compile(r"^([a-z]{3,9})\.? (\d{1,2})$")
_WORDS = {"noon": time(12, 0), "midnight": time(0, 0)}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def parse_time(text: str) -> time | None:
    """Read a clock time, or None when it is not one."""
    text = _tidy(text).removeprefix("at ")
    if text in _WORDS:
        return _WORDS[text]
    match = _CLOCK.match(text)
    if match is None or (text.endswith("m") and not match[3]):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3] == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def parse_day(text: str, today: date) -> date | None:
    """Read a day: today, tomorrow, a weekday (the next one), "Oct 16", "10/16" or "2026-10-16"; None otherwise."""
    text = _tidy(text)
    if text in ("today", "tomorrow"):
        return today + timedelta(days=text == "tomorrow")
    weekdays = [index for index, name in enumerate(_DAYS) if len(text) >= 3 and name.startswith(text)]
    if weekdays:
        return today + timedelta(days=(weekdays[0] - today.weekday() - 1) % 7 + 1)
    if match := _ISO.match(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _SLASHED.match(text):
        year = match[3]
        return _in_year(int(match[1]), int(match[2]), today, year=(2000 + int(year) % 2000) if year else None)
    if match := _NAMED.match(text):
        months = [index for index, name in enumerate(_MONTHS, start=1) if name.startswith(match[1])]
        return _in_year(months[0], int(match[2]), today) if len(months) == 1 else None
    return None


def parse_when(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Read a moment as aware UTC, or None. `now` is aware; clock times are on the clock of `zone`.

    A time alone means the next time the clock shows it: "2:40 AM" typed at 11 PM is tomorrow.
    """
    text = _tidy(text)
    span = _SPAN.match(text)
    if span and any(span.groups()):
        days, hours, minutes = (int(part or 0) for part in span.groups())
        return (now + timedelta(days=days, hours=hours, minutes=minutes)).astimezone(UTC)
    today = now.astimezone(zone).date()
    clock = parse_time(text)
    if clock is not None:
        at = at_clock(today, clock, zone)
        return at if at > now else at_clock(today + timedelta(days=1), clock, zone)
    words = text.split(" ")
    for cut in range(1, len(words)):
        day, clock = parse_day(" ".join(words[:cut]), today), parse_time(" ".join(words[cut:]))
        if day is not None and clock is not None:
            return at_clock(day, clock, zone)
    return None


def at_clock(day: date, clock: time, zone: tzinfo) -> datetime:
    """That day and time on the clock of `zone`, as aware UTC. A time skipped in spring moves on by an hour."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _tidy(text: str) -> str:
    return re.sub(r"[\s,]+", " ", text).strip().lower()


def _date(year: int, month: int, day: int) -> date | None:
    if not 2000 <= year < 2100:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_year(month: int, day: int, today: date, *, year: int | None = None) -> date | None:
    if year is not None:
        return _date(year, month, day)
    found = _date(today.year, month, day)
    return _date(today.year + 1, month, day) if found and found < today else found
