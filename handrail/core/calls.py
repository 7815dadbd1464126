"""Which programs the desk calls about their openings, and in which order. The order is printed on the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handrail.core.openings import FRESH_HOURS

# A place that we asked or offered so lately is one where the next person may go.
RECENT_DAYS = 30
# Nobody answered: the others come first for so long.
REST = timedelta(hours=2)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Standing:
    """How we stand with one program. `ran_out_at` is None when nothing was ever said of its openings."""

    program_id: str
    ran_out_at: datetime | None
    is_recent: bool = False
    tried_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """True when nothing was said, or one of its rows is not fresh any more."""
        return self.ran_out_at is None or self.ran_out_at <= now

    def is_resting(self, now: datetime) -> bool:
        """True when we called lately and nobody answered."""
        return self.tried_at is not None and now - self.tried_at < REST


def runs_out_at(oldest: Mapping[str, datetime | None], fresh_hours: Mapping[str, int] = FRESH_HOURS) -> datetime | None:
    """When the first row of a program stops being fresh, from its oldest statement of each kind (beds, visits)."""
    ends = [said + timedelta(hours=fresh_hours[kind]) for kind, said in oldest.items() if said is not None]
    return min(ends, default=None)


def in_call_order(standings: Iterable[Standing], now: datetime) -> list[Standing]:
    """Those to call: where we asked or offered lately first, then whose word ran out longest ago, never said first.

    Where nobody answered comes last for a while, the one tried longest ago first. Ties break by id.
    """

    def place(standing: Standing) -> tuple[object, ...]:
        is_resting = standing.is_resting(now)
        tried_at = standing.tried_at if is_resting and standing.tried_at else _NEVER
        return is_resting, tried_at, not standing.is_recent, standing.ran_out_at or _NEVER, standing.program_id

    return sorted((each for each in standings if each.is_due(now)), key=place)
