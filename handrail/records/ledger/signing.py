"""Signed writes: inside `signed(...)` private models may be saved, and the ledger says who did what.

    with transaction.atomic(), signed(actor.key, "take_next", stream=f"request:{id}", now=now):
        request.save()

The entry is written when the block ends, in the same transaction. Outside, saving raises UnsignedError.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection, models

from handrail.records.keys import ledger_mac
from handrail.records.ledger.models import Entry

GENESIS = "0" * 64


class UnsignedError(RuntimeError):
    """A private record was about to change and nobody had signed for it."""


class CrossedError(RuntimeError):
    """Two writers added to one stream at once; the second must start again."""


class Signature:
    """Who signs, for what, and what was written so far."""

    def __init__(self, actor: str, verb: str, stream: str, now: datetime, why: str) -> None:
        self.actor, self.verb, self.stream, self.now, self.why = actor, verb, stream, now, why
        self.wrote: list[str] = []
        self.is_new_stream = False

    def note(self, verb: str, model: type[models.Model], key: object) -> None:
        """Remember that one record was written: the verb, the model and its id, never a value."""
        self.wrote.append(f"{verb} {model._meta.model_name}:{key}")


_signature: ContextVar[Signature | None] = ContextVar("signature", default=None)


@contextmanager
def signed(
    actor: str, verb: str, *, stream: str, now: datetime, why: str = "", is_new_stream: bool = False
) -> Iterator[Signature]:
    """Sign for every private write inside. Nests: an inner block joins the outer signature.

    `is_new_stream` saves one query when the caller has just made the stream's id.
    """
    outer = _signature.get()
    if outer is not None:
        yield outer
        return
    if not connection.in_atomic_block:
        raise UnsignedError("Sign inside a transaction, so that the write and its entry stand or fall together.")
    signature = Signature(actor, verb, stream, now, why)
    signature.is_new_stream = is_new_stream
    token = _signature.set(signature)
    try:
        yield signature
    finally:
        _signature.reset(token)
    append(
        stream, actor=actor, verb=verb, now=now, wrote=signature.wrote, why=why, is_new_stream=signature.is_new_stream
    )


def current_signature(what: str) -> Signature:
    """The signature in force. Raises UnsignedError, naming what was about to be written."""
    signature = _signature.get()
    if signature is None:
        raise UnsignedError(f"{what} may only be changed by an action, inside ledger.signed(...).")
    return signature


def append(
    stream: str,
    *,
    actor: str,
    verb: str,
    now: datetime,
    wrote: Iterable[str] = (),
    why: str = "",
    is_new_stream: bool = False,
) -> Entry:
    """Add one entry to the end of a stream, within the caller's transaction.

    Raises CrossedError when another writer was first; the caller's transaction rolls back.
    """
    head = None if is_new_stream else _head_of(stream)
    entry = Entry(
        stream=stream,
        seq=head[0] + 1 if head else 1,
        at=now,
        actor=actor,
        verb=verb,
        wrote=list(wrote),
        why=why,
        previous=head[1] if head else GENESIS,
    )
    entry.mac = entry_mac(entry)
    # Written out: this runs in every action, and on SQLite every other writer waits meanwhile.
    at = connection.ops.adapt_datetimefield_value(entry.at)
    said = (json.dumps(entry.wrote), entry.why, entry.previous, entry.mac)
    with connection.cursor() as cursor:
        try:
            cursor.execute(_ADD_ENTRY, (entry.stream, entry.seq, at, entry.actor, entry.verb, *said))
            if head is None:
                cursor.execute(_ADD_HEAD, (stream, entry.mac))
                return entry
        except IntegrityError as error:
            raise CrossedError(stream) from error
        cursor.execute(_MOVE_HEAD, (entry.seq, entry.mac, stream, *head))
        if not cursor.rowcount:
            raise CrossedError(stream)
    return entry


_ADD_ENTRY = (
    "INSERT INTO ledger_entry (stream, seq, at, actor, verb, wrote, why, previous, mac) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_READ_HEAD = "SELECT seq, mac FROM ledger_head WHERE stream = %s"
_ADD_HEAD = "INSERT INTO ledger_head (stream, seq, mac) VALUES (%s, 1, %s)"
_MOVE_HEAD = "UPDATE ledger_head SET seq = %s, mac = %s WHERE stream = %s AND seq = %s AND mac = %s"


def _head_of(stream: str) -> tuple[int, str] | None:
    with connection.cursor() as cursor:
        cursor.execute(_READ_HEAD, (stream,))
        found: tuple[int, str] | None = cursor.fetchone()
    return found


def entry_mac(entry: Entry) -> str:
    """The keyed hash of an entry and the one before it."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = (entry.stream, entry.seq, at, entry.actor, entry.verb, "|".join(entry.wrote), entry.why, entry.previous)
    return ledger_mac("\x1f".join(str(part) for part in parts))


class SignedQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Every way of writing many rows asks for a signature too."""

    def update(self, **values: Any) -> int:
        current_signature(self.model.__name__).note("update", self.model, "*")
        return super().update(**values)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        signature = current_signature(self.model.__name__)
        rows = super().bulk_create(objs, *args, **options)
        for row in rows:
            signature.note("create", self.model, row.pk)
        return rows

    def delete(self) -> tuple[int, dict[str, int]]:
        current_signature(self.model.__name__).note("delete", self.model, "*")
        return super().delete()

    def raw_update(self, signature: Signature, key: object, **values: Any) -> int:
        """Update and name the one record in the ledger: the compare-and-set of an action."""
        signature.note("update", self.model, key)
        return super().update(**values)


class SignedModel(models.Model):
    """A private record. Saving it outside a signature raises UnsignedError."""

    objects = SignedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        signature = current_signature(type(self).__name__)
        verb = "create" if self._state.adding else "update"
        super().save(*args, **options)
        signature.note(verb, type(self), self.pk)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        current_signature(type(self).__name__).note("delete", type(self), self.pk)
        return super().delete(*args, **options)
