"""What one program has said of itself, beside what its page shows: read together, and marked for a form to carry."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from handrail.core.facts import FactValue, fact_of
from handrail.core.own_words import MAY_SAY
from handrail.records.directory.models import Fact, Program
from handrail.records.directory.telling import tell

ITSELF = "program"  # the source of what a program says of itself


@dataclass(frozen=True)
class OwnWords:
    """What a place's page shows, and the program's own words: also those that ran out, not those our team replaced."""

    shown: Mapping[str, FactValue]
    own: Mapping[str, Fact]
    doubted: frozenset[str]
    today: date

    def told(self, key: str) -> str:
        """What the page shows of one fact, or nothing where it is not known."""
        fact = self.shown.get(key)
        return fact.value if fact is not None else ""

    def standing(self, key: str) -> str:
        """The program's own word while it is believed, else nothing."""
        fact = self.own.get(key)
        return fact.value if fact is not None and fact.expires_on >= self.today else ""

    def has_run_out(self, key: str) -> bool:
        """True when the program said it once and it is not believed any more."""
        return key in self.own and not self.standing(key)

    def mark(self, keys: Iterable[str]) -> str:
        """A short mark of what somebody sees of these facts: a form carries it, to notice that it changed since."""
        seen = [
            (key, fact_of(self.shown, key).value, fact_of(self.shown, key).source, self.standing(key), key in self.own)
            for key in sorted(keys)
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def own_words(program: Program, today: date) -> OwnWords:
    """Read what a program said of itself, on any entry of its place."""
    place = program.merged_into_id or program.pk
    told = next(tell([place]), None)
    newest: dict[str, Fact] = {}
    said = Fact.objects.filter(Q(program=place) | Q(program__merged_into=place), key__in=MAY_SAY)
    for fact in said.order_by("observed_on", "pk"):
        newest[fact.key] = fact
    own = {key: fact for key, fact in newest.items() if fact.source_id == ITSELF}
    return OwnWords(told.facts(today) if told else {}, own, told.doubted if told else frozenset(), today)
