"""The clocks that the law sets, in words: whose they are, and how much of each is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handrail.core.legal import RUNNING_STAGES, legal_ends
from handrail.records.casebook.models import HelpRequest
from handrail.web.desk.words import name_of

MOST_READ = 60
MOST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class LegalClock:
    """One clock of one request: which rule, how long is left, and whether that is little."""

    request_id: str
    name: str
    rule: str
    left: str
    look: str
    ends_at: datetime


def clocks_of(flags: list[str], asked_at: datetime, now: datetime) -> list[tuple[str, str, str, datetime]]:
    """The clocks that run for these flags: (word, time left in words, look, when it ends)."""
    words = {"pregnant": _("Pregnant, 48 h"), "injects": _("Injects, 14 days")}
    return [
        (words[flag], _left(ends_at - now), _look(ends_at - now), ends_at)
        for flag, ends_at in legal_ends(flags, asked_at)
    ]


def legal_clocks(now: datetime) -> list[LegalClock]:
    """The clocks that run out first, over the open requests of people in a priority group."""
    open_ones = HelpRequest.objects.filter(is_priority=True, stage__in=RUNNING_STAGES).order_by("asked_at")
    found: list[LegalClock] = []
    for row in open_ones.values("id", "asked_at", "answers", "person__chosen_name")[:MOST_READ]:
        answers: dict[str, Any] = row["answers"]
        for rule, left, look, ends_at in clocks_of(answers.get("flags", []), row["asked_at"], now):
            name = name_of(row["person__chosen_name"])
            found.append(LegalClock(str(row["id"]), name, rule, left, look, ends_at))
    return sorted(found, key=lambda clock: clock.ends_at)[:MOST_SHOWN]


def _left(left: timedelta) -> str:
    hours, minutes = divmod(max(0, int(left.total_seconds() // 60)), 60)
    if left <= timedelta(0):
        return _("run out")
    if hours < 48:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}


def _look(left: timedelta) -> str:
    return "late" if left <= timedelta(0) else "warn" if left < timedelta(hours=24) else ""
