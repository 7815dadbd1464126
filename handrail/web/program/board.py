"""What one program's screen shows: its inbox, who is coming, and what it says of its openings."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from handrail.actions.directory.openings import sight_of
from handrail.core.access import Actor
from handrail.core.openings import Statement, sentence_for
from handrail.records.casebook.choices import OPEN_REFERRAL_STATES
from handrail.records.casebook.models import Referral
from handrail.records.directory.models import CapacityStatement, Program
from handrail.records.directory.places import place_of_zip
from handrail.web.finder_words import fresh_hours
from handrail.web.program.facts import Tag, may_show, name_of, tags_of, wants_of
from handrail.web.program.words import STATE_WORDS, left_words, span_words

ENDED_STATES = ("withdrawn", "obsolete", "expired")
ENDED_SHOWN_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class InboxRow:
    """One open referral in the list: who, what for, and how long is left."""

    referral: Referral
    name: str
    wants: str
    tags: list[Tag]
    clock: str
    state: str
    is_late: bool
    is_new: bool
    is_close: bool


@dataclass(frozen=True)
class VisitRow:
    """One person who has a time here."""

    referral: Referral
    name: str
    is_past: bool


@dataclass(frozen=True)
class EndedRow:
    """A referral that needs nothing any more, with the reason."""

    referral: Referral
    words: str


@dataclass(frozen=True)
class OpeningRow:
    """One row of openings: what was said, how old it is, and what the stepper would say next."""

    statement: CapacityStatement
    age: str
    is_old: bool

    @property
    def fewer(self) -> int:
        return max(0, self.statement.openings - 1)

    @property
    def more(self) -> int:
        return min(999, self.statement.openings + 1)


@dataclass
class Board:
    """Everything around the referral that is open."""

    program: Program
    programs: list[Program]
    zone: ZoneInfo
    now: datetime
    inbox: list[InboxRow] = field(default_factory=list)
    today: list[VisitRow] = field(default_factory=list)
    later: list[VisitRow] = field(default_factory=list)
    ended: list[EndedRow] = field(default_factory=list)
    openings: list[OpeningRow] = field(default_factory=list)
    in_care: int = 0

    @property
    def seen(self) -> str:
        """The openings as this page shows them, for Still right to carry."""
        return sight_of(row.statement for row in self.openings)

    @property
    def carry(self) -> str:
        """What links carry so that a worker with several programs stays at this one."""
        return f"?at={self.program.slug}" if len(self.programs) > 1 else ""


def programs_of(actor: Actor) -> list[Program]:
    """The programs this intake worker answers for, by name."""
    return list(Program.objects.filter(pk__in=actor.program_ids).select_related("location").order_by("name", "pk"))


def pick(programs: list[Program], slug: str) -> Program:
    """The program a page is about: the one named, else the first. Raises Http404 for one that is not theirs."""
    if not slug and programs:
        return programs[0]
    for program in programs:
        if program.slug == slug:
            return program
    raise Http404


def zone_of(program: Program) -> ZoneInfo:
    """The clock the program lives by: that of its ZIP code, else the service's own."""
    place = place_of_zip(program.location.zip5)
    return ZoneInfo(place.timezone if place and place.timezone else settings.SERVICE_TIMEZONE)


def board_of(program: Program, programs: list[Program], *, now: datetime) -> Board:
    """Read one program's screen, in three queries whatever its size."""
    board = Board(program, programs, zone_of(program), now)
    for referral in _referrals(program, now=now):
        _place(board, referral)
    board.inbox.sort(key=lambda row: (row.referral.state == "info_requested", row.referral.reply_by))
    board.in_care = Referral.objects.filter(program=program, state="arrived").count()
    rows = CapacityStatement.objects.filter(program=program).select_related("source").order_by("pk")
    board.openings = [opening_row(row, now=now, zone=board.zone) for row in rows]
    return board


def arrived_at(program: Program) -> list[Referral]:
    """The people who arrived here, latest first."""
    rows = Referral.objects.filter(program=program, state="arrived").select_related("request__person", "consent")
    return list(rows.order_by("-arrived_at", "pk")[:200])


def opening_row(statement: CapacityStatement, *, now: datetime, zone: ZoneInfo) -> OpeningRow:
    """A row of openings with its age in words, and what the public page makes of that age."""
    said = sentence_for(_statement(statement), now=now, fresh_hours=fresh_hours())
    span = _age(now - statement.stated_at)
    if said.state == "ageing" or said.code == "too_old":
        return OpeningRow(statement, _("%(span)s old, page says call first") % {"span": span}, is_old=True)
    if said.state == "full" and statement.next_opening_on and statement.next_opening_on >= now.astimezone(zone).date():
        day = f"{statement.next_opening_on:%b} {statement.next_opening_on.day}"
        return OpeningRow(statement, _("Next about %(day)s") % {"day": day}, is_old=False)
    return OpeningRow(statement, _("Said %(span)s ago") % {"span": span} if span else _("Said just now"), is_old=False)


def _referrals(program: Program, *, now: datetime) -> list[Referral]:
    wanted = Q(state__in=(*OPEN_REFERRAL_STATES, "accepted"))
    wanted |= Q(state__in=ENDED_STATES, answered_at__gte=now - ENDED_SHOWN_FOR)
    rows = Referral.objects.filter(wanted, program=program).select_related("request__person", "consent")
    return list(rows.order_by("visit_at", "reply_by", "pk"))


def _place(board: Board, referral: Referral) -> None:
    now = board.now
    if referral.state in OPEN_REFERRAL_STATES:
        board.inbox.append(_inbox_row(referral, now=now))
    elif referral.state == "accepted" and referral.visit_at is not None:
        row = VisitRow(referral, name_of(referral, now=now), is_past=referral.visit_at < now)
        is_later = referral.visit_at.astimezone(board.zone).date() > now.astimezone(board.zone).date()
        (board.later if is_later else board.today).append(row)
    else:
        board.ended.append(EndedRow(referral, str(STATE_WORDS[referral.state])))


def _inbox_row(referral: Referral, *, now: datetime) -> InboxRow:
    shows = may_show(referral, "minimum", now=now)
    is_waiting = referral.state == "info_requested"
    return InboxRow(
        referral=referral,
        name=name_of(referral, now=now),
        wants=wants_of(referral) if shows else "",
        tags=tags_of(referral) if shows else [],
        clock=_("You asked") if is_waiting else left_words(referral.reply_by, now),
        state=_state_words(referral),
        is_late=not is_waiting and referral.reply_by <= now,
        is_new=referral.state == "sent",
        is_close=not is_waiting and abs(referral.reply_by - now) < timedelta(hours=1),
    )


def _state_words(referral: Referral) -> str:
    if referral.state == "info_requested":
        return _("We are answering your question.")
    if referral.state == "acknowledged":
        return _("We answered your question.") if referral.answer else _("Seen.")
    return ""


def _statement(row: CapacityStatement) -> Statement:
    return Statement(
        label=row.label,
        kind=row.kind,
        openings=row.openings,
        stated_at=row.stated_at,
        source=str(row.source),
        next_opening_on=row.next_opening_on,
        waiting=row.waiting,
    )


def _age(length: timedelta) -> str:
    """The age in one unit: "3 h", "2 days", or nothing under a minute."""
    if length < timedelta(minutes=1):
        return ""
    if length < timedelta(hours=1):
        return span_words(length)
    hours = length // timedelta(hours=1)
    return _("%(h)d h") % {"h": hours} if hours < 48 else span_words(length)
