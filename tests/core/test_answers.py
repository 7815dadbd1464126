"""When our own counts say that a place is hard to get into, and when there are too few to say anything."""

from datetime import date
from typing import Any

import pytest

from handrail.core.answers import FEWEST, LATE_MINUTES, Answers, median_minutes


def answers(**values: Any) -> Answers:
    """Ten asked, all answered within the hour, most with yes."""
    fine: dict[str, Any] = {"asked": 10, "answered": 10, "answer_minutes": 40, "accepted": 8, "declined": 2}
    return Answers(since=date(2026, 6, 1), **(fine | values))


@pytest.mark.parametrize(
    ("values", "is_slow"),
    [
        ({}, False),
        ({"answer_minutes": LATE_MINUTES}, False),
        ({"answer_minutes": LATE_MINUTES + 1}, True),
        ({"accepted": 5, "declined": 5}, False),
        ({"accepted": 4, "declined": 6}, True),
        ({"answered": 5, "accepted": 5, "declined": 0}, False),
        ({"answered": 4, "accepted": 4, "declined": 0}, True),
        ({"answered": 0, "answer_minutes": None, "accepted": 0, "declined": 0}, True),
        ({"asked": FEWEST - 1, "answered": 0, "accepted": 0, "declined": 4}, False),
    ],
)
def test_late_mostly_silent_or_more_no_than_yes_is_hard_to_get_into(values, is_slow):
    assert answers(**values).is_slow is is_slow


def test_a_median_needs_as_many_as_hide_one_person():
    assert median_minutes([3.0] * (FEWEST - 1)) is None
    assert median_minutes([1.0, 2.0, 30.4, 90.0, 400.0]) == 30
    assert median_minutes([0.1] * FEWEST) == 1
