"""ZIP code or town to a point and a time zone, offline, from the `zipcodes` package; read at first use."""

import difflib
import itertools
import math
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import fmean
from typing import Any

import zipcodes
from django.db import DatabaseError

from handrail.records.directory.models import Location

_TOWN = re.compile(r"(?P<city>[^,]+?)\s*(?:,\s*|\s+)(?P<state>[A-Za-z]{2})\.?(?:\s+(?P<zip>\d{5}))?", re.UNICODE)
_ZIP = re.compile(r"(\d{5})(?:-\d{4})?")
_WORDS = {"st": "saint", "ft": "fort", "mt": "mount"}
_SUGGESTIONS = 3
FAR_DEGREES = 1.5
_beginning_with: Callable[[str], list[dict[str, Any]]] = zipcodes.similar_to


@dataclass(frozen=True, slots=True)
class Place:
    """A town or ZIP code with its point in degrees and its IANA time zone."""

    zip5: str
    city: str
    state: str
    latitude: float
    longitude: float
    timezone: str

    def __str__(self) -> str:
        return f"{self.city}, {self.state}"

    def is_far_from(self, latitude: float, longitude: float) -> bool:
        """True when the point is about 100 miles or more away: no ZIP code is that wide, so one of the two is wrong."""
        east = (longitude - self.longitude) * math.cos(math.radians(self.latitude))
        return max(abs(latitude - self.latitude), abs(east)) > FAR_DEGREES


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    by_zip: dict[str, Place]
    by_town: dict[str, dict[str, Place]]


def place_of_zip(zip5: str) -> Place | None:
    """The place of a five-digit ZIP code, or None when there is no such code or it has no point."""
    match = _ZIP.fullmatch(zip5.strip())
    return _gazetteer().by_zip.get(match[1]) if match else None


def find_place(text: str) -> list[Place]:
    """The places `text` may mean: a ZIP, 'town' or 'town, ST'; largest first. Empty when there is none.

    A town that only the directory knows is found too. A misspelled town is not guessed: see `suggest_places`.
    """
    text = " ".join(text.split())
    if _ZIP.fullmatch(text):
        place = place_of_zip(text)
        return [place] if place else []
    return _towns(text) or _towns_of_directory(text)


def suggest_places(text: str) -> list[Place]:
    """At most three places whose names are close to a misspelled one, closest first."""
    city, state = _city_and_state(text)
    if not city:
        return []
    near = [name for name in {*_gazetteer().by_town, *_directory_towns()} if _is_near(name, city)]
    places: list[Place] = []
    for name in difflib.get_close_matches(city, sorted(near), n=_SUGGESTIONS, cutoff=0.75):
        places += find_place(f"{name}, {state}" if state else name)[:1]
    return places[:_SUGGESTIONS]


def _is_near(name: str, city: str) -> bool:
    """Cheap to say, so that the slow comparison sees hundreds of names and not 30,000."""
    return abs(len(name) - len(city)) <= 2 and (name[0] == city[0] or name[-3:] == city[-3:])


def _plain(name: str) -> str:
    words = re.sub(r"[^\w\s]", " ", name.casefold()).split()
    return " ".join(_WORDS.get(word, word) for word in words)


def _city_and_state(text: str) -> tuple[str, str]:
    """'Harrow Falls, CO' as a plain town name and a state; the state is empty when none was given."""
    match = _TOWN.fullmatch(text.strip())
    if match and match["state"].upper() in _states():
        return _plain(match["city"]), match["state"].upper()
    return _plain(text), ""


def _towns(text: str) -> list[Place]:
    by_town = _gazetteer().by_town
    city, state = _city_and_state(text)
    if state:
        place = by_town.get(city, {}).get(state)
        return [place] if place else []
    return list(by_town.get(city, {}).values())


def _towns_of_directory(text: str) -> list[Place]:
    """A town no post office knows, at the middle of the directory's own locations there."""
    city, state = _city_and_state(text)
    groups: dict[tuple[str, str], list[Location]] = defaultdict(list)
    names = [name for plain, name in _directory_towns().items() if plain == city]
    if not names:
        return []
    for location in Location.objects.filter(city__in=names, latitude__isnull=False):
        if not state or location.state == state:
            groups[location.city, location.state].append(location)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [_middle(name, state_, found) for (name, state_), found in ordered]


def _middle(city: str, state: str, found: list[Location]) -> Place:
    zip5 = min(location.zip5 for location in found)
    known = place_of_zip(zip5)
    return Place(
        zip5,
        city,
        state,
        round(fmean(location.latitude or 0 for location in found), 4),
        round(fmean(location.longitude or 0 for location in found), 4),
        known.timezone if known else "",
    )


def _directory_towns() -> dict[str, str]:
    """Plain name to name of every town in the directory; none when the database does not answer."""
    try:
        return {_plain(name): name for name in Location.objects.order_by().values_list("city", flat=True).distinct()}
    except DatabaseError:
        return {}


# --- the gazetteer ------------------------------------------------------------------------------
@cache
def _states() -> frozenset[str]:
    return frozenset(place.state for place in _gazetteer().by_zip.values())


@cache
def _gazetteer() -> _Gazetteer:
    """Every ZIP code with a point, and every town with the ZIP code nearest its middle."""
    by_zip: dict[str, Place] = {}
    towns: dict[tuple[str, str], list[Place]] = defaultdict(list)
    also: dict[tuple[str, str], Place] = {}
    shared: dict[str, str] = {}
    # A tenth at a time: `list_all` keeps all 42,789 rows as dicts, about 100 MB for good.
    for row in itertools.chain.from_iterable(_beginning_with(str(digit)) for digit in range(10)):
        place = _place(row, shared)
        if place is None:
            continue
        by_zip[place.zip5] = place
        if row["active"]:
            towns[_plain(place.city), place.state].append(place)
            for name in row["acceptable_cities"]:
                also.setdefault((_plain(name), place.state), place)
    by_town: dict[str, dict[str, Place]] = defaultdict(dict)
    for (name, state), places in sorted(towns.items(), key=lambda town: (-len(town[1]), town[0])):
        by_town[name][state] = _central(places)
    for (name, state), place in also.items():
        by_town[name].setdefault(state, place)
    return _Gazetteer(by_zip, dict(by_town))


def _place(row: dict[str, Any], shared: dict[str, str]) -> Place | None:
    try:
        latitude, longitude = float(row["lat"]), float(row["long"])
    except (TypeError, ValueError):
        return None
    # Military post and some single-company codes stand at zero and zero: no point is better than a wrong one.
    if not latitude and not longitude:
        return None
    city, state, zone = (shared.setdefault(row[name] or "", row[name] or "") for name in ("city", "state", "timezone"))
    return Place(row["zip_code"], city, state, latitude, longitude, zone)


def _central(places: list[Place]) -> Place:
    """The ZIP code nearest the middle of a town's codes."""
    north, east = fmean(place.latitude for place in places), fmean(place.longitude for place in places)
    return min(places, key=lambda place: ((place.latitude - north) ** 2 + (place.longitude - east) ** 2, place.zip5))
