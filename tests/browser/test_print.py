"""What is printed is one sheet, black on white, without the bars: counted in the PDF that the browser makes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import scenes
from tests.browser.conftest import MakeVisitor
from tests.browser.test_no import a_request_at_river_house
from tests.browser.visitor import PHONE, Visitor
from tests.web.every_page import in_language, paths_of

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
LEAVES = re.compile(rb"/Type\s*/Page(?!s)\b")
SHEETS = ("questions", "program", "print_card")
COLOURS = """() => [getComputedStyle(document.body).backgroundColor,
  getComputedStyle(document.querySelector("main .lead, main h1")).color]"""
HIDDEN = ".bar, .foot, .skip, .back, .no-print, main form, [data-print]"


def one_sheet(visitor: Visitor, name: str) -> None:
    """The open page is one sheet of US letter, with nothing to press on it and no colour behind the words."""
    page = visitor.page
    leaves = len(LEAVES.findall(page.pdf(format="Letter", margin=dict.fromkeys(("top", "bottom"), "12mm"))))
    if leaves != 1:
        visitor.problems.append(f"{name}: {leaves} sheets")
    page.emulate_media(media="print")
    for node in page.locator(HIDDEN).all():
        if node.is_visible():
            visitor.problems.append(f"{name}: printed, though it can only be pressed: {node.inner_text()[:40]!r}")
    ground, ink = page.evaluate(COLOURS)
    if (ground, ink) != ("rgb(255, 255, 255)", "rgb(0, 0, 0)"):
        visitor.problems.append(f"{name}: printed {ink} on {ground}")
    page.emulate_media(media="null")  # "screen" would hold for the next sheet too, and print it as on a screen


@pytest.mark.parametrize("language", ["en", "es"])
def test_sheets_that_anybody_may_print(visitor: MakeVisitor, language: str) -> None:
    scenes.open_the_service()
    reader = visitor(size=PHONE, who=f"print-{language}", scheme="dark")
    for name in SHEETS:
        for path in (each for each in paths_of(name) if "?" not in each):
            reader.go(in_language(path, language))
            one_sheet(reader, f"{language} {path}")


def test_the_visit_and_the_card_of_somebody_who_asked(visitor: MakeVisitor) -> None:
    _row, code = a_request_at_river_house()
    bird = visitor(size=PHONE, who="print-own")
    scenes.open_status(bird, code)
    expect(bird.page.locator(".now")).to_be_visible()
    one_sheet(bird, "status")
    bird.go("/status/card/")
    one_sheet(bird, "card")
