"""What may honestly be said now about openings. A statement ages; nothing is said without who and when.

Source: docs/ranking.md, "How openings age".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

State = Literal["fresh", "ageing", "unknown", "full"]

# Hours for which a statement is fresh. To three times as long it is ageing; then it is not known.
FRESH_HOURS: Mapping[str, int] = {"beds": 12, "visits": 72}
AGEING_TIMES = 3

_RANKS: dict[str, int] = {"fresh": 0, "ageing": 1, "unknown": 2, "full": 3}


@dataclass(frozen=True)
class Statement:
    """What somebody said about openings. `kind` is beds or visits; `source` is who said it."""

    label: str
    kind: str
    openings: int
    stated_at: datetime
    source: str
    next_opening_on: date | None = None
    waiting: int | None = None


@dataclass(frozen=True)
class OpeningsSentence:
    """What may be said, as a code and its facts. One that speaks of room without time and source cannot be made."""

    state: State
    code: str
    facts: Mapping[str, Any]

    def __post_init__(self) -> None:
        if self.state != "unknown" and not (self.facts.get("stated_at") and self.facts.get("source")):
            raise ValueError("Openings are never shown without who said so and when.")

    @property
    def is_room(self) -> bool:
        """True when room is confirmed and fresh."""
        return self.state == "fresh"


NOT_SAID = OpeningsSentence("unknown", "not_said", {})


def sentence_for(
    statement: Statement | None, *, now: datetime, fresh_hours: Mapping[str, int] = FRESH_HOURS
) -> OpeningsSentence:
    """Decide what may be said of one statement now (aware UTC)."""
    if statement is None:
        return NOT_SAID
    fresh = timedelta(hours=fresh_hours[statement.kind])
    age = max(now - statement.stated_at, timedelta(0))
    facts: dict[str, Any] = {
        "label": statement.label,
        "kind": statement.kind,
        "openings": statement.openings,
        "stated_at": statement.stated_at,
        "source": statement.source,
        "hours": int(age.total_seconds() // 3600),
        "minutes": int(age.total_seconds() // 60),
    }
    if age > fresh * AGEING_TIMES:
        return OpeningsSentence("unknown", "too_old", {"stated_at": statement.stated_at, "source": statement.source})
    if statement.openings == 0:
        next_on = statement.next_opening_on
        facts |= {"next_on": next_on if next_on and next_on >= now.date() else None, "waiting": statement.waiting}
        return OpeningsSentence("full", "full", facts)
    if age <= fresh:
        return OpeningsSentence("fresh", "openings", facts)
    return OpeningsSentence("ageing", "had_openings", facts)


def best_sentence(
    statements: Iterable[Statement], *, now: datetime, fresh_hours: Mapping[str, int] = FRESH_HOURS
) -> OpeningsSentence:
    """The most hopeful thing that may be said of a program: fresh room, then ageing, then not known, then full."""
    sentences = [sentence_for(statement, now=now, fresh_hours=fresh_hours) for statement in statements]
    return min(sentences, key=lambda sentence: _RANKS[sentence.state], default=NOT_SAID)
