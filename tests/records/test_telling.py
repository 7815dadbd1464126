"""What is told of a place: its entries and people's words joined, in a fixed number of queries."""

from datetime import date, timedelta

import pytest

from handrail.actions.directory.say import state_capacity
from handrail.records.directory.models import Fact, Program, Report, Responsiveness, Source
from handrail.records.directory.telling import Telling, heads_of, tell
from tests import build
from tests.build import AT

pytestmark = pytest.mark.django_db

TODAY = AT.date()


def one(program: Program) -> Telling:
    return next(tell([program.pk]))


def word(program: Program, key: str, value: str, *, days: int = 10, lasts: int = 90) -> Fact:
    desk, _ = Source.objects.get_or_create(key="desk", defaults={"name": "Our team"})
    day = TODAY - timedelta(days=days)
    return Fact.objects.create(
        program=program, key=key, value=value, source=desk, observed_on=day, expires_on=day + timedelta(days=lasts)
    )


def report(program: Program, kind: str, times: int = 2, **values: object) -> None:
    for _ in range(times):
        Report.objects.create(program=program, kind=kind, at=AT, due_at=AT + timedelta(days=1), **values)


@pytest.fixture
def place(db) -> Program:
    return build.program()


@pytest.fixture
def part(place) -> Program:
    """Another list's entry of the same place."""
    other, _ = Source.objects.get_or_create(key="county", defaults={"name": "County list", "lasts_days": 365})
    return build.program("Part", merged_into=place, source=other, codes="SA SP", observed_on=date(2026, 11, 10))


def test_all_places_take_as_many_queries_as_one(place, part, django_assert_num_queries):
    for number in range(5):
        word(build.program(f"Place {number}"), "medicaid", "no")
    with django_assert_num_queries(6):
        assert len(list(tell())) == 6
    with django_assert_num_queries(6):
        assert [each.row["id"] for each in tell([place.pk])] == [place.pk]
    assert list(tell([part.pk])) == []
    assert heads_of([part.pk, place.pk]) == {place.pk}


def test_a_part_is_told_by_its_place(place, part):
    told = one(place)
    assert told.parts == ((part.pk, part.slug),)
    facts = told.facts(TODAY)
    assert (facts["spanish"].source, facts["medicaid"].source) == ("County list", "Sample directory")
    Program.objects.filter(pk=part.pk).update(gone_on=TODAY)
    assert "spanish" not in one(place).facts(TODAY)
    assert one(place).parts == ((part.pk, part.slug),)  # its address still leads here


def test_an_entry_past_its_source_keeps_its_name_and_address_and_nothing_else(place):
    Source.objects.filter(pk="sample").update(lasts_days=30)
    day = place.observed_on + timedelta(days=30)
    assert (one(place).detail("phone", day), one(place).facts(day)["medicaid"].value) == (place.phone, "yes")
    day += timedelta(days=1)
    assert one(place).facts(day) == {}
    assert [one(place).detail(key, day) for key in ("phone", "name", "city")] == ["", "River House", "Fernhollow"]


def test_who_said_a_detail_and_until_when(place):
    Source.objects.filter(pk="sample").update(lasts_days=30)
    day = place.observed_on
    assert one(place).provenance("phone") == ("Sample directory", day, day + timedelta(days=30))
    fact = word(place, "phone", place.phone)
    assert one(place).provenance("phone") == ("Our team", fact.observed_on, fact.expires_on)


def test_walk_in_hours_say_that_one_may_walk_in(place):
    assert "walk_in" not in one(place).facts(TODAY)
    Program.objects.filter(pk=place.pk).update(walk_in_hours="7 to 11 AM")
    assert one(place).facts(TODAY)["walk_in"].value == "yes"
    word(place, "walk_in", "no")
    assert one(place).facts(TODAY)["walk_in"].value == "no"


def test_words_said_of_a_part_speak_for_the_place_and_its_details_do_not(place, part):
    word(part, "medicaid", "no", days=5)
    word(part, "phone", "719-555-0199")
    assert one(place).facts(TODAY)["medicaid"].value == "no"
    assert one(place).detail("phone", TODAY) == place.phone
    word(place, "medicaid", "yes", days=4)
    assert one(place).facts(TODAY)["medicaid"].value == "yes"


def test_openings_of_both_entries_are_told_and_the_later_word_on_a_row_stands(place, part, cast):
    for at, program, label, openings in ((0, place, "Beds", 3), (1, part, "Beds", 1), (0, part, "Visits", 4)):
        now = AT + timedelta(hours=at)
        kind = label.lower()
        state_capacity(program, actor=cast.actor("tasha"), label=label, kind=kind, openings=openings, now=now)
    assert [(each.label, each.openings) for each in one(place).openings()] == [("Beds", 1), ("Visits", 4)]


def test_two_like_reports_drop_what_they_are_about_wherever_they_came_in(place, part, cast):
    report(place, "wrong_number", times=1)
    report(part, "full", times=1)
    assert one(place).doubted == frozenset()
    report(part, "wrong_number", times=1)
    told = one(place)
    assert (told.detail("phone", TODAY), told.checking) == ("", frozenset())
    Report.objects.filter(program=part, kind="wrong_number").update(seen_at=AT)
    assert one(place).checking == {"phone", "intake_phone"}
    Report.objects.update(settled_at=AT)
    assert one(place).detail("phone", TODAY) == place.phone


def test_full_twice_hides_the_openings_until_the_program_speaks_again(place, cast):
    state_capacity(place, actor=cast.actor("tasha"), label="Beds", kind="beds", openings=3, now=AT - timedelta(hours=1))
    report(place, "full")
    assert one(place).openings() == ()
    state_capacity(place, actor=cast.actor("tasha"), label="Beds", kind="beds", openings=2, now=AT + timedelta(hours=1))
    assert [each.openings for each in one(place).openings()] == [2]


def test_answers_are_those_counted_of_the_whole_place(place, part):
    counted = {"since": TODAY, "as_of": AT, "acknowledged": 6, "answered": 6, "accepted": 6, "declined": 0}
    counted |= {"due_to_arrive": 0, "arrived": 0, "due_at_90": 0, "stayed_90": 0}
    Responsiveness.objects.create(program=part, asked=5, **counted)
    assert one(place).answers is None
    Responsiveness.objects.create(program=place, asked=6, **counted)
    answers = one(place).answers
    assert answers is not None
    assert answers.asked == 6
