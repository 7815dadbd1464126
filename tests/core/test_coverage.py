"""Payer by program facts: covered, not, unknown, with why and when."""

from datetime import date

import pytest

from handrail.core.coverage import covers
from handrail.core.joining import read_facts
from handrail.core.needs import PAYERS

SURVEY = date(2023, 3, 31)


def facts(codes):
    return read_facts(codes, (), source="survey", observed_on=SURVEY, today=date(2026, 11, 22))


@pytest.mark.parametrize(
    ("payer", "codes", "answer", "why"),
    [
        ("medicaid", "MD SF", "covered", "takes_plan"),
        ("medicaid", "MC SF", "not", "plan_not_taken"),
        ("medicaid", "SA OP", "unknown", "plan_not_known"),
        ("private", "PI", "covered", "takes_some_private"),
        ("va", "MI", "covered", "takes_plan"),
        ("none", "NP", "covered", "free"),
        ("none", "SF SS", "covered", "sliding_fee"),
        ("none", "SF", "unknown", "price_not_known"),
        ("none", "PI", "not", "no_self_pay"),
        ("none", "", "unknown", "plan_not_known"),
        ("unsure", "MD", "unknown", "payer_not_known"),
    ],
)
def test_how_a_payer_stands(payer, codes, answer, why):
    found = covers(payer, facts(codes))
    assert (found.answer, found.why) == (answer, why)
    if answer == "covered":
        assert (found.source, found.observed_on) == ("survey", SURVEY)


@pytest.mark.parametrize("payer", PAYERS)
def test_nothing_known_is_never_covered_or_refused(payer):
    assert covers(payer, {}).answer == "unknown"
