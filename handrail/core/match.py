"""Needs and offers to a ranked list, each with its reasons. Pure, deterministic, and nothing here knows of money.

RULE is the whole rule in words; it is printed on the results page and in docs/ranking.md.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from math import asin, sqrt
from typing import Any, Literal

from handrail.core.answers import FEWEST, Answers
from handrail.core.coverage import covers
from handrail.core.facts import NO, NOT_KNOWN, UNKNOWN, YES, FactValue
from handrail.core.needs import FITS_WHEN_NO, KINDS, MUSTS, Choice, Needs
from handrail.core.openings import FRESH_HOURS, NOT_SAID, OpeningsSentence, Statement, best_sentence

Verdict = Literal["fits", "does_not", "unknown"]
Order = Literal["best", "nearest", "soonest"]
ORDERS: tuple[Order, ...] = ("best", "nearest", "soonest")
EARTH_MILES = 3958.8
_TENTHS = 20 * EARTH_MILES

RULE: tuple[str, ...] = (
    "A place that says no to a must-have, or has none of the kinds of help you picked, is left out.",
    "A place that does not say is kept. Not known is never read as yes or no.",
    "Places that do not take the way you pay come last.",
    "Places with medicine for opioid use (buprenorphine or methadone) come first, because it saves the most lives.",
    "Places that say they have none, or that they do not treat opioid use, come after those that do not say.",
    "Then places with confirmed room. Word about beds gets old sooner than word about visits.",
    "Then what fits what you picked: the fewer things not known, the higher.",
    "Then places that answer us. A place that, in five or more of our requests, mostly answered late or said no "
    "comes after.",
    "Then distance, the nearest first.",
    "Places that are still equal change order each day, by a number made from the place and the date.",
    "No one can pay to be higher. The rule has no place for money.",
)


@dataclass(frozen=True)
class Offer:
    """One listed program, as much as ranking and a card need. It has no field that money could buy."""

    program_id: str
    slug: str
    name: str
    organization: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip5: str = ""
    latitude: float | None = None
    longitude: float | None = None
    geocode: str = "none"
    walk_in_hours: str = ""
    source: str = ""
    observed_on: date | None = None
    is_sample: bool = False
    may_be_closed: bool = False
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    answers: Answers | None = None

    def fact(self, key: str) -> FactValue:
        """One fact, unknown when nobody has spoken of it."""
        return self.facts.get(key, NOT_KNOWN)

    @cached_property
    def has_medicine(self) -> bool:
        """True when the program is known to use buprenorphine or methadone."""
        return any(self.fact(key).value == YES for key in KINDS["medicine"].facts)

    @cached_property
    def medicine_tier(self) -> int:
        """0 with medicine for opioid use, 1 when that is not known, 2 when it has none or does not treat opioid use."""
        if self.has_medicine:
            return 0
        has_none = all(self.fact(key).value == NO for key in KINDS["medicine"].facts)
        return 2 if has_none or self.fact("treats_opioid_use").value == NO else 1

    @property
    def stops_medicine(self) -> bool:
        """True when the program is known not to let people stay on medicine for opioid use."""
        return self.fact("stops_medicine").value == YES

    @property
    def is_slow(self) -> bool:
        """True when our own requests show that the program is hard to get into."""
        return self.answers is not None and self.answers.is_slow


@dataclass(frozen=True)
class Reason:
    """Why a place is listed where it is: a verdict, what it is about, and who said so when.

    `about` is room, medicine, answers, stops_medicine, or kind:KEY, payer:KEY or must:KEY; `why` is a finer code.
    """

    verdict: Verdict
    about: str
    why: str = ""
    source: str = ""
    on: date | None = None

    def as_dict(self) -> dict[str, Any]:
        """The reason as JSON, for the command line and for an option put before a person."""
        return {
            "verdict": self.verdict,
            "about": self.about,
            "why": self.why,
            "source": self.source,
            "on": self.on.isoformat() if self.on else None,
        }


def reason_from(kept: Mapping[str, Any]) -> Reason:
    """A reason read back from its JSON."""
    on = date.fromisoformat(kept["on"]) if kept.get("on") else None
    return Reason(kept["verdict"], kept["about"], kept.get("why", ""), kept.get("source", ""), on)


@dataclass(frozen=True)
class Match:
    """One place in the list. `reasons` are worked out when read: a list is ranked without them."""

    offer: Offer
    needs: Needs
    distance_miles: float | None
    openings: OpeningsSentence

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason, in the order of the rule: room, medicine, kinds, payer, must-haves, answers, the warning."""
        return tuple(_reasons(self.needs, self.offer, self.openings))

    def those(self, verdict: Verdict) -> tuple[Reason, ...]:
        """The reasons of one verdict."""
        return tuple(reason for reason in self.reasons if reason.verdict == verdict)


def rank(
    needs: Needs,
    offers: Iterable[Offer],
    *,
    now: datetime,
    order: Order = "best",
    fresh_hours: Mapping[str, int] = FRESH_HOURS,
) -> list[Match]:
    """Rank offers for needs at `now` (aware UTC) by RULE. An offer without a point counts as farthest.

    An offer that is known to be beyond `needs.miles` is left out.
    """
    today = now.date().isoformat()
    here, limit = _point_of(needs), reach(needs.miles)
    keyed: list[tuple[tuple[Any, ...], Match]] = []
    for offer in offers:
        there = _point_of(offer)
        chord = None if here is None or there is None else apart(here, there)
        if chord is not None and chord > limit:
            continue
        unknown = _count_unknown(needs, offer)
        if unknown is None:
            continue
        match = match_at(chord, needs, offer, now=now, fresh_hours=fresh_hours)
        keyed.append((_key(match, chord, unknown, order, today), match))
    keyed.sort(key=lambda pair: pair[0])
    return [match for _key, match in keyed]


def match_at(
    chord: float | None, needs: Needs, offer: Offer, *, now: datetime, fresh_hours: Mapping[str, int] = FRESH_HOURS
) -> Match:
    """One place of a list, so far `apart`; None where there is no point."""
    openings = best_sentence(offer.statements, now=now, fresh_hours=fresh_hours) if offer.statements else NOT_SAID
    return Match(offer, needs, None if chord is None else miles_of(chord), openings)


# --- distance -------------------------------------------------------------------------------------
# Places are points on a sphere of radius 1. How far apart two are is the square of the straight line between them,
# which grows with the distance and takes no trigonometry: core.columns works out the same numbers, to the last bit.
Point = tuple[float, float, float]


def point(latitude: float, longitude: float) -> Point:
    """A place in degrees as a point on the sphere."""
    up, across = math.radians(latitude), math.radians(longitude)
    return math.cos(up) * math.cos(across), math.cos(up) * math.sin(across), math.sin(up)


def apart(here: Point, there: Point) -> float:
    """The square of the straight line between two points, from 0 to 4."""
    x, y, z = here[0] - there[0], here[1] - there[1], here[2] - there[2]
    return x * x + y * y + z * z


def miles_of(chord: float) -> float:
    """Great-circle miles between points that are so far `apart`."""
    return 2 * EARTH_MILES * asin(sqrt(chord) / 2 if chord < 4.0 else 1.0)


def reach(miles: float | None) -> float:
    """How far `apart` points within so many miles can be. None is no limit."""
    if miles is None or miles >= math.pi * EARTH_MILES:
        return math.inf
    return -1.0 if miles < 0 else (2 * math.sin(miles / (2 * EARTH_MILES))) ** 2


def tenths(chords: Iterable[float]) -> list[int]:
    """Tenths of a mile, as the rule counts distance. What is farther than anything can be is FAR_TENTHS."""
    return [round(_TENTHS * asin(sqrt(chord) / 2)) if chord < 4.0 else _far_tenths(chord) for chord in chords]


def _far_tenths(chord: float) -> int:
    return round(_TENTHS * asin(1.0)) if chord < 4.5 else FAR_TENTHS


def distance_miles(needs: Needs, offer: Offer) -> float | None:
    """Great-circle miles from the needs' point to the offer, or None when either has no point."""
    here, there = _point_of(needs), _point_of(offer)
    return None if here is None or there is None else miles_of(apart(here, there))


def _point_of(held: Needs | Offer) -> Point | None:
    if held.latitude is None or held.longitude is None:
        return None
    return point(held.latitude, held.longitude)


def rotation(program_id: str, day: str) -> str:
    """The stated key that settles ties: a hash of the program's id and the date, so that equals take turns."""
    return hashlib.sha256(f"{program_id}|{day}".encode()).hexdigest()[:16]


FAR_TENTHS = 10**6  # a place without a point counts as farther than any other
_LAST = date.max


def _key(match: Match, chord: float | None, unknown: int, order: Order, today: str) -> tuple[Any, ...]:
    """The sort key of one match. This is the rule; keep it in step with RULE."""
    offer, needs = match.offer, match.needs
    (far,) = (FAR_TENTHS,) if chord is None else tenths([chord])
    # The id settles what the number leaves equal, which is one chance in 16 ** 16.
    turn = (rotation(offer.program_id, today), offer.program_id)
    if order == "nearest":
        return (far, *turn)
    if order == "soonest":
        return (*_how_soon(match), far, *turn)
    refuses_plan = bool(needs.payer) and covers(needs.payer, offer.facts).answer == "not"
    medicine = offer.medicine_tier if needs.for_opioids else 0
    return (refuses_plan, medicine, not match.openings.is_room, unknown, offer.is_slow, far, *turn)


def _how_soon(match: Match) -> tuple[bool, bool, bool, date]:
    offer, openings = match.offer, match.openings
    starts_today = offer.fact("same_day_start").value == YES
    comes_in = offer.fact("walk_in").value == YES
    return (not openings.is_room, not starts_today, not comes_in, openings.facts.get("next_on") or _LAST)


def _count_unknown(needs: Needs, offer: Offer) -> int | None:
    """How many of the things picked are not known; None when the place is left out."""
    unknown = 0
    for key in needs.must:
        value = fits(key, MUSTS[key], offer).value
        if value == NO:
            return None
        unknown += value == UNKNOWN
    if needs.kinds:
        values = {any_of(KINDS[key], offer).value for key in needs.kinds}
        if values == {NO}:
            return None
        unknown += YES not in values
    if needs.payer:
        unknown += covers(needs.payer, offer.facts).answer == "unknown"
    return unknown


def any_of(choice: Choice, offer: Offer) -> FactValue:
    """The best word on any of a choice's facts: a yes, else not known, else no."""
    words = [offer.fact(key) for key in choice.facts]
    for wanted in (YES, UNKNOWN):
        for word in words:
            if word.value == wanted:
                return word
    return words[0] if words and words[0].value == NO else NOT_KNOWN


def fits(key: str, choice: Choice, offer: Offer) -> FactValue:
    """The word on a must-have, turned round where the good answer is no."""
    word = any_of(choice, offer)
    if key in FITS_WHEN_NO and word.value in (YES, NO):
        return FactValue(NO if word.value == YES else YES, word.source, word.observed_on)
    return word


_VERDICTS: dict[str, Verdict] = {YES: "fits", NO: "does_not", UNKNOWN: "unknown"}
_COVERAGE_VERDICTS: dict[str, Verdict] = {"covered": "fits", "not": "does_not", "unknown": "unknown"}
_ROOM_VERDICTS: dict[str, Verdict] = {"fresh": "fits", "ageing": "unknown", "unknown": "unknown", "full": "does_not"}


def _reasons(needs: Needs, offer: Offer, openings: OpeningsSentence) -> Iterable[Reason]:
    yield _room(openings)
    if needs.for_opioids or "medicine" in needs.kinds:
        yield _medicine(offer)
    for key in needs.kinds:
        if key != "medicine":
            yield _reason(f"kind:{key}", any_of(KINDS[key], offer))
    if needs.payer and needs.payer != "unsure":
        word = covers(needs.payer, offer.facts)
        yield Reason(_COVERAGE_VERDICTS[word.answer], f"payer:{needs.payer}", word.why, word.source, word.observed_on)
    for key in needs.must:
        yield _reason(f"must:{key}", fits(key, MUSTS[key], offer))
    if offer.answers is not None and offer.answers.asked >= FEWEST:
        yield _answers(offer.answers)
    for key in ("alcohol_only", "dui_only"):
        only = offer.fact(key)
        if needs.for_opioids and only.value == YES:
            yield Reason("does_not", "only", key, only.source, only.observed_on)
    if offer.stops_medicine:
        stops = offer.fact("stops_medicine")
        yield Reason("does_not", "stops_medicine", "", stops.source, stops.observed_on)


def _room(openings: OpeningsSentence) -> Reason:
    stated_at = openings.facts.get("stated_at")
    on = stated_at.date() if stated_at else None
    return Reason(_ROOM_VERDICTS[openings.state], "room", openings.code, openings.facts.get("source", ""), on)


def _medicine(offer: Offer) -> Reason:
    today = offer.fact("same_day_start")
    word = any_of(KINDS["medicine"], offer)
    starts = any(offer.fact(f"starts_{key}").value == YES == offer.fact(key).value for key in KINDS["medicine"].facts)
    why = "starts_today" if starts and today.value == YES else ""
    return Reason(_VERDICTS[word.value], "medicine", why, word.source, word.observed_on)


def _answers(answers: Answers) -> Reason:
    if not answers.is_slow:
        return Reason("fits", "answers", "in_time")
    why = "says_no" if answers.declined > answers.accepted else "late"
    return Reason("does_not", "answers", why)


def _reason(about: str, word: FactValue) -> Reason:
    return Reason(_VERDICTS.get(word.value, "unknown"), about, "", word.source, word.observed_on)
