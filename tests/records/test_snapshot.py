"""The snapshot: it finds the rule's own list, a change is swapped in from beside, and silence stops nobody."""

import math
import os
import time
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from handrail.core.match import ORDERS, rank
from handrail.core.needs import Needs
from handrail.records.directory import snapshot as snapshots
from handrail.records.directory.listing import listing_of
from handrail.records.directory.models import (
    CapacityStatement,
    Fact,
    Location,
    Organization,
    Program,
    Responsiveness,
    Source,
    Version,
)
from handrail.records.directory.telling import tell

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


def bump(number, *programs):
    with transaction.atomic():
        Version.objects.update_or_create(pk=1, defaults={"number": number})
        Program.objects.filter(pk__in=[program.pk for program in programs]).update(changed=number)


def say(program, openings, *, hours=1, next_on=None):
    CapacityStatement.objects.update_or_create(
        program=program, label="Beds",
        defaults={"kind": "beds", "openings": openings, "stated_at": timezone.now() - timedelta(hours=hours),
                  "source": program.source, "next_opening_on": next_on},
    )  # fmt: skip


def agrees(known):
    """What is held is what is told now, and what is found is what the rule lists."""
    told = {str(each.row["id"]): listing_of(each, known.today) for each in tell()}
    held = {offer.program_id: known.by_id(offer.program_id) for offer in known.offers()}
    whole = {"stated_at": lambda said: said.stated_at.replace(microsecond=0)}
    assert held.keys() == told.keys()
    for key, listing in told.items():
        said = [(s.label, s.openings, whole["stated_at"](s)) for s in listing.offer.statements]
        assert [(s.label, s.openings, s.stated_at) for s in held[key].offer.statements] == said
        assert held[key].offer.facts == listing.offer.facts
        assert held[key].told_by == listing.told_by
        assert (held[key].answers, held[key].doubted) == (listing.answers, listing.doubted)
    offers, now = list(known.offers()), timezone.now()
    for needs in (Needs(39.7, -105.0), Needs(39.7, -105.0, ("medicine",), "medicaid", ("methadone",), 60.0), Needs()):
        for order in ORDERS:
            expected = rank(needs, offers, now=now, order=order)
            found = known.find(needs, now=now, order=order, first=1, count=4)
            assert found.matches == expected[1:5]
            assert found.total == known.count(needs, now=now) == len(expected)


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


@pytest.mark.django_db
def test_what_is_held_is_what_is_told():
    programs = [add(n, 39.5 + n / 20, -105.0) for n in range(9)] + [add("nowhere", None, None)]
    Fact.objects.create(
        program=programs[1], key="methadone", value="yes", source=programs[1].source,
        observed_on=timezone.now().date(), expires_on=timezone.now().date() + timedelta(days=9),
    )  # fmt: skip
    say(programs[2], 3)
    say(programs[3], 0, next_on=timezone.now().date() + timedelta(days=2))
    say(programs[4], 2, hours=40)
    Responsiveness.objects.create(
        program=programs[5],
        since=date(2026, 6, 1),
        as_of=timezone.now(),
        asked=9,
        answered=9,
        declined=9,
        acknowledged=9,
        accepted=0,
        due_to_arrive=0,
        arrived=0,
        due_at_90=0,
        stayed_90=0,
    )
    agrees(snapshots.snapshot())
    hours = {"beds": 48, "visits": 72}
    found = snapshots.snapshot().find(Needs(39.7, -105.0), now=timezone.now(), fresh_hours=hours)
    assert [match.openings.is_room for match in found.matches[:3]] == [True, True, False]


@pytest.mark.django_db
def test_a_change_is_seen_by_who_made_it_and_goes_with_its_transaction():
    programs = [add(n, 39.5 + n / 20, -105.0) for n in range(4)]
    bump(1, *programs)
    before = snapshots.snapshot()
    kept, old = before.by_id(programs[0].pk), before.by_id(programs[1].pk)
    with transaction.atomic():
        say(programs[1], 7)
        bump(2, programs[1])
        during = snapshots.snapshot()
        assert during.by_id(programs[1].pk).offer.statements[0].openings == 7
        assert during.by_id(programs[0].pk) is kept
        assert during.columns.turns is before.columns.turns, "patched, not made anew"
        agrees(during)
        transaction.set_rollback(True)
    say(programs[2], 1)
    bump(2, programs[2])
    after = snapshots.snapshot()
    assert after.by_id(programs[1].pk) == old
    assert after.by_id(programs[2].pk).offer.statements[0].openings == 1
    agrees(after)


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["new", "gone", "moved", "joined", "renumbered", "day"])
def test_whatever_changes_it_is_as_if_made_anew(change, monkeypatch):
    programs = [add(n, 39.5 + n / 20, -105.0) for n in range(6)]
    bump(1, *programs)
    say(programs[2], 0, next_on=timezone.now().date() + timedelta(days=2))
    before = snapshots.snapshot()
    if change == "new":
        programs.append(add(7, 39.9, -105.1))
    elif change == "gone":
        Program.objects.filter(pk=programs[0].pk).update(gone_on=date(2026, 2, 2))
    elif change == "moved":
        Location.objects.filter(pk=programs[0].location_id).update(latitude=38.0)
    elif change == "joined":
        Program.objects.filter(pk=programs[0].pk).update(merged_into=programs[1], codes="MU")
    elif change == "day":
        tomorrow = timezone.now() + timedelta(days=1)
        monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    bump(0 if change == "renumbered" else 2, *programs[:2], *programs[6:])
    after = snapshots.snapshot()
    assert after is not before
    assert after.today == timezone.now().date()
    agrees(after)
    joined = after.by_slug("house-0")
    assert (joined and joined.offer.slug) == {"gone": None, "joined": "house-1"}.get(change, "house-0")


@pytest.fixture
def watched(monkeypatch):
    """A watcher that looks often."""
    monkeypatch.setattr(snapshots, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(snapshots, "AWAY_SECONDS", 0.05)


def wait_for(true):
    limit = time.monotonic() + 10
    while not true() and time.monotonic() < limit:
        time.sleep(0.02)
    assert true()


@pytest.mark.django_db(transaction=True)
def test_the_watcher_swaps_in_what_changed_and_readers_ask_nothing(watched, django_assert_num_queries):
    bump(1, *(programs := [add(1, 39.7, -105.0), add(2, 39.8, -105.0)]))
    before = snapshots.snapshot()
    say(programs[0], 4)
    bump(2, programs[0])
    wait_for(lambda: snapshots.snapshot().number == 2)
    after = snapshots.snapshot()
    assert (len(before.by_id(programs[0].pk).offer.statements), len(after)) == (0, 2)
    assert after.by_id(programs[0].pk).offer.statements[0].openings == 4
    add(3, 39.7, -105.0)
    bump(3)
    wait_for(lambda: len(snapshots.snapshot()) == 3)
    with django_assert_num_queries(0):
        known = snapshots.snapshot()
        assert known.find(Needs(39.7, -105.0), now=timezone.now()).total == 3
        assert known.by_slug("house-3")


@pytest.mark.django_db(transaction=True)
def test_a_silent_database_stops_nobody(watched, monkeypatch):
    add(1, 39.7, -105.0)
    bump(1)
    known = snapshots.snapshot()
    asked, real = [], snapshots.read_version

    def away():
        asked.append(1)
        raise OperationalError("away")

    monkeypatch.setattr(snapshots, "read_version", away)
    wait_for(lambda: len(asked) >= 2)
    assert snapshots.snapshot() is known
    monkeypatch.setattr(snapshots, "read_version", real)
    add(2, 39.7, -105.0)
    bump(2)
    wait_for(lambda: len(snapshots.snapshot()) == 2)


@pytest.mark.django_db(transaction=True)
def test_forgotten_is_not_watched_any_more_and_a_forked_process_watches_for_itself(watched):
    add(1, 39.7, -105.0)
    snapshots.snapshot()
    watcher = snapshots._keeper.watcher
    assert watcher.is_alive()
    snapshots.forget()
    assert not watcher.is_alive()
    known = snapshots.snapshot()
    connection.close()
    child = os.fork()
    if child == 0:
        held = snapshots._keeper
        os._exit(0 if held.watcher is None and snapshots.snapshot() is known and held.watcher.is_alive() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
