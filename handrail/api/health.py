"""Is it well? For load balancers and monitors: nothing of a person, no address, no number."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from handrail.records.casebook.models import Heartbeat


def health(_request: HttpRequest) -> JsonResponse:
    """200 when the database answers and a worker lives, else 503; `worker` is alive, late or none."""
    try:
        newest = Heartbeat.objects.order_by("-beat_at").first()
    except DatabaseError:
        return _answer(database="away", worker="unknown")
    if newest is None:
        return _answer(database="well", worker="none")
    return _answer(database="well", worker="alive" if newest.is_alive(timezone.now()) else "late")


def _answer(*, database: str, worker: str) -> JsonResponse:
    is_well = database == "well" and worker == "alive"
    response = JsonResponse({"ok": is_well, "database": database, "worker": worker}, status=200 if is_well else 503)
    response.headers["Cache-Control"] = "no-store"
    return response
