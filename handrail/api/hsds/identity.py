"""Ids that stay the same: made from what a row is, never from when it was written."""

import uuid
from collections.abc import Callable
from hashlib import sha1

_NAMESPACE = uuid.UUID("5b6f6a0e-3f0b-5d0b-8f3c-2a3c0d7c9e41")
# The variant's two bits, set over the digit that stands in their place.
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def made_id(*parts: object) -> str:
    """The uuid5 of these words, as text: the same words give the same id on every machine, for good."""
    words = "\x1f".join(map(str, parts)).encode()
    return _uuid5(sha1(_NAMESPACE.bytes + words, usedforsecurity=False).hexdigest())


def ids_under(*parts: object) -> Callable[[str], str]:
    """`made_id` of these words and one more: a million of them are made in seconds."""
    begun = sha1(_NAMESPACE.bytes + "".join(f"{part}\x1f" for part in parts).encode(), usedforsecurity=False)

    def made(last: str) -> str:
        ended = begun.copy()
        ended.update(last.encode())
        return _uuid5(ended.hexdigest())

    return made


def _uuid5(digest: str) -> str:
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"


# Turned over to make the id of a service at its place of the program's, and back: version and variant stay.
_AT_PLACE = 0x5AA55AA5_5AA5_0AA5_0AA5_5AA55AA55AA5


def at_place_id(program_id: uuid.UUID) -> uuid.UUID:
    """The id of a program as a service at its place; asked again of that id, the program's own."""
    return uuid.UUID(int=program_id.int ^ _AT_PLACE)
