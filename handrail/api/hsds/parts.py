"""The parts that hang on a service: phones, languages, costs, walk-in hours, openings, attributes and history."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from handrail.api.hsds.entry import Change, Entry
from handrail.api.hsds.identity import ids_under, made_id
from handrail.api.hsds.terms import Term, code_term, fact_term
from handrail.core.languages import ISO, LANGUAGES
from handrail.core.openings import Statement

Record = dict[str, Any]

UNITS = {"beds": "Bed", "visits": "First visit"}
# A fact about payment that is yes, and how it reads as an option. Free of charge has its amount.
PAYING = {
    "free": "Free of charge",
    "medicaid": "Medicaid",
    "medicare": "Medicare",
    "private_plan": "Private health insurance",
    "va": "VA or TRICARE",
    "state_plan": "State health plan other than Medicaid",
    "self_pay": "Paying yourself",
    "public_funds": "Public money lowers the cost",
    "sliding_fee": "Cost depends on what a person earns",
    "payment_help": "Help to pay",
}
# Languages that are a fact of their own, which a program may correct.
SPOKEN = {"spanish": "SP", "asl": "AH"}
# What a detail of ours is called in the specification, for the history. A fact keeps its own name.
FIELDS = {
    "phone": "phones.number",
    "intake_phone": "phones.number",
    "website": "url",
    "street1": "address_1",
    "street2": "address_2",
    "zip5": "postal_code",
    "walk_in_hours": "schedules.description",
}
DEEDS = ("merged", "split", "listed")


def said(**fields: Any) -> Record:
    """A record of the fields that are known: nothing is sent as null or as an empty text or list."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], ())}


def moment(at: datetime) -> str:
    """A moment as the specification writes it: 2026-11-21T06:04:00Z."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def phones(entry: Entry) -> list[Record]:
    """The main number, and the one for people who want to start."""
    numbers = {"Main": entry.detail("phone"), "Intake: for people who want to start": entry.detail("intake_phone")}
    return [
        _part(entry, "phone", name, number=number, type="voice", description=name)
        for name, number in numbers.items()
        if number
    ]


def languages(entry: Entry) -> list[Record]:
    """The languages that care is given in, by ISO 639 code."""
    names = [LANGUAGES[code][1] for key, code in SPOKEN.items() if entry.says(key)]
    more = entry.facts.get("languages")
    names += [name.strip() for name in more.value.split(",")] if more else []
    return [
        _part(entry, "language", name, name=name, **({"code": ISO[name]} if name in ISO else {}))
        for name in dict.fromkeys(filter(None, names))
    ]


def cost_options(entry: Entry) -> list[Record]:
    """The ways to pay that are known to be taken."""
    found = []
    for key, option in PAYING.items():
        if entry.says(key):
            price = {"amount": 0, "currency": "USD"} if key == "free" else {}
            found.append(_part(entry, "cost_option", key, option=option, **price))
    return found


def schedules(entry: Entry) -> list[Record]:
    """The hours in which a person may come without a time."""
    hours = entry.detail("walk_in_hours")
    return [_part(entry, "schedule", "walk_in", description=f"Walk in: {hours}")] if hours else []


def capacities(entry: Entry) -> list[Record]:
    """The openings that may be repeated now, each with when it was stated and who stated it."""
    return [
        _part(
            entry,
            "capacity",
            each.label,
            unit=unit(each.kind),
            unit_id=unit(each.kind)["id"],
            available=each.openings,
            description=_openings_words(each),
            updated=moment(each.stated_at),
        )
        for each in entry.openings
    ]


def unit(kind: str) -> Record:
    """What openings are counted in."""
    return {"id": made_id("unit", kind), "name": UNITS[kind]}


def _openings_words(statement: Statement) -> str:
    words = [f"{statement.label}: {statement.openings} open, as stated by {statement.source}. Call before going."]
    if statement.openings == 0 and statement.next_opening_on:
        words.append(f"Next opening expected {statement.next_opening_on}.")
    if statement.waiting:
        words.append(f"Waiting: {statement.waiting}.")
    return " ".join(words)


def attributes(entry: Entry) -> list[Record]:
    """The service codes that hold, then the facts that hold today, each with who said so and when."""
    own_id, service_id = ids_under("attribute", entry.pk), str(entry.pk)
    return [
        said(
            id=own_id(term["id"]),
            link_id=service_id,
            link_entity="service",
            link_type=link_type,
            taxonomy_term_id=term["id"],
            value=value,
            label=label,
            taxonomy_term=term,
        )
        for term, link_type, value, label in marks(entry)
    ]


def marks(entry: Entry) -> Iterator[tuple[Term, str, str, str]]:
    """What a place is marked with: the term, whether it is a code or a fact, its value, and who said so when."""
    for code, (source, on) in entry.codes.items():
        yield code_term(code), "code", "", _said_by(source, on)
    for key, fact in entry.facts.items():
        yield fact_term(key), "fact", fact.value, _said_by(fact.source, fact.observed_on)


@lru_cache(maxsize=4096)
def _said_by(source: str, on: date | None) -> str:
    return f"{source}, {on}" if on else source


def metadata(entry: Entry) -> list[Record]:
    """What was changed and when, the last first. Who is named is a source or our team, never a person."""
    return [
        {
            "id": made_id("metadata", change.pk),
            "resource_id": str(entry.pk),
            "resource_type": "service",
            "last_action_date": str(change.at.date()),
            "last_action_type": _deed(change),
            "field_name": FIELDS.get(change.key, change.key),
            "previous_value": change.before,
            "replacement_value": change.value,
            "updated_by": change.source,
        }
        for change in entry.changes
    ]


def _deed(change: Change) -> str:
    if change.key in DEEDS:
        return change.key
    return "update" if change.before and change.value else "create" if change.value else "delete"


def _part(entry: Entry, kind: str, which: str, /, **fields: Any) -> Record:
    service_id = str(entry.pk)
    return {"id": made_id(kind, service_id, which), "service_id": service_id, **fields}


def sentences(*words: str) -> str:
    """The sentences that say something, with a blank between them."""
    return " ".join(each for each in words if each)


def listing(words: Iterable[str]) -> str:
    """Words in a row: one, two, three."""
    return ", ".join(words)
