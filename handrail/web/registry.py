"""Reads the phone numbers, each with its source and dates. Read once."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from handrail.records.library.evidence import Evidence, evidence

__all__ = ["Evidence", "Line", "evidence", "numbers", "public_lines"]

CONTENT: Path = settings.HANDRAIL_CONTENT

# The labels people read. The registry keeps the English; these let it be translated.
LABELS: dict[str, Promise] = {
    "emergency": _("Emergency"),
    "crisis": _("Suicide and crisis"),
    "treatment": _("Treatment line"),
    "poison": _("Poison help"),
    "maternal": _("Mental health for new and expecting parents"),
    "violence": _("Domestic violence"),
    "alone": _("SafeSpot, if you use alone"),
}


@dataclass(frozen=True)
class Line:
    """One phone number, with where it comes from and until when we stand by it."""

    key: str
    label: str | Promise
    number: str
    kind: str
    hours: str
    languages: tuple[str, ...]
    source: str
    mark: str
    checked_on: date
    expires_on: date
    is_public_line: bool
    note: str = ""
    dialled_on: date | None = None
    # What a deployment can switch off by its funding rules; "" is never switched off.
    topic: str = ""

    @property
    def may_print(self) -> bool:
        """Only a number seen at its source or a reliable partner is shown as fact."""
        return self.mark == "seen" and bool(self.source)


def _read(name: str) -> dict[str, dict[str, Any]]:
    with (CONTENT / name).open("rb") as file:
        return tomllib.load(file)


@cache
def numbers() -> dict[str, Line]:
    """Every number of the registry, by key."""
    return {
        key: Line(key=key, **{**row, "label": LABELS.get(key, row["label"]), "languages": tuple(row["languages"])})
        for key, row in _read("numbers.toml").items()
    }


@cache
def public_lines() -> tuple[Line, ...]:
    """The lines at the foot of every page, in the order of the file."""
    return tuple(line for line in numbers().values() if line.is_public_line and line.may_print)
