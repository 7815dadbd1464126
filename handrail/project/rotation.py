"""Seal every stored value with the newest key, batch by batch, by compare-and-set on the ciphertext.

A value that somebody changes in the meantime is left to the next round, so nothing newer is ever overwritten.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.utils import timezone

from handrail.core.access import WORKER
from handrail.records.fields import SealedField
from handrail.records.keys import (
    CHECK_SECONDS,
    forget_keyring,
    keyring,
    seal,
    unseal,
    with_new_sealing_key,
    write_key_file,
)
from handrail.records.ledger.signing import append
from handrail.web.sign_in import MFA_LABEL

BATCH = 200
ROUNDS = 10


@dataclass(frozen=True)
class Rotated:
    """The key in force, how many values were sealed anew, and how many old ones could not be."""

    key: str
    values: int
    left: int


@dataclass(frozen=True)
class Column:
    """One sealed column and the way to seal one of its values anew."""

    table: str
    key: str
    name: str
    reseal: Callable[[str], str]
    is_json: bool = False


def rotate_keys(*, say: Callable[[str], None] = lambda _words: None) -> Rotated:
    """Add a key and seal everything with it, in rounds, until no old value is left."""
    if settings.HANDRAIL_KEYS:
        raise ImproperlyConfigured(
            "The keys come from HANDRAIL_KEYS, which this command cannot change. See docs/operations.md, 'Keys'."
        )
    path = Path(settings.HANDRAIL_KEYS_PATH)
    keyring()
    write_key_file(path, with_new_sealing_key(json.loads(path.read_text())))
    forget_keyring()
    key = keyring().current
    say(f"Key {key} is current. Every process sees it within {CHECK_SECONDS:.0f} s.")
    time.sleep(CHECK_SECONDS + 0.2)
    values, left = 0, 0
    for _ in range(ROUNDS):
        for column in sealed_columns():
            values += _rotate_column(column, key)
        left = sum(_old(column, key) for column in sealed_columns())
        if not left:
            break
        time.sleep(0.2)
    with transaction.atomic():
        wrote = [f"reseal {values} values with {key}"]
        append("keys", actor=WORKER.key, verb="rotate_keys", now=timezone.now(), wrote=wrote)
    return Rotated(key, values, left)


def sealed_columns() -> Iterator[Column]:
    """Every sealed column of every model, and the second-factor secrets of staff."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedField):
                yield Column(model._meta.db_table, _key_of(model), str(field.column), _resealer(str(field.label)))
    meta = Authenticator._meta
    yield Column(meta.db_table, _key_of(Authenticator), "data", _reseal_factor, is_json=True)


def _key_of(model: Any) -> str:
    return str(model._meta.pk.column)


def _resealer(label: str) -> Callable[[str], str]:
    return lambda value: seal(unseal(value, label=label), label=label)


def _reseal_factor(raw: str) -> str:
    """Seal the secret, seed and codes inside an authenticator's JSON; passkeys hold no secret of ours."""
    data = json.loads(raw)
    reseal = _resealer(MFA_LABEL)
    for name in ("secret", "seed"):
        if name in data:
            data[name] = reseal(data[name])
    if "migrated_codes" in data:
        data["migrated_codes"] = [reseal(code) for code in data["migrated_codes"]]
    return json.dumps(data)


def _is_old(column: Column, key: str) -> tuple[str, list[str]]:
    quote = connection.ops.quote_name
    text = f"CAST({quote(column.name)} AS text)" if column.is_json else quote(column.name)
    if column.is_json:
        secret = f"({text} LIKE %s OR {text} LIKE %s)"
        return f"{secret} AND {text} NOT LIKE %s", ['%"secret"%', '%"seed"%', f'%"{key}$%']
    return f"{text} IS NOT NULL AND {text} NOT LIKE %s", [f"{key}$%"]


def _old(column: Column, key: str) -> int:
    where, params = _is_old(column, key)
    table = connection.ops.quote_name(column.table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE {where}", params)  # noqa: S608 - our own names
        return int(cursor.fetchone()[0])


def _rotate_column(column: Column, key: str) -> int:
    """Walk the table once by primary key, a short transaction for each batch."""
    changed = 0
    last: Any = None
    while True:
        rows = _batch(column, key, last)
        if not rows:
            return changed
        last = rows[-1][0]
        fresh = [(row_key, raw, column.reseal(raw)) for row_key, raw in rows]
        with transaction.atomic():
            changed += sum(_put(column, *row) for row in fresh)


def _batch(column: Column, key: str, last: Any) -> list[tuple[Any, str]]:
    quote = connection.ops.quote_name
    where, params = _is_old(column, key)
    after = f"AND {quote(column.key)} > %s" if last is not None else ""
    value = f"CAST({quote(column.name)} AS text)" if column.is_json else quote(column.name)
    statement = (
        f"SELECT {quote(column.key)}, {value} FROM {quote(column.table)} "  # noqa: S608 - our own names
        f"WHERE {where} {after} ORDER BY {quote(column.key)} LIMIT {BATCH}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, *([last] if last is not None else [])])
        return list(cursor.fetchall())


def _put(column: Column, row_key: Any, old: str, new: str) -> int:
    quote = connection.ops.quote_name
    value = f"CAST({quote(column.name)} AS text)" if column.is_json else quote(column.name)
    cast = "::jsonb" if column.is_json and connection.vendor == "postgresql" else ""
    statement = (
        f"UPDATE {quote(column.table)} SET {quote(column.name)} = %s{cast} "  # noqa: S608 - our own names
        f"WHERE {quote(column.key)} = %s AND {value} = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [new, row_key, old])
        return int(cursor.rowcount)
