"""Seal the ledger and re-walk it: find a changed, removed or reordered row, and say which.

Three things hold each other: every entry carries the keyed hash of the one before in its stream; the head says
where its stream ends; a seal fingerprints all entries since the seal before. Rows are read in constant memory.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from handrail.records.keys import ledger_mac
from handrail.records.ledger.models import Entry, Head, Seal
from handrail.records.ledger.signing import GENESIS, entry_mac

CHUNK = 2000
MOST_BROKEN = 200  # broken rows of one stream that are compared with each other to tell a reordering


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `kind` is changed, removed, reordered, added or seal."""

    kind: str
    stream: str
    seq: int | None
    entry: int | None
    words: str


@dataclass
class Report:
    """What was walked and what was found."""

    entries: int = 0
    streams: int = 0
    seals: int = 0
    last_seal: str = ""
    findings: list[Finding] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """The report as plain JSON."""
        return {"ok": not self.findings, **asdict(self)}


def seal_ledger(*, now: datetime) -> Seal | None:
    """Fingerprint every entry since the last seal and chain it; None when nothing is new.

    Call it inside a transaction: a second sealer at the same moment waits, then finds nothing new.
    """
    with transaction.atomic():
        last = _settled_entry()
        before = Seal.objects.order_by("-pk").first()
        start = before.last_entry if before else 0
        if last <= start:
            return None
        digest, entries, streams = _fingerprint(_range(start, last))
        seal = Seal(
            at=now,
            last_entry=last,
            entries=(before.entries if before else 0) + entries,
            streams=(before.streams if before else 0) + streams,
            digest=digest,
            previous=before.mac if before else GENESIS,
        )
        seal.mac = seal_mac(seal)
        seal.save(force_insert=True)
        return seal


def seal_mac(seal: Seal) -> str:
    """The keyed hash of a seal and the one before it."""
    at = seal.at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = ("seal", at, seal.streams, seal.entries, seal.last_entry, seal.digest, seal.previous)
    return ledger_mac("\x1f".join(str(part) for part in parts))


def verify() -> Report:
    """Walk every stream, every head and every seal."""
    report = Report()
    _walk_streams(report)
    _walk_bare_heads(report)
    _walk_seals(report)
    return report


def _settled_entry() -> int:
    """The last entry below which no other can still appear.

    PostgreSQL hands out ids before commit: a moment's lock waits for the writers under way, and gives up rather
    than hold up those who come after a long one. SQLite has one writer.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
            cursor.execute("LOCK TABLE ledger_entry IN SHARE ROW EXCLUSIVE MODE")
    return int(Entry.objects.aggregate(last=Coalesce(Max("pk"), 0))["last"])


def _range(start: int, last: int) -> Iterator[tuple[int, int, str]]:
    rows = Entry.objects.filter(pk__gt=start, pk__lte=last).order_by("pk")
    return rows.values_list("pk", "seq", "mac").iterator(chunk_size=CHUNK)


def _fingerprint(rows: Iterable[tuple[int, int, str]]) -> tuple[str, int, int]:
    """The digest of the rows, how many they are, and how many streams began in them."""
    digest, entries, streams = GENESIS, 0, 0
    for pk, seq, mac in rows:
        digest = ledger_mac(f"{digest}\x1f{pk}\x1f{mac}")
        entries += 1
        streams += seq == 1
    return digest, entries, streams


def _walk_streams(report: Report) -> None:
    # One statement reads entries and heads together, so that a writer in between cannot look like a fault.
    head = Head.objects.filter(pk=OuterRef("stream"))
    rows = (
        Entry.objects.annotate(head_seq=Subquery(head.values("seq")), head_mac=Subquery(head.values("mac")))
        .order_by("stream", F("seq"), "pk")
        .iterator(chunk_size=CHUNK)
    )
    for stream, entries in groupby(rows, key=lambda entry: entry.stream):
        report.streams += 1
        _walk_one(report, stream, entries)


def _walk_one(report: Report, stream: str, entries: Iterable[Entry]) -> None:
    expected, previous = 1, GENESIS
    broken: list[Entry] = []
    last: Any = None
    for last in entries:
        report.entries += 1
        if last.seq > expected:
            count = last.seq - expected
            words = f"{count} removed before #{last.seq}" if count > 1 else f"#{expected} was removed"
            report.findings.append(Finding("removed", stream, expected, None, words))
        elif last.mac == entry_mac(last) and last.previous != previous:
            words = f"#{last.seq} does not follow the row before it: that row was replaced"
            report.findings.append(Finding("changed", stream, last.seq, last.pk, words))
        if last.mac != entry_mac(last) and len(broken) < MOST_BROKEN:
            broken.append(last)
        expected, previous = last.seq + 1, last.mac
    report.findings += _name_broken(stream, broken)
    report.findings += _compare_head(stream, last)


def _name_broken(stream: str, broken: list[Entry]) -> Iterator[Finding]:
    """Say of each row whose hash is wrong whether it was moved or changed."""
    places = [entry.seq for entry in broken]
    for entry in broken:
        stood, was = entry.seq, None
        for place in places:
            entry.seq = place
            if place != stood and entry.mac == entry_mac(entry):
                was = place
        entry.seq = stood
        if was is None:
            yield Finding("changed", stream, stood, entry.pk, f"#{stood} was changed")
        else:
            yield Finding("reordered", stream, stood, entry.pk, f"#{stood} was signed as #{was}")


def _compare_head(stream: str, last: Any) -> Iterator[Finding]:
    if last.head_seq is None:
        yield Finding("removed", stream, None, None, "the head of this stream was removed")
    elif last.head_seq > last.seq:
        words = f"the end was removed: #{last.seq + 1} to #{last.head_seq}"
        yield Finding("removed", stream, last.seq + 1, None, words)
    elif last.head_seq < last.seq:
        words = f"#{last.head_seq + 1} and later were added past the head"
        yield Finding("added", stream, last.head_seq + 1, last.pk, words)
    elif last.head_mac != last.mac:
        yield Finding("changed", stream, last.seq, last.pk, f"#{last.seq} is not the row that the head names")


def _walk_bare_heads(report: Report) -> None:
    bare = Head.objects.exclude(stream__in=Entry.objects.values("stream")).order_by("stream")
    for stream, seq in bare.values_list("stream", "seq").iterator(chunk_size=CHUNK):
        report.findings.append(Finding("removed", stream, 1, None, f"the whole stream was removed: #1 to #{seq}"))


def _walk_seals(report: Report) -> None:
    previous, start, entries_before = GENESIS, 0, 0
    for seal in Seal.objects.order_by("pk").iterator(chunk_size=CHUNK):
        report.seals += 1
        report.last_seal = seal.mac
        name = f"seal {seal.pk} of {seal.at:%Y-%m-%d %H:%M}"
        if seal.mac != seal_mac(seal):
            report.findings.append(Finding("seal", "", None, None, f"{name} was changed"))
        elif seal.previous != previous:
            report.findings.append(Finding("seal", "", None, None, f"a seal before {name} was removed"))
        digest, entries, _streams = _fingerprint(_range(start, seal.last_entry))
        sealed = seal.entries - entries_before
        if entries < sealed:
            words = f"{name} holds {sealed} entries, {entries} are left; gone: {_gaps(start, seal.last_entry)}"
            report.findings.append(Finding("removed", "", None, None, words))
        elif digest != seal.digest:
            words = f"{name}: an entry between {start + 1} and {seal.last_entry} was changed, moved or added"
            report.findings.append(Finding("seal", "", None, None, words))
        previous, start, entries_before = seal.mac, seal.last_entry, seal.entries


def _gaps(start: int, last: int) -> str:
    """The first entry numbers that are missing in a range. (A write that was rolled back may leave one too.)"""
    gaps, expected = [], start + 1
    for pk, _seq, _mac in [*_range(start, last), (last + 1, 0, "")]:
        if pk > expected:
            gaps.append(f"{expected}" if pk == expected + 1 else f"{expected} to {pk - 1}")
        expected = pk + 1
    return ", ".join(gaps[:5]) or "unknown"
