"""The call-round, read: which programs to call about their openings, and what the list shows of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import caches
from django.db.models import Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handrail.actions.directory.calls import last_said, rows_said_of
from handrail.core.calls import RECENT_DAYS, REST, Standing, in_call_order, runs_out_at
from handrail.core.openings import Statement, sentence_for
from handrail.records.accounts.models import Membership, Staff
from handrail.records.casebook.choices import Option, Referral
from handrail.records.directory.models import CallTry, CapacityStatement, Program
from handrail.web.finder_words import fresh_hours, source_words
from handrail.web.templatetags.handrail import ago

MOST = 200
COUNT_SECONDS = 60
DONE_MINUTES = 15
MOST_DONE = 6
_COUNT = "call_round_count"
_HEAD = Coalesce("program__merged_into", "program")
# The place that an entry belongs to is still listed.
_LISTED = Q(program__merged_into=None, program__gone_on=None) | Q(
    program__merged_into__isnull=False, program__merged_into__gone_on=None
)


@dataclass(frozen=True)
class RowSaid:
    """One row of openings as it was last said, in words, and what the public page makes of it now."""

    statement: CapacityStatement
    words: str
    who: str
    public: str
    is_old: bool
    is_lost: bool


@dataclass(frozen=True)
class Call:
    """One program to call: its number, what it last said, and what we tried."""

    program: Program
    phone: str
    other_phone: str
    rows: list[RowSaid]
    is_recent: bool
    tried: str
    seen: str


def standings(now: datetime) -> list[Standing]:
    """How we stand with every program that matters, in seven queries.

    Those that ever said openings, have intake staff who sign in here, or that we asked or offered lately. Of the first
    only those whose word ran out longest ago are read: nobody calls ten thousand places today.
    """
    tried = dict(CallTry.objects.filter(at__gt=now - REST).values_list("program_id", "at"))
    recent = _recent(now)
    staffed = set(Membership.objects.filter(_LISTED, staff__is_active=True).values_list(_HEAD, flat=True))
    stale = {key for kind, hours in fresh_hours().items() for key in _stale(kind, now - timedelta(hours=hours))}
    said = _run_out({*stale, *recent, *staffed})
    return [Standing(str(key), said.get(key), key in recent, tried.get(key)) for key in {*stale, *recent, *staffed}]


def _stale(kind: str, before: datetime) -> list[Any]:
    """The places with the oldest words of one kind, those that are not fresh any more."""
    rows = CapacityStatement.objects.filter(_LISTED, kind=kind, stated_at__lte=before).values(head=_HEAD)
    oldest = rows.annotate(oldest=Min("stated_at")).order_by("oldest", "head")
    return [row["head"] for row in oldest[:MOST]]


def _run_out(places: set[Any]) -> dict[Any, datetime | None]:
    """When the word of these places runs out, or ran out; without those that never said any."""
    rows = rows_said_of(places)
    oldest: dict[Any, dict[str, datetime | None]] = {}
    for head, kind, said_at in rows.values_list(_HEAD, "kind").annotate(oldest=Min("stated_at")):
        oldest.setdefault(head, {})[kind] = said_at
    return {key: runs_out_at(kinds, fresh_hours()) for key, kinds in oldest.items()}


def _recent(now: datetime) -> set[Any]:
    """The places that we offered to somebody, or asked, in the last days."""
    since = now - timedelta(days=RECENT_DAYS)
    offered = Option.objects.filter(_LISTED, offered_at__gte=since).values_list(_HEAD)
    asked = Referral.objects.filter(_LISTED, sent_at__gte=since).values_list(_HEAD)
    return {key for (key,) in offered.union(asked)}


def due_calls(now: datetime) -> list[Standing]:
    """Whom to call, in the printed order, no more than MOST; the number in the rail is what was found."""
    due = in_call_order(standings(now), now)[:MOST]
    caches["memory"].set(_COUNT, _count(due, now), timeout=COUNT_SECONDS)
    return due


def calls_waiting(now: datetime) -> int:
    """How many programs to call, for the rail of every page: counted at most once a minute."""
    found: int | None = caches["memory"].get(_COUNT)
    return _count(due_calls(now), now) if found is None else found


def forget_count() -> None:
    """Count anew at the next page: somebody has just called."""
    caches["memory"].delete(_COUNT)


def _count(due: Iterable[Standing], now: datetime) -> int:
    return sum(not each.is_resting(now) for each in due)


def calls_of(shown: list[Standing], now: datetime) -> list[Call]:
    """These programs as the list shows them, in four queries however many they are."""
    programs = Program.objects.select_related("location").in_bulk([each.program_id for each in shown])
    tries = CallTry.objects.in_bulk([each.program_id for each in shown])
    rows: dict[str, list[CapacityStatement]] = {each.program_id: [] for each in shown}
    for row in _statements_of(list(rows)):
        rows[str(row.program.merged_into_id or row.program_id)].append(row)
    by_id = {str(key): program for key, program in programs.items()}
    tried_by = {str(key): tried for key, tried in tries.items()}
    names = names_of(
        [*(row.stated_by for each in rows.values() for row in each), *(tried.by for tried in tries.values())]
    )
    return [
        _call(by_id[each.program_id], each, rows[each.program_id], tried_by.get(each.program_id), names, now)
        for each in shown
        if each.program_id in by_id
    ]


def _statements_of(ids: list[str]) -> QuerySet[CapacityStatement]:
    return rows_said_of(ids).select_related("source", "program").order_by("label", "pk")


def _call(
    program: Program,
    standing: Standing,
    rows: list[CapacityStatement],
    tried: CallTry | None,
    names: dict[str, str],
    now: datetime,
) -> Call:
    # A try from before the program last spoke says nothing any more.
    is_told = tried is not None and all(row.stated_at < tried.at for row in rows)
    numbers = [number for number in (program.intake_phone, program.phone) if number]
    return Call(
        program=program,
        phone=numbers[0] if numbers else "",
        other_phone=numbers[1] if len(set(numbers)) > 1 else "",
        rows=[row_said(row, names, now) for row in rows],
        is_recent=standing.is_recent,
        tried=_tried_words(tried, names, now) if tried is not None and is_told else "",
        seen=last_said(rows),
    )


def row_said(row: CapacityStatement, names: dict[str, str], now: datetime) -> RowSaid:
    """One row in words: the number, who said it and how long ago, and what the public page shows of it now."""
    statement = Statement(
        row.label, row.kind, row.openings, row.stated_at, str(row.source), row.next_opening_on, row.waiting
    )
    said = sentence_for(statement, now=now, fresh_hours=fresh_hours())
    is_old = now - row.stated_at > timedelta(hours=fresh_hours()[row.kind])
    public = {
        "fresh": _("fresh"),
        "full": _("the page says full"),
        "ageing": _("the page says call first"),
        "unknown": _("the page says not known"),
    }
    name = names.get(row.stated_by) if row.source_id == "desk" else None
    who = _("%(source)s, %(ago)s") % {"source": name or source_words(str(row.source)), "ago": ago(row.stated_at, now)}
    return RowSaid(
        row, _number_words(row), who[:1].upper() + who[1:], public[said.state], is_old, said.state == "unknown"
    )


def _number_words(row: CapacityStatement) -> str:
    if row.openings:
        return ngettext("%(n)d opening", "%(n)d openings", row.openings) % {"n": row.openings}
    parts = [_("Full")]
    if row.next_opening_on:
        parts.append(_("next about %(day)s") % {"day": date_format(row.next_opening_on, "M j", use_l10n=False)})
    if row.waiting is not None:
        parts.append(_("%(n)d waiting") % {"n": row.waiting})
    return ", ".join(parts)


def _tried_words(tried: CallTry, names: dict[str, str], now: datetime) -> str:
    said = {"ago": ago(tried.at, now), "who": names.get(tried.by) or _("our team"), "n": tried.times}
    return (
        ngettext("Tried %(ago)s by %(who)s, no answer", "Tried %(ago)s by %(who)s, no answer %(n)d times", tried.times)
        % said
    )


def just_done(now: datetime) -> list[dict[str, str]]:
    """What our team said in the last minutes, newest first: the second of two callers sees that it is done."""
    since = now - timedelta(minutes=DONE_MINUTES)
    rows = CapacityStatement.objects.filter(source="desk", stated_at__gte=since, stated_at__lte=now)
    newest = rows.values("program__name", "program__slug", "stated_by").annotate(at=Max("stated_at")).order_by("-at")
    found = list(newest[:MOST_DONE])
    names = names_of(row["stated_by"] for row in found)
    return [
        {
            "name": row["program__name"],
            "slug": row["program__slug"],
            "by": names.get(row["stated_by"]) or _("Our team"),
            "ago": ago(row["at"], now),
        }
        for row in found
    ]


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """The shown names of staff behind keys such as "counselor:5", in one query or none."""
    ids = {key: key.partition(":")[2] for key in keys}
    numbers = {int(pk) for pk in ids.values() if pk.isascii() and pk.isdigit()}
    if not numbers:
        return {}
    names = {str(member.pk): str(member) for member in Staff.objects.filter(pk__in=numbers)}
    return {key: names[pk] for key, pk in ids.items() if pk in names}
