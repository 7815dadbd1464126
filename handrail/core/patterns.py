"""What a place says yes and no to, as bits, and what one search makes of every different set of bits.

Many places say the same, so each set is kept once and a search weighs the sets, not the places. The words themselves
are core.match's own, so that a bit cannot mean something else than the rule.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handrail.core.coverage import covers
from handrail.core.facts import NO, YES
from handrail.core.match import Offer, Order, any_of, fits
from handrail.core.needs import KINDS, MUSTS, PAYERS, Needs

Words = NDArray[np.uint64]
Weights = NDArray[np.float32]

# Two families of bits, because together they would make many more different sets: kinds of help and ways to pay;
# must-haves and how the place answers us.
_KIND_BITS = {key: 1 << number for number, key in enumerate(KINDS)}
_PAYER_BITS = {key: 1 << (len(KINDS) + number) for number, key in enumerate(PAYERS)}
_MUST_BITS = {key: 1 << number for number, key in enumerate(MUSTS)}
_SLOW = 1 << len(MUSTS)

# One step of weight is more than any distance can add (core.columns adds the square of a chord, at most 4, or FAR).
STEP = 8.0
_SLOW_STEP, _UNKNOWN_STEP = STEP, 2 * STEP
ROOM_STEP = 40 * STEP  # more than everything picked being unknown, and slow as well
_MEDICINE_STEP, _PAYER_STEP = 2 * ROOM_STEP, 4 * ROOM_STEP
SOON_ROOM_STEP = 4 * STEP
_STARTS_STEP, _WALKS_STEP = 2 * STEP, STEP
if 2 * (len(MUSTS) + 2) + 1 >= ROOM_STEP / STEP:
    raise RuntimeError("Too many must-haves for ROOM_STEP.")


@dataclass(frozen=True, slots=True)
class Pattern:
    """The bits of one place: what it says yes and no to, in each family. A thing not known has neither bit."""

    yes: tuple[int, int]
    no: tuple[int, int]


def pattern_of(offer: Offer) -> Pattern:
    """The bits of one place, by the words of core.match."""
    answers = {key: covers(key, offer.facts).answer for key in PAYERS}
    kinds = {key: any_of(choice, offer).value for key, choice in KINDS.items()}
    musts = {key: fits(key, choice, offer).value for key, choice in MUSTS.items()}
    takes = {"covered": YES, "not": NO, "unknown": ""}
    ways = {key: takes[answer] for key, answer in answers.items()}
    return Pattern(
        yes=(
            _bits(_KIND_BITS, kinds, YES) | _bits(_PAYER_BITS, ways, YES),
            _bits(_MUST_BITS, musts, YES) | (_SLOW if offer.is_slow else 0),
        ),
        no=(_bits(_KIND_BITS, kinds, NO) | _bits(_PAYER_BITS, ways, NO), _bits(_MUST_BITS, musts, NO)),
    )


def _bits(table: dict[str, int], words: dict[str, str], wanted: str) -> int:
    return sum(bit for key, bit in table.items() if words[key] == wanted)


def weigh_kinds(needs: Needs, order: Order, words: Words) -> Weights:
    """What one search makes of each set of the first family (rows: yes, no): a weight, infinite where left out."""
    yes, no = words
    weights: Any = np.zeros(yes.shape, dtype=np.float32)
    if order == "best":
        if needs.for_opioids:
            weights += np.float32(_MEDICINE_STEP) * _none(yes, _KIND_BITS["medicine"])
        if needs.kinds:
            weights += np.float32(_UNKNOWN_STEP) * _none(yes, _all(_KIND_BITS, needs.kinds))
        payer = _PAYER_BITS.get(needs.payer)
        if payer:
            refuses = ~_none(no, payer)
            weights += np.float32(_PAYER_STEP) * refuses + np.float32(_UNKNOWN_STEP) * (_none(yes, payer) & ~refuses)
    if needs.kinds:
        picked = np.uint64(_all(_KIND_BITS, needs.kinds))
        weights[(no & picked) == picked] = np.inf
    return weights  # type: ignore[no-any-return]


def weigh_musts(needs: Needs, order: Order, words: Words) -> Weights:
    """As `weigh_kinds`, for the second family."""
    yes, no = words
    weights: Any = np.zeros(yes.shape, dtype=np.float32)
    if order == "best":
        weights += np.float32(_SLOW_STEP) * ~_none(yes, _SLOW)
        for key in needs.must:
            weights += np.float32(_UNKNOWN_STEP) * _none(yes, _MUST_BITS[key])
    if order == "soonest":
        weights += np.float32(_STARTS_STEP) * _none(yes, _MUST_BITS["starts_today"])
        weights += np.float32(_WALKS_STEP) * _none(yes, _MUST_BITS["walk_in"])
    if needs.must:
        weights[~_none(no, _all(_MUST_BITS, needs.must))] = np.inf
    return weights  # type: ignore[no-any-return]


def _all(table: dict[str, int], keys: tuple[str, ...]) -> int:
    return sum(table[key] for key in set(keys))


def _none(words: NDArray[np.uint64], bits: int) -> NDArray[np.bool_]:
    """Where none of these bits is set."""
    return (words & np.uint64(bits)) == 0  # type: ignore[no-any-return]
