"""How programs answer our own requests: counted from the referrals, kept as public counts, never of a person."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from handrail.actions._frame import enter
from handrail.actions.directory.sources import batches, bump_version, hold_directory
from handrail.core.access import WORKER
from handrail.core.answers import Answers, Asked, count, first_day
from handrail.records.casebook.models import Referral
from handrail.records.directory.models import Responsiveness

_COUNTED = tuple(name for name in Answers.__dataclass_fields__ if name != "since")
_KEPT = tuple(field.name for field in Responsiveness._meta.concrete_fields if not field.primary_key)


def count_answers(*, now: datetime) -> int:
    """Count how each place answered in the window and keep what changed. Gives the number of places that changed."""
    told = {place: found for place, rows in _by_place(now).items() if (found := count(rows, now=now))}
    with transaction.atomic():
        hold_directory()
        kept = {row.pop("program_id"): row for row in Responsiveness.objects.values("program_id", *_COUNTED)}
        new = {place: answers for place, answers in told.items() if kept.get(place) != _figures(answers)}
        gone = kept.keys() - told.keys()
        _keep(new, now)
        for ids in batches(list(gone)):
            Responsiveness.objects.filter(pk__in=ids).delete()
        # The window of the others has moved on with the day; what they say has not.
        Responsiveness.objects.update(since=first_day(now), as_of=now)
        changed = {*new, *gone}
        if changed:
            _tell(changed, now)
    return len(changed)


def _by_place(now: datetime) -> Mapping[UUID, list[Asked]]:
    """The answered and silent referrals of the window, by the place that is shown: one query."""
    since = datetime.combine(first_day(now), time.min, UTC)
    rows = Referral.objects.filter(Q(state="expired") | Q(state="declined") | Q(visit_at__isnull=False))
    found: dict[UUID, list[Asked]] = defaultdict(list)
    fields = ("program_id", "program__merged_into", *Asked._fields)
    for entry, head, *asked in rows.filter(sent_at__gte=since, sent_at__lte=now).values_list(*fields).iterator():
        found[head or entry].append(Asked(*asked))
    return found


def _figures(answers: Answers) -> dict[str, Any]:
    return {name: getattr(answers, name) for name in _COUNTED}


def _keep(answers: Mapping[UUID, Answers], now: datetime) -> None:
    Responsiveness.objects.bulk_create(
        [
            Responsiveness(program_id=place, since=told.since, as_of=now, **_figures(told))
            for place, told in answers.items()
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["program"],
        update_fields=_KEPT,
    )


def _tell(changed: Collection[UUID], now: datetime) -> None:
    bump_version(changed)
    enter("answers", actor=WORKER, verb="count_answers", now=now, why=str(len(changed)))
