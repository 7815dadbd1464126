"""Safety and needs, as the counselor and the person found them together."""

from datetime import datetime
from typing import Any

from handrail.actions._frame import Refused, changing, moving, require
from handrail.core.access import Actor
from handrail.records.casebook.models import HelpRequest

NALOXONE = ("yes", "no", "unknown")


def record_safety(
    request: HelpRequest, *, actor: Actor, safe_now: bool, naloxone: str, note: str, now: datetime
) -> None:
    """Write down whether the person is safe now and has naloxone. Not safe puts the request under danger."""
    require(actor, "record_safety")
    if naloxone not in NALOXONE:
        raise Refused("needs_outcome")
    safety = {"safe_now": safe_now, "naloxone": naloxone, "note": note.strip(), "at": now.isoformat(), "by": actor.name}
    with changing(request, actor=actor, verb="record_safety", now=now) as change:
        change.set(facts={**request.facts, "safety": safety}, is_danger=not safe_now)
        change.say("safety", safe_now=safe_now, naloxone=naloxone, note=note.strip())


def record_needs(request: HelpRequest, *, actor: Actor, needs: dict[str, Any], now: datetime) -> None:
    """Write down what is needed. From a talk this begins the looking for places."""
    require(actor, "record_needs")
    stamped = {**needs, "at": now.isoformat(), "by": actor.name}
    to = "matching" if request.stage == "talking" else None
    with moving(request, to=to, actor=actor, verb="record_needs", now=now) as change:
        change.set(facts={**request.facts, "needs": stamped})
        change.say("needs", kinds=needs.get("kinds", []), payer=needs.get("payer", ""), must=needs.get("must", []))
