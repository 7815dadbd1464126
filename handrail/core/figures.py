"""The numbers we publish each month about ourselves, and what of them may be printed without pointing at anyone.

Small cells are hidden as US health statistics do it: no count below FEWEST, and no percentage such a count could be
worked out from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

FEWEST = 11

# What each figure counts; actions.figures counts the same, and the page About says it in plain words.
FIGURES: Mapping[str, str] = {
    "asked": "requests sent in the month. Somebody who starts again has asked again.",
    "kept": "of those whose named time has come: how many a person of ours called, wrote to or talked with by then. "
    "Left out: who stopped or paused before that time.",
    "unnamed": "of those asked: how many we could name no time, since no shift was planned.",
    "never_reached": "of those asked: how many stopped, paused or rest now and never talked with us.",
    "told_wrong": "reports that a fact about a place is wrong, told in the month.",
    "complaints": "notes on the private page that were sent as a complaint, in the month.",
    "against_rule": "contacts written down at the desk by a way the person's own rule forbade, in the month.",
    "put_right": "reports settled in the month whose check found the fact wrong and put it right.",
}
DECLINE = "decline_"  # and the reason: referrals that a place declined in the month, by the reason it gave

ShareIs = Literal["", "exact", "least", "most"]


@dataclass(frozen=True)
class Printed:
    """One number as it may be printed. `count` None is "fewer than FEWEST", or hidden since it would give one away."""

    count: int | None
    share: int | None = None
    share_is: ShareIs = ""


def printed(count: int, of: int | None = None) -> Printed:
    """Hide what is small. A percentage that would give a small count away becomes the least or most it can be."""
    if of is None:
        return Printed(count if count >= FEWEST else None)
    if of < 2 * FEWEST - 1:
        return Printed(None)  # one of the two parts is always small
    few, few_others = count < FEWEST, of - count < FEWEST
    if few:
        return Printed(None, -(-100 * (FEWEST - 1) // of), "most")
    if few_others:
        return Printed(None, 100 * (of - FEWEST + 1) // of, "least")
    return Printed(count, round(100 * count / of), "exact")


def months_to_count(today: date) -> tuple[date, date]:
    """The first days of last month and of this month: both still change."""
    this = today.replace(day=1)
    return (this - timedelta(days=1)).replace(day=1), this


def month_after(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)
