"""The finder: ask where, list what is near with reasons, show one place with where each fact came from.

Answers come from the read-only snapshot of the public directory; no cookie, nothing kept, nothing logged.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from handrail.core.match import Match, rank
from handrail.records.directory.places import Place
from handrail.records.directory.snapshot import Snapshot, snapshot
from handrail.web.finder_words import RULE_WORDS, fresh_hours
from handrail.web.public.finder_cards import card, card_html, program_page
from handrail.web.public.finder_drawing import draw
from handrail.web.public.finder_form import (
    MILES_CHOICES,
    FindForm,
    Search,
    places_for,
    read_search,
    suggestions_for,
)

PAGE_SIZE = 10
WIDEST = MILES_CHOICES[-1]


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The four questions, with what was picked before."""
    form = FindForm(initial=_picked(request)) if request.GET else FindForm()
    return render(request, "public/find.html", {"form": form})


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """What is near, ranked by the printed rule, ten to a page."""
    form, search, now = FindForm(request.GET), read_search(request.GET), timezone.now()
    if not search.text:
        form.is_valid()
        return render(request, "public/find.html", {"form": form}, status=422)
    known = snapshot()
    places = places_for(search.text, known.serial)
    if len(places) == 1:
        # To the end of the minute: what is kept for a minute never looks fresher than it is.
        minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        page = results_page(search, places[0], serial=known.serial, now=minute, language=get_language())
        return render(request, "public/results.html", page)
    if places:
        return render(request, "public/find_which.html", {"search": search, "links": _links(search, places)})
    form.is_valid()
    form.add_error("n", _("We could not find that place. Check the spelling, or enter a 5-digit ZIP."))
    close = _links(search, suggestions_for(search.text, known.serial))
    return render(request, "public/find.html", {"form": form, "close": close}, status=422)


@require_safe
def program(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything known of one place, and where each fact came from."""
    listing = snapshot().by_slug(slug)
    if listing is None:
        raise Http404
    return render(request, "public/program.html", program_page(listing, now=timezone.now()))


def _picked(request: HttpRequest) -> dict[str, Any]:
    data = request.GET
    return {"n": data.get("n", ""), "k": data.getlist("k"), "p": data.get("p", ""), "m": data.getlist("m")}


def _links(search: Search, places: Sequence[Place]) -> list[tuple[str, str]]:
    return [(str(place), search.query(n=str(place), pg="")) for place in places]


def find_matches(known: Snapshot, search: Search, place: Place, *, now: datetime) -> list[Match]:
    """Every match of one search, in order."""
    needs = search.needs_at(place)
    near = known.near(place.latitude, place.longitude, float(search.miles))
    return rank(needs, (offer for offer, _miles in near), now=now, order=search.order, fresh_hours=fresh_hours())


@lru_cache(maxsize=256)
def results_page(
    search: Search,
    place: Place,
    *,
    serial: int,  # noqa: ARG001 (a new snapshot is a new page)
    now: datetime,
    language: str,
) -> dict[str, Any]:
    """Everything the results page shows. It holds nothing of who asks, so it is kept for the minute it is true."""
    known = snapshot()
    matches = find_matches(known, search, place, now=now)
    pages = max(1, -(-len(matches) // PAGE_SIZE))
    number = min(search.page, pages)
    first = (number - 1) * PAGE_SIZE
    shown = matches[first : first + PAGE_SIZE]
    cards = [
        card(match, number=first + index, payer=search.payer, now=now, zone=place.timezone)
        for index, match in enumerate(shown, start=1)
    ]
    return {
        "search": search,
        "place": place,
        "count": len(matches),
        "cards": [card_html(one, language) for one in cards],
        "drawing": draw(shown, first=first + 1, miles=search.miles),
        "states": {one.openings.state for one in cards},
        "pages": _page_links(search, number, pages),
        "orders": _orders(search),
        "rule": RULE_WORDS,
        "now": now,
        "time_zone": place.timezone,
        "instead": [] if matches else _instead(known, search, place, now=now),
        "wider": _wider(search),
    }


def _orders(search: Search) -> list[tuple[str, str]]:
    """The other orders to choose from."""
    words = {"": _("Best fit first"), "n": _("Nearest first"), "s": _("Soonest first")}
    names = {"best": "", "nearest": "n", "soonest": "s"}
    return [(label, search.query(o=code, pg="")) for code, label in words.items() if code != names[search.order]]


def _page_links(search: Search, number: int, pages: int) -> list[tuple[int, str, bool]]:
    """The first page, the last, and those around this one: number, link (empty for this one), if some are left out."""
    if pages == 1:
        return []
    shown = sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
    links = ["" if page == number else search.query(pg=page if page > 1 else "") for page in shown]
    return [(page, link, page - before > 1) for before, page, link in zip([0, *shown], shown, links, strict=False)]


def _wider(search: Search) -> tuple[int, str] | None:
    """The next wider circle, or None when this is the widest."""
    wider = [miles for miles in MILES_CHOICES if miles > search.miles]
    return (wider[0], search.query(r=wider[0], pg="")) if wider else None


def _instead(known: Snapshot, search: Search, place: Place, *, now: datetime) -> list[tuple[str, int, str]]:
    """What to look at when nothing fits: farther away, by video, and with no must-haves. Only what has something."""
    tries: list[tuple[str, dict[str, Any]]] = [
        (_("within %(miles)s miles") % {"miles": miles}, {"r": miles})
        for miles in MILES_CHOICES
        if miles > search.miles
    ]
    tries.append((_("by video or phone"), {"k": "t", "r": WIDEST}))
    if search.must:
        tries.append((_("near you, without your must-haves"), {"m": ""}))
    found = []
    for words, changes in tries:
        other = _changed(search, changes)
        count = len(find_matches(known, other, place, now=now))
        if count:
            found.append((words, count, search.query(**changes, pg="")))
    return found


def _changed(search: Search, changes: dict[str, Any]) -> Search:
    return Search(
        text=search.text,
        kinds=("telehealth",) if changes.get("k") == "t" else search.kinds,
        payer=search.payer,
        must=() if changes.get("m") == "" else search.must,
        miles=changes.get("r", search.miles),
        order=search.order,
        page=1,
    )
