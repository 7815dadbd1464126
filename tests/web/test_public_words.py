"""The words of the public pages: plain, kind, sourced, dated; and colours that can be read."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from handrail.web import registry
from tests import build
from tests.web.test_public_pages import PAGES, STATIC

BANNED = re.compile(
    r"\b(addicts?|abus\w+|habits?|dirty|clean|substitut\w+|relaps\w+|junk\w+|non-compliant|enabler|100% confidential"
    r"|adict[oa]s?|recaída)\b",
    re.IGNORECASE,
)
CLINICAL = {"danger": "/danger/", "learn_treatment": "/learn/what-treatment-is-like/", "family": "/family/"}
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


def grade(text: str) -> float:
    """Flesch-Kincaid: 0.39 words per sentence + 11.8 syllables per word - 15.59."""
    sentences = [part for part in re.split(r"[.!?:]+\s", text) if re.search(r"[a-z]", part)]
    words = re.findall(r"[A-Za-z’']+", text)
    syllables = sum(
        max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<![aeiouyl])e$|(?<=[^aeioutd])ed$", "", word.lower()))))
        for word in words
    )
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


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
    assert grade(text) <= 6.0
    assert not BANNED.search(text), BANNED.search(text)


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


def test_grade_tells_hard_words_from_plain_ones() -> None:
    assert grade("Call us. We can help you.") < 2
    assert grade("Pharmacological interventions considerably ameliorate opioid dependency trajectories.") > 12


@pytest.mark.django_db
@pytest.mark.parametrize("page", CLINICAL)
def test_clinical_pages_rest_on_verified_sources(client: Client, page: str) -> None:
    html = client.get(CLINICAL[page]).content.decode()
    cited = set(re.findall(r"E\d\d", " ".join(re.findall(r'data-evidence="([^"]+)"', html))))
    assert cited, "a clinical page names what it rests on"
    known = registry.evidence()
    assert all(known[key].verified for key in cited)
    listed = html if "<details" in html else client.get("/learn/").content.decode()
    sections = set(re.findall(r"E\d\d", " ".join(re.findall(r'<section[^>]*data-evidence="([^"]+)"', html))))
    assert all(f'<li data-evidence="{key}"' in listed for key in sections)
    check = registry.checks()[page]
    said = "Checked by" if check.is_good(date.today()) else "due for a check|No nurse or doctor has checked"  # noqa: DTZ011
    assert re.search(said, html), "a page nobody has checked says so"


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
