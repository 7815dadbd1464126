"""Numbers, moments and ids that come from an address or a hidden field: anybody may have typed them."""

from datetime import UTC, datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime


def whole_number(text: str | None, *, most: int, default: int = 0) -> int:
    """A plain whole number from 0 to `most`; anything else is the default. "²" is a digit to Python, not to us."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(most)):
        return default
    number = int(text)
    return number if number <= most else default


def moment(text: str) -> datetime | None:
    """A full moment with its zone, as aware UTC; None for anything else."""
    try:
        read = parse_datetime(text)
        return read.astimezone(UTC) if read is not None and read.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def uuid_of(text: str) -> UUID:
    """An id; for anything else the nil id, which is nobody's."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
