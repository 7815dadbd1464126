"""How long one search of the whole country's directory takes, once asked for by a page."""

import os
import random
import subprocess
import tempfile
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from django.utils import timezone

from bench.import_directory import generate
from bench.place import HANDRAIL
from bench.run import Row, in_turns, median_ms, p99_ms
from handrail.core.match import Match, rank
from handrail.core.needs import Needs
from handrail.records.directory import snapshot
from handrail.records.directory.models import Program

MILES = 50.0
QUESTIONS = 200
SHOWN = 10
WISHES: tuple[dict[str, Any], ...] = (
    {"kinds": ("medicine",), "payer": "medicaid"},
    {"kinds": ("detox",), "payer": "none"},
    {"kinds": (), "payer": ""},
    {"kinds": ("day",), "payer": "private", "must": ("wheelchair",)},
)


def rows(seconds: float) -> list[Row]:
    """The same questions asked of the snapshot in memory and of the database, in turns; both must answer alike."""
    kind = fill()
    whole = snapshot.snapshot()
    questions = ask_near(whole)
    check_alike(questions)
    ways = {"memory": answer, "sql": answer_by_sql}
    times = in_turns({name: over(questions, way) for name, way in ways.items()}, seconds=seconds)
    name = f"Find among {len(whole):,} programs ({kind} file), {MILES:g} miles"
    beside = "SQL box, then the same ranking"
    return [
        Row(f"{name}, median", median_ms(times["memory"]), "ms", beside, median_ms(times["sql"])),
        Row(f"{name}, 99th percentile", p99_ms(times["memory"]), "ms", beside, p99_ms(times["sql"])),
    ]


def fill() -> str:
    """Import the real directory when HANDRAIL_BENCH_DIRECTORY names it, else an invented one of its size."""
    named = os.environ.get("HANDRAIL_BENCH_DIRECTORY")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(named) if named else generate(Path(folder) / "directory_2023.csv")
        command = [*HANDRAIL, "directory", "import", str(file), "--json"]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return "real" if named else "invented"


def ask_near(whole: snapshot.Snapshot) -> list[Needs]:
    """Questions from near where programs are, which is near where people are."""
    chance = random.Random(2)
    points = [(offer.latitude, offer.longitude) for offer in whole.offers() if offer.latitude and offer.longitude]
    return [
        Needs(latitude + chance.gauss(0, 0.1), longitude + chance.gauss(0, 0.1), miles=MILES, **wish)
        for (latitude, longitude), wish in zip(chance.choices(points, k=QUESTIONS), cycle(WISHES), strict=False)
    ]


def answer(needs: Needs) -> list[Match]:
    """The list as the finder makes it, and the reasons of the first page of it."""
    return _ranked(snapshot.snapshot(), needs)


def answer_by_sql(needs: Needs) -> list[Match]:
    """The rival: the rows in a box around the place by one SQL statement, read into offers for this question only."""
    latitude, longitude = needs.latitude or 0.0, needs.longitude or 0.0
    tall = MILES / snapshot.MILES_PER_DEGREE + 0.01
    wide = tall / 0.35  # enough at every latitude of the country
    box = Program.objects.listed().filter(
        location__latitude__range=(latitude - tall, latitude + tall),
        location__longitude__range=(longitude - wide, longitude + wide),
    )
    found = list(box.values(*snapshot._COLUMNS))
    return _ranked(snapshot.Snapshot((0, timezone.now().date()), found, {}, {}), needs)


def check_alike(questions: list[Needs]) -> None:
    """Raise when the two ways differ: a rival that answers something else is none."""
    for needs in questions:
        ours, theirs = ([match.offer.program_id for match in way(needs)] for way in (answer, answer_by_sql))
        if ours != theirs:
            raise RuntimeError(f"The two ways differ for {needs}.")


def over(questions: list[Needs], way: Callable[[Needs], list[Match]]) -> Callable[[], list[Match]]:
    """A call that asks the next question each time."""
    turn = cycle(questions)
    return lambda: way(next(turn))


def _ranked(held: snapshot.Snapshot, needs: Needs) -> list[Match]:
    near = held.near(needs.latitude or 0.0, needs.longitude or 0.0, MILES)
    matches = rank(needs, (offer for offer, _miles in near), now=timezone.now())
    for match in matches[:SHOWN]:
        _ = match.reasons
    return matches
