"""The rule of ranking, and that nothing in it can be bought."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.core.joining import read_facts
from handrail.core.match import RULE, Match, Offer, distance_miles, rank, reason_from, rotation
from handrail.core.needs import FITS_WHEN_NO, KINDS, MUSTS, PAYERS, Needs, from_flags, needs_from, sort_words
from handrail.core.openings import Statement
from handrail.core.safety import FLAGS
from handrail.project.ranking_page import page

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HERE = Needs(40.0, -105.0)


def place(name, codes="", *, miles=1.0, rooms=None, hours=1, said=None):
    facts = read_facts(codes, said or (), source="survey", observed_on=date(2023, 3, 31), today=NOW.date())
    statements = () if rooms is None else (
        Statement("Beds", "beds", rooms, NOW - timedelta(hours=hours), "The program"),
    )  # fmt: skip
    return Offer(name, name, name, latitude=40.0 + miles / 69.09, longitude=-105.0, facts=facts, statements=statements)


def names(needs, *offers, **options):
    return [match.offer.name for match in rank(needs, offers, now=NOW, **options)]


def test_medicine_then_room_then_fit_then_distance():
    talk = place("talk only, room", "ICO NMOA MD", miles=1, rooms=3)
    near = place("near", "BU ICO MD", miles=2)
    room = place("room", "BU ICO MD", miles=20, rooms=1)
    silent = place("silent on Medicaid", "BU ICO", miles=1)
    needs = Needs(40.0, -105.0, payer="medicaid")
    assert names(needs, talk, silent, near, room) == ["room", "near", "silent on Medicaid", "talk only, room"]
    assert names(needs, talk, near, room, order="nearest") == ["talk only, room", "near", "room"]
    assert names(needs, near, room, order="soonest") == ["room", "near"]


def test_stale_room_is_no_room():
    assert names(HERE, place("stale", "BU", rooms=9, hours=13), place("fresh", "BU", miles=9, rooms=1))[0] == "fresh"


def test_a_no_leaves_out_and_a_not_known_stays_below():
    needs = Needs(40.0, -105.0, must=("methadone",))
    yes, no, silent = place("yes", "MU", miles=20), place("no", "BU", miles=1), place("silent", "UB", miles=1)
    assert names(needs, no, silent, yes) == ["yes", "silent"]
    assert names(Needs(40.0, -105.0, kinds=("stay",)), place("visits", "OP"), place("stay", "RL"), place("?")) == [
        "stay",
        "?",
    ]


def test_a_plan_not_taken_comes_last_and_says_so():
    found = rank(Needs(40.0, -105.0, payer="medicaid"), [place("no", "BU PI", rooms=2), place("yes", "OP MD")], now=NOW)
    assert [match.offer.name for match in found] == ["yes", "no"]
    assert [reason.why for reason in found[1].those("does_not")] == ["plan_not_taken"]


def test_a_place_that_does_not_work_with_medicine_says_so():
    (match,) = rank(HERE, [place("detox", "DT NMOA")], now=NOW)
    assert "stops_medicine" in [reason.about for reason in match.those("does_not")]


def test_every_thing_picked_has_a_reason_with_its_date():
    needs = Needs(40.0, -105.0, ("medicine", "detox"), "medicaid", ("pregnant", "spanish"))
    (match,) = rank(needs, [place("all", "BU DT ODTX MD PW", rooms=1)], now=NOW)
    about = [(reason.about, reason.verdict) for reason in match.reasons]
    assert about == [
        ("room", "fits"), ("medicine", "fits"), ("kind:detox", "fits"), ("payer:medicaid", "fits"),
        ("must:pregnant", "fits"), ("must:spanish", "unknown"),
    ]  # fmt: skip
    assert all(reason.on for reason in match.those("fits"))
    assert all(reason_from(reason.as_dict()) == reason for reason in match.reasons)


def test_no_money_can_enter():
    """An offer and the needs hold nothing a program could pay for."""
    told = {"program_id", "slug", "name", "organization", "phone", "street", "city", "state", "zip5", "walk_in_hours"}
    where = {"latitude", "longitude", "geocode", "source", "observed_on", "is_sample", "may_be_closed"}
    assert {field.name for field in fields(Offer)} == told | where | {"facts", "statements", "answers"}
    picked = {"latitude", "longitude", "kinds", "payer", "must", "miles", "for_opioids"}
    assert {field.name for field in fields(Needs)} == picked
    assert {field.name for field in fields(Match)} == {"offer", "needs", "distance_miles", "openings"}


def test_equals_take_turns_by_the_day():
    twins = [place(f"twin {number}", "BU") for number in range(6)]
    today = names(HERE, *twins)
    assert today == sorted(today, key=lambda name: rotation(name, "2026-11-22"))
    later = [m.offer.name for m in rank(HERE, twins, now=NOW + timedelta(days=1))]
    assert set(later) == set(today)
    assert later != today


def test_far_places_are_left_out_and_unplaced_ones_come_last():
    lost = Offer("lost", "lost", "lost")
    assert names(Needs(40.0, -105.0, for_opioids=False), lost, place("far", miles=26), place("in", miles=24)) == [
        "in",
        "lost",
    ]
    assert abs((distance_miles(HERE, place("ten", miles=10)) or 0) - 10) < 0.05


CODES = ["BU", "MU", "NMOA", "MD", "PI", "SF", "OP", "RL", "RS", "DT", "PW", "SP", "ICO"]
OFFERS = st.lists(
    st.tuples(st.sets(st.sampled_from(CODES)), st.floats(0, 40), st.none() | st.integers(0, 3), st.integers(0, 50)),
    max_size=12,
)
PICKS = st.tuples(
    st.sets(st.sampled_from(list(KINDS))), st.sampled_from(["", *PAYERS]), st.sets(st.sampled_from(list(MUSTS)))
)


@settings(max_examples=150)
@given(OFFERS, PICKS, st.randoms())
def test_order_does_not_depend_on_the_order_of_asking(rows, picks, chance):
    offers = [
        place(f"p{number}", " ".join(codes), miles=miles, rooms=rooms, hours=hours)
        for number, (codes, miles, rooms, hours) in enumerate(rows)
    ]
    kinds, payer, must = picks
    needs = Needs(40.0, -105.0, tuple(kinds), payer, tuple(must))
    found = names(needs, *offers)
    chance.shuffle(offers)
    assert names(needs, *offers) == found
    for match in rank(needs, offers, now=NOW):
        refused = {reason.about for reason in match.those("does_not")}
        assert not {about for about in refused if about.startswith("must:")}, "a must-have with a no was listed"


def test_needs_from_flags_put_medicine_first_and_know_every_flag():
    found = from_flags(["pregnant", "kids", "sick_now", "overdosed"])
    assert found.kinds == ("medicine",)
    assert found.must == ("starts_today", "pregnant", "kids_stay")
    assert found.reasons[0] == ("medicine", "medicine_first")
    assert from_flags(FLAGS).reasons[0] == ("medicine", "wants_medicine")


def test_needs_survive_being_kept_and_strange_words_do_not():
    needs = Needs(1.0, 2.0, ("medicine",), "va", ("asl",), 60.0)
    assert needs_from(needs.as_dict()) == needs
    assert needs_from({"kinds": ["gold"], "payer": "gold", "must": ["gold"]}).kinds == ()
    words, strange = sort_words(["buprenorphine", "Medicaid", "gold"])
    assert (words.must, words.payer, strange) == (("buprenorphine",), "medicaid", ("gold",))


def test_codes_in_addresses_are_short_and_different():
    for table in (KINDS, PAYERS, MUSTS):
        codes = [choice.code for choice in table.values()]
        assert len(set(codes)) == len(codes)
        assert max(map(len, codes)) <= 2
    assert set(MUSTS) >= FITS_WHEN_NO


def test_the_printed_rule_is_this_rule():
    written = (Path(__file__).parents[2] / "docs" / "ranking.md").read_text()
    assert written == page()
    assert all(sentence in written for sentence in RULE)


def test_a_place_that_is_not_for_opioid_use_comes_last_and_says_whom_it_is_for():
    found = rank(HERE, [place("dui", "DUO", rooms=1), place("none", "NMOA"), place("silent", "SA")], now=NOW)
    assert found[0].offer.name == "silent"
    (only,) = [reason for match in found for reason in match.those("does_not") if reason.about == "only"]
    assert only.why == "dui_only"
