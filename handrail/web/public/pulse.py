"""Who is answering right now: one small row, with the last one known kept in memory for when the database is away."""

from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError

from handrail.records.directory.models import PULSE_LASTS, ServicePulse


@dataclass(frozen=True)
class Pulse:
    """The service's own published numbers. `median_minutes` is None when too few people asked to say."""

    answering: int
    median_minutes: int | None
    next_shift_at: datetime | None
    as_of: datetime

    def is_known(self, now: datetime) -> bool:
        """True while the numbers are young enough to be said as now."""
        return now - self.as_of <= PULSE_LASTS


_last: list[Pulse] = []


def read_pulse() -> Pulse | None:
    """The newest numbers; the last known ones when the database does not answer; None when there were never any."""
    try:
        row = ServicePulse.objects.first()
    except DatabaseError:
        return _last[-1] if _last else None
    if row is None:
        return None
    pulse = Pulse(row.answering, row.median_minutes, row.next_shift_at, row.as_of)
    _last[:] = [pulse]
    return pulse
