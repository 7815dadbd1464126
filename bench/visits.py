"""What a visit costs in a real browser: bytes of a first and of a later page, script, strangers, and slow 3G.

The bytes are what Chromium received, headers and all, each visit with an empty cache. Slow 3G is 400 kbit/s and 400 ms
for each answer, as WebPageTest has it, with a processor four times slower. DevTools slows no handshake, so the two
round trips of TCP and TLS are added to what was measured.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, CDPSession, Playwright, sync_playwright

from bench.first_visit import receive
from bench.place import HOST, serving
from bench.run import Bar, Row
from handrail.actions.follow_up import publish_pulse
from handrail.project.sample import load_sample_directory
from handrail.project.sample_people import cover_shifts, load_staff
from handrail.records.directory.models import Program
from handrail.records.library.articles import Article, library
from handrail.web.public.library import OWN_GROUPS

FIRST_BYTES, LATER_BYTES, SCRIPT_BYTES = 14 * 1024, 6 * 1024, 2 * 1024
USABLE_SECONDS = 3.0
ROUND_TRIP = 0.4
HANDSHAKES = 2 * ROUND_TRIP  # TCP, then TLS 1.3
SLOW_3G = {"offline": False, "latency": 1000 * ROUND_TRIP, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOWER = 4
PHONE = {"width": 360, "height": 640}
LANGUAGES = ("", "/es")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
# When the first thing to press in the page can be pressed: it is drawn, and nothing lies over it.
CAN_BE_PRESSED = """(() => {
  const look = () => {
    const node = document.querySelector("main .button, main form button, main .warn-row, main a[href]");
    const box = node && node.getBoundingClientRect();
    const at = box && box.width ? [box.left + box.width / 2, Math.min(box.top + 5, innerHeight - 2)] : null;
    const seen = at && document.elementFromPoint(...at);
    if (seen && (box.top > innerHeight || node === seen || node.contains(seen))) window.pressable = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
PAINTED = "() => Math.max(...performance.getEntriesByName('first-contentful-paint').map(each => each.startTime))"


@dataclass
class Traffic:
    """What came over the wire for one page."""

    home: str
    bytes: int = 0
    script: int = 0
    strangers: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)

    def watch(self, line: CDPSession) -> None:
        """Count from here on."""
        line.on("Network.requestWillBeSent", self._asked)
        line.on("Network.dataReceived", self._came)
        line.on("Network.loadingFinished", self._ended)

    def _asked(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        self.kinds[event["requestId"]] = event.get("type", "")
        if not url.startswith((f"{self.home}/", "data:")):
            self.strangers.append(url)

    def _came(self, event: dict[str, Any]) -> None:
        self.script += event["dataLength"] if self.kinds.get(event["requestId"]) == "Script" else 0

    def _ended(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])


def rows(_seconds: float) -> list[Row]:
    """Each entry page in both languages: as the first page, as a later one, and over slow 3G."""
    path = chromium()
    if not path:
        print("visits: not measured, no Chromium found (set CHROMIUM=path)", file=sys.stderr)
        return []
    paths = entry_pages()
    with serving() as port, sync_playwright() as playwright:
        browser = _launched(playwright, path)
        home = f"http://{HOST}:{port}"
        for _warm_up in range(8):  # connections fall to the two workers by chance; each makes its pages once
            for page in paths:
                for language in LANGUAGES:
                    receive(port, f"{language}{page}", "br")
        return list(_rows(browser, home, paths))


def _rows(browser: Browser, home: str, paths: dict[str, str]) -> Iterator[Row]:
    later: dict[str, int] = {}
    script, strangers, usable = 0, 0, {}
    for path, name in paths.items():
        firsts = [_visit(browser, home, [f"{language}{path}"]) for language in LANGUAGES]
        nexts = [
            _visit(browser, home, [f"{language}{'/about/' if path == '/' else '/'}", f"{language}{path}"])
            for language in LANGUAGES
        ]
        later[name] = max(each.bytes for each in nexts)
        script = max(script, *(each.script for each in firsts))
        strangers += sum(len(each.strangers) for each in [*firsts, *nexts])
        usable[name] = max(_usable(browser, home, f"{language}{path}") for language in LANGUAGES)
        worst = max(each.bytes for each in firsts)
        yield Row(
            f"First visit: {name}", worst, "bytes", "the same as a later page", later[name], Bar("<=", FIRST_BYTES)
        )
    name = max(later, key=lambda each: later[each])
    yield Row(f"Heaviest later page: {name}", later[name], "bytes", bar=Bar("<=", LATER_BYTES))
    yield Row("Most script on any entry page, unpacked", script, "bytes", bar=Bar("<=", SCRIPT_BYTES))
    yield Row("Requests beyond our own origin", strangers, "requests", bar=Bar("=", 0))
    ordered = sorted(usable, key=lambda each: usable[each])
    name, quickest = ordered[-1], ordered[0]
    beside = f"the quickest: {quickest}", round(usable[quickest], 2)
    words = f"Usable on slow 3G, processor 4x slower, slowest: {name}"
    yield Row(words, round(usable[name], 2), "s", *beside, bar=Bar("<=", USABLE_SECONDS))


def entry_pages() -> dict[str, str]:
    """Where somebody may come in, with the name of each. The sample directory and its people are loaded for it."""
    now = timezone.now()
    load_sample_directory(now=now)
    cover_shifts(load_staff(now=now), now=now)
    publish_pulse(now=now)
    place = Program.objects.listed().get(name="River House").slug
    article = max(articles(), key=lambda each: len(each.plain_text)).slug
    return {
        "/": "home",
        "/danger/": "danger",
        "/ask/": "ask",
        "/ask/who/": "the first question",
        "/find/": "find",
        "/find/results/?n=81101&k=m&p=a": "results",
        f"/p/{place}/": "a place",
        "/learn/": "learn",
        f"/learn/{article}/": "the longest article",
        "/family/": "family",
        "/cost/": "cost",
        "/status/": "status",
        "/refer/": "refer",
    }


def articles() -> list[Article]:
    """The library's articles that have an address under /learn/."""
    return [each for each in library("en").values() if each.page.group not in OWN_GROUPS]


def _visit(browser: Browser, home: str, paths: list[str]) -> Traffic:
    """Open the pages one after another in a browser that knows nothing of us; what the last one cost."""
    with _stranger(browser) as context:
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        for path in paths[:-1]:
            page.goto(home + path, wait_until="networkidle")
        traffic = Traffic(home)
        traffic.watch(line)
        answer = page.goto(home + paths[-1], wait_until="networkidle")
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{paths[-1]} answered {answer.status if answer else 'nothing'}")
        return traffic


def _usable(browser: Browser, home: str, path: str) -> float:
    """Seconds until the page is painted and the first thing in it can be pressed, on the slow phone."""
    with _stranger(browser) as context:
        page = context.new_page()
        page.add_init_script(CAN_BE_PRESSED)
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", SLOW_3G)
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(home + path, wait_until="load")
        page.wait_for_function(
            "() => window.pressable && performance.getEntriesByName('first-contentful-paint').length"
        )
        took = max(page.evaluate(PAINTED), page.evaluate("() => window.pressable"))
        return float(took) / 1000 + HANDSHAKES


def _stranger(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport=PHONE, device_scale_factor=2, is_mobile=True)  # type: ignore[arg-type]


def _launched(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=ARGS)


def chromium() -> str:
    """CHROMIUM, or the system's; "" when there is none."""
    found = [os.environ.get("CHROMIUM", ""), *(shutil.which(name) or "" for name in NAMES)]
    return next((path for path in found if path and Path(path).exists()), "")
