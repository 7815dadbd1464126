"""Which terms each place carries, as its record has them: kept in memory, and worked out anew where a place changed."""

import threading
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from django.db import transaction

from handrail.api.hsds.entry import codes_held
from handrail.api.hsds.terms import CODES_ID, FACTS_ID, code_term, fact_term, terms_by_id
from handrail.core.facts import NO, UNKNOWN
from handrail.records.directory.models import Program
from handrail.records.directory.snapshot import read_version
from handrail.records.directory.telling import Telling, heads_of, tell

MOST_APART = 1000  # with more changes, everything is read anew
_ANY = {CODES_ID: 1, FACTS_ID: 2}


class Held:
    """One number for each place, a bit for each term. The first two bits are the taxonomies as a whole."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.number, self.today = -1, date.min
        self.terms: dict[uuid.UUID, int] = {}

    def renew(self, today: date) -> dict[uuid.UUID, int]:
        """The terms of every listed place now."""
        with self.lock:
            number = read_version()
            if today != self.today or number < self.number or self.number < 0:
                self.terms = _bits_of(tell(), today)
            elif number != self.number:
                self.terms = self._changed(today)
            self.number, self.today = number, today
            return self.terms

    def _changed(self, today: date) -> dict[uuid.UUID, int]:
        entries = set(Program.objects.filter(changed__gt=self.number).values_list("pk", flat=True))
        changed = entries | heads_of(entries)
        if len(changed) > MOST_APART:
            return _bits_of(tell(), today)
        kept = {pk: bits for pk, bits in self.terms.items() if pk not in changed}
        return kept | _bits_of(tell(changed), today)


_held = Held()


def _terms(today: date) -> Mapping[uuid.UUID, int]:
    # What stands in a transaction is seen by this thread alone, and may never have been.
    return (Held() if transaction.get_connection().in_atomic_block else _held).renew(today)


def carrying(today: date, *, term_id: str = "", taxonomy_id: str = "") -> set[uuid.UUID]:
    """The listed places that carry a term, and any term of a taxonomy. A fact that is no is not carried."""
    if (taxonomy_id and taxonomy_id not in _ANY) or (term_id and term_id not in _places()):
        return set()
    wanted = (_ANY[taxonomy_id] if taxonomy_id else 0) | (1 << _places()[term_id] if term_id else 0)
    return {pk for pk, bits in _terms(today).items() if bits & wanted == wanted}


def _bits_of(told: Iterable[Telling], today: date) -> dict[uuid.UUID, int]:
    return {each.row["id"]: _bits(each, today) for each in told}


def _bits(told: Telling, today: date) -> int:
    facts, places = told.facts(today), _places()
    codes = codes_held(told, facts, today)
    found = (_ANY[CODES_ID] if codes else 0) | (_ANY[FACTS_ID] if facts else 0)
    for code in codes:
        at = places.get(str(code_term(code)["id"]))
        found |= 1 << at if at is not None else 0
    for key, fact in facts.items():
        if fact.value not in (NO, UNKNOWN):
            found |= 1 << places[str(fact_term(key)["id"])]
    return found


@cache
def _places() -> Mapping[str, int]:
    """The bit of each term that can be asked for."""
    return {term_id: bit for bit, term_id in enumerate(terms_by_id(), start=len(_ANY))}
