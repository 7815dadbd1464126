"""Makes the finder's columns: place by place, and again where a few places have changed."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handrail.core.columns import EPOCH, Columns, column_of, degrees_of, stripe_of
from handrail.core.match import Offer, Point, point, rotation
from handrail.core.openings import AGEING_TIMES, Statement
from handrail.core.patterns import WORD, pattern_of

NOWHERE = (0.0, 0.0, 0.0)  # inside the earth
# Degrees of latitude in a stripe: among many places, narrow ones leave more of them out.
TALL, MANY = 0.5, 200_000
_LATEST = 2**31 - 1
_Family = dict[tuple[int, int], int]


class Gathering:
    """Takes in one place after another, in any order, holding only numbers, and then arranges them."""

    def __init__(self, day: date, fresh_hours: Mapping[str, int]) -> None:
        self.day, self.fresh_hours = day, fresh_hours
        self.points = array("d")
        self.kinds, self.musts = array("I"), array("I")
        self.until, self.next_on = array("i"), array("i")
        self.turns: list[tuple[str, str]] = []
        self.kind_words: _Family = {}
        self.must_words: _Family = {}

    def add(self, offer: Offer) -> None:
        """Take in one place."""
        here = offer.latitude is not None and offer.longitude is not None
        pattern = pattern_of(offer)
        self._add(
            offer.program_id,
            point(offer.latitude or 0.0, offer.longitude or 0.0) if here else None,
            ((pattern.yes[0], pattern.no[0]), (pattern.yes[1], pattern.no[1])),
            room_of(offer.statements, self.fresh_hours),
        )

    def keep(self, before: Columns, row: int, program_id: str) -> None:
        """Take over one row that has not changed since other columns of the same hours were made."""
        kind, must, until = (int(column[row]) for column in (before.kinds, before.musts, before.until))
        words = before.kind_words[:, kind].tolist(), before.must_words[:, must].tolist()
        later = before.later_rows.searchsorted(row)
        is_later = later < len(before.later_rows) and before.later_rows[later] == row
        room = until, int(before.later_days[later]) if is_later else 0
        self._add(program_id, before.point_of(row), (tuple(words[0]), tuple(words[1])), room)

    def _add(
        self,
        program_id: str,
        at: Point | None,
        words: tuple[tuple[int, int], tuple[int, int]],
        room: tuple[int, int],
    ) -> None:
        self.points.extend(at or NOWHERE)
        self.kinds.append(self.kind_words.setdefault(words[0], len(self.kind_words)))
        self.musts.append(self.must_words.setdefault(words[1], len(self.must_words)))
        self.until.append(room[0])
        self.next_on.append(room[1])
        self.turns.append((rotation(program_id, self.day.isoformat()), program_id))

    def arranged(self) -> tuple[Columns, NDArray[np.int64]]:
        """The columns, and for each of their rows which place it is, by the order of adding."""
        turns = np.empty(len(self.turns), dtype=np.uint32)
        turns[sorted(range(len(self.turns)), key=self.turns.__getitem__)] = np.arange(len(self.turns), dtype=np.uint32)
        return arrange(
            self.day,
            points=np.array(self.points).reshape(-1, 3),
            kinds=np.array(self.kinds),
            musts=np.array(self.musts),
            words=(_words(self.kind_words), _words(self.must_words)),
            until=np.array(self.until),
            next_on=np.array(self.next_on),
            turns=turns,
        )


def arrange(
    day: date,
    *,
    points: NDArray[np.float64],
    kinds: NDArray[Any],
    musts: NDArray[Any],
    words: tuple[NDArray[Any], NDArray[Any]],
    until: NDArray[Any],
    next_on: NDArray[Any],
    turns: NDArray[np.uint32],
) -> tuple[Columns, NDArray[np.int64]]:
    """Columns from arrays in any order, and for each row of the columns where it stood in the arrays.

    A place without a point stands at NOWHERE.
    """
    count = len(points)
    tall = TALL if count < MANY else TALL / 2
    stripes, longitudes = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.uint16)
    for at, (x, y, z) in enumerate(points.tolist()):
        latitude, longitude = degrees_of((x, y, z))
        # A place without a point stands behind every stripe.
        stripes[at] = stripe_of(latitude, tall) if (x, y, z) != NOWHERE else round(180 / tall)
        longitudes[at] = column_of(longitude)
    order = np.lexsort((longitudes, stripes))
    placed = int(np.count_nonzero(stripes < round(180 / tall)))
    later = next_on[order].nonzero()[0]
    made = Columns(
        day=day,
        points=points[order].T.copy(),
        kinds=kinds[order].astype(_number_type(words[0])),
        musts=musts[order].astype(_number_type(words[1])),
        until=until[order].astype(np.int32),
        stripes=np.searchsorted(stripes[order], np.arange(round(180 / tall) + 1)).astype(np.uint32),
        longitudes=longitudes[order][:placed].copy(),
        kind_words=words[0],
        must_words=words[1],
        later_rows=later.astype(np.int32),
        later_days=next_on[order][later].astype(np.int32),
        turns=turns[order].astype(np.min_scalar_type(max(count - 1, 0))),
    )
    return made, order


def patched(columns: Columns, changed: Mapping[int, Offer], fresh_hours: Mapping[str, int]) -> Columns:
    """New columns with some rows' words changed. The places stand where they stood; everything else is shared."""
    words = [columns.kind_words, columns.must_words]
    later = dict(zip(columns.later_rows.tolist(), columns.later_days.tolist(), strict=True))
    numbers: dict[int, list[int]] = {}
    for row, offer in changed.items():
        pattern = pattern_of(offer)
        numbers[row] = []
        for which in (0, 1):
            words[which], number = _numbered(words[which], pattern.yes[which], pattern.no[which])
            numbers[row].append(number)
    kinds = columns.kinds.astype(_number_type(words[0]))
    musts = columns.musts.astype(_number_type(words[1]))
    until = columns.until.copy()
    for row, offer in changed.items():
        kinds[row], musts[row] = numbers[row]
        until[row], next_on = room_of(offer.statements, fresh_hours)
        later.pop(row, None)
        if next_on:
            later[row] = next_on
    return replace(
        columns,
        kinds=kinds,
        musts=musts,
        until=until,
        kind_words=words[0],
        must_words=words[1],
        **_later(later),
        _tables={} if len(words[0][0]) + len(words[1][0]) > columns.sets else columns._tables,
        _periods={},
    )


def with_hours(
    columns: Columns, statements: Mapping[int, Sequence[Statement]], fresh_hours: Mapping[str, int]
) -> Columns:
    """The same places where statements stay fresh for other hours. `statements` are those of each row that has any."""
    until, later = np.zeros_like(columns.until), {}
    for row, said in statements.items():
        until[row], next_on = room_of(said, fresh_hours)
        if next_on:
            later[row] = next_on
    return replace(columns, until=until, **_later(later), _periods={})


def _later(days: Mapping[int, int]) -> dict[str, Any]:
    """The columns of next openings."""
    rows = sorted(days)
    return {
        "later_rows": np.array(rows, dtype=np.int32),
        "later_days": np.array([days[row] for row in rows], dtype=np.int32),
    }


def _number_type(words: NDArray[Any]) -> np.dtype[Any]:
    """What numbers of so many sets of words are kept as: never more than four bytes, and two for most."""
    return np.dtype(np.uint16 if words.shape[1] <= 65536 else np.uint32)


def _words(known: _Family) -> NDArray[Any]:
    return np.array([*known] or np.empty((0, 2)), dtype=WORD).T.copy()


def _numbered(words: NDArray[Any], yes: int, no: int) -> tuple[NDArray[Any], int]:
    """The number of a set of bits, and the sets with it among them."""
    found = ((words[0] == yes) & (words[1] == no)).nonzero()[0]
    if len(found):
        return words, int(found[0])
    return np.hstack([words, np.array([[yes], [no]], dtype=WORD)]), words.shape[1]


def room_of(statements: Sequence[Statement], fresh_hours: Mapping[str, int]) -> tuple[int, int]:
    """Until when room counts as confirmed or as full (see Columns.until), and the day of the next opening, else 0.

    The same word as core.openings.best_sentence: any fresh room is room; it is full only when nobody says otherwise.
    """
    rooms = [_last_second(each, fresh_hours[each.kind]) for each in statements if each.openings]
    if rooms:
        return max(0, *rooms), 0
    if not statements:
        return 0, 0
    full = min(_last_second(each, fresh_hours[each.kind] * AGEING_TIMES) for each in statements)
    next_on = statements[0].next_opening_on
    return -max(0, full), next_on.toordinal() if next_on and full > 0 else 0


def _last_second(statement: Statement, hours: int) -> int:
    since = statement.stated_at - EPOCH
    return min(_LATEST, since.days * 86400 + since.seconds + hours * 3600)
