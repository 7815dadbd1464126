"""handrail find --near 80202 --need buprenorphine,medicaid: the finder's own list, on the command line."""

import argparse
import json
import sys
from typing import Any

from django.utils import timezone

from handrail.core.match import ORDERS, Match
from handrail.core.needs import DEFAULT_MILES, KINDS, MUSTS, PAYERS, Needs, sort_words
from handrail.records.directory.places import Place, find_place, suggest_places
from handrail.records.directory.snapshot import snapshot
from handrail.web.finder_words import fresh_hours, kind_line, openings_line, reason_line

FOUND, NOTHING, WRONG = 0, 1, 2


def run(argv: list[str]) -> int:
    """Print the places near one place, ranked by the printed rule. 0 found, 1 nothing fits, 2 wrong use."""
    wish = _parser().parse_args(argv)
    needs, strange = sort_words(word for part in wish.need for word in part.split(","))
    if strange:
        known = ", ".join(sorted({*KINDS, *PAYERS, *MUSTS}))
        print(f"handrail find: not known, or one payer too many: {', '.join(strange)}. Known: {known}", file=sys.stderr)
        return WRONG
    places = find_place(wish.near)
    if len(places) != 1:
        print(f"handrail find: {_which(wish.near, places)}", file=sys.stderr)
        return WRONG
    return _print(places[0], needs, wish)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="handrail find", description="Find treatment programs near a place.")
    parser.add_argument("--near", required=True, metavar="PLACE", help="a ZIP, or a town such as 'Denver, CO'")
    parser.add_argument("--need", action="append", default=[], metavar="LIST", help="kinds, a payer and must-haves")
    parser.add_argument("--miles", type=float, default=DEFAULT_MILES, help="how far to look (default %(default)g)")
    parser.add_argument("--order", choices=ORDERS, default="best", help="best (the default), nearest or soonest")
    parser.add_argument("--limit", type=int, default=10, help="how many to print (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    return parser


def _which(text: str, places: list[Place]) -> str:
    if places:
        names = "; ".join(str(place) for place in places[:8])
        return f"{text!r} is the name of {len(places)} towns. Add the state: {names}"
    close = "; ".join(str(place) for place in suggest_places(text))
    return f"no place is called {text!r}." + (f" Did you mean: {close}?" if close else " Give a 5-digit ZIP.")


def _print(place: Place, words: Needs, wish: argparse.Namespace) -> int:
    now = timezone.now()
    needs = Needs(place.latitude, place.longitude, words.kinds, words.payer, words.must, wish.miles)
    most = max(0, wish.limit)
    found = snapshot().find(needs, now=now, order=wish.order, count=most, fresh_hours=fresh_hours())
    if wish.json:
        where = {"text": str(place), "zip": place.zip5, "latitude": place.latitude, "longitude": place.longitude}
        results = [_as_dict(match) for match in found.matches]
        print(json.dumps({"near": where, "needs": needs.as_dict(), "count": found.total, "results": results}))
    else:
        print(f"{found.total} places within {wish.miles:g} miles of {place}. No one can pay to be higher.")
        for number, match in enumerate(found.matches, start=1):
            print(_lines(number, match, place))
    return FOUND if found.total else NOTHING


def _as_dict(match: Match) -> dict[str, Any]:
    offer, openings = match.offer, match.openings
    stated_at = openings.facts.get("stated_at")
    return {
        "name": offer.name,
        "slug": offer.slug,
        "miles": None if match.distance_miles is None else round(match.distance_miles, 2),
        "phone": offer.phone,
        "city": offer.city,
        "state": offer.state,
        "openings": {
            "state": openings.state,
            "openings": openings.facts.get("openings"),
            "stated_at": stated_at.isoformat() if stated_at else None,
            "source": openings.facts.get("source"),
        },
        "reasons": [reason.as_dict() for reason in match.reasons],
    }


_SIGNS = {"fits": "+", "does_not": "-", "unknown": "?"}


def _lines(number: int, match: Match, place: Place) -> str:
    now = timezone.now()
    offer = match.offer
    miles = "  ?  mi" if match.distance_miles is None else f"{match.distance_miles:5.1f} mi"
    reasons = [
        f"{_SIGNS[reason.verdict]} {reason_line(reason, today=now.date(), answers=offer.answers).rest}"
        for reason in match.reasons
    ]
    return "\n".join(
        [
            f"\n{number:>3}  {miles}  {offer.name}, {offer.city}, {offer.state}  {offer.phone}",
            f"               {kind_line(offer)}",
            f"               {openings_line(match.openings, now=now, zone=place.timezone)}",
            f"               {'   '.join(reasons)}",
        ]
    )
