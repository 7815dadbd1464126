"""Who is answering right now: one small row, with the last one known kept in memory for when the database is away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils.translation import get_language

from handrail.records.directory.models import PULSE_LASTS, ServicePulse
from handrail.web.language import DEFAULT

SHIFT_CHANGE = timedelta(minutes=2)  # by then the worker has counted anew


@dataclass(frozen=True)
class Pulse:
    """The service's own published numbers. `median_minutes` is None when too few people asked to say."""

    answering: int
    median_minutes: int | None
    next_shift_at: datetime | None
    as_of: datetime
    changes_at: datetime | None = None
    speaking: tuple[tuple[str, int], ...] = ()

    def is_known(self, now: datetime) -> bool:
        """True while the numbers are young enough to be said as now, and nobody has come on or gone home since."""
        has_changed = self.changes_at is not None and now >= self.changes_at + SHIFT_CHANGE
        return now - self.as_of <= PULSE_LASTS and not has_changed

    @property
    def in_this_language(self) -> int | None:
        """How many of those answering speak the language of the page, where it is not the first one. Else None."""
        language = get_language() or DEFAULT
        return None if language == DEFAULT else dict(self.speaking).get(language, 0)


_last: list[Pulse] = []


def read_pulse() -> Pulse | None:
    """The newest numbers; the last known ones when the database does not answer; None when there were never any."""
    try:
        row = ServicePulse.objects.first()
    except DatabaseError:
        return _last[-1] if _last else None
    if row is None:
        return None
    speaking = tuple(sorted(row.speaking.items()))
    pulse = Pulse(row.answering, row.median_minutes, row.next_shift_at, row.as_of, row.changes_at, speaking)
    _last[:] = [pulse]
    return pulse
