"""An operator's own list that answers in words: shown with its day, under the hand, against other lists, and kept."""

from datetime import timedelta
from typing import Any

import pytest

from handrail.actions.directory.edit import correct, set_day_one
from handrail.actions.directory.say import set_fact
from handrail.core.facts import FactValue
from handrail.core.joining import last_day
from handrail.records.directory.models import FactChange, Program
from handrail.records.directory.telling import tell
from tests.actions.two_lists import COUNTY, NOW, bring, conflicts, county, entry, row, survey

pytestmark = pytest.mark.django_db

HOURS, STEPS = "Mon to Fri, 7 am to 10 am", ("You check in.", "A nurse asks.")
NEWER = COUNTY + timedelta(days=30)
TODAY = NOW.date()


def known(key: str, source: str = "county") -> FactValue | None:
    told = next(tell([entry(source).pk]))
    return told.facts(TODAY).get(key)


def asked(**values: Any) -> Any:
    """A row of a list that was asked for hours and the first day."""
    return row(**({"walk_in_hours": "", "day_one": (), "key": "k"} | values))


# --- words ------------------------------------------------------------------------------------------
def test_a_no_is_shown_with_who_said_it_and_when_and_loses_against_a_word_by_hand(cast):
    county(row(codes="same_day_start=no"))
    program = entry("county")
    assert known("same_day_start") == FactValue(
        "no", program.source.name, COUNTY, last_day(COUNTY, program.source.lasts_days)
    )
    set_fact(program, actor=cast.actor("tasha"), key="same_day_start", value="yes", now=NOW)
    said = known("same_day_start")
    assert said is not None
    assert (said.value, said.observed_on) == ("yes", TODAY)
    assert conflicts()["same_day_start", "county"][:2] == ("yes", "no")


def test_a_no_against_another_lists_yes_is_a_conflict_and_the_newer_stands():
    survey(row(codes="SA MD"))
    county(row(codes="medicaid=no bus=Line%2012 ~"))
    assert entry("county").merged_into == entry("samhsa")
    assert conflicts() == {("medicaid", "samhsa"): ("no", "yes", True)}
    found = {key: known(key, "samhsa") for key in ("medicaid", "bus")}
    assert {key: (fact.value, fact.observed_on) for key, fact in found.items() if fact} == {
        "medicaid": ("no", COUNTY),
        "bus": ("Line 12", COUNTY),
    }


# --- hours and the first day ------------------------------------------------------------------------
def test_hours_and_the_first_day_come_and_go_with_a_list_that_was_asked_for_them():
    for said in (asked(), asked(walk_in_hours=HOURS, day_one=STEPS), asked(walk_in_hours=HOURS, day_one=STEPS)):
        county(said)
    program = entry("county")
    assert (program.walk_in_hours, program.day_one) == (HOURS, list(STEPS))
    walk_in = known("walk_in")
    assert walk_in is not None
    assert (walk_in.value, walk_in.observed_on) == ("yes", COUNTY)
    assert county(asked(), on=NEWER)["updated"] == 1
    program.refresh_from_db()
    assert (program.walk_in_hours, program.day_one) == ("", [])
    assert list(FactChange.objects.order_by("pk").values_list("key", "before", "value")) == [
        ("day_one", "", "You check in.; A nurse asks."),
        ("walk_in_hours", "", HOURS),
        ("day_one", "You check in.; A nurse asks.", ""),
        ("walk_in_hours", HOURS, ""),
    ]


def test_a_list_that_was_not_asked_leaves_them_alone_and_is_no_news():
    survey(row(key="k"))
    Program.objects.filter(source="samhsa").update(walk_in_hours=HOURS, day_one=list(STEPS))
    assert survey(row(key="k"))["unchanged"] == 1
    survey(row(key="k", phone="719-555-0100"), on=NEWER)
    program = entry("samhsa")
    assert (program.phone, program.walk_in_hours, program.day_one) == ("719-555-0100", HOURS, list(STEPS))
    assert list(FactChange.objects.values_list("key", flat=True)) == ["phone"]


def test_what_was_told_by_hand_outlives_the_next_list(cast):
    county(asked(walk_in_hours="Mondays", day_one=("Ring the bell.",)))
    told: dict[str, Any] = {"actor": cast.actor("eli"), "why": "Called them", "now": NOW}
    correct(entry("county"), key="walk_in_hours", value=HOURS, days=90, **told)
    set_day_one(entry("county"), steps=STEPS, **told)
    county(asked(walk_in_hours="Fridays", day_one=("Knock.",), phone="719-555-0100"), on=NEWER)
    program = entry("county")
    assert (program.phone, program.walk_in_hours, program.day_one) == ("719-555-0100", HOURS, list(STEPS))
    assert conflicts()["walk_in_hours", "county"] == (HOURS, "Fridays", True)


@pytest.mark.parametrize(("source", "left"), [("county", "Fridays"), ("samhsa", "")])
def test_hours_by_hand_that_ran_out_give_way_only_to_a_list_that_was_asked(cast, source, left):
    bring(source, asked() if source == "county" else row(key="k"), on=COUNTY)
    told: dict[str, Any] = {"actor": cast.actor("eli"), "why": "Called them", "now": NOW}
    correct(entry(source), key="walk_in_hours", value=HOURS, days=30, **told)
    after = NOW + timedelta(days=31)
    newer = asked(walk_in_hours="Fridays") if source == "county" else row(key="k", phone="719-555-0100")
    bring(source, newer, on=after.date(), now=after)
    assert next(tell([entry(source).pk])).detail("walk_in_hours", after.date()) == left
