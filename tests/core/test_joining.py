"""How several sources are joined: by hand first, then the newest list, and nothing past its day."""

from datetime import date, timedelta

import pytest

from handrail.core.facts import FactValue, SaidFact, fact_of
from handrail.core.joining import Told, disagreements, join_facts, last_day

TODAY = date(2026, 11, 22)
YES, NO, SILENT = "MD", "MC", "SA"  # what each says of Medicaid


def told(codes: str, source: str = "survey", *, days: int = 100, lasts: int | None = 400) -> Told:
    """An entry of so many days ago that is believed for so many."""
    day = TODAY - timedelta(days=days)
    return Told(codes, source, day, None if lasts is None else last_day(day, lasts))


def said(value: str, *, days: int = 10, lasts: int = 90, key: str = "medicaid") -> SaidFact:
    day = TODAY - timedelta(days=days)
    return SaidFact(key, value, "desk", day, day + timedelta(days=lasts))


def medicaid(*entries: Told, words: tuple[SaidFact, ...] = (), doubted: tuple[str, ...] = ()) -> FactValue:
    return fact_of(join_facts(entries, words, today=TODAY, doubted=doubted), "medicaid")


@pytest.mark.parametrize(
    ("entries", "value", "source"),
    [
        ([told(YES)], "yes", "survey"),
        ([told(YES, days=100), told(NO, "locator", days=50)], "no", "locator"),
        ([told(YES, days=50), told(NO, "locator", days=100)], "yes", "survey"),
        ([told(YES), told(NO, "locator")], "yes", "survey"),
        ([told(NO), told(YES, "locator")], "no", "survey"),
        ([told(YES, days=100), told(SILENT, "locator", days=50)], "yes", "survey"),
        ([told(SILENT)], "unknown", ""),
        ([told(YES, lasts=99)], "unknown", ""),
        ([told(YES, lasts=100)], "yes", "survey"),
        ([told(YES, lasts=None, days=9_000)], "yes", "survey"),
    ],
)
def test_among_lists_the_newest_word_wins_and_of_one_day_the_shown_one(entries, value, source):
    assert (medicaid(*entries).value, medicaid(*entries).source) == (value, source)


@pytest.mark.parametrize(
    ("newer", "older", "value"),
    [(NO, YES, "unknown"), (YES, NO, "unknown"), (YES, YES, "yes"), (SILENT, YES, "yes")],
)
def test_an_older_list_does_not_come_back_for_a_newer_one_that_ran_out_unless_it_says_the_same(newer, older, value):
    entries = told(newer, "locator", days=50, lasts=40), told(older, days=100, lasts=400)
    assert medicaid(*entries).value == value


def test_of_three_lists_an_older_one_does_not_slip_past_the_newest_that_holds():
    ran_out, holds = told(NO, "a", days=10, lasts=5), told(YES, "b", days=20)
    assert medicaid(ran_out, holds, told(NO, "c", days=30)).value == "unknown"


@pytest.mark.parametrize(
    ("word", "list_days", "value", "source"),
    [
        (said("no"), 100, "no", "desk"),
        (said("no"), 5, "no", "desk"),
        (said("unknown"), 5, "unknown", ""),
        (said("no", days=80, lasts=80), 100, "no", "desk"),
        (said("no", days=80, lasts=79), 100, "unknown", ""),
        (said("yes", days=80, lasts=79), 100, "yes", "survey"),
        (said("no", days=80, lasts=79), 80, "unknown", ""),
        (said("no", days=80, lasts=79), 79, "yes", "survey"),
        (said("unknown", days=80, lasts=79), 100, "unknown", ""),
        (said("unknown", days=80, lasts=79), 50, "yes", "survey"),
    ],
)
def test_a_hand_outranks_every_list_runs_out_and_lets_only_a_newer_list_say_otherwise(word, list_days, value, source):
    found = medicaid(told(YES, days=list_days), words=(word,))
    assert (found.value, found.source) == (value, source)


def test_of_two_hands_the_later_stands_and_what_people_doubt_is_not_known():
    words = said("no", days=20), said("yes", days=10)
    assert medicaid(told(NO), words=words).value == "yes"
    assert medicaid(told(YES), words=words, doubted=("medicaid",)).value == "unknown"
    assert medicaid(told(YES), words=(said("Quiet", key="name"),)).value == "yes"  # a detail is no fact


def test_a_value_keeps_who_said_it_and_until_when():
    entry = told(YES, days=30, lasts=40)
    assert medicaid(entry) == FactValue("yes", "survey", entry.observed_on, entry.expires_on)


def test_silence_is_no_disagreement():
    shown, other = {"a": "yes", "b": "yes", "c": "", "d": "1"}, {"a": "no", "b": "yes", "c": "x", "e": "2"}
    assert disagreements(shown, other) == {"a": ("yes", "no")}


@pytest.mark.parametrize("more", ["starts", "keeps"])
def test_whoever_starts_people_on_a_medicine_or_keeps_them_on_it_has_it(more):
    said = [SaidFact(f"{more}_methadone", "yes", "The program", date(2026, 11, 1), date(2026, 12, 1))]
    facts = join_facts([Told("SA OP", "survey", date(2026, 3, 31))], said, today=date(2026, 11, 22))
    assert facts["methadone"] == facts[f"{more}_methadone"]
    assert "methadone" not in join_facts([], said, today=date(2026, 12, 2)), "and not longer than the word holds"
