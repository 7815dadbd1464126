"""Everybody at one place at once: whoever comes second waits or is told so; nobody waits in a ring, nothing is lost."""

import pytest

from handrail.actions._frame import Refused
from handrail.actions.directory import calls, edit, links, merge_by_hand, openings, report, say
from handrail.actions.directory.calls import Heard
from handrail.core.access import Actor
from handrail.records.directory.models import CapacityStatement, Program, Report, Version
from handrail.records.ledger.models import Entry
from handrail.records.ledger.verify import verify
from tests import build
from tests.actions.test_races import at_once
from tests.cast import Cast

AT = build.AT
STEWARD = Actor("steward", "1", "Sam")


@pytest.mark.django_db(transaction=True)
def test_desk_program_device_editor_and_visitors_at_one_place_never_wait_in_a_ring(cast: Cast) -> None:
    river, tasha = cast.river_house, cast.actor("tasha")
    link = links.make_link(river, actor=tasha, label="Front desk", now=AT)
    capacity = {"kind": "beds", "openings": 1, "now": AT}

    def by_device() -> None:
        with links.using(link, now=AT) as device:
            openings.say_row(river, actor=device, label="Beds", was=None, is_step=False, **capacity)

    def by_phone(*labels: str) -> None:
        heard = [Heard(label, "beds", 2) for label in labels]
        calls.say_by_phone(river, actor=tasha, heard=heard, seen="", now=AT)

    for _round in range(4):
        CapacityStatement.objects.all().delete()
        number, entries = Version.objects.get().number, Entry.objects.count()
        given = at_once(
            lambda: by_phone("Beds", "Visits"),
            lambda: by_phone("Visits", "Beds"),
            lambda: say.state_capacity(river, actor=tasha, label="Visits", **capacity),
            lambda: calls.note_no_answer(river, actor=tasha, seen="", now=AT),
            by_device,
            lambda: report.report(river, kind="full", now=AT),
            lambda: links.make_link(river, actor=tasha, label="Back door", now=AT),
            lambda: edit.correct(river, actor=STEWARD, key="medicaid", value="yes", why="asked", days=90, now=AT),
        )
        wrong = [each for each in given if isinstance(each, Exception) and not isinstance(each, Refused)]
        assert not wrong
        assert not isinstance(given[5], Exception), "what a visitor tells us is never lost to somebody else"
        assert not isinstance(given[6], Exception)
        bumped = Version.objects.get().number - number
        assert bumped <= Entry.objects.count() - entries, "each change has its number and its line"
    assert Report.objects.count() == 4
    assert not verify().findings


@pytest.mark.django_db(transaction=True)
def test_each_put_under_the_other_at_once_ends_with_one_place(db: None) -> None:
    one, other = build.program("North", slug="north"), build.program("South", slug="south")
    given = at_once(
        lambda: merge_by_hand.merge(one, into=other, actor=STEWARD, why="same door", now=AT),
        lambda: merge_by_hand.merge(other, into=one, actor=STEWARD, why="same door", now=AT),
    )
    assert sorted(type(each).__name__ for each in given) == ["NoneType", "Stale"]
    assert Program.objects.listed().count() == 1
    assert not Program.objects.exclude(merged_into__merged_into=None).exists()
