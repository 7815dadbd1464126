"""What people tell us is wrong with a listing, and what we then no longer claim to know.

One report opens a check by our staff. Two of the same kind make the fact not known until the check is done. The page
says that it is being checked only once somebody has looked, so that a rival cannot mark a place by pressing a button.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

DROPS_AT = 2
CHECK_WITHIN = timedelta(hours=24)
# Stands for the listing as a whole: the place may have closed.
WHOLE = "listed"
OPENINGS = "openings"

# The kinds in the order of the form, and what each one casts doubt on; for "plan" it is the way to pay that was named.
KINDS: Mapping[str, tuple[str, ...]] = {
    "wrong_number": ("phone", "intake_phone"),
    "closed": (WHOLE, OPENINGS),
    "full": (OPENINGS,),
    "plan": (),
    "money_first": ("up_front_payment",),
    "treated_badly": (),
}

# The ways to pay that can be named, and the facts that speak of each.
PLANS: Mapping[str, tuple[str, ...]] = {
    "medicaid": ("medicaid",),
    "medicare": ("medicare",),
    "private": ("private_plan",),
    "va": ("va",),
    "none": ("free", "sliding_fee", "public_funds"),
}

# How a check ends.
OUTCOMES: tuple[str, ...] = ("put_right", "was_right", "cannot_tell")


def why_not_report(kind: str, about: str) -> str | None:
    """Say why this is no report: a reason code, or None if it is one."""
    if kind not in KINDS:
        return "unknown_report"
    if (about not in PLANS) if kind == "plan" else about:
        return "unknown_plan"
    return None


def casts_doubt_on(kind: str, about: str) -> tuple[str, ...]:
    """The facts and details that one kind of report is about."""
    return PLANS.get(about, ()) if kind == "plan" else KINDS.get(kind, ())


def doubted(reports: Iterable[tuple[str, str]]) -> frozenset[str]:
    """What is not known any more, from the (kind, about) of a place's open reports."""
    alike = Counter(reports)
    return frozenset(key for report, count in alike.items() if count >= DROPS_AT for key in casts_doubt_on(*report))
