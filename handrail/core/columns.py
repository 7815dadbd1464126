"""The finder's columns: every listed place as numbers in a few arrays, searched without touching its text.

`top` gives what core.match.rank gives, to the last place, because words come from core.match, distances are the same
sums in the same order, and tenths of a mile are parted at the same chords. It works in steps:

1. rows are sorted by stripes of latitude and by longitude inside, so that a circle is a few runs of rows;
2. of those, only the ones within reach are looked at further;
3. each row's weight is looked up by its two patterns (core.patterns), and room is added by the time;
4. weight and distance make one number; the best are found by partition, with all that could tie with the last of them;
5. only those few are sorted by the whole rule.

A search near a town looks at some fifty rows, so what counts is how many calls of numpy it takes.
Nothing here is ever changed: a change makes new arrays beside the old ones.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handrail.core.match import EARTH_MILES, FAR_TENTHS, Order, Point, point, reach, rotation, tenths
from handrail.core.needs import Needs
from handrail.core.patterns import (
    LEFT_OUT,
    ROOM_STEP,
    SOON_ROOM_STEP,
    STEP,
    Weights,
    weigh_kinds,
    weigh_musts,
)

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

FAR = 5.0  # the chord of a place without a point: more than any
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_LONGITUDES = 65535 / 360  # a longitude in 16 bits, as an index only
_SLACK = 1e-12  # of a squared chord: a few millionths of a mile, and always to the wider side
_A_TENTH = 0.1 / EARTH_MILES + 1e-9
_TABLE_BYTES, _FEWEST_BYTES = 12, 65_536  # a place, for the weights of searches that are asked again; and at least
_MANY_PATTERNS = 4_096
_PARTED = 1_001  # tenths of a mile that a table tells apart: 100 miles are the most that people pick
# What a place with room weighs, and what one without.
_ROOMS: Mapping[Order, Weights] = {
    "best": np.array([0, ROOM_STEP], np.int16),
    "soonest": np.array([0, SOON_ROOM_STEP], np.int16),
    "nearest": np.array([0, 0], np.int16),
}
# As arrays, because numpy takes longer to look at a number than to add it to a hundred rows.
_OUT = np.array(LEFT_OUT, np.int16)
_TIER = np.array(2.0 ** FAR_TENTHS.bit_length())  # more than any number of tenths


class Top(NamedTuple):
    """A part of one ranked list: row numbers, how far apart each is (None without a point), and how many in all."""

    rows: list[int]
    chords: list[float | None]
    total: int


@dataclass(frozen=True)
class Columns:
    """The arrays of all places on one day. Rows from `placed` on have no point.

    `points` has a line each for x, y and z; `kinds` and `musts` are the numbers of a place's two patterns. `until` is
    seconds since EPOCH: until when room counts as confirmed; below zero, until when it counts as full; 0 is neither.
    Of the full ones, `later_rows` (sorted) have a next opening on `later_days` (ordinals). `stripes` is where each
    stripe of latitude begins, `turns` each row's place in the day's rotation.
    """

    day: date
    points: Floats
    kinds: NDArray[Any]
    musts: NDArray[Any]
    until: NDArray[np.int32]
    stripes: NDArray[np.uint32]
    longitudes: NDArray[np.uint16]
    kind_words: NDArray[Any]
    must_words: NDArray[Any]
    later_rows: NDArray[np.int32]
    later_days: NDArray[np.int32]
    turns: NDArray[Any]
    _tables: dict[Any, Weights] = field(default_factory=dict, compare=False)
    _periods: dict[int, NDArray[Any]] = field(default_factory=dict, compare=False)

    def __len__(self) -> int:
        return len(self.turns)

    @cached_property
    def placed(self) -> int:
        """How many rows have a point."""
        return len(self.longitudes)

    @cached_property
    def _room_ends(self) -> list[int]:
        """When each word of room grows old, sorted."""
        return sorted(set(self.until[self.until > 0].tolist()))

    @cached_property
    def _starts(self) -> memoryview:
        return self.stripes.data

    @cached_property
    def _across(self) -> memoryview:
        return self.longitudes.data

    @cached_property
    def _tall(self) -> float:
        return 180 / (len(self.stripes) - 1)

    def point_of(self, row: int) -> Point | None:
        """Where one row is."""
        x, y, z = self.points[:, row].tolist()
        return (x, y, z) if row < self.placed else None

    @property
    def sets(self) -> int:
        """How many different sets of words there are."""
        return len(self.kind_words[0]) + len(self.must_words[0])

    @property
    def nbytes(self) -> int:
        """Bytes of every array, with the weights that are kept."""
        held = [value for value in vars(self).values() if isinstance(value, np.ndarray)]
        return sum(array.nbytes for array in (*held, *self._tables.values(), *self._periods.values()))

    def top(
        self,
        needs: Needs,
        *,
        now: datetime,
        order: Order = "best",
        first: int = 0,
        count: int = 10,
        id_of: Callable[[int], str],
    ) -> Top:
        """Positions `first` to `first + count` of the ranked list. `id_of` names a row; another day has other turns."""
        rows, chords = self._within(needs)
        seconds = _seconds(now)
        weights: NDArray[Any] = self._weighed(needs, rows, order, self._musts_at(seconds))
        listed = weights < _OUT
        total = int(np.count_nonzero(listed))
        last = min(first + count, total)
        if first >= last:
            return Top([], [], total)
        if order == "soonest" and len(self.later_rows):
            weights = self._with_next_openings(weights, rows, seconds, now.date())
        if last < total:
            key = weights + chords
            listed = key <= _ceiling(key, last)
        held = listed.nonzero()[0]
        rows, chords, weights = rows.take(held), chords.take(held), weights.take(held)
        tiers = weights * _TIER
        tiers += _tenths(chords, needs.miles)
        named = rows.tolist()
        ranked = sorted(zip(tiers.tolist(), self._turns(rows, now, id_of), named, chords.tolist(), strict=True))
        best = ranked[first:last]
        return Top([one[2] for one in best], [None if one[3] == FAR else one[3] for one in best], total)

    def count(self, needs: Needs) -> int:
        """How many places the list has."""
        rows, _chords = self._within(needs)
        if not needs.kinds and not needs.must:
            return len(rows)
        # Every order leaves out the same, at any time.
        return int(np.count_nonzero(self._weighed(needs, rows, "best", None) < _OUT))

    def near(self, latitude: float, longitude: float, miles: float) -> tuple[list[int], list[float]]:
        """The rows within so many miles, the nearest first, and how far apart each is."""
        rows, chords = self._within(Needs(latitude, longitude, miles=miles))
        held = (chords < FAR).nonzero()[0]
        held = held[chords[held].argsort(kind="stable")]
        return rows[held].tolist(), chords[held].tolist()

    # --- where --------------------------------------------------------------------------------------
    def _within(self, needs: Needs) -> tuple[Rows, Floats]:
        """The rows that are not beyond the needs' miles, and how far apart each is: FAR without a point."""
        if needs.latitude is None or needs.longitude is None:
            return np.arange(len(self)), np.full(len(self), FAR)
        here = point(needs.latitude, needs.longitude)
        circle = _circle(needs.miles)
        rows = self._around(needs.latitude, needs.longitude, here, circle)
        # The same sums in the same order as core.match.apart.
        away = self.points.take(rows, axis=1)
        away -= np.array(here).reshape(3, 1)
        away *= away
        chords: Floats = away[0]
        chords += away[1]
        chords += away[2]
        if circle.limit is not None:
            near = (chords <= circle.limit).nonzero()[0]
            rows, chords = rows.take(near), chords.take(near)
        if self.placed < len(self):
            unplaced = np.arange(self.placed, len(self))
            rows, chords = np.concatenate((rows, unplaced)), np.concatenate((chords, np.full(len(unplaced), FAR)))
        return rows, chords

    def _around(self, latitude: float, longitude: float, here: Point, circle: "_Circle") -> Rows:
        """The rows with a point in the stripes and between the longitudes that the circle touches."""
        if abs(latitude) > 90 or abs(longitude) > 180:
            latitude, longitude = degrees_of(here)
        south, north = latitude - circle.degrees, latitude + circle.degrees
        starts, tall = self._starts, self._tall
        if south <= -90 or north >= 90:
            return np.arange(starts[stripe_of(south, tall)], starts[stripe_of(north, tall) + 1])
        low, high = int((south + 90) / tall), min(int((north + 90) / tall), len(starts) - 2)
        wide = circle.sine / math.cos(math.radians(latitude))
        half = math.degrees(math.asin(wide)) + 1e-6 if wide < 1 else 180.0
        spans = _spans(longitude - half, longitude + half)
        across, runs = self._across, []
        end = starts[low]
        for stripe in range(low, high + 1):
            start, end = end, starts[stripe + 1]
            if start == end:
                continue
            for first, last in spans:
                begin = bisect_left(across, first, start, end)
                stop = bisect_right(across, last, begin, end)
                if begin < stop:
                    runs.append(np.arange(begin, stop))
        return runs[0] if len(runs) == 1 else np.concatenate(runs or [np.arange(0)])

    # --- what ---------------------------------------------------------------------------------------
    def _musts_at(self, seconds: int) -> NDArray[Any]:
        """Twice the number of each row's second pattern, and one more where there is no room at that time.

        It stays as it is until the next word of room grows old.
        """
        period = bisect_left(self._room_ends, seconds)
        held = self._periods.get(period)
        if held is None:
            held = self.musts.astype(np.min_scalar_type(2 * len(self.must_words[0])))
            held *= 2
            held += self.until < seconds if period < len(self._room_ends) else True
            self._periods.clear()
            self._periods[period] = held
        return held

    def _weighed(self, needs: Needs, rows: Rows, order: Order, musts: NDArray[Any] | None) -> Weights:
        """The weights of some rows, each family's looked up. Those of every pattern are kept for searches like it."""
        numbers = self.kinds.take(rows)
        key: tuple[Any, ...] = (order, needs.kinds, needs.payer, needs.for_opioids)
        table = self._tables.get(key)
        weights: Weights = self._anew(key, needs, numbers) if table is None else table.take(numbers)
        numbers = self.musts.take(rows) * 2 if musts is None else musts.take(rows)
        key = (order, needs.must)
        table = self._tables.get(key)
        weights += self._anew(key, needs, numbers) if table is None else table.take(numbers)
        return weights

    def _anew(self, key: tuple[Any, ...], needs: Needs, numbers: NDArray[Any]) -> Weights:
        """The weights of some rows by one family, worked out."""
        order, *rest = key
        weigh, words = (weigh_kinds, self.kind_words) if len(rest) > 1 else (weigh_musts, self.must_words)
        rooms = None if weigh is weigh_kinds else _ROOMS[order]
        # Where nearly every place says something else, it takes less to weigh these rows than all patterns.
        if words.shape[1] > max(_MANY_PATTERNS, 2 * len(numbers)):
            if rooms is None:
                return weigh(needs, order, words.take(numbers, axis=1))
            return weigh(needs, order, words.take(numbers // 2, axis=1)) + rooms.take(numbers % 2)
        table = weigh(needs, order, words)
        if rooms is not None:
            table = (table[:, None] + rooms).ravel()
        left = max(_TABLE_BYTES * len(self), _FEWEST_BYTES) - table.nbytes
        for oldest in list(self._tables):
            if sum(each.nbytes for each in list(self._tables.values())) <= left:
                break
            self._tables.pop(oldest, None)
        self._tables[key] = table
        return table.take(numbers)

    def _with_next_openings(self, weights: Weights, rows: Rows, seconds: int, today: date) -> Floats:
        """Among the full ones, the next opening decides. Days become small numbers, so that weights stay exact."""
        at = self.later_rows.searchsorted(rows)
        at[at == len(self.later_rows)] = 0
        until = self.until.take(rows)
        days = self.later_days.take(at)
        holds = (self.later_rows.take(at) == rows) & (until < 0) & (-until >= seconds) & (days >= today.toordinal())
        known = np.unique(days[holds])
        later: Floats = np.where(holds, known.searchsorted(days), len(known)) * float(STEP)
        later += weights * float(len(known) + 1)
        return later

    def _turns(self, rows: Rows, now: datetime, id_of: Callable[[int], str]) -> Sequence[Any]:
        if now.date() == self.day:
            return self.turns.take(rows).tolist()  # type: ignore[no-any-return]
        day = now.date().isoformat()
        named = [id_of(row) for row in rows.tolist()]
        return [(rotation(name, day), name) for name in named]


class _Circle(NamedTuple):
    """So many miles around any place: as a chord (None is no limit), and in degrees of latitude with their sine."""

    limit: NDArray[np.float64] | None
    degrees: float
    sine: float


@lru_cache(maxsize=256)
def _circle(miles: float | None) -> _Circle:
    """The circle of so many miles: there are only a few that people pick."""
    limit = reach(miles)
    if miles is None or miles >= EARTH_MILES:
        return _Circle(np.array(limit) if limit < 4.0 else None, 180.0, 0.0)
    degrees = math.degrees(max(miles, 0.0) / EARTH_MILES) + 1e-6
    return _Circle(np.array(limit), degrees, math.sin(math.radians(degrees)))


def _spans(west: float, east: float) -> list[tuple[int, int]]:
    """From one longitude to another, as columns: in two parts where they are on both sides of 180 degrees."""
    if east - west > 358:  # the two ends may share a column
        return [(0, 65535)]
    if west < -180:
        return [(0, column_of(east)), (column_of(west + 360), 65535)]
    if east > 180:
        return [(0, column_of(east - 360)), (column_of(west), 65535)]
    return [(int((west + 180) * _LONGITUDES), int((east + 180) * _LONGITUDES))]


def _tenths(chords: Floats, miles: float | None) -> NDArray[Any] | list[int]:
    """Tenths of a mile as core.match.tenths has them, none of them beyond so many miles."""
    if miles is None or 10 * miles > _PARTED - 1:
        return tenths(chords.tolist())
    return _parted().searchsorted(chords, side="right")


@cache
def _parted() -> Floats:
    """The least chord of each tenth of a mile from the first on."""
    return np.array([_least(number) for number in range(1, _PARTED + 1)])


def _least(number: int) -> float:
    """The least chord that counts as so many tenths of a mile."""
    chord = (2 * math.sin((number - 0.5) / (20 * EARTH_MILES))) ** 2
    while tenths([chord])[0] >= number:
        chord = math.nextafter(chord, 0.0)
    while tenths([chord])[0] < number:
        chord = math.nextafter(chord, 4.0)
    return chord


def _ceiling(key: Floats, last: int) -> float:
    """More than any key that could still tie with the one in position `last`: its weight, and a tenth of a mile on."""
    parted = key.copy()
    parted.partition(last - 1)
    cut = parted.item(last - 1)
    weight = cut // STEP * STEP
    slack = _SLACK + 4 * math.ulp(cut)
    # A straight line grows by less than the way along the ground.
    return float(weight + (math.sqrt(cut - weight + slack) + _A_TENTH) ** 2)


def _seconds(now: datetime) -> int:
    """Whole seconds since EPOCH, rounded up: statements are of whole seconds, so nothing is lost by it."""
    since = now - EPOCH
    return since.days * 86400 + since.seconds + (since.microseconds > 0)


def stripe_of(latitude: float, tall: float) -> int:
    """The stripe of a latitude, when each is so many degrees tall."""
    return min(round(180 / tall) - 1, max(0, int((latitude + 90) / tall)))


def column_of(longitude: float) -> int:
    """A longitude as 16 bits: enough to find where to begin."""
    return min(65535, max(0, int((longitude + 180) * _LONGITUDES)))


def degrees_of(at: Point) -> tuple[float, float]:
    """Latitude and longitude of a point, within a billionth of a degree or so."""
    return math.degrees(math.asin(max(-1.0, min(1.0, at[2])))), math.degrees(math.atan2(at[1], at[0]))
