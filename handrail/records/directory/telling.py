"""Everything that is told of places, read in a fixed number of queries and joined: the one reading that pages,
matching and the public data API share.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handrail.core import reports
from handrail.core.answers import Answers
from handrail.core.facts import DAY_ONE, DETAILS, UNKNOWN, YES, FactValue, SaidFact
from handrail.core.joining import Told, join_facts, last_day
from handrail.core.openings import Statement
from handrail.records.directory.models import CapacityStatement, Fact, Program, Report, Responsiveness

COLUMNS = (
    *("id", "slug", "name", "organization__name", "phone", "intake_phone", "website", "codes", "walk_in_hours"),
    *("day_one", "is_sample", "observed_on", "source__name", "source__url", "source__lasts_days"),
    *("location__street1", "location__street2", "location__city", "location__state", "location__zip5"),
    *("location__latitude", "location__longitude", "location__geocode"),
)
_TOLD = ("codes", "source__name", "observed_on", "source__lasts_days")
# How to reach a place is joined like a fact: the newest list that names one is right more often.
JOINED = ("phone", "intake_phone", "website")
_ANSWERS = tuple(Answers.__dataclass_fields__)

Row = dict[str, Any]


@dataclass(frozen=True)
class Telling:
    """One place as it is told: its own row, what other entries and people say of it, and what is in doubt.

    `row` has the COLUMNS. `others` and `contacts` are what other lists' entries say, in one order. `parts` are id and
    address of the entries merged into it: whoever asks for one finds this. `doubted` are facts and details that are
    not known until somebody has checked; `checking` are those of them that our staff have begun to check, which the
    page may say.
    """

    row: Row
    parts: tuple[tuple[uuid.UUID, str], ...]
    others: tuple[Told, ...]
    contacts: tuple[Mapping[str, str], ...]
    said: tuple[SaidFact, ...]
    statements: tuple[Statement, ...]
    doubted: frozenset[str]
    checking: frozenset[str]
    answers: Answers | None

    def facts(self, today: date) -> dict[str, FactValue]:
        """Everything known of the place on one day, by the rule of core.joining."""
        row = self.row
        own = _told(row["codes"], row["source__name"], row["observed_on"], row["source__lasts_days"])
        said = self.said
        if row["walk_in_hours"] and self._detail("walk_in_hours", today) is not None:
            said = (SaidFact("walk_in", YES, *self.provenance("walk_in_hours")), *said)
        return join_facts((own, *self.others), said, today=today, doubted=self.doubted)

    def detail(self, key: str, today: date) -> str:
        """One detail as it may be shown: empty when it is in doubt, or was put right by hand and that has run out."""
        found = self._detail(key, today)
        return "" if found is None or key in self.doubted else found

    def _detail(self, key: str, today: date) -> str | None:
        row = self.row
        own: str = row[key] if key in row else row[f"location__{key}"]
        if key in JOINED and not any(word.key == key for word in self.said):
            value, told = self._newest(key)
            return value if told.holds_on(today) else None
        if key in _KEPT:
            return own
        by_hand = next((word for word in self.said if word.key == key), None)
        if by_hand is not None:
            return own if by_hand.expires_on >= today and by_hand.value != UNKNOWN else None
        return own if last_day(row["observed_on"], row["source__lasts_days"]) >= today else None

    def first_day(self, today: date) -> tuple[str, ...]:
        """What happens on the first day, step by step, while whoever told it is believed."""
        holds = self.provenance(DAY_ONE)[2] >= today
        return tuple(str(step) for step in self.row["day_one"]) if holds else ()

    def provenance(self, key: str) -> tuple[str, date, date]:
        """Who said a detail, on what day, and until when it is believed."""
        by_hand = next((word for word in self.said if word.key == key), None)
        if by_hand is not None:
            return by_hand.source, by_hand.observed_on, by_hand.expires_on
        if key in JOINED:
            told = self._newest(key)[1]
            if told.observed_on and told.expires_on:
                return told.source, told.observed_on, told.expires_on
        row = self.row
        return row["source__name"], row["observed_on"], last_day(row["observed_on"], row["source__lasts_days"])

    def _newest(self, key: str) -> tuple[str, Told]:
        """What the newest list that names one says of a detail; of one day, the shown entry."""
        row = self.row
        own = _told(row["codes"], row["source__name"], row["observed_on"], row["source__lasts_days"])
        named = [(row[key], own)] + [(say[key], told) for say, told in zip(self.contacts, self.others, strict=True)]
        return max([each for each in named if each[0]] or named[:1], key=lambda each: each[1].observed_on or date.min)

    def openings(self) -> tuple[Statement, ...]:
        """What may be ranked and shown of openings: nothing while two people say that it is full or closed."""
        return () if reports.OPENINGS in self.doubted else self.statements


# A place keeps its name and address when a word grows old: what is not believed any more is how to reach it.
_KEPT = frozenset({"name", "street1", "street2", "city", "zip5"})


def _told(codes: str, source: str, observed_on: date, lasts_days: int) -> Told:
    return Told(codes, source, observed_on, last_day(observed_on, lasts_days))


def tell(ids: Collection[uuid.UUID] | None = None) -> Iterator[Telling]:
    """Read the listed places, or those of them with these ids, in six queries. In no order."""
    listed = Program.objects.listed()
    rows = list((listed if ids is None else listed.filter(pk__in=ids)).values(*COLUMNS))
    heads = None if ids is None else {row["id"] for row in rows}
    others, parts, addresses = _others(heads)
    # What was said of an entry before it was merged goes on speaking for the place.
    members = None if heads is None else [*heads, *parts]
    said, statements = _said(members, parts), _statements(members, parts)
    doubts, answers = _doubts(members, parts, statements), _answers(members, parts)
    for row in rows:
        key = row["id"]
        doubted, checking = doubts.get(key, (frozenset(), frozenset()))
        yield Telling(
            row,
            tuple(addresses.get(key, ())),
            tuple(told for told, _say in others.get(key, ())),
            tuple(say for _told, say in others.get(key, ())),
            tuple(said.get(key, ())),
            tuple(statements.get(key, ())),
            doubted,
            checking,
            answers.get(key),
        )


_Others = tuple[
    dict[uuid.UUID, list[tuple[Told, dict[str, str]]]],
    dict[uuid.UUID, uuid.UUID],
    dict[uuid.UUID, list[tuple[uuid.UUID, str]]],
]


def _others(heads: Collection[uuid.UUID] | None) -> _Others:
    """What merged entries tell, by place; the place of each merged entry; and their addresses, by place."""
    merged = Program.objects.exclude(merged_into=None).order_by("pk")
    if heads is not None:
        merged = merged.filter(merged_into__in=heads)
    others: dict[uuid.UUID, list[tuple[Told, dict[str, str]]]] = defaultdict(list)
    parts: dict[uuid.UUID, uuid.UUID] = {}
    addresses: dict[uuid.UUID, list[tuple[uuid.UUID, str]]] = defaultdict(list)
    fields = ("pk", "slug", "merged_into", "gone_on", *JOINED, *_TOLD)
    for key, slug, head, gone_on, *rest in merged.values_list(*fields):
        parts[key] = head
        addresses[head].append((key, slug))
        if gone_on is None:
            said, told = rest[: len(JOINED)], rest[len(JOINED) :]
            others[head].append((_told(*told), dict(zip(JOINED, said, strict=True))))
    return others, parts, addresses


def _of(rows: Any, members: Collection[uuid.UUID] | None) -> Any:
    return rows if members is None else rows.filter(program__in=members)


def _said(
    members: Collection[uuid.UUID] | None, parts: Mapping[uuid.UUID, uuid.UUID]
) -> dict[uuid.UUID, list[SaidFact]]:
    said: dict[uuid.UUID, list[SaidFact]] = defaultdict(list)
    fields = ("program_id", "key", "value", "source__name", "observed_on", "expires_on")
    # The newest last: of two entries of one place, that is the one which stands.
    for key, *word in _of(Fact.objects.order_by("observed_on", "pk"), members).values_list(*fields):
        fact = SaidFact(*word)
        if key in parts and fact.key in DETAILS:
            continue  # a detail belongs to the entry it was said of
        said[parts.get(key, key)].append(fact)
    return said


def _statements(
    members: Collection[uuid.UUID] | None, parts: Mapping[uuid.UUID, uuid.UUID]
) -> dict[uuid.UUID, list[Statement]]:
    newest: dict[uuid.UUID, dict[str, Statement]] = defaultdict(dict)
    fields = ("program_id", "label", "kind", "openings", "stated_at", "source__name", "next_opening_on", "waiting")
    for key, *said in _of(CapacityStatement.objects.order_by("stated_at", "pk"), members).values_list(*fields):
        # Two entries of one place may have one row each: the later word stands.
        newest[parts.get(key, key)][said[0]] = Statement(*said)
    return {head: [rows[label] for label in sorted(rows)] for head, rows in newest.items()}


def _doubts(
    members: Collection[uuid.UUID] | None,
    parts: Mapping[uuid.UUID, uuid.UUID],
    statements: Mapping[uuid.UUID, list[Statement]],
) -> dict[uuid.UUID, tuple[frozenset[str], frozenset[str]]]:
    """What open reports cast doubt on, and what of it is being checked, by place."""
    told: dict[uuid.UUID, list[tuple[str, str, bool]]] = defaultdict(list)
    fields = ("program_id", "kind", "about", "at", "seen_at")
    for key, kind, about, at, seen_at in _of(Report.objects.filter(settled_at=None), members).values_list(*fields):
        head = parts.get(key, key)
        # Whoever runs the place has said its openings anew since.
        if kind == "full" and any(each.stated_at > at for each in statements.get(head, ())):
            continue
        told[head].append((kind, about, seen_at is not None))
    return {head: _doubt(reports_) for head, reports_ in told.items()}


def _doubt(told: Iterable[tuple[str, str, bool]]) -> tuple[frozenset[str], frozenset[str]]:
    told = list(told)
    checking = {key for kind, about, seen in told if seen for key in reports.casts_doubt_on(kind, about)}
    return reports.doubted((kind, about) for kind, about, _seen in told), frozenset(checking)


def _answers(members: Collection[uuid.UUID] | None, parts: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, Answers]:
    found: dict[uuid.UUID, Answers] = {}
    # Counted of whole places: what was counted of an entry before it was merged is in the count of its place.
    for row in _of(Responsiveness.objects, members).values("program_id", *_ANSWERS):
        key = row.pop("program_id")
        if key not in parts:
            found[key] = Answers(**row)
    return found


def heads_of(ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """The places that these entries belong to: themselves, or what they were merged into."""
    rows = Program.objects.filter(pk__in=set(ids)).values_list("pk", "merged_into")
    return {head or pk for pk, head in rows}
