"""Reading a private page is entered in the ledger too."""

from datetime import datetime

from django.core.cache import caches
from django.db import transaction

from handrail.actions._frame import TRIES, Stale
from handrail.core.access import Actor
from handrail.records.casebook.models import HelpRequest
from handrail.records.ledger.signing import CrossedError, append

# A page that is polled is one reading, not hundreds: one entry per reader and page in this time.
ONE_READING_SECONDS = 300


def read(request: HelpRequest, *, actor: Actor, page: str, now: datetime) -> None:
    """Enter that this actor opened a private page of this request."""
    _enter(request.stream, actor=actor, page=page, now=now)


def read_queue(actor: Actor, *, now: datetime, page: str = "queue") -> None:
    """Enter that this actor opened a list of people. Their own stream, so that readers never wait for each other."""
    _enter(f"staff:{actor.id}", actor=actor, page=page, now=now)


def _enter(stream: str, *, actor: Actor, page: str, now: datetime) -> None:
    if not caches["memory"].add(f"read:{actor.key}:{stream}:{page}", 1, timeout=ONE_READING_SECONDS):
        return
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                append(stream, actor=actor.key, verb="read", now=now, why=page)
        except CrossedError:
            continue
        return
    raise Stale
