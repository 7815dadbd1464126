"""The drawing keeps direction and order of distance, and no badge hides another."""

import math
from datetime import UTC, datetime
from itertools import combinations

import pytest

from handrail.core.match import Needs, Offer, rank
from handrail.web.public.finder_drawing import DOT, draw

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def matches(*points):
    offers = [Offer(f"{n}", f"{n}", f"{n}", latitude=lat, longitude=lon) for n, (lat, lon) in enumerate(points)]
    return rank(Needs(40.0, -105.0, miles=300), offers, now=NOW, order="nearest")


@pytest.mark.parametrize(
    "points",
    [
        [(40.0, -105.0)] * 10,
        [(40.0 + n / 400, -105.0) for n in range(10)],
        [(40.2, -105.0)] * 10,
        [(41.5, -105.0)] * 10,
    ],
)
def test_badges_never_cover_each_other(points):
    drawing = draw(matches(*points), first=1, miles=25)
    assert drawing is not None
    assert [dot.number for dot in drawing.dots] == list(range(1, 11))
    spots = [(float(dot.x), float(dot.y)) for dot in drawing.dots]
    assert all(math.dist(one, other) >= 2 * DOT - 0.2 for one, other in combinations(spots, 2))


def test_up_is_north_and_right_is_east():
    drawing = draw(matches((40.1, -105.0), (40.0, -104.8)), first=1, miles=25)
    assert drawing is not None
    north, east = drawing.dots
    assert float(north.y) < 0
    assert abs(float(north.x)) < 1
    assert float(east.x) > 0
    assert abs(float(east.y)) < 1


def test_nothing_to_draw_without_a_point():
    assert draw(matches((None, None)), first=1, miles=25) is None
