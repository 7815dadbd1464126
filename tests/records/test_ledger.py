"""The ledger: unsigned writes are refused, the database keeps it append-only, verify names what was tampered with."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from handrail.project import cli
from handrail.records.casebook.models import HelpRequest, Person, TimelineEntry
from handrail.records.ledger import triggers
from handrail.records.ledger.models import Entry, Head, Seal
from handrail.records.ledger.signing import UnsignedError, append, entry_mac
from handrail.records.ledger.verify import Report, seal_ledger, verify
from tests import build

pytestmark = pytest.mark.django_db


def write(stream: str, count: int, at) -> None:
    for number in range(count):
        with transaction.atomic():
            append(stream, actor="worker:test", verb=f"step_{number}", now=at + timedelta(minutes=number))


@pytest.fixture
def chain(at):
    """Three streams, the first two sealed, the third after the seal; the database's own guard is lifted."""
    write("request:a", 4, at)
    write("request:b", 3, at)
    assert seal_ledger(now=at)
    write("request:c", 3, at)
    triggers.remove(connection)
    yield
    triggers.install(connection)


def found(report: Report) -> list[tuple[str, str, int | None]]:
    return [(finding.kind, finding.stream, finding.seq) for finding in report.findings]


def test_a_whole_ledger_has_no_findings(chain):
    report = verify()
    assert (report.findings, report.entries, report.streams, report.seals) == ([], 10, 3, 1)


def test_a_changed_row_is_named(chain):
    Entry.objects.filter(stream="request:a", seq=2).update(actor="counselor:99")
    report = verify()
    assert found(report) == [("changed", "request:a", 2)]
    assert report.findings[0].entry == Entry.objects.get(stream="request:a", seq=2).pk


def test_a_changed_row_with_a_stolen_neighbours_hash_is_named(chain):
    Entry.objects.filter(stream="request:a", seq=2).update(previous="f" * 64)
    assert ("changed", "request:a", 2) in found(verify())


def test_a_row_removed_from_the_middle_is_named(chain):
    Entry.objects.filter(stream="request:c", seq=2).delete()
    assert found(verify()) == [("removed", "request:c", 2)]


def test_a_removed_first_row_is_named(chain):
    Entry.objects.filter(stream="request:c", seq=1).delete()
    assert found(verify()) == [("removed", "request:c", 1)]


def test_a_removed_tail_is_named_by_its_head(chain):
    Entry.objects.filter(stream="request:c", seq__gte=2).delete()
    assert found(verify()) == [("removed", "request:c", 2)]


def test_a_removed_stream_is_named_by_its_head(chain):
    Entry.objects.filter(stream="request:c").delete()
    assert found(verify()) == [("removed", "request:c", 1)]


def test_a_removed_tail_with_a_mended_head_is_found_by_the_seal(chain):
    gone = Entry.objects.get(stream="request:a", seq=4)
    last = Entry.objects.get(stream="request:a", seq=3)
    Entry.objects.filter(pk=gone.pk).delete()
    Head.objects.filter(pk="request:a").update(seq=3, mac=last.mac)
    report = verify()
    assert [finding.kind for finding in report.findings] == ["removed"]
    assert str(gone.pk) in report.findings[0].words


def test_a_removed_stream_with_its_head_is_found_by_the_seal(chain):
    first = Entry.objects.get(stream="request:b", seq=1).pk
    Entry.objects.filter(stream="request:b").delete()
    Head.objects.filter(pk="request:b").delete()
    report = verify()
    assert [finding.kind for finding in report.findings] == ["removed"]
    assert f"{first} to {first + 2}" in report.findings[0].words


def test_rows_that_changed_places_are_named(chain):
    one, three = (Entry.objects.get(stream="request:a", seq=seq) for seq in (1, 3))
    Entry.objects.filter(pk=one.pk).update(seq=100)
    Entry.objects.filter(pk=three.pk).update(seq=1)
    Entry.objects.filter(pk=one.pk).update(seq=3)
    kinds = found(verify())
    assert ("reordered", "request:a", 1) in kinds
    assert ("reordered", "request:a", 3) in kinds


def test_a_row_added_without_the_key_is_named(chain, at):
    last = Entry.objects.get(stream="request:c", seq=3)
    Entry.objects.create(stream="request:c", seq=4, at=at, actor="x", verb="forged", previous=last.mac, mac="0" * 64)
    assert ("changed", "request:c", 4) in found(verify())
    assert ("added", "request:c", 4) in found(verify())


def test_a_changed_seal_and_a_removed_seal_are_found(chain, at):
    seal_ledger(now=at)
    Seal.objects.filter(entries=7).update(entries=6)
    assert any(kind == "seal" for kind, _stream, _seq in found(verify()))
    Seal.objects.order_by("pk").first().delete()
    assert any(kind == "seal" for kind, _stream, _seq in found(verify()))


def test_sealing_twice_with_nothing_new_makes_one_seal(chain, at):
    assert seal_ledger(now=at) is not None
    assert seal_ledger(now=at) is None
    assert Seal.objects.count() == 2


@pytest.mark.parametrize("model", [Entry, Seal])
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_the_ledger(model, change, at):
    write("request:a", 1, at)
    seal_ledger(now=at)
    rows = model.objects.all()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows._raw_delete(rows.db) if change == "delete" else rows.update(mac="0")
    assert model.objects.count() == 1


def test_unsigned_writes_are_refused_in_every_way(at):
    request = build.request(now=at)
    person = Person.objects.get()
    ways = [
        person.save,
        person.delete,
        lambda: Person.objects.create(created_at=at),
        lambda: Person.objects.all().delete(),
        lambda: HelpRequest.objects.update(stage="stopped"),
        lambda: TimelineEntry.objects.bulk_create([TimelineEntry(request=request, at=at, kind="note", by="x")]),
        lambda: Person.objects.bulk_update([person], ["chosen_name"]),
        lambda: Person.objects.get_or_create(pk="00000000-0000-0000-0000-000000000001", created_at=at),
        lambda: HelpRequest.objects.filter(pk=request.pk).update(tries=1),
    ]
    for way in ways:
        with pytest.raises(UnsignedError), transaction.atomic():
            way()
    assert Person.objects.count() == 1


def test_each_action_leaves_one_entry_with_ids_only(at, cast):
    request = build.talking(actor=cast.actor("tasha"), now=at, name="Wren-Secret", words="very private words")
    verbs = list(Entry.objects.filter(stream=request.stream).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["ask", "take_out_of_order", "contact_reached"]
    text = json.dumps(list(Entry.objects.values()), default=str)
    assert "Wren-Secret" not in text
    assert "private words" not in text


def test_the_mac_covers_every_word_of_an_entry(at):
    write("request:a", 1, at)
    entry = Entry.objects.get()
    for name, value in [("actor", "x"), ("verb", "x"), ("why", "x"), ("wrote", ["x"]), ("stream", "x"), ("seq", 9)]:
        changed = Entry.objects.get()
        setattr(changed, name, value)
        assert entry_mac(changed) != entry.mac, name


def test_the_command_names_the_row_and_exits_1(chain, capsys):
    Entry.objects.filter(stream="request:a", seq=2).update(verb="nothing")
    assert cli.run(["ledger", "verify", "--json"]) == 1
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert not report["ok"]
    assert report["findings"][0]["stream"] == "request:a"
    assert report["findings"][0]["seq"] == 2
