"""Clock times and days as they stand inside a sentence, on the person's own clock."""

from datetime import UTC, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from handrail.web.templatetags.handrail import NARROW, day_words, in_zone


def clock(at: datetime, zone: str) -> str:
    """2:09 AM, unbroken, as the `clock` tag writes it."""
    return in_zone(at, zone).strftime("%I:%M %p").lstrip("0").replace(" ", NARROW)


def when(at: datetime, *, now: datetime, zone: str) -> str:
    """A clock time today; else with its day: tomorrow at 9:00 AM, or Monday, Oct 6 at 9:00 AM."""
    return clock(at, zone) if _days(at, now, zone) == 0 else day_and_clock(at, now=now, zone=zone)


def day_and_clock(at: datetime, *, now: datetime, zone: str) -> str:
    """The day and the clock time: today at 9:00 AM."""
    local, days = in_zone(at, zone), _days(at, now, zone)
    facts = {"clock": clock(at, zone), "weekday": date_format(local, "l", use_l10n=False), "day": day_words(local)}
    if days == 0:
        return _("today at %(clock)s") % facts
    if days == 1:
        return _("tomorrow at %(clock)s") % facts
    if days == -1:
        return _("yesterday at %(clock)s") % facts
    return _("%(weekday)s, %(day)s at %(clock)s") % facts


def short_day(at: datetime, zone: str) -> str:
    """Oct 30."""
    return day_words(in_zone(at, zone))


def hour(number: int) -> str:
    """A whole hour of the day: 9 AM. In Spanish it reads the same."""
    return datetime(2000, 1, 1, number % 24, tzinfo=UTC).strftime("%I %p").lstrip("0").replace(" ", NARROW)


def _days(at: datetime, now: datetime, zone: str) -> int:
    return (in_zone(at, zone).date() - in_zone(now, zone).date()).days
