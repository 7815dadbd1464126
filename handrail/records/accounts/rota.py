"""Who is on to answer people, now and in the days to come."""

from datetime import datetime, timedelta

from handrail.core.promise import PLANNED_DAYS, OnShift
from handrail.records.accounts.models import Shift

ANSWERING = ("counselor", "supervisor")


def shifts_ahead(now: datetime) -> list[OnShift]:
    """The shifts that run at `now` or begin in the days we count on, of those who answer people. One query."""
    rows = Shift.objects.filter(
        ends_at__gt=now,
        starts_at__lte=now + timedelta(days=PLANNED_DAYS),
        staff__is_active=True,
        staff__role__in=ANSWERING,
    )
    return [
        OnShift(starts_at, ends_at, frozenset(word.strip() for word in languages.split(",")))
        for starts_at, ends_at, languages in rows.values_list("starts_at", "ends_at", "staff__languages")
    ]
