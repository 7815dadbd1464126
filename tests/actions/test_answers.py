"""How answers are counted: what silence and taking back mean, nothing of few, one row for each place, and quickly."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from handrail.actions import answers, refer
from handrail.core.answers import FEWEST, Asked, count
from handrail.records.casebook.models import Referral
from handrail.records.directory.models import Program, Responsiveness
from handrail.records.directory.snapshot import read_version
from handrail.records.directory.telling import tell
from handrail.records.ledger.models import Entry
from tests import build

SENT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
NOW = SENT + timedelta(days=10)


def asked(state: str, *, seen: int = 0, after: int = 0, visit: int = 0, there: int = 0, reason: str = "") -> Asked:
    """A referral: seen, ended, to be visited and visited so many minutes after it was sent; 0 is never."""
    times = [SENT + timedelta(minutes=minutes) if minutes else None for minutes in (seen, after, visit, there)]
    return Asked(state, SENT, *times, reason)


YES = asked("accepted", seen=10, after=20, visit=60)
NO = asked("declined", after=40, reason="no_opening")
SILENT = asked("expired", after=30)
DAY = 24 * 60


@pytest.mark.parametrize(
    ("row", "figures"),
    [
        (YES, {"asked": 1, "acknowledged": 1, "answered": 1, "accepted": 1}),
        (NO, {"asked": 1, "acknowledged": 1, "answered": 1, "declined": 1}),
        (SILENT, {"asked": 1}),
        (asked("expired", seen=5, after=125), {"asked": 1, "acknowledged": 1}),
        (asked("sent"), {}),
        (asked("acknowledged", seen=5), {}),
        (asked("info_requested", seen=5), {}),
        (asked("withdrawn", seen=5, after=20), {}),
        (asked("obsolete", seen=5, after=20), {}),
        (asked("withdrawn", seen=5, after=50, visit=90), {"asked": 1, "acknowledged": 1, "answered": 1, "accepted": 1}),
        (asked("declined", after=9, reason="person_changed_mind"), {"asked": 1, "acknowledged": 1, "answered": 1}),
    ],
)
def test_what_each_referral_counts_as(row, figures):
    before = count([SILENT] * FEWEST, now=NOW)
    after = count([SILENT] * FEWEST + [row], now=NOW)
    names = ("asked", "acknowledged", "answered", "accepted", "declined")
    added = {name: getattr(after, name) - getattr(before, name) for name in names}
    assert {name: number for name, number in added.items() if number} == figures


@pytest.mark.parametrize(
    ("row", "due", "came"),
    [
        (asked("arrived", after=20, visit=60, there=55), 1, 1),
        (asked("arrived", after=20, visit=60, there=3 * DAY), 1, 1),
        (asked("accepted", after=20, visit=60), 1, 0),
        (asked("accepted", after=20, visit=10 * DAY - 60), 0, 0),  # an hour ago: not over by a day
        (asked("withdrawn", after=30, visit=60), 0, 0),
        (asked("withdrawn", after=DAY, visit=60), 1, 0),
    ],
)
def test_who_was_due_to_arrive(row, due, came):
    many = count([row] * FEWEST, now=NOW)
    assert (many.due_to_arrive, many.arrived) == (due * FEWEST, came * FEWEST)


def test_nothing_is_said_of_few():
    few = FEWEST - 1
    assert count([YES] * few + [asked("sent")] * 20, now=NOW) is None
    told = count([YES] * few + [NO] * few + [SILENT] * FEWEST, now=NOW)
    assert (told.accepted, told.declined, told.declines) == (few, few, {})
    assert (told.due_to_arrive, told.arrived) == (0, 0)
    mixed = [asked("declined", after=9, reason="past_incident"), *[NO] * FEWEST]
    assert count(mixed, now=NOW).declines == {"no_opening": FEWEST}
    assert count([YES] * few + [SILENT] * few, now=NOW).answer_minutes is None


def test_medians_are_of_those_who_answered():
    told = count([YES] * 3 + [NO] * 4 + [SILENT] * 9, now=NOW)
    assert (told.acknowledge_minutes, told.answer_minutes) == (40, 40)
    # When a yes that was taken back had been said is not known any more.
    taken_back = asked("withdrawn", seen=5, after=3 * DAY, visit=2 * DAY)
    assert count([YES] * 5 + [taken_back] * 4, now=NOW).answer_minutes == 20


# --- from the records ------------------------------------------------------------------------------
def send(cast, program: Program, times: int, *, end: str = "decline", reason: str = "no_opening") -> None:
    for _ in range(times):
        referral = build.referral(program, actor=cast.actor("tasha"))
        if end == "decline":
            refer.decline(
                referral, actor=cast.actor("tasha"), reason=reason, note="", now=build.AT + timedelta(minutes=22)
            )
        else:
            refer.expire(referral, now=build.AT + timedelta(minutes=30))


LATER = build.AT + timedelta(hours=1)


def test_a_place_of_two_entries_has_one_count_and_only_changes_are_told(cast):
    river, oak = cast.river_house, cast.oak_street
    other = build.program("River House Inc.")
    send(cast, other, FEWEST)
    Program.objects.filter(pk=other.pk).update(merged_into=river)
    send(cast, river, 1, end="expire")
    send(cast, oak, FEWEST - 1)
    assert answers.count_answers(now=LATER) == 1
    row = Responsiveness.objects.get()
    assert (row.program_id, row.asked, row.answered, row.answer_minutes) == (river.pk, 6, 5, 22)
    assert row.declines == {"no_opening": 5}
    assert next(tell([river.pk])).answers.is_slow
    assert Entry.objects.filter(stream="answers").count() == 1
    # Nothing new: nothing is told anew, but the window has moved.
    version, changed = read_version(), dict(Program.objects.values_list("pk", "changed"))
    assert answers.count_answers(now=LATER + timedelta(days=1)) == 0
    assert read_version() == version
    assert Responsiveness.objects.get().since == row.since + timedelta(days=1)
    # One more, of the other place: that one alone has changed.
    send(cast, oak, 1)
    assert answers.count_answers(now=LATER) == 1
    touched = {pk for pk, number in Program.objects.values_list("pk", "changed") if number != changed[pk]}
    assert touched == {oak.pk}
    # Out of the window everything goes.
    assert answers.count_answers(now=LATER + timedelta(days=200)) == 2
    assert not Responsiveness.objects.exists()


def test_two_entries_with_rows_of_their_own_become_one(cast):
    other = build.program("River House Inc.")
    send(cast, cast.river_house, FEWEST)
    send(cast, other, FEWEST)
    answers.count_answers(now=LATER)
    Program.objects.filter(pk=other.pk).update(merged_into=cast.river_house)
    answers.count_answers(now=LATER)
    assert list(Responsiveness.objects.values_list("program", "asked")) == [(cast.river_house.pk, 2 * FEWEST)]


def test_thousands_are_counted_in_few_queries_and_quickly(cast, django_assert_max_num_queries):
    send(cast, cast.river_house, 1)
    copy_referral(Referral.objects.get(), 4000)
    begun = time.perf_counter()
    with django_assert_max_num_queries(20):
        answers.count_answers(now=LATER)
    assert Responsiveness.objects.get().asked == 4001
    assert time.perf_counter() - begun < 2


def copy_referral(row: Referral, times: int) -> None:
    """The same answered referral many times over, past the actions: only what is counted matters here."""
    fields = [field for field in Referral._meta.concrete_fields if not field.primary_key]
    values = {field.attname: getattr(row, field.attname) for field in fields}
    with transaction.atomic(), build.signed("test", "copy", stream="copies", now=build.AT):
        Referral.objects.bulk_create([Referral(**values) for _ in range(times)])
