"""Words from outside: a danger in them brings the request to the front, whoever wrote them and wherever."""

from datetime import UTC, datetime

import pytest

from handrail.actions import family, figures, inbound, person
from handrail.actions._frame import Refused
from handrail.core.contact import ContactRule
from handrail.records.casebook.models import HelpRequest
from handrail.records.directory.models import MonthlyFigure
from handrail.records.ledger.models import Entry
from tests import build
from tests.cast import make_cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 6, 4, tzinfo=UTC)
CRY = "she wants to kill herself"


def again(row: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.select_related("person").get(pk=row.pk)


def test_danger_in_own_words_counts_though_the_question_was_answered_no() -> None:
    assert again(build.request(now=NOW, words=CRY)).is_danger
    assert not again(build.request(now=NOW, words="I would like to start soon")).is_danger


def test_danger_in_a_note_is_due_at_once() -> None:
    row = build.request(now=NOW)
    person.write_note(row, text=CRY, now=NOW)
    row = again(row)
    assert row.is_danger
    assert row.next_at <= NOW
    assert row.next_action == "danger_in_text"


def test_danger_in_a_familys_message_is_due_at_once() -> None:
    row = build.request(now=NOW, who="someone")
    family.leave_message(row, text=CRY, now=NOW)
    assert again(row).is_danger


def test_a_complaint_is_read_like_a_note_and_counted() -> None:
    row = build.request(now=NOW)
    person.write_note(row, text="Nobody called me back.", is_complaint=True, now=NOW)
    assert Entry.objects.filter(verb=person.COMPLAINT).count() == 1
    assert again(row).next_action in ("read_note", "reach")
    figures.count_months(now=NOW)
    told = MonthlyFigure.objects.get(name="complaints", month="2026-11-01")
    assert told.count is None, "one is too few to print"


def test_the_desk_cannot_set_another_way_over_a_stop() -> None:
    tasha = make_cast().actor("tasha")
    row = build.request(now=NOW)
    inbound.say_stop(again(row), actor=tasha, now=NOW)
    rule = ContactRule(channel="call", address="+17195550142")
    with pytest.raises(Refused) as refused:
        person.change_contact(again(row), rule=rule, now=NOW, actor=tasha)
    assert refused.value.reason == "person_said_stop"
    assert again(row).person.rule.is_stopped
    person.change_contact(again(row), rule=rule, now=NOW)
    assert not again(row).person.rule.is_stopped, "the person themself may"
