"""An operator's correction outlives the next import, runs out, and gives way only to a newer file."""

from datetime import date, timedelta

import pytest

from handrail.actions.directory.edit import correct, take_back
from handrail.actions.directory.say import set_fact
from handrail.records.directory.models import Conflict, Fact, FactChange, Program
from handrail.records.directory.snapshot import forget, snapshot
from handrail.records.directory.telling import Telling, tell
from tests.actions.two_lists import COUNTY, NO, NOW, SURVEY, YES, conflicts, county, entry, row, survey

pytestmark = pytest.mark.django_db

NEWER = COUNTY + timedelta(days=60)
DETAILS = {
    "name": ("River House", "River House for Women"),
    "phone": ("719-555-0142", "719-555-0177"),
    "intake_phone": ("719-555-0143", "unknown"),
    "street1": ("12 Mill Lane", "14 Mill Lane"),
    "zip5": ("81101", "80202"),
    "city": ("Fernhollow", "Denver"),
}


def put_right(cast, key: str, value: str, *, days: int = 90) -> None:
    program = Program.objects.get(source="samhsa")
    correct(program, actor=cast.actor("eli"), key=key, value=value, why="Called them", days=days, now=NOW)


TODAY = NOW.date()


def told() -> Telling:
    """What is told of the survey's entry."""
    return next(tell([Program.objects.get(source="samhsa").pk]))


def shown(key: str, day: date = TODAY) -> str:
    """One detail as it is shown on a day."""
    return told().detail(key, day)


@pytest.fixture
def listed(db) -> None:
    survey(row(key="k", intake_phone="719-555-0143"))


@pytest.mark.parametrize("key", DETAILS)
def test_a_detail_put_right_is_kept_through_a_file_that_changes_everything_else(cast, listed, key):
    before, value = DETAILS[key]
    put_right(cast, key, value)
    others = {name: f"{old} new" for name, (old, _new) in DETAILS.items() if name not in (key, "zip5")}
    survey(row(**others, key="k", codes=NO, **{key: before}), on=NEWER)
    program = entry("samhsa", value if key == "name" else others["name"])
    kept = {"zip5": "81101"} | others | {key: "" if value == "unknown" else value}
    for name, wanted in kept.items():
        assert getattr(program.location if name in ("street1", "zip5", "city") else program, name) == wanted
    assert conflicts()[key, "samhsa"] == (value, before, False)  # what it said then, no news
    assert program.codes == NO


def test_a_new_word_of_the_file_is_kept_for_the_editor_and_an_old_one_is_not_asked_again(cast, listed):
    put_right(cast, "phone", "719-555-0177")
    survey(row(key="k", phone="719-555-0100"), on=SURVEY + timedelta(days=1))
    assert conflicts()["phone", "samhsa"] == ("719-555-0177", "719-555-0100", True)
    Conflict.objects.update(settled_at=NOW)
    survey(row(key="k", phone="(719) 555-0100", codes=NO), on=SURVEY + timedelta(days=2))
    assert conflicts()["phone", "samhsa"][2] is False
    survey(row(key="k", phone="719-555-0177"), on=SURVEY + timedelta(days=3))
    survey(row(key="k", phone="719-555-0188"), on=SURVEY + timedelta(days=4))
    assert conflicts()["phone", "samhsa"] == ("719-555-0177", "719-555-0188", True)
    assert shown("phone") == "719-555-0177"


def test_a_zip_code_put_right_takes_the_point_and_the_state_with_it(cast, listed):
    put_right(cast, "zip5", "41701")
    survey(row(key="k", codes=NO, latitude=37.4661, longitude=-105.8836), on=NEWER)
    location = entry("samhsa").location
    assert (location.state, location.geocode, round(location.latitude or 0)) == ("KY", "zip", 37)
    assert -84 < (location.longitude or 0) < -82
    survey(row(key="k", codes=NO, zip5="41701", state="KY", latitude=37.2601, longitude=-83.1953), on=NEWER)
    assert entry("samhsa").location.geocode == "file"


def test_a_correction_that_ran_out_is_not_known_and_gives_way_to_a_newer_file_only(cast, listed):
    put_right(cast, "phone", "719-555-0177", days=30)
    put_right(cast, "name", "River House for Women", days=30)
    after = NOW + timedelta(days=31)
    assert (shown("phone"), shown("phone", after.date())) == ("719-555-0177", "")
    assert shown("name", after.date()) == "River House for Women"  # a place is never without a name
    survey(row(key="k", phone="719-555-0100", codes=NO), on=NEWER, now=after)  # as of before the word was said
    assert shown("phone", after.date()) == ""
    survey(row(key="k", phone="719-555-0100", codes=NO), on=after.date(), now=after)
    assert (shown("phone", after.date()), shown("name", after.date())) == ("719-555-0100", "River House")
    assert not Fact.objects.exists()


@pytest.mark.parametrize(("value", "later"), [("no", "yes"), ("unknown", "yes")])
def test_a_fact_by_hand_runs_out_and_only_a_newer_list_speaks_again(cast, listed, value, later):
    program = Program.objects.get(source="samhsa")
    set_fact(program, actor=cast.actor("tasha"), key="medicaid", value=value, now=NOW, days=30)

    def known(day: date) -> str:
        fact = told().facts(day).get("medicaid")
        return fact.value if fact else "unknown"

    after = NOW + timedelta(days=31)
    assert (known(TODAY), known(after.date())) == (value, "unknown")
    survey(row(key="k", codes=YES), on=after.date(), now=after)
    assert known(after.date()) == later
    assert Fact.objects.count() == 1  # it goes on keeping older words of other lists out


def test_shut_by_hand_stays_shut_by_its_own_list_and_by_another(cast, listed):
    put_right(cast, "listed", "no")
    survey(row(key="k", phone="719-555-0100"), on=NEWER)
    county(row())
    forget()
    assert Program.objects.listed().count() == 2  # the cast's own
    assert snapshot().by_id(entry("county").pk) is None
    survey(row("Oak Clinic", street1="5 Oak Street"), on=NEWER)
    county(row(), on=NEWER)
    assert Program.objects.get(source="county").merged_into == Program.objects.get(source="samhsa", source_key="k")
    assert not Program.objects.listed().filter(name="River House", source="county").exists()


def test_shut_for_a_time_it_comes_back_with_a_file_that_is_newer_than_the_word(cast, listed):
    put_right(cast, "listed", "no", days=30)
    after = NOW + timedelta(days=31)
    survey(row(key="k"), on=NEWER, now=after)
    assert entry("samhsa").gone_on is not None
    survey(row(key="k"), on=after.date(), now=after)
    assert entry("samhsa").gone_on is None


def test_our_word_taken_back_gives_the_file_its_say_again(cast, listed):
    put_right(cast, "phone", "719-555-0177")
    survey(row(key="k", phone="719-555-0100"), on=NEWER)
    take_back(entry("samhsa"), actor=cast.actor("eli"), key="phone", why="They moved", now=NOW)
    assert (shown("phone"), conflicts()) == ("719-555-0100", {})
    survey(row(key="k", phone="719-555-0188"), on=NEWER)
    assert shown("phone") == "719-555-0188"
    lines = FactChange.objects.filter(key="phone").order_by("pk").values_list("before", "value")
    assert list(lines) == [
        ("719-555-0142", "719-555-0177"),
        ("719-555-0177", "719-555-0100"),
        ("719-555-0100", "719-555-0188"),
    ]
