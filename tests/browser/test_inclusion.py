"""Inclusion over every page that can be opened by its address: both languages, and the states of each.

Every page, in both languages, is parsed as HTML in tests/web/test_html.py. Here each page with a template of its own is
looked at in full in English, and its other states lightly; in Spanish, where words are longer, briefly. Articles of the
library share one template: of them the first with each drawing is looked at lightly, and every eighth, another eighth
each week, in both languages.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from handrail.actions.follow_up import publish_pulse
from handrail.records.library.articles import pages
from tests.browser import scenes
from tests.browser.conftest import MakeVisitor
from tests.browser.inclusion import BRIEF, FULL, LIGHT, Inspector
from tests.browser.visitor import PHONE
from tests.web.every_page import every_path, in_language

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
PARTS = 2
LANGUAGES = ("en", "es")
SHARE = 8


def looks(language: str) -> Iterator[tuple[str, str, int]]:
    """Each path with its address's name and how closely it is looked at."""
    week = timezone.now().isocalendar().week
    drawn: set[str] = set()
    for number, (name, path) in enumerate(every_path()):
        drawing = pages()[path.strip("/").rpartition("/")[2]].drawing if name == "article" else ""
        is_chosen = bool(drawing and drawing not in drawn) or number % SHARE == week % SHARE
        if name == "article" and not is_chosen:
            continue
        if language == "en" and name != "article":
            look = LIGHT if "?" in path else FULL
        else:
            look = LIGHT if is_chosen else BRIEF
        drawn.add(drawing)
        yield name, path, look


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_that_has_an_address(visitor: MakeVisitor, settings: Any, language: str, part: int) -> None:
    """Cut into parts, so that two cores share them."""
    scenes.open_the_service()
    publish_pulse(now=timezone.now())
    eyes = Inspector(visitor(size=PHONE, who=f"all-{language}"), language)
    mine = list(looks(language))[part::PARTS]
    assert mine
    for name, path, look in mine:
        eyes.visitor.go(in_language(path, language))
        eyes.look(f"{language} {path}", look, is_state="?" in path)
        assert name == "not_found" or (eyes.answer and eyes.answer.status in (200, 422)), path
    assert {cookie["name"] for cookie in eyes.visitor.context.cookies()} <= {"f"}
