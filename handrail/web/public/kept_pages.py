"""Public pages made once and kept packed: for each page, language and state of its facts, in each way of packing.

Only for pages that hold nothing of a person: no form with a token, no cookie, no session. They are rendered without
the request, so that nothing of it can get into what the next reader is sent.
"""

import gzip
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from handrail.web.context import service
from handrail.web.packed import packed, smallest_way
from handrail.web.templatetags.handrail import translation_note, twin_links

MOST_KEPT = 1024  # some 3 kB each: pages, by language, by way of packing
_NOBODY = HttpRequest()
_NO_FACTS: dict[str, Any] = {}
_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    # Not the best: it takes fifty milliseconds and saves a few bytes in a hundred, and the first reader waits for it.
    "br": lambda body: bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=6)),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "": lambda body: body,
}


@dataclass(frozen=True)
class _Page:
    """One page as everybody reads it who comes to this address on this day. `known` stands for the facts."""

    template: str
    address: str
    language: str | None
    known: Hashable
    context: dict[str, Any] = field(compare=False)


def kept_page(
    request: HttpRequest,
    template: str,
    facts: Mapping[str, Any] = _NO_FACTS,
    *,
    key: Hashable = None,
    status: int = 200,
) -> HttpResponse:
    """A page that holds nothing of who asks, from what is kept, or made and kept.

    `key` stands for the facts where they cannot be hashed themselves: another key, another page.
    """
    context = _frame() | {"twins": twin_links(request.get_full_path())}
    known = (tuple(context.items()), tuple(facts.items()) if key is None else key)
    page = _Page(template, request.get_full_path(), get_language(), known, context | dict(facts))
    if request.META.get("QUERY_STRING"):  # anybody can make up as many as they like: nothing of it is kept
        return packed(request, _html(page), status=status)
    way = smallest_way(request)
    response = HttpResponse(_kept(page, way), status=status)
    if way:
        response.headers["Content-Encoding"] = way
    response.headers["Vary"] = "Accept-Encoding"
    return response


def forget_pages() -> None:
    """Forget every page, so that the next reader gets it made anew."""
    _kept.cache_clear()


@lru_cache(maxsize=MOST_KEPT)
def _kept(page: _Page, way: str) -> bytes:
    return _PACKERS[way](_html(page).encode())


def _html(page: _Page) -> str:
    return render_to_string(page.template, page.context)


def _frame() -> dict[str, Any]:
    """What every page shows besides its own facts; the day, since checks and numbers run out by it."""
    said = {"leads_to": settings.EXIT_URL, "day": timezone.now().date(), "note": translation_note()}
    return service(_NOBODY) | said
