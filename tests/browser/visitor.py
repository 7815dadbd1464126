"""Somebody at a browser. Every page they look at is checked; every request and console line is watched."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Route

from tests.browser.png import smaller

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
SMALLEST = {"width": 320, "height": 640}
PICTURES = os.environ.get("HANDRAIL_SCREENSHOTS", "")
AXE: dict[str, Any] = {
    "resultTypes": ["violations"],
    "preload": False,  # every style sheet is our own, so there is nothing to fetch
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    },
}
# A page that is refused or not there answers 422, 409 or 404, and the browser notes it in the console: no fault.
REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of (422|409|404)")
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
# What sticks out to the right, for the message: the page may not scroll sideways (WCAG 1.4.10).
TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
  if (wide <= room) return "";
  const out = [...document.body.querySelectorAll("*")].filter(node => node.getBoundingClientRect().right > room + 1);
  return wide + " px: " + out.slice(0, 4).map(node => node.tagName + "." + node.className).join(", ");
}"""


class Visitor:
    """One browser with cookies of its own: a phone or a desk, with scripts or without, in light or dark."""

    def __init__(
        self,
        browser: Browser,
        home: str,
        *,
        size: dict[str, int],
        has_scripts: bool = True,
        scheme: str = "light",
        may_go_to: Iterable[str] = (),
        who: str = "",
    ) -> None:
        self.home, self.size, self.has_scripts, self.who = home, size, has_scripts, who
        self.scheme = scheme
        self.problems: list[str] = []
        self.ours = (f"{home}/", "data:", "blob:", *may_go_to)
        self.context = browser.new_context(
            base_url=home,
            viewport=size,  # type: ignore[arg-type]
            java_script_enabled=has_scripts,
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="en-US",
        )
        self.context.set_default_timeout(30000)
        self.context.on("request", self._requested)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        self.page: Page = self.context.new_page()
        self._checker: Page | None = None

    def _requested(self, request: Request) -> None:
        if not request.url.startswith(self.ours):
            self.problems.append(f"a request left our server: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        is_a_page = "/static/" not in message.location["url"]
        if message.type in ("error", "warning") and not (is_a_page and REFUSAL.match(message.text)):
            self.problems.append(f"console on {message.page.url if message.page else '?'}: {message.text}")

    def go(self, path: str) -> None:
        """Open a page of ours."""
        self.page.goto(path)

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press the button of that name."""
        (within or self.page).get_by_role("button", name=name).first.click()

    def follow(self, name: str) -> None:
        """Follow the first link of that name."""
        self.page.get_by_role("link", name=name).first.click()

    def look(self, name: str, *, both_schemes: bool = False) -> None:
        """Check the page that is open: axe, the smallest phone, and, when asked for, a picture of it."""
        self.page.wait_for_load_state()
        self.page.evaluate("scrollTo(0, 0)")  # so that the bar lies over nothing
        for scheme in ("light", "dark") if both_schemes or PICTURES else (self.scheme,):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if both_schemes or scheme == self.scheme:
                self._check(f"{name}, {scheme}")
            if PICTURES:
                path = Path(PICTURES) / f"{self.who}-{name}-{scheme}{'' if self.has_scripts else '-no-js'}.png"
                self.page.screenshot(path=path, full_page=True)
        self.page.emulate_media(color_scheme=self.scheme)  # type: ignore[arg-type]
        self.page.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
        if too_wide := self.page.evaluate(TOO_WIDE):
            self.problems.append(f"{name} scrolls sideways at 320: {too_wide}")
        self.page.set_viewport_size(self.size)  # type: ignore[arg-type]

    def picture(self, path: str) -> None:
        """A small picture of what the window shows, for a page of the documents."""
        Path(path).write_bytes(smaller(self.page.screenshot()))

    def _check(self, name: str) -> None:
        page = self.page if self.has_scripts else self._same_page_for_axe()
        found = Axe().run(page, options=AXE)
        for row in found.response["violations"]:
            nodes = "; ".join(f"{node['target']} {node['html'][:160]}" for node in row["nodes"][:3])
            self.problems.append(f"axe on {name}: {row['id']} ({row['help']}): {nodes}")

    def _same_page_for_axe(self) -> Page:
        """The page as it stands here, opened where axe can run: axe is a script itself."""
        html = SCRIPT.sub("", self.page.content())
        if self._checker is None:
            browser = self.context.browser
            assert browser is not None
            self._checker = browser.new_context(viewport=self.size).new_page()  # type: ignore[arg-type]
        scheme = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
        self._checker.emulate_media(color_scheme=scheme)

        def answer(route: Route) -> None:
            if route.request.resource_type == "document":
                route.fulfill(body=html, content_type="text/html; charset=utf-8")
            else:
                route.continue_()

        self._checker.unroute_all()
        self._checker.route("**/*", answer)
        self._checker.goto(self.page.url.partition("#")[0])
        return self._checker

    def close(self) -> list[str]:
        """Leave, and say what was wrong on the way."""
        self.context.close()
        if self._checker is not None:
            self._checker.context.close()
        return list(dict.fromkeys(self.problems))
