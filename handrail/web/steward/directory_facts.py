"""Everything told of one place, row by row: what is shown, who says so, since and until when, who says otherwise."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from handrail.actions.directory.edit import own_word
from handrail.core.facts import DETAILS, FACTS, UNKNOWN, FactValue, SaidFact, read_codes
from handrail.core.joining import Told, join_facts, last_day
from handrail.core.reports import WHOLE
from handrail.records.directory.models import Conflict, Fact, Program
from handrail.records.directory.telling import Telling, tell
from handrail.web.steward.directory_words import GROUP_WORDS, label_of, names_of, said

OF_LOCATION = frozenset({"street1", "street2", "city", "zip5"})
# That two sources write these otherwise says little: it is seen where they stand side by side.
_WRITTEN_MANY_WAYS = frozenset({"name", "street1", "street2"})


@dataclass(frozen=True)
class Row:
    """One fact or detail of a place. `state`: known, unknown, doubt (two people said it is wrong), old (ran out)."""

    key: str
    label: str
    words: str
    state: str
    source: str = ""
    on: date | None = None
    until: date | None = None
    by: str = ""
    is_by_hand: bool = False
    others: tuple[tuple[str, str], ...] = ()

    @property
    def is_known(self) -> bool:
        """True when something is shown, or was until it ran out or was doubted."""
        return self.state != "unknown" or self.is_by_hand or bool(self.others)


@dataclass(frozen=True)
class Group:
    """Facts that stand together, known and not."""

    title: str
    known: list[Row]
    unknown: list[Row]


@dataclass
class WholePlace:
    """One place and the entries merged into it, read once for a page.

    `hand` is what was said by hand; `memory` is what the place's own source said of those details.
    """

    program: Program
    parts: list[Program]
    telling: Telling | None
    hand: dict[str, Fact]
    names: Mapping[str, str]
    memory: Mapping[str, str]
    today: date
    facts: Mapping[str, FactValue]

    @property
    def entries(self) -> list[Program]:
        """The entry that is shown, then those merged into it."""
        return [self.program, *self.parts]

    def row(self, key: str) -> Row:
        """One fact or detail."""
        return self._fact(key) if key in FACTS else self._detail(key)

    def groups(self) -> list[Group]:
        """Details first, then the facts in the groups of core.facts."""
        rows: dict[str, list[Row]] = defaultdict(list)
        for rule in FACTS.values():
            rows[rule.group].append(self._fact(rule.key))
        return [_group(str(words), rows[name]) for name, words in GROUP_WORDS.items()]

    def details(self) -> list[Row]:
        """Name, phone, address, hours."""
        return [self._detail(key) for key in DETAILS]

    def words_of(self, entry: Program, key: str) -> str:
        """What one entry itself says, as its source wrote it."""
        if key in FACTS:
            return read_codes(entry.codes).get(key, "")
        if entry is self.program and key in self.hand and key in self.memory:
            return self.memory[key]
        return str(getattr(entry.location if key in OF_LOCATION else entry, key))

    def said_by_each(self, key: str) -> list[tuple[str, str, date]]:
        """What each source says of one fact or detail, with the day of its word."""
        words = [(entry, self.words_of(entry, key)) for entry in self.entries]
        return [(entry.source.name, said(word), entry.observed_on) for entry, word in words if word]

    def _fact(self, key: str) -> Row:
        fact, doubted = self.facts.get(key), self.telling.doubted if self.telling else frozenset()
        value = fact.value if fact else UNKNOWN
        hand = self.hand.get(key)
        state = "doubt" if key in doubted else "known" if fact else "unknown"
        if hand and hand.expires_on < self.today and not fact:
            state = "old"
        on, until = (fact.observed_on, fact.expires_on) if fact else (None, None)
        source = fact.source if fact else ""
        is_by_hand = hand is not None and hand.expires_on >= self.today
        return Row(
            key=key,
            label=label_of(key),
            words=said(value),
            state=state,
            source=hand.source.name if hand and is_by_hand else source,
            on=hand.observed_on if hand and (is_by_hand or state == "old") else on,
            until=hand.expires_on if hand and (is_by_hand or state == "old") else until,
            by=self._by(hand) if hand and is_by_hand else "",
            is_by_hand=hand is not None,
            others=self._others(key, value),
        )

    def _detail(self, key: str) -> Row:
        own, hand = own_word(self.program, key), self.hand.get(key)
        shown = self.telling.detail(key, self.today) if self.telling else own
        doubted = bool(self.telling and key in self.telling.doubted)
        state = "doubt" if doubted else "known" if shown else "old" if own else "unknown"
        source = hand.source.name if hand else self.program.source.name if own else ""
        on = hand.observed_on if hand else self.program.observed_on
        until = hand.expires_on if hand else last_day(self.program.observed_on, self.program.source.lasts_days)
        return Row(
            key=key,
            label=label_of(key),
            words=shown or said(UNKNOWN),
            state=state,
            source=source,
            on=on if source else None,
            until=until if source else None,
            by=self._by(hand) if hand else "",
            is_by_hand=hand is not None,
            others=() if key in _WRITTEN_MANY_WAYS and not hand else self._others(key, own),
        )

    def _by(self, hand: Fact) -> str:
        return self.names.get(hand.said_by, "")

    def _others(self, key: str, shown: str) -> tuple[tuple[str, str], ...]:
        found = []
        for entry in self.entries:
            value = self.words_of(entry, key)
            if value and value != shown:
                found.append((entry.source.name, said(value)))
        return tuple(found)


def _group(title: str, rows: Iterable[Row]) -> Group:
    rows = list(rows)
    return Group(title, [row for row in rows if row.is_known], [row for row in rows if not row.is_known])


def read_told(program: Program, *, now: datetime) -> WholePlace:
    """Read what is told of a place, also of one that is gone."""
    parts = list(
        Program.objects.filter(merged_into=program)
        .select_related("location", "source", "organization")
        .order_by("source", "slug")
    )
    family = Q(program=program) | Q(program__merged_into=program, key__in=FACTS)
    words = Fact.objects.filter(family).select_related("source").order_by("observed_on", "pk")
    hand = {word.key: word for word in words}
    own_source = Conflict.objects.filter(program=program, other=program, key__in=DETAILS)
    memory = dict(own_source.values_list("key", "other_value"))
    telling = next(tell([program.pk]), None)
    today = now.date()
    names = names_of(word.said_by for word in hand.values())
    facts = telling.facts(today) if telling else _facts_of_gone(program, hand.values(), today)
    return WholePlace(program, parts, telling, hand, names, memory, today, facts)


def _facts_of_gone(program: Program, words: Iterable[Fact], today: date) -> Mapping[str, FactValue]:
    """What would be told of a place that is not shown."""
    until = last_day(program.observed_on, program.source.lasts_days)
    own = Told(program.codes, program.source.name, program.observed_on, until)
    spoken = [SaidFact(one.key, one.value, one.source.name, one.observed_on, one.expires_on) for one in words]
    return join_facts([own], spoken, today=today)


def is_shut_by_hand(told: WholePlace) -> bool:
    """True when somebody said that the place does not exist any more."""
    return WHOLE in told.hand


def named(ids: Iterable[str]) -> dict[str, str]:
    """The names of entries by their ids as text, for a history that holds ids. What is no id is left out."""
    wanted: list[uuid.UUID] = []
    for text in set(ids):
        try:
            wanted.append(uuid.UUID(text))
        except ValueError:
            continue
    rows: Any = Program.objects.filter(pk__in=wanted).select_related("source")
    return {str(row.pk): f"{row.name} ({row.source.name})" for row in rows}
