from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from handrail.actions import consent, refer
from handrail.records.accounts.models import actor_of
from handrail.records.casebook.choices import DECLINE_REASONS
from handrail.records.casebook.models import HelpRequest, Referral
from handrail.records.directory.models import Program
from handrail.web.program.words import DECLINE_WORDS, DONE_WORDS, STATE_WORDS
from tests.web.program_cast import a_program, a_referral, a_worker, answered, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> tuple[Client, Referral, Program]:
    """A program that has seen one referral."""
    program = a_program()
    worker = a_worker(program)
    referral = answered(a_referral(program), refer.acknowledge, worker=actor_of(worker))
    return signed_in(worker), referral, program


def tomorrow() -> str:
    return (timezone.now().astimezone(ZoneInfo("America/Denver")) + timedelta(days=1)).date().isoformat()


def state_of(referral: Referral) -> str:
    return Referral.objects.get(pk=referral.pk).state


def test_accept_with_a_day_and_time_on_the_programs_own_clock(scene) -> None:
    client, referral, _ = scene
    typed = {"day": tomorrow(), "time": "9 AM", "visit_note": "Ask for Dana.", "version": referral.version}
    answer = client.post(reverse("program_accept", args=[referral.pk]), typed)
    assert answer.headers["Location"] == reverse("program_referral", args=[referral.pk])
    found = Referral.objects.get(pk=referral.pk)
    assert found.state == "accepted"
    assert found.visit_at == datetime.fromisoformat(f"{tomorrow()}T09:00").replace(tzinfo=ZoneInfo("America/Denver"))
    assert found.visit_note == "Ask for Dana."
    assert HelpRequest.objects.get(pk=referral.request_id).stage == "accepted"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Your yes is sent" in page
    assert "You said yes" in page


@pytest.mark.parametrize(
    ("time", "words"), [("", "Give the time"), ("soon", "Write a time like"), ("25:00", "Write a time like")]
)
def test_accept_needs_a_time_and_keeps_what_was_typed(scene, time: str, words: str) -> None:
    client, referral, _ = scene
    typed = {"day": tomorrow(), "time": time, "visit_note": "Side door."}
    page = client.post(reverse("program_accept", args=[referral.pk]), typed)
    assert page.status_code == 422
    text = page.content.decode()
    assert words in text
    assert 'role="alert"' in text
    assert "Side door." in text
    assert f'value="{tomorrow()}" selected' in text
    assert state_of(referral) == "acknowledged"


def test_accept_refuses_a_time_that_has_passed(scene) -> None:
    client, referral, _ = scene
    today = timezone.now().astimezone(ZoneInfo("America/Denver")).date().isoformat()
    page = client.post(reverse("program_accept", args=[referral.pk]), {"day": today, "time": "0:00"})
    assert page.status_code == 422
    assert "That time has passed" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("program_acknowledge", {}),
        ("program_accept", {"day": "tomorrow", "time": "9"}),
        ("program_decline", {"reason": "no_opening", "note": "Friday, perhaps."}),
        ("program_ask", {"question": "Any seizures?"}),
    ],
)
def test_a_double_click_is_one_answer(scene, name: str, typed: dict[str, str]) -> None:
    client, referral, program = scene
    if name == "program_acknowledge":
        referral = a_referral(program, name="Ray")
    data = {**typed, "version": referral.version}
    if "day" in data:
        data["day"] = tomorrow()
    address = reverse(name, args=[referral.pk])
    first, second = client.post(address, data), client.post(address, data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert Referral.objects.get(pk=referral.pk).version == referral.version + 1


def test_arrived_once(scene) -> None:
    client, referral, _ = scene
    at = timezone.now() + timedelta(minutes=5)
    worker = actor_of(a_worker(referral.program))
    referral = answered(referral, refer.accept, worker=worker, visit_at=at, visit_note="")
    address = reverse("program_arrived", args=[referral.pk])
    for _ in range(2):
        assert client.post(address, {"version": referral.version}).status_code == 302
    assert HelpRequest.objects.get(pk=referral.request_id).stage == "arrived"
    assert "Arrived" in client.get(reverse("program_referral", args=[referral.pk])).content.decode()


def test_every_reason_to_decline_has_words_and_the_two_wrong_ones_are_not_offered(scene) -> None:
    client, referral, _ = scene
    assert tuple(DECLINE_WORDS) == DECLINE_REASONS
    assert {"declined", "withdrawn", "obsolete", "expired"} <= set(STATE_WORDS)
    assert set(DONE_WORDS) == {"acknowledged", "accepted", "declined", "info_requested", "arrived"}
    page = client.get(reverse("program_referral", args=[referral.pk])).content.decode()
    assert page.count('name="reason"') == 9
    for reason in ("on_methadone", "pregnant", ""):
        answer = client.post(reverse("program_decline", args=[referral.pk]), {"reason": reason, "note": "Kept note."})
        assert answer.status_code == 422
        assert "Kept note." in answer.content.decode()
    assert state_of(referral) == "acknowledged"


def test_a_no_ends_what_the_program_sees_and_gives_the_turn_back(scene) -> None:
    client, referral, _ = scene
    data = {"reason": "plan_not_taken", "note": "", "version": referral.version}
    client.post(reverse("program_decline", args=[referral.pk]), data)
    assert HelpRequest.objects.get(pk=referral.request_id).stage == "matching"
    page = client.get(reverse("program_referral", args=[referral.pk])).content.decode()
    assert "You said no" in page
    assert "Kayla" not in page


def test_a_question_needs_words_and_waits_for_us(scene) -> None:
    client, referral, _ = scene
    assert client.post(reverse("program_ask", args=[referral.pk]), {"question": " "}).status_code == 422
    client.post(reverse("program_ask", args=[referral.pk]), {"question": "Any seizures?", "version": referral.version})
    page = client.get(reverse("program_referral", args=[referral.pk])).content.decode()
    assert "Any seizures?" in page
    assert "waits for us" in page
    counselor = actor_of(a_worker(role="counselor"))
    answered(referral, refer.answer_question, worker=counselor, answer="None, they said.")
    assert "None, they said." in client.get(reverse("program_referral", args=[referral.pk])).content.decode()


def test_an_old_page_changes_nothing_and_says_so(scene) -> None:
    client, referral, _ = scene
    old = referral.version
    answered(referral, refer.ask_question, worker=actor_of(a_worker(referral.program)), question="Any seizures?")
    data = {"day": tomorrow(), "time": "9 AM", "version": old}
    page = client.post(reverse("program_accept", args=[referral.pk]), data)
    assert page.status_code == 409
    assert "Somebody changed this" in page.content.decode()
    assert state_of(referral) == "info_requested"


@pytest.mark.parametrize("name", ["program_acknowledge", "program_accept", "program_decline", "program_ask"])
def test_a_referral_that_was_taken_back_can_not_be_answered(scene, name: str) -> None:
    client, referral, _ = scene
    counselor = actor_of(a_worker(role="counselor"))
    answered(referral, refer.withdraw, worker=counselor, why="Changed plan.")
    data = {"day": tomorrow(), "time": "9 AM", "reason": "distance", "question": "Why?"}
    page = client.post(reverse(name, args=[referral.pk]), data)
    assert page.status_code == 409
    assert "no longer open" in page.content.decode()
    assert state_of(referral) == "withdrawn"


def test_another_program_was_first(scene) -> None:
    client, referral, _ = scene
    counselor = actor_of(referral.request.owner)
    other = a_program("Oak Street Clinic")
    fresh = HelpRequest.objects.get(pk=referral.request_id)
    now = timezone.now()
    consent.record(
        fresh, actor=counselor, program_id=other.pk, scopes=["minimum"], words="Yes.", method="spoken", now=now
    )
    second = refer.send(fresh, actor=counselor, program_id=other.pk, now=now)
    at = now + timedelta(hours=2)
    answered(second, refer.accept, worker=actor_of(a_worker(other)), visit_at=at, visit_note="")
    data = {"day": tomorrow(), "time": "9 AM", "version": referral.version}
    page = client.post(reverse("program_accept", args=[referral.pk]), data)
    assert page.status_code == 409
    assert state_of(referral) == "obsolete"
    assert "another program" in client.get(reverse("program_inbox")).content.decode()


@pytest.mark.parametrize("name", ["program_acknowledge", "program_accept", "program_decline", "program_ask"])
def test_opening_an_answers_address_leads_to_the_page(scene, name: str) -> None:
    client, referral, _ = scene
    answer = client.get(reverse(name, args=[referral.pk]))
    assert answer.headers["Location"] == reverse("program_referral", args=[referral.pk])


def test_a_page_left_alone_locks_and_what_was_typed_comes_back(scene) -> None:
    client, referral, _ = scene
    awake = client.cookies.pop("seen")
    answer = client.post(reverse("program_ask", args=[referral.pk]), {"question": "Any seizures?"})
    assert answer.headers["Location"].startswith("/account/lock/")
    assert state_of(referral) == "acknowledged"
    client.cookies["seen"] = awake.value
    page = client.get(reverse("program_referral", args=[referral.pk])).content.decode()
    assert "Any seizures?</textarea>" in page
