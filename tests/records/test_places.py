"""ZIP codes and towns to points, offline."""

import pytest

from handrail.records.directory.places import find_place, place_of_zip, suggest_places
from tests import build

pytestmark = pytest.mark.django_db


def test_a_zip_code_has_a_point_and_a_time_zone():
    place = place_of_zip("80202")
    assert place is not None
    assert (str(place), place.timezone) == ("Denver, CO", "America/Denver")
    assert abs(place.latitude - 39.75) < 0.05
    assert [place.state for place in find_place("04401")] == ["ME"]


@pytest.mark.parametrize("text", ["00000", "8020", "eighty", "", "80202x", "99999"])
def test_no_place_is_made_up(text):
    assert place_of_zip(text) is None


@pytest.mark.parametrize("text", ["Denver, CO", "denver co", " DENVER ,CO", "Denver, CO 80202", "80202", "80202-1234"])
def test_a_town_is_found_however_it_is_written(text):
    assert [str(place) for place in find_place(text)] == ["Denver, CO"]


def test_a_name_in_many_states_gives_each_and_the_state_decides():
    assert len({place.state for place in find_place("Springfield")}) > 5
    assert [place.state for place in find_place("St. Louis, MO")] == ["MO"]
    assert find_place("Denver, ME") == []


def test_a_town_that_only_the_directory_knows_is_found():
    build.program("River House")
    (place,) = find_place("fernhollow, co")
    assert (str(place), place.zip5, place.timezone) == ("Fernhollow, CO", "80202", "America/Denver")
    assert find_place("Fernhollow, ME") == []


def test_a_misspelling_is_not_guessed_but_suggested():
    build.program("River House")
    assert find_place("Sprngfield") == []
    assert suggest_places("Sprngfield")[0].city == "Springfield"
    assert [str(place) for place in suggest_places("Fernholow, CO")] == ["Fernhollow, CO"]
    assert suggest_places("") == []
    assert suggest_places("qqqqqqqq") == []
