"""The page behind a device's link, and the links as intake staff keep them."""

import logging
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from handrail.actions.directory import links
from handrail.core.access import Actor
from handrail.project.logs import PrivateFilter
from handrail.records.directory.links import token_of
from handrail.records.directory.models import CapacityLink, CapacityStatement, Program
from handrail.records.directory.snapshot import forget
from tests.cast import Cast
from tests.web.program_cast import a_program, a_row, a_worker, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    program = a_program()
    a_row(program, "Day visits", 3)
    a_row(program, "Beds", 1, hours_ago=13, kind="beds")
    return program


def a_link(program: Program, label: str = "Lobby") -> CapacityLink:
    actor = Actor("intake", "1", program_ids=frozenset({str(program.pk)}))
    return links.make_link(program, actor=actor, label=label, now=timezone.now())


def address(link: CapacityLink) -> str:
    return reverse("openings_link", kwargs={"token": token_of(link)})


def said(label: str = "Day visits") -> CapacityStatement:
    return CapacityStatement.objects.get(label=label)


def test_one_press_says_that_all_is_still_right(program) -> None:
    at, device = address(a_link(program)), Client(enforce_csrf_checks=True)
    page = device.get(at).content.decode()
    assert page.count('class="p-step"') == 2
    assert "Said 3 h ago" in page
    assert "13 h old, page says call first" in page
    form = re.search(r'class="d-still".*?</form>', page, re.DOTALL)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    done = device.post(at, fields, follow=True)
    assert done.redirect_chain == [(f"{at}?said=still", 302)]
    words = done.content.decode()
    assert "Updated" in words
    assert words.count("Said just now") == 2
    assert {(row.source.name, row.stated_by[:5]) for row in CapacityStatement.objects.all()} == {
        ("The program", "link:")
    }
    assert CapacityLink.objects.get().used_at is not None


def test_the_public_page_shows_what_a_device_said(program) -> None:
    at = address(a_link(program))
    Client().post(at, {"row": said().pk, "was": 3, "openings": 2})
    forget()
    page = Client().get(f"/p/{program.slug}/").content.decode()
    assert "Confirmed by the program just now" in page


def test_the_page_carries_no_script_no_query_of_people_and_no_key_elsewhere(program, django_assert_max_num_queries):
    link = a_link(program)
    with django_assert_max_num_queries(2):
        answer = Client().get(address(link))
    page = answer.content.decode()
    assert "<script" not in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert set(re.findall(r'(?:href|action)="([^"]*)"', page)) == {
        *("/static/handrail/staff.css", "/static/handrail/program.css", "data:,"),
        *(address(link), "tel:+18005550100", f"/p/{program.slug}/"),
    }


@pytest.mark.parametrize(
    ("fields", "status", "ends"),
    [
        ({"was": 3, "openings": 4}, 302, (4, None)),
        ({"was": 2, "openings": 3}, 302, (3, None)),
        ({"was": 2, "openings": 1}, 409, (3, None)),
        ({"was": 3, "openings": 0, "next_opening_on": "2030-01-05", "waiting": 2}, 302, (0, 2)),
        ({"was": 3, "openings": "many"}, 422, (3, None)),
        ({"was": 3, "openings": 1000}, 422, (3, None)),
        ({"was": 3, "openings": 1, "next_opening_on": "2030-13-45"}, 422, (3, None)),
        ({}, 422, (3, None)),
    ],
)
def test_a_row_is_said_anew(program, fields, status, ends) -> None:
    at = address(a_link(program))
    # A name or kind in the form is not read: a device changes rows that are there.
    answer = Client().post(at, {"row": said().pk, "label": "Another", "kind": "beds", **fields})
    assert answer.status_code == status
    row = said()
    assert (row.openings, row.waiting, row.kind) == (*ends, "visits")
    assert CapacityStatement.objects.count() == 2


def test_still_right_on_a_page_that_is_old_is_not_taken(program) -> None:
    at = address(a_link(program))
    seen = re.search(r'name="seen" value="([^"]*)"', Client().get(at).content.decode())[1]
    Client().post(at, {"row": said().pk, "was": 3, "openings": 0})
    answer = Client().post(at, {"still": "yes", "seen": seen})
    assert answer.status_code == 409
    assert "These are the numbers now." in answer.content.decode()


def test_the_first_row_may_be_named_and_no_other() -> None:
    program = a_program()
    at = address(a_link(program))
    assert "Nothing is said of your openings yet" in Client().get(at).content.decode()
    assert Client().post(at, {"label": "", "kind": "beds", "openings": 1}).status_code == 422
    assert Client().post(at, {"label": "Beds", "kind": "beds", "openings": 1}).status_code == 302
    assert Client().post(at, {"label": "Visits", "kind": "visits", "openings": 1}).status_code == 422
    assert [row.label for row in CapacityStatement.objects.all()] == ["Beds"]


def test_a_row_of_another_program_is_out_of_reach(program) -> None:
    other = a_program("Oak Street Clinic")
    a_row(other, "Visits", 5)
    at = address(a_link(program))
    for row in (said("Visits").pk, "9" * 40, "²", "-1", "a\0b"):
        assert Client().post(at, {"row": row, "openings": 1, "label": "Visits", "kind": "visits"}).status_code == 422
    seen = f"{said('Visits').pk}.5"
    assert Client().post(at, {"still": "yes", "seen": seen}).status_code == 409
    assert said("Visits").openings == 5


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"revoked_at": timezone.now()}, 410, "Somebody turned off this link for River House."),
        ({"expires_at": timezone.now()}, 410, "has run out"),
    ],
)
def test_a_link_that_has_ended_says_whom_to_call(program, change, status, words) -> None:
    link = a_link(program)
    CapacityLink.objects.update(**change)
    for answer in (Client().get(address(link)), Client().post(address(link), {"still": "yes"})):
        page = answer.content.decode()
        assert answer.status_code == status
        assert words in page
        assert "tel:+18005550100" in page
        assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert said().stated_by == "intake:1"


def test_a_place_that_left_the_directory_says_so(program) -> None:
    link = a_link(program)
    Program.objects.update(gone_on=timezone.now().date())
    answer = Client().get(address(link))
    assert answer.status_code == 410
    assert "is not in our directory now" in answer.content.decode()


def test_wrong_links_are_not_there_are_counted_and_never_keep_a_right_one_out(program) -> None:
    at = address(a_link(program))
    for number in range(10):
        assert Client().get(f"/c/wrong-{number}/").status_code == 404
    blocked = Client().get(f"{at[:-3]}/")
    assert blocked.status_code == 429
    assert blocked.headers["Retry-After"] == "600"
    assert Client().get(at).status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.9").get("/c/wrong/").status_code == 404


def test_no_line_of_a_log_holds_the_key(program) -> None:
    at = address(a_link(program))
    for name in ("django.request", "django.server", "handrail"):
        record = logging.LogRecord(name, logging.WARNING, "", 0, "Not Found: %s", (f"{at}?x=1",), None)
        PrivateFilter().filter(record)
        assert at.removeprefix("/c/").strip("/") not in record.getMessage()
        assert "x=1" not in record.getMessage()


def test_a_form_without_its_token_is_not_taken(program) -> None:
    at = address(a_link(program))
    refused = Client(enforce_csrf_checks=True).post(at, {"still": "yes", "seen": ""})
    assert refused.status_code == 403
    assert at not in refused.content.decode(), "the key stands on no page but its own"
    for answer in (refused, Client().get(at.rstrip("/"))):
        assert answer["Referrer-Policy"] == "strict-origin"
        assert answer["Cache-Control"] == "no-store"


def test_intake_makes_a_link_reads_it_once_renews_it_and_turns_it_off(program) -> None:
    client = signed_in(a_worker(program))
    page = client.post(reverse("program_links"), {"at": program.slug, "label": "Tablet"}, follow=True).content.decode()
    link = CapacityLink.objects.get()
    assert f"http://testserver{address(link)}" in page
    assert "data:image/svg+xml;base64," in page
    again = client.get(reverse("program_openings")).content.decode()
    assert token_of(link) not in again
    assert "Never used" in again
    CapacityLink.objects.update(expires_at=timezone.now())
    assert "has run out" in client.get(reverse("program_openings")).content.decode()
    change = reverse("program_link", kwargs={"pk": link.pk})
    client.post(change, {"do": "renew"})
    assert CapacityLink.objects.get().expires_at > timezone.now() + timedelta(days=89)
    client.post(change, {"do": "nonsense"})
    page = client.post(change, {"do": "revoke"}, follow=True).content.decode()
    assert "Tablet is turned off" in page
    assert Client().get(address(link)).status_code == 410


def test_intake_keeps_the_links_of_their_own_programs_alone(program) -> None:
    link = a_link(program)
    other = signed_in(a_worker(a_program("Oak Street Clinic")))
    assert other.post(reverse("program_links"), {"at": program.slug, "label": "x"}).status_code == 404
    assert other.post(reverse("program_link", kwargs={"pk": link.pk}), {"do": "revoke"}).status_code == 404
    assert CapacityLink.objects.get().revoked_at is None
    assert "Lobby" not in other.get(reverse("program_openings")).content.decode()
    mine = signed_in(a_worker(program))
    refused = mine.post(reverse("program_links"), {"label": " "}, follow=True).content.decode()
    assert "Give the link a short name" in refused


def test_staff_in_the_same_browser_do_not_speak_through_a_link(cast: Cast) -> None:
    a_row(cast.river_house, "Beds", 2, kind="beds")
    at = address(a_link(cast.river_house))
    signed_in(cast.sam).post(at, {"row": said("Beds").pk, "was": 2, "openings": 1})
    assert said("Beds").stated_by.startswith("link:")
