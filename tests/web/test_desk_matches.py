"""Where counselors choose: how places answer us, what people doubt, entries that were merged, and whole lists."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from handrail.actions import consent, match, refer
from handrail.actions.directory.sources import bump_version
from handrail.core.answers import Answers
from handrail.core.needs import Needs
from handrail.records.casebook.models import Consent, Option, Referral
from handrail.records.directory.models import Program, Report, Responsiveness
from handrail.records.directory.snapshot import snapshot
from handrail.web.desk.match_words import answer_words
from handrail.web.desk.panels import match_panel, places_panel
from tests import build
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SINCE = date(2026, 5, 25)


@pytest.fixture
def desk(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.tasha)
    client.post("/account/lock/", {"password": "handrail-demo"})
    return client


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (Answers(SINCE, 15, answered=14, answer_minutes=22, accepted=14), "Answers in 22 min (14)"),
        (Answers(SINCE, 9, answered=9, answer_minutes=290, accepted=9), "Answers in 5 h (9)"),
        (
            Answers(SINCE, 12, answered=10, answer_minutes=30, accepted=3, declined=7, declines={"no_opening": 6}),
            "Said no to 7 of 12: no opening",
        ),
        (Answers(SINCE, 9, answered=8, answer_minutes=30, accepted=3, declined=5), "Said no to 5 of 9"),
        (Answers(SINCE, 9, answered=3, accepted=2, declined=1), "Answered 3 of 9"),
    ],
)
def test_how_a_place_answers_is_said_in_one_short_line(answers, words):
    assert answer_words(answers) == words


def ready(cast: Cast):
    return build.matching(actor=cast.actor("tasha"), now=timezone.now())


def report(program: Program, kind: str, *, seen: bool = False) -> None:
    now = timezone.now()
    for _ in range(2):
        Report.objects.create(program=program, kind=kind, at=now, due_at=now, seen_at=now if seen else None)
    bump_version([program.pk])


def test_the_workspace_and_the_finder_show_answers_and_doubts(cast, desk):
    now = timezone.now()
    counts = {"asked": 12, "answered": 10, "accepted": 3, "declined": 7, "declines": {"no_opening": 7}}
    nought = dict.fromkeys(("acknowledged", "due_to_arrive", "arrived", "due_at_90", "stayed_90"), 0)
    Responsiveness.objects.create(program=cast.river_house, since=SINCE, as_of=now, **counts, **nought)
    report(cast.river_house, "wrong_number", seen=True)
    report(cast.oak_street, "closed")
    wanted = ready(cast)
    for path in (f"/desk/r/{wanted.pk}/", "/desk/find/?near=80202"):
        page = " ".join(desk.get(path).content.decode().split())
        assert "Said no to 7 of 12: no opening" in page
        assert "Two people said that the number is wrong. Our team is checking." in page
        assert "Two people said that it has closed.<" in page
        assert page.count("Call<span") == 1, "no number to call where it is in doubt"


def test_offering_an_entry_that_was_merged_offers_the_place(cast, desk):
    wanted, other = ready(cast), build.program("River House Inc.")
    Program.objects.filter(pk=other.pk).update(merged_into=cast.river_house)
    bump_version([other.pk])
    desk.post(f"/desk/r/{wanted.pk}/take/", {"why": "Free"})
    answer = desk.post(f"/desk/r/{wanted.pk}/offer/", {"program": str(other.pk), "version": wanted.version})
    assert answer.status_code == 302, answer.content.decode()[-600:]
    option = Option.objects.get(request=wanted)
    assert option.program_id == cast.river_house.pk
    assert option.reasons


def test_a_place_merged_after_it_was_asked_stays_one_row_whose_yes_can_be_taken_back(cast):
    tasha, now, other = cast.actor("tasha"), timezone.now(), build.program("River House Inc.")
    referral = build.referral(other, actor=tasha, now=now)
    wanted = referral.request
    Program.objects.filter(pk=other.pk).update(merged_into=cast.river_house)
    bump_version([other.pk])
    rows = places_panel(wanted, now=now)
    assert [(row["program"].pk, row["is_open"]) for row in rows] == [(cast.river_house.pk, True)]
    assert rows[0]["consent"] is None
    assert rows[0]["yes"].program_id == other.pk
    needs = match_panel(wanted, now=now, most=5)["rows"]
    assert [row["is_asked"] for row in needs if row["id"] == str(cast.river_house.pk)] == [True]
    wanted.refresh_from_db()
    consent.revoke(wanted, actor=tasha, program_id=other.pk, now=now)
    assert not Consent.objects.filter(request=wanted, revoked_at=None).exists()
    assert Referral.objects.get().state == "withdrawn"
    # Neither can be offered or asked as such any more.
    wanted.refresh_from_db()
    for act in (refer.send, lambda *words, **more: match.offer(*words, **more, reasons=[])):
        with pytest.raises(refer.Refused, match="not_listed"):
            act(wanted, actor=tasha, program_id=other.pk, now=now)


def test_who_said_no_comes_last_and_hides_nobody(cast):
    now, tasha = timezone.now(), cast.actor("tasha")
    for number in range(6):
        build.program(f"Place {number}")
    wanted = ready(cast)
    first = [row["id"] for row in match_panel(wanted, now=now, most=8)["rows"]]
    assert len(first) == 8
    referral = build.ask_program(wanted, Program.objects.get(pk=first[0]), actor=tasha, now=now)
    refer.decline(referral, actor=tasha, reason="no_opening", note="", now=now)
    wanted.refresh_from_db()
    panel = match_panel(wanted, now=now, most=3)
    assert [row["id"] for row in panel["rows"]] == first[1:4]
    assert panel["more"] == 5
    assert [row["id"] for row in match_panel(wanted, now=now, most=8)["rows"]] == [*first[1:], first[0]]


def test_the_desk_finder_turns_pages(cast, desk):
    for number in range(33):
        build.program(f"Place {number}")
    here = {"latitude": 39.7491, "longitude": -104.9946, "miles": 25.0}
    assert snapshot().count(Needs(**here), now=timezone.now()) == 35
    seen = []
    for number, rows in ((1, 30), (2, 5), (3, 0)):
        page = desk.get(f"/desk/find/?near=80202&kinds=medicine&page={number}").content.decode()
        assert page.count('<section class="match">') == rows
        assert ('rel="next"' in page, 'rel="prev"' in page) == (number == 1, number > 1)
        assert "35 places near" in page
        seen += [part.split('"')[0] for part in page.split('<h3><a href="/p/')[1:]]
    assert len(set(seen)) == 35
