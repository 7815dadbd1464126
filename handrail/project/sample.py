"""Loads the invented sample directory of the demo: programs, what was said of them, and their openings.

Its times are told as ages ("3 hours ago"), so that a demo started today shows openings of today.
"""

import csv
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from handrail.actions.directory.importing import import_rows
from handrail.actions.directory.sources import bump_version, source_named
from handrail.core.access import WORKER
from handrail.gateways.facility_file import FacilityFile
from handrail.gateways.samhsa import read
from handrail.records.directory.models import CapacityStatement, Fact, Import, Program

SAMPLE = Path(__file__).resolve().parent.parent / "content" / "sample" / "programs.csv"
SOURCE = "sample"
FACT_DAYS = 90
# How a statement of the sample is known from one that somebody made on the screen.
SAID_BY = "sample"


def load_sample_directory(*, now: datetime, path: Path = SAMPLE) -> None:
    """Load the sample, or, when it is loaded, only make its openings as old again as the file says.

    What people changed on the screen since stays as they left it.
    """
    file = read(path)
    is_loaded = Import.objects.filter(source=SOURCE, sha256=file.sha256).exists()
    with transaction.atomic():
        if not is_loaded:
            _load(file, path, now)
        _age_openings(path, file, now, make=not is_loaded)
        bump_version()


def _load(file: FacilityFile, path: Path, now: datetime) -> None:
    import_rows(
        file.rows,
        source=SOURCE,
        observed_on=now.date(),
        actor=WORKER,
        now=now,
        file_name=file.file_name,
        sha256=file.sha256,
        rejected=len(file.rejects),
    )
    programs = _programs()
    facts: list[Fact] = []
    changed: list[Program] = []
    for key, row in _more(file, path):
        program = programs[key]
        program.walk_in_hours = row["walk_in_hours"]
        program.day_one = [step.strip() for step in row["day_one"].split("|") if step.strip()]
        if row["gone_days_ago"]:
            program.gone_on = now.date() - timedelta(days=int(row["gone_days_ago"]))
        changed.append(program)
        facts += [_fact(program, text, now) for text in _parts(row["facts"])]
    Program.objects.bulk_update(changed, ["walk_in_hours", "day_one", "gone_on"])
    Fact.objects.bulk_create(
        facts,
        update_conflicts=True,
        unique_fields=["program", "key"],
        update_fields=["value", "source", "observed_on", "expires_on"],
    )


def _programs() -> dict[str, Program]:
    return {program.source_key: program for program in Program.objects.filter(source=SOURCE)}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _more(file: FacilityFile, path: Path) -> list[tuple[str, dict[str, str]]]:
    """The columns that the directory's own format does not have, by the key of their row."""
    with path.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        # The reader's own line numbers are those of the file as long as no cell holds a line break.
        by_line = dict(enumerate(reader, start=2))
    return [(row.key, by_line[row.line]) for row in file.rows]


def _fact(program: Program, text: str, now: datetime) -> Fact:
    """`medicaid=yes@5/desk`: key, value, how many days ago, and who said it."""
    key, rest = text.split("=", 1)
    value, rest = rest.split("@", 1)
    days, source = rest.split("/", 1)
    said_on = now.date() - timedelta(days=int(days))
    return Fact(
        program=program,
        key=key,
        value=value,
        source=source_named(source),
        observed_on=said_on,
        expires_on=said_on + timedelta(days=FACT_DAYS),
        said_by=SAID_BY,
    )


def _age_openings(path: Path, file: FacilityFile, now: datetime, *, make: bool) -> None:
    programs = _programs()
    said = source_named("program")
    statements = [
        _opening(programs[key], text, now) for key, row in _more(file, path) for text in _parts(row["openings"])
    ]
    ours = set(
        CapacityStatement.objects.filter(stated_by=SAID_BY, program__source=SOURCE).values_list("program_id", "label")
    )
    kept = [each for each in statements if make or (each.program_id, each.label) in ours]
    for statement in kept:
        statement.source = said
    CapacityStatement.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["program", "label"],
        update_fields=["openings", "kind", "next_opening_on", "waiting", "stated_at", "source", "stated_by"],
    )


def _opening(program: Program, text: str, now: datetime) -> CapacityStatement:
    """`Beds:beds:0:2:5:3`: row, kind, openings, hours ago, days to the next opening, people waiting."""
    label, kind, openings, hours, *more = text.split(":")
    return CapacityStatement(
        program=program,
        label=label,
        kind=kind,
        openings=int(openings),
        stated_at=now - timedelta(hours=int(hours)),
        next_opening_on=now.date() + timedelta(days=int(more[0])) if more else None,
        waiting=int(more[1]) if len(more) > 1 else None,
        stated_by=SAID_BY,
    )
