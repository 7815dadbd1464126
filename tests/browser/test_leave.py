"""Leave site, with scripts and without: away at once, and Back shows nothing of ours."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from handrail.records.casebook.models import Draft
from tests.browser.conftest import MakeVisitor
from tests.browser.scenes import until
from tests.browser.visitor import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]


class Sunny(BaseHTTPRequestHandler):
    """The harmless page that Leave site goes to, on another origin."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Weather</title><link rel=icon href=data:,><h1>Sunny</h1>")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def outside(settings: Any) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sunny)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.EXIT_URL = f"http://127.0.0.1:{server.server_port}/"
    yield settings.EXIT_URL
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_leaving_forgets_the_answers_and_back_shows_nothing(
    visitor: MakeVisitor, outside: str, has_scripts: bool
) -> None:
    bird = visitor(size=PHONE, has_scripts=has_scripts, may_go_to=[outside])
    bird.go("/family/")
    bird.go("/ask/who/")
    bird.page.locator("[name=who][value=me]").check()
    bird.press("Continue")
    bird.page.wait_for_url("**/ask/now/")
    assert Draft.objects.exists()
    bird.press("Leave site")
    bird.page.wait_for_url(outside)
    until(lambda: not Draft.objects.exists())
    until(lambda: {cookie["name"] for cookie in bird.context.cookies()} == {"d"})
    seen: list[str] = []
    for _ in range(3):
        bird.page.go_back()
        bird.page.wait_for_load_state()
        seen.append(words := bird.page.content())
        assert "Help someone you love" not in words
        assert "danger" not in words
    assert any("Continue?" in words for words in seen)


def test_three_shifts_leave(visitor: MakeVisitor, outside: str) -> None:
    bird = visitor(size=PHONE, may_go_to=[outside])
    bird.go("/privacy/")
    for _ in range(3):
        bird.page.keyboard.press("Shift")
    bird.page.wait_for_url(outside)
