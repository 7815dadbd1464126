"""Two at once: whoever is second is told so, and nothing is done twice, lost, or shared after a no."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from handrail.actions import ask, consent, person, refer
from handrail.actions._frame import Refused
from handrail.records.casebook.models import Consent, Disclosure, Draft, HelpRequest, Message, Referral, Task
from handrail.records.ledger.verify import verify
from tests import build
from tests.cast import Cast

AT = build.AT
WORDS = "You agree that we ask this program."


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment, each on its own connection; what each gave, or what it raised."""
    gate = threading.Barrier(len(acts))
    given: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            given[place] = act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            given[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def in_between(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, act: Callable[[], Any]) -> None:
    """The first time `module.name` is called, something else happens right after it."""
    real = getattr(module, name)
    acts = [act]

    def call(*args: Any, **options: Any) -> Any:
        result = real(*args, **options)
        if acts:
            acts.pop()()
        return result

    monkeypatch.setattr(module, name, call)


def fresh(row: HelpRequest | Referral) -> Any:
    if isinstance(row, Referral):
        return Referral.objects.select_related("request__person", "program", "consent").get(pk=row.pk)
    return HelpRequest.objects.select_related("person").get(pk=row.pk)


def agreed(cast: Cast) -> HelpRequest:
    """Somebody who said yes to River House, which has not been asked yet."""
    row = build.matching(actor=cast.actor("tasha"))
    scopes = ["minimum", "details"]
    at_river = {"program_id": cast.river_house.pk, "scopes": scopes, "words": WORDS, "method": "spoken"}
    consent.record(row, actor=cast.actor("tasha"), now=AT, **at_river)
    return row


def take_back(row: HelpRequest, cast: Cast) -> None:
    mine = fresh(row)
    consent.revoke(mine, actor=mine.actor(), program_id=cast.river_house.pk, now=AT)


def test_a_yes_taken_back_while_the_referral_is_sent_shares_nothing(cast, monkeypatch):
    row = agreed(cast)
    in_between(monkeypatch, refer, "living_consent", lambda: take_back(row, cast))
    with pytest.raises(Refused):
        refer.send(fresh(row), actor=cast.actor("tasha"), program_id=cast.river_house.pk, now=AT)
    assert not Referral.objects.exists()
    assert not Disclosure.objects.exists()
    assert Consent.objects.get().revoked_at == AT


@pytest.mark.django_db
def test_taking_back_a_yes_right_after_it_was_used_withdraws_the_referral(cast):
    row = agreed(cast)
    old = fresh(row)
    refer.send(fresh(row), actor=cast.actor("tasha"), program_id=cast.river_house.pk, now=AT)
    consent.revoke(old, actor=old.actor(), program_id=cast.river_house.pk, now=AT)
    assert Referral.objects.get().state == "withdrawn"


def test_a_page_opened_before_the_yes_was_taken_back_shows_nothing(cast):
    row = agreed(cast)
    sent = refer.send(fresh(row), actor=cast.actor("tasha"), program_id=cast.river_house.pk, now=AT)
    refer.accept(fresh(sent), actor=cast.actor("luis"), visit_at=AT + timedelta(hours=3), visit_note="", now=AT)
    opened = fresh(sent)
    take_back(row, cast)
    later = AT + timedelta(minutes=1)
    assert refer.facts_for(opened, actor=cast.actor("luis"), now=later) == {}
    assert not Disclosure.objects.filter(at__gte=later).exists()


@pytest.mark.django_db
def test_an_answer_kept_while_send_is_pressed_does_not_undo_the_send(monkeypatch):
    token = ask.keep("", build.ANSWERS, now=AT)
    in_between(monkeypatch, ask, "live_draft", lambda: ask.send(token, now=AT))
    with pytest.raises(Refused, match="already_sent"):
        ask.keep(token, {"name": "Wren"}, now=AT)
    assert ask.send(token, now=AT).request_id == str(HelpRequest.objects.get().pk)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_keep_both_answers():
    token = ask.keep("", build.ANSWERS, now=AT)
    names = [f"answer_{number}" for number in range(6)]
    given = at_once(*(lambda name=name: ask.keep(token, {name: 1}, now=AT) for name in names))
    assert given == [token] * 6
    assert set(names) <= set(Draft.objects.get().answers)


@pytest.mark.django_db(transaction=True)
def test_send_pressed_six_times_makes_one_request():
    token = ask.keep("", {**build.ANSWERS, "moves_around": True}, now=AT)
    given = at_once(*(lambda: ask.send(token, now=AT) for _ in range(6)))
    assert len({sent.code for sent in given}) == 1
    assert HelpRequest.objects.count() == 1
    assert Task.objects.filter(kind="clock").count() == 1
    assert verify().findings == []


@pytest.mark.django_db(transaction=True)
def test_of_two_programs_that_accept_at_once_one_has_the_person(cast):
    tasha = cast.actor("tasha")
    row = build.talking(actor=tasha)
    river = build.ask_program(row, cast.river_house, actor=tasha)
    oak = build.ask_program(row, cast.oak_street, actor=tasha)
    visit = {"visit_at": AT + timedelta(hours=3), "visit_note": "", "now": AT}
    given = at_once(
        lambda: refer.accept(fresh(river), actor=cast.actor("luis"), **visit),
        lambda: refer.accept(fresh(oak), actor=cast.actor("ana"), **visit),
    )
    assert sorted(type(one).__name__ for one in given) in (["NoneType", "Stale"], ["NoneType", "Refused"])
    assert sorted(Referral.objects.values_list("state", flat=True)) == ["accepted", "obsolete"]
    assert verify().findings == []


@pytest.mark.django_db(transaction=True)
def test_a_yes_and_a_withdrawal_at_once_end_in_one_of_them(cast):
    tasha, luis = cast.actor("tasha"), cast.actor("luis")
    sent = build.referral(cast.river_house, actor=tasha)
    mine, theirs = fresh(sent), fresh(sent)
    given = at_once(
        lambda: refer.accept(mine, actor=luis, visit_at=AT + timedelta(hours=3), visit_note="", now=AT),
        lambda: refer.withdraw(theirs, actor=tasha, why="", now=AT),
    )
    assert sorted(type(one).__name__ for one in given) == ["NoneType", "Stale"]
    row = fresh(sent)
    assert (row.state, row.request.stage) in (("accepted", "accepted"), ("withdrawn", "matching"))
    assert verify().findings == []


@pytest.mark.django_db(transaction=True)
def test_readers_and_writers_of_one_referral_never_share_after_a_no(cast):
    tasha, luis = cast.actor("tasha"), cast.actor("luis")
    sent = build.referral(cast.river_house, actor=tasha)
    refer.acknowledge(fresh(sent), actor=luis, now=AT)
    opened = [fresh(sent) for _ in range(3)]

    def no() -> None:
        mine = fresh(sent.request)
        consent.revoke(mine, actor=mine.actor(), program_id=cast.river_house.pk, now=AT)

    given = at_once(no, *(lambda one=one: refer.facts_for(one, actor=luis, now=AT) for one in opened))
    assert given[0] is None
    assert all(isinstance(one, dict) for one in given[1:]), given
    assert fresh(sent).state == "withdrawn"
    assert refer.facts_for(opened[0], actor=luis, now=AT) == {}
    assert verify().findings == []


def test_erasing_leaves_no_address_or_words_anywhere(cast):
    sent = build.referral(cast.river_house, actor=cast.actor("tasha"))
    refer.ask_question(fresh(sent), actor=cast.actor("luis"), question="Is Bird on Medicaid?", now=AT)
    person.stop(fresh(sent.request), erase=True, now=AT)
    assert set(Message.objects.values_list("to", "body")) == {("", "")}
    assert fresh(sent).question == ""
    assert not Draft.objects.filter(request=sent.request).exists()
