"""Putting a place before the person, with the reasons as they stand now."""

from datetime import datetime
from typing import Any

from handrail.actions._frame import Id, Refused, moving, require
from handrail.actions.messages import queue_message
from handrail.core.access import Actor
from handrail.records.casebook.models import HelpRequest, Option
from handrail.records.directory.models import Program


def offer(
    request: HelpRequest, *, actor: Actor, program_id: Id, reasons: list[dict[str, Any]], now: datetime
) -> Option:
    """Offer one program. Offering it twice renews the reasons; the person's choice is asked again."""
    require(actor, "offer")
    program = Program.objects.listed().filter(pk=program_id).first()
    if program is None:
        raise Refused("not_listed")
    # A second option while the person is choosing, or beside a program that was asked, moves nothing.
    to = None if request.stage in ("choosing", "referred") else "choosing"
    with moving(request, to=to, actor=actor, verb="offer", now=now) as change:
        option, _ = Option.objects.update_or_create(
            request=request,
            program=program,
            defaults={"reasons": reasons, "offered_at": now, "choice": "", "chosen_at": None},
        )
        change.say("option", for_person=True, what="offered", program=program.name)
        if change.stage != request.stage:
            queue_message(change, "news")
    return option
