"""What the snapshot does not know: counted once for each snapshot, and kept."""

from collections import Counter
from dataclasses import dataclass, field

from handrail.core.facts import NO, UNKNOWN, YES, fact_of
from handrail.core.match import Offer
from handrail.records.directory.snapshot import Snapshot
from handrail.web.steward.directory_words import KEY_FACTS

# A larger directory is judged by so many of its places, evenly spread, and the page says so.
MOST_JUDGED = 50_000


@dataclass
class StateGaps:
    """One state's places, and how many of their key facts are not known."""

    places: int = 0
    unknown: int = 0

    @property
    def unknown_share(self) -> float:
        """The share of key facts that is not known, from 0 to 1."""
        return self.unknown / (self.places * len(KEY_FACTS)) if self.places else 0.0


@dataclass
class Judged:
    """What was counted in one snapshot. `every` is 1 when each place was looked at, 2 when every second one was."""

    places: int
    every: int
    judged: int = 0
    values: dict[str, Counter[str]] = field(default_factory=lambda: {key: Counter() for key in KEY_FACTS})
    states: dict[str, StateGaps] = field(default_factory=dict)


_kept: dict[int, Judged] = {}


def judge(snap: Snapshot) -> Judged:
    """Count what is not known in a snapshot; counted once, then read."""
    found = _kept.get(snap.serial)
    if found is None:
        found = Judged(places=len(snap), every=max(1, -(-len(snap) // MOST_JUDGED)))
        for index in range(0, len(snap), found.every):
            _count(found, snap.listing(index).offer)
        _kept.clear()
        _kept[snap.serial] = found
    return found


def _count(found: Judged, offer: Offer) -> None:
    state = found.states.setdefault(offer.state, StateGaps())
    found.judged += 1
    state.places += 1
    for key, values in found.values.items():
        value = fact_of(offer.facts, key).value
        values[value if value in (YES, NO) else UNKNOWN] += 1
        state.unknown += value == UNKNOWN
