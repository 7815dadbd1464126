"""One report opens a check; two of a kind make a fact not known."""

import pytest

from handrail.core.facts import DETAILS, FACTS
from handrail.core.reports import KINDS, OPENINGS, PLANS, WHOLE, casts_doubt_on, doubted, why_not_report


@pytest.mark.parametrize(
    ("kind", "about", "reason"),
    [
        ("wrong_number", "", None),
        ("plan", "medicaid", None),
        ("plan", "", "unknown_plan"),
        ("plan", "gold", "unknown_plan"),
        ("full", "medicaid", "unknown_plan"),
        ("rude", "", "unknown_report"),
    ],
)
def test_what_is_a_report(kind, about, reason):
    assert why_not_report(kind, about) == reason


@pytest.mark.parametrize(
    ("reports", "unknown"),
    [
        ([], set()),
        ([("wrong_number", "")], set()),
        ([("wrong_number", "")] * 2, {"phone", "intake_phone"}),
        ([("wrong_number", ""), ("full", "")], set()),
        ([("plan", "medicaid"), ("plan", "va")], set()),
        ([("plan", "medicaid")] * 3, {"medicaid"}),
        ([("plan", "none")] * 2, {"free", "sliding_fee", "public_funds"}),
        ([("closed", "")] * 2 + [("money_first", "")] * 2, {WHOLE, OPENINGS, "up_front_payment"}),
        ([("treated_badly", "")] * 9, set()),
    ],
)
def test_two_alike_drop_a_fact_and_nothing_else(reports, unknown):
    assert doubted(reports) == unknown


def test_every_kind_is_about_something_that_is_told():
    told = {*FACTS, *DETAILS, WHOLE, OPENINGS}
    assert {key for kind in KINDS for key in casts_doubt_on(kind, "")} <= told
    assert {key for plan in PLANS for key in casts_doubt_on("plan", plan)} <= set(FACTS)
    assert casts_doubt_on("plan", "gold") == ()
