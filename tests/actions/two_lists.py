"""Rows of two invented lists, brought into the directory as an operator would."""

from datetime import UTC, date, datetime
from typing import Any

from handrail.actions.directory.importing import import_rows
from handrail.core.access import WORKER
from handrail.core.facility import Facility, stable_key
from handrail.records.directory.models import Conflict, Likeness, Program
from tests import build

NOW = datetime(2026, 11, 21, 6, 4, tzinfo=UTC)
SURVEY, COUNTY = date(2026, 3, 31), date(2026, 9, 1)
YES, NO = "SA OP MD", "SA OP MC"  # what each says of Medicaid


def row(name: str = "River House", **values: Any) -> Facility:
    """A row with an address of its own: what a source says of River House unless told otherwise."""
    told: dict[str, Any] = {"street1": "12 Mill Lane", "zip5": "81101", "codes": YES} | values
    return build.facility(name, **{"key": stable_key(name, "", told["street1"], told["zip5"])} | told)


def bring(source: str, *rows: Facility, on: date, **options: Any) -> dict[str, int | float]:
    """Import these as the whole of a source's file of that day."""
    settings: dict[str, Any] = {"actor": WORKER, "now": NOW, "file_name": "d.csv", "sha256": "0" * 64}
    return import_rows(rows, source=source, observed_on=on, **(settings | options))


def survey(*rows: Facility, on: date = SURVEY, **options: Any) -> dict[str, int | float]:
    """A file of the national survey."""
    return bring("samhsa", *rows, on=on, **options)


def county(*rows: Facility, on: date = COUNTY, **options: Any) -> dict[str, int | float]:
    """A file of the county's own list."""
    return bring("county", *rows, on=on, **options)


def entry(source: str, name: str = "River House") -> Program:
    """What is stored of one source's entry."""
    return Program.objects.select_related("location").get(source=source, name__iexact=name)


def conflicts() -> dict[tuple[str, str], tuple[str, str, bool]]:
    """Every conflict: by fact and whose word it is, what stands, what it says, and whether it is open."""
    rows = Conflict.objects.select_related("other")
    return {
        (row.key, row.other.source_id): (row.value, row.other_value, row.settled_at is None)
        for row in rows.order_by("pk")
    }


def pairs() -> list[tuple[str, str, str]]:
    """The pairs that an editor is asked about."""
    rows = Likeness.objects.filter(settled_at=None).order_by("pk")
    return [(row.program.name, row.other.name, row.why) for row in rows]
