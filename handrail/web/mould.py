"""Templates rendered once for each language and then only filled in, for pages that many people ask for at once.

A template stays a template: it is rendered with a mark in place of each thing that changes, and cut at the marks.
What is put in is escaped as a template would, unless it is safe already.
"""

import re
from functools import lru_cache
from html import escape
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from handrail.web.context import service
from handrail.web.templatetags.handrail import translation_note

_NOBODY = HttpRequest()
_MARK = "\ue000{}\ue001"  # signs for private use, which no template holds
_MARKS = re.compile("\ue000([a-z_]+)\ue001")


class Mould:
    """The text of a template with holes: text, the name of a hole, text, the name of a hole, text."""

    __slots__ = ("_holes", "_parts")

    def __init__(self, parts: list[str]) -> None:
        self._parts, self._holes = parts, parts[1::2]

    def fill(self, **values: object) -> SafeString:
        """The whole text. Every hole must be given."""
        put_in = {name: value if isinstance(value, SafeString) else safe(value) for name, value in values.items()}
        parts = self._parts.copy()
        parts[1::2] = [put_in[name] for name in self._holes]
        return SafeString("".join(parts))


def safe(value: object) -> SafeString:
    """Text as it may stand in a page: escaped, unless it is safe already."""
    if isinstance(value, SafeString):
        return value
    return SafeString(value if type(value) is int else escape(str(value)))


def mould(template: str, *holes: str, **given: Any) -> Mould:
    """The mould of a template in the reader's language. `given` is what does not change from page to page."""
    return _mould(template, holes, tuple(given.items()), get_language())


def page_mould(template: str, *holes: str, **given: Any) -> Mould:
    """The mould of a whole page, with one more hole: `twins`, the links to the same page in the others."""
    return mould(template, "twins", *holes, **_frame(), **given)


def page_mould_of_now(template: str, *holes: str, **given: Any) -> Mould:
    """As `page_mould`, and not kept: for a page that changes by the minute, whose caller keeps it that long."""
    return _made(template, ("twins", *holes), _frame() | given)


def _frame() -> dict[str, Any]:
    # The note is a key too: a page is made anew on the day that somebody signs for its language.
    said = {"leads_to": settings.EXIT_URL, "day": timezone.now().date(), "note": translation_note()}
    return service(_NOBODY) | said


@lru_cache(maxsize=512)
def _mould(
    template: str,
    holes: tuple[str, ...],
    given: tuple[tuple[str, Any], ...],
    language: str | None,  # noqa: ARG001 (a key: the template is rendered in it)
) -> Mould:
    return _made(template, holes, dict(given))


def _made(template: str, holes: tuple[str, ...], given: dict[str, Any]) -> Mould:
    marks = {name: SafeString(_MARK.format(name)) for name in holes}
    return Mould(_MARKS.split(render_to_string(template, given | marks).strip()))
