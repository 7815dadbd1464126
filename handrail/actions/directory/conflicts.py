"""Conflicts between sources, kept for the editor; a settled one stays so until the other source says a new thing."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from handrail.actions.directory.sources import batches
from handrail.core.facts import read_codes
from handrail.core.joining import disagreements
from handrail.core.same_place import digits_of
from handrail.records.directory.models import Conflict, Program

MAX_VALUE = 200


@dataclass(frozen=True, slots=True)
class Word:
    """One thing on which two entries differ: what stands at `program`, and what `other` says."""

    program: uuid.UUID
    other: uuid.UUID
    key: str
    value: str
    other_value: str


def keep_conflicts(pairs: Collection[tuple[uuid.UUID, uuid.UUID]], found: Iterable[Word], *, now: datetime) -> None:
    """Make the conflicts of these pairs what was found now. What was settled stays so while the other says the same."""
    programs = [program for program, _other in pairs]
    before: dict[tuple[uuid.UUID, uuid.UUID, str], Conflict] = {}
    for ids in batches(programs):
        for row in Conflict.objects.filter(program__in=ids):
            if (row.program_id, row.other_id) in pairs:
                before[row.program_id, row.other_id, row.key] = row
    new: list[Conflict] = []
    changed: list[Conflict] = []
    for word in found:
        old = before.pop((word.program, word.other, word.key), None)
        value, other_value = word.value[:MAX_VALUE], word.other_value[:MAX_VALUE]
        if old is None:
            kept = Conflict(program_id=word.program, other_id=word.other, key=word.key, found_at=now)
            kept.value, kept.other_value = value, other_value
            new.append(kept)
        elif (old.value, old.other_value) != (value, other_value):
            if old.other_value != other_value:
                old.found_at, old.settled_at, old.settled_by = now, None, ""
            old.value, old.other_value = value, other_value
            changed.append(old)
    Conflict.objects.bulk_create(new, batch_size=500)
    Conflict.objects.bulk_update(
        changed, ["value", "other_value", "found_at", "settled_at", "settled_by"], batch_size=200
    )
    # Those that were settled between a hand and its own source are kept: they remember what the source said.
    gone = [row.pk for (program, other, _key), row in before.items() if program != other or row.settled_at is None]
    for start in range(0, len(gone), 500):
        Conflict.objects.filter(pk__in=gone[start : start + 500]).delete()


_FIELDS = ("pk", "codes", "phone", "intake_phone", "website")


def find_conflicts(heads: Collection[uuid.UUID], *, now: datetime) -> None:
    """Compare every place of these with the entries merged into it, and keep where they differ."""
    found: list[Word] = []
    pairs: set[tuple[uuid.UUID, uuid.UUID]] = set()
    for ids in batches(list(heads)):
        own = {pk: _words(*rest) for pk, *rest in Program.objects.filter(pk__in=ids).values_list(*_FIELDS)}
        merged = Program.objects.filter(merged_into__in=ids, gone_on=None)
        for head, pk, *rest in merged.values_list("merged_into", *_FIELDS):
            pairs.add((head, pk))
            for key, (ours, theirs) in disagreements(own[head], _words(*rest)).items():
                found.append(Word(head, pk, key, ours, theirs))
    keep_conflicts(pairs, found, now=now)


def _words(codes: str, phone: str, intake_phone: str, website: str) -> dict[str, str]:
    """What one entry says, for comparing: numbers by their digits, so that two ways of writing are one number."""
    return read_codes(codes) | {
        "phone": digits_of(phone) or phone,
        "intake_phone": digits_of(intake_phone) or intake_phone,
        "website": website.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/"),
    }
