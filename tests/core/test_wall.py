"""The walls as tables: what each reader may open, what a professional's page says, who may be linked, what is told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.handing_over import SETTINGS, due_before, flags_with_setting
from handrail.core.journey import STAGES
from handrail.core.wall import PARTS, SCOPES, Side, may_open, may_tell, reader_of, received, why_not_link

NOW = datetime(2026, 11, 21, 6, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("who", "theirs", "reader"),
    [
        ("me", True, "person"),
        ("someone", True, "family"),
        ("someone", False, "family"),
        ("patient", False, "professional"),
        ("patient", True, "person"),
    ],
)
def test_who_reads_a_page(who, theirs, reader):
    assert reader_of(who, is_code_theirs=theirs) == reader


def test_a_professional_sees_received_and_nothing_else():
    every = frozenset().union(*PARTS.values())
    assert {part for part in every if may_open("professional", part)} == {"received"}


def test_a_family_never_opens_links_and_a_person_leaves_no_message_for_themself():
    assert not may_open("family", "family")
    assert not may_open("person", "message")


STEPS_UP = {"have_it": 0, "called_back": 1, "with_them": 2}


@pytest.mark.parametrize("stage", STAGES)
def test_stopping_or_resting_never_shows_on_a_professionals_page(stage):
    for was_called in (False, True):
        for has_needs in (False, True):
            facts = {"was_called": was_called, "has_needs": has_needs}
            before = received(stage, **facts)
            for after in ("resting", "stopped"):
                if stage not in ("resting", "stopped"):
                    assert received(after, resume_stage=stage, **facts) == before


@given(st.sampled_from(sorted(STAGES)), st.booleans(), st.booleans())
def test_more_having_happened_never_says_less(stage, was_called, has_needs):
    now = STEPS_UP[received(stage, was_called=was_called, has_needs=has_needs)]
    assert STEPS_UP[received(stage, was_called=True, has_needs=has_needs)] >= now
    assert STEPS_UP[received(stage, was_called=was_called, has_needs=True)] >= now


THEIRS, FAMILY = Side("a", "me", "talking"), Side("b", "someone", "new")


@pytest.mark.parametrize(
    ("theirs", "family", "scopes", "reason"),
    [
        (THEIRS, FAMILY, [], None),
        (THEIRS, FAMILY, ["in_touch", "where"], None),
        (Side("a", "patient", "talking"), FAMILY, [], None),
        (Side("a", "patient", "talking", is_code_theirs=False), FAMILY, [], "not_told_in_person"),
        (THEIRS, Side("a", "someone", "new"), [], "link_to_itself"),
        (Side("a", "someone", "talking"), FAMILY, [], "link_from_family"),
        (THEIRS, Side("b", "me", "new"), [], "not_a_family_request"),
        (THEIRS, Side("b", "patient", "new"), [], "not_a_family_request"),
        (Side("a", "me", "new"), FAMILY, [], "link_not_talking"),
        (Side("a", "me", "contacting"), FAMILY, [], "link_not_talking"),
        (Side("a", "me", "resting"), FAMILY, [], "link_not_talking"),
        (Side("a", "me", "stopped"), FAMILY, [], "link_not_talking"),
        (THEIRS, Side("b", "someone", "stopped"), [], "not_open"),
        (THEIRS, FAMILY, ["everything"], "needs_scopes"),
    ],
)
def test_who_may_be_linked(theirs, family, scopes, reason):
    assert why_not_link(theirs, family, scopes=scopes) == reason


@given(st.sets(st.sampled_from([*SCOPES, "all"])), st.sampled_from([*STAGES, "nowhere"]))
def test_no_more_is_told_than_was_said_yes_to_and_nothing_of_who_is_not_in_touch(scopes, stage):
    told = may_tell(scopes, stage=stage)
    assert told <= scopes & set(SCOPES)
    if stage in ("new", "contacting", "resting", "stopped", "nowhere"):
        assert not told


@given(st.integers(0, 600), st.integers(-600, 6000))
def test_a_call_back_is_due_before_they_leave_and_never_in_the_past(minutes, leaves):
    due = NOW + timedelta(minutes=minutes)
    leaves_at = NOW + timedelta(minutes=leaves)
    found = due_before(due, leaves_at=leaves_at, now=NOW)
    assert NOW <= found <= due
    if NOW < leaves_at <= due:
        assert found < leaves_at
    if leaves_at <= NOW:
        assert found == due
    assert due_before(due, leaves_at=None, now=NOW) == due


def test_where_they_are_gives_the_flag_that_orders_the_queue_once():
    assert flags_with_setting([], "jail") == ["left_jail"]
    assert flags_with_setting(["left_jail"], "jail") == ["left_jail"]
    assert flags_with_setting(["kids"], "ed") == ["kids", "left_program"]
    assert flags_with_setting(["kids"], "court") == ["kids"]
    assert set(SETTINGS.values()) == {"", "left_jail", "left_program"}
