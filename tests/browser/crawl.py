"""Walks the whole site as a visitor in a real browser, and writes down everything it asks for and everything it keeps.

First only reading: every link of ours, in both languages, some of each kind of page. Then the forms: asking, the own
page, saving, a report, a search, and Leave site last. By hand, on a site that runs: `make crawl`.
"""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, Response, Route

from handrail.web.access_table import ADDRESSES
from handrail.web.browser_keeps import KEEPS, Kept, for_visitors
from handrail.web.language import split_path
from handrail.web.shield import is_private
from tests.browser.scenes import Answers, ask_for_help, open_status
from tests.browser.visitor import PHONE, Visitor

OF_A_KIND = 3  # pages of one kind and language that are looked at: articles and places are many
PHONE_NUMBER, NAME, WORDS, SEARCH = "719-555-0142", "Wren Rook", "Behind the old mill", "dope sick at the mill"
STORES = """async () => {
  const own = store => Object.keys(store).map(key => key);
  const bases = indexedDB.databases ? (await indexedDB.databases()).map(base => base.name) : [];
  const kept = self.caches ? await caches.keys() : [];
  const workers = navigator.serviceWorker ? await navigator.serviceWorker.getRegistrations() : [];
  return [...own(localStorage), ...own(sessionStorage), ...bases, ...kept, ...workers.map(one => one.scope)];
}"""


@dataclass
class Found:
    """What the walk found: pages, whom they asked, what stayed in the browser and since which page, and faults."""

    pages: list[str] = field(default_factory=list)
    origins: Counter[str] = field(default_factory=Counter)
    kept: dict[str, str] = field(default_factory=dict)
    kept_while_reading: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Crawler:
    """One fresh visitor on a phone who opens everything."""

    def __init__(self, browser: Browser, home: str) -> None:
        self.visitor = Visitor(browser, home, size=PHONE)
        self.home, self.found = home, Found()
        self.typed = [PHONE_NUMBER, NAME, WORDS, SEARCH]
        self.page.on("response", self._answered)
        self.visitor.context.on("request", lambda request: self._asked(request.url))
        self.page.on("framenavigated", lambda _frame: self._look_at_address(self.page))

    @property
    def page(self) -> Page:
        return self.visitor.page

    def read(self) -> None:
        """Follow every link from the first page, and leave the pages that ask something for later."""
        waiting, seen, kinds = deque(["/", "/es/"]), {"/", "/es/"}, Counter[str]()
        while waiting:
            path = waiting.popleft()
            kind = kind_of(path)
            kinds[kind] += 1
            if kinds[kind] > OF_A_KIND:
                continue
            self.open(path)
            for link in self._links():
                if link not in seen and ADDRESSES[kind_of(link).split(" ")[-1]].door == "public":
                    seen.add(link)
                    waiting.append(link)
        self.found.kept_while_reading = dict(self.found.kept)

    def open(self, path: str) -> None:
        """Open one page and look at what it left behind."""
        answer = self.page.goto(path)
        if answer is None or answer.status >= 400:
            self.found.faults.append(f"{path} answers {answer and answer.status}")
        self.look()

    def look(self) -> None:
        """Everything the browser keeps now, and whether the page says what was typed where others may read it."""
        self.page.wait_for_load_state()
        path = urlsplit(self.page.url).path
        self.found.pages.append(path)
        self._look_at_address(self.page)
        readable = self.page.evaluate("document.cookie.split('; ').filter(Boolean).map(one => one.split('=')[0])")
        cookies = [cookie["name"] for cookie in self.visitor.context.cookies()]
        for name in [*cookies, *readable, *self.page.evaluate(STORES)]:
            self.found.kept.setdefault(name, path)

    def fill_in(self) -> None:
        """Every form a visitor can send, with answers that must not be seen again outside of them."""
        self._search()
        self._save_and_compare()
        self._report()
        details = {"phone": PHONE_NUMBER, "name": NAME}
        code = ask_for_help(self.visitor, Answers(details=details, words=WORDS), only_look_at="nothing")
        self.typed += [code, code.replace("-", "")]
        self.look()
        for prefix in ("", "/es"):
            self._own_page(prefix, code)
        self.open("/es/ask/")

    def leave(self) -> None:
        """Press Leave site. Where it leads is not asked for really."""
        self.open("/")
        away = str(self.page.locator("button.leave").get_attribute("data-exit"))
        self.visitor.ours = (*self.visitor.ours, away)
        self.page.route(f"{away}**", _bland)
        self.page.locator("button.leave").click()
        self.page.wait_for_url(f"{away}**")
        self.page.unroute_all()
        self.open("/")
        self.found.origins.pop(_origin(away), None)
        left = {cookie["name"] for cookie in self.visitor.context.cookies()}
        if left != {"d"}:
            self.found.faults.append(f"after Leave site the browser still keeps {sorted(left)}")

    def close(self) -> Found:
        """Go, and say everything that was found."""
        known = {row.name for row in KEEPS}
        self.found.faults += [f"{name}, first on {at}, is in no table" for name, at in self._unknown(known)]
        self.found.faults += [f"{row.name} is in the table and was never seen" for row in self._unseen()]
        self.found.faults += [f"something was asked of {other}" for other in self.found.origins if other != self.home]
        self.found.faults += [
            f"{name} was kept while reading {at}" for name, at in self.found.kept_while_reading.items()
        ]
        self.found.faults += self.visitor.close()
        self.found.faults = list(dict.fromkeys(self.found.faults))
        return self.found

    def _unknown(self, known: set[str]) -> list[tuple[str, str]]:
        return [(name, at) for name, at in self.found.kept.items() if name not in known]

    def _unseen(self) -> list[Kept]:
        return [row for row in for_visitors() if row.name not in self.found.kept]

    def _search(self) -> None:
        for prefix in ("", "/es"):
            self.open(f"{prefix}/learn/")
            form = self.page.locator("form[role=search]")
            if form.count():
                form.locator("input:not([type=hidden])").first.fill(SEARCH)
                self._press("form[role=search] button")
                self.look()
        if "f" in self.found.kept:
            self.found.faults.append("a search set a cookie")

    def _save_and_compare(self) -> None:
        self.open("/find/")
        self.page.locator("main form input[type=text], main form input:not([type])").first.fill("81101")
        self._press("main form .button")
        self.look()
        for card in range(2):
            self._press("form.save button[name=p]", which=card)
            self.look()
        self.open("/find/saved/")
        for box in self.page.locator("input[type=checkbox]").all()[:2]:
            box.check()
        self._press("#compare .button")
        self.look()

    def _report(self) -> None:
        self.open("/find/saved/")
        place = str(self.page.locator("main a[href^='/p/']").first.get_attribute("href")).split("/")[2]
        for path in (f"/p/{place}/", f"/es/p/{place}/", f"/report/{place}/"):
            self.open(path)
        self.page.locator("[name=kind]").first.check()
        self._press("main form .button")
        self.look()

    def _own_page(self, prefix: str, code: str) -> None:
        if prefix:
            self.open(f"{prefix}/status/")
        else:
            self.visitor.context.clear_cookies(name="s")  # as on another day: the code alone opens it
            open_status(self.visitor, code)
            self.look()
        for part in ("note", "contact", "pause", "stop", "pin", "card"):
            self.open(f"{prefix}/status/{part}/")
        self.open(f"{prefix}/status/note/")
        self.page.locator("textarea").fill(WORDS)
        self._press("main form .button")
        self.look()

    def _press(self, button: str, *, which: int = 0) -> None:
        with self.page.expect_navigation():
            self.page.locator(button).nth(which).click()

    def _links(self) -> list[str]:
        addresses = self.page.eval_on_selector_all("a[href]", "nodes => nodes.map(node => node.href)")
        paths = [address.partition("#")[0].removeprefix(self.home) for address in addresses]
        return list(dict.fromkeys(path for path in paths if path.startswith("/") and kind_of(path)))

    def _asked(self, url: str) -> None:
        if not url.startswith(("data:", "blob:")):
            self.found.origins[_origin(url)] += 1

    def _answered(self, answer: Response) -> None:
        path = urlsplit(answer.url).path
        is_page = answer.request.resource_type == "document" and answer.url.startswith(self.home)
        if is_page and is_private(path) and "no-store" not in answer.headers.get("cache-control", ""):
            self.found.faults.append(f"{path} may be stored")

    def _look_at_address(self, page: Page) -> None:
        for word in self.typed:
            plain = re.sub(r"%20|\+", " ", page.url)
            if word.lower() in plain.lower():
                self.found.faults.append(f"what was typed stands in the address {urlsplit(page.url).path}")


def kind_of(path: str) -> str:
    """The language and the name of the page at an address, as "es privacy"; "" when it is none of ours."""
    language, bare = split_path(urlsplit(path).path)
    try:
        name = resolve(bare).url_name or ""
    except Resolver404:
        return ""
    return f"{language} {name}" if name in ADDRESSES else ""


def report_of(found: Found) -> str:
    """The walk in words, for a person to read."""
    lines = [f"{len(found.pages)} pages opened, {sum(found.origins.values())} requests."]
    lines += [f"asked: {origin} ({count})" for origin, count in found.origins.most_common()]
    reasons = {row.name: f"{row.kind}, {row.until}. {row.why}" for row in KEEPS}
    lines += [f"kept: {name}, since {at}: {reasons.get(name, 'NO REASON')}" for name, at in found.kept.items()]
    lines += [f"kept while only reading: {', '.join(found.kept_while_reading) or 'nothing'}"]
    return "\n".join([*lines, *(f"FAULT: {fault}" for fault in found.faults)])


def walk(browser: Browser, home: str) -> Found:
    """The whole walk: read, fill in, leave."""
    crawler = Crawler(browser, home)
    crawler.read()
    crawler.fill_in()
    crawler.leave()
    return crawler.close()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _bland(route: Route) -> None:
    route.fulfill(body="<title>Weather</title><link rel=icon href=data:,>", content_type="text/html")
