"""The time that is named stands in the request, so that page, queue, worker and published numbers agree on it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from handrail.actions import ask, figures, follow_up, messages, person, promise, refer
from handrail.core.figures import printed
from handrail.records.casebook.models import HelpRequest, Message, TimelineEntry
from handrail.records.directory.models import MonthlyFigure, Report, ServicePulse
from tests import build

pytestmark = pytest.mark.django_db


def minutes(number: float) -> datetime:
    return build.AT + timedelta(minutes=number)


def again(row: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.select_related("person").get(pk=row.pk)


def run_clock(row: HelpRequest, *, now: datetime) -> None:
    follow_up.run_clock(str(row.pk), again(row).next_at, now=now)


def test_one_time_stands_everywhere(cast):
    build.shift(cast.tasha, start=minutes(90))
    row = build.request()
    assert row.promised_at == row.due_at == row.next_at == minutes(95)
    assert [one.queue_rank for one in HelpRequest.objects.all().in_printed_order(minutes(94), limit=5)] == [4]
    assert [one.queue_rank for one in HelpRequest.objects.all().in_printed_order(minutes(96), limit=5)] == [2], "late"


def test_who_does_not_answer_people_makes_no_promise(cast):
    build.shift(cast.luis)
    cast.omar.is_active = False
    cast.omar.save()
    build.shift(cast.omar)
    assert build.request().promised_at is None


def test_when_no_shift_is_planned_the_desk_sees_it_late_and_a_time_is_named_later(cast):
    row = build.request()
    assert (row.promised_at, row.due_at) == (None, minutes(5))
    run_clock(row, now=minutes(5))
    assert not Message.objects.exists(), "no time was named, so none was missed"
    assert promise.name_times(now=minutes(20)) == 0
    build.shift(cast.tasha, start=minutes(60))
    assert promise.name_times(now=minutes(20)) == 1
    row = again(row)
    assert row.promised_at == row.due_at == row.next_at == minutes(65)
    assert [one.purpose for one in Message.objects.all()] == ["news"]
    assert promise.name_times(now=minutes(21)) == 0, "it is named once"
    assert again(row).promised_at == minutes(65)


def test_taking_it_when_no_time_was_named_names_one(cast):
    row = build.request()
    ask.take(row, actor=cast.actor("tasha"), why="Free", now=minutes(30))
    assert again(row).promised_at == again(row).due_at == minutes(35)


def test_a_named_time_is_not_moved_when_shifts_change(cast):
    on = build.shift(cast.tasha)
    row = build.request()
    on.delete()
    build.shift(cast.tasha, start=minutes(60))
    promise.name_times(now=minutes(2))
    assert again(row).promised_at == again(row).due_at == minutes(5)


def test_that_we_are_late_is_told_once(cast):
    build.shift(cast.tasha)
    row = build.request()
    for at in (5, 20, 35, 50):
        run_clock(row, now=minutes(at))
    ask.take(again(row), actor=cast.actor("tasha"), why="Free", now=minutes(51))
    run_clock(row, now=minutes(60))
    assert Message.objects.filter(purpose="late").count() == 1
    lines = [entry.body for entry in TimelineEntry.objects.filter(kind="system", request=row)]
    assert {"what": "late", "action": "reach"} in lines, "the desk's own timeline says it too"


def test_late_follows_the_persons_own_rule(cast):
    build.shift(cast.tasha)
    row = build.request(channel="code", address="")
    run_clock(row, now=minutes(5))
    assert not Message.objects.exists()


def test_other_hours_picked_by_the_person_move_the_time_into_them(cast):
    build.shift(cast.tasha, hours=100)
    row = build.request()
    rule = replace(row.person.rule, hours=(18, 20), timezone="America/Denver")
    person.change_contact(row, rule=rule, now=minutes(1))
    evening = datetime(2026, 11, 22, 1, 5, tzinfo=UTC)
    assert (again(row).promised_at, again(row).due_at) == (evening, evening)
    person.change_contact(again(row), rule=replace(rule, hours=None), now=minutes(2))
    assert again(row).promised_at == minutes(7)


def test_a_time_that_is_over_is_not_moved_by_other_hours(cast):
    build.shift(cast.tasha, hours=100)
    row = build.request()
    person.change_contact(row, rule=replace(row.person.rule, hours=(18, 20)), now=minutes(6))
    assert again(row).promised_at == minutes(5)


def test_who_starts_again_is_named_an_honest_time(cast):
    row = build.request()
    person.pause(row, now=minutes(1))
    build.shift(cast.tasha, start=minutes(600))
    person.come_again(again(row), now=minutes(300))
    assert again(row).promised_at == again(row).next_at == minutes(605)


def test_the_pulse_says_who_is_on_what_they_speak_and_until_when(cast):
    build.shift(cast.tasha)
    build.shift(cast.omar, hours=2)
    build.shift(cast.omar, hours=3)
    build.shift(cast.luis)
    build.shift(cast.priya, start=minutes(30))
    follow_up.publish_pulse(now=build.AT)
    pulse = ServicePulse.objects.get()
    assert (pulse.answering, pulse.speaking) == (2, {"en": 2, "es": 1})
    assert (pulse.next_shift_at, pulse.changes_at) == (minutes(30), minutes(30))


def test_the_median_counts_those_who_still_wait(cast):
    build.shift(cast.tasha)
    for _ in range(3):
        row = build.request()
        ask.take(row, actor=cast.actor("tasha"), why="Free", now=minutes(1))
        step = {"next_step": "Call", "next_at": minutes(90), "note": ""}
        ask.record_contact(row, actor=cast.actor("tasha"), outcome="reached", now=minutes(3), **step)
    for _ in range(3):
        build.request()
    follow_up.publish_pulse(now=minutes(4))
    assert ServicePulse.objects.get().median_minutes is None, "three are too few, the others are not due yet"
    follow_up.publish_pulse(now=minutes(30))
    assert ServicePulse.objects.get().median_minutes is None, "half were not reached: nobody knows how long it takes"
    for row in HelpRequest.objects.filter(first_contact_at=None)[:2]:
        ask.take(row, actor=cast.actor("tasha"), why="Free", now=minutes(31))
        ask.record_contact(row, actor=cast.actor("tasha"), outcome="reached", now=minutes(31), **step)
    follow_up.publish_pulse(now=minutes(32))
    assert ServicePulse.objects.get().median_minutes == 17


# --- the numbers of each month ---------------------------------------------------------------------

FIRST = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
AFTER = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def asked_in_october(cast, number: int, *, kept: int, never: int) -> None:
    """So many ask; `kept` are called in time, `never` stop without having talked with us."""
    build.shift(cast.tasha, start=FIRST - timedelta(hours=1), hours=3)
    tasha = cast.actor("tasha")
    for place in range(number):
        row = build.request(now=FIRST)
        if place < kept:
            ask.take(row, actor=tasha, why="Free", now=FIRST)
            step = {"next_step": "Call", "next_at": FIRST + timedelta(hours=1), "note": "", "outcome": "no_answer"}
            ask.record_contact(row, actor=tasha, now=FIRST + timedelta(minutes=4), **step)
        if place >= number - never:
            person.stop(again(row), erase=False, now=FIRST + timedelta(hours=2))


def october() -> dict[str, tuple]:
    rows = MonthlyFigure.objects.filter(month=date(2026, 10, 1))
    return {row.name: (row.count, row.share, row.share_is) for row in rows}


def test_a_month_is_counted_and_small_numbers_are_hidden(cast):
    asked_in_october(cast, 24, kept=12, never=2)
    Report.objects.create(
        program=cast.river_house, kind="closed", at=FIRST, due_at=FIRST, settled_at=FIRST, outcome="put_right"
    )
    figures.count_months(now=AFTER)
    found = october()
    assert found["asked"] == (24, None, "")
    assert found["kept"] == (12, 50, "exact")
    assert found["unnamed"] == (None, 42, "most"), "none, but fewer than 11 of 24 is all that is said"
    assert found["never_reached"] == (None, 42, "most")
    assert found["told_wrong"] == found["put_right"] == found["decline_no_opening"] == (None, None, "")


def test_who_stopped_before_the_time_came_is_neither_kept_nor_late(cast):
    build.shift(cast.tasha, start=FIRST - timedelta(hours=1), hours=3)
    rows = [build.request(now=FIRST) for _ in range(12)]
    for row in rows[:11]:
        person.stop(row, erase=False, now=FIRST + timedelta(minutes=1))
    assert figures._kept(HelpRequest.objects.all(), now=AFTER) == (1, 0)


def test_a_first_message_in_time_keeps_it_and_a_refused_one_does_not(cast):
    build.shift(cast.tasha, start=FIRST - timedelta(hours=1), hours=3)
    rows = [build.request(now=FIRST) for _ in range(2)]
    for row in rows:
        ask.take(row, actor=cast.actor("tasha"), why="Free", now=FIRST + timedelta(minutes=1))
    written = list(Message.objects.filter(purpose="first_contact").order_by("pk"))
    messages.was_sent(str(written[0].pk), now=FIRST + timedelta(minutes=2))
    messages.was_refused(str(written[1].pk), reason="gateway_failed", now=FIRST + timedelta(minutes=2))
    assert figures._kept(HelpRequest.objects.all(), now=AFTER) == (2, 1)


def test_counting_twice_changes_nothing_and_older_months_stay(cast):
    asked_in_october(cast, 12, kept=12, never=0)
    figures.count_months(now=AFTER)
    before = october()
    assert figures.count_months(now=AFTER + timedelta(hours=1)) > 0
    assert october() == before
    build.request(now=FIRST)
    figures.count_months(now=datetime(2026, 12, 3, tzinfo=UTC))
    assert october() == before, "a month is closed after the next one"


def test_months_before_the_service_began_are_not_published(cast):
    asked_in_october(cast, 1, kept=0, never=0)
    figures.count_months(now=FIRST + timedelta(days=1))
    assert set(MonthlyFigure.objects.values_list("month", flat=True)) == {date(2026, 10, 1)}


def test_declines_are_counted_by_reason(cast):
    for _ in range(11):
        referral = build.referral(cast.river_house, actor=cast.actor("tasha"), now=FIRST)
        refer.decline(
            referral, actor=cast.actor("luis"), reason="no_opening", note="", now=FIRST + timedelta(minutes=9)
        )
    figures.count_months(now=AFTER)
    assert october()["decline_no_opening"] == (11, None, "")
    assert october()["decline_distance"] == printed_as_nothing()


def printed_as_nothing() -> tuple:
    nothing = printed(0)
    return nothing.count, nothing.share, nothing.share_is
