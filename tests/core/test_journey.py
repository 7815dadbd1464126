"""The state machine is whole: every stage can be reached and left, and leaving care never closes anything."""

from datetime import UTC, datetime, timedelta

import pytest

from handrail.core.journey import CLOCKS, MOVES, STAGES, due_at, is_open, next_try_at, why_not_move

AT = datetime(2026, 11, 21, tzinfo=UTC)


def test_every_stage_can_be_reached_and_left():
    assert {move.end for move in MOVES} == set(STAGES)
    assert {move.start for move in MOVES} == set(STAGES)


def test_every_open_stage_has_a_clock():
    for stage in STAGES.values():
        assert (stage.clock in CLOCKS) == stage.needs_next, stage.name


def test_leaving_early_is_the_counselors_turn_and_open():
    assert STAGES["left_early"].turn == "counselor"
    assert is_open("left_early")
    assert why_not_move("left_early", "resting", role="worker") is not None


@pytest.mark.parametrize("stage", [name for name in STAGES if name != "stopped"])
def test_the_person_can_stop_from_anywhere_and_start_again(stage):
    assert why_not_move(stage, "stopped", role="person") is None
    assert why_not_move("stopped", "new", role="person") is None


@pytest.mark.parametrize(
    ("start", "end", "role", "reason"),
    [
        ("new", "accepted", "counselor", "no_such_move"),
        ("referred", "accepted", "person", "not_your_move"),
        ("referred", "accepted", "intake", None),
        ("nowhere", "new", "counselor", "unknown_stage"),
    ],
)
def test_why_not_move(start, end, role, reason):
    assert why_not_move(start, end, role=role) == reason


def test_clocks_and_tries():
    assert due_at("first_contact", start=AT) == AT + timedelta(minutes=5)
    assert due_at("first_contact", start=AT, minutes={"first_contact": 9}) == AT + timedelta(minutes=9)
    assert [next_try_at(n, first_try_at=AT) for n in (1, 5)] == [AT + timedelta(minutes=15), None]
