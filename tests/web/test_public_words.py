"""The words of the public pages: plain, kind, sourced, dated; and colours that can be read."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from handrail.core.plain import CLAIM, CLINICAL, FIGURE, OURS, grade
from handrail.web import registry
from tests import build
from tests.web.test_public_pages import PAGES, STATIC

BLOCKS = {"p", "li", "h1", "h2", "h3", "dt", "dd", "th", "td", "summary", "a", "div", "legend", "label", "button"}


class Reader(HTMLParser):
    """The words inside main, one sentence to a block; sources, drawings and numbers at the foot are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inside = self.skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside += tag == "main"
        self.skip += tag in ("cite", "svg", "details")

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag == "main"
        self.skip -= tag in ("cite", "svg", "details")
        if tag in BLOCKS and tag != "a":
            self.words.append(". ")

    def handle_data(self, data: str) -> None:
        if self.inside and not self.skip:
            self.words.append(data)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_words_are_plain_and_kind(client: Client, path: str) -> None:
    is_plain(client.get(path))


def is_plain(page: HttpResponse) -> None:
    """Sixth grade at most, and no word that we do not use."""
    reader = Reader()
    reader.feed(page.content.decode())
    text = "".join(reader.words)
    assert len(text) > 100
    assert grade(text) <= settings.HANDRAIL_LANGUAGES["en"].plain.bound
    assert not settings.HANDRAIL_LANGUAGES["en"].plain.bad_word(text)


FINDER = (
    *("/find/", "/find/?n=99", "/find/results/?n=80202", "/find/results/?n=80202&k=s&m=k&m=t&p=a&r=60"),
    *("/find/results/?n=80202&k=d&m=es&m=n", "/find/results/?n=Springfield", "/find/results/?n=Denvver"),
    *("/find/compare/?c=river-house&c=mill-house", "/report/river-house/thanks/"),
)


@pytest.mark.django_db
@pytest.mark.parametrize("path", FINDER)
def test_the_finder_and_what_it_leads_to_are_plain_and_kind(client: Client, path: str) -> None:
    build.program("River House", slug="river-house", codes="SA OP OMB * BU * MD * PVTP", walk_in_hours="7 to 11 AM")
    build.program("Mill House", slug="mill-house", codes="SA RL * MD * UB")
    is_plain(client.get(path))


@pytest.mark.django_db
def test_saving_is_told_in_plain_words(client: Client) -> None:
    asked = {"p": build.program(slug="river-house").slug}
    refused = client.post("/find/save/", asked, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    is_plain(refused)
    client.post("/find/save/", asked, headers={"Sec-Fetch-Site": "same-origin"})
    is_plain(client.get("/find/saved/"))


class Bare(HTMLParser):
    """The sentences inside main that stand in no element which names its evidence."""

    EMPTY = frozenset({"br", "input", "link", "meta", "path", "circle", "rect", "img", "hr", "use"})

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[tuple[str, bool, bool]] = []
        self.found: list[str] = []
        self.block = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.EMPTY:
            return
        in_main, is_tied = self.inside[-1][1:] if self.inside else (False, False)
        says = dict(attrs)
        is_tied = is_tied or bool(says.get("data-evidence")) or tag in ("cite", "svg", "figcaption", "form")
        self.inside.append((tag, in_main or tag == "main", is_tied))
        self._cut(tag)

    def handle_endtag(self, tag: str) -> None:
        self._cut(tag)
        if self.inside and self.inside[-1][0] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1][1] and not self.inside[-1][2]:
            self.block += data

    def _cut(self, tag: str) -> None:
        if tag in BLOCKS - {"a"} and self.block.strip():
            self.found += [part.strip() for part in re.split(r"(?<=[.!?])\s+", self.block) if part.strip()]
            self.block = ""


def claims_of(html: str) -> list[str]:
    """Sentences that state a clinical fact and name no evidence. What we ourselves do is ours to say; questions ask."""
    reader = Bare()
    reader.feed(html)
    said = [each for each in reader.found if CLINICAL.search(each) and not OURS.search(each) and not each.endswith("?")]
    return [each for each in said if CLAIM.search(each) or FIGURE.search(each.replace("911", ""))]


def test_the_finder_of_bare_claims_finds_them() -> None:
    bare = "<main><p>Methadone cuts the risk of death. We call you.</p></main>"
    tied = '<main><p><span data-evidence="E42">Methadone cuts the risk of death.</span> We call you.</p></main>'
    assert claims_of(bare) == ["Methadone cuts the risk of death."]
    assert claims_of(tied) == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PAGES, "/ask/", "/refer/", "/find/", "/learn/search/", "/cost/questions/"])
def test_every_clinical_claim_on_a_public_page_names_its_evidence(client: Client, path: str) -> None:
    assert claims_of(client.get(path).content.decode()) == []


@pytest.mark.django_db
def test_the_danger_page_rests_on_verified_sources_that_can_be_read(client: Client) -> None:
    html = client.get("/danger/").content.decode()
    cited = set(re.findall(r"E\d+", " ".join(re.findall(r'data-evidence="([^"]+)"', html))))
    assert cited, "a clinical page names what it rests on"
    assert all(registry.evidence()[key].verified for key in cited)
    listed = client.get("/danger/sources/").content.decode()
    assert all(f'<li data-evidence="{key}"' in listed for key in cited)
    assert "due for a check" in html, "a page nobody has checked says so"


def test_every_source_has_what_it_takes_to_find_it() -> None:
    for row in registry.evidence().values():
        assert row.says
        assert row.source
        assert row.identifier
        assert row.year > 1980


def test_no_number_is_past_its_date_or_without_source() -> None:
    today = date.today()  # noqa: DTZ011 (a date, in the builder's own place)
    for line in registry.numbers().values():
        assert line.expires_on >= today, f"{line.key}: check the number again and move its date"
        assert line.checked_on <= today
        assert line.source
        assert line.mark in ("seen", "secondary", "unchecked")
        assert line.key in registry.LABELS, "the label can be translated"


@pytest.mark.django_db
def test_pages_print_no_number_the_registry_does_not_stand_by(client: Client) -> None:
    good = {line.number for line in registry.numbers().values() if line.may_print} | {"1-800-555-0100"}
    for path in PAGES:
        printed = set(re.findall(r"\b1-8\d\d-\d{3}-\d{4}\b", client.get(path).content.decode()))
        assert printed <= good


# Pairs of text and ground, and of control and ground, that the pages use.
TEXT_PAIRS = [
    *(("ink", ground) for ground in ("paper", "surface", "tint")),
    *(("ink-2", ground) for ground in ("paper", "surface", "tint")),
    *(("brand", ground) for ground in ("paper", "surface", "tint")),
    *(("on-brand", ground) for ground in ("brand", "brand-hover", "danger")),
    *(("danger", ground) for ground in ("paper", "surface", "danger-tint")),
    *(("ok", ground) for ground in ("paper", "surface", "tint")),
    *(("warn", ground) for ground in ("paper", "surface", "tint")),
    ("paper", "exit"),
]
CONTROL_PAIRS = [("control", ground) for ground in ("paper", "surface", "tint")] + [("focus", "outer")]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_tokens_can_be_read(scheme: int) -> None:
    css = (STATIC / "public.css").read_text()
    blocks = re.findall(r":root{([^}]*--paper[^}]*)}", css)
    tokens = dict(re.findall(r"--([a-z0-9-]+):(#[0-9A-Fa-f]{6})", blocks[scheme]))
    for text, ground in TEXT_PAIRS:
        assert contrast(tokens[text], tokens[ground]) >= 4.5, f"{text} on {ground}"
    for control, ground in CONTROL_PAIRS:
        assert contrast(tokens[control], tokens[ground]) >= 3, f"{control} on {ground}"


def test_contrast_is_the_wcag_formula() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)


def test_content_holds_no_code() -> None:
    content = Path(registry.CONTENT)
    assert not list(content.rglob("*.py"))
