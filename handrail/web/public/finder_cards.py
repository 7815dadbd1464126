"""A match as the lines of a card, and a listing as the sections of its page. Words only; nothing is decided here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from handrail.core.facts import FACTS, YES, FactValue
from handrail.core.match import Match, Offer
from handrail.core.openings import Statement, best_sentence, sentence_for
from handrail.records.directory.snapshot import Listing
from handrail.web.fact_words import FACT_WORDS
from handrail.web.finder_words import (
    Line,
    day_words,
    fresh_hours,
    kind_line,
    medicine_lines,
    miles_words,
    openings_line,
    pay_lines,
    reason_line,
    source_words,
    value_words,
)
from handrail.web.templatetags.handrail import in_zone


@dataclass(frozen=True)
class Card:
    """One place in the list, as lines. Two cards that are equal look the same."""

    number: int
    slug: str
    name: str
    phone: str
    walk_in_hours: str
    kind: str
    openings: Line
    medicine: tuple[str, ...]
    pay: tuple[str, ...]
    place: str
    reasons: tuple[Line, ...]


@lru_cache(maxsize=8192)
def card_html(card: Card, language: str) -> SafeString:  # noqa: ARG001 (the words around the card's own)
    """A card as HTML, kept because the same cards are shown again and again."""
    return render_to_string("public/card.html", {"card": card})


def card(match: Match, *, number: int, payer: str, now: datetime, zone: str) -> Card:
    """The lines of one card, the openings first."""
    offer, today = match.offer, now.date()
    miles = miles_words(match.distance_miles, is_rough=offer.geocode == "zip")
    return Card(
        number=number,
        slug=offer.slug,
        name=offer.name,
        phone=offer.phone,
        walk_in_hours=offer.walk_in_hours,
        kind=kind_line(offer),
        openings=openings_line(match.openings, now=now, zone=zone),
        medicine=tuple(medicine_lines(offer)),
        pay=tuple(pay_lines(offer, payer, today=today)),
        place=_("%(miles)s, %(city)s.") % {"miles": miles, "city": offer.city},
        reasons=tuple(reason_line(reason, today=today) for reason in match.reasons),
    )


@dataclass(frozen=True)
class Row:
    """One fact on a program's page: its label, its answer, and who said so when that is not the usual source."""

    label: str
    answer: str
    note: str = ""
    source: str = ""
    day: str = ""


def program_page(listing: Listing, *, now: datetime) -> dict[str, Any]:
    """Everything a program's own page shows."""
    offer, today = listing.offer, now.date()
    openings = best_sentence(offer.statements, now=now, fresh_hours=fresh_hours())
    return {
        "listing": listing,
        "offer": offer,
        "kind": kind_line(offer),
        "openings": openings_line(openings, now=now),
        "sections": [
            (title, [_row(offer, key, today) for key in keys])
            for title, keys in (
                (_("Medicine for opioid use"), _MEDICINE),
                (_("What it costs"), _COST),
                (_("Kinds of help"), _known(offer, _KINDS)),
                (_("Who it is for"), _known(offer, _WHO)),
                (_("Getting in and being understood"), _ACCESS),
                (_("Licence and rules"), _known(offer, _LICENCE)),
            )
            if keys
        ],
        "sources": [_row(offer, key, today) for key in FACTS if offer.fact(key).is_known],
        "capacity": [_openings_row(one, now) for one in offer.statements],
        "stops_medicine": offer.stops_medicine,
        "now": now,
    }


_MEDICINE = ("buprenorphine", "methadone", "naltrexone", "accepts_own_medicine", "same_day_start", "naloxone")
_COST = ("medicaid", "medicare", "private_plan", "va", "self_pay", "sliding_fee", "free", "up_front_payment")
_KINDS = tuple(key for key, rule in FACTS.items() if rule.group == "kind" and key != "walk_in")
_WHO = tuple(key for key, rule in FACTS.items() if rule.group == "who")
_ACCESS = ("spanish", "asl", "interpreter", "wheelchair", "transport", "telehealth")
_LICENCE = tuple(key for key, rule in FACTS.items() if rule.group in ("licence", "rules"))


def _openings_row(statement: Statement, now: datetime) -> Row:
    """One statement of openings, with who and when; one that is too old to stand says only that."""
    sentence = sentence_for(statement, now=now, fresh_hours=fresh_hours())
    words = {"unknown": _("Not known"), "full": _("Full")}
    answer = words.get(sentence.state, str(statement.openings))
    day = day_words(in_zone(statement.stated_at, "").date(), in_zone(now, "").date())
    return Row(statement.label, answer, "", capfirst(source_words(statement.source)), day)


def _known(offer: Offer, keys: Iterable[str]) -> tuple[str, ...]:
    """The facts that say something: a yes, or a text. A long list of noes helps nobody."""
    return tuple(key for key in keys if offer.fact(key).is_known and offer.fact(key).value != "no")


def _row(offer: Offer, key: str, today: date) -> Row:
    fact = offer.fact(key)
    day = day_words(fact.observed_on, today) if fact.observed_on else ""
    note = ""
    if fact.is_known and fact.source != offer.source:
        note = _("Said by %(source)s, %(day)s") % {"source": source_words(fact.source), "day": day}
    return Row(str(FACT_WORDS[key]), _answer(offer, key, fact), note, capfirst(source_words(fact.source)), day)


def _answer(offer: Offer, key: str, fact: FactValue) -> str:
    """The answer of a fact; a medicine that can start the same day says so."""
    starts = offer.fact(f"starts_{key}").value == YES
    if fact.value == YES and starts and offer.fact("same_day_start").value == YES:
        return _("Yes, starts today")
    return value_words(fact)
