"""What was asked of a list: the parameters of the specification, read strictly, refused in words."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.dateparse import parse_date, parse_datetime

from handrail.records.directory.places import Place, place_of_zip

PER_PAGE, MOST_PER_PAGE = 20, 100
# `minimal` is meant to give every id in one answer.
MOST_MINIMAL = 20_000
MOST_PAGE = 1_000_000
MOST_SEARCH, MOST_WORDS = 100, 8
NEAR_METERS, FARTHEST_METERS = 40_000, 1_000_000
_YES, _NO = ("true", "1", "yes", ""), ("false", "0", "no")


class WrongQuestion(ValueError):
    """A parameter that cannot be read; the words say which, and what would do."""


@dataclass(frozen=True)
class Asked:
    """One list as it was asked for. Every filter that is given must hold."""

    page: int = 1
    per_page: int = PER_PAGE
    is_ndjson: bool = False
    is_whole: bool = False
    is_full: bool = False
    is_full_service: bool = False
    is_minimal: bool = False
    words: tuple[str, ...] = ()
    taxonomy_term_id: str = ""
    taxonomy_id: str = ""
    organization_id: str = ""
    parent_id: str = ""
    modified_after: datetime | None = None
    near: Place | None = None
    meters: int = NEAR_METERS


def read(given: Mapping[str, str]) -> Asked:
    """Read the parameters of a list. Raises WrongQuestion."""
    is_minimal = _yes_or_no(given, "minimal")
    most = MOST_MINIMAL if is_minimal else MOST_PER_PAGE
    form = given.get("format", "json") or "json"
    if form not in ("json", "ndjson"):
        raise WrongQuestion("format is json or ndjson.")
    if given.get("proximity") and not given.get("postcode"):
        raise WrongQuestion("proximity needs a postcode to measure from.")
    return Asked(
        page=_number(given, "page", 1, most=MOST_PAGE),
        per_page=_number(given, "per_page", most if is_minimal else PER_PAGE, most=most),
        is_ndjson=form == "ndjson",
        # The specification: ndjson streams every result. Whoever asks for a page of lines gets that page.
        is_whole=form == "ndjson" and not (given.get("page") or given.get("per_page")),
        is_full=_yes_or_no(given, "full"),
        is_full_service=_yes_or_no(given, "full_service"),
        is_minimal=is_minimal,
        words=_words(given.get("search", "")),
        taxonomy_term_id=_id(given, "taxonomy_term_id"),
        taxonomy_id=_id(given, "taxonomy_id"),
        organization_id=_id(given, "organization_id"),
        parent_id=_id(given, "parent_id"),
        modified_after=_moment(given.get("modified_after", "")),
        near=_place(given.get("postcode", "")),
        meters=_number(given, "proximity", NEAR_METERS, most=FARTHEST_METERS),
    )


def _number(given: Mapping[str, str], name: str, usual: int, *, most: int) -> int:
    text = given.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and 1 <= int(text) <= most):
        raise WrongQuestion(f"{name} is a whole number from 1 to {most}.")
    return int(text)


def _yes_or_no(given: Mapping[str, str], name: str) -> bool:
    if name not in given:
        return False
    text = given[name].lower()
    if text not in (*_YES, *_NO):
        raise WrongQuestion(f"{name} is true or false.")
    return text in _YES


def _words(text: str) -> tuple[str, ...]:
    if len(text) > MOST_SEARCH or "\0" in text:
        raise WrongQuestion(f"search is at most {MOST_SEARCH} letters.")
    return tuple(text.split()[:MOST_WORDS])


def _id(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    try:
        return str(uuid.UUID(text)) if text else ""
    except ValueError:
        raise WrongQuestion(f"{name} is a UUID, as in the records.") from None


def _moment(text: str) -> datetime | None:
    """A date or a moment; one without a zone is UTC. A plus that became a blank on the way is mended."""
    if not text:
        return None
    try:
        found = parse_datetime(text) or parse_datetime(text.replace(" ", "+"))
        day = None if found else parse_date(text)
        if day:
            found = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if found is not None:
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise WrongQuestion("modified_after is a date or a moment, like 2026-11-21 or 2026-11-21T06:04:00Z.")


def _place(text: str) -> Place | None:
    if not text:
        return None
    found = place_of_zip(text)
    if found is None:
        raise WrongQuestion("We know no such postcode. Give a US ZIP code of five digits.")
    return found
