"""The results page put together from its moulds. It holds nothing of who asks."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

from handrail.core.match import ORDERS, Match
from handrail.records.directory.held import Found
from handrail.records.directory.places import Place
from handrail.records.directory.snapshot import Snapshot
from handrail.web.finder_words import KIND_WORDS, MUST_WORDS, PAYER_WORDS, RULE_WORDS, fresh_hours
from handrail.web.mould import Mould, mould, page_mould
from handrail.web.public.finder_cards import card_html, reader_of
from handrail.web.public.finder_drawing import Dot, Ring, draw
from handrail.web.public.finder_form import Search
from handrail.web.public.finder_more import FEW, more_html, ways_on
from handrail.web.templatetags.handrail import twin_links

PAGE_SIZE = 10

_HOLES = ("heading", "change", "picked", *ORDERS, "miles", "around", "start", "cards", "pages", "more", "rule")


def results_html(known: Snapshot, search: Search, place: Place, *, path: str, now: datetime) -> SafeString:
    """The whole page of one search. `path` is its own address; `now` is when it is true."""
    found, number = found_at(known, search, place, now=now)
    first = (number - 1) * PAGE_SIZE
    shown, total = found.matches, found.total
    language = get_language()
    reader = reader_of(language, search.needs_at(place), now=now, zone=place.timezone)
    cards = [card_html(match, index, reader) for index, match in enumerate(shown, start=first + 1)]
    ways = ways_on(known, search, place, have=total, now=now) if total < FEW else []
    page = page_mould("public/results.html", *_HOLES, has_places=total > 0, order=search.order)
    return page.fill(
        twins=twin_links(path),
        heading=_heading(total, place.city),
        change=f"{_address('find', language)}?{search.stem}",
        **{order: f"?{search.query(order=order)}" for order in ORDERS},
        picked=_picked(search.kinds, search.payer, search.must, search.miles, language),
        miles=search.miles,
        around=_around(shown, first + 1, search.miles, language),
        start=first + 1,
        cards=SafeString("".join(cards)),
        pages=_pages(search, number, -(-total // PAGE_SIZE), language),
        more=more_html(ways, is_few=total > 0),
        rule=_rule(language),
    )


def found_at(known: Snapshot, search: Search, place: Place, *, now: datetime) -> tuple[Found, int]:
    """One page of the list, and its number: a page too far is the last one."""
    needs, number = search.needs_at(place), search.page
    while True:
        first = (number - 1) * PAGE_SIZE
        hours = fresh_hours()
        found = known.find(needs, now=now, order=search.order, first=first, count=PAGE_SIZE, fresh_hours=hours)
        last = max(1, -(-found.total // PAGE_SIZE))
        if number <= last:
            return found, number
        number = last


def _heading(count: int, town: str) -> str:
    return ngettext("%(count)s place near %(town)s", "%(count)s places near %(town)s", count) % {
        "count": count,
        "town": town,
    }


@lru_cache(maxsize=8)
def _address(name: str, language: str | None) -> str:  # noqa: ARG001 (a key: each language has its own address)
    return reverse(name)


@lru_cache(maxsize=2048)
def _picked(
    kinds: tuple[str, ...],
    payer: str,
    must: tuple[str, ...],
    miles: int,
    language: str | None,  # noqa: ARG001 (a key)
) -> SafeString:
    """What was picked, as one quiet line; nothing when nothing was."""
    words = [KIND_WORDS[key][0] for key in kinds]
    words += [PAYER_WORDS[payer]] if payer and payer != "unsure" else []
    words += [MUST_WORDS[key] for key in must]
    if not words:
        return SafeString("")
    return mould("public/results_picked.html", "words", "miles").fill(words=", ".join(map(str, words)), miles=miles)


@lru_cache(maxsize=8)
def _rule(language: str | None) -> SafeString:  # noqa: ARG001 (a key)
    sentence = mould("public/results_sentence.html", "words")
    return SafeString("".join(sentence.fill(words=words) for words in RULE_WORDS))


def _around(shown: Sequence[Match], first: int, miles: int, language: str | None) -> SafeString:
    """The drawing of where the places lie; nothing when none of them has a point."""
    drawing = draw(shown, first=first, miles=miles)
    if drawing is None:
        return SafeString("")
    states = frozenset(match.openings.state for match in shown)
    around, dot = _around_moulds(drawing.rings, states, language)
    return around.fill(dots=SafeString("".join([dot.fill(**each._asdict()) for each in drawing.dots])))


@lru_cache(maxsize=512)
def _around_moulds(
    rings: tuple[Ring, ...],
    states: frozenset[str],
    language: str | None,  # noqa: ARG001 (a key)
) -> tuple[Mould, Mould]:
    around = mould("public/results_around.html", "dots", rings=rings, states=states)
    return around, mould("public/results_dot.html", *Dot._fields)


def _pages(search: Search, number: int, pages: int, language: str | None) -> SafeString:
    """Links to the first page, the last, and those around this one."""
    if pages <= 1:
        return SafeString("")
    links = [
        _step(page == number, has_gap, language).fill(address=f"?{search.query(page=page)}", number=page)
        for page, has_gap in steps(number, pages)
    ]
    return _frame_of_pages(language).fill(steps=SafeString("".join(links)))


@lru_cache(maxsize=8)
def _frame_of_pages(language: str | None) -> Mould:  # noqa: ARG001 (a key)
    return mould("public/results_pages.html", "steps")


@lru_cache(maxsize=32)
def _step(is_here: bool, has_gap: bool, language: str | None) -> Mould:  # noqa: ARG001 (a key)
    return mould("public/results_step.html", "address", "number", is_here=is_here, has_gap=has_gap)


def steps(number: int, pages: int) -> list[tuple[int, bool]]:
    """The numbers to link, each with whether some are left out before it."""
    shown = sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
    return [(page, page - before > 1) for before, page in zip([0, *shown], shown, strict=False)]
