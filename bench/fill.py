"""Fill a store with many requests, quickly: real ones through the actions first, then copies of their sealed rows."""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from handrail.actions import ask
from handrail.core.safety import DANGERS, FLAGS
from handrail.records.accounts.models import Staff
from handrail.records.casebook.models import HelpRequest, Person
from handrail.records.ledger.signing import signed

PATTERNS = 40
COUNSELORS = 40
CHUNK = 2000
WORKED = ("talking", "matching", "choosing", "referred", "accepted", "in_care")
CLOSED = ("resting", "stopped")
PLACES = ("Fernhollow, CO", "Cedar Bend, OH", "Lark Hill, TX", "Millbrook, WA")
NAMES = ("Bird", "J.", "Marisol", "", "Sam", "Big D", "Nobody Special")


def answers(chance: random.Random) -> dict[str, Any]:
    """The answers of one invented person, complete."""
    channel = chance.choice(("text", "text", "text", "call", "email", "code"))
    addresses = {"email": "bird@example.org", "code": ""}
    return {
        "who": chance.choice(("me", "me", "me", "someone", "patient")),
        "now": chance.choices(list(DANGERS), weights=[40, 1, 1, 1, 1, 1])[0],
        "place": chance.choice(PLACES),
        "zip": "81101",
        "latitude": 37.47,
        "longitude": -105.87,
        "timezone": "America/Denver",
        "moves_around": False,
        "channel": channel,
        "address": addresses.get(channel, f"+1303555{chance.randint(100, 199):04}"),
        "name": chance.choice(NAMES),
        "if_other_answers": "hang_up",
        "say_we_are": "",
        "may_voicemail": False,
        "hours": chance.choice((None, None, None, [9, 17])),
        "language": chance.choice(("en", "en", "en", "es")),
        "flags": chance.sample(list(FLAGS), k=chance.randint(0, 3)),
        "words": chance.choice(("", "It is hard at night.", "I want to feel better, and I do not know how to start.")),
    }


def counselors(count: int) -> list[Staff]:
    """That many people who answer."""
    return [
        Staff.objects.create(username=f"bench{number}", role="counselor", shown_name=f"Counselor {number}")
        for number in range(count)
    ]


def fill(total: int, *, waiting: int, now: datetime) -> None:
    """Store `total` requests: `waiting` in the queue, a twentieth of the rest with somebody, the others closed.

    A copy of a sealed value opens like the first, since a seal is bound to the field and not to the row.
    """
    chance = random.Random(total)
    real = min(PATTERNS, waiting)
    for _ in range(real):
        ask.send(ask.keep("", answers(chance), now=now), now=now)
    people, requests = _patterns(Person), _patterns(HelpRequest)
    owners = list(Staff.objects.values_list("pk", flat=True))
    shapes = _shapes(total - real, waiting - real, owners, now, chance)
    with transaction.atomic(), signed("bench", "fill", stream=f"bench:{uuid.uuid4()}", now=now) as signature:
        signature.note("create", HelpRequest, f"{total} of them")
        batch: list[tuple[dict[str, Any], dict[str, Any]]] = []
        for shape in shapes:
            pattern = chance.randrange(real)
            person = people[pattern] | {"id": uuid.uuid4()}
            fresh = {"id": uuid.uuid4(), "person_id": person["id"], "code_hash": uuid.uuid4().hex, "version": 1}
            batch.append((person, requests[pattern] | fresh | shape))
            if len(batch) == CHUNK:
                _insert(batch)
                batch = []
        _insert(batch)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _shapes(
    count: int, waiting: int, owners: list[int], now: datetime, chance: random.Random
) -> Iterator[dict[str, Any]]:
    """Where each request stands."""
    for number in range(count):
        asked_at = now - timedelta(minutes=chance.uniform(1, 365 * 24 * 60))
        if number < waiting:
            yield _waiting(now, chance)
        elif number % 20 == 0:
            at = now + timedelta(minutes=chance.uniform(-60, 72 * 60))
            stage, owner = chance.choice(WORKED), chance.choice(owners)
            step = {"next_action": "check_in", "next_at": at, "due_at": at}
            reached = {"first_contact_at": asked_at + timedelta(minutes=4)}
            yield {"stage": stage, "owner_id": owner, "in_queue": False, "asked_at": asked_at} | step | reached
        else:
            times = {"asked_at": asked_at, "due_at": asked_at, "first_contact_at": asked_at + timedelta(minutes=6)}
            rest = {"owner_id": None, "in_queue": False, "next_action": "", "next_at": None}
            yield {"stage": chance.choice(CLOSED)} | times | rest


def _waiting(now: datetime, chance: random.Random) -> dict[str, Any]:
    """In the queue: one in thirty in danger, one in five with priority, a third late."""
    at = now + timedelta(minutes=chance.choice((-1, 1, 1)) * chance.uniform(60, 360))
    return {
        "stage": "new",
        "owner_id": None,
        "in_queue": True,
        "next_action": "reach",
        "next_at": at,
        "due_at": at,
        "asked_at": now - timedelta(minutes=chance.uniform(1, 400)),
        "is_danger": chance.random() < 1 / 30,
        "is_priority": chance.random() < 1 / 5,
    }


def _patterns(model: type[models.Model]) -> list[dict[str, Any]]:
    """The stored rows as they are, sealed; person and request of one number belong together."""
    order = "casebook_person.id" if model is Person else "casebook_helprequest.person_id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY {order}")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _insert(batch: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for model, part in ((Person, [pair[0] for pair in batch]), (HelpRequest, [pair[1] for pair in batch])):
        if part:
            names = list(part[0])
            places = ", ".join(["%s"] * len(names))
            sql = f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES ({places})"
            with connection.cursor() as cursor:
                cursor.executemany(sql, [[_stored(row[name]) for name in names] for row in part])


def _stored(value: Any) -> Any:
    """A value as this database keeps it."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
