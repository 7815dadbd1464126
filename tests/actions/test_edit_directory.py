"""Facts put right by hand, checks, conflicts, merging and splitting: what stands, what comes back, what is refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from handrail.actions._frame import Forbidden, Refused, Stale
from handrail.actions.directory.checks import begin_check, keep_shown, say_unknown, settle_reports, use_other
from handrail.actions.directory.edit import correct, mark_of, set_day_one, take_back
from handrail.actions.directory.importing import import_rows
from handrail.actions.directory.merge_by_hand import merge, not_the_same, split
from handrail.actions.directory.report import report
from handrail.actions.directory.say import set_fact
from handrail.core.access import WORKER, Actor
from handrail.core.facility import Facility
from handrail.core.facts import DAY_ONE, UNKNOWN
from handrail.core.reports import WHOLE
from handrail.records.directory.models import Conflict, Fact, FactChange, Likeness, Program, Report, Version
from handrail.records.directory.snapshot import snapshot
from handrail.records.directory.telling import tell
from handrail.records.ledger.models import Entry
from tests import build
from tests.actions.test_races import at_once

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 6, 4, tzinfo=UTC)
ELI, SAM = Actor("editor", "5", "Eli B."), Actor("steward", "6", "Sam W.")
FIRST = date(2026, 3, 31)


def facility(name: str = "River House", **values: Any) -> Facility:
    return build.facility(name, **{"latitude": 38.2, "longitude": -104.6} | values)


def bring(*rows: Facility, on: date = FIRST, source: str = "samhsa") -> None:
    import_rows(rows, source=source, observed_on=on, actor=WORKER, now=NOW, file_name="d.csv", sha256="0")


def the(source: str = "samhsa") -> Program:
    return Program.objects.select_related("location").get(source=source)


def say(program: Program, key: str, value: str, **values: Any) -> None:
    settings: dict[str, Any] = {"actor": ELI, "why": "Called them", "days": 365, "now": NOW, **values}
    correct(program, key=key, value=value, **settings)


def back(program: Program, key: str, **values: Any) -> bool:
    return take_back(program, **{"actor": ELI, "key": key, "why": "Was a mistake", "now": NOW, **values})


def told(program: Program, key: str) -> str:
    found = next(tell([program.pk]))
    fact = found.facts(NOW.date()).get(key)
    return fact.value if fact else UNKNOWN


@pytest.mark.parametrize(
    ("key", "value", "before"),
    [
        ("phone", "719-555-0199", "719-555-0142"),
        ("phone", "", "719-555-0142"),
        ("website", "https://example.org/r", ""),
        ("name", "River House North", "River House"),
        ("street1", "14 Mill Lane", "12 Mill Lane"),
        ("city", "Harrow Falls", "Fernhollow"),
        ("walk_in_hours", "8 to 10 AM", ""),
    ],
)
def test_a_detail_outlives_the_next_import_and_taken_back_the_source_speaks(key, value, before):
    bring(facility())
    program = the()
    say(program, key, value)
    for on, codes in ((date(2026, 4, 1), "SA OP OMB BU MD SP"), (date(2026, 4, 2), "SA OP")):
        bring(facility(codes=codes), on=on)
        row = the()
        assert getattr(row.location if hasattr(row.location, key) else row, key) == value
    listing = snapshot().by_id(program.pk)
    assert listing is not None
    assert Conflict.objects.filter(settled_at=None).count() == 0
    assert back(program, key)
    row = the()
    assert getattr(row.location if hasattr(row.location, key) else row, key) == before
    assert not Fact.objects.exists()
    assert not Conflict.objects.filter(program=program, other=program, key=key).exists()
    assert not back(program, key)
    bring(facility(), on=date(2026, 4, 3))
    row = the()
    assert getattr(row.location if hasattr(row.location, key) else row, key) == before


def test_a_source_that_says_something_new_opens_the_conflict_and_its_new_word_comes_back():
    bring(facility())
    say(the(), "phone", "719-555-0199")
    bring(facility(phone="719-555-0150"), on=date(2026, 4, 1))
    open_ = Conflict.objects.get(settled_at=None)
    assert (open_.key, open_.value, open_.other_value) == ("phone", "719-555-0199", "719-555-0150")
    use_other(open_, actor=ELI, seen="719-555-0150", why="Conflict: SAMHSA", now=NOW)
    assert the().phone == "719-555-0150"
    assert not Fact.objects.exists()
    assert not Conflict.objects.filter(settled_at=None).exists()


@pytest.mark.parametrize(("key", "value"), [("medicaid", "no"), ("medicaid", UNKNOWN), ("same_day_start", "yes")])
def test_a_fact_outranks_the_codes_until_it_is_taken_back(key, value):
    bring(facility())
    program, was = the(), told(the(), key)
    say(program, key, value, days=90)
    assert told(program, key) == value
    bring(facility(codes="SA OP OMB BU MD SP"), on=date(2026, 4, 1))
    assert told(program, key) == value
    assert not Conflict.objects.filter(settled_at=None).exists()
    assert back(program, key)
    assert told(program, key) == was
    changes = FactChange.objects.filter(program=program, key=key).order_by("pk")
    unknown = {"", UNKNOWN}
    assert [change.by for change in changes] == ["editor:5", "editor:5"]
    assert changes[0].before == changes[1].value == ("" if was in unknown else was)
    assert [change.why for change in changes] == ["Called them", "Was a mistake"]


def test_a_new_zip_code_moves_the_point_and_the_old_one_brings_it_back():
    bring(facility())
    program = the()
    say(program, "zip5", "04401")
    place = the().location
    assert (place.zip5, place.state, place.geocode) == ("04401", "ME", "zip")
    assert place.latitude is not None
    assert place.latitude > 44
    back(program, "zip5")
    assert (the().location.zip5, the().location.state) == ("81101", "CO")
    # The next file then gives its own point again.
    bring(facility(), on=date(2026, 4, 1))
    assert the().location.latitude == 38.2


def test_what_does_not_exist_any_more_stays_away_until_it_is_taken_back():
    bring(facility())
    program = the()
    say(program, WHOLE, "no", why="The building is empty")
    assert snapshot().by_id(program.pk) is None
    bring(facility(phone="719-555-0150"), on=date(2026, 4, 1))
    assert the().gone_on == NOW.date()
    assert back(program, WHOLE)
    assert the().gone_on is None
    assert snapshot().by_id(program.pk) is not None
    assert [change.value for change in FactChange.objects.filter(key=WHOLE).order_by("pk")] == ["no", ""]


def test_the_first_day_is_written_step_by_step():
    bring(facility())
    program = the()
    seen = mark_of(program, DAY_ONE)
    for _ in range(2):  # pressed twice
        set_day_one(program, actor=ELI, steps=["Bring  an ID", "", "See a nurse"], why="Their site", now=NOW, seen=seen)
    assert the().day_one == ["Bring an ID", "See a nurse"]
    assert FactChange.objects.get().value == "Bring an ID; See a nurse"
    with pytest.raises(Stale):
        set_day_one(program, actor=ELI, steps=["Call first"], why="Their site", now=NOW, seen=seen)


def test_two_editors_at_once_and_a_button_pressed_twice():
    bring(facility())
    program = the()
    seen = mark_of(program, "medicaid")
    for _ in range(2):
        say(program, "medicaid", "no", seen=seen)
    assert FactChange.objects.filter(key="medicaid").count() == 1
    assert Entry.objects.filter(verb="correct").count() == 1
    for actor, value in ((SAM, "no"), (ELI, "yes")):
        with pytest.raises(Stale):
            say(program, "medicaid", value, actor=actor, seen=seen)
    with pytest.raises(Stale):
        back(program, "medicaid", seen=seen)
    assert told(program, "medicaid") == "no"


@pytest.mark.parametrize(
    ("key", "value", "more", "reason"),
    [
        ("medicaid", "maybe", {}, "bad_value"),
        ("ownership", "yes", {}, "bad_value"),
        ("nothing", "yes", {}, "unknown_fact"),
        ("languages", "a" * 201, {}, "bad_value"),
        ("languages", "a\0b", {}, "bad_value"),
        ("name", "", {}, "needs_value"),
        ("name", "a" * 201, {}, "bad_detail"),
        ("name", "\u202eesuoH", {}, "bad_detail"),
        ("phone", "1\0", {}, "bad_detail"),
        ("zip5", "99999", {}, "unknown_zip"),
        ("zip5", "８１１０１", {}, "unknown_zip"),
        ("website", "javascript:alert(1)", {}, "bad_website"),
        ("website", "ftp://example.org", {}, "bad_website"),
        (WHOLE, "yes", {}, "bad_value"),
        ("medicaid", "no", {"days": 45}, "bad_days"),
        ("medicaid", "no", {"why": " x "}, "needs_why"),
        ("medicaid", "no", {"why": "x" * 301}, "needs_why"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_written(key, value, more, reason):
    bring(facility())
    before = Version.objects.get().number
    with pytest.raises(Refused, match=f"^{reason}$"):
        say(the(), key, value, **more)
    assert (Fact.objects.count(), FactChange.objects.count(), Version.objects.get().number) == (0, 0, before)


@pytest.mark.parametrize("role", ["counselor", "supervisor", "intake", "visitor", "person", "worker", "link"])
def test_only_editors_and_stewards_may(role):
    bring(facility(), facility("Elm Row", street1="9 Elm Row", phone="719-555-0111"))
    one, two = Program.objects.order_by("name")
    actor, likeness = Actor(role, "9"), Likeness.objects.create(program=one, other=two, why="phone", found_at=NOW)
    conflict = Conflict.objects.create(program=one, other=two, key="phone", value="1", other_value="2", found_at=NOW)
    calls: list[Any] = [
        lambda: say(one, "medicaid", "no", actor=actor),
        lambda: back(one, "medicaid", actor=actor),
        lambda: set_day_one(one, actor=actor, steps=["Come"], why="Their site", now=NOW),
        lambda: begin_check(one, actor=actor, kind="closed", about="", now=NOW),
        lambda: settle_reports(one, actor=actor, kind="closed", about="", outcome="was_right", last=1, now=NOW),
        lambda: keep_shown(one, ids=[conflict.pk], actor=actor, now=NOW),
        lambda: use_other(conflict, actor=actor, seen="2", why="x x", now=NOW),
        lambda: say_unknown(conflict, actor=actor, seen="2", why="x x", now=NOW),
        lambda: merge(two, into=one, actor=actor, why="One house", now=NOW),
        lambda: split(two, actor=actor, why="Two houses", now=NOW),
        lambda: not_the_same(likeness, actor=actor, now=NOW),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call()
    assert not Entry.objects.exclude(verb="import_directory").exists()


def test_our_word_stands_over_what_was_said_of_a_merged_entry_the_same_day():
    bring(facility())
    bring(facility(phone="(719) 555-0142"), source="findtreatment")
    place, part = the(), the("findtreatment")
    assert part.merged_into_id == place.pk
    say(place, "medicaid", "yes")
    set_fact(part, actor=ELI, key="medicaid", value="no", now=NOW)
    assert told(place, "medicaid") == "no"
    say(place, "medicaid", "yes")
    assert told(place, "medicaid") == "yes"
    assert back(place, "medicaid")
    assert not Fact.objects.exists()


def test_alike_reports_are_settled_together_and_a_later_one_stays_open():
    bring(facility())
    program = the()
    first, second = (report(program, kind="wrong_number", now=NOW) for _ in range(2))
    report(program, kind="plan", about="medicaid", now=NOW)
    found = next(tell([program.pk]))
    assert (found.doubted, found.checking) == ({"phone", "intake_phone"}, frozenset())
    assert begin_check(program, actor=ELI, kind="wrong_number", about="", now=NOW) == 2
    assert begin_check(program, actor=SAM, kind="wrong_number", about="", now=NOW) == 0
    assert next(tell([program.pk])).checking == {"phone", "intake_phone"}
    third = report(program, kind="wrong_number", now=NOW)
    with pytest.raises(Refused, match=r"^needs_outcome$"):
        settle_reports(program, actor=ELI, kind="wrong_number", about="", outcome="", last=second.pk, now=NOW)
    settle = {"actor": ELI, "kind": "wrong_number", "about": "", "outcome": "was_right", "now": NOW}
    assert settle_reports(program, last=second.pk, **settle) == 2
    assert settle_reports(program, last=second.pk, **settle) == 0
    third.refresh_from_db()
    first.refresh_from_db()
    assert (first.outcome, first.settled_by, third.settled_at) == ("was_right", "editor:5", None)
    assert next(tell([program.pk])).doubted == frozenset()
    assert Report.objects.filter(settled_at=None).count() == 2


def two_sources(**values: Any) -> tuple[Program, Program]:
    bring(facility())
    bring(facility(phone="(719) 555-0142", **values), source="findtreatment")
    return the(), the("findtreatment")


def test_conflicts_keep_use_the_other_or_nobody_knows():
    place, part = two_sources(codes="SA OP NMOA NP", website="https://example.org/r")
    open_ = {row.key: row for row in Conflict.objects.filter(settled_at=None)}
    assert len(open_) >= 3
    assert {row.other_id for row in open_.values()} == {part.pk}
    keys = sorted(open_)
    keep, other, nobody = (open_[key] for key in keys[:3])
    assert keep_shown(place, ids=[keep.pk], actor=ELI, now=NOW) == 1
    assert keep_shown(place, ids=[keep.pk], actor=ELI, now=NOW) == 0
    with pytest.raises(Stale):
        use_other(other, actor=ELI, seen="something else", why="Conflict: two", now=NOW)
    use_other(other, actor=ELI, seen=other.other_value, why="Conflict: two", now=NOW)
    say_unknown(nobody, actor=ELI, seen=nobody.other_value, why="Conflict: two", now=NOW)
    assert told(place, keep.key) == keep.value
    assert told(place, other.key) == other.other_value
    assert told(place, nobody.key) == UNKNOWN
    assert not Conflict.objects.filter(key__in=keys[:3], settled_at=None).exists()
    with pytest.raises(Stale):
        use_other(other, actor=ELI, seen=other.other_value, why="Conflict: two", now=NOW)
    # The same file again opens nothing that was settled.
    bring(facility(phone="719-555-0142", codes="SA OP NMOA NP"), source="findtreatment")
    assert not Conflict.objects.filter(key__in=keys[:3], settled_at=None).exists()


def test_the_other_phone_is_taken_as_its_source_writes_it():
    bring(facility())
    bring(facility(phone="(719) 555-0177 x12"), source="findtreatment")
    place, part = the(), the("findtreatment")
    if part.merged_into_id is None:
        merge(part, into=place, actor=ELI, why="One house", now=NOW)
    row = Conflict.objects.get(key="phone", other=part)
    use_other(row, actor=ELI, seen=row.other_value, why="Conflict: two", now=NOW)
    assert the().phone == "(719) 555-0177 x12"
    assert not Conflict.objects.filter(key="phone", settled_at=None).exists()


def apart(count: int = 2) -> list[Program]:
    """Places of one real source that are shown, each at its own street."""
    bring(*(facility(f"House {n}", street1=f"{n} Elm Row", phone=f"719-555-010{n}") for n in range(1, count + 1)))
    return list(Program.objects.order_by("name"))


def test_merged_entries_lead_to_the_one_that_is_shown_and_never_make_a_chain():
    one, two, three = apart(3)
    likeness = Likeness.objects.create(program=one, other=two, why="phone", found_at=NOW)
    set_fact(one, actor=ELI, key="same_day_start", value="yes", now=NOW)
    before = {row.pk: row.changed for row in Program.objects.all()}
    merge(one, into=two, actor=ELI, why="One house", now=NOW)
    merge(one, into=two, actor=ELI, why="One house", now=NOW)  # pressed twice
    merge(two, into=three, actor=SAM, why="One house", now=NOW)
    heads = dict(Program.objects.values_list("name", "merged_into"))
    assert heads == {"House 1": three.pk, "House 2": three.pk, "House 3": None}
    likeness.refresh_from_db()
    assert likeness.settled_by == "editor:5"
    for row in (one, two, three):
        found = snapshot().by_id(row.pk)
        assert found is not None
        assert found.offer.program_id == str(three.pk)
        assert snapshot().by_slug(row.slug) is not None
        assert Program.objects.get(pk=row.pk).changed > before[row.pk]
    assert told(three, "same_day_start") == "yes"
    merged = FactChange.objects.filter(key="merged").values_list("program", "value")
    assert set(merged) == {
        (one.pk, str(two.pk)),
        (two.pk, str(one.pk)),
        (two.pk, str(three.pk)),
        (three.pk, str(two.pk)),
    }
    assert Entry.objects.filter(verb="merge").count() == 4
    with pytest.raises(Stale, match=r"^merged_already$"):
        merge(two, into=one, actor=ELI, why="One house", now=NOW)
    with pytest.raises(Stale):
        say(one, "medicaid", "no")


def test_split_gives_the_page_back_and_no_import_joins_them_again():
    place, part = two_sources(codes="SA OP NP")
    assert Conflict.objects.filter(other=part).exists()
    split(part, actor=ELI, why="Two houses", now=NOW)
    split(part, actor=ELI, why="Two houses", now=NOW)  # pressed twice
    assert the("findtreatment").merged_into_id is None
    assert not Conflict.objects.filter(other=part).exists()
    found = snapshot().by_slug(part.slug)
    assert found is not None
    assert found.offer.program_id == str(part.pk)
    pair = Likeness.objects.get()
    assert (pair.settled_by, pair.why) == ("editor:5", "merged")
    bring(facility(phone="719-555-0142", codes="SA OP NP SP"), source="findtreatment", on=date(2026, 4, 1))
    assert the("findtreatment").merged_into_id is None
    assert set(FactChange.objects.filter(key="split").values_list("program", "before")) == {
        (place.pk, str(part.pk)),
        (part.pk, str(place.pk)),
    }


def test_what_cannot_be_merged():
    one, two = apart()
    sample = build.program("Sample House", source=build.source())
    say(two, WHOLE, "no")
    for part, into, reason in ((one, one, "same_entry"), (one, sample, "sample_and_real"), (one, two, "not_listed")):
        with pytest.raises(Refused, match=f"^{reason}$"):
            merge(part, into=into, actor=ELI, why="One house", now=NOW)
    with pytest.raises(Refused, match=r"^needs_why$"):
        merge(two, into=one, actor=ELI, why="", now=NOW)
    merge(two, into=one, actor=ELI, why="Moved here", now=NOW)  # a place that is gone may lead to where it is now
    found = snapshot().by_slug(two.slug)
    assert found is not None
    assert found.offer.program_id == str(one.pk)


def test_a_pair_is_judged_once():
    one, two = apart()
    pair = Likeness.objects.create(program=one, other=two, why="phone", found_at=NOW)
    assert not_the_same(pair, actor=ELI, now=NOW)
    assert not not_the_same(pair, actor=SAM, now=NOW)
    assert Likeness.objects.get().settled_by == "editor:5"


def test_our_word_is_still_known_after_a_merge_and_a_split():
    one, two = apart()
    say(one, "phone", "719-555-0199")
    merge(one, into=two, actor=ELI, why="One house", now=NOW)
    split(one, actor=ELI, why="Two houses", now=NOW)
    assert back(one, "phone")
    assert Program.objects.get(pk=one.pk).phone == "719-555-0101"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_the_second_is_told_so():
    one, two = apart()
    seen = mark_of(one, "medicaid")
    given = at_once(
        lambda: say(one, "medicaid", "no", seen=seen),
        lambda: say(one, "medicaid", UNKNOWN, actor=SAM, seen=seen),
    )
    assert sorted(type(each).__name__ for each in given) == ["NoneType", "Stale"]
    assert FactChange.objects.filter(key="medicaid").count() == 1
    given = at_once(
        lambda: merge(one, into=two, actor=ELI, why="One house", now=NOW),
        lambda: merge(two, into=one, actor=SAM, why="One house", now=NOW),
    )
    assert sorted(type(each).__name__ for each in given) == ["NoneType", "Stale"]
    assert Program.objects.exclude(merged_into=None).count() == 1
