"""A real browser for these tests: Chromium, driven by Playwright. Without one they are skipped, and say so."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.visitor import Visitor

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-font-subpixel-positioning",  # equal letters are drawn equal: pictures stay small
    "--disable-lcd-text",
]
NO_BROWSER = "BROWSER TESTS SKIPPED: no Chromium found. Install one (apt-get install chromium) or set CHROMIUM=path."
MakeVisitor = Callable[..., Visitor]


def browser_path(playwright: Playwright) -> str:
    """CHROMIUM, or the system's Chromium, or Playwright's own; "" when there is none."""
    found = [os.environ.get("CHROMIUM", ""), *(shutil.which(name) or "" for name in NAMES)]
    return next((path for path in [*found, playwright.chromium.executable_path] if path and Path(path).exists()), "")


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """One browser process for the session; each visitor has a context of its own."""
    with sync_playwright() as playwright:
        path = browser_path(playwright)
        if not path:
            with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
                print(f"\n{NO_BROWSER}", file=sys.__stderr__, flush=True)
            pytest.skip(NO_BROWSER)
        running = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield running
        running.close()


@pytest.fixture
def visitor(browser: Browser, live_server: Any) -> Iterator[MakeVisitor]:
    """Makes visitors. When the test ends, nothing may have been wrong on any page that any of them saw."""
    made: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        made.append(Visitor(browser, live_server.url, **options))
        return made[-1]

    yield make
    problems = [problem for one in made for problem in one.close()]
    assert not problems, "\n".join(problems)


@pytest.fixture(autouse=True)
def cache_table(transactional_db: None) -> None:
    """The counters of sign-in and codes; emptied, since the cache table is not a model's."""
    if "cache" not in connection.introspection.table_names():
        call_command("createcachetable", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cache")
