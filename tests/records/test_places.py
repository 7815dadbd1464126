"""ZIP codes and towns to points, offline, however they are written. Nothing is guessed."""

import pytest

from handrail.core.points import is_in
from handrail.records.directory.gazetteer import gazetteer, plain
from handrail.records.directory.places import find_place, meant_by, place_of_zip, suggest_places
from handrail.records.directory.states import STATES, state_of
from tests import build

pytestmark = pytest.mark.django_db


def test_a_zip_code_has_a_point_and_a_time_zone():
    place = place_of_zip("80202")
    assert place is not None
    assert (str(place), place.timezone) == ("Denver, CO", "America/Denver")
    assert abs(place.latitude - 39.75) < 0.05
    assert [place.state for place in find_place("04401")] == ["ME"]


@pytest.mark.parametrize("text", ["00000", "8020", "eighty", "", "80202x", "99999", "٨٠٢٠٢"])
def test_no_place_is_made_up(text):
    assert place_of_zip(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("Denver, CO", "denver co", " DENVER ,CO", "Denver, CO 80202", "Denver CO 80202", "80202", "80202-1234"),
        *(
            "802021234",
            "80202 1234",
            "８０２０２",
            "Denver, Colorado",
            "denver colorado",
            "12 Mill Lane, Denver, CO 80202",
        ),
    ],
)
def test_a_town_is_found_however_it_is_written(text):
    assert [str(place) for place in find_place(text)] == ["Denver, CO"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("San José, CA", "San Jose, CA"),
        ("Springfield, Illinois", "Springfield, IL"),
        ("springfield il", "Springfield, IL"),
        ("New York, New York", "New York, NY"),
        ("New York", "New York, NY"),
        ("Nueva York", "New York, NY"),
        ("Washington, D.C.", "Washington, DC"),
        ("District of Columbia", "Washington, DC"),
        ("St. Louis, MO", "Saint Louis, MO"),
        ("N Las Vegas", "North Las Vegas, NV"),
        ("Winston-Salem", "Winston Salem, NC"),
        ("San Juan, Puerto Rico", "San Juan, PR"),
        ("Hagåtña, GU", "Hagatna, GU"),
        ("Charlotte Amalie", "St Thomas, VI"),
        ("Saipan", "Saipan, MP"),
        ("American Samoa", "Pago Pago, AS"),
        ("20505", "Washington, DC"),  # one company's own code, without a point: its town's
        ("96917", "Inarajan, GU"),  # boxes at a post office, without a point: its town's
    ],
)
def test_names_as_people_write_them(text, place):
    assert [str(found) for found in find_place(text)] == [place]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        *((text, "empty") for text in ("", "  ", "\0", ",", "\u200b")),
        *((text, "digits") for text in ("8020", "802021", "1", "80 202")),
        *((text, "unknown_zip") for text in ("00000", "99999")),
        *((text, "no_point") for text in ("96941", "96970")),
        *((text, "military") for text in ("09012", "34001", "96201", "96510", "APO AE 09012", "FPO AP", "DPO, AA")),
        *((text, "state") for text in ("Ohio", "OH", "puerto rico", "Guam", "Tejas", "Islas Vírgenes", "Washington")),
        *((text, "unknown") for text in ("Sprngfield", "Denver, ME", "x" * 500, "日本")),
    ],
)
def test_what_means_no_place_says_why(text, problem):
    meant = meant_by(text)
    assert (meant.places, meant.problem) == ((), problem)


@pytest.mark.parametrize("state", STATES)
def test_every_state_and_territory_has_towns_with_points_inside_it(state):
    if state == "FM":
        pytest.skip("The gazetteer has no point for any post office of Micronesia; each is said to have none.")
    largest = gazetteer().towns.largest[state]
    for town in largest:
        assert is_in(town.latitude, town.longitude, state=state), town
        assert town in find_place(f"{town.city}, {state}")
        assert town in find_place(f"{town.city} {STATES[state][0]}")
    assert state_of(plain(STATES[state][0])) == state


def test_a_name_in_many_states_gives_each_and_the_state_decides():
    assert len({place.state for place in find_place("Springfield")}) > 5
    assert [place.state for place in find_place("St. Louis, MO")] == ["MO"]
    assert find_place("Denver, ME") == []


def test_a_town_and_a_zip_of_two_states_are_both_offered():
    assert [str(place) for place in find_place("Denver, CO 10001")] == ["Denver, CO", "New York, NY"]


def test_a_town_that_only_the_directory_knows_is_found():
    build.program("River House")
    (place,) = find_place("fernhollow, co")
    assert (str(place), place.zip5, place.timezone) == ("Fernhollow, CO", "80202", "America/Denver")
    assert [str(place) for place in find_place("Fernhollow")] == ["Fernhollow, CO"]
    assert find_place("Fernhollow, ME") == []


def test_a_misspelling_is_not_guessed_but_suggested():
    build.program("River House")
    assert find_place("Sprngfield") == []
    assert suggest_places("Sprngfield")[0].city == "Springfield"
    assert [str(place) for place in suggest_places("Fernholow, CO")] == ["Fernhollow, CO"]
    assert str(suggest_places("Pittsburg, PA")[0]) == "Pittsburgh, PA"
    assert suggest_places("") == []
    assert suggest_places("qqqqqqqq") == []


@pytest.mark.parametrize(
    ("text", "first"), [("8020", "Clarksboro, NJ"), ("802021", "Denver, CO"), ("OH", "Cincinnati, OH")]
)
def test_a_code_of_the_wrong_length_and_a_state_alone_get_something_to_pick(text, first):
    assert str(suggest_places(text)[0]) == first
