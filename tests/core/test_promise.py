"""The time that is named: never before somebody is on, never outside the picked hours, never in the past."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.contact import ContactRule, is_safe_hour
from handrail.core.promise import OnShift, first_promise, joined, next_change_at, next_on_at, word_of

NOW = datetime(2026, 11, 21, 6, 4, tzinfo=UTC)
ANY = ContactRule(channel="text", address="+15550100199")
EN, BOTH = frozenset({"en"}), frozenset({"en", "es"})


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def on(start: float, end: float, languages: frozenset[str] = EN) -> OnShift:
    return OnShift(minutes(start), minutes(end), languages)


def named(*shifts: OnShift, rule: ContactRule = ANY, clock: int = 5, now: datetime = NOW) -> datetime | None:
    return first_promise(shifts, rule, now=now, minutes=clock)


def test_with_somebody_on_it_is_the_clock():
    assert named(on(-60, 420)) == minutes(5)


def test_with_nobody_on_it_counts_from_the_next_shift():
    assert named(on(-60, -1), on(90, 300), on(600, 900)) == minutes(95)


def test_with_no_shift_planned_no_time_is_named():
    assert named() is None
    assert named(on(-60, 0)) is None


def test_it_does_not_outlive_a_shift_unless_the_next_one_goes_on():
    assert named(on(-60, 3), on(30, 300)) == minutes(35), "three minutes are left of a clock of five"
    assert named(on(-60, 3), on(3, 300)) == minutes(5), "the next one begins as this one ends"
    assert named(on(-60, 2), on(1, 300)) == minutes(5), "they overlap"
    assert named(on(-60, 5)) == minutes(5), "it falls due as the shift ends"


def test_the_picked_hours_and_the_shift_must_both_be_there():
    evening = ContactRule(hours=(18, 20), timezone="America/Denver")  # now it is 11:04 PM there
    opens_at = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    all_week = on(-60, 7 * 24 * 60)
    assert named(all_week, rule=evening) == opens_at + timedelta(minutes=5)
    late_shift = OnShift(opens_at + timedelta(minutes=45), opens_at + timedelta(hours=9), EN)
    assert named(late_shift, rule=evening) == opens_at + timedelta(minutes=50)
    too_late = OnShift(opens_at + timedelta(minutes=118), opens_at + timedelta(hours=26), EN)
    assert named(too_late, rule=evening) == opens_at + timedelta(hours=24, minutes=5), "two minutes are no clock"


def test_hours_that_cross_midnight():
    night = ContactRule(hours=(22, 6), timezone="America/Denver")
    assert named(on(-60, 600), rule=night) == minutes(5)
    noon = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
    assert named(on(-60, 3000), rule=night, now=noon) == datetime(2026, 11, 22, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize("day", [datetime(2026, 3, 8, 7, 30, tzinfo=UTC), datetime(2026, 11, 1, 7, 30, tzinfo=UTC)])
def test_the_night_the_clocks_change(day):
    """Denver changes its clocks at 2 AM; hours from 2 to 3 hold whatever of them there is."""
    rule = ContactRule(hours=(2, 3), timezone="America/Denver")
    at = named(OnShift(day, day + timedelta(days=3), EN), rule=rule, now=day)
    assert at is not None
    assert is_safe_hour(rule, at - timedelta(minutes=5))
    assert day < at <= day + timedelta(days=2)


def test_a_clock_longer_than_the_picked_hours_still_gets_a_time():
    rule = ContactRule(hours=(9, 10), timezone="UTC")
    assert named(on(-60, 3000), rule=rule, clock=90) == datetime(2026, 11, 21, 10, 30, tzinfo=UTC)


hours = st.integers(0, 23)
ZONES = ("UTC", "America/Denver", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
rules = st.builds(
    ContactRule,
    hours=st.none() | st.tuples(hours, hours).filter(lambda pair: pair[0] != pair[1]),
    timezone=st.sampled_from(ZONES),
)
shift_lists = st.lists(
    st.builds(lambda start, length: on(start, start + length), st.integers(-600, 4000), st.integers(1, 720)), max_size=6
)
# Around both nights in which US clocks change, and an ordinary one.
nows = st.builds(
    lambda day, minute: day + timedelta(minutes=minute),
    st.sampled_from([NOW, datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)]),
    st.integers(0, 1440),
)


@given(shift_lists, rules, nows, st.integers(1, 180))
def test_the_moment_it_counts_from_is_on_shift_and_safe_and_never_past(shifts, rule, now, clock):
    shifts = [OnShift(now + (one.starts_at - NOW), now + (one.ends_at - NOW), EN) for one in shifts]
    at = named(*shifts, rule=rule, clock=clock, now=now)
    if at is None:
        return
    start = at - timedelta(minutes=clock)
    assert start >= now
    assert is_safe_hour(rule, start)
    assert any(shift.is_on(start) for shift in shifts)
    assert any(first <= start and at <= last for first, last in joined(shifts)), "somebody is on until it falls due"


@given(shift_lists, rules, st.integers(1, 60), st.integers(-600, 4000), st.integers(1, 720))
def test_one_more_shift_never_makes_it_later(shifts, rule, clock, start, length):
    before = named(*shifts, rule=rule, clock=clock)
    after = named(*shifts, on(start, start + length), rule=rule, clock=clock)
    if before is not None:
        assert after is not None
        assert after <= before


@given(shift_lists, rules, st.integers(1, 60), st.integers(0, 5), st.integers(1, 600))
def test_a_shift_that_begins_earlier_never_makes_it_later(shifts, rule, clock, which, earlier):
    if which >= len(shifts):
        return
    one = shifts[which]
    moved = OnShift(one.starts_at - timedelta(minutes=earlier), one.ends_at, EN)
    before = named(*shifts, rule=rule, clock=clock)
    after = named(*shifts[:which], moved, *shifts[which + 1 :], rule=rule, clock=clock)
    if before is not None:
        assert after is not None
        assert after <= before


def word(said, *shifts, rule=ANY, is_taken=False):
    return word_of(said, shifts, rule, now=NOW, minutes=5, is_taken=is_taken)


def test_a_time_to_come_stands_while_somebody_is_on_before_it():
    assert word(minutes(5), on(-60, 420)).standing == "on_time"
    waits = word(minutes(95), on(90, 420))
    assert (waits.standing, waits.next_at, waits.is_anybody_on) == ("on_time", None, False)


def test_a_time_nobody_is_on_before_is_broken_and_a_new_one_named():
    gone_home = word(minutes(5), on(-60, 0), on(60, 420))
    assert (gone_home.standing, gone_home.next_at, gone_home.is_late) == ("broken", minutes(65), True)
    assert word(minutes(5)).next_at is None
    assert word(minutes(5), is_taken=True).standing == "on_time", "a counselor has it, on shift or not"


def test_late_names_a_new_time_only_when_nobody_could_reach_out_now():
    assert (word(minutes(-1), on(-60, 420)).standing, word(minutes(-1), on(-60, 420)).next_at) == ("late", None)
    assert word(minutes(-1), on(60, 420)).next_at == minutes(65)
    evening = ContactRule(hours=(18, 20), timezone="America/Denver")
    assert word(minutes(-1), on(-60, 3000), rule=evening).next_at == datetime(2026, 11, 22, 1, 5, tzinfo=UTC)


def test_no_time_was_named():
    assert (word(None).standing, word(None).is_late, word(None).is_anybody_on) == ("no_time", False, False)


def test_whether_somebody_speaks_the_language_when_it_is_kept():
    spanish = ContactRule(language="es")
    assert not word(minutes(5), on(-60, 420), rule=spanish).speaks
    assert word(minutes(5), on(-60, 420), on(-60, 420, BOTH), rule=spanish).speaks
    assert not word(minutes(5), on(-60, 420), on(60, 420, BOTH), rule=spanish).speaks, "she comes on later"
    assert word(minutes(65), on(-60, 10), on(60, 420, BOTH), rule=spanish).speaks, "she is on when it is kept"


def test_until_when_who_is_on_stays_true():
    shifts = [on(-60, 30), on(-60, 420), on(20, 420)]
    assert next_change_at(shifts, NOW) == minutes(20)
    assert next_on_at(shifts, NOW) == minutes(20)
    assert next_change_at([], NOW) is None
