"""The public pages in a real browser: leaving, with scripts and without; no sideways scroll; axe finds nothing."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.test_public_pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield (running := playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"]))
        running.close()


class Sunny(BaseHTTPRequestHandler):
    """The harmless page that Leave site goes to, on another origin."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Weather</title><h1>Sunny</h1>")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def outside(settings) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sunny)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.EXIT_URL = f"http://127.0.0.1:{server.server_port}/"
    yield settings.EXIT_URL
    server.shutdown()
    server.server_close()


def a_page(browser: Browser, **options) -> Page:
    """A phone-sized page."""
    return browser.new_context(viewport={"width": 390, "height": 844}, **options).new_page()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_leave_site_then_back_shows_nothing_of_ours(browser: Browser, live_server, outside, has_scripts: bool) -> None:
    page = a_page(browser, java_script_enabled=has_scripts)
    page.goto(live_server.url + "/")
    page.goto(live_server.url + "/family/")
    page.get_by_role("button", name="Leave site").click()
    page.wait_for_url(outside)
    seen: list[str] = []
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        seen.append(words := page.content())
        assert "Help someone you love" not in words
        assert "drugs or alcohol" not in words
    assert any("Continue?" in words for words in seen)
    page.context.close()


def test_three_shifts_leave(browser: Browser, live_server, outside) -> None:
    page = a_page(browser)
    page.goto(live_server.url + "/privacy/")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(outside)
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_small_phone_and_axe_finds_nothing(browser: Browser, live_server, scheme: str) -> None:
    page = a_page(browser, color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 640})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    for path in PAGES:
        page.goto(live_server.url + path)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            problems.append(f"{path} scrolls sideways")
        found = Axe().run(page)
        problems += [f"{path}: {row['id']} {row['nodes'][0]['target']}" for row in found.response["violations"]]
    assert not problems
    assert all(url.startswith((live_server.url, "data:")) for url in asked), "no request leaves our server"
    assert not page.context.cookies()
    page.context.close()
