"""A program says facts of itself: only its own, only what it can know, once, and taken back as easily."""

from datetime import timedelta

import pytest

from handrail.actions._frame import Forbidden, Refused, Stale
from handrail.actions.directory.facts import renew_facts, say_facts
from handrail.actions.directory.merge_by_hand import merge
from handrail.actions.directory.say import FACT_DAYS, set_fact
from handrail.core.facts import FACTS
from handrail.core.own_words import MAY_SAY, TOPICS
from handrail.records.directory.models import Fact, FactChange, Program, Version
from handrail.records.directory.own_words import OwnWords, own_words
from handrail.records.ledger.models import Entry
from tests.build import AT
from tests.cast import Cast

pytestmark = pytest.mark.django_db

TODAY = AT.date()
UNTIL = TODAY + timedelta(days=FACT_DAYS)
LATER = AT + timedelta(days=FACT_DAYS + 1)


def told(cast: Cast, now=AT) -> OwnWords:
    return own_words(Program.objects.get(pk=cast.river_house.pk), now.date())


def say(cast: Cast, who: str = "luis", now=AT, seen: str | None = None, **words: str) -> int:
    return say_facts(cast.river_house, words, actor=cast.actor(who), now=now, seen=seen)


def traces() -> tuple[int, int]:
    version = Version.objects.filter(pk=1).first()
    return Entry.objects.filter(verb__in=("say_facts", "renew_facts")).count(), version.number if version else 0


def test_a_program_may_say_each_fact_once_and_nothing_of_its_licenses():
    asked = [key for keys in TOPICS.values() for key in keys]
    assert len(asked) == len(MAY_SAY)
    groups = {group: {key for key, rule in FACTS.items() if rule.group == group} for group in ("licence", "kind")}
    assert not MAY_SAY & groups["licence"]
    assert MAY_SAY & groups["kind"] == {"medical_cover", "executive", "walk_in", "telehealth"}
    assert set(FACTS) - MAY_SAY - groups["kind"] == groups["licence"]


def test_several_facts_are_said_at_once_with_one_entry_and_one_version(cast):
    before = traces()
    assert say(cast, starts_buprenorphine="yes", same_day_start="no", bus="  Line 12,  stop Elm ", pets="") == 3
    shown = told(cast).shown
    assert {key: (shown[key].value, shown[key].expires_on) for key in ("starts_buprenorphine", "bus")} == {
        "starts_buprenorphine": ("yes", UNTIL),
        "bus": ("Line 12, stop Elm", UNTIL),
    }
    assert shown["same_day_start"].source == "The program"
    assert traces() == (before[0] + 1, before[1] + 1)
    assert sorted(FactChange.objects.values_list("key", "value")) == [
        ("bus", "Line 12, stop Elm"),
        ("same_day_start", "no"),
        ("starts_buprenorphine", "yes"),
    ]


def test_what_did_not_change_is_not_said_anew(cast):
    say(cast, same_day_start="yes", bus="Line 12")
    rows, before, next_week = list(Fact.objects.values()), traces(), AT + timedelta(days=7)
    assert say(cast, now=next_week, same_day_start="yes", bus="Line 12 ", pets="") == 0
    assert (list(Fact.objects.values()), traces()) == (rows, before)
    assert say(cast, now=next_week, same_day_start="yes", bus="Line 9") == 1
    assert Fact.objects.get(key="same_day_start").observed_on == TODAY


def test_saying_nothing_takes_the_own_word_back_and_the_list_speaks_again(cast):
    Program.objects.filter(pk=cast.river_house.pk).update(codes="SA MD")
    say(cast, medicaid="no")
    assert told(cast).told("medicaid") == "no"
    assert say(cast, medicaid="") == 1
    assert (told(cast).told("medicaid"), Fact.objects.count()) == ("yes", 0)
    assert list(FactChange.objects.order_by("pk").values_list("before", "value")) == [("yes", "no"), ("no", "yes")]
    assert say(cast, medicaid="") == 0


def test_our_teams_word_can_be_replaced_but_not_taken_away(cast):
    set_fact(cast.river_house, actor=cast.actor("tasha"), key="pets", value="Dogs", now=AT)
    assert say(cast, pets="") == 0
    assert told(cast).told("pets") == "Dogs"
    assert say(cast, pets="Cats") == 1
    assert told(cast).told("pets") == "Cats"


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("same_day_start", "maybe", "bad_value"),
        ("same_day_start", "unknown", "bad_value"),
        ("bus", "unknown", "bad_value"),
        ("bus", "x" * 201, "bad_value"),
        ("bus", "Line\u202e12", "bad_value"),
        ("smoking", "yes", "bad_value"),
        ("licence_carf", "yes", "unknown_fact"),
        ("phone", "555-0100", "unknown_fact"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_kept(cast, key, value, reason):
    with pytest.raises(Refused) as refused:
        say(cast, **{"walk_in": "yes", key: value})
    assert refused.value.reason == reason
    assert not Fact.objects.exists()


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("ana", Refused), ("tasha", Forbidden), ("priya", Forbidden), ("sam", Forbidden), ("eli", Forbidden)],
)
def test_only_its_own_intake_workers_speak_for_a_program(cast, who, refusal):
    for act in (
        lambda: say(cast, who, pets="Cats"),
        lambda: renew_facts(cast.river_house, actor=cast.actor(who), now=AT),
    ):
        with pytest.raises(refusal):
            act()
    assert not Fact.objects.exists()


def test_a_stale_page_changes_nothing_and_a_second_click_is_no_error(cast):
    seen = told(cast).mark(TOPICS["start"])
    assert say(cast, seen=seen, walk_in="yes") == 1
    assert say(cast, seen=seen, walk_in="yes") == 0
    with pytest.raises(Stale):
        say(cast, seen=seen, walk_in="no")
    with pytest.raises(Stale):
        say(cast, seen=seen, medical_cover="yes")
    assert Fact.objects.get().value == "yes"


def test_still_right_renews_all_that_the_program_said_also_what_ran_out_once(cast):
    say(cast, walk_in="yes", pets="Cats")
    set_fact(cast.river_house, actor=cast.actor("tasha"), key="bus", value="Line 12", now=LATER)
    assert [told(cast, LATER).told(key) for key in ("walk_in", "pets")] == ["", ""]
    before, luis = traces(), cast.actor("luis")
    assert [renew_facts(cast.river_house, actor=luis, now=LATER) for _ in range(2)] == [2, 0]
    assert traces() == (before[0] + 1, before[1] + 1)
    days = set(Fact.objects.exclude(key="bus").values_list("observed_on", "expires_on", "said_by"))
    assert days == {(LATER.date(), LATER.date() + timedelta(days=FACT_DAYS), luis.key)}
    assert told(cast, LATER).told("pets") == "Cats"
    assert FactChange.objects.filter(at=LATER, by=luis.key).count() == 2


def test_still_right_says_nothing_that_was_not_seen(cast):
    say(cast, walk_in="yes")
    seen = told(cast).mark(told(cast).own)
    say(cast, walk_in="no")
    with pytest.raises(Stale):
        renew_facts(cast.river_house, actor=cast.actor("luis"), now=LATER, seen=seen)
    assert Fact.objects.get().observed_on == TODAY


def test_a_program_merged_into_another_entry_still_speaks_for_the_place(cast):
    say(cast, walk_in="yes")
    merge(cast.river_house, into=cast.oak_street, actor=cast.actor("eli"), why="One house", now=AT)
    assert say(cast, walk_in="no", pets="Cats") == 2
    assert (told(cast).told("walk_in"), told(cast).told("pets")) == ("no", "Cats")
    assert say(cast, walk_in="") == 1
    assert told(cast).told("walk_in") == ""
