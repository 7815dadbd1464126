"""handrail staff: add somebody who works here or at a program, end somebody's access, list who may sign in."""

import argparse
import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import transaction
from django.utils import timezone

from handrail.core.access import STAFF_ROLES, WORKER
from handrail.records.accounts.models import Membership, Staff
from handrail.records.directory.models import Program
from handrail.records.ledger.signing import signed


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
    options = parser.parse_args(argv)
    if options.what == "add":
        return add_staff(options)
    return end_access(options.username) if options.what == "off" else list_staff()


def add_staff(options: argparse.Namespace) -> int:
    """Make one member of staff, and the programs they answer for, signed."""
    if Staff.objects.filter(username__iexact=options.username).exists():
        raise ImproperlyConfigured(f"{options.username} is there already. Nothing was changed.")
    if (options.role == "intake") != bool(options.program):
        raise ImproperlyConfigured("An intake worker needs --program SLUG, and nobody else has one.")
    programs = [_program(slug) for slug in options.program]
    staff = Staff(
        username=options.username,
        role=options.role,
        shown_name=options.name,
        credential=options.credential,
        languages=options.languages,
    )
    staff.set_password(_password(staff))
    with transaction.atomic(), signed(WORKER.key, "add_staff", stream="staff", now=timezone.now()) as signature:
        staff.save()
        signature.note("create", Staff, staff.pk)
        for program in programs:
            Membership.objects.create(staff=staff, program=program)
    print(f"{staff} may sign in as {staff.username}, role {staff.role}.")
    return 0


def end_access(username: str) -> int:
    """Close an account and every session it has open; what they signed stays."""
    staff = Staff.objects.filter(username__iexact=username).first()
    if staff is None:
        raise ImproperlyConfigured(f"There is nobody called {username}. 'handrail staff list' shows who there is.")
    with transaction.atomic(), signed(WORKER.key, "end_access", stream="staff", now=timezone.now()) as signature:
        Staff.objects.filter(pk=staff.pk).update(is_active=False)
        signature.note("update", Staff, staff.pk)
        for session in Session.objects.all().iterator():
            if session.get_decoded().get("_auth_user_id") == str(staff.pk):
                session.delete()
    print(f"{staff} cannot sign in any more.")
    return 0


def list_staff() -> int:
    """Who there is."""
    for staff in Staff.objects.order_by("role", "username"):
        state = "" if staff.is_active else "  off"
        print(f"{staff.username:<16} {staff.role:<11} {staff.shown_name}{state}")
    return 0


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
