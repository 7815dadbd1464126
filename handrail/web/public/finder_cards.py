"""A match as a card. What many places say alike is put into words once, and what one place says to every search too."""

import math
from collections.abc import Iterable, KeysView
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from handrail.core.answers import FEWEST, Answers
from handrail.core.facts import FactValue
from handrail.core.match import Match, Offer, Reason
from handrail.core.needs import Needs
from handrail.core.openings import NOT_SAID, OpeningsSentence
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
from handrail.web.public.finder_drawing import bearing
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
    """What a card depends on besides the match: the language, what is asked, and when and where it is read."""

    language: str | None
    payer: str
    asked: KeysView[str]
    now: datetime
    today: date
    zone: str


def reader_of(language: str | None, needs: Needs, *, now: datetime, zone: str) -> Reader:
    """The reader of one page, whose search has these needs."""
    return Reader(language, needs.payer, _asked(needs.kinds, needs.payer, needs.must), now, now.date(), zone)


@lru_cache(maxsize=2048)
def _asked(kinds: tuple[str, ...], payer: str, must: tuple[str, ...]) -> KeysView[str]:
    """What reasons can be about, in their order: those of a place that has something to say of everything."""
    needs = Needs(kinds=kinds, payer=payer, must=must)
    talker = Offer("", "", "", answers=Answers(date.min, asked=FEWEST))
    return dict.fromkeys(reason.about for reason in Match(talker, needs, None, NOT_SAID).reasons).keys()


class _Kept:
    """What was worked out from one place's own words, in one language, while it says the same and it is the same day.

    `words` are the parts of its card that no search changes. `pay` is kept for each way to pay, and `reasons` for each
    thing asked: what a place answers to one search, it answers to the next.
    """

    __slots__ = ("card", "offer", "pay", "reasons", "today", "words")

    def __init__(self, offer: Offer, reader: Reader) -> None:
        self.offer, self.today = offer, reader.today
        self.card = _card(
            reader.language,
            has_phone=bool(offer.phone),
            has_walk_in=bool(offer.walk_in_hours),
            stops_medicine=offer.stops_medicine,
            may_be_closed=offer.may_be_closed,
        )
        self.words = _words(offer, reader.language)
        self.pay: dict[str, SafeString] = {}
        self.reasons: dict[str, SafeString] = {}


_kept: dict[tuple[str, str | None], _Kept] = {}


def card_html(match: Match, number: int, reader: Reader) -> SafeString:
    """One card of the list."""
    offer, openings = match.offer, match.openings
    kept = _kept_of(offer, reader)
    miles = match.distance_miles
    return kept.card.fill(
        number=number,
        state=openings.state,
        openings=_openings(openings, reader),
        miles=_miles(
            None if miles is None else round(miles),
            offer.geocode == "zip",
            None if miles is None else round(bearing(match) / (math.tau / 8)) % 8,
            reader.language,
        ),
        reasons=_reasons(match, kept, reader),
        pay=_pay_of(kept, reader),
        **kept.words,
    )


def _kept_of(offer: Offer, reader: Reader) -> _Kept:
    key = offer.slug, reader.language
    kept = _kept.get(key)
    if kept is not None and kept.today == reader.today:
        if kept.offer is offer:
            return kept
        if kept.offer == offer:  # the same place read again
            kept.offer = offer
            return kept
    if len(_kept) >= KEPT:
        for oldest in list(_kept)[: KEPT // 10]:
            _kept.pop(oldest, None)
    kept = _kept[key] = _Kept(offer, reader)
    return kept


@lru_cache(maxsize=32)
def _card(language: str | None, **given: bool) -> Mould:  # noqa: ARG001 (a key)
    return mould("public/card.html", *_HOLES, **given)


def _words(offer: Offer, language: str | None) -> dict[str, SafeString]:
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


def _pay_of(kept: _Kept, reader: Reader) -> SafeString:
    """The line about paying."""
    held = kept.pay.get(reader.payer)
    if held is None:
        said = tuple(map(kept.offer.fact, _PAY))
        held = kept.pay[reader.payer] = _pay(said, reader.payer, reader.today, reader.language)
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
def _miles(whole: int | None, is_rough: bool, towards: int | None, language: str | None) -> str:  # noqa: ARG001 (a key)
    return miles_words(whole, is_rough=is_rough, towards=towards)


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


def _reasons(match: Match, kept: _Kept, reader: Reader) -> SafeString:
    if match.openings.facts:  # room has its own time
        return SafeString("".join(_told(match, reader).values()))
    asked, said = reader.asked, kept.reasons
    if not said.keys() >= asked:
        said.update(dict.fromkeys(asked, SafeString("")) | _told(match, reader))
    return SafeString("".join([said[about] for about in asked]))


def _told(match: Match, reader: Reader) -> dict[str, SafeString]:
    """Each reason by what it is about."""
    answers = match.offer.answers
    return {
        reason.about: _li(reason_line(reason, today=reader.today, answers=answers))
        if reason.about == "answers"
        else _reason(reason, reader.today, reader.language)
        for reason in match.reasons
        if reason.about != "stops_medicine"  # the card says it above, in full
    }


@lru_cache(maxsize=8192)
def _reason(reason: Reason, today: date, language: str | None) -> SafeString:  # noqa: ARG001 (a key)
    return _li(reason_line(reason, today=today))


def _li(line: Line) -> SafeString:
    shape = mould("public/card_reason.html", "state", "words", icon_name=line.icon)
    return shape.fill(state=line.state, words=line.rest)
