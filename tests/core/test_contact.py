"""No message ever goes against the person's own rule: every rule, channel and hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.contact import CHANNELS, ContactRule, is_safe_hour, next_safe_at, why_not_reach
from handrail.gateways.gate import Blocked, deliver

hours = st.one_of(st.none(), st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda pair: pair[0] != pair[1]))
rules = st.builds(
    ContactRule,
    channel=st.sampled_from(CHANNELS),
    address=st.sampled_from(["", "+13035550142"]),
    may_voicemail=st.booleans(),
    hours=hours,
    timezone=st.sampled_from(["America/Denver", "America/New_York", "Pacific/Guam", "UTC"]),
    is_stopped=st.booleans(),
)
moments = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)


@given(rule=rules, channel=st.sampled_from(CHANNELS), now=moments)
def test_the_gate_lets_out_only_what_the_rule_allows(rule, channel, now):
    try:
        deliver(message_id="m", kind="news", channel=channel, rule=rule, words="hi", now=now, how="fake")
    except Blocked:
        return
    hour = now.astimezone(ZoneInfo(rule.timezone)).hour
    assert channel == rule.channel
    assert channel in ("text", "email")
    assert rule.address
    assert not rule.is_stopped
    if rule.hours:
        start, end = rule.hours
        assert hour in ([*range(start, end)] if start < end else [*range(start, 24), *range(end)])


@given(rule=rules, now=moments)
def test_the_next_safe_moment_is_safe_and_the_first(rule, now):
    moment = next_safe_at(rule, now)
    assert moment >= now
    assert is_safe_hour(rule, moment)
    assert moment - now <= timedelta(hours=25)
    if moment > now:
        assert not is_safe_hour(rule, now)
        assert not is_safe_hour(rule, moment - timedelta(seconds=1))


@given(rule=rules)
def test_a_rule_survives_the_store(rule):
    assert ContactRule.from_data(rule.as_data()) == rule


def test_nothing_known_is_the_safest_rule():
    rule = ContactRule.from_data({})
    assert (rule.channel, rule.may_voicemail, rule.if_other_answers) == ("code", False, "hang_up")


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_code_only_person_is_never_contacted(channel):
    rule = ContactRule(channel="code", address="+13035550142")
    assert why_not_reach(rule, channel=channel, now=datetime(2026, 1, 1, tzinfo=UTC)) == "channel_not_allowed"


def test_voicemail_needs_its_own_yes():
    rule = ContactRule(channel="call", address="+13035550142")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert why_not_reach(rule, channel="call", now=now) is None
    assert why_not_reach(rule, channel="call", now=now, is_voicemail=True) == "no_voicemail"
