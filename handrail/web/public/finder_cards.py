"""A match as a card. What many places say alike is put into words once, and what one place says to every search too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.urls import reverse
from django.utils.safestring import SafeString

from handrail.core.facts import FactValue
from handrail.core.match import Match, Offer, Reason
from handrail.core.openings import OpeningsSentence
from handrail.web.finder_words import (
    Line,
    kind_line,
    medicine_lines,
    miles_words,
    openings_line,
    pay_lines,
    reason_line,
)
from handrail.web.mould import Mould, mould, safe
from handrail.web.templatetags.handrail import tel

KEPT = 16_384  # places kept ready, each in one language: more than the whole country has, a kilobyte or two each
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_HOLES = (
    *("number", "state", "slug", "address", "name", "kind", "openings", "medicine", "pay"),
    *("miles", "city", "hours", "reasons", "phone"),
)
# The facts that the lines about medicine and about paying are made of, and nothing else.
_MEDICINE = ("buprenorphine", "methadone", "starts_buprenorphine", "starts_methadone", "same_day_start")
_PAY = (
    *("medicaid", "medicare", "private_plan", "va", "free", "sliding_fee", "public_funds", "self_pay"),
    "up_front_payment",
)


@dataclass(frozen=True, slots=True)
class Reader:
    """What a card depends on besides the match: the language, how it is paid, and when and where it is read."""

    language: str | None
    payer: str
    now: datetime
    today: date
    zone: str


_T = TypeVar("_T")


class _Kept(Generic[_T]):
    """What was worked out from a place's own words, for as long as the place says the same on the same day."""

    def __init__(self) -> None:
        self._held: dict[tuple[Any, ...], tuple[Offer, date, _T]] = {}

    def get(self, key: tuple[Any, ...], offer: Offer, today: date) -> _T | None:
        held = self._held.get(key)
        if held is None or held[1] != today:
            return None
        # The same place read again is another object, equal to the one before.
        return held[2] if held[0] is offer or held[0] == offer else None

    def put(self, key: tuple[Any, ...], offer: Offer, today: date, made: _T) -> _T:
        while len(self._held) >= KEPT:
            self._held.pop(next(iter(self._held)), None)
        self._held[key] = offer, today, made
        return made


_parts_kept: _Kept[dict[str, SafeString]] = _Kept()
_reasons_kept: _Kept[SafeString] = _Kept()


def card_html(match: Match, number: int, reader: Reader) -> SafeString:
    """One card of the list."""
    offer, openings = match.offer, match.openings
    card = _card(bool(offer.phone), bool(offer.walk_in_hours), offer.stops_medicine, reader.language)
    miles = match.distance_miles
    whole = None if miles is None else round(miles)
    parts = _parts(offer, reader)
    return card.fill(
        number=number,
        state=openings.state,
        openings=_openings(openings, reader),
        miles=_miles(whole, offer.geocode == "zip", reader.language),
        reasons=_reasons(match, reader),
        pay=_pay_of(offer, parts, reader),
        **parts,
    )


@lru_cache(maxsize=32)
def _card(has_phone: bool, has_walk_in: bool, stops_medicine: bool, language: str | None) -> Mould:  # noqa: ARG001 (a key)
    given = {"has_phone": has_phone, "has_walk_in": has_walk_in, "stops_medicine": stops_medicine}
    return mould("public/card.html", *_HOLES, **given)


def _parts(offer: Offer, reader: Reader) -> dict[str, SafeString]:
    key, today = (offer.slug, reader.language), reader.today
    return _parts_kept.get(key, offer, today) or _parts_kept.put(key, offer, today, _made(offer, reader.language))


def _made(offer: Offer, language: str | None) -> dict[str, SafeString]:
    return {
        "slug": safe(offer.slug),
        "address": safe(_beginning(language) + offer.slug + "/"),
        "name": safe(offer.name),
        "kind": safe(kind_line(offer)),
        "medicine": _medicine(tuple(map(offer.fact, _MEDICINE)), language),
        "city": safe(offer.city),
        "hours": safe(offer.walk_in_hours),
        "phone": safe(tel(offer.phone) if offer.phone else ""),
    }


def _pay_of(offer: Offer, parts: dict[str, SafeString], reader: Reader) -> SafeString:
    """The line about paying, kept with the place for each way to pay that somebody picked."""
    key = f"pay:{reader.payer}"
    held = parts.get(key)
    if held is None:
        held = parts[key] = _pay(tuple(map(offer.fact, _PAY)), reader.payer, reader.today, reader.language)
    return held


@lru_cache(maxsize=8)
def _beginning(language: str | None) -> str:  # noqa: ARG001 (a key)
    """Where the addresses of all places begin, in one language."""
    return reverse("program", args=["x"]).removesuffix("x/")


@lru_cache(maxsize=1024)
def _medicine(words: tuple[FactValue, ...], language: str | None) -> SafeString:  # noqa: ARG001 (a key)
    return _lines(medicine_lines(_saying(_MEDICINE, words)))


@lru_cache(maxsize=4096)
def _pay(words: tuple[FactValue, ...], payer: str, today: date, language: str | None) -> SafeString:  # noqa: ARG001 (a key)
    return _lines(pay_lines(_saying(_PAY, words), payer, today=today))


def _saying(keys: Iterable[str], words: Iterable[FactValue]) -> Offer:
    """A place that says these facts alone."""
    return Offer("", "", "", facts=dict(zip(keys, words, strict=True)))


def _lines(lines: Iterable[str]) -> SafeString:
    return SafeString("<br>".join(map(safe, lines)))


@lru_cache(maxsize=1024)
def _miles(whole: int | None, is_rough: bool, language: str | None) -> str:  # noqa: ARG001 (a key)
    return miles_words(whole, is_rough=is_rough)


def _openings(sentence: OpeningsSentence, reader: Reader) -> SafeString:
    said, now, zone = tuple(sentence.facts.items()), reader.now, reader.zone
    if not said:  # then nothing depends on the clock
        now, zone = _ANY_TIME, ""
    return _openings_html(sentence.state, sentence.code, said, now, zone, reader.language)


@lru_cache(maxsize=4096)
def _openings_html(
    state: Any,
    code: str,
    said: tuple[tuple[str, Any], ...],
    now: datetime,
    zone: str,
    language: str | None,  # noqa: ARG001 (a key)
) -> SafeString:
    line = openings_line(OpeningsSentence(state, code, dict(said)), now=now, zone=zone)
    shape = mould("public/card_line.html", "state", "strong", "rest", icon_name=line.icon)
    return shape.fill(state=line.state, strong=line.strong, rest=line.rest)


def _reasons(match: Match, reader: Reader) -> SafeString:
    if match.openings.facts:  # room has its own time
        return _reasons_html(match, reader)
    offer, needs = match.offer, match.needs
    key = (offer.slug, needs.kinds, needs.payer, needs.must, reader.language)
    held = _reasons_kept.get(key, offer, reader.today)
    return held if held is not None else _reasons_kept.put(key, offer, reader.today, _reasons_html(match, reader))


def _reasons_html(match: Match, reader: Reader) -> SafeString:
    answers = match.offer.answers
    return SafeString(
        "".join(
            _li(reason_line(reason, today=reader.today, answers=answers))
            if reason.about == "answers"
            else _reason(reason, reader.today, reader.language)
            for reason in match.reasons
            if reason.about != "stops_medicine"  # the card says it above, in full
        )
    )


@lru_cache(maxsize=8192)
def _reason(reason: Reason, today: date, language: str | None) -> SafeString:  # noqa: ARG001 (a key)
    return _li(reason_line(reason, today=today))


def _li(line: Line) -> SafeString:
    shape = mould("public/card_reason.html", "state", "words", icon_name=line.icon)
    return shape.fill(state=line.state, words=line.rest)
