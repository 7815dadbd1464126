"""Leave site: what is not sent is forgotten, nothing is left in the browser, and our pages turn bland."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from handrail.actions import ask
from handrail.records.casebook.models import Draft

pytestmark = pytest.mark.django_db


def test_leaving_forgets_the_draft_and_every_cookie() -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["a"] = ask.keep("", {"who": "me"}, now=timezone.now())
    client.cookies["p"] = "a pass to the status page"
    response = client.post("/leave/")
    html = response.content.decode()
    assert response.status_code == 200, "no token is needed to leave"
    assert "<title>Weather</title>" in html
    assert 'content="0;url=/go/"' in html
    assert settings.SERVICE_NAME not in html
    assert response["Cache-Control"] == "no-store"
    assert not Draft.objects.exists()
    for name in ("a", "p", "s", "f"):
        assert response.cookies[name]["max-age"] == 0
    assert response.cookies["d"]["max-age"] == 600


def test_go_sends_away_and_clears_the_cache(client: Client) -> None:
    response = client.get("/go/")
    assert response.status_code == 303
    assert response["Location"] == settings.EXIT_URL
    assert response["Clear-Site-Data"] == '"cache"'
    assert response.cookies["s"]["max-age"] == 0


@pytest.mark.parametrize("path", ["/", "/danger/", "/es/privacy/", "/no-such-page/"])
def test_back_shows_a_bland_page_until_continue(client: Client, path: str) -> None:
    client.post("/leave/")
    bland = client.get(path)
    assert "Continue?" in bland.content.decode() or "<h1>" in bland.content.decode()
    assert settings.SERVICE_NAME not in bland.content.decode()
    assert "drug" not in bland.content.decode()
    assert bland["Cache-Control"] == "no-store"
    there = client.get("/continue/", {"to": path})
    assert there["Location"] == path
    assert client.get("/").content.decode().count(settings.SERVICE_NAME)


def test_continue_stays_on_our_site(client: Client) -> None:
    assert client.get("/continue/", {"to": "https://elsewhere.example/"})["Location"] == "/"
    assert client.get("/continue/", {"to": "//elsewhere.example/"})["Location"] == "/"


def test_leaving_is_only_ever_a_post(client: Client) -> None:
    assert client.get("/leave/").status_code == 405
