"""The demo's staff, the programs they answer for, and their shifts. Everybody is invented."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password

from handrail.actions.accounts import add_shifts, add_staff
from handrail.core.access import OPERATOR
from handrail.records.accounts.models import Shift, Staff
from handrail.records.directory.models import Program
from handrail.web.sign_in import DEMO_PASSWORD

SHIFT_DAYS = 60


@dataclass(frozen=True)
class Somebody:
    """One member of staff. `starts` is the hour their shift begins each day, or None; `signs_in` gives a password."""

    username: str
    shown_name: str
    credential: str
    role: str
    languages: str = "en"
    starts: int | None = None
    signs_in: bool = True
    program: str = ""


STAFF: tuple[Somebody, ...] = (
    Somebody("tasha", "Tasha R.", "Peer coach, CPRS", "counselor", starts=23),
    Somebody("omar", "Omar V.", "Counselor, LADC", "counselor", "en,es", starts=7),
    Somebody("priya", "Priya N.", "Supervisor, LCSW", "supervisor", starts=15),
    Somebody("luis", "Luis M.", "Intake, River House", "intake", "en,es", program="River House"),
    Somebody("ana", "Ana T.", "Intake, Oak Street Clinic", "intake", "en,es", program="Oak Street Clinic"),
    Somebody("sam", "Sam W.", "Privacy and operations", "steward"),
    Somebody("eli", "Eli B.", "Directory editor", "editor"),
    Somebody("rae", "Rae O.", "Counselor, LPC", "counselor", starts=23, signs_in=False),
    Somebody("noor", "Noor K.", "Peer coach, CPRS", "counselor", starts=7, signs_in=False),
    Somebody("ivy", "Ivy D.", "Counselor, LADC", "counselor", "en,es", starts=15, signs_in=False),
)
SHIFT_HOURS = 8


def load_staff(*, now: datetime) -> dict[str, Staff]:
    """Make who is missing, each with the demo's password; the staff by user name."""
    there = {staff.username: staff for staff in Staff.objects.filter(username__in=[one.username for one in STAFF])}
    password = make_password(DEMO_PASSWORD) if len(there) < len(STAFF) else ""
    for one in STAFF:
        if one.username not in there:
            program = program_named(one.program) if one.program else None
            there[one.username] = add_staff(
                Staff(
                    username=one.username,
                    shown_name=one.shown_name,
                    credential=one.credential,
                    role=one.role,
                    languages=one.languages,
                    password=password if one.signs_in else make_password(None),
                ),
                programs=[program] if program else [],
                actor=OPERATOR,
                now=now,
            )
    return there


def program_named(name: str) -> Program | None:
    """The sample program of that name."""
    return Program.objects.listed().filter(name__istartswith=name).order_by("name", "pk").first()


def cover_shifts(staff: dict[str, Staff], *, now: datetime) -> int:
    """Have somebody on at every hour from yesterday for sixty days; how many shifts were added."""
    today = now.astimezone(ZoneInfo(settings.SERVICE_TIMEZONE)).date()
    shifts = []
    for one in STAFF:
        for day in range(-1, SHIFT_DAYS + 1) if one.starts is not None else ():
            start = _at(today + timedelta(days=day), one.starts)
            end = start + timedelta(hours=SHIFT_HOURS)
            shifts.append(Shift(staff=staff[one.username], starts_at=start, ends_at=end))
    return add_shifts(shifts, actor=OPERATOR, now=now)


def _at(day: date, hour: int | None) -> datetime:
    return datetime.combine(day, time(hour or 0), tzinfo=ZoneInfo(settings.SERVICE_TIMEZONE))
