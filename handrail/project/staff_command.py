"""handrail staff: who works here or at a program, who may sign in, and who is on when."""

import argparse
import getpass
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils import timezone

from handrail.actions._frame import Refused
from handrail.actions.accounts import add_shifts, add_staff, end_access
from handrail.core.access import OPERATOR, STAFF_ROLES
from handrail.records.accounts.models import Shift, Staff
from handrail.records.directory.models import Program
from handrail.web.words import reason_words


def run(argv: list[str]) -> int:
    """Add, end or list."""
    parser = argparse.ArgumentParser(prog="handrail staff", description=__doc__)
    words = parser.add_subparsers(dest="what", required=True)
    add = words.add_parser("add", help="the password is asked for, or read from standard input")
    add.add_argument("username")
    add.add_argument("--role", required=True, choices=STAFF_ROLES)
    add.add_argument("--name", required=True, help="what others read, like 'Tasha R.'")
    add.add_argument("--credential", default="", help="like 'Peer coach, CPRS'")
    add.add_argument("--languages", default="en", help="like en,es")
    add.add_argument("--program", action="append", default=[], help="for intake: the slug of a program")
    off = words.add_parser("off", help="end somebody's access now")
    off.add_argument("username")
    words.add_parser("list")
    shift = words.add_parser("shift", help="who is on when: the home page and the promise go by it")
    shift.add_argument("username")
    shift.add_argument("--from", dest="starts", required=True, help='like "2026-11-30 19:00", on the service\'s clock')
    shift.add_argument("--hours", type=int, default=8)
    shift.add_argument("--days", type=int, default=1, help="the same hours on so many days in a row")
    options = parser.parse_args(argv)
    try:
        return _do(options)
    except Refused as error:
        raise ImproperlyConfigured(reason_words(error.reason)) from error


def _do(options: argparse.Namespace) -> int:
    if options.what == "add":
        return add_somebody(options)
    if options.what == "shift":
        return put_on_shift(options)
    return end_somebody(options.username) if options.what == "off" else list_staff()


def add_somebody(options: argparse.Namespace) -> int:
    """Make one member of staff, and the programs they answer for."""
    staff = Staff(
        username=options.username,
        role=options.role,
        shown_name=options.name,
        credential=options.credential,
        languages=options.languages,
    )
    programs = [_program(slug) for slug in options.program]
    staff.set_password(_password(staff))
    add_staff(staff, programs=programs, actor=OPERATOR, now=timezone.now())
    print(f"{staff} may sign in as {staff.username}, role {staff.role}.")
    return 0


def end_somebody(username: str) -> int:
    """Close an account and every session it has open."""
    staff = _staff(username)
    end_access(staff, actor=OPERATOR, now=timezone.now())
    print(f"{staff} cannot sign in any more.")
    return 0


def put_on_shift(options: argparse.Namespace) -> int:
    """Put somebody on the roster, on one day or on several days in a row."""
    staff = _staff(options.username)
    try:
        start = datetime.strptime(options.starts, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(settings.SERVICE_TIMEZONE))
    except ValueError as error:
        raise ImproperlyConfigured('Write the start as --from "2026-11-30 19:00", on the service\'s clock.') from error
    length = timedelta(hours=options.hours)
    starts = [start + timedelta(days=day) for day in range(options.days)]
    shifts = [Shift(staff=staff, starts_at=at, ends_at=at + length) for at in starts]
    added = add_shifts(shifts, actor=OPERATOR, now=timezone.now())
    print(f"{added} shifts added for {staff}, {len(shifts) - added} were there.")
    return 0


def list_staff() -> int:
    """Who there is."""
    for staff in Staff.objects.order_by("role", "username"):
        state = "" if staff.is_active else "  off"
        print(f"{staff.username:<16} {staff.role:<11} {staff.shown_name}{state}")
    return 0


def _staff(username: str) -> Staff:
    staff = Staff.objects.filter(username__iexact=username).first()
    if staff is None:
        raise ImproperlyConfigured(f"There is nobody called {username}. 'handrail staff list' shows who there is.")
    return staff


def _program(slug: str) -> Program:
    program = Program.objects.listed().filter(slug=slug).first()
    if program is None:
        raise ImproperlyConfigured(f"No listed program has the slug {slug}. It is the end of the program's address.")
    return program


def _password(staff: Staff) -> str:
    """The first password: typed twice at a terminal, else one line of standard input."""
    if sys.stdin.isatty():
        password = getpass.getpass("First password: ")
        if password != getpass.getpass("Again: "):
            raise ImproperlyConfigured("The two passwords differ. Nothing was changed.")
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise ImproperlyConfigured(" ".join(error.messages)) from error
    return password
