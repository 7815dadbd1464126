"""Somebody tells us that something is wrong with a place. Nothing of who said it is kept."""

from datetime import datetime

from django.db import transaction

from handrail.actions._frame import Refused, refuse_if, require
from handrail.actions.directory.say import sign_change
from handrail.actions.directory.sources import hold_directory
from handrail.core.access import VISITOR, Actor
from handrail.core.reports import CHECK_WITHIN, why_not_report
from handrail.records.directory.models import Program, Report


def report(program: Program, *, kind: str, about: str = "", now: datetime, actor: Actor = VISITOR) -> Report:
    """Keep one report for our staff to check within a day. Two alike make the fact not known until then.

    `about` is the way to pay when `kind` is "plan". Raises Refused: `unknown_report`, `unknown_plan`, `not_listed`.
    """
    require(actor, "report_place")
    refuse_if(why_not_report(kind, about))
    if not Program.objects.listed().filter(pk=program.pk).exists():
        raise Refused("not_listed")
    with transaction.atomic():
        hold_directory()
        told = Report.objects.create(program=program, kind=kind, about=about, at=now, due_at=now + CHECK_WITHIN)
        # Signed as a visitor, not by an id: whoever told us is in no stream of the ledger.
        sign_change(program, Actor(role=actor.role), "report_place", now, [f"create report:{told.pk}"])
    return told
