"""The numbers on every desk page, in one statement, each capped so that a long store costs no more than a short one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from handrail.core.access import Actor
from handrail.records.accounts.models import Shift, Staff
from handrail.records.casebook.models import HelpRequest
from handrail.web.language import OTHERS, name_in_words

CAP = 100
CAP_TODAY = 300

_SQL = """
SELECT
 (SELECT COUNT(*) FROM (SELECT 1 FROM {request} WHERE in_queue AND is_danger LIMIT %s) AS a)
 + (SELECT COUNT(*) FROM (SELECT 1 FROM {request} WHERE in_queue AND NOT is_danger LIMIT %s) AS b),
 (SELECT COUNT(*) FROM (SELECT 1 FROM {request} WHERE owner_id = %s LIMIT %s) AS c),
 (SELECT COUNT(*) FROM (SELECT 1 FROM {request} WHERE owner_id = %s AND next_at < %s LIMIT %s) AS d),
 (SELECT COUNT(DISTINCT staff_id) FROM {shift} WHERE starts_at <= %s AND ends_at > %s),
 {speakers}
 t.asked, t.kept
FROM (SELECT COUNT(*) AS asked, SUM(CASE WHEN is_kept THEN 1 ELSE 0 END) AS kept FROM (
 SELECT {kept} AS is_kept FROM {request} WHERE asked_at >= %s AND asked_at < %s ORDER BY asked_at DESC LIMIT %s
) AS today) AS t
"""
_SPEAKERS = """(SELECT COUNT(DISTINCT s.staff_id) FROM {shift} AS s JOIN {staff} AS p ON p.id = s.staff_id
  WHERE s.starts_at <= %s AND s.ends_at > %s AND ',' || REPLACE(p.languages, ' ', '') || ',' LIKE %s),
 """
_KEPT = {
    "sqlite": "(julianday(first_contact_at) - julianday(asked_at)) * 1440 <= %s",
    "postgresql": "first_contact_at - asked_at <= make_interval(mins => %s)",
}


@dataclass(frozen=True)
class Counts:
    """What waits, what is mine, and how today goes. `asked` and `kept` are of today, over the last CAP_TODAY."""

    waiting: int
    mine: int
    follow_ups: int
    answering: int
    asked: int
    kept: int
    in_others: tuple[tuple[str, int], ...]

    @property
    def waiting_words(self) -> str:
        """The number waiting, or "100+"."""
        return f"{CAP}+" if self.waiting >= CAP else str(self.waiting)

    @property
    def others(self) -> list[tuple[str, int]]:
        """How many answer in each other language, by its name; those that nobody speaks now are left out."""
        return [(name_in_words(code), count) for code, count in self.in_others]

    @property
    def kept_percent(self) -> int:
        """How many of a hundred were reached within the promise today."""
        return round(100 * self.kept / self.asked) if self.asked else 100


def midnight_before(now: datetime) -> datetime:
    """When today began, on the service's clock."""
    return now.astimezone(ZoneInfo(settings.SERVICE_TIMEZONE)).replace(hour=0, minute=0, second=0, microsecond=0)


def desk_counts(actor: Actor, *, now: datetime) -> Counts:
    """Count what the rail and the head of the queue show, in one statement."""
    midnight = midnight_before(now)
    promise = settings.HANDRAIL_CLOCKS["first_contact"]
    quote = connection.ops.quote_name
    shift, staff = quote(Shift._meta.db_table), quote(Staff._meta.db_table)
    sql = _SQL.format(
        request=quote(HelpRequest._meta.db_table),
        shift=shift,
        kept=_KEPT[connection.vendor],
        speakers=len(OTHERS) * _SPEAKERS.format(shift=shift, staff=staff),
    )
    moment = connection.ops.adapt_datetimefield_value
    at = moment(now)
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            [
                *(CAP, CAP, actor.id, CAP, actor.id, moment(midnight + timedelta(days=1)), CAP),
                *(at, at),
                *(value for code in OTHERS for value in (at, at, f"%,{code},%")),
                # Asked so lately that the promise has not run out yet: neither kept nor broken.
                *(promise, moment(midnight), moment(now - timedelta(minutes=promise)), CAP_TODAY),
            ],
        )
        row = cursor.fetchone()
    waiting, mine, follow_ups, answering, *speakers, asked, kept = (int(value or 0) for value in row)
    in_others = tuple((code, count) for code, count in zip(OTHERS, speakers, strict=True) if count)
    return Counts(min(waiting, CAP), mine, follow_ups, answering, asked, kept, in_others)
