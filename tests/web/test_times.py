from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from handrail.web.times import parse_day, parse_time, parse_when

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 10, 16, 6, 48, tzinfo=UTC)  # Friday, 2:48 AM in New York
TODAY = date(2026, 10, 16)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9", time(9)),
        ("9 AM", time(9)),
        ("9am", time(9)),
        ("9 a.m.", time(9)),
        ("9:00", time(9)),
        ("at 9:30 p", time(21, 30)),
        ("2:40\u00a0AM", time(2, 40)),
        ("14:30", time(14, 30)),
        ("1430", time(14, 30)),
        ("0:05", time(0, 5)),
        ("12 AM", time(0)),
        ("12 PM", time(12)),
        ("noon", time(12)),
        (" Midnight ", time(0)),
    ],
)
def test_reads_clock_times(text: str, expected: time) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "25", "9:75", "13 PM", "0 AM", "9:5", "9 m", "-3", "9 AM today", "99999"])
def test_refuses_what_is_no_clock_time(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", TODAY),
        ("Tomorrow", date(2026, 10, 17)),
        ("Sat", date(2026, 10, 17)),
        ("friday", date(2026, 10, 23)),
        ("Oct 20", date(2026, 10, 20)),
        ("January 3", date(2027, 1, 3)),
        ("10/20", date(2026, 10, 20)),
        ("1/3/2027", date(2027, 1, 3)),
        ("1/3/27", date(2027, 1, 3)),
        ("2026-11-01", date(2026, 11, 1)),
        ("Feb 30", None),
        ("ju 3", None),
        ("", None),
        ("some day", None),
    ],
)
def test_reads_days(text: str, expected: date | None) -> None:
    assert parse_day(text, TODAY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3:10 AM", datetime(2026, 10, 16, 7, 10, tzinfo=UTC)),
        ("2:40 AM", datetime(2026, 10, 17, 6, 40, tzinfo=UTC)),
        ("14:40", datetime(2026, 10, 16, 18, 40, tzinfo=UTC)),
        ("+30 min", datetime(2026, 10, 16, 7, 18, tzinfo=UTC)),
        ("+30", None),
        ("in 2 hours", datetime(2026, 10, 16, 8, 48, tzinfo=UTC)),
        ("+1h 30m", datetime(2026, 10, 16, 8, 18, tzinfo=UTC)),
        ("+3 days", datetime(2026, 10, 19, 6, 48, tzinfo=UTC)),
        ("tomorrow 9 AM", datetime(2026, 10, 17, 13, 0, tzinfo=UTC)),
        ("Tomorrow, at 9", datetime(2026, 10, 17, 13, 0, tzinfo=UTC)),
        ("Oct 20 9 AM", datetime(2026, 10, 20, 13, 0, tzinfo=UTC)),
        ("2026-10-20 09:15", datetime(2026, 10, 20, 13, 15, tzinfo=UTC)),
        ("today 1 AM", datetime(2026, 10, 16, 5, 0, tzinfo=UTC)),
        ("tomorrow", None),
        ("+", None),
        ("whenever", None),
    ],
)
def test_reads_moments_on_the_local_clock(text: str, expected: datetime | None) -> None:
    assert parse_when(text, NOW, ZONE) == expected


def test_a_time_skipped_in_spring_moves_on_by_an_hour() -> None:
    before = datetime(2027, 3, 14, 5, 0, tzinfo=UTC)
    at = parse_when("2:30 AM", before, ZONE)
    assert at is not None
    assert at.astimezone(ZONE).time() == time(3, 30)
