"""The text of every listed place in one block of bytes, found by row, by address or by id.

Only two small numbers a place stand beside the text: addresses and ids are found by halving, not kept a second time.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ID = 36  # characters of a program's id


class Shelf:
    """Records by row: the id, the address, a line feed, the line. A change lays a new record over the old one.

    Behind the rows stand the ids and addresses of entries merged into them: whoever asks for one finds the row.
    """

    def __init__(self, records: Sequence[bytes], parts: Sequence[tuple[int, str, str]]) -> None:
        """`parts` are row, id and address of each merged entry."""
        whole = [*records, *(record_of(part, slug, b"") for _row, part, slug in parts)]
        self._rows = len(records)
        self._text = b"".join(whole)
        wide = np.uint32 if len(self._text) < 2**32 else np.uint64
        self._ends = np.cumsum([0, *map(len, whole)]).astype(wide)
        self._starts = self._ends.data
        self._heads = np.array([row for row, _part, _slug in parts], dtype=np.uint32)
        self._new: dict[int, bytes] = {}
        self._by_id = _sorted_rows(len(whole), self.id_of)
        self._by_slug = _sorted_rows(len(whole), self.slug_of)

    def changed(self, records: Mapping[int, bytes]) -> "Shelf":
        """The same shelf with some records new. Ids and addresses are as they were."""
        made = object.__new__(Shelf)
        made.__dict__.update(self.__dict__)
        made._new = {**self._new, **records}
        return made

    def __len__(self) -> int:
        return self._rows

    def parts(self) -> dict[int, list[tuple[str, str]]]:
        """Id and address of every merged entry, by the row it was merged into."""
        found: dict[int, list[tuple[str, str]]] = {}
        for at, row in enumerate(self._heads.tolist(), start=self._rows):
            found.setdefault(row, []).append((self.id_of(at), self.slug_of(at)))
        return found

    def parts_of(self, row: int) -> set[str]:
        """The ids of the entries merged into one row."""
        return {self.id_of(self._rows + int(at)) for at in (self._heads == row).nonzero()[0]}

    @property
    def overlaid(self) -> int:
        """How many records lie over older ones."""
        return len(self._new)

    @property
    def text_bytes(self) -> int:
        """Bytes of text."""
        return len(self._text) + sum(map(len, self._new.values()))

    @property
    def index_bytes(self) -> int:
        """Bytes of what stands beside the text."""
        return sum(array.nbytes for array in (self._ends, self._heads, self._by_id, self._by_slug))

    def record(self, row: int) -> bytes:
        """The whole record of one row."""
        return self._new.get(row) or self._text[self._starts[row] : self._starts[row + 1]]

    def split(self, row: int) -> tuple[str, str, bytes]:
        """The id, the address and the line of one row."""
        head, _, line = self.record(row).partition(b"\n")
        return head[:_ID].decode(), head[_ID:].decode(), line

    def id_of(self, row: int) -> str:
        """The id of one row."""
        start = self._starts[row]
        return self._text[start : start + _ID].decode()

    def slug_of(self, row: int) -> str:
        """The address of one row."""
        start = self._starts[row] + _ID
        return self._text[start : self._text.index(b"\n", start)].decode()

    def row_of_id(self, program_id: str) -> int | None:
        """The row of an id."""
        return self._row(_find(self._by_id, program_id, self.id_of))

    def row_of_slug(self, slug: str) -> int | None:
        """The row of an address."""
        return self._row(_find(self._by_slug, slug, self.slug_of))

    def _row(self, at: int | None) -> int | None:
        return at if at is None or at < self._rows else int(self._heads[at - self._rows])


def record_of(program_id: str, slug: str, line: bytes) -> bytes:
    """A record for the shelf."""
    return f"{program_id}{slug}\n".encode() + line


def _sorted_rows(count: int, name: Callable[[int], str]) -> NDArray[Any]:
    rows: Iterable[int] = sorted(range(count), key=name)
    return np.fromiter(rows, dtype=np.min_scalar_type(count), count=count)


def _find(rows: NDArray[Any], wanted: str, name: Callable[[int], str]) -> int | None:
    held = rows.data
    at = bisect_left(held, wanted, key=name)
    return held[at] if at < len(held) and name(held[at]) == wanted else None
