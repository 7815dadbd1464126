"""The columns give what core.match.rank gives, for every place, need, order and page, and after every change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.core import columns as columns_of_all
from handrail.core.answers import Answers
from handrail.core.facts import FACTS, FactValue
from handrail.core.gathering import Gathering, patched, with_hours
from handrail.core.match import ORDERS, Offer, miles_of, rank
from handrail.core.needs import KINDS, MUSTS, PAYERS, Needs
from handrail.core.openings import FRESH_HOURS, Statement

NOW = datetime(2026, 11, 22, 8, 0, 0, 250_000, tzinfo=UTC)
SLOW = Answers(date(2026, 6, 1), asked=9, answered=8, accepted=1, declined=7)
PROMPT = Answers(date(2026, 6, 1), asked=9, answered=9, accepted=8, declined=1)

# Towns stand close together, so that distances tie; and at the ends of the map, where longitudes wrap.
LATITUDES = st.sampled_from([40.0, 40.001, 40.3, 39.75]) | st.floats(39, 41) | st.sampled_from([90.0, -90.0, 89.9])
LONGITUDES = st.sampled_from([-105.0, -105.001, -105.4, 180.0, -180.0, 179.9, -179.9]) | st.floats(-180, 180)
POINTS = st.tuples(LATITUDES, st.sampled_from([-105.0, -105.002, -104.6]) | LONGITUDES) | st.none()
WORDS = st.dictionaries(st.sampled_from([key for key, rule in FACTS.items()]), st.sampled_from(["yes", "no"]))
STATEMENTS = st.lists(
    st.builds(
        Statement,
        label=st.just("Beds"),
        kind=st.sampled_from(["beds", "visits"]),
        openings=st.integers(0, 2),
        stated_at=st.integers(-3600, 300 * 3600).map(lambda ago: NOW.replace(microsecond=0) - timedelta(seconds=ago)),
        source=st.just("The program"),
        next_opening_on=st.none() | st.dates(date(2026, 11, 20), date(2026, 11, 27)),
    ),
    max_size=3,
)
PLACES = st.tuples(POINTS, WORDS, STATEMENTS, st.sampled_from([None, None, SLOW, PROMPT]))
KEYS = {name: st.lists(st.sampled_from(list(table)), unique=True, max_size=3) for name, table in
        (("kinds", KINDS), ("must", MUSTS))}  # fmt: skip
NEEDS = st.builds(
    lambda at, kinds, payer, must, miles, opioids: Needs(*(at or (None, None)), kinds, payer, must, miles, opioids),  # type: ignore[call-arg]
    st.just((40.0, -105.0)) | POINTS,
    KEYS["kinds"].map(tuple),
    st.sampled_from(["", *PAYERS]),
    KEYS["must"].map(tuple),
    st.sampled_from([0.0, 1.0, 25.0, 60.0, 300.0, 4000.0, None]),
    st.booleans(),
)
MOMENTS = st.sampled_from([NOW, NOW + timedelta(hours=11, microseconds=1), NOW + timedelta(days=1)])
HOURS = st.sampled_from([FRESH_HOURS, {"beds": 1, "visits": 200}])


def offer(number, place):
    at, words, statements, answers = place
    facts = {key: FactValue(value) for key, value in words.items()}
    where = dict(zip(("latitude", "longitude"), at or (None, None), strict=True))
    name = f"p{number}"
    return Offer(name, name, name, facts=facts, statements=tuple(statements), answers=answers, **where)


def gathered(offers, hours=FRESH_HOURS):
    gathering = Gathering(NOW.date(), hours)
    for each in offers:
        gathering.add(each)
    columns, order = gathering.arranged()
    return columns, [offers[number] for number in order]


def agree(columns, rows, needs, now, order, first, count, hours=FRESH_HOURS):
    expected = rank(needs, rows, now=now, order=order, fresh_hours=hours)
    top = columns.top(needs, now=now, order=order, first=first, count=count, id_of=lambda row: rows[row].program_id)
    shown = expected[first : first + count]
    assert [rows[row].program_id for row in top.rows] == [match.offer.program_id for match in shown]
    assert [chord if chord is None else miles_of(chord) for chord in top.chords] == [m.distance_miles for m in shown]
    assert top.total == columns.count(needs) == len(expected)


@settings(max_examples=200, deadline=None)
@given(st.lists(PLACES, max_size=40), NEEDS, st.sampled_from(ORDERS), st.integers(0, 12), MOMENTS, HOURS)
def test_top_is_rank(places, needs, order, first, now, hours):
    offers = [offer(number, place) for number, place in enumerate(places)]
    columns, rows = gathered(offers, hours)
    agree(columns, rows, needs, now, order, first, 5, hours)
    if needs.latitude is not None and needs.miles is not None:
        near, chords = columns.near(needs.latitude, needs.longitude, needs.miles)
        plain = rank(Needs(needs.latitude, needs.longitude, miles=needs.miles), rows, now=now)
        expected = [match for match in plain if match.distance_miles is not None]
        assert sorted(rows[row].program_id for row in near) == sorted(m.offer.program_id for m in expected)
        assert chords == sorted(chords)


@settings(max_examples=100, deadline=None)
@given(st.lists(PLACES, min_size=1, max_size=12), st.lists(PLACES, max_size=5), NEEDS, st.sampled_from(ORDERS), HOURS)
def test_a_change_is_patched_as_if_it_were_built_anew(places, changes, needs, order, hours):
    columns, rows = gathered([offer(number, place) for number, place in enumerate(places)])
    before = [rows[:], columns.top(needs, now=NOW, order=order, id_of=lambda row: rows[row].program_id)]
    changed = {}
    for row, (_at, *said) in zip(range(len(rows)), changes, strict=False):
        at = rows[row].latitude, rows[row].longitude
        changed[row] = offer(rows[row].program_id[1:], (None if at[0] is None else at, *said))
    made = patched(columns, changed, FRESH_HOURS)
    now = [changed.get(row, old) for row, old in enumerate(rows)]
    agree(made, now, needs, NOW, order, 0, 12)
    agree(
        with_hours(made, {row: each.statements for row, each in enumerate(now)}, hours),
        now,
        needs,
        NOW,
        order,
        0,
        12,
        hours,
    )
    assert columns.top(needs, now=NOW, order=order, id_of=lambda row: before[0][row].program_id) == before[1]
    again = Gathering(NOW.date(), FRESH_HOURS)
    for row, each in reversed(list(enumerate(now))):
        again.keep(made, row, each.program_id)
    kept, places_of = again.arranged()
    agree(kept, [now[-1 - number] for number in places_of], needs, NOW, order, 0, 12)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("needs", [Needs(40.0, -105.0), Needs(), Needs(40.0, -105.0, must=("spanish",), payer="va")])
def test_hundreds_of_equals_take_turns(order, needs):
    places = [((40.0 + number % 3 / 1000, -105.0), {"spanish": "yes"} if number % 2 else {}, (), None)
              for number in range(900)]  # fmt: skip
    columns, rows = gathered([offer(number, place) for number, place in enumerate(places)])
    for first in (0, 20, 640, 890, 2000):
        agree(columns, rows, needs, NOW, order, first, 20)


@pytest.mark.parametrize("order", ORDERS)
def test_where_every_place_says_something_else(order, monkeypatch):
    monkeypatch.setattr(columns_of_all, "_MANY_PATTERNS", 10)
    keys = [key for table in (KINDS, MUSTS) for choice in table.values() for key in choice.facts]
    places = [
        ((30.0 + number / 8, -105.0), {key: "yes" if number * 7 >> bit & 1 else "no" for bit, key in enumerate(keys)})
        for number in range(400)
    ]
    columns, rows = gathered([offer(number, (*place, (), None)) for number, place in enumerate(places)])
    for needs in (Needs(40.0, -105.0, ("stay",), "medicaid"), Needs(40.0, -105.0, kinds=("medicine", "day"))):
        agree(columns, rows, needs, NOW, order, 2, 9)
    assert not [key for key in columns._tables if len(key) == 4], "weighed row by row"


def test_nothing_listed_is_nothing_found():
    columns, rows = gathered([])
    agree(columns, rows, Needs(40.0, -105.0), NOW, "best", 0, 10)
    agree(columns, rows, Needs(), NOW, "best", 0, 10)


def test_a_place_weighs_little_in_memory():
    places = [
        ((39 + number % 97 / 50, -106 + number % 89 / 40), {"spanish": "yes"}, (), None) for number in range(5000)
    ]
    columns, _rows = gathered([offer(number, place) for number, place in enumerate(places)])
    for key in MUSTS:
        columns.count(Needs(40.0, -105.0, must=(key,)))
    assert columns.nbytes / len(columns) <= 40
