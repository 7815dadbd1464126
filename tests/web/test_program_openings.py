import pytest
from django.test import Client
from django.urls import reverse

from handrail.actions.directory.openings import sight_of
from handrail.records.directory.models import CapacityStatement, Program
from tests.web.program_cast import a_program, a_row, a_worker, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> tuple[Client, Program]:
    """A program that said three openings a while ago."""
    program = a_program()
    a_row(program, "Day visits", 3)
    return signed_in(a_worker(program)), program


def step(client: Client, openings: int, *, was: int, **more: str):
    data = {"label": "Day visits", "kind": "visits", "openings": openings, "was": was, **more}
    return client.post(reverse("program_openings"), data)


def said() -> CapacityStatement:
    return CapacityStatement.objects.get(label="Day visits")


def test_steppers_are_plain_buttons_that_say_the_next_number(scene) -> None:
    client, _ = scene
    page = client.get(reverse("program_inbox")).content.decode()
    for value in (2, 4, 0):
        assert f'name="openings" value="{value}"' in page
    assert "Said 3 h ago" in page


def test_a_step_says_the_number_now_and_who(scene) -> None:
    client, _ = scene
    before = said().stated_at
    assert step(client, 4, was=3, back="/program/").headers["Location"] == "/program/"
    row = said()
    assert (row.openings, row.source_id) == (4, "program")
    assert row.stated_at > before
    assert row.stated_by.startswith("intake:")


def test_a_double_click_is_one_step(scene) -> None:
    client, _ = scene
    assert [step(client, 4, was=3).status_code for _ in range(2)] == [302, 302]
    assert said().openings == 4


def test_a_stale_page_changes_nothing(scene) -> None:
    client, _ = scene
    CapacityStatement.objects.update(openings=7)
    page = step(client, 2, was=3)
    assert page.status_code == 409
    assert "Somebody changed this" in page.content.decode()
    assert said().openings == 7


def test_full_keeps_what_was_said_of_the_next_opening(scene) -> None:
    client, _ = scene
    data = {"label": "Day visits", "kind": "visits", "openings": 0, "next_opening_on": "2030-01-05", "waiting": 4}
    assert client.post(reverse("program_openings"), data).status_code == 302
    assert step(client, 0, was=0).status_code == 302
    row = said()
    assert (row.openings, str(row.next_opening_on), row.waiting) == (0, "2030-01-05", 4)
    assert "Next about Jan 5" in client.get(reverse("program_inbox")).content.decode()
    step(client, 1, was=0)
    assert said().next_opening_on is None


def test_a_new_row_needs_a_name_and_a_number_and_keeps_what_was_typed(scene) -> None:
    client, program = scene
    page = client.post(reverse("program_openings"), {"label": "Beds, women", "kind": "beds", "openings": "many"})
    assert page.status_code == 422
    assert 'value="Beds, women"' in page.content.decode()
    data = {"label": "Beds, women", "kind": "beds", "openings": 1}
    assert client.post(reverse("program_openings"), data).status_code == 302
    assert CapacityStatement.objects.filter(program=program).count() == 2


def test_still_right_confirms_every_row(scene) -> None:
    client, program = scene
    a_row(program, "Beds, women", 1, hours_ago=13, kind="beds")
    assert "13 h old, page says call first" in client.get(reverse("program_inbox")).content.decode()
    data = {"back": "/program/", "seen": sight_of(CapacityStatement.objects.all())}
    for _ in range(2):
        assert client.post(reverse("program_still_right"), data).headers["Location"] == "/program/"
    page = client.get(reverse("program_inbox")).content.decode()
    assert page.count("Said just now") == 2


def test_still_right_confirms_only_what_the_page_showed(scene) -> None:
    client, _ = scene
    seen = sight_of(CapacityStatement.objects.all())
    assert f'name="seen" value="{seen}"' in client.get(reverse("program_inbox")).content.decode()
    CapacityStatement.objects.update(openings=0)
    before = said().stated_at
    page = client.post(reverse("program_still_right"), {"seen": seen})
    assert page.status_code == 409
    assert said().stated_at == before


def test_nobody_speaks_for_another_program(scene) -> None:
    _, program = scene
    other = signed_in(a_worker(a_program("Oak Street Clinic")))
    for name in ("program_openings", "program_still_right"):
        data = {"at": program.slug, "label": "Day visits", "kind": "visits", "openings": 9}
        assert other.post(reverse(name), data).status_code == 404
    assert said().openings == 3
    assert Client().post(reverse("program_still_right")).headers["Location"].startswith("/account/login/")


def test_the_way_back_stays_inside_the_door(scene) -> None:
    client, _ = scene
    seen = sight_of(CapacityStatement.objects.all())
    for back in ("https://example.com/program/", "//example.com", "/desk/", ""):
        answer = client.post(reverse("program_still_right"), {"back": back, "seen": seen})
        assert answer.headers["Location"].startswith("/program/openings/")
