"""Where else to look when little or nothing fits: which one wish to give up to find most, farther, by video.

Only what leads somewhere is offered, each with how many places it leads to. A place that does not say is counted, as it
is everywhere in the finder: so a place "may" help with rides, and those that do stand first in its list.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handrail.records.directory.places import Place
from handrail.records.directory.snapshot import Snapshot
from handrail.web.finder_words import KIND_WORDS, MUST_WORDS
from handrail.web.mould import mould
from handrail.web.public.finder_form import ANYWHERE, MILES_CHOICES, Search

Counting = Callable[[Search], int]

FEW = 3  # fewer than this, and we say where there are more
_MOST = 4  # of the wishes to give up, so many are offered


@dataclass(frozen=True, slots=True)
class Way:
    """One other search: its address, how many places it finds, and the sentence that says so."""

    search: Search
    count: int
    words: str


def ways_on(known: Snapshot, search: Search, place: Place, *, have: int, now: datetime) -> list[Way]:
    """Every other search that finds more than this one has: fewer wishes (the most first), then farther, then video."""

    def count(other: Search) -> int:
        return known.count(other.needs_at(place), now=now)

    fewer = [
        Way(other, found, _fewer_words(wish, found))
        for wish, other in _with_one_wish_less(search)
        if (found := count(other)) > have
    ]
    fewer.sort(key=lambda way: -way.count)
    if not fewer:
        fewer = list(_with_much_less(search, have, count))
    ways = [*fewer[:_MOST], *_farther(search, have, count), *_by_video(search, have, count)]
    return ways or _anywhere(search, have, count)


def _with_one_wish_less(search: Search) -> Iterator[tuple[str, Search]]:
    """Each wish that can leave places out, in quotes, and the search without it. How it is paid leaves none out."""
    for key in search.must:
        yield _quoted(MUST_WORDS[key]), search.but(must=tuple(each for each in search.must if each != key))
    if search.kinds:
        words = _quoted(KIND_WORDS[search.kinds[0]][0]) if len(search.kinds) == 1 else _("the kinds of help you picked")
        yield words, search.but(kinds=())


def _with_much_less(search: Search, have: int, count: Counting) -> Iterator[Way]:
    """Where no one wish alone helps: without all that it must have, else without any wish."""
    bare = search.but(must=(), kinds=())
    for words, other in ((_("what it must have"), search.but(must=())), (_("what you picked"), bare)):
        found = count(other)
        if other != search and found > have:
            yield Way(other, found, _fewer_words(words, found))
            return


def _quoted(words: object) -> str:
    return _("“%(words)s”") % {"words": words}


def _fewer_words(wish: str, count: int) -> str:
    said = {"wish": wish, "n": count}
    return ngettext("Without %(wish)s there is %(n)d place", "Without %(wish)s there are %(n)d places", count) % said


def _farther(search: Search, have: int, count: Counting) -> Iterator[Way]:
    """The first wider circle that has more, and the first that has more with help with rides."""
    rides = search.but(must=tuple(dict.fromkeys([*search.must, "transport"])))
    for wish, is_ride in ((search, False), (rides, True)):
        if is_ride and "transport" in search.must:
            continue
        for miles in MILES_CHOICES:
            if miles > search.miles and miles != ANYWHERE:
                other = wish.but(miles=miles)
                found = count(other)
                if found > have:
                    yield Way(other, found, _farther_words(miles, found, is_ride=is_ride))
                    break


def _farther_words(miles: int, count: int, *, is_ride: bool) -> str:
    said = {"n": count, "miles": miles}
    if is_ride:
        return (
            ngettext(
                "%(n)d place within %(miles)d miles that may help with rides",
                "%(n)d places within %(miles)d miles that may help with rides",
                count,
            )
            % said
        )
    return ngettext("%(n)d place within %(miles)d miles", "%(n)d places within %(miles)d miles", count) % said


def _by_video(search: Search, have: int, count: Counting) -> Iterator[Way]:
    """Places that see people by video or phone: with the same must-haves, else without."""
    if search.kinds == ("telehealth",):
        return
    for must in dict.fromkeys((search.must, ())):
        for miles in MILES_CHOICES[1:-1]:
            other = search.but(kinds=("telehealth",), must=must, miles=miles)
            found = count(other)
            if found > have:
                yield Way(other, found, _video_words(miles, found, is_less=must != search.must))
                return


def _video_words(miles: int, count: int, *, is_less: bool) -> str:
    said = {"n": count, "miles": miles}
    words = (
        ngettext(
            "%(n)d place within %(miles)d miles that may see you by video or phone",
            "%(n)d places within %(miles)d miles that may see you by video or phone",
            count,
        )
        % said
    )
    return _("%(places)s, without what it must have") % {"places": words} if is_less else words


def _anywhere(search: Search, have: int, count: Counting) -> list[Way]:
    """Where nothing at all is near: the nearest there are, however far."""
    other = search.but(miles=ANYWHERE, order="nearest")
    for wish in (other, other.but(must=()), other.but(must=(), kinds=())):
        found = count(wish)
        if found > have:
            return [Way(wish, found, _("The nearest places there are, however far"))]
    return []


def more_html(ways: list[Way], *, is_few: bool) -> SafeString:
    """The ways on as rows to press."""
    if not ways:
        return SafeString("")
    row = mould("public/results_more_row.html", "address", "words")
    rows = SafeString("".join(row.fill(address=f"?{way.search.query()}", words=way.words) for way in ways))
    return mould("public/results_more.html", "rows", is_few=is_few).fill(rows=rows)
