"""Where the places lie around you: rings and directions, drawn on the server. Spaced to fit, not to scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from handrail.core.match import Match

# For a search of so many miles, where the rings stand.
RINGS: dict[int, tuple[int, int, int]] = {25: (2, 10, 25), 60: (10, 25, 60), 100: (10, 50, 100), 300: (50, 100, 300)}
RADII = (24.0, 46.0, 68.0)
DOT = 9.0
NEAREST = 15.0
# A badge that would touch another moves along its ring, to a third of the way round; then to a ring beside it.
_STEP = math.radians(8)
_TURNS = 15
_ALL_ROUND = 45
_NO_DIRECTION = 0.2
_OUTS = (0.0, 8.0, -8.0, 16.0, 24.0, 32.0)
_APART = (2 * DOT) ** 2


@dataclass(frozen=True)
class Dot:
    """One place on the drawing: its number in the list, its state of openings, and where it stands.

    Coordinates are text, so that no language writes them with a comma.
    """

    number: int
    state: str
    x: str
    y: str


@dataclass(frozen=True)
class Ring:
    """One ring: its radius and its label's height in the drawing, and the miles it stands for."""

    radius: str
    label_y: str
    miles: int


@dataclass(frozen=True)
class Drawing:
    """Everything the picture shows; the same facts stand as text in each card."""

    rings: tuple[Ring, ...]
    dots: tuple[Dot, ...]


def draw(matches: Sequence[Match], *, first: int, miles: int) -> Drawing | None:
    """Draw these matches, numbered from `first`. None when none of them has a point."""
    marks = RINGS[miles]
    # The labels of the rings, at the bottom of each, are taken from the start.
    placed: list[tuple[float, float]] = [(side, radius) for radius in RADII for side in (-7.0, 7.0)]
    dots: list[Dot] = []
    for number, match in enumerate(matches, start=first):
        if match.distance_miles is None:
            continue
        radius = _radius(match.distance_miles, marks)
        # At no distance there is no direction: such a place may stand anywhere round the middle.
        turns = _TURNS if match.distance_miles >= _NO_DIRECTION else _ALL_ROUND
        angle = _bearing(match)
        spot = _clear(radius, angle, placed, turns) or _clear(radius, angle, placed, _ALL_ROUND)
        x, y = spot or (round(radius * math.sin(angle), 1), round(-radius * math.cos(angle), 1))
        placed.append((x, y))
        dots.append(Dot(number, match.openings.state, str(x), str(y)))
    rings = tuple(Ring(str(radius), str(radius + 1.5), mark) for radius, mark in zip(RADII, marks, strict=True))
    return Drawing(rings, tuple(dots)) if dots else None


def _radius(miles: float, marks: Sequence[int]) -> float:
    """Miles to the drawing's own radius, even steps between the rings."""
    inner_miles, inner = 0.0, NEAREST
    for mark, radius in zip(marks, RADII, strict=True):
        if miles <= mark:
            return inner + (radius - inner) * (miles - inner_miles) / (mark - inner_miles)
        inner_miles, inner = float(mark), radius
    return RADII[-1]


def _bearing(match: Match) -> float:
    """The direction from the person to the place, in radians clockwise from north."""
    needs, offer = match.needs, match.offer
    here, there = math.radians(needs.latitude or 0), math.radians(offer.latitude or 0)
    east = math.radians((offer.longitude or 0) - (needs.longitude or 0))
    across = math.sin(east) * math.cos(there)
    return math.atan2(across, math.cos(here) * math.sin(there) - math.sin(here) * math.cos(there) * math.cos(east))


def _clear(
    radius: float, angle: float, placed: Sequence[tuple[float, float]], turns: int
) -> tuple[float, float] | None:
    """The point nearest the true direction and distance where a badge touches no other, or None."""
    for out in _OUTS:
        length = min(max(radius + out, NEAREST), RADII[-1])
        for turn in range(turns):
            at = angle + _STEP * ((turn + 1) // 2) * (1 if turn % 2 else -1)
            x, y = round(length * math.sin(at), 1), round(-length * math.cos(at), 1)
            if all((x - a) ** 2 + (y - b) ** 2 >= _APART for a, b in placed):
                return x, y
    return None
