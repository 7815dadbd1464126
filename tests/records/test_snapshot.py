"""The snapshot: near is right, a change is swapped in whole from beside, and a silent database does not stop it."""

import math
import time
from datetime import date
from uuid import UUID, uuid5

import pytest
from django.db import OperationalError

from handrail.records.directory import snapshot as snapshots
from handrail.records.directory.models import Location, Organization, Program, Source, Version

ROOT = UUID(int=9)


def add(number, latitude, longitude):
    source, _ = Source.objects.get_or_create(key="survey", defaults={"name": "The survey"})
    owner = Organization.objects.create(id=uuid5(ROOT, f"o{number}"), name=f"House {number}")
    where = Location.objects.create(
        id=uuid5(ROOT, f"l{number}"), organization=owner, city="Denver", state="CO", zip5="80202",
        latitude=latitude, longitude=longitude,
    )  # fmt: skip
    return Program.objects.create(
        id=uuid5(ROOT, f"p{number}"), organization=owner, location=where, name=f"House {number}",
        slug=f"house-{number}", codes="BU", source=source, source_key=f"{number}", fingerprint="",
        observed_on=date(2026, 1, 1),
    )  # fmt: skip


def bump(number):
    Version.objects.update_or_create(pk=1, defaults={"number": number})


@pytest.mark.django_db
def test_near_agrees_with_counting_every_place():
    points = {n: (39 + (n * 37 % 100) / 50, -106 + (n * 61 % 100) / 50) for n in range(60)}
    for number, (latitude, longitude) in points.items():
        add(number, latitude, longitude)
    add("nowhere", None, None)

    def miles(point):
        (a, b), (c, d) = (map(math.radians, pair) for pair in ((39.7, -105.0), point))
        return 3958.8 * math.acos(min(1, math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(b - d)))

    for reach in (5, 25, 60, 300):
        found = snapshots.snapshot().near(39.7, -105.0, reach)
        expected = sorted(n for n, point in points.items() if miles(point) <= reach)
        assert sorted(int(offer.slug.removeprefix("house-")) for offer, _ in found) == expected
        assert [distance for _, distance in found] == sorted(distance for _, distance in found)


@pytest.mark.django_db
def test_by_slug_and_by_id():
    program = add(1, 39.7, -105.0)
    known = snapshots.snapshot()
    assert known.by_slug("house-1") is known.by_id(program.pk)
    assert known.by_slug("house-2") is None
    assert known.by_id("not an id") is None


@pytest.mark.django_db(transaction=True)
def test_a_busy_process_builds_beside_and_swaps_whole(monkeypatch):
    add(1, 39.7, -105.0)
    bump(1)
    before = snapshots.snapshot()
    add(2, 39.7, -105.0)
    bump(2)
    assert snapshots.snapshot() is before, "not looked at again within two seconds"
    monkeypatch.setattr(snapshots._keeper, "checked_at", time.monotonic() - snapshots.CHECK_SECONDS - 0.1)
    assert len(snapshots.snapshot()) in (1, 2), "nobody waits"
    limit = time.monotonic() + 5
    while snapshots.snapshot() is before and time.monotonic() < limit:
        time.sleep(0.02)
    assert len(snapshots.snapshot()) == 2
    assert len(before) == 1


@pytest.mark.django_db(transaction=True)
def test_after_a_quiet_time_the_first_reader_gets_the_new_one(monkeypatch):
    add(1, 39.7, -105.0)
    bump(1)
    snapshots.snapshot()
    add(2, 39.7, -105.0)
    bump(2)
    monkeypatch.setattr(snapshots._keeper, "checked_at", time.monotonic() - snapshots.QUIET_SECONDS - 0.1)
    assert len(snapshots.snapshot()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_silent_database_is_left_alone_for_a_while(monkeypatch):
    add(1, 39.7, -105.0)
    known = snapshots.snapshot()
    asked = []

    def away():
        asked.append(1)
        raise OperationalError("away")

    monkeypatch.setattr(snapshots, "read_version", away)
    monkeypatch.setattr(snapshots._keeper, "checked_at", time.monotonic() - 60)
    assert snapshots.snapshot() is known
    assert snapshots.snapshot() is known
    assert len(asked) == 1


@pytest.mark.django_db
def test_a_new_snapshot_takes_over_what_has_not_changed():
    same, changed = add(1, 39.7, -105.0), add(2, 39.7, -105.0)
    bump(1)
    before = snapshots.snapshot()
    kept, old = before.by_id(same.pk), before.by_id(changed.pk)
    Program.objects.filter(pk=changed.pk).update(codes="MU")
    bump(2)
    after = snapshots.snapshot()
    assert after is not before
    assert after.by_id(same.pk) is kept
    assert after.by_id(changed.pk) is not old
    assert after.by_id(changed.pk).offer.fact("methadone").value == "yes"
