"""One search among a million places: copies of the real ones, moved by a mile or so, with the words that they have."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from django.utils import timezone

from bench.find import SHOWN, WISHES, ask_near, fill, over
from bench.run import Bar, Row, in_turns, median_ms, p99_ms
from handrail.core.columns import Columns, Top
from handrail.core.gathering import arrange
from handrail.core.match import EARTH_MILES, Offer, miles_of, point, rank, rotation
from handrail.core.needs import Needs
from handrail.records.directory import snapshot

MILLION = 1_000_000
ORACLE_QUESTIONS = len(WISHES)
MOVED_DEGREES = 0.015
# What stands beside the columns in a snapshot, a place: where its text begins, and its row by address and by id.
BESIDE_BYTES = 12


def rows(seconds: float) -> list[Row]:
    """The columns alone, checked against plain Python over every place that can be near."""
    kind = fill()
    now = timezone.now().replace(microsecond=0)
    known = snapshot.snapshot()
    offers = list(known.offers())
    points, columns, order = make(known, offers)
    questions = ask_near(offers)
    check_oracle(columns, offers, points, order, questions, now)

    def top(needs: Needs) -> Top:
        return columns.top(needs, now=now, count=SHOWN, id_of=str)

    times = in_turns({"top": over(questions, top)}, seconds=3 * seconds)["top"]
    name = f"Find among {len(columns):,} places (copies of the {kind} file): top {SHOWN}"
    return [
        Row(f"{name}, median", 1000 * median_ms(times), "µs", bar=Bar("<=", 250)),
        Row(f"{name}, 99th percentile", 1000 * p99_ms(times), "µs", bar=Bar("<=", 3_000)),
        Row(
            "Find among a million: memory",
            columns.nbytes / MILLION + BESIDE_BYTES,
            "bytes a program",
            bar=Bar("<=", 64),
        ),
    ]


def make(known: snapshot.Snapshot, offers: Sequence[Offer]) -> tuple[list[tuple[float, float]], Columns, list[int]]:
    """The moved points, columns of them, and for each row which of the points it is. Place n copies offer n mod all."""
    chance = random.Random(7)
    points: list[tuple[float, float]] = []
    for number in range(MILLION):
        offer = offers[number % len(offers)]
        latitude, longitude = offer.latitude or 0.0, offer.longitude or 0.0
        narrow = max(0.1, math.cos(math.radians(latitude)))
        north, east = chance.gauss(0, MOVED_DEGREES), chance.gauss(0, MOVED_DEGREES)
        points.append((latitude + north, longitude + east / narrow))
    held = known.columns
    source = np.arange(MILLION) % len(offers)
    later = np.zeros(len(offers), dtype=np.int64)
    later[held.later_rows] = held.later_days
    day = known.today.isoformat()
    turns = sorted(range(MILLION), key=lambda number: (rotation(str(number), day), str(number)))
    places = np.empty(MILLION, dtype=np.uint32)
    places[turns] = np.arange(MILLION, dtype=np.uint32)
    columns, order = arrange(
        known.today,
        points=np.array([point(*at) for at in points]),
        kinds=held.kinds[source],
        musts=held.musts[source],
        words=(held.kind_words, held.must_words),
        until=held.until[source],
        next_on=later[source],
        turns=places,
    )
    return points, columns, order.tolist()


def check_oracle(
    columns: Columns,
    offers: Sequence[Offer],
    points: Sequence[tuple[float, float]],
    order: Sequence[int],
    questions: Sequence[Needs],
    now: datetime,
) -> None:
    """Raise unless core.match.rank gives the same list. Places more than 40 miles north or south are not asked."""
    for needs in questions[:ORACLE_QUESTIONS]:
        near = math.degrees((needs.miles or 0.0) / EARTH_MILES) + 0.2
        latitude = needs.latitude or 0.0
        asked = [
            replace(offers[number % len(offers)], program_id=str(number), latitude=at[0], longitude=at[1])
            for number, at in enumerate(points)
            if abs(at[0] - latitude) < near and _is_near(at[1], needs.longitude or 0.0)
        ]
        expected = rank(needs, asked, now=now)
        top = columns.top(needs, now=now, count=SHOWN, id_of=str)
        ours = [
            (str(order[row]), miles_of(far) if far is not None else None)
            for row, far in zip(top.rows, top.chords, strict=True)
        ]
        if ours != [(match.offer.program_id, match.distance_miles) for match in expected[:SHOWN]]:
            raise RuntimeError(f"The columns differ from the oracle for {needs}.")
        if top.total != len(expected):
            raise RuntimeError(f"The columns count {top.total}, the oracle {len(expected)}, for {needs}.")


def _is_near(one: float, other: float) -> bool:
    """Within ten degrees, also across the line where the day changes."""
    return abs((one - other + 180) % 360 - 180) < 10
