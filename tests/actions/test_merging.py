"""Two lists that speak of one place: joined at import, each word kept, nothing doubled, and nobody's access lost."""

from datetime import timedelta
from typing import Any

import pytest

from handrail.actions.directory.edit import correct
from handrail.actions.directory.merge_by_hand import not_the_same, split
from handrail.actions.directory.say import set_fact, state_capacity
from handrail.records.casebook.models import Referral
from handrail.records.directory.models import (
    CapacityStatement,
    Conflict,
    Fact,
    FactChange,
    Import,
    Likeness,
    Program,
    Source,
)
from handrail.records.directory.snapshot import Listing, forget, snapshot
from handrail.records.ledger.models import Entry
from handrail.records.ledger.verify import verify
from tests import build
from tests.actions.two_lists import COUNTY, NO, NOW, YES, conflicts, county, entry, pairs, row, survey

pytestmark = pytest.mark.django_db

LATER = COUNTY + timedelta(days=30)


def shown(program: Program) -> Listing:
    forget()
    listing = snapshot().by_id(program.pk)
    assert listing is not None
    return listing


def medicaid(program: Program) -> str:
    fact = shown(program).offer.facts.get("medicaid")
    return fact.value if fact else "unknown"


def listed() -> int:
    return Program.objects.listed().count()


# --- joined, or not ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "other",
    [row("RIVER HOUSE, LLC", phone="(719) 555-0142"), row(phone="719-555-0100"), row("River House Evening Groups")],
    ids=["phone written otherwise", "another phone", "a longer name"],
)
def test_a_second_list_is_joined_and_both_addresses_lead_to_the_shown_entry(other):
    survey(row())
    assert county(other)["joined"] == 1
    first, second = Program.objects.get(source="samhsa"), Program.objects.get(source="county")
    assert (second.merged_into_id, listed()) == (first.pk, 1)
    assert shown(second).offer.slug == first.slug
    assert snapshot().by_slug(second.slug) is snapshot().by_slug(first.slug)
    assert FactChange.objects.get(program=first, key="merged").value == str(second.pk)


def test_other_places_stay_apart_and_doubtful_pairs_go_to_an_editor_once():
    survey(row(), row("Oak Clinic", street1="5 Oak Street", street2="Suite 4", phone="719-555-0101"))
    rows = (
        row("River House", city="Harrow Falls", zip5="81140", street1="7 Bridge Street"),  # a chain's other town
        row("Quill Clinic", street1="5 Oak Street", street2="Suite 9", phone="719-555-0107"),  # another tenant
        row("Harbor Steps", phone="719-555-0142"),  # the same desk, another name
    )
    for _ in range(2):
        assert county(*rows)["joined"] == 0
    assert (listed(), pairs()) == (5, [("River House", "Harbor Steps", "phone")])
    survey(row(phone="719-555-0142 x1"), on=LATER)
    assert Likeness.objects.count() == 1  # asked the other way round, it is the same question


def test_two_entries_of_one_source_are_never_joined_and_each_finds_its_own():
    groups = row("River House Groups", key="g")
    assert survey(row(), groups)["joined"] == 0
    assert county(row("RIVER HOUSE GROUPS", key="x"), row("RIVER HOUSE", key="y"))["joined"] == 2
    own = {p.name.lower(): p.pk for p in Program.objects.filter(source="samhsa")}
    assert all(own[p.name.lower()] == p.merged_into_id for p in Program.objects.filter(source="county"))
    assert (
        county(row("RIVER HOUSE GROUPS", key="x"), row("RIVER HOUSE", key="y"), row("River House", key="z"))["joined"]
        == 0
    )


def test_a_sample_is_never_joined_with_what_is_real():
    Source.objects.create(key="county", name="County list (sample)", is_sample=True)
    survey(row())
    assert county(row())["joined"] == 0
    assert listed() == 2


def test_an_entry_that_became_the_same_is_joined_and_one_an_editor_split_is_not(cast):
    survey(row())
    county(row(street1="1 Old Road", phone="", key="k"))
    assert county(row(key="k"), on=LATER)["joined"] == 1
    split(entry("county"), actor=cast.actor("eli"), why="Two doors", now=NOW)
    assert county(row(key="k", codes=NO), on=LATER)["joined"] == 0
    assert county(row(key="k", codes=YES), row("River House", key="new"), on=LATER)["joined"] == 1


def test_two_that_an_editor_told_apart_are_not_asked_about_again(cast):
    survey(row())
    county(row("Harbor Steps"))
    assert not_the_same(Likeness.objects.get(), actor=cast.actor("eli"), now=NOW)
    county(row("Harbor Steps", codes=NO), on=LATER)
    assert pairs() == []


# --- what is told of a joined place -----------------------------------------------------------------
def test_each_list_goes_on_updating_its_own_entry_and_the_newest_word_is_shown():
    survey(row(codes=YES))
    county(row(codes="SA OP"))  # the county does not answer the question of payment
    assert medicaid(entry("samhsa")) == "yes"
    county(row(codes=NO), on=LATER)
    assert (medicaid(entry("samhsa")), entry("county").codes) == ("no", NO)
    survey(row(codes=YES), on=LATER)  # of one day, the shown one
    assert medicaid(entry("samhsa")) == "yes"
    assert (entry("county").merged_into_id, listed()) == (entry("samhsa").pk, 1)
    changes = FactChange.objects.filter(program=entry("county"), key="medicaid").values_list("before", "value", "why")
    assert list(changes) == [("", "no", "import")]


def test_a_conflict_is_kept_settled_opens_for_a_new_word_and_goes_when_they_agree(cast):
    survey(row(codes=NO))
    county(row(codes=YES))
    other = ("medicaid", "samhsa")  # the county's word is newer and stands
    assert conflicts()[other] == ("yes", "no", True)
    Conflict.objects.update(settled_at=NOW)
    survey(row(codes=f"{NO} SF"), on=LATER - timedelta(days=29))
    county(row(codes=f"{YES} SF"), on=LATER)
    assert conflicts()[other] == ("yes", "no", False)  # settled, and the same word again
    Conflict.objects.update(settled_at=None)
    county(row(codes=NO), on=LATER)
    assert "medicaid" not in {key for key, _source in conflicts()}


def test_a_settled_conflict_opens_when_the_other_says_a_new_thing():
    county(row(phone="719-555-0100"))
    survey(row(phone="719-555-0142"))  # the older word, by another entry
    assert conflicts() == {("phone", "samhsa"): ("719-555-0100", "719-555-0142", True)}
    Conflict.objects.update(settled_at=NOW, settled_by="editor:1")
    survey(row(phone="(719) 555-0142 x2"))
    assert conflicts() == {("phone", "samhsa"): ("719-555-0100", "(719) 555-0142 x2", False)}
    survey(row(phone="719-555-0111"))
    assert conflicts() == {("phone", "samhsa"): ("719-555-0100", "719-555-0111", True)}
    survey(row("Oak Clinic", street1="5 Oak Street"))
    assert conflicts() == {}


def test_the_newest_list_says_how_to_reach_a_place_and_silence_leaves_the_older_word(cast):
    survey(row(phone="719-555-0142", website="https://river.example", intake_phone="719-555-0143"))
    county(row(phone="719-555-0100"))
    found = shown(entry("samhsa"))
    assert (found.offer.phone, found.website) == ("719-555-0100", "https://river.example")
    assert (found.told_by["phone"][0], found.told_by["website"][0]) == ("county", "SAMHSA National Directory")
    assert conflicts() == {("phone", "samhsa"): ("719-555-0100", "719-555-0142", True)}
    correct(entry("samhsa"), actor=cast.actor("eli"), key="phone", value="719-555-0177", why="Called", days=90, now=NOW)
    county(row(phone="719-555-0111"), on=LATER)
    assert shown(entry("samhsa")).offer.phone == "719-555-0177"
    assert conflicts()["phone", "county"] == ("719-555-0177", "719-555-0111", True)


def test_ways_of_writing_are_no_conflict():
    survey(row(phone="719-555-0142", website="https://www.River.example/", street1="12 Mill Lane"))
    county(row(phone="(719) 555 0142", website="http://river.example", street1="12 Mill Ln, Suite 2"))
    assert conflicts() == {}


def test_a_program_that_contradicts_a_list_asks_no_editor_until_the_list_says_something_new(cast):
    survey(row(codes=YES))
    county(row(codes=YES))
    set_fact(entry("county"), actor=cast.actor("tasha"), key="medicaid", value="no", now=NOW, why="They said so")
    both = {("medicaid", "samhsa"): ("no", "yes", False), ("medicaid", "county"): ("no", "yes", False)}
    assert (medicaid(entry("samhsa")), conflicts()) == ("no", both)
    county(row(codes=f"{YES} SP"), on=LATER)
    assert conflicts() == both
    line = FactChange.objects.get(key="medicaid", why="They said so")
    assert (line.before, line.value) == ("yes", "no")
    set_fact(entry("samhsa"), actor=cast.actor("tasha"), key="medicaid", value="unknown", now=NOW)
    assert medicaid(entry("county")) == "unknown"


# --- gone, and back ---------------------------------------------------------------------------------
@pytest.fixture
def two(cast) -> dict[str, Program]:
    """River House by both lists; lena answers for the survey's entry, and its phone was put right by hand."""
    survey(row(), row("Oak Clinic", street1="5 Oak Street", phone="719-555-0101"))
    county(row("RIVER HOUSE", codes="SA OP SP"))
    old, new = entry("samhsa"), entry("county")
    build.staff("lena", role="intake", program=old)
    correct(old, actor=cast.actor("eli"), key="phone", value="719-555-0177", why="Called", days=365, now=NOW)
    state_capacity(old, actor=cast.actor("tasha"), label="Beds", kind="beds", openings=2, now=NOW)
    state_capacity(new, actor=cast.actor("tasha"), label="Visits", kind="visits", openings=1, now=NOW)
    set_fact(old, actor=cast.actor("tasha"), key="pets", value="Cats", now=NOW)
    return {"old": old, "new": new}


def oak_only(**options: Any) -> None:
    survey(row("Oak Clinic", street1="5 Oak Street", phone="719-555-0101"), on=LATER, **options)


def test_where_the_shown_entry_is_gone_the_other_is_shown_with_all_that_was_said(two):
    old, new = two["old"], two["new"]
    oak_only()
    listing = shown(old)
    assert (listing.offer.slug, listing.offer.name, listing.offer.phone) == (new.slug, "RIVER HOUSE", "719-555-0177")
    assert snapshot().by_slug(old.slug) is snapshot().by_slug(new.slug)
    assert {statement.label for statement in listing.offer.statements} == {"Beds", "Visits"}
    assert (listing.offer.facts["pets"].value, listing.offer.facts["spanish"].value) == ("Cats", "yes")
    assert "medicaid" not in listing.offer.facts  # only the gone entry said so
    told = FactChange.objects.filter(program=new, key="merged").values_list("value", "why")
    assert list(told) == [(str(old.pk), "shown_instead")]


def test_the_correction_of_a_gone_entry_stands_on_the_other_through_its_next_file(two):
    oak_only()
    county(row("RIVER HOUSE", phone="719-555-0100"), on=LATER)
    assert shown(two["old"]).offer.phone == "719-555-0177"
    assert conflicts()["phone", "county"][:2] == ("719-555-0177", "719-555-0100")


def test_an_entry_that_comes_back_stays_a_part(two):
    oak_only()
    survey(row(codes=NO), row("Oak Clinic", street1="5 Oak Street", phone="719-555-0101"), on=LATER)
    assert (entry("samhsa").gone_on, entry("samhsa").merged_into_id) == (None, two["new"].pk)
    assert (medicaid(two["old"]), listed()) == ("no", 4)  # with the two of the cast
    lines = FactChange.objects.filter(program=two["old"], key="listed").order_by("pk").values_list("before", "value")
    assert list(lines) == [("yes", "no"), ("no", "yes")]


def test_intake_staff_of_the_old_entry_speak_for_the_place_and_see_its_inbox(two, cast):
    before = build.referral(two["old"], actor=cast.actor("tasha"))
    oak_only()
    lena = Program.objects.get(pk=two["old"].pk).intake_staff.get().actor()
    state_capacity(two["new"], actor=lena, label="Beds", kind="beds", openings=0, now=NOW + timedelta(hours=1))
    statements = {each.label: each.openings for each in shown(two["old"]).offer.statements}
    assert statements == {"Beds": 0, "Visits": 1}  # the later word on one row stands
    assert CapacityStatement.objects.count() == 3
    after = build.referral(two["new"], actor=cast.actor("omar"), address="+13035550143")
    assert set(Referral.objects.visible_to(lena)) == {before, after}
    assert not Referral.objects.visible_to(cast.actor("ana")).exists()


def test_an_entry_with_staff_is_never_put_under_another_by_rule(cast):
    survey(row())
    county(row(street1="1 Old Road", phone="", key="k"))
    build.staff("lena", role="intake", program=entry("county"))
    assert county(row(key="k"), on=LATER)["joined"] == 0
    assert pairs() == [("River House", "River House", "phone")]


def test_when_the_last_list_leaves_it_out_the_place_is_gone():
    survey(row(), row("Oak Clinic", street1="5 Oak Street"))
    county(row(), row("Oak Clinic", street1="5 Oak Street"))
    survey(row("Oak Clinic", street1="5 Oak Street"), on=LATER)
    county(row("Oak Clinic", street1="5 Oak Street"), on=LATER)
    forget()
    assert (listed(), snapshot().by_id(entry("samhsa").pk)) == (1, None)


# --- whole or not at all ----------------------------------------------------------------------------
def test_importing_both_again_changes_nothing():
    survey(row(codes=NO), row("Oak Clinic", street1="5 Oak Street", phone="719-555-0101"))
    county(row(codes=YES), row("Harbor", street1="5 Oak Street", phone="719-555-0101"))
    tables = (Conflict, Likeness, FactChange, Program, Fact)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    assert [len(rows) for rows in before[:2]] == [2, 1]  # Medicaid and Medicare; the pair at Oak Street
    survey(row(codes=NO), row("Oak Clinic", street1="5 Oak Street", phone="719-555-0101"))
    county(row(codes=YES), row("Harbor", street1="5 Oak Street", phone="719-555-0101"))
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_a_dry_run_joins_nothing():
    survey(row())
    said = county(row(codes=NO), dry_run=True)
    assert (said["added"], Program.objects.count(), Conflict.objects.count()) == (1, 1, 0)
    assert not Source.objects.filter(key="county").exists()


def test_an_import_that_is_stopped_in_the_middle_leaves_nothing():
    survey(row(), row("Oak Clinic", street1="5 Oak Street"))

    def stop(done: int, _total: int) -> None:
        raise KeyboardInterrupt(done)

    before = [table.objects.count() for table in (Program, Conflict, FactChange, Likeness, Import, Entry, Source)]
    with pytest.raises(KeyboardInterrupt):
        county(row(codes=NO), row("Harbor", street1="5 Oak Street"), progress=stop)
    after = [table.objects.count() for table in (Program, Conflict, FactChange, Likeness, Import, Entry, Source)]
    assert (after, verify().findings) == (before, [])
