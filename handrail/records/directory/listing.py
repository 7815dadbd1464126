"""One place as a page shows it, and as it is kept: a short line of text for each, read back when it is asked for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from handrail.core.answers import Answers
from handrail.core.facts import DAY_ONE, DETAILS, FACTS, FactValue
from handrail.core.match import Offer
from handrail.core.openings import Statement
from handrail.core.reports import WHOLE
from handrail.records.directory.telling import Telling

Provenance = tuple[str, date, date]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Listing:
    """One program as a page shows it: the offer that is ranked, and what only its own page needs.

    `doubted` is not known until our staff have checked what two people told us; `checking` is being checked now.
    `told_by` is who said each detail that is shown, on what day, and until when it is believed.
    """

    offer: Offer
    intake_phone: str
    website: str
    street2: str
    day_one: tuple[str, ...]
    source_name: str
    source_url: str
    doubted: frozenset[str]
    checking: frozenset[str]
    told_by: Mapping[str, Provenance]

    @property
    def answers(self) -> Answers | None:
        """How the program answers our own requests, as counted."""
        return self.offer.answers


def listing_of(told: Telling, today: date) -> Listing:
    """What is told of a place, as a page shows it on that day."""
    row = told.row
    shown, first_day = {key: told.detail(key, today) for key in DETAILS}, told.first_day(today)
    offer = Offer(
        program_id=str(row["id"]),
        slug=row["slug"],
        name=shown["name"],
        organization=row["organization__name"],
        phone=shown["phone"],
        street=shown["street1"],
        city=shown["city"],
        state=row["location__state"],
        zip5=shown["zip5"],
        latitude=row["location__latitude"],
        longitude=row["location__longitude"],
        geocode=row["location__geocode"],
        walk_in_hours=shown["walk_in_hours"],
        source=row["source__name"],
        observed_on=row["observed_on"],
        is_sample=row["is_sample"],
        may_be_closed=WHOLE in told.doubted,
        facts=told.facts(today),
        statements=told.openings(),
        answers=told.answers,
    )
    return Listing(
        offer=offer,
        intake_phone=shown["intake_phone"],
        website=shown["website"],
        street2=shown["street2"],
        day_one=first_day,
        source_name=row["source__name"],
        source_url=row["source__url"],
        doubted=told.doubted,
        checking=told.checking,
        told_by={key: told.provenance(key) for key, value in {**shown, DAY_ONE: first_day}.items() if value},
    )


class _Numbered(Generic[_T]):
    """Every different value once, by number. It only grows, so readers need no lock."""

    def __init__(self) -> None:
        self.values: list[_T] = []
        self._numbers: dict[_T, int] = {}

    def number(self, value: _T) -> int:
        found = self._numbers.get(value)
        if found is None:
            self.values.append(value)
            found = self._numbers[value] = len(self.values) - 1
        return found


# Fields of an offer that are plain words and numbers, in the order they are kept; the others are named below.
_BESIDE = ("program_id", "slug", "observed_on", "facts", "statements", "answers")
_PLAIN = tuple(each.name for each in fields(Offer) if each.name not in _BESIDE)
_LISTING_PLAIN = ("intake_phone", "website", "street2", "source_name", "source_url")
_FACT_NUMBERS = {key: number for number, key in enumerate(FACTS)}
_FACT_KEYS = tuple(FACTS)

_DETAIL_KEYS = (*DETAILS, DAY_ONE)
_DETAIL_NUMBERS = {key: number for number, key in enumerate(_DETAIL_KEYS)}


class Wording:
    """Turns listings into lines and back. What many places share (who said it, and when) is kept once."""

    def __init__(self) -> None:
        self._words: _Numbered[FactValue] = _Numbered()
        self._tellers: _Numbered[Provenance] = _Numbered()

    def line(self, listing: Listing) -> bytes:
        """One listing as a line of JSON, without its id and its address."""
        offer = listing.offer
        facts = [part for key, word in offer.facts.items() for part in (_FACT_NUMBERS[key], self._words.number(word))]
        told = [
            part
            for key, teller in listing.told_by.items()
            for part in (_DETAIL_NUMBERS[key], self._tellers.number(teller))
        ]
        kept = [
            [getattr(offer, name) for name in _PLAIN],
            [getattr(listing, name) for name in _LISTING_PLAIN],
            offer.observed_on.toordinal() if offer.observed_on else 0,
            facts,
            told,
            listing.day_one,
            sorted(listing.doubted),
            sorted(listing.checking),
            [_statement_line(each) for each in offer.statements],
            _answers_line(offer.answers),
        ]
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()

    def listing(self, program_id: str, slug: str, line: bytes) -> Listing:
        """The listing of one line."""
        plain, own, on, facts, told, day_one, doubted, checking, statements, answers = json.loads(line)
        words, tellers = self._words.values, self._tellers.values
        offer = Offer(
            program_id=program_id,
            slug=slug,
            observed_on=date.fromordinal(on) if on else None,
            facts={_FACT_KEYS[facts[at]]: words[facts[at + 1]] for at in range(0, len(facts), 2)},
            statements=tuple(_statement(each) for each in statements),
            answers=_answers(answers),
            **dict(zip(_PLAIN, plain, strict=True)),
        )
        return Listing(
            offer=offer,
            day_one=tuple(day_one),
            doubted=frozenset(doubted),
            checking=frozenset(checking),
            told_by={_DETAIL_KEYS[told[at]]: tellers[told[at + 1]] for at in range(0, len(told), 2)},
            **dict(zip(_LISTING_PLAIN, own, strict=True)),
        )


def _statement_line(said: Statement) -> list[Any]:
    next_on = said.next_opening_on.toordinal() if said.next_opening_on else None
    return [said.label, said.kind, said.openings, int(said.stated_at.timestamp()), said.source, next_on, said.waiting]


def _statement(kept: list[Any]) -> Statement:
    label, kind, openings, stated_at, source, next_on, waiting = kept
    at = datetime.fromtimestamp(stated_at, UTC)
    return Statement(label, kind, openings, at, source, date.fromordinal(next_on) if next_on else None, waiting)


_ANSWERS = tuple(each.name for each in fields(Answers) if each.name != "since")


def _answers_line(answers: Answers | None) -> list[Any] | None:
    if answers is None:
        return None
    return [answers.since.toordinal(), *(getattr(answers, name) for name in _ANSWERS)]


def _answers(kept: list[Any] | None) -> Answers | None:
    return Answers(date.fromordinal(kept[0]), **dict(zip(_ANSWERS, kept[1:], strict=True))) if kept else None
