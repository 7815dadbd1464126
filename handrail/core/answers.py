"""How a program answers our own requests: counts and medians, and when they say that it is hard to get into.

Nothing is said, shown or ranked from fewer than FEWEST, so that no figure points at one person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import median

FEWEST = 5
LATE_MINUTES = 120  # the clock a program has to answer: docs/journey.md
WINDOW_DAYS = 180


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
