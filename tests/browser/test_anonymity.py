"""A visitor opens everything: nobody else is asked for anything, and the browser keeps what the privacy page says."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from handrail.web.browser_keeps import for_visitors
from tests.browser import scenes
from tests.browser.crawl import Crawler, kind_of, report_of, walk

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]


def test_the_whole_site_as_a_visitor(browser: Browser, live_server: Any) -> None:
    scenes.open_the_service()
    found = walk(browser, live_server.url)
    assert not found.faults, report_of(found)
    assert not found.kept_while_reading, "no cookie before the first form"
    assert set(found.kept) == {row.name for row in for_visitors()}
    assert set(found.origins) == {live_server.url}
    opened = {kind_of(path) for path in found.pages}
    for name in ("home", "danger", "privacy", "safe_use", "about", "learn", "cost", "find", "find_results", "program"):
        assert f"en {name}" in opened
    assert {f"es {name}" for name in ("home", "privacy", "learn", "status", "status_note")} <= opened
    assert {f"en {name}" for name in ("ask_done", "status", "saved", "compare", "report_thanks")} <= opened


def test_the_walk_sees_what_should_not_be(browser: Browser, live_server: Any) -> None:
    """A walk that finds nothing anywhere would prove nothing."""
    crawler = Crawler(browser, live_server.url)
    crawler.open("/privacy/")
    crawler.page.evaluate("document.cookie = 'track=1'; localStorage.setItem('who', '1')")
    crawler.typed.append("k=719")
    crawler.open("/safe-use/?k=719")
    crawler.page.evaluate("fetch('/somewhere/').catch(() => 0)")
    faults = "\n".join(crawler.close().faults)
    assert "track, first on /safe-use/, is in no table" in faults
    assert "who, first on /safe-use/, is in no table" in faults
    assert "what was typed stands in the address /safe-use/" in faults
    assert "s is in the table and was never seen" in faults.replace("Kept(", "")
