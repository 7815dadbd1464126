"""Reads JSON from a file nobody vouches for, with limits: a whole document, or one object a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from handrail.gateways.facility_file import tidy
from handrail.gateways.table_file import MAX_CELL, WrongFile, decoded, first_bytes

# JSON takes about ten times its size in memory.
MAX_JSON_BYTES = 100_000_000


def load(path: Path, expected: str) -> Any:
    """What the file holds. Raises WrongFile, in one sentence."""
    first_bytes(path, expected)
    return parse(path.read_bytes(), path.name, expected)


def parse(raw: bytes, name: str, expected: str) -> Any:
    """What these bytes of JSON hold. Raises WrongFile, in one sentence."""
    if len(raw) > MAX_JSON_BYTES:
        raise WrongFile(f"Expected {expected}; {name} is larger than {MAX_JSON_BYTES // 1_000_000} MB.")
    text = decoded(raw, name, expected)
    try:
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            if error.msg != "Extra data":
                raise
            return [json.loads(line) for line in text.splitlines() if line.strip()]
    except json.JSONDecodeError as error:
        raise WrongFile(
            f"Expected {expected}; {name} is not whole JSON: it breaks off or goes wrong at line {error.lineno}."
        ) from error
    except (ValueError, RecursionError) as error:
        raise WrongFile(f"Expected {expected}; {name} is JSON that cannot be read safely.") from error


def text(value: object) -> str:
    """A JSON value as tidy text; nothing for an object, a list, true, false and null, or a value too long to be one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    words = str(value) if not isinstance(value, int) or abs(value) < 10**18 else ""
    return tidy(words) if len(words) <= MAX_CELL else ""


def objects(value: object) -> Iterator[dict[str, Any]]:
    """The objects of a list; what is not an object is passed over, and what is not a list has none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
