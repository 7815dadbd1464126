"""The finder's columns: every listed place as numbers in a few arrays, searched without touching its text.

`top` gives what core.match.rank gives, to the last place, because words come from core.match, distances are the same
sums in the same order, and what is counted in tenths of a mile is counted by the same function. It works in steps:

1. rows are sorted by stripes of latitude and by longitude inside, so that a circle is a few runs of rows;
2. each row's weight is looked up by its pattern (core.patterns), and room is added by the time;
3. weight and distance make one number; the best are found by partition, with all that could tie with the last of them;
4. only those few are sorted by the whole rule.

Nothing here is ever changed: a change makes new arrays beside the old ones.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handrail.core.match import EARTH_MILES, Order, Point, point, reach, rotation, tenths
from handrail.core.needs import Needs
from handrail.core.patterns import (
    ROOM_STEP,
    SOON_ROOM_STEP,
    STEP,
    Weights,
    weigh_kinds,
    weigh_musts,
)

Floats = NDArray[np.float64]
_Weigh = Callable[[Needs, Order, NDArray[Any]], Weights]
Piece = tuple[int, int]

FAR = 5.0  # the chord of a place without a point: more than any
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_LONGITUDES = 65535 / 360  # a longitude in 16 bits, as an index only
_SLACK = 1e-12  # of a squared chord: a few millionths of a mile, and always to the wider side
_TABLE_BYTES, _FEWEST_BYTES = 12, 65_536  # a place, for the weights of searches that are asked again; and at least
_MANY_PATTERNS = 4_096
# As arrays, because numpy takes longer to look at a number than to add it to a hundred rows.
_ROOM: Mapping[Order, Any] = {"best": np.array(ROOM_STEP, np.float32), "soonest": np.array(SOON_ROOM_STEP, np.float32)}
_OUT = np.array(np.inf)


class Top(NamedTuple):
    """A part of one ranked list: row numbers, how far apart each is (None without a point), and how many in all."""

    rows: list[int]
    chords: list[float | None]
    total: int


def place_type(sets: int) -> np.dtype[Any]:
    """One row: its point, the numbers of its two patterns, and its room; one record, so that a run is one copy."""
    number = "u2" if sets <= 65536 else "u4"
    fields = [("x", "f8"), ("y", "f8"), ("z", "f8"), ("kinds", number), ("musts", number), ("until", "i4")]
    return np.dtype(fields, align=True)


@dataclass(frozen=True)
class Columns:
    """The arrays of all places on one day. Rows from `placed` on have no point.

    In `places`, `until` is seconds since EPOCH: until when room counts as confirmed; below zero, until when it counts
    as full; 0 is neither. Of the full ones, `later_rows` (sorted) have a next opening on `later_days` (ordinals).
    `stripes` is where each stripe of latitude begins, `turns` each row's place in the day's rotation.
    """

    day: date
    places: NDArray[Any]
    stripes: NDArray[np.uint32]
    longitudes: NDArray[np.uint16]
    kind_words: NDArray[Any]
    must_words: NDArray[Any]
    later_rows: NDArray[np.int32]
    later_days: NDArray[np.int32]
    turns: NDArray[Any]
    _tables: dict[Any, Weights] = field(default_factory=dict, compare=False)

    def __len__(self) -> int:
        return len(self.turns)

    @cached_property
    def placed(self) -> int:
        """How many rows have a point."""
        return len(self.longitudes)

    @cached_property
    def last_room(self) -> int:
        """When the last confirmed room has grown old: after it nobody looks."""
        return int(self.places["until"].max(initial=0))

    @cached_property
    def _starts(self) -> memoryview:
        return self.stripes.data

    @cached_property
    def _across(self) -> memoryview:
        return self.longitudes.data

    @cached_property
    def _blocks(self) -> NDArray[Any]:
        """The places as blocks of bytes, which numpy copies ten times as fast."""
        return self.places.view(f"V{self.places.itemsize}")

    @cached_property
    def _tall(self) -> float:
        return 180 / (len(self.stripes) - 1)

    def point_of(self, row: int) -> Point | None:
        """Where one row is."""
        x, y, z = self.places[["x", "y", "z"]][row].tolist()
        return (x, y, z) if row < self.placed else None

    @property
    def sets(self) -> int:
        """How many different sets of words there are."""
        return len(self.kind_words[0]) + len(self.must_words[0])

    @property
    def nbytes(self) -> int:
        """Bytes of every array, with the weights that are kept."""
        held = [value for value in vars(self).values() if isinstance(value, np.ndarray) and value.flags.owndata]
        return sum(array.nbytes for array in (*held, *self._tables.values()))

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
        pieces, here = self._pieces(needs)
        if not pieces:
            return Top([], [], 0)
        places = self._joined(pieces)
        weights = self._weights(needs, places, pieces, order, now)
        chords = self._chords(needs, places, here)
        key = weights + chords
        listed = key < _OUT
        total = int(np.count_nonzero(listed))
        last = min(first + count, total)
        if first >= last:
            return Top([], [], total)
        held = (key <= _ceiling(key, last) if last < total else listed).nonzero()[0]
        far = chords.take(held).tolist()
        miles = tenths(far)
        steps = weights.take(held).tolist()
        rows = _rows(pieces, held)
        best = sorted(zip(steps, miles, self._turns(rows, now, id_of), rows.tolist(), far, strict=True))[first:last]
        return Top([one[3] for one in best], [None if one[4] == FAR else one[4] for one in best], total)

    def count(self, needs: Needs) -> int:
        """How many places the list has."""
        pieces, here = self._pieces(needs)
        if not pieces:
            return 0
        places = self._joined(pieces)
        weights = self._weighed(needs, places, "best")  # every order leaves out the same
        return int(np.count_nonzero(weights + self._chords(needs, places, here) < _OUT))

    def near(self, latitude: float, longitude: float, miles: float) -> tuple[list[int], list[float]]:
        """The rows within so many miles, the nearest first, and how far apart each is."""
        needs = Needs(latitude, longitude, miles=miles)
        pieces, here = self._pieces(needs)
        if not pieces:
            return [], []
        chords = self._chords(needs, self._joined(pieces), here)
        held = (chords <= min(reach(miles), 4.5)).nonzero()[0]
        held = held[np.argsort(chords[held], kind="stable")]
        far: list[float] = chords[held].tolist()
        return _rows(pieces, held).tolist(), far

    # --- where --------------------------------------------------------------------------------------
    def _pieces(self, needs: Needs) -> tuple[list[Piece], Point | None]:
        """The runs of rows that can be near enough, and where the search stands. Places without a point are always."""
        everything = [(0, len(self))] if len(self) else []
        if needs.latitude is None or needs.longitude is None:
            return everything, None
        here = point(needs.latitude, needs.longitude)
        if needs.miles is None or needs.miles >= EARTH_MILES:
            return everything, here
        pieces = self._circle(needs, here, math.degrees(max(needs.miles, 0.0) / EARTH_MILES) + 1e-6)
        if self.placed < len(self):
            pieces.append((self.placed, len(self)))
        return pieces, here

    def _circle(self, needs: Needs, here: Point, reach_degrees: float) -> list[Piece]:
        latitude, longitude = needs.latitude or 0.0, needs.longitude or 0.0
        if abs(latitude) > 90 or abs(longitude) > 180:
            latitude, longitude = degrees_of(here)
        south, north = latitude - reach_degrees, latitude + reach_degrees
        low, high = stripe_of(south, self._tall), stripe_of(north, self._tall)
        starts, across = self._starts, self._across
        if south <= -90 or north >= 90:
            return [(starts[low], starts[high + 1])] if starts[low] < starts[high + 1] else []
        wide = math.sin(math.radians(reach_degrees)) / math.cos(math.radians(latitude))
        half = math.degrees(math.asin(wide)) + 1e-6 if wide < 1 else 180.0
        west, east = longitude - half, longitude + half
        spans = [(column_of(west), column_of(east))]
        if half > 179:  # the two ends may share a column
            spans = [(0, 65535)]
        elif west < -180:
            spans = [(0, column_of(east)), (column_of(west + 360), 65535)]
        elif east > 180:
            spans = [(0, column_of(east - 360)), (column_of(west), 65535)]
        pieces = []
        end = starts[low]
        for stripe in range(low, high + 1):
            start, end = end, starts[stripe + 1]
            if start == end:
                continue
            for first, last in spans:
                begin = bisect_left(across, first, start, end)
                stop = bisect_right(across, last, begin, end)
                if begin < stop:
                    pieces.append((begin, stop))
        return pieces

    def _joined(self, pieces: list[Piece]) -> NDArray[Any]:
        """The runs of rows side by side."""
        if len(pieces) == 1:
            return self.places[pieces[0][0] : pieces[0][1]]
        blocks = self._blocks
        joined: NDArray[Any] = np.concatenate([blocks[start:end] for start, end in pieces]).view(self.places.dtype)
        return joined

    def _chords(self, needs: Needs, places: NDArray[Any], here: Point | None) -> Floats:
        """How far apart each row is: infinite beyond the needs' miles, FAR without a point."""
        if here is None:
            return np.full(len(places), FAR)
        # The same sums in the same order as core.match.apart.
        chords: Floats = places["x"] - np.array(here[0])
        chords *= chords
        for axis, at in (("y", here[1]), ("z", here[2])):
            away = places[axis] - np.array(at)
            away *= away
            chords += away
        limit = reach(needs.miles)
        if limit < 4.0:
            np.putmask(chords, chords > np.array(limit), _OUT)
        if self.placed < len(self):
            chords[self.placed - len(self) :] = FAR
        return chords

    # --- what ---------------------------------------------------------------------------------------
    def _weights(
        self, needs: Needs, places: NDArray[Any], pieces: list[Piece], order: Order, now: datetime
    ) -> NDArray[Any]:
        weights = self._weighed(needs, places, order)
        room = _ROOM.get(order)
        if room is None:
            return weights
        seconds = _seconds(now)
        if seconds > self.last_room:
            weights += room
        else:
            np.add(weights, room, out=weights, where=places["until"] < np.array(seconds, np.int32))
        if order == "soonest" and len(self.later_rows):
            return self._with_next_openings(weights, pieces, seconds, now.date())
        return weights

    def _weighed(self, needs: Needs, places: NDArray[Any], order: Order) -> Weights:
        weights = self._family(weigh_kinds, needs, order, places["kinds"])
        if needs.must or order != "nearest":
            weights += self._family(weigh_musts, needs, order, places["musts"])
        return weights

    def _family(self, weigh: _Weigh, needs: Needs, order: Order, patterns: NDArray[Any]) -> Weights:
        """The weights of some rows by one family. Those of every pattern are kept for the next search like it."""
        if weigh is weigh_kinds:
            key: tuple[Any, ...] = (order, needs.kinds, needs.payer, needs.for_opioids)
            words = self.kind_words
        else:
            key, words = (order, needs.must), self.must_words
        kept = self._tables.get(key)
        if kept is None:
            # Where nearly every place says something else, it takes less to weigh these rows than all patterns.
            if len(words[0]) > max(_MANY_PATTERNS, 2 * len(patterns)):
                return weigh(needs, order, words.take(patterns, axis=1))
            kept = weigh(needs, order, words)
            room = max(_TABLE_BYTES * len(self), _FEWEST_BYTES) - kept.nbytes
            for oldest in list(self._tables):
                if sum(table.nbytes for table in list(self._tables.values())) <= room:
                    break
                self._tables.pop(oldest, None)
            self._tables[key] = kept
        weights: Weights = kept.take(patterns)
        return weights

    def _with_next_openings(self, weights: Weights, pieces: list[Piece], seconds: int, today: date) -> Floats:
        """Among the full ones, the next opening decides. Days become small numbers, so that weights stay exact."""
        days = np.full(len(weights), 0, dtype=np.int64)
        done = 0
        for start, end in pieces:
            low, high = self.later_rows.searchsorted((start, end))
            rows = self.later_rows[low:high]
            until = self.places["until"][rows]
            holds = (until < 0) & (-until >= seconds) & (self.later_days[low:high] >= today.toordinal())
            days[rows[holds] - start + done] = self.later_days[low:high][holds]
            done += end - start
        known = np.unique(days[days > 0])
        later: Floats = np.where(days > 0, known.searchsorted(days), len(known)) * STEP
        later += weights.astype(np.float64) * (len(known) + 1)
        return later

    def _turns(self, rows: NDArray[np.int64], now: datetime, id_of: Callable[[int], str]) -> Sequence[Any]:
        if now.date() == self.day:
            return self.turns.take(rows).tolist()  # type: ignore[no-any-return]
        day = now.date().isoformat()
        named = [id_of(row) for row in rows.tolist()]
        return [(rotation(name, day), name) for name in named]


def _rows(pieces: list[Piece], held: NDArray[np.intp]) -> NDArray[np.int64]:
    """The rows behind positions in the joined runs."""
    if len(pieces) == 1:
        return held + pieces[0][0]
    done, ends, shifts = 0, [], []
    for start, end in pieces:
        shifts.append(start - done)
        done += end - start
        ends.append(done)
    found: NDArray[np.int64] = held + np.array(shifts).take(np.array(ends).searchsorted(held, side="right"))
    return found


def _ceiling(key: Floats, last: int) -> float:
    """The greatest key that could still tie with the one in position `last`: its weight, to the end of its tenth."""
    sorted_so_far = key.copy()
    sorted_so_far.partition(last - 1)
    cut = float(sorted_so_far[last - 1])
    slack = _SLACK + 4 * math.ulp(cut)
    weight = cut // STEP * STEP
    chord = cut - weight + slack
    if chord >= 4.5:
        return cut + slack
    edge = (tenths([chord])[0] + 0.5) / (20 * EARTH_MILES)
    return weight + (4.0 if edge >= math.pi / 2 else (2 * math.sin(edge)) ** 2) + slack


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
