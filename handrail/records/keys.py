"""The keyring: which key seals a field, which key indexes it, which key signs the ledger.

Keys come from HANDRAIL_KEYS (JSON), or from a file. Outside production a missing file is made.
The file is read again when it changes, so that rotation needs no restart.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12
CHECK_SECONDS = 1.0  # how often a running process looks for a new key


@dataclass(frozen=True)
class Keyring:
    """The keys in use. `sealing` maps key id to cipher; `current` seals what is written now."""

    current: str
    sealing: dict[str, AESGCM]
    index_key: bytes
    ledger_key: bytes


def new_keys() -> dict[str, object]:
    """Fresh random keys, as the JSON of a key file."""
    kid = f"k{secrets.token_hex(3)}"
    return {
        "current": kid,
        "sealing": {kid: _b64(secrets.token_bytes(32))},
        "index": _b64(secrets.token_bytes(32)),
        "ledger": _b64(secrets.token_bytes(32)),
    }


def with_new_sealing_key(data: dict[str, object]) -> dict[str, object]:
    """The same key file with one more sealing key, made current; the old ones still open old values."""
    kid = f"k{secrets.token_hex(3)}"
    sealing = dict(data["sealing"])  # type: ignore[call-overload]
    sealing[kid] = _b64(secrets.token_bytes(32))
    return {**data, "current": kid, "sealing": sealing}


def write_key_file(path: Path, data: dict[str, object]) -> None:
    """Write a key file whole or not at all, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(data, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def read_keys(data: dict[str, object]) -> Keyring:
    """Make a keyring of a key file's JSON. Raises ImproperlyConfigured with what to do."""
    try:
        sealing = {kid: AESGCM(base64.b64decode(text)) for kid, text in data["sealing"].items()}  # type: ignore[attr-defined]
        current = str(data["current"])
        index_key, ledger_key = (base64.b64decode(str(data[name])) for name in ("index", "ledger"))
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise ImproperlyConfigured(
            "The key file cannot be read. Restore it from your backup, or see docs/operations.md, 'Keys'."
        ) from error
    if current not in sealing:
        raise ImproperlyConfigured(f"The key file names {current} as current but does not hold it.")
    return Keyring(current, sealing, index_key, ledger_key)


class _Cache:
    """The keyring this process uses, read again when the file's time stamp changes."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ring: Keyring | None = None
        self.stamp = -1.0
        self.checked = 0.0

    def get(self) -> Keyring:
        tick = time.monotonic()
        if self.ring is not None and tick - self.checked < CHECK_SECONDS:
            return self.ring
        with self.lock:
            self.checked = tick
            if settings.HANDRAIL_KEYS:
                if self.ring is None:
                    self.ring = read_keys(_parse(settings.HANDRAIL_KEYS))
                return self.ring
            path = Path(settings.HANDRAIL_KEYS_PATH)
            stamp = _stamp(path)
            if stamp != self.stamp or self.ring is None:
                self.ring = read_keys(_parse(path.read_text()))
                self.stamp = stamp
            return self.ring

    def forget(self) -> None:
        with self.lock:
            self.ring, self.stamp, self.checked = None, -1.0, 0.0


_cache = _Cache()


def keyring() -> Keyring:
    """The keyring in force now. Raises ImproperlyConfigured when there is none and none may be made."""
    return _cache.get()


def forget_keyring() -> None:
    """Read the keys again at the next use: after rotation, and in tests."""
    _cache.forget()


def seal(text: str, *, label: str) -> str:
    """Encrypt text for one model field. `label` binds it there, so that it cannot be pasted elsewhere."""
    ring = keyring()
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = ring.sealing[ring.current].encrypt(nonce, text.encode(), label.encode())
    return f"{ring.current}${_b64(nonce + body)}"


def unseal(value: str, *, label: str) -> str:
    """Open what `seal` closed. Raises KeyError for an unknown key, InvalidTag for a changed value."""
    kid, _, body = value.partition("$")
    ring = keyring()
    if kid not in ring.sealing:
        forget_keyring()  # another process may have just added the key
        ring = keyring()
    raw = base64.b64decode(body)
    return ring.sealing[kid].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], label.encode()).decode()


def blind_index(text: str, *, purpose: str) -> str:
    """A keyed fingerprint for looking up a sealed value without opening it."""
    return hmac.new(keyring().index_key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()[:40]


def ledger_mac(text: str) -> str:
    """The keyed hash that links ledger entries."""
    return hmac.new(keyring().ledger_key, text.encode(), hashlib.sha256).hexdigest()


def _stamp(path: Path) -> float:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        if not settings.HANDRAIL_MAY_MAKE_KEYS:
            raise ImproperlyConfigured(
                f"There is no key file at {path}. Production never makes one by itself: "
                "run 'handrail keys new', back it up, then start again."
            ) from None
    write_key_file(path, new_keys())
    return path.stat().st_mtime_ns


def _parse(text: str) -> dict[str, object]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ImproperlyConfigured("The keys are not valid JSON. Restore them from your backup.") from error
    if not isinstance(data, dict):
        raise ImproperlyConfigured("The keys are not a JSON object. Restore them from your backup.")
    return data


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
