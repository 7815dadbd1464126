"""Clock times and days as they stand inside a sentence, on the person's own clock."""

from datetime import UTC, datetime

from django.utils.translation import ngettext, npgettext

from handrail.web import dates
from handrail.web.templatetags.handrail import clock_words, day_words, in_zone


def clock(at: datetime, zone: str) -> str:
    """2:09 AM, unbroken, as the `clock` tag writes it."""
    return clock_words(in_zone(at, zone))


def when(at: datetime, *, now: datetime, zone: str) -> str:
    """A clock time today; else with its day: tomorrow at 9:00 AM, or Monday, Oct 6 at 9:00 AM."""
    if _days(at, now, zone):
        return day_and_clock(at, now=now, zone=zone)
    # Spanish puts "a la" before one o'clock and "a las" before the rest, so the hour is the number here.
    words = npgettext("a time today, inside a sentence", "%(clock)s", "%(clock)s", _hour(in_zone(at, zone)))
    return words % {"clock": clock(at, zone)}


def day_and_clock(at: datetime, *, now: datetime, zone: str) -> str:
    """The day and the clock time: today at 9:00 AM."""
    local, days = in_zone(at, zone), _days(at, now, zone)
    number = _hour(local)
    facts = {"clock": clock(at, zone), "weekday": dates.written(local, "weekday"), "day": day_words(local)}
    if days == 0:
        return ngettext("today at %(clock)s", "today at %(clock)s", number) % facts
    if days == 1:
        return ngettext("tomorrow at %(clock)s", "tomorrow at %(clock)s", number) % facts
    if days == -1:
        return ngettext("yesterday at %(clock)s", "yesterday at %(clock)s", number) % facts
    day_at = ngettext("%(weekday)s, %(day)s at %(clock)s", "%(weekday)s, %(day)s at %(clock)s", number)
    return day_at % facts


def short_day(at: datetime, zone: str) -> str:
    """Oct 30."""
    return day_words(in_zone(at, zone))


def hour(number: int) -> str:
    """A whole hour of the day: 9 AM."""
    return dates.hour(datetime(2000, 1, 1, number % 24, tzinfo=UTC))


def _hour(local: datetime) -> int:
    """The hour on a 12-hour clock."""
    return local.hour % 12 or 12


def _days(at: datetime, now: datetime, zone: str) -> int:
    return (in_zone(at, zone).date() - in_zone(now, zone).date()).days
