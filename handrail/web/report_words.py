"""The words for what may be wrong with a place, one for each row of core.reports."""

from typing import Any

from django.utils.translation import gettext_lazy as _l

REPORT_WORDS: dict[str, Any] = {
    "wrong_number": _l("The phone number is wrong"),
    "closed": _l("It has closed"),
    "full": _l("It is full, or has a long wait"),
    "plan": _l("It does not take my plan"),
    "money_first": _l("It asked for money first"),
    "treated_badly": _l("I was treated badly"),
}

PLAN_WORDS: dict[str, Any] = {
    "medicaid": _l("Medicaid"),
    "medicare": _l("Medicare"),
    "private": _l("Private plan"),
    "va": _l("VA or TRICARE"),
    "none": _l("No insurance"),
}

PLAN_HINTS: dict[str, Any] = {"none": _l("It does not ask for less when you earn less")}
