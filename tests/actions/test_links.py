"""A device's link: who may make one, how long it lives, and what is said through it or on the phone."""

from datetime import timedelta

import pytest
from django.core.signing import Signer

from handrail.actions._frame import Forbidden, Refused, Stale
from handrail.actions.directory import calls, links, openings
from handrail.actions.directory.calls import Heard, last_said
from handrail.actions.directory.openings import sight_of
from handrail.core.access import OPERATOR, VISITOR, WORKER, Actor
from handrail.records.directory.links import SALT, find_link, link_of, links_of, token_of
from handrail.records.directory.models import CallTry, CapacityLink, CapacityStatement, Program, Version
from handrail.records.ledger.models import Entry
from handrail.records.ledger.verify import verify
from tests import build
from tests.actions.test_races import at_once
from tests.cast import Cast

AT = build.AT
LATER = AT + timedelta(hours=1)


def made(cast: Cast, name: str = "luis", label: str = "Front desk", **options) -> CapacityLink:
    return links.make_link(cast.river_house, actor=cast.actor(name), label=label, now=AT, **options)


def said(program: Program, label: str = "Beds", number: int = 3, **more) -> CapacityStatement:
    values = {"kind": "beds", "stated_at": AT, "source": build.source(), "stated_by": "intake:1", **more}
    return CapacityStatement.objects.create(program=program, label=label, openings=number, **values)


def verbs(program: Program) -> list[str]:
    return list(Entry.objects.filter(stream=f"program:{program.pk}").order_by("pk").values_list("verb", flat=True))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *[(name, None) for name in ("luis", "tasha", "priya", "eli")],
        ("ana", "not_listed"),
        ("sam", "role_may_not"),
        (VISITOR, "role_may_not"),
        (WORKER, "role_may_not"),
        (OPERATOR, "role_may_not"),
        (Actor("link", "1"), "role_may_not"),
    ],
)
def test_who_may_make_renew_and_turn_off_a_link(cast: Cast, name, reason) -> None:
    link = made(cast)
    actor = cast.actor(name) if isinstance(name, str) else name
    acts = [
        lambda: links.make_link(cast.river_house, actor=actor, label="Tablet", now=AT),
        lambda: links.renew_link(link, actor=actor, now=AT),
        lambda: links.revoke_link(link, actor=actor, now=AT),
    ]
    for act in acts:
        if reason is None:
            act()
            continue
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason == reason
        assert isinstance(refused.value, Forbidden) == (reason == "role_may_not")
    assert (CapacityLink.objects.get(pk=link.pk).revoked_at is None) == (reason is not None)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"label": " "}, "bad_link_label"),
        ({"label": "x" * 61}, "bad_link_label"),
        ({"label": "Front\0desk"}, "bad_link_label"),
        ({"label": "Front \u202edesk"}, "bad_link_label"),
        ({"days": 0}, "bad_link_days"),
        ({"days": 366}, "bad_link_days"),
    ],
)
def test_a_link_has_a_name_and_an_end(cast: Cast, options, reason) -> None:
    with pytest.raises(Refused, match=reason):
        made(cast, **options)
    assert not CapacityLink.objects.exists()
    assert made(cast).expires_at == AT + timedelta(days=90)
    assert made(cast, days=365).expires_at == AT + timedelta(days=365)


def test_a_program_has_ten_living_links_at_most(cast: Cast) -> None:
    those = [made(cast, label=f"Device {number}") for number in range(10)]
    with pytest.raises(Refused, match="too_many_links"):
        made(cast)
    links.renew_link(those[0], actor=cast.actor("luis"), now=LATER)
    links.revoke_link(those[0], actor=cast.actor("luis"), now=LATER)
    made(cast)
    CapacityLink.objects.filter(pk=those[1].pk).update(expires_at=AT)
    made(cast)
    with pytest.raises(Refused, match="too_many_links"):
        links.renew_link(those[1], actor=cast.actor("luis"), now=AT)


def test_a_link_lives_until_it_ends_or_is_turned_off_and_all_of_it_is_entered(cast: Cast) -> None:
    link = made(cast)
    token = token_of(link)
    assert find_link(token, AT) == link
    assert find_link(token, link.expires_at) is None
    links.renew_link(link, actor=cast.actor("luis"), now=link.expires_at)
    assert find_link(token, AT + timedelta(days=100)) == link
    for _ in range(2):
        links.revoke_link(link, actor=cast.actor("luis"), now=LATER)
    assert find_link(token, LATER) is None
    assert link_of(token) == link, "the page can still say which program to call about"
    assert not links_of([cast.river_house.pk])
    with pytest.raises(Refused, match="link_off"):
        links.renew_link(link, actor=cast.actor("luis"), now=LATER)
    assert verbs(cast.river_house) == ["make_capacity_link", "renew_capacity_link", "revoke_capacity_link"]
    assert not any(token in str(row) for row in Entry.objects.values_list())


def test_nobody_can_make_a_token(cast: Cast, settings, django_assert_num_queries) -> None:
    token = token_of(made(cast))
    body, _dot, signature = token.partition(".")
    wrong = [
        *("", ".", "x", body, f"{body}.", f".{signature}", token[:-1], f"A{token[1:]}", token.swapcase(), token * 3),
        Signer(sep=".", salt="another").sign(body),
        Signer(sep=".", salt=SALT, key="x" * 50).sign(body),
        Signer(sep=".", salt=SALT).sign("not-an-id"),
        "a\0b.c",
    ]
    with django_assert_num_queries(0):
        assert [link_of(each) for each in wrong] == [None] * len(wrong)
    settings.SECRET_KEY = "another secret of fifty characters and more than that"
    assert link_of(token) is None


def test_what_a_device_says_is_the_programs_word(cast: Cast) -> None:
    link, row = made(cast), said(cast.river_house)
    before = Version.objects.filter(pk=1).first()
    with links.using(link, now=LATER) as actor:
        openings.confirm_rows(cast.river_house, actor=actor, seen=sight_of([row]), now=LATER)
    row.refresh_from_db()
    link.refresh_from_db()
    assert (row.stated_at, row.source.name, row.stated_by) == (LATER, "The program", f"link:{link.pk}")
    assert link.used_at == LATER
    assert Version.objects.get(pk=1).number > (before.number if before else 0)
    with pytest.raises(Refused, match="not_listed"), links.using(link, now=LATER) as actor:
        openings.confirm_rows(cast.oak_street, actor=actor, seen="", now=LATER)


def test_a_link_turned_off_this_instant_says_nothing_more(cast: Cast) -> None:
    link, row = made(cast), said(cast.river_house)
    links.revoke_link(CapacityLink.objects.get(), actor=cast.actor("luis"), now=AT)
    with pytest.raises(Refused, match="link_off"), links.using(link, now=LATER) as actor:
        openings.confirm_rows(cast.river_house, actor=actor, seen=sight_of([row]), now=LATER)
    row.refresh_from_db()
    assert row.stated_at == AT


@pytest.mark.parametrize(
    ("was", "wanted", "is_step", "ends"),
    [
        (3, 4, True, (4, None, 6)),
        (2, 3, True, (3, None, 6)),  # a double click: it says so already
        (2, 1, True, Stale),
        (2, 1, False, Stale),
        (2, 3, False, (3, None, None)),
        (None, 5, False, (5, None, None)),
        (3, 0, True, (0, None, 6)),
    ],
)
def test_a_row_is_said_over_what_the_page_showed_alone(cast: Cast, was, wanted, is_step, ends) -> None:
    row = said(cast.river_house, waiting=6)
    options = {"label": "Beds", "kind": "beds", "openings": wanted, "was": was, "is_step": is_step, "now": LATER}
    if ends is Stale:
        with pytest.raises(Stale):
            openings.say_row(cast.river_house, actor=cast.actor("luis"), **options)
        ends = (3, None, 6)
    else:
        openings.say_row(cast.river_house, actor=cast.actor("luis"), **options)
    row.refresh_from_db()
    assert (row.openings, row.next_opening_on, row.waiting) == ends


def test_still_right_is_of_what_was_seen(cast: Cast) -> None:
    rows = [said(cast.river_house), said(cast.river_house, "Visits", 0, kind="visits")]
    seen, actor = sight_of(rows), cast.actor("luis")
    assert openings.confirm_rows(cast.river_house, actor=actor, seen=seen, now=LATER) == 2
    CapacityStatement.objects.filter(label="Beds").update(openings=1)
    for old in (seen, "", "x"):
        with pytest.raises(Stale):
            openings.confirm_rows(cast.river_house, actor=actor, seen=old, now=LATER)


@pytest.mark.parametrize("name", ["luis", "sam", "eli"])
def test_only_the_desk_calls_round(cast: Cast, name: str) -> None:
    actor, options = cast.actor(name), {"seen": "", "now": AT}
    with pytest.raises(Forbidden):
        calls.note_no_answer(cast.river_house, actor=actor, **options)
    with pytest.raises(Forbidden):
        calls.confirm_by_phone(cast.river_house, actor=actor, **options)
    with pytest.raises(Forbidden):
        calls.say_by_phone(cast.river_house, actor=actor, heard=[Heard("Beds", "beds", 1)], **options)


def test_what_is_heard_on_the_phone_is_our_teams_word_and_the_rest_stays(cast: Cast) -> None:
    beds, visits = said(cast.river_house), said(cast.river_house, "Visits", 2, kind="visits")
    calls.note_no_answer(cast.river_house, actor=cast.actor("omar"), seen=last_said([beds, visits]), now=AT)
    heard = [Heard("Beds", "beds", 0, AT.date(), 4), Heard("Women", "beds", 1, AT.date())]
    options = {"heard": heard, "seen": last_said([beds, visits]), "now": LATER}
    calls.say_by_phone(cast.river_house, actor=cast.actor("tasha"), **options)
    beds.refresh_from_db()
    visits.refresh_from_db()
    assert (beds.openings, beds.waiting, beds.next_opening_on, beds.source_id) == (0, 4, AT.date(), "desk")
    assert visits.stated_at == AT
    assert CapacityStatement.objects.get(label="Women").next_opening_on is None
    assert not CallTry.objects.exists()
    with pytest.raises(Stale) as second:
        calls.say_by_phone(cast.river_house, actor=cast.actor("omar"), **options)
    assert second.value.facts["by"] == cast.actor("tasha").key
    assert not verify().findings


def test_a_place_of_two_entries_is_said_where_each_row_stands(cast: Cast) -> None:
    other = build.program("River House, again", merged_into=cast.river_house)
    rows = [said(cast.river_house), said(other, "Visits", 2, kind="visits")]
    calls.confirm_by_phone(cast.river_house, actor=cast.actor("tasha"), seen=last_said(rows), now=LATER)
    assert set(CapacityStatement.objects.values_list("stated_at", flat=True)) == {LATER}
    heard = [Heard("Visits", "visits", 5)]
    seen = LATER.isoformat()
    calls.say_by_phone(cast.river_house, actor=cast.actor("tasha"), heard=heard, seen=seen, now=LATER)
    assert CapacityStatement.objects.get(label="Visits").program == other


def test_no_answer_is_counted_until_the_program_speaks(cast: Cast) -> None:
    row, times = said(cast.river_house), []
    for name, minutes in (("omar", 0), ("omar", 0.5), ("tasha", 0.7), ("tasha", 130)):
        now = LATER + timedelta(minutes=minutes)
        calls.note_no_answer(cast.river_house, actor=cast.actor(name), seen=last_said([row]), now=now)
        times.append(CallTry.objects.get().times)
    assert times == [1, 1, 2, 3], "a double click is one try"
    row.stated_at = now
    row.save()
    after = now + timedelta(hours=20)
    calls.note_no_answer(cast.river_house, actor=cast.actor("omar"), seen=last_said([row]), now=after)
    tried = CallTry.objects.get()
    assert (tried.times, tried.at, tried.by) == (1, after, cast.actor("omar").key)
    assert verbs(cast.river_house) == ["call_no_answer"] * 4


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_come_one_after_the_other(cast: Cast) -> None:
    said(cast.river_house)
    devices = [made(cast, label=f"Device {number}") for number in (1, 2)]

    def step(link: CapacityLink, wanted: int):
        def act() -> None:
            with links.using(link, now=LATER) as actor:
                options = {"label": "Beds", "kind": "beds", "was": 3, "is_step": True, "now": LATER}
                openings.say_row(cast.river_house, actor=actor, openings=wanted, **options)

        return act

    given = at_once(step(devices[0], 4), step(devices[1], 2))
    assert sorted(type(each).__name__ for each in given) == ["NoneType", "Stale"]
    assert CapacityStatement.objects.get().openings in (2, 4)
    assert not verify().findings


@pytest.mark.django_db(transaction=True)
def test_the_eleventh_link_is_refused_also_when_two_ask_at_once(cast: Cast) -> None:
    for number in range(9):
        made(cast, label=f"Device {number}")
    at_once(*[lambda: made(cast, label="One more")] * 3)
    assert CapacityLink.objects.count() == 10
