"""What is to be checked, and the checks that stand, kept in memory so that pages go on without the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from time import monotonic

from django.db import DatabaseError

from handrail.core.page_check import Signed
from handrail.records.library.articles import library, table
from handrail.records.library.evidence import evidence
from handrail.records.library.models import PageCheck

PACKAGE = Path(__file__).resolve().parents[2]
KEPT_SECONDS = 30.0
WHOLE_LANGUAGE = "language"  # the check of a whole translation


@cache
def digests(language: str) -> Mapping[str, str]:
    """Every page that somebody must check in this language, with a digest of its words."""
    own = {slug: article.digest for slug, article in library(language).items()}
    made = {page: _digest_of(files) for page, files in table()["templates"].items()}
    return {**made, **own, WHOLE_LANGUAGE: ""}


def _digest_of(files: list[str]) -> str:
    return sha256(b"".join((PACKAGE / name).read_bytes() for name in files)).hexdigest()[:32]


def rests_on_old(page: str, language: str, *, today: date) -> bool:
    """True when the evidence of a page is itself due to be looked at again."""
    found = library(language).get(page)
    rows = evidence()
    return found is not None and any(rows[key].expires_on < today for key in found.cites)


@dataclass
class _Held:
    checks: dict[tuple[str, str], Signed]
    read_at: float


_held: list[_Held] = []


def forget() -> None:
    """Read again at the next question."""
    _held.clear()


def signed_checks() -> Mapping[tuple[str, str], Signed]:
    """The last signed check of each page and language; what was known last while the database is away."""
    if _held and monotonic() - _held[0].read_at < KEPT_SECONDS:
        return _held[0].checks
    try:
        checks = read_signed()
    except DatabaseError:
        checks = _held[0].checks if _held else {}
    _held[:] = [_Held(checks, monotonic())]
    return checks


def read_signed() -> dict[tuple[str, str], Signed]:
    """The last signed check of each page and language, from the database."""
    rows = PageCheck.objects.exclude(checked_on=None).order_by("checked_on", "pk")
    return {(row.page, row.language): row.signed() for row in rows}
