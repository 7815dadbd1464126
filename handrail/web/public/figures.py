"""The published numbers of the months that are over, in words; the last known are kept while the database is away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handrail.core.figures import DECLINE, FEWEST
from handrail.records.directory.models import MonthlyFigure

MONTHS = 6

# The figures in the order of the page; a share is printed where there is one, else the count.
FIGURE_WORDS: dict[str, Any] = {
    "asked": gettext_lazy("Asked us for help"),
    "kept": gettext_lazy("We reached out by the time we said"),
    "unnamed": gettext_lazy("We could not name a time"),
    "never_reached": gettext_lazy("Asked, and never talked with us"),
    "complaints": gettext_lazy("Complaints on private pages"),
    "against_rule": gettext_lazy("Times we broke how you want to be reached"),
    "told_wrong": gettext_lazy("Told us that a fact about a place is wrong"),
    "put_right": gettext_lazy("Facts about places that were wrong and we put right"),
}
# Why places said no.
DECLINE_WORDS: dict[str, Any] = {
    "no_opening": gettext_lazy("No room"),
    "higher_care": gettext_lazy("The person needs more care than they give"),
    "lower_care": gettext_lazy("The person needs less care than they give"),
    "plan_not_taken": gettext_lazy("They do not take the plan"),
    "no_medicine_here": gettext_lazy("They do not give the medicine"),
    "distance": gettext_lazy("Too far"),
    "access_need": gettext_lazy("They can't give the help needed to take part"),
    "past_incident": gettext_lazy("Something that happened there before"),
    "person_changed_mind": gettext_lazy("The person changed their mind"),
}


@dataclass(frozen=True)
class Figure:
    """One number of a month, as it is stored: what must be hidden is not there."""

    name: str
    count: int | None
    share: int | None
    share_is: str

    @property
    def words(self) -> str:
        """What it counts."""
        reason = self.name.removeprefix(DECLINE)
        return str(DECLINE_WORDS[reason] if reason != self.name else FIGURE_WORDS[self.name])

    @property
    def number(self) -> str:
        """The number as it is printed."""
        facts = {"n": self.share if self.share is not None else FEWEST}
        if self.share_is == "most":
            return _("%(n)s%% or less") % facts
        if self.share_is == "least":
            return _("%(n)s%% or more") % facts
        if self.share is not None:
            return _("%(n)s%%") % facts
        return _("fewer than %(n)s") % facts if self.count is None else str(self.count)


@dataclass(frozen=True)
class Month:
    """One month that is over: its figures, why places said no, and whether some reasons are too few to print."""

    month: date
    figures: tuple[Figure, ...]
    declines: tuple[Figure, ...]
    hides_declines: bool


_last: list[tuple[Month, ...]] = []


def read_months(now: datetime) -> tuple[Month, ...] | None:
    """The months that are over, the newest first; the last known while the database is away, or None."""
    this = now.astimezone(ZoneInfo(settings.SERVICE_TIMEZONE)).date().replace(day=1)
    try:
        rows = list(MonthlyFigure.objects.filter(month__lt=this).order_by("-month"))
    except DatabaseError:
        return _last[-1] if _last else None
    months = tuple(_month(month, found) for month, found in groupby(rows, key=lambda row: row.month))[:MONTHS]
    _last[:] = [months]
    return months


def _month(month: date, rows: Iterable[MonthlyFigure]) -> Month:
    found = {row.name: Figure(row.name, row.count, row.share, row.share_is) for row in rows}
    declines = [found[key] for reason in DECLINE_WORDS if (key := f"{DECLINE}{reason}") in found]
    return Month(
        month,
        tuple(found[name] for name in FIGURE_WORDS if name in found),
        tuple(sorted((one for one in declines if one.count), key=lambda one: -(one.count or 0))),
        any(one.count is None for one in declines),
    )
