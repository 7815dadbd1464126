"""Who works here: making somebody, ending their access, and when they are on to answer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from handrail.actions._frame import Refused, Stale, require
from handrail.core.access import Actor
from handrail.records.accounts.models import Membership, Shift, Staff
from handrail.records.directory.models import Program
from handrail.records.ledger.signing import CrossedError, Signature, signed

STREAM = "staff"
LONGEST_SHIFT_HOURS = 24


def add_staff(staff: Staff, *, programs: Iterable[Program] = (), actor: Actor, now: datetime) -> Staff:
    """Save somebody new, with a password already set, and the programs they answer for."""
    require(actor, "manage_staff")
    programs = list(programs)
    if Staff.objects.filter(username__iexact=staff.username).exists():
        raise Refused("staff_is_there")
    if (staff.role == "intake") != bool(programs):
        raise Refused("intake_needs_program")
    with _signing(actor, "add_staff", now) as signature:
        staff.save()
        signature.note("create", Staff, staff.pk)
        for program in programs:
            Membership.objects.create(staff=staff, program=program)
    return staff


def end_access(staff: Staff, *, actor: Actor, now: datetime) -> None:
    """Close an account and every session it has open; what they signed stays."""
    require(actor, "manage_staff")
    with _signing(actor, "end_access", now) as signature:
        Staff.objects.filter(pk=staff.pk).update(is_active=False)
        signature.note("update", Staff, staff.pk)
        for session in Session.objects.all().iterator():
            if session.get_decoded().get("_auth_user_id") == str(staff.pk):
                session.delete()


def add_shifts(shifts: Iterable[Shift], *, actor: Actor, now: datetime) -> int:
    """Put people on the roster; how many shifts were added. One that is there already is left as it is."""
    require(actor, "manage_staff")
    shifts = list(shifts)
    for shift in shifts:
        hours = (shift.ends_at - shift.starts_at).total_seconds() / 3600
        if not 0 < hours <= LONGEST_SHIFT_HOURS:
            raise Refused("bad_shift")
    there = set(
        Shift.objects.filter(starts_at__in={shift.starts_at for shift in shifts}).values_list("staff_id", "starts_at")
    )
    fresh = [shift for shift in shifts if (shift.staff_id, shift.starts_at) not in there]
    if fresh:
        with _signing(actor, "add_shifts", now) as signature:
            for shift in Shift.objects.bulk_create(fresh):
                signature.note("create", Shift, shift.pk)
    return len(fresh)


def choose_theme(staff: Staff, *, is_dark: bool) -> None:
    """Remember light or dark for one member of staff: a matter of taste, so nothing is entered in the ledger."""
    Staff.objects.filter(pk=staff.pk).update(prefers_dark=is_dark)


@contextmanager
def _signing(actor: Actor, verb: str, now: datetime) -> Iterator[Signature]:
    """One transaction, signed on the stream of the staff."""
    try:
        with transaction.atomic(), signed(actor.key, verb, stream=STREAM, now=now) as signature:
            yield signature
    except CrossedError as error:
        raise Stale from error
