"""How a person pays, against what a program says it takes: covered, not, or unknown, with why and when it was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from handrail.core.facts import NO, YES, FactValue, fact_of

Answer = Literal["covered", "not", "unknown"]


@dataclass(frozen=True)
class Coverage:
    """Whether this way of paying works at this program. `why` is a code; the words live in web."""

    answer: Answer
    why: str
    source: str = ""
    observed_on: date | None = None


# The fact that answers for each plan.
_PLANS: dict[str, str] = {"medicaid": "medicaid", "medicare": "medicare", "private": "private_plan", "va": "va"}

# Ways in without insurance, the surest first. Self-pay alone says nothing about the price, so it is not here.
_WITHOUT: tuple[str, ...] = ("free", "sliding_fee", "public_funds")


def covers(payer: str, facts: Mapping[str, FactValue]) -> Coverage:
    """Say whether a way of paying is taken. A plan that is taken may still have its own limits: always check."""
    if payer in _PLANS:
        return _plan(payer, fact_of(facts, _PLANS[payer]))
    if payer == "none":
        return _without_plan(facts)
    return Coverage("unknown", "payer_not_known")


def _plan(payer: str, fact: FactValue) -> Coverage:
    if fact.value == YES:
        why = "takes_some_private" if payer == "private" else "takes_plan"
        return Coverage("covered", why, fact.source, fact.observed_on)
    if fact.value == NO:
        return Coverage("not", "plan_not_taken", fact.source, fact.observed_on)
    return Coverage("unknown", "plan_not_known", fact.source, fact.observed_on)


def _without_plan(facts: Mapping[str, FactValue]) -> Coverage:
    for key in _WITHOUT:
        fact = fact_of(facts, key)
        if fact.value == YES:
            return Coverage("covered", key, fact.source, fact.observed_on)
    own_money = fact_of(facts, "self_pay")
    if own_money.value == NO:
        return Coverage("not", "no_self_pay", own_money.source, own_money.observed_on)
    why = "price_not_known" if own_money.value == YES else "plan_not_known"
    return Coverage("unknown", why, own_money.source, own_money.observed_on)
