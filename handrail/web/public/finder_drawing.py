"""Where the places lie around you: rings and directions, drawn on the server. Spaced to fit, not to scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.utils.safestring import SafeString

from handrail.core.match import Match
from handrail.web.public.finder_form import ANYWHERE

# For a search of so many miles, where the rings stand.
RINGS: dict[int, tuple[int, int, int]] = {
    25: (2, 10, 25),
    60: (10, 25, 60),
    100: (10, 50, 100),
    300: (50, 100, 300),
    ANYWHERE: (300, 1000, 3000),
}
RADII = (24.0, 46.0, 68.0)
DOT = 9.0
NEAREST = 15.0
# A badge that would touch another moves along its ring, to a third of the way round; then to a ring beside it.
_ALL_ROUND = 48
_STEP = math.tau / _ALL_ROUND
_TURNS = 16
_ROUND = tuple(((turn + 1) // 2) * (1 if turn % 2 else -1) for turn in range(_ALL_ROUND))
_NEAR_BY, _BEYOND = _ROUND[:_TURNS], _ROUND[_TURNS:]
_OUT = (RADII[-1] - NEAREST) / 20
_LENGTHS = 21
_OUTS = (0, 3, -3, 6, 9, 12)
_NO_DIRECTION = 0.2
_APART = (2 * DOT) ** 2


class Dot(NamedTuple):
    """One place on the drawing: its number in the list, its state of openings, and where it stands.

    Coordinates are text, so that no language writes them with a comma.
    """

    number: int
    state: str
    x: SafeString
    y: SafeString


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
    marks, taken = RINGS[miles], _labels()
    dots: list[Dot] = []
    for number, match in enumerate(matches, start=first):
        if match.distance_miles is None:
            continue
        # At no distance there is no direction: such a place may stand anywhere round the middle.
        turns = (_NEAR_BY, _BEYOND) if match.distance_miles >= _NO_DIRECTION else (_ROUND,)
        spot = _free_spot(_radius(match.distance_miles, marks), bearing(match), taken, turns)
        taken |= _touched(spot)
        dots.append(Dot(number, match.openings.state, *_written(spot)))
    return Drawing(_rings(miles), tuple(dots)) if dots else None


@cache
def _rings(miles: int) -> tuple[Ring, ...]:
    return tuple(Ring(str(radius), str(radius + 1.5), mark) for radius, mark in zip(RADII, RINGS[miles], strict=True))


def _radius(miles: float, marks: Sequence[int]) -> float:
    """Miles to the drawing's own radius, even steps between the rings."""
    inner_miles, inner = 0.0, NEAREST
    for mark, radius in zip(marks, RADII, strict=True):
        if miles <= mark:
            return inner + (radius - inner) * (miles - inner_miles) / (mark - inner_miles)
        inner_miles, inner = float(mark), radius
    return RADII[-1]


def bearing(match: Match) -> float:
    """The direction from the person to the place, in radians clockwise from north."""
    needs, offer = match.needs, match.offer
    here, there = math.radians(needs.latitude or 0), math.radians(offer.latitude or 0)
    east = math.radians((offer.longitude or 0) - (needs.longitude or 0))
    across = math.sin(east) * math.cos(there)
    return math.atan2(across, math.cos(here) * math.sin(there) - math.sin(here) * math.cos(there) * math.cos(east))


# --- spots ----------------------------------------------------------------------------------------
# A badge stands on one of some hundred spots: a step of the way out, and a step of the way round. A spot is a number,
# and which spots a badge takes up is a row of bits, so that the free one nearest the truth is found at once.
def _free_spot(radius: float, bearing: float, taken: int, turns: Sequence[Sequence[int]]) -> int:
    """The spot nearest the true direction and distance where a badge touches no other.

    Where there is none within the first turns, within the next; where there is none at all, the true one.
    """
    out, angle = round((radius - NEAREST) / _OUT), round(bearing / _STEP)
    for some in turns:
        for length in _lengths(out):
            for turn in some:
                spot = length * _ALL_ROUND + (angle + turn) % _ALL_ROUND
                if not taken >> spot & 1:
                    return spot
    return out * _ALL_ROUND + angle % _ALL_ROUND


@cache
def _lengths(out: int) -> tuple[int, ...]:
    """The steps of the way out to try, the true one first."""
    return tuple(length for length in dict.fromkeys(out + more for more in _OUTS) if 0 <= length < _LENGTHS)


@cache
def _written(spot: int) -> tuple[SafeString, SafeString]:
    x, y = _point(spot)
    return SafeString(f"{x:.1f}"), SafeString(f"{y:.1f}")


@cache
def _point(spot: int) -> tuple[float, float]:
    length, angle = divmod(spot, _ALL_ROUND)
    radius, bearing = NEAREST + length * _OUT, angle * _STEP
    return radius * math.sin(bearing), -radius * math.cos(bearing)


@cache
def _touched(spot: int) -> int:
    """The spots where a badge would touch one on this spot, as bits."""
    return _near(*_point(spot))


@cache
def _labels() -> int:
    """The spots where a badge would hide the label of a ring, at the bottom of each."""
    touched = 0
    for radius in RADII:
        touched |= _near(-7.0, radius) | _near(7.0, radius)
    return touched


def _near(x: float, y: float) -> int:
    spots = ((spot, _point(spot)) for spot in range(_LENGTHS * _ALL_ROUND))
    return sum(1 << spot for spot, (a, b) in spots if (x - a) ** 2 + (y - b) ** 2 < _APART)
