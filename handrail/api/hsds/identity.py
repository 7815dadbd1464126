"""Ids that stay the same: made from what a row is, never from when it was written."""

import uuid

_NAMESPACE = uuid.UUID("5b6f6a0e-3f0b-5d0b-8f3c-2a3c0d7c9e41")


def made_id(*parts: object) -> str:
    """The uuid5 of these words, as text: the same words give the same id on every machine, for good."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts)))


# Turned over to make the id of a service at its place of the program's, and back: version and variant stay.
_AT_PLACE = 0x5AA55AA5_5AA5_0AA5_0AA5_5AA55AA55AA5


def at_place_id(program_id: uuid.UUID) -> uuid.UUID:
    """The id of a program as a service at its place; asked again of that id, the program's own."""
    return uuid.UUID(int=program_id.int ^ _AT_PLACE)
