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

Words = NDArray[Any]
Weights = NDArray[np.int16]

# Two families of bits, because together they would make many more different sets: kinds of help and ways to pay;
# must-haves and how the place answers us.
_KIND_BITS = {key: 1 << number for number, key in enumerate(KINDS)}
_PAYER_BITS = {key: 1 << (len(KINDS) + number) for number, key in enumerate(PAYERS)}
_MUST_BITS = {key: 1 << number for number, key in enumerate(MUSTS)}
_SLOW = 1 << len(MUSTS)
_NO_MEDICINE = 1 << (len(KINDS) + len(PAYERS))
# The bits of one family fit into a word.
WORD = np.dtype(np.uint32 if max(len(KINDS) + len(PAYERS) + 1, len(MUSTS) + 1) <= 32 else np.uint64)

# One step of weight is more than any distance can add (core.columns adds the square of a chord, at most 4, or FAR).
STEP = 8
_SLOW_STEP, _UNKNOWN_STEP = (np.array(times * STEP, np.int16) for times in (1, 2))
ROOM_STEP = 40 * STEP  # more than everything picked being unknown, and slow as well
# Two steps of medicine at most, and the way to pay before both.
_MEDICINE_STEP, _PAYER_STEP = (np.array(times * ROOM_STEP, np.int16) for times in (2, 6))
SOON_ROOM_STEP = 4 * STEP
_STARTS_STEP, _WALKS_STEP = (np.array(times * STEP, np.int16) for times in (2, 1))
# A place that is left out weighs at least this: more than the steps of any other, and twice it is still a weight.
LEFT_OUT = 12 * ROOM_STEP + 256 * STEP
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
            _bits(_KIND_BITS, kinds, YES)
            | _bits(_PAYER_BITS, ways, YES)
            | (_NO_MEDICINE if offer.medicine_tier == 2 else 0),
            _bits(_MUST_BITS, musts, YES) | (_SLOW if offer.is_slow else 0),
        ),
        no=(_bits(_KIND_BITS, kinds, NO) | _bits(_PAYER_BITS, ways, NO), _bits(_MUST_BITS, musts, NO)),
    )


def _bits(table: dict[str, int], words: dict[str, str], wanted: str) -> int:
    return sum(bit for key, bit in table.items() if words[key] == wanted)


def weigh_kinds(needs: Needs, order: Order, words: Words) -> Weights:
    """What one search makes of sets of the first family (rows: yes, no): a weight each, LEFT_OUT where left out."""
    yes, no = words
    weights: Weights = np.zeros(yes.shape, dtype=np.int16)
    picked = _mask(_KIND_BITS, needs.kinds)
    if order == "best":
        if needs.for_opioids:
            _add(weights, _MEDICINE_STEP, _none(yes, _mask(_KIND_BITS, ("medicine",))))
            _add(weights, _MEDICINE_STEP, (yes & _NO_MEDICINE_MASK) != 0)
        if needs.kinds:
            _add(weights, _UNKNOWN_STEP, _none(yes, picked))
        if needs.payer in _PAYER_BITS:
            payer = _mask(_PAYER_BITS, (needs.payer,))
            said_no = (no & payer) != 0
            _add(weights, _PAYER_STEP, said_no)
            # Those that refuse are together already: that one more is counted for each of them changes nothing.
            _add(weights, _UNKNOWN_STEP, _none(yes, payer))
    if needs.kinds:
        np.putmask(weights, (no & picked) == picked, _OUT)
    return weights


def weigh_musts(needs: Needs, order: Order, words: Words) -> Weights:
    """As `weigh_kinds`, for the second family."""
    yes, no = words
    weights: Weights = np.zeros(yes.shape, dtype=np.int16)
    if order == "best":
        _add(weights, _SLOW_STEP, (yes & _SLOW_MASK) != 0)
        for key in needs.must:
            _add(weights, _UNKNOWN_STEP, _none(yes, _mask(_MUST_BITS, (key,))))
    if order == "soonest":
        _add(weights, _STARTS_STEP, _none(yes, _mask(_MUST_BITS, ("starts_today",))))
        _add(weights, _WALKS_STEP, _none(yes, _mask(_MUST_BITS, ("walk_in",))))
    if needs.must:
        np.putmask(weights, (no & _mask(_MUST_BITS, needs.must)) != 0, _OUT)
    return weights


# Numbers are kept as arrays, because numpy takes longer to look at a number than to add it to a hundred rows.
_OUT = np.array(LEFT_OUT, np.int16)
_SLOW_MASK = np.array(_SLOW, WORD)
_NO_MEDICINE_MASK = np.array(_NO_MEDICINE, WORD)
_MASKS: dict[tuple[str, ...], NDArray[Any]] = {}


def _mask(table: dict[str, int], keys: tuple[str, ...]) -> NDArray[Any]:
    name = (next(iter(table)), *keys)
    found = _MASKS.get(name)
    if found is None:
        if len(_MASKS) > 4096:
            _MASKS.clear()
        found = _MASKS[name] = np.array(sum(table[key] for key in set(keys)), WORD)
    return found


def _none(words: Words, mask: NDArray[Any]) -> NDArray[np.bool_]:
    """Where none of these bits is set."""
    found: NDArray[np.bool_] = (words & mask) == 0
    return found


def _add(weights: Weights, step: NDArray[Any], where: NDArray[np.bool_]) -> None:
    np.add(weights, step, out=weights, where=where)
