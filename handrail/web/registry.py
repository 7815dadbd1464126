"""Reads the words that are data: phone numbers and evidence, each with its source and dates. Read once."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONTENT = Path(__file__).resolve().parent.parent / "content"

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

    @property
    def may_print(self) -> bool:
        """Only a number seen at its source or a reliable partner is shown as fact."""
        return self.mark == "seen" and bool(self.source)


@dataclass(frozen=True)
class Evidence:
    """One finding in our own words, with the paper or page it rests on."""

    id: str
    says: str
    source: str
    year: int
    identifier: str
    verified: bool
    note: str = ""

    @property
    def url(self) -> str:
        """Where the source can be read, when its identifier leads there."""
        if self.identifier.startswith("doi:"):
            return "https://doi.org/" + self.identifier.removeprefix("doi:")
        if self.identifier.startswith("PMC"):
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.identifier}/"
        return self.identifier if self.identifier.startswith("https://") else ""


@dataclass(frozen=True)
class Check:
    """Who checked a page of clinical words, and until when that holds."""

    checked_by: str = ""
    checked_on: date | None = None
    next_check_on: date | None = None

    def is_good(self, today: date) -> bool:
        """True while a named person's check holds."""
        return bool(self.checked_by and self.next_check_on and self.next_check_on >= today)


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


@cache
def evidence() -> dict[str, Evidence]:
    """Every finding a page may cite, by id."""
    return {key: Evidence(id=key, **row) for key, row in _read("evidence.toml").items()}


@cache
def checks() -> dict[str, Check]:
    """Who checked each clinical page, by the page's name."""
    return {key: Check(**row) for key, row in _read("checks.toml").items()}
