"""Loads the invented sample directory of the demo: two lists, words said by hand, openings, and what people reported.

Its times are told as ages ("3 hours ago"), so that a demo started today shows openings of today. What an action can
write is written by it, so that the history and the ledger of the demo are whole.
"""

import csv
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from handrail.actions._frame import enter
from handrail.actions.directory.edit import correct
from handrail.actions.directory.importing import STREAM, import_rows
from handrail.actions.directory.report import report
from handrail.actions.directory.say import keep_word
from handrail.actions.directory.sources import bump_version, source_named
from handrail.core.access import WORKER, Actor
from handrail.gateways.facility_file import FacilityFile
from handrail.gateways.samhsa import read
from handrail.records.directory.models import CapacityStatement, Import, Program

FOLDER: Path = settings.HANDRAIL_CONTENT / "sample"
SAMPLE, COUNTY = FOLDER / "programs.csv", FOLDER / "county.csv"
SOURCE, COUNTY_SOURCE = "sample", "sample-county"
COUNTY_DAYS = 20  # how old the county's list is
FACT_DAYS = 90
# How a statement of the sample is known from one that somebody made on the screen.
SAID_BY = "sample"
# Who spoke, by the source that a fact names.
SPEAKERS = {"program": Actor("intake", id=SAID_BY), "desk": Actor("counselor", id=SAID_BY)}
EDITOR = Actor("editor", id=SAID_BY)
# What is in doubt: the place, the kind of report, the way to pay, and how many hours ago each came in.
REPORTED = (
    ("Summit View Lodge", "wrong_number", "", (30, 5)),
    ("Golden Mesa Retreat", "plan", "medicaid", (9,)),
)
CORRECTED = ("Kestrel Primary Care", "phone", "719-555-0124", "Called the front desk: the old number rings at a shop.")


def load_sample_directory(*, now: datetime, path: Path = SAMPLE) -> None:
    """Load the sample, or, when it is loaded, only make its openings as old again as the file says.

    What people changed on the screen since stays as they left it.
    """
    file = read(path)
    is_new = not Import.objects.filter(source=SOURCE).exists()
    is_loaded = Import.objects.filter(source=SOURCE, sha256=file.sha256).exists()
    with transaction.atomic():
        if not is_loaded:
            _load(file, path, now)
        _age_openings(path, file, now, make=not is_loaded)
        if is_new:
            _put_right_and_report(now)
        bump_version()


def _load(file: FacilityFile, path: Path, now: datetime) -> None:
    _bring(file, SOURCE, now, days=0)
    programs = _programs()
    changed: list[Program] = []
    said = 0
    for key, row in _more(file, path):
        program = programs[key]
        program.walk_in_hours = row["walk_in_hours"]
        program.day_one = [step.strip() for step in row["day_one"].split("|") if step.strip()]
        if row["gone_days_ago"]:
            program.gone_on = now.date() - timedelta(days=int(row["gone_days_ago"]))
        changed.append(program)
        for text in _parts(row["facts"]):
            _say(program, text, now)
            said += 1
    Program.objects.bulk_update(changed, ["walk_in_hours", "day_one", "gone_on"])
    enter(STREAM, actor=WORKER, verb="load_sample", now=now, wrote=[f"create fact {said}"])
    _bring(read(COUNTY), COUNTY_SOURCE, now, days=COUNTY_DAYS)


def _bring(file: FacilityFile, source: str, now: datetime, *, days: int) -> None:
    import_rows(
        file.rows,
        source=source,
        observed_on=now.date() - timedelta(days=days),
        actor=WORKER,
        now=now,
        file_name=file.file_name,
        sha256=file.sha256,
        rejected=len(file.rejects),
    )


def _put_right_and_report(now: datetime) -> None:
    """What an editor corrected, and what people told us is wrong."""
    listed = Program.objects.listed().filter(source=SOURCE)
    name, key, value, why = CORRECTED
    for program in listed.filter(name=name):
        correct(program, actor=EDITOR, key=key, value=value, why=why, days=180, now=now - timedelta(days=3))
    for name, kind, about, ages in REPORTED:
        for program in listed.filter(name=name):
            for hours in ages:
                report(program, kind=kind, about=about, now=now - timedelta(hours=hours))


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


def _say(program: Program, text: str, now: datetime) -> None:
    """`medicaid=yes@5/desk`: key, value, how many days ago, and who said it."""
    key, rest = text.split("=", 1)
    value, rest = rest.split("@", 1)
    days, source = rest.split("/", 1)
    said_at = now - timedelta(days=int(days))
    keep_word(program, key=key, value=value, actor=SPEAKERS[source], now=said_at, days=FACT_DAYS)


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
