"""How long one search of the whole country's directory takes, beside the databases that could answer it."""

import os
import random
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from bench import find_rivals
from bench.import_directory import generate
from bench.place import HANDRAIL
from bench.run import Bar, Row, in_turns, median_ms, p99_ms
from handrail.core.match import ORDERS, Offer, rank
from handrail.core.needs import Needs
from handrail.records.directory import snapshot
from handrail.records.directory.models import CapacityStatement, Program, Responsiveness, Source

QUESTIONS = 400
ORACLE_QUESTIONS = 24
SHOWN = 20
PAGE = 10
BAR_BYTES = 64
# What people pick, from nothing at all to four things at once.
WISHES: tuple[dict[str, Any], ...] = (
    {},
    {"kinds": ("medicine",)},
    {"kinds": ("medicine",), "payer": "medicaid"},
    {"kinds": ("detox",), "payer": "none"},
    {"kinds": ("stay",), "payer": "medicaid", "must": ("pregnant",)},
    {"kinds": ("day", "counseling"), "payer": "private", "must": ("spanish",)},
    {"kinds": ("medicine", "detox"), "payer": "medicare"},
    {"payer": "va", "must": ("own_medicine", "co_occurring")},
    {"kinds": ("telehealth",), "payer": "unsure"},
    {"kinds": ("counseling",), "for_opioids": False, "must": ("teens",)},
)


def rows(seconds: float) -> list[Row]:
    """The same questions asked of the columns and of each rival, in turns; all must answer as the oracle does."""
    kind = fill()
    now = timezone.now().replace(microsecond=0)
    known = snapshot.snapshot()
    offers = list(known.offers())
    questions = ask_near(offers)
    check_oracle(known, offers, questions, now)

    def answer(needs: Needs) -> find_rivals.Answer:
        top = known.columns.top(needs, now=now, count=SHOWN, id_of=known.shelf.id_of)
        return [offers[row].program_id for row in top.rows], top.total

    def columns(needs: Needs) -> object:
        return known.columns.top(needs, now=now, count=SHOWN, id_of=known.shelf.id_of)

    def page(needs: Needs) -> object:
        return [match.reasons for match in known.find(needs, now=now, count=PAGE).matches]

    def count(needs: Needs) -> object:
        return known.count(needs, now=now)

    name = f"Find among {len(known):,} programs ({kind} file)"
    with find_rivals.opened(known.columns, offers, now) as rivals:
        for rival in rivals:
            check_alike(rival, answer, questions)
        ways: dict[str, Callable[[Needs], object]] = {"columns": columns, "page": page, "count": count}
        ways |= {rival.name: rival.answer for rival in rivals}
        times = in_turns({way: over(questions, ask) for way, ask in ways.items()}, seconds=seconds * len(ways))
    micro = {way: (1000 * median_ms(each), 1000 * p99_ms(each)) for way, each in times.items()}
    ours = micro["columns"]
    measured = [
        Row(f"{name}: top {SHOWN}, median", ours[0], "µs", bar=Bar("<=", 60)),
        Row(f"{name}: top {SHOWN}, 99th percentile", ours[1], "µs", bar=Bar("<=", 150)),
        Row(f"{name}: {PAGE} places with their reasons, median", micro["page"][0], "µs"),
        Row(f"{name}: how many, median", micro["count"][0], "µs"),
    ]
    for rival in rivals:
        theirs = micro[rival.name]
        # All questions together: a town with many places around it weighs as much more as it takes longer.
        times_faster = statistics.fmean(times[rival.name]) / statistics.fmean(times["columns"])
        measured += [
            Row(f"Find: columns beside {rival.name}, median", ours[0], "µs", rival.name, theirs[0]),
            Row(f"Find: columns beside {rival.name}, 99th percentile", ours[1], "µs", rival.name, theirs[1]),
            Row(f"Find: times faster than {rival.name}, all questions", times_faster, "times", bar=rival.bar),
        ]
    return measured + memory(known)


def fill() -> str:
    """Import the real directory when HANDRAIL_BENCH_DIRECTORY names it, else an invented one of its size.

    Its codes are made to count today; a tenth of the places say openings, and a few have answered our requests.
    """
    named = os.environ.get("HANDRAIL_BENCH_DIRECTORY")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(named) if named else generate(Path(folder) / "directory_2023.csv")
        command = [*HANDRAIL, "directory", "import", str(file), "--json"]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    Source.objects.update(lasts_days=30_000)
    chance, now = random.Random(5), timezone.now()
    source, _ = Source.objects.get_or_create(key="program", defaults={"name": "The program"})
    said, answered = [], []
    for program_id in Program.objects.order_by("pk").values_list("pk", flat=True):
        if chance.random() < 0.1:
            said.append(_statement(program_id, chance, now, source))
        if chance.random() < 0.02:
            answered.append(_answers(program_id, chance, now))
    CapacityStatement.objects.bulk_create(said, batch_size=500)
    Responsiveness.objects.bulk_create(answered, batch_size=500)
    return "real" if named else "invented"


def _statement(program_id: UUID, chance: random.Random, now: datetime, source: Source) -> CapacityStatement:
    openings = chance.choice((0, 0, 1, 2, 5))
    return CapacityStatement(
        program_id=program_id,
        label="Beds",
        kind=chance.choice(("beds", "visits")),
        openings=openings,
        stated_at=now - timedelta(hours=chance.randrange(100)),
        source=source,
        next_opening_on=now.date() + timedelta(days=chance.randrange(9)) if not openings else None,
    )


def _answers(program_id: UUID, chance: random.Random, now: datetime) -> Responsiveness:
    accepted = chance.randrange(10)
    return Responsiveness(
        program_id=program_id,
        since=now.date(),
        as_of=now,
        asked=10,
        answered=10,
        acknowledged=10,
        accepted=accepted,
        declined=10 - accepted,
        due_to_arrive=0,
        arrived=0,
        due_at_90=0,
        stayed_90=0,
    )


def ask_near(offers: list[Offer]) -> list[Needs]:
    """Questions from the directory's own ZIP codes, each as likely as any other, within the usual 25 miles."""
    chance = random.Random(2)
    zips = {each.zip5: (each.latitude, each.longitude) for each in offers if each.latitude is not None}
    points = [zips[zip5] for zip5 in sorted(zips)]
    return [
        Needs(latitude, longitude, **wish)
        for (latitude, longitude), wish in zip(chance.choices(points, k=QUESTIONS), cycle(WISHES), strict=False)
    ]


def check_oracle(known: snapshot.Snapshot, offers: list[Offer], questions: list[Needs], now: datetime) -> None:
    """Raise unless plain Python over every place gives the same list, in every order, with the same number in all."""
    for at, needs in enumerate(questions[:ORACLE_QUESTIONS]):
        order = ORDERS[at % len(ORDERS)] if at >= len(WISHES) else "best"
        expected = rank(needs, offers, now=now, order=order)
        found = known.find(needs, now=now, order=order, count=SHOWN)
        if (found.matches, found.total) != (expected[:SHOWN], len(expected)):
            raise RuntimeError(f"The columns differ from the oracle for {needs}.")


def check_alike(
    rival: find_rivals.Rival, answer: Callable[[Needs], find_rivals.Answer], questions: list[Needs]
) -> None:
    """Raise when the two ways differ: a rival that answers something else is none."""
    for needs in questions:
        ours, theirs = answer(needs), rival.answer(needs)
        if ours != theirs:
            raise RuntimeError(f"{rival.name} differs for {needs}: {ours} and {theirs}")


def over(questions: list[Needs], way: Callable[[Needs], object]) -> Callable[[], object]:
    """A call that asks the next question each time."""
    turn = cycle(questions)
    return lambda: way(next(turn))


def memory(known: snapshot.Snapshot) -> list[Row]:
    """Bytes a program: everything beside the text, and the text. All questions were asked, so all weights are kept."""
    beside = (known.columns.nbytes + known.shelf.index_bytes) / len(known)
    text = known.shelf.text_bytes / len(known)
    return [
        Row("Find: memory of columns and indices", beside, "bytes a program", "the text", text, Bar("<=", BAR_BYTES)),
    ]
