"""Whom the desk calls, in the printed order."""

from datetime import timedelta

import pytest

from handrail.core.calls import Standing, in_call_order, runs_out_at
from tests.build import AT as NOW


def hours(count: float):
    return NOW - timedelta(hours=count)


@pytest.mark.parametrize(
    ("oldest", "ran_out_at"),
    [
        ({"beds": None, "visits": None}, None),
        ({"beds": hours(13), "visits": None}, hours(1)),
        ({"beds": None, "visits": hours(73)}, hours(1)),
        ({"beds": hours(1), "visits": hours(80)}, hours(8)),
    ],
)
def test_a_word_runs_out_with_its_first_row(oldest, ran_out_at):
    assert runs_out_at(oldest) == ran_out_at


def test_the_order_is_the_printed_one():
    standings = [
        Standing("fresh", NOW + timedelta(minutes=1), is_recent=True),
        Standing("old", hours(5)),
        Standing("older", hours(50)),
        Standing("never", None),
        Standing("recent", hours(1), is_recent=True),
        Standing("recent, never said", None, is_recent=True),
        Standing("recent, tried just now", None, is_recent=True, tried_at=hours(0.1)),
        Standing("tried an hour ago", hours(60), tried_at=hours(1)),
        Standing("tried long ago", hours(55), tried_at=hours(2)),
        Standing("older, by id", hours(50)),
    ]
    expected = [
        *("recent, never said", "recent", "never", "tried long ago", "older", "older, by id", "old"),
        *("tried an hour ago", "recent, tried just now"),
    ]
    for shuffled in (standings, standings[::-1]):
        assert [each.program_id for each in in_call_order(shuffled, NOW)] == expected
