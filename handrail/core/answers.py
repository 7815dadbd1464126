"""How a program answers our own requests: counts and medians, and when they say that it is hard to get into.

Nothing is said, shown or ranked from fewer than FEWEST, so that no figure points at one person.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple

FEWEST = 5
LATE_MINUTES = 120  # the clock a program has to answer: docs/journey.md
WINDOW_DAYS = 180
VISIT_OVER_HOURS = 24
# A no that is not the program's own.
NOT_THEIR_NO = frozenset({"person_changed_mind"})

# What each figure counts, in words: printed in docs/ranking.md. `count` is the same in code.
DEFINITIONS: Mapping[str, str] = {
    "asked": "referrals sent that the place answered, or whose clock ran out in silence. Left out: those still open, "
    "and those that we took back, or that another place's yes ended, before an answer. Nobody had its full time then.",
    "acknowledged": "of those, how many were seen: acknowledged, or answered at once. The minutes run from sending.",
    "answered": "how many got a yes or a no. The minutes run from sending to the answer. A yes that was taken back "
    "later is still an answer; when it was said is then not known, so it has no part in the median.",
    "accepted": "how many got a yes, with a time to come.",
    "declined": "how many got a no of the place's own. A no because the person changed their mind is an answer, but "
    "not the place's no.",
    "declines": "the reasons for no, each only where it was given so many times that it cannot point at one person.",
    "due_to_arrive": "a yes whose visit was over 24 hours ago, unless it was taken back before the visit.",
    "arrived": "of those, how many were seen to arrive, late or not.",
    "due_at_90": "arrivals of 90 days ago and more. Stays are not recorded yet, so there are none: Not reported.",
    "stayed_90": "of those, how many were in care at 90 days, or had completed it.",
}


@dataclass(frozen=True)
class Answers:
    """What we counted in `WINDOW_DAYS`: of `asked` requests, how many were acknowledged, answered, accepted, declined.

    Medians are minutes. `due_to_arrive` were given a visit that is over, `due_at_90` arrived 90 days ago or earlier.
    """

    since: date
    asked: int = 0
    acknowledged: int = 0
    acknowledge_minutes: int | None = None
    answered: int = 0
    answer_minutes: int | None = None
    accepted: int = 0
    declined: int = 0
    declines: Mapping[str, int] = field(default_factory=dict)
    due_to_arrive: int = 0
    arrived: int = 0
    due_at_90: int = 0
    stayed_90: int = 0

    @property
    def is_slow(self) -> bool:
        """True when half of its answers took over two hours, or it said no more often than yes. Silence is late too."""
        if self.asked < FEWEST:
            return False
        is_late = self.answer_minutes is not None and self.answer_minutes > LATE_MINUTES
        mostly_silent = self.answered * 2 < self.asked
        return is_late or mostly_silent or self.declined > self.accepted


def median_minutes(minutes: list[float]) -> int | None:
    """The median in whole minutes, at least 1; None of fewer than FEWEST."""
    return max(1, round(median(minutes))) if len(minutes) >= FEWEST else None


class Asked(NamedTuple):
    """One referral as it is counted: when each thing happened, and nothing of whom it was for."""

    state: str
    sent_at: datetime
    acknowledged_at: datetime | None
    answered_at: datetime | None
    visit_at: datetime | None
    arrived_at: datetime | None
    decline_reason: str

    @property
    def is_yes(self) -> bool:
        """The place gave a time to come, whatever became of it later."""
        return self.visit_at is not None

    @property
    def is_answered(self) -> bool:
        """The place said yes or no."""
        return self.is_yes or self.state == "declined"

    @property
    def counts(self) -> bool:
        """It was answered, or ran out in silence."""
        return self.is_answered or self.state == "expired"

    @property
    def acknowledge_minutes(self) -> float | None:
        """From sending until it was seen; a no at once is a sign of it too. None when it was never seen."""
        seen_at = self.acknowledged_at or (self.answered_at if self.state == "declined" else None)
        return None if seen_at is None else _minutes(self.sent_at, seen_at)

    @property
    def answer_minutes(self) -> float | None:
        """From sending until the answer. None without one, and where taking it back wrote over its time."""
        is_told = self.state in ("accepted", "arrived", "declined") and self.answered_at is not None
        return _minutes(self.sent_at, self.answered_at) if is_told and self.answered_at else None

    def is_due(self, now: datetime) -> bool:
        """The visit is long over, and nobody took it back before."""
        if self.visit_at is None or self.visit_at + timedelta(hours=VISIT_OVER_HOURS) > now:
            return False
        return self.state != "withdrawn" or (self.answered_at is not None and self.answered_at >= self.visit_at)


def _minutes(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 60


def count(referrals: Iterable[Asked], *, now: datetime) -> Answers | None:
    """Count one place's referrals of the window by DEFINITIONS; None of fewer than FEWEST.

    What stands on fewer than FEWEST is left at none: reasons for no, and arrivals.
    """
    rows = [each for each in referrals if each.counts]
    if len(rows) < FEWEST:
        return None
    seen = [minutes for row in rows if (minutes := row.acknowledge_minutes) is not None]
    noes = [row.decline_reason for row in rows if row.state == "declined" and row.decline_reason not in NOT_THEIR_NO]
    due, arrived = _arrivals([row for row in rows if row.is_due(now)])
    return Answers(
        since=first_day(now),
        asked=len(rows),
        acknowledged=len(seen),
        acknowledge_minutes=median_minutes(seen),
        answered=sum(row.is_answered for row in rows),
        answer_minutes=median_minutes([minutes for row in rows if (minutes := row.answer_minutes) is not None]),
        accepted=sum(row.is_yes for row in rows),
        declined=len(noes),
        declines={reason: times for reason, times in Counter(noes).most_common() if times >= FEWEST},
        due_to_arrive=due,
        arrived=arrived,
    )


def _arrivals(due: Sequence[Asked]) -> tuple[int, int]:
    if len(due) < FEWEST:
        return 0, 0
    return len(due), sum(row.arrived_at is not None for row in due)


def first_day(now: datetime) -> date:
    """The first day of the window that ends now."""
    return (now - timedelta(days=WINDOW_DAYS)).date()
