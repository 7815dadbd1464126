"""After Leave site: Back, Forward, reload and the old address show nothing of ours, in a browser that keeps pages.

Playwright turns off the memory that makes Back quick; here it is on, as it is on a phone.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from handrail.actions import ask
from handrail.core.code import show_code
from handrail.records.casebook.models import Draft, HelpRequest
from tests import build
from tests.browser import scenes
from tests.browser.conftest import ARGS, MakeVisitor
from tests.browser.scenes import until
from tests.browser.test_leave import outside  # noqa: F401 - a fixture
from tests.browser.visitor import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]

TYPED = "behind the old mill"
OURS = ("Next Step", "danger", "Bird", TYPED, "988", "treatment", "tratamiento", "request")
SCRIPTS = pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture(scope="module")
def keeping_browser(browser: Browser) -> Iterator[Browser]:
    """A browser that brings pages back from memory."""
    from tests.browser.conftest import browser_path  # noqa: PLC0415

    kind = browser.browser_type

    class Named:
        chromium = kind

    running = kind.launch(
        executable_path=browser_path(Named()),  # type: ignore[arg-type]
        args=ARGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield running
    running.close()


@pytest.fixture
def keeper(keeping_browser: Browser, live_server: Any, outside: str) -> Iterator[MakeVisitor]:  # noqa: F811
    made: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        made.append(Visitor(keeping_browser, live_server.url, may_go_to=[outside], size=PHONE, **options))
        return made[-1]

    yield make
    problems = [problem for one in made for problem in one.close()]
    assert not problems, "\n".join(problems)


class History:
    """The browser's own Back and Forward. Playwright's lose their way when a page comes back from memory."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.line = page.context.new_cdp_session(page)

    def entries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.line.send("Page.getNavigationHistory")["entries"]
        return found

    def go_to(self, entry: dict[str, Any]) -> None:
        self.line.send("Page.navigateToHistoryEntry", {"entryId": entry["id"]})
        self.page.wait_for_timeout(300)

    def shown(self) -> str:
        """Every word that can be read now, in the page and its title."""
        root = "document.documentElement"
        words = f"{root}.hidden ? '' : document.title + ' ' + ({root}.innerText || '')"
        for _ in range(20):  # a page that is just being loaded has no words yet
            try:
                value = str(self.line.send("Runtime.evaluate", {"expression": words})["result"].get("value", ""))
            except PlaywrightError:
                value = ""
            if value.strip():
                return value
            self.page.wait_for_timeout(100)
        return ""

    def has_nothing_of_ours(self) -> str:
        """No word of ours can be read; what can."""
        seen = self.shown()
        assert not [word for word in OURS if word.lower() in seen.lower()], seen[:200]
        return seen


def leave_and_look_back(bird: Visitor, outside: str) -> History:  # noqa: F811
    """Press Leave site; then everything a curious person would press."""
    page, left = bird.page, bird.page.url
    page.locator("button.leave").click()
    page.wait_for_url(outside)
    until(lambda: {cookie["name"] for cookie in bird.context.cookies()} <= {"d"})
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    history = History(page)
    seen = []
    entries = history.entries()
    for entry in [*reversed(entries), *entries]:  # Back to the first, then Forward to the last
        history.go_to(entry)
        seen.append(history.has_nothing_of_ours())
    assert any("Continu" in words for words in seen)
    for again in (page, bird.context.new_page()):
        again.goto(left)
        assert "Continu" in History(again).has_nothing_of_ours()
        again.reload()
        assert "Continu" in History(again).has_nothing_of_ours()
    return history


def test_this_browser_does_bring_pages_back_from_memory(keeper: MakeVisitor) -> None:
    """Otherwise the tests below would prove nothing."""
    bird = keeper()
    bird.go("/accessibility/")
    bird.page.evaluate("window.kept = 'from memory'")
    bird.go("/safe-use/")
    history = History(bird.page)
    history.go_to(history.entries()[-2])
    assert "Accessibility" in history.shown()
    kept = history.line.send("Runtime.evaluate", {"expression": "window.kept"})
    assert kept["result"].get("value") == "from memory"


@SCRIPTS
@pytest.mark.parametrize("prefix", ["", "/es"])
def test_after_pages_to_read(keeper: MakeVisitor, outside: str, has_scripts: bool, prefix: str) -> None:  # noqa: F811
    bird = keeper(has_scripts=has_scripts)
    for path in ("/", "/danger/", "/accessibility/"):
        bird.go(f"{prefix}{path}")
    leave_and_look_back(bird, outside)


@SCRIPTS
def test_in_the_middle_of_a_question(keeper: MakeVisitor, outside: str, has_scripts: bool) -> None:  # noqa: F811
    bird = keeper(has_scripts=has_scripts)
    bird.go("/ask/who/")
    bird.page.locator("[name=who][value=me]").check()
    bird.press("Continue")
    bird.page.locator("[name=now][value=no]").check()
    bird.press("Continue")
    bird.page.locator("[name=place]").fill(TYPED)
    leave_and_look_back(bird, outside)
    assert not Draft.objects.exists(), "what was not sent is forgotten"


@SCRIPTS
def test_with_the_own_page_open_a_sent_request_stays(
    keeper: MakeVisitor,
    outside: str,  # noqa: F811
    has_scripts: bool,
) -> None:
    scenes.open_the_service()
    code = show_code(build.sent(now=timezone.now(), name="Bird").code)
    bird = keeper(has_scripts=has_scripts)
    scenes.open_status(bird, code)
    bird.go("/status/note/")
    bird.page.locator("textarea").fill(TYPED)
    leave_and_look_back(bird, outside)
    assert HelpRequest.objects.count() == 1
    page = bird.context.new_page()
    page.goto(f"{bird.home}/status/")
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_label("Your code")).to_be_visible()


@SCRIPTS
def test_saved_places_are_gone(keeper: MakeVisitor, outside: str, has_scripts: bool) -> None:  # noqa: F811
    scenes.open_the_service()
    bird = keeper(has_scripts=has_scripts)
    bird.go("/find/results/?n=81101")
    bird.page.locator("form[action='/find/save/'] button").first.click()
    bird.page.wait_for_load_state()
    assert "k" in {cookie["name"] for cookie in bird.context.cookies()}
    leave_and_look_back(bird, outside)
    assert "k" not in {cookie["name"] for cookie in bird.context.cookies()}


@SCRIPTS
def test_the_button_is_among_the_first_stops_and_enter_leaves(
    keeper: MakeVisitor,
    outside: str,  # noqa: F811
    has_scripts: bool,
) -> None:
    bird = keeper(has_scripts=has_scripts)
    bird.go("/safe-use/")
    for _ in range(3):
        bird.page.keyboard.press("Tab")
    assert "leave" in bird.page.evaluate("document.activeElement.className")
    bird.page.keyboard.press("Enter")
    bird.page.wait_for_url(outside)


def test_leaving_needs_no_answer_from_us(keeper: MakeVisitor, outside: str) -> None:  # noqa: F811
    """With the line to us cut, one is away all the same, and what comes back from memory hides itself."""
    bird = keeper()
    bird.go("/accessibility/")
    bird.go("/safe-use/")
    bird.page.route(f"{bird.home}/**", lambda route: route.abort())
    bird.page.locator("button.leave").click()
    bird.page.wait_for_url(outside)
    assert {cookie["name"] for cookie in bird.context.cookies()} == {"d"}
    bird.problems.clear()
    bird.page.unroute_all()
    history = History(bird.page)
    for entry in reversed(history.entries()):
        history.go_to(entry)
        history.has_nothing_of_ours()


def test_the_answers_of_a_draft_are_really_gone_from_the_store(keeper: MakeVisitor, outside: str) -> None:  # noqa: F811
    bird = keeper()
    token = ask.keep("", {"who": "me"}, now=timezone.now())
    bird.context.add_cookies([{"name": "a", "value": token, "url": bird.home}])
    bird.go("/es/safe-use/")
    bird.page.locator("button.leave").click()
    bird.page.wait_for_url(outside)
    until(lambda: not Draft.objects.exists())
