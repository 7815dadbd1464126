"""The steward's list of pages to check, and entering a check: by the right roles, for the words on the screen."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from handrail.actions.library import open_due, to_check
from handrail.records.library.models import PageCheck
from tests.web.program_cast import a_worker, signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/steward/pages/en/signs/"


def filled(**change: object) -> dict[str, object]:
    today = timezone.now().date()
    return {
        "by": "Ana Sol",
        "role": "nurse, RN",
        "on": today,
        "until": date(today.year + (today.month > 6), (today.month + 5) % 12 + 1, 1),
        "digest": to_check("en")["signs"],
    } | change


@pytest.fixture
def editor() -> Client:
    return signed_in(a_worker(role="editor"))


def test_the_list_names_every_page_and_language_that_waits(editor: Client) -> None:
    assert "No page waits" in editor.get("/steward/pages/").content.decode()
    opened = open_due(["en", "es"], now=timezone.now())
    html = editor.get("/steward/pages/").content.decode()
    assert f"{opened} pages wait" in html
    assert 'href="/steward/pages/es/signs/"' in html
    assert 'href="/steward/pages/es/language/"' in html


def test_a_check_is_entered_and_shown(editor: Client) -> None:
    open_due(["en"], now=timezone.now())
    answer = editor.post(ADDRESS, filled())
    assert answer.status_code == 302
    row = PageCheck.objects.get(page="signs", language="en")
    assert (row.checked_by, row.checked_role) == ("Ana Sol", "nurse, RN")
    assert "Ana Sol" in editor.get("/steward/pages/").content.decode()
    assert "Ana Sol" in Client().get("/learn/signs/").content.decode()


def test_pressing_twice_enters_one_check_after_the_other_and_breaks_nothing(editor: Client) -> None:
    open_due(["en"], now=timezone.now())
    assert [editor.post(ADDRESS, filled()).status_code for _ in range(2)] == [302, 302]
    assert not PageCheck.objects.filter(page="signs", checked_on=None).exists()


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"by": ""}, 422, "This field is required"),
        ({"on": "2199-01-01", "until": "2199-05-01"}, 422, "in the future"),
        ({"until": "2001-01-01"}, 422, "must come after"),
        ({"on": "not a day"}, 422, "Enter a valid date"),
        ({"digest": "an older page"}, 409, "The words changed"),
        ({"by": "x" * 300}, 422, "at most 80"),
    ],
)
def test_a_wrong_entry_says_what_to_do_and_keeps_what_was_typed(
    editor: Client, change: dict, status: int, says: str
) -> None:
    answer = editor.post(ADDRESS, filled(**change))
    html = answer.content.decode()
    assert answer.status_code == status
    assert says in html
    assert 'value="nurse, RN"' in html
    assert not PageCheck.objects.exists()


@pytest.mark.parametrize("role", ["counselor", "intake"])
def test_other_roles_do_not_see_the_door(role: str) -> None:
    client = signed_in(a_worker(role=role))
    assert client.get("/steward/pages/").status_code == 404
    assert client.post(ADDRESS, filled()).status_code == 404
    assert not PageCheck.objects.exists()


@pytest.mark.parametrize(
    "path", ["/steward/pages/en/no-such/", "/steward/pages/xx/signs/", "/steward/pages/en/language/"]
)
def test_a_page_that_is_not_there_is_404(editor: Client, path: str) -> None:
    assert editor.get(path).status_code == 404
