"""The checks of inclusion on a page that is open: each page is loaded once, and looked at in every way.

There are three looks. BRIEF: language, title, the same bar and foot, and the sizes, in which one language's longer
words may not fit. LIGHT: axe, forced colours and reduced motion too. FULL: the keyboard and the dark too, which hang
on the template and on the style sheet, so that pages of one template need not all have it.

What is looked at and how is in eyes.js, a few lines for each rule. The style sheets that a reader may bring along, and
axe itself, go in past the page's own policy, as a browser's extension would.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page, Response

from tests.browser.visitor import AXE, PHONE, Visitor
from tests.web.html_check import faults

EYES = (Path(__file__).parent / "eyes.js").read_text()
AXE_SOURCE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
COLOURS = AXE | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
SMALLEST = {"width": 320, "height": 640}
ZOOMED = {"width": 320, "height": 256}  # 1280 by 1024 at 400%
LOW_PHONE = {"width": 390, "height": 560}
# The spacing that a reader may set (WCAG 1.4.12), and letters twice as large (1.4.4).
SPACED = (
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    "p{margin-bottom:2em!important}"
)
LARGE = "html{font-size:225%!important}"
RUN_AXE = """options => axe.run(document, options).then(done => done.violations.map(one => {
  const where = one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" ; ");
  return `axe ${one.id} (${one.help}): ${where}`;
}))"""
TITLE = re.compile(r"(Error: )?\S.* – Next Step")
BRIEF, LIGHT, FULL = range(3)


@dataclass
class Inspector:
    """Looks at pages, one after another, and keeps what was wrong and what must be alike on all of them."""

    visitor: Visitor
    language: str
    help: dict[str, tuple[str, ...]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    answer: Response | None = None
    seen: int = 0

    def __post_init__(self) -> None:
        self.page: Page = self.visitor.page
        self.page.on("response", self._came)

    def _came(self, response: Response) -> None:
        request = response.request
        if (
            request.is_navigation_request()
            and request.frame == self.page.main_frame
            and response.status not in (302, 303)
        ):
            self.answer = response

    def say(self, name: str, *what: str) -> None:
        """Keep what is wrong on this page."""
        self.visitor.problems += [f"{name}: {each}" for each in what]

    def look(self, name: str, look: int = FULL, *, is_state: bool = False) -> None:
        """Every check of this look on the page that is open. A state of a page may have its title."""
        page = self.page
        page.wait_for_load_state()
        self._of_its_head(name, is_state=is_state)
        page.evaluate(EYES)
        page.evaluate("scrollTo(0, 0)")
        self._alike(name)
        self.say(name, *self._see("all"))
        if look >= LIGHT:
            page.evaluate(f"{AXE_SOURCE};0")
            self.look_with_axe(f"{name}, light", AXE)
            self._in_other_colours(name)
        if look >= FULL:
            self._in_the_dark(name)
        self._in_other_sizes(name)
        if look >= FULL:
            self._with_the_keyboard(name)
        self.seen += 1

    def _see(self, what: str) -> list[str]:
        found: list[str] = self.page.evaluate(f"eyes.{what}()")
        return found

    def parse(self, name: str) -> None:
        """The HTML as it was sent. Pages that have an address are parsed in tests/web/test_html.py."""
        assert self.answer is not None, name
        self.say(name, *faults(self.answer.text()))

    def _of_its_head(self, name: str, *, is_state: bool) -> None:
        """Its language and its title."""
        if self.page.locator("html").get_attribute("lang") != self.language:
            self.say(name, "is in another language")
        title = self.page.title()
        if not TITLE.fullmatch(title):
            self.say(name, f"the title is {title!r}")
        path = self.page.url.partition("?")[0]
        if self.titles.setdefault(title, path) != path and not is_state:
            self.say(name, f"has the title of {self.titles[title]}: {title!r}")

    def _in_the_dark(self, name: str) -> None:
        """The same page has the same everything in the dark but its colours."""
        self.page.emulate_media(color_scheme="dark")
        self.look_with_axe(f"{name}, dark", COLOURS)
        self.page.emulate_media(color_scheme="light")

    def look_with_axe(self, name: str, options: dict[str, Any]) -> None:
        """What axe finds."""
        found: list[str] = self.page.evaluate(RUN_AXE, options)
        self.say(name, *found)

    def _alike(self, name: str) -> None:
        """The bar and the foot have the same things in the same order on every page (WCAG 3.2.3, 3.2.6)."""
        bar, foot = (tuple(part) for part in self._see("help"))
        for part, now in (("bar", bar), ("foot", foot)):
            before = self.help.setdefault(part, now)
            if now and before and now != before:
                self.say(name, f"the {part} is {now}, elsewhere {before}")

    def _in_other_colours(self, name: str) -> None:
        page = self.page
        page.emulate_media(forced_colors="active", reduced_motion="reduce", contrast="more")
        self.say(f"{name}, forced colours", *self._see("forced"))
        self.say(f"{name}, reduced motion", *self._see("still"))
        page.emulate_media(forced_colors="none", reduced_motion="no-preference", contrast="no-preference")

    def _in_other_sizes(self, name: str) -> None:
        page = self.page
        for what, size, css in (
            ("320 px wide", SMALLEST, ""),
            ("320 px wide, spaced", SMALLEST, SPACED),
            ("zoomed to 400%", ZOOMED, ""),
            ("letters twice as large", PHONE, LARGE),
        ):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            self.say(f"{name}, {what}", *page.evaluate("css => eyes.roomWith(css)", css))
        page.set_viewport_size(self.visitor.size)  # type: ignore[arg-type]

    def _with_the_keyboard(self, name: str) -> None:
        """Tab through the whole page: in the order of the eye, to every control, out again, and never out of sight."""
        page = self.page
        page.set_viewport_size(LOW_PHONE)  # type: ignore[arg-type]
        for _ in range(page.evaluate("eyes.walk()")):
            page.keyboard.press("Tab")
        before: dict[str, Any] | None = None
        for now in page.evaluate("eyes.walked()"):
            if now is None or now["again"]:
                break
            self.say(name, *(f"focus on {now['what']}: {fault}" for fault in now["faults"]))
            if before and before["part"] == now["part"] == "main" and now["top"] < before["top"] - 12:
                self.say(name, f"Tab goes up, from {before['what']} to {now['what']}")
            before = now
        else:
            self.say(name, "Tab never leaves the page")
        self.say(name, *self._see("unreached"))
        page.set_viewport_size(self.visitor.size)  # type: ignore[arg-type]

    def fields(self) -> list[dict[str, Any]]:
        """What this page asks for: the name, the words beside it, and whether something stands in it already."""
        self.page.evaluate(EYES)
        asked: list[dict[str, Any]] = self.page.evaluate("eyes.fields()")
        return asked
