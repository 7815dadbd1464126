"""What may honestly be said of openings, and that it can never be said without time and source."""

from datetime import UTC, date, datetime, timedelta

import pytest

from handrail.core.openings import OpeningsSentence, Statement, best_sentence, sentence_for

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def said(hours, openings=3, kind="beds", **more):
    return Statement("Beds", kind, openings, NOW - timedelta(hours=hours), "The program", **more)


@pytest.mark.parametrize(
    ("kind", "hours", "state"),
    [
        ("beds", 0, "fresh"), ("beds", 12, "fresh"), ("beds", 12.01, "ageing"), ("beds", 36, "ageing"),
        ("beds", 36.01, "unknown"), ("visits", 72, "fresh"), ("visits", 73, "ageing"), ("visits", 217, "unknown"),
    ],
)  # fmt: skip
def test_a_statement_ages(kind, hours, state):
    assert sentence_for(said(hours, kind=kind), now=NOW).state == state


def test_full_ages_too():
    full = sentence_for(said(20, 0, next_opening_on=date(2026, 11, 25), waiting=6), now=NOW)
    assert (full.state, full.facts["next_on"], full.facts["waiting"]) == ("full", date(2026, 11, 25), 6)
    assert sentence_for(said(20, 0, next_opening_on=date(2026, 11, 1)), now=NOW).facts["next_on"] is None
    assert sentence_for(said(40, 0), now=NOW).state == "unknown"


def test_nobody_said_anything():
    assert sentence_for(None, now=NOW).state == "unknown"
    assert best_sentence([], now=NOW).code == "not_said"


def test_the_hours_are_a_setting():
    assert sentence_for(said(3), now=NOW, fresh_hours={"beds": 2, "visits": 2}).state == "ageing"


def test_the_best_of_several():
    assert best_sentence([said(1, 0), said(20), said(1, 2)], now=NOW).state == "fresh"
    assert best_sentence([said(1, 0), said(999)], now=NOW).state == "unknown"


@pytest.mark.parametrize("state", ["fresh", "ageing", "full"])
@pytest.mark.parametrize("facts", [{}, {"openings": 3}, {"stated_at": NOW}, {"source": "The program"}])
def test_room_without_time_and_source_cannot_be_made(state, facts):
    with pytest.raises(ValueError, match="never shown"):
        OpeningsSentence(state, "openings", facts)
