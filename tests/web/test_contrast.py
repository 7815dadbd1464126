"""Contrast recomputed from the tokens of the style sheets: text, controls, edges, and the focus ring."""

import re

import pytest

from tests.web.test_public_pages import STATIC
from tests.web.test_public_words import contrast

VISITORS = ("public", "person", "finder", "place", "library")
GROUNDS = ("paper", "surface", "tint", "danger-tint")
# Where the ring is drawn: its yellow band lies between the dark outer one, so one of both stands out on any ground.
RINGED = (*GROUNDS, "brand", "danger", "exit")
USED = re.compile(r"var\(--([a-z0-9-]+)\)")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
RAW = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
ON_BRAND = ("brand", "brand-hover", "danger")


def sheet(name: str) -> str:
    path = STATIC / f"{name}.css"
    return re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL) if path.exists() else ""


def tokens(scheme: int) -> dict[str, str]:
    blocks = re.findall(r":root{([^}]*--paper[^}]*)}", sheet("public"))
    return dict(re.findall(r"--([a-z0-9-]+):(#[0-9A-Fa-f]{6})", blocks[scheme]))


BOTH = pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])


@pytest.mark.parametrize("name", VISITORS)
def test_every_colour_is_a_token_that_both_schemes_have(name: str) -> None:
    css = sheet(name)
    for selector, body in RULE.findall(css.partition("@media print")[0]):
        if ":root" not in selector:
            assert not RAW.search(body), f"{name}.css: {selector.strip()} has a colour of its own"
    assert set(USED.findall(css)) <= set(tokens(0)) & set(tokens(1))


@BOTH
@pytest.mark.parametrize("name", VISITORS)
def test_each_rule_that_sets_text_and_ground_can_be_read(name: str, scheme: int) -> None:
    """Where one rule sets both: 4.5 to 1. Text on the page's own grounds is tried in test_public_words.py."""
    known = tokens(scheme)
    for selector, body in RULE.findall(sheet(name)):
        text = re.search(r"(?<![-a-z])color:var\(--([a-z0-9-]+)\)", body)
        ground = re.search(r"background(?:-color)?:var\(--([a-z0-9-]+)\)", body)
        if text and ground and text[1] != ground[1]:
            assert contrast(known[text[1]], known[ground[1]]) >= 4.5, f"{name}.css: {selector.strip()}"


@BOTH
@pytest.mark.parametrize("name", VISITORS)
def test_text_may_stand_on_every_ground_it_can_lie_on(name: str, scheme: int) -> None:
    known = tokens(scheme)
    for selector, body in RULE.findall(sheet(name)):
        for text in re.findall(r"(?<![-a-z])color:var\(--([a-z0-9-]+)\)", body):
            if "background" not in body and text not in ("on-brand", "paper"):
                for ground in GROUNDS[:3]:
                    assert contrast(known[text], known[ground]) >= 4.5, f"{name}.css: {selector.strip()} on {ground}"


@BOTH
def test_the_focus_ring_stands_out_on_both_sides(scheme: int) -> None:
    known = tokens(scheme)
    assert contrast(known["focus"], known["outer"]) >= 3
    for ground in RINGED:
        bands = contrast(known["focus"], known[ground]), contrast(known["outer"], known[ground])
        assert max(bands) >= 3, f"neither band of the ring stands out on {ground}"
    assert "outline:3px solid var(--focus)" in sheet("public")


@BOTH
def test_edges_of_controls_stand_out(scheme: int) -> None:
    known = tokens(scheme)
    for edge in ("control", "brand", "danger", "ok", "exit"):
        for ground in GROUNDS[:3]:
            assert contrast(known[edge], known[ground]) >= 3, f"{edge} on {ground}"
    for ground in ON_BRAND:
        assert contrast(known["on-brand"], known[ground]) >= 4.5
    assert contrast(known["paper"], known["exit"]) >= 4.5
    assert contrast(known["danger"], known["danger-tint"]) >= 4.5
