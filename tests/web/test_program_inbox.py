from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from handrail.actions import consent, refer
from handrail.records.accounts.models import actor_of
from handrail.records.casebook.models import Disclosure, Referral
from handrail.records.ledger.models import Entry
from tests.web.program_cast import a_program, a_referral, a_row, a_worker, answered, signed_in

pytestmark = pytest.mark.django_db

PAGES = ("program_inbox", "program_openings", "program_in_care", "program_page")
ANSWERS = ("program_acknowledge", "program_accept", "program_decline", "program_ask", "program_arrived")


@pytest.mark.parametrize("name", PAGES)
def test_signed_out_goes_to_sign_in(name: str) -> None:
    assert Client().get(reverse(name)).headers["Location"].startswith("/account/login/")


@pytest.mark.parametrize("role", ["counselor", "supervisor", "steward", "editor"])
@pytest.mark.parametrize("name", PAGES)
def test_other_roles_do_not_see_the_door(name: str, role: str) -> None:
    assert signed_in(a_worker(role=role)).get(reverse(name)).status_code == 404


@pytest.mark.parametrize("name", ["program_referral", *ANSWERS])
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_programs_referral_is_not_there(name: str, method: str) -> None:
    referral = a_referral(a_program("River House"))
    client = signed_in(a_worker(a_program("Oak Street Clinic")))
    if name == "program_referral" and method == "post":
        return
    assert getattr(client, method)(reverse(name, args=[referral.pk])).status_code == 404
    assert Referral.objects.get(pk=referral.pk).state == "sent"


def test_a_worker_without_a_program_is_told_so() -> None:
    page = signed_in(a_worker()).get(reverse("program_inbox"))
    assert b"not linked to a program" in page.content


def test_inbox_shows_minimum_facts_and_the_clock_and_no_name() -> None:
    program = a_program()
    a_referral(program)
    page = signed_in(a_worker(program)).get(reverse("program_inbox")).content.decode()
    assert "New referral" in page
    assert "Medicine for opioid use" in page
    assert "Pregnant" in page
    assert "min left" in page
    assert "Kayla" not in page
    assert "A secret sentence" not in page


def test_late_is_said_in_words() -> None:
    program = a_program()
    a_referral(program, sent=timedelta(minutes=42))
    page = signed_in(a_worker(program)).get(reverse("program_inbox")).content.decode()
    assert "12 min late" in page


def test_before_acknowledging_only_the_minimum_after_it_the_rest() -> None:
    program = a_program()
    referral = a_referral(program)
    client = signed_in(a_worker(program))
    address = reverse("program_referral", args=[referral.pk])
    before = client.get(address).content.decode()
    assert "Medicine for opioid use" in before
    assert "Kayla" not in before
    assert "Medicaid" not in before
    assert "0142" not in before
    assert "Accept with this time" not in before
    client.post(reverse("program_acknowledge", args=[referral.pk]))
    after = client.get(address).content.decode()
    assert "Kayla" in after
    assert "Medicaid" in after
    assert "555-555-0142" in after
    assert "42 CFR part 2 prohibits" in after
    assert "Yes, you may tell River House" in after
    assert "A secret sentence" not in after


def test_the_yes_sets_what_is_shown() -> None:
    program = a_program()
    referral = a_referral(program, scopes=["minimum", "details"])
    worker = a_worker(program)
    answered(referral, refer.acknowledge, worker=actor_of(worker))
    page = signed_in(worker).get(reverse("program_referral", args=[referral.pk])).content.decode()
    assert "Kayla" in page
    assert "0142" not in page
    assert "Through Tasha R." in page


def test_a_yes_taken_back_hides_everything_at_once() -> None:
    program = a_program()
    referral = a_referral(program)
    worker = a_worker(program)
    fresh = answered(referral, refer.acknowledge, worker=actor_of(worker))
    consent.revoke(fresh.request, actor=fresh.request.actor(), program_id=program.pk, now=timezone.now())
    client = signed_in(worker)
    page = client.get(reverse("program_referral", args=[referral.pk])).content.decode()
    assert "Kayla" not in page
    assert "taken back" in page
    assert "Medicaid" not in page
    assert "Kayla" not in client.get(reverse("program_inbox")).content.decode()


def test_opening_a_referral_is_entered_and_disclosed_once() -> None:
    program = a_program()
    referral = a_referral(program)
    worker = a_worker(program)
    client = signed_in(worker)
    for _ in range(2):
        client.get(reverse("program_referral", args=[referral.pk]))
    reads = Entry.objects.filter(stream=referral.request.stream, verb="read", actor=f"intake:{worker.pk}")
    assert [entry.why for entry in reads] == ["referral"]
    assert Disclosure.objects.filter(referral=referral).values_list("scope", flat=True).get() == "minimum"


def test_coming_today_and_later() -> None:
    program = a_program()
    worker = a_worker(program)
    now = timezone.now()
    for name, ahead in (("Ellis", timedelta(seconds=1)), ("Noor", timedelta(days=2))):
        answered(
            a_referral(program, name=name), refer.accept, worker=actor_of(worker), visit_at=now + ahead, visit_note=""
        )
    page = signed_in(worker).get(reverse("program_inbox")).content.decode()
    today, later = page.index("Coming today"), page.index("Coming later")
    assert today < page.index("Ellis") < later < page.index("Noor")
    assert page.count(">Arrived<") == 1


def test_inbox_asks_the_same_few_questions_however_long_it_is() -> None:
    program = a_program()
    client = signed_in(a_worker(program))
    a_row(program, "Day visits", 3)
    a_referral(program)
    client.get(reverse("program_inbox"))
    counts = []
    for more in (0, 6):
        for number in range(more):
            a_referral(program, name=f"P{number}")
            a_row(program, f"Row {number}", number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse("program_inbox")).status_code == 200
        counts.append(len(queries))
    assert counts == [7, 7]


def test_switching_between_programs() -> None:
    river, oak = a_program("River House"), a_program("Oak Street Clinic")
    a_referral(river)
    client = signed_in(a_worker(river, oak))
    first = client.get(reverse("program_inbox")).content.decode()
    assert "<h1>Oak Street Clinic</h1>" in first
    second = client.get(reverse("program_inbox"), {"at": "river-house"}).content.decode()
    assert "<h1>River House</h1>" in second
    assert "New referral" in second
    assert client.get(reverse("program_inbox"), {"at": a_program("Elsewhere").slug}).status_code == 404


def test_in_care_lists_who_arrived() -> None:
    program = a_program()
    worker = a_worker(program)
    client = signed_in(worker)
    assert "Nobody has arrived" in client.get(reverse("program_in_care")).content.decode()
    referral = a_referral(program)
    at = timezone.now() + timedelta(minutes=5)
    answered(referral, refer.accept, worker=actor_of(worker), visit_at=at, visit_note="")
    answered(referral, refer.arrive, worker=actor_of(worker))
    page = client.get(reverse("program_in_care")).content.decode()
    assert "Kayla" in page


def test_our_page_leads_to_the_public_one() -> None:
    client = signed_in(a_worker(a_program()))
    assert client.get(reverse("program_page")).headers["Location"] == "/p/river-house/"


def test_the_list_alone_is_renewed_with_its_open_row_marked() -> None:
    program = a_program()
    referral = a_referral(program)
    client = signed_in(a_worker(program))
    data = {"at": program.slug, "open": str(referral.pk)}
    part = client.get(reverse("program_inbox"), data, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "New referral" in part
    assert 'aria-current="true"' in part
    data["open"] = "x"
    assert client.get(reverse("program_inbox"), data, headers={"HX-Request": "true"}).status_code == 200
