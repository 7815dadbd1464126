"""Every ZIP code and town with its point and time zone, offline, from the `zipcodes` package; read at first use."""

import itertools
import math
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

import zipcodes

from handrail.core.points import settle
from handrail.records.directory.states import without_accents

FAR_DEGREES = 1.5
LARGEST = 6
_beginning_with: Callable[[str], list[dict[str, Any]]] = zipcodes.similar_to

_SHORT = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_FIRST_SHORT = {"n": "north", "s": "south", "e": "east", "w": "west"}
_INITIALS = re.compile(r"\b([a-z])\.(?=[a-z]\b)")
_SIGNS = re.compile(r"[^\w\s]|_")


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
class Gazetteer:
    """What is known of ZIP codes and towns.

    `towns` is by plain name, then by state, the largest first. `military` codes are on no map; nobody told us a point
    of those in `without_point`, or of their town.
    """

    zips: Mapping[str, Place]
    towns: Mapping[str, Mapping[str, Place]]
    largest: Mapping[str, tuple[Place, ...]]
    military: frozenset[str]
    without_point: frozenset[str]


_lock = threading.Lock()
_read: list[Gazetteer] = []


def gazetteer() -> Gazetteer:
    """The gazetteer of this process. The first reader takes about a second to read it; others wait for that one."""
    if not _read:
        with _lock:
            if not _read:
                _read.append(_read_all())
    return _read[0]


def warm_up() -> None:
    """Read the gazetteer beside the first requests, so that nobody's search waits for it."""
    threading.Thread(target=gazetteer, daemon=True).start()


def plain(name: str) -> str:
    """A town's name as it is looked up: small letters, no accents or signs, "St." and "N." in full."""
    words = _SIGNS.sub(" ", _INITIALS.sub(r"\1", without_accents(name).lower())).split()
    if len(words) > 1 and words[0] in _FIRST_SHORT:
        words[0] = _FIRST_SHORT[words[0]]
    # Not the last word: "Billings, MT" is in Montana.
    return " ".join([*(_SHORT.get(word, word) for word in words[:-1]), *words[-1:]])


def _read_all() -> Gazetteer:
    zips: dict[str, Place] = {}
    towns: dict[tuple[str, str], list[Place]] = defaultdict(list)
    also: list[tuple[str, Place]] = []
    seldom: list[tuple[str, Place]] = []
    military: set[str] = set()
    pointless: list[tuple[str, str, str]] = []
    shared: dict[str, str] = {}
    # A tenth at a time: `list_all` keeps all 42,789 rows as dicts, about 100 MB for good.
    for row in itertools.chain.from_iterable(_beginning_with(str(digit)) for digit in range(10)):
        if row["zip_code_type"] == "MILITARY":
            military.add(row["zip_code"])
            continue
        place = _place(row, shared)
        if place is None:
            pointless.append((row["zip_code"], row["city"], row["state"]))
            continue
        zips[place.zip5] = place
        if row["active"]:
            towns[plain(place.city), place.state].append(place)
            also += ((plain(name), place) for name in row["acceptable_cities"])
            seldom += ((plain(name), place) for name in row["unacceptable_cities"])
    by_town, largest = _towns(towns, also)
    # What the post office would rather not read (Manhattan) never makes a name uncertain that is certain without it.
    certain = {name for name, states in by_town.items() if len(states) == 1}
    for name, place in seldom:
        if name and name not in certain:
            by_town.setdefault(name, {}).setdefault(place.state, place)
    for zip5, city, state in pointless:
        town = by_town.get(plain(city), {}).get(state)
        if town is not None:
            zips[zip5] = replace(town, zip5=zip5, city=city)
    without_point = frozenset(zip5 for zip5, _city, _state in pointless if zip5 not in zips)
    return Gazetteer(zips, by_town, largest, frozenset(military), without_point)


def _place(row: dict[str, Any], shared: dict[str, str]) -> Place | None:
    """The place of one row; None when its point is missing, written as zero, or in no place its state could be."""
    city, state, zone = (shared.setdefault(row[name] or "", row[name] or "") for name in ("city", "state", "timezone"))
    try:
        settled = settle(float(row["lat"]), float(row["long"]), state=state)
    except (TypeError, ValueError):
        return None
    if settled.latitude is None or settled.longitude is None:
        return None
    return Place(row["zip_code"], city, state, settled.latitude, settled.longitude, zone)


def _towns(
    towns: Mapping[tuple[str, str], list[Place]], also: Iterable[tuple[str, Place]]
) -> tuple[dict[str, dict[str, Place]], dict[str, tuple[Place, ...]]]:
    """Every town with the ZIP code nearest its middle, then the other names; and the largest towns of each state."""
    by_town: dict[str, dict[str, Place]] = defaultdict(dict)
    by_state: dict[str, list[Place]] = defaultdict(list)
    for (name, state), places in sorted(towns.items(), key=lambda town: (-len(town[1]), town[0])):
        by_town[name][state] = central = _central(places)
        by_state[state].append(central)
    for name, place in also:
        by_town[name].setdefault(place.state, place)
    return dict(by_town), {state: tuple(places[:LARGEST]) for state, places in by_state.items()}


def _central(places: list[Place]) -> Place:
    """The ZIP code nearest the middle of a town's codes."""
    north, east = fmean(place.latitude for place in places), fmean(place.longitude for place in places)
    return min(places, key=lambda place: ((place.latitude - north) ** 2 + (place.longitude - east) ** 2, place.zip5))
