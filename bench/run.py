"""What every measurement shares: a row with its bar, taking turns, and the table."""

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

SLICE_SECONDS = 0.1
Sign = Literal["<=", ">=", "="]
MET, MISSED = "met", "MISSED"
HEADS = ("what", "value", "unit", "beside it, in the same run", "value", "ratio", "bar", "")


@dataclass(frozen=True)
class Bar:
    """What a value must be."""

    sign: Sign
    value: float

    def holds(self, value: float) -> bool:
        """True when the value keeps the bar."""
        return {"<=": value <= self.value, ">=": value >= self.value, "=": value == self.value}[self.sign]

    def __str__(self) -> str:
        return f"{self.sign} {number(self.value)}"


@dataclass(frozen=True)
class Row:
    """One measured number, the floor or rival measured beside it in the same run, and its bar."""

    name: str
    value: float
    unit: str
    beside: str = ""
    beside_value: float | None = None
    bar: Bar | None = None

    @property
    def ratio(self) -> float | None:
        """The value over what was measured beside it."""
        return self.value / self.beside_value if self.beside_value else None

    @property
    def is_met(self) -> bool | None:
        """Whether the bar is kept; None where there is none."""
        return self.bar.holds(self.value) if self.bar else None

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            **asdict(self),
            "bar": str(self.bar) if self.bar else None,
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "is_met": self.is_met,
        }


def row_from(data: Mapping[str, Any]) -> Row:
    """A row read back from its JSON."""
    sign, _, value = (data["bar"] or "").partition(" ")
    bar = Bar(cast(Sign, sign), float(value.replace(",", ""))) if sign else None
    names = ("name", "value", "unit", "beside", "beside_value")
    return Row(**{name: data[name] for name in names}, bar=bar)


def in_turns(
    parts: Mapping[str, Callable[[], object]], *, seconds: float, slice_seconds: float = SLICE_SECONDS
) -> dict[str, list[float]]:
    """Seconds of each call. The parts take turns in short slices, so that noise falls on all alike.

    Each is called once first without being measured.
    """
    times: dict[str, list[float]] = {name: [] for name in parts}
    for call in parts.values():
        call()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, call in parts.items():
            stop = time.perf_counter() + slice_seconds
            now = 0.0
            while now < stop:
                began = time.perf_counter()
                call()
                now = time.perf_counter()
                times[name].append(now - began)
    return times


def median_ms(times: Sequence[float]) -> float:
    """The median in milliseconds."""
    return 1000 * statistics.median(times)


def p99_ms(times: Sequence[float]) -> float:
    """The 99th percentile in milliseconds, by nearest rank."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]


def number(value: float) -> str:
    """A number with as many digits as it deserves."""
    if float(value).is_integer():
        return f"{value:,.0f}"
    size = abs(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.1f}" if size >= 100 else f"{value:.3g}"


def table(rows: Iterable[Row]) -> str:
    """The rows as a table of plain text, which is also Markdown."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADS))]
    lines = [_line(line, widths) for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    beside = "" if row.beside_value is None else number(row.beside_value)
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    verdict = {None: "", True: MET, False: MISSED}[row.is_met]
    return (row.name, number(row.value), row.unit, row.beside, beside, ratio, str(row.bar or ""), verdict)


def _line(line: Sequence[str], widths: Sequence[int]) -> str:
    numeric = (1, 4, 5)
    padded = [
        text.rjust(width) if column in numeric else text.ljust(width)
        for column, (text, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "| " + " | ".join(padded) + " |"
