"""What people tell us is wrong: kept with no name, checked within a day, and from two on no longer claimed."""

from datetime import date, timedelta

import pytest

from handrail.actions._frame import Forbidden, Refused
from handrail.actions.directory.report import report
from handrail.actions.directory.say import state_capacity
from handrail.core.access import Actor
from handrail.core.reports import KINDS, PLANS
from handrail.records.directory.models import Program, Report, Version
from handrail.records.directory.telling import tell
from handrail.records.ledger.models import Entry
from handrail.web.report_words import PLAN_WORDS, REPORT_WORDS
from tests import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def river() -> Program:
    return build.program("River House")


def told(program: Program):
    return next(tell([program.pk]))


def test_every_kind_and_plan_has_words():
    assert tuple(REPORT_WORDS) == tuple(KINDS)
    assert tuple(PLAN_WORDS) == tuple(PLANS)


def test_a_report_is_due_within_a_day_and_names_nobody(river, at):
    row = report(river, kind="plan", about="medicaid", now=at, actor=Actor(role="person", id="a-request"))
    assert (row.kind, row.about, row.at, row.due_at) == ("plan", "medicaid", at, at + timedelta(hours=24))
    assert (row.seen_at, row.settled_at, row.settled_by, row.outcome) == (None, None, "", "")
    entry = Entry.objects.get(stream=f"program:{river.pk}")
    assert (entry.verb, entry.actor) == ("report_place", "person")
    assert Version.objects.get().number == 1


@pytest.mark.parametrize(
    ("kind", "about", "reason"),
    [
        ("rude", "", "unknown_report"),
        ("", "", "unknown_report"),
        ("plan", "", "unknown_plan"),
        ("plan", "gold", "unknown_plan"),
        ("closed", "medicaid", "unknown_plan"),
    ],
)
def test_what_is_no_report_is_refused_and_nothing_is_written(river, at, kind, about, reason):
    with pytest.raises(Refused) as refused:
        report(river, kind=kind, about=about, now=at)
    assert refused.value.reason == reason
    assert not Report.objects.exists()
    assert not Entry.objects.exists()


def test_staff_do_not_report_and_a_place_that_is_gone_is_not_reported(river, at):
    with pytest.raises(Forbidden):
        report(river, kind="closed", now=at, actor=Actor(role="counselor", id="1"))
    Program.objects.filter(pk=river.pk).update(gone_on=date(2026, 1, 1))
    with pytest.raises(Refused, match="not_listed"):
        report(river, kind="closed", now=at)
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("kind", "about", "key"),
    [("wrong_number", "", "phone"), ("closed", "", "listed"), ("full", "", "openings"), ("plan", "va", "va")],
)
def test_two_alike_drop_what_they_are_about_and_one_does_not(river, at, kind, about, key):
    report(river, kind=kind, about=about, now=at)
    report(river, kind="treated_badly", now=at)
    assert told(river).doubted == frozenset()
    report(river, kind=kind, about=about, now=at)
    assert key in told(river).doubted
    assert told(river).checking == frozenset()


def test_reports_of_two_plans_are_not_alike(river, at):
    report(river, kind="plan", about="medicaid", now=at)
    report(river, kind="plan", about="va", now=at)
    assert told(river).doubted == frozenset()


def test_the_programs_own_new_word_brings_its_openings_back(cast, at):
    luis, place = cast.actor("luis"), cast.river_house
    room = {"actor": luis, "label": "Beds", "kind": "beds", "openings": 2}
    state_capacity(place, **room, now=at)
    for _twice in range(2):
        report(place, kind="full", now=at + timedelta(minutes=1))
    assert told(place).openings() == ()
    state_capacity(place, **room, now=at + timedelta(minutes=2))
    assert [one.openings for one in told(place).openings()] == [2]
