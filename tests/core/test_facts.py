"""Codes and said facts to yes, no and unknown. Unknown is never yes or no."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.facts import ANSWERED_BY, FACTS, MAX_TEXT, SaidFact, as_word, fact_of, read_codes, settings_of
from handrail.core.joining import read_facts

SURVEY, TODAY = date(2023, 3, 31), date(2026, 11, 22)
ALL_CODES = sorted(
    {code for rule in FACTS.values() for code in (*rule.yes, *rule.no, *rule.blurs, *(rule.words or ()))}
)


def facts(codes="", said=()):
    return read_facts(codes, said, source="survey", observed_on=SURVEY, today=TODAY)


def value(codes, key, said=()):
    return fact_of(facts(codes, said), key).value


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("MC", "medicare"),
        ("MD", "medicaid"),
        ("MI", "va"),
        ("SF", "self_pay"),
        ("SS", "sliding_fee"),
        ("PI", "private_plan"),
    ],
)
def test_the_payment_traps(code, key):
    """MC is Medicare, MD is Medicaid, MI is military, SF is self-pay, SS is a sliding fee."""
    assert value(code, key) == "yes"
    others = {"medicare", "medicaid", "va", "self_pay", "private_plan"} - {key}
    assert all(value(code, other) != "yes" for other in others)


def test_absence_says_no_only_where_the_question_was_answered():
    assert value("SA OP ORT", "medicaid") == "unknown"
    assert value("SA OP ORT SF", "medicaid") == "no"
    assert value("OP", "residential_long") == "no"
    assert value("", "residential_long") == "unknown"
    # A special group is a yes or silence: its absence turns nobody away.
    assert value("WN MN", "pregnant") == "unknown"
    assert value("SP", "asl") == "unknown"


def test_weak_or_opposed_codes_are_not_known():
    assert value("BU NOOP", "buprenorphine") == "unknown"
    assert value("MOA NMOA", "accepts_own_medicine") == "unknown"
    assert value("OTP BU", "methadone") == "unknown", "certified, but methadone is not named"
    assert value("BU", "methadone") == "no"
    assert value("NMOA", "stops_medicine") == "yes"


def test_a_place_without_detox_has_no_opioid_detox_and_alcohol_detox_is_not_it():
    assert value("SA OP", "detox_opioid") == "no"
    assert value("SA DT", "detox_opioid") == "unknown"
    assert value("SA DT ADTX", "detox_opioid") == "no"
    assert value("SA DT ODTX", "detox_opioid") == "yes"


def test_what_was_said_outranks_codes_until_it_runs_out():
    fresh = SaidFact("medicaid", "no", "The program", date(2026, 11, 1), TODAY)
    old = SaidFact("medicaid", "no", "The program", date(2026, 1, 1), date(2026, 11, 21))
    assert fact_of(facts("MD", [fresh]), "medicaid").source == "The program"
    assert value("MD", "medicaid", [fresh]) == "no"
    assert value("MD", "medicaid", [old]) == "unknown", "it does not fall back on older codes"


def test_a_fact_carries_who_and_when():
    fact = fact_of(facts("MD"), "medicaid")
    assert (fact.source, fact.observed_on) == ("survey", SURVEY)
    assert fact_of(facts("MD"), "wheelchair").observed_on is None


def test_text_facts_and_settings():
    assert value("PVTN", "ownership") == "nonprofit"
    assert value("PVTN PVTP", "ownership") == "unknown"
    assert settings_of(facts("OTP OP ORT RL")) == ("otp", "residential_long", "outpatient")


@given(st.sets(st.sampled_from(ALL_CODES)))
def test_no_codes_make_a_fact_up(codes):
    """A yes always rests on a code that says yes; a no on a code that says no or an answered question."""
    for key, said in read_codes(" ".join(codes)).items():
        rule = FACTS[key]
        if said == "yes":
            assert codes & rule.yes or rule.both <= codes
            assert not codes & rule.no
        elif said == "no":
            assert not codes & rule.yes
            asked = {rule.answered_by, FACTS[rule.within or key].answered_by} - {""}
            assert codes & rule.no.union(*(ANSWERED_BY[question] for question in asked))


def test_a_fact_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError):
        fact_of({}, "price")


def test_a_source_that_did_not_ask_everything_says_no_only_where_a_code_does():
    assert read_codes("SA BU MD")["methadone"] == read_codes("SA BU MD")["medicare"] == "no"
    assert read_codes("SA BU MD ~") == {"buprenorphine": "yes", "medicaid": "yes", "stops_medicine": "no"}
    assert read_codes("NMOA ~")["methadone"] == "no"


@pytest.mark.parametrize(
    ("codes", "known"),
    [
        ("same_day_start=no", {"same_day_start": "no"}),
        ("MD medicaid=no ~", {"medicaid": "no"}),
        ("SA MC medicaid=yes", {"medicaid": "yes"}),
        ("detox=no ~", {"detox": "no", "detox_opioid": "no", "detox_alcohol": "no", "detox_benzo": "no"}),
        ("ODTX detox=no detox_alcohol=yes ~", {"detox": "no", "detox_opioid": "yes", "detox_alcohol": "yes"}),
        ("ownership=tribal bus=Line%2012%20=%20½%2520", {"ownership": "tribal", "bus": "Line 12 = ½%20"}),
        ("MD medicaid=no medicaid=yes medicaid=no ~", {}),
    ],
)
def test_words_among_the_codes_outrank_them(codes, known):
    asked = known.keys() | {"medicaid"}
    assert {key: value for key, value in read_codes(codes).items() if key in asked} == known


@pytest.mark.parametrize(
    "word",
    ["medicaid=perhaps", "medicaid=unknown", "cost=9", "=no", "medicaid=", "bus=a\0b", "name=Oak", "MEDICAID=no"],
)
def test_a_word_that_cannot_be_said_is_passed_over(word):
    assert read_codes(f"MD {word} ~") == {"medicaid": "yes"}


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" %205"), min_size=1, max_size=MAX_TEXT))
def test_any_text_survives_among_the_codes(text):
    assert read_codes(f"SA {as_word('bus', text)} MD")["bus"] == text


@pytest.mark.parametrize(("key", "value"), [("medicaid", "maybe"), ("price", "yes"), ("bus", ""), ("bus", "a\nb")])
def test_what_cannot_be_said_is_no_word(key, value):
    with pytest.raises(ValueError, match=key):
        as_word(key, value)
