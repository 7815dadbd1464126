"""The numbers we publish each month: counted from the casebook by the worker, kept as counts, never of a person."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from handrail.actions._frame import enter
from handrail.actions.ask import AGAINST_RULE
from handrail.actions.follow_up import GONE
from handrail.actions.person import COMPLAINT
from handrail.core.access import WORKER
from handrail.core.figures import DECLINE, Printed, month_after, months_to_count, printed
from handrail.records.casebook.choices import DECLINE_REASONS
from handrail.records.casebook.models import HelpRequest, Message, Referral, TimelineEntry
from handrail.records.casebook.requests import HelpRequestQuerySet
from handrail.records.directory.models import MonthlyFigure, Report
from handrail.records.ledger.models import Entry


def count_months(*, now: datetime) -> int:
    """Count last month and this month anew. Safe to run twice. Says how many figures stand."""
    zone = ZoneInfo(settings.SERVICE_TIMEZONE)
    rows = []
    for month in months_to_count(now.astimezone(zone).date()):
        start, end = (datetime.combine(day, time.min, zone) for day in (month, month_after(month)))
        if not HelpRequest.objects.filter(asked_at__lt=end).exists():
            continue  # the service had not begun
        figures = _figures(start, end, now=now)
        rows += [_row(month, name, figure, now=now) for name, figure in figures.items()]
    if not rows:
        return 0
    with transaction.atomic():
        MonthlyFigure.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["month", "name"],
            update_fields=["count", "share", "share_is", "as_of"],
        )
        enter("figures", actor=WORKER, verb="count_months", now=now, why=str(len(rows)))
    return len(rows)


def _row(month: date, name: str, figure: Printed, *, now: datetime) -> MonthlyFigure:
    return MonthlyFigure(
        month=month, name=name, count=figure.count, share=figure.share, share_is=figure.share_is, as_of=now
    )


def _figures(start: datetime, end: datetime, *, now: datetime) -> dict[str, Printed]:
    asked = HelpRequest.objects.filter(asked_at__gte=start, asked_at__lt=end)
    all_asked = asked.count()
    of, kept = _kept(asked, now=now)
    reports = Report.objects.all()
    counted = {
        "asked": printed(all_asked),
        "kept": printed(kept, of),
        "unnamed": printed(asked.filter(promised_at=None).count(), all_asked),
        "never_reached": printed(_never_reached(asked), all_asked),
        "told_wrong": printed(reports.filter(at__gte=start, at__lt=end).count()),
        "put_right": printed(reports.filter(settled_at__gte=start, settled_at__lt=end, outcome="put_right").count()),
    }
    entries = Entry.objects.filter(at__gte=start, at__lt=end)
    counted["complaints"] = printed(entries.filter(verb=COMPLAINT).count())
    counted["against_rule"] = printed(entries.filter(why__startswith=AGAINST_RULE).count())
    declined = Referral.objects.filter(state="declined", answered_at__gte=start, answered_at__lt=end)
    by_reason = dict(declined.values_list("decline_reason").annotate(Count("pk")))
    return counted | {f"{DECLINE}{reason}": printed(by_reason.get(reason, 0)) for reason in DECLINE_REASONS}


def _kept(asked: HelpRequestQuerySet, *, now: datetime) -> tuple[int, int]:
    """Of how many the named time has come, and to how many of them somebody reached out by then."""
    mine = Q(request=OuterRef("pk"))
    called = TimelineEntry.objects.filter(
        mine, kind="contact", at__gte=OuterRef("asked_at"), at__lte=OuterRef("promised_at")
    )
    wrote = Message.objects.filter(
        mine,
        purpose="first_contact",
        state="sent",
        created_at__gte=OuterRef("asked_at"),
        sent_at__lte=OuterRef("promised_at"),
    )
    due = asked.filter(promised_at__lte=now).annotate(is_kept=Exists(called) | Exists(wrote))
    kept: int = due.filter(is_kept=True).count()
    broken: int = due.filter(is_kept=False).exclude(stage__in=GONE, stage_at__lt=F("promised_at")).count()
    return kept + broken, kept


def _never_reached(asked: HelpRequestQuerySet) -> int:
    """Those who stopped, paused or rest now and were not reached since they asked."""
    unreached = Q(first_contact_at=None) | Q(first_contact_at__lt=F("asked_at"))
    return int(asked.filter(unreached, stage__in=GONE).count())
