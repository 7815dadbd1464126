"""Every ZIP code and town with its point and time zone, offline, from the `zipcodes` package; read when asked for."""

import math
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

import zipcodes

from handrail.core.accents import without_accents
from handrail.core.points import settle

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


@dataclass(slots=True)
class _Part:
    """The ZIP codes with the same two first digits. Codes without a point have their town and state."""

    places: dict[str, Place]
    military: frozenset[str]
    pointless: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Towns:
    """Every town by plain name, in each state that has one, the largest first; and the largest towns of each state."""

    named: Mapping[str, tuple[Place, ...]]
    largest: Mapping[str, tuple[Place, ...]]

    def of(self, name: str) -> dict[str, Place]:
        """The towns of one plain name, by state."""
        return {place.state: place for place in self.named.get(name, ())}


class Gazetteer:
    """What is known of ZIP codes and towns. A code needs only the codes that begin like it; a town needs them all.

    `military` codes are on no map; nobody told us a point of those `without_point`, or of their town.
    """

    def __init__(self) -> None:
        self._parts: dict[str, _Part] = {}
        self._towns: list[Towns] = []
        self._lock = threading.RLock()
        self._shared: dict[str, str] = {}

    def place(self, zip5: str) -> Place | None:
        """The place of a ZIP code; where nobody told us its point, its town's."""
        part = self._part(zip5[:2])
        place = part.places.get(zip5)
        if place is None and zip5 in part.pointless:
            city, state = part.pointless[zip5]
            town = self.towns.of(plain(city)).get(state)
            place = replace(town, zip5=zip5, city=city) if town else None
        return place

    def is_military(self, zip5: str) -> bool:
        """True for a code of the military post."""
        return zip5 in self._part(zip5[:2]).military

    def is_without_point(self, zip5: str) -> bool:
        """True for a code that there is, though not on our map."""
        return zip5 in self._part(zip5[:2]).pointless and self.place(zip5) is None

    @property
    def towns(self) -> Towns:
        """Every town. The first reader takes about a second to read them; others wait for that one."""
        if not self._towns:
            with self._lock:
                if not self._towns:
                    self._towns.append(self._read_towns())
        return self._towns[0]

    def _part(self, begins: str) -> _Part:
        part = self._parts.get(begins)
        if part is None:
            with self._lock:
                part = self._parts[begins] = self._parts.get(begins) or self._arranged(_rows(begins))
        return part

    def _arranged(self, rows: list[dict[str, Any]]) -> _Part:
        part = _Part({}, frozenset(row["zip_code"] for row in rows if row["zip_code_type"] == "MILITARY"), {})
        for row in rows:
            if row["zip_code"] in part.military:
                continue
            place = _place(row, self._shared)
            if place is None:
                part.pointless[row["zip_code"]] = row["city"], row["state"]
            else:
                part.places[place.zip5] = place
        return part

    def _read_towns(self) -> Towns:
        towns: dict[tuple[str, str], list[Place]] = defaultdict(list)
        also: list[tuple[str, Place]] = []
        seldom: list[tuple[str, Place]] = []
        for begins in map("{:02}".format, range(100)):
            rows = _rows(begins)
            part = self._parts.get(begins)
            if part is None:
                part = self._parts[begins] = self._arranged(rows)
            for row in rows:
                place = part.places.get(row["zip_code"])
                if place is not None and row["active"]:
                    towns[place.city, place.state].append(place)
                    also += ((plain(name), place) for name in row["acceptable_cities"])
                    seldom += ((plain(name), place) for name in row["unacceptable_cities"])
        return _arranged(towns, also, seldom)


_gazetteer = Gazetteer()


def gazetteer() -> Gazetteer:
    """The gazetteer of this process."""
    return _gazetteer


def warm_up() -> None:
    """Read the towns beside the first requests, so that nobody's search waits for them."""
    threading.Thread(target=lambda: _gazetteer.towns, daemon=True).start()


def plain(name: str) -> str:
    """A town's name as it is looked up: small letters, no accents or signs, "St." and "N." in full."""
    words = _SIGNS.sub(" ", _INITIALS.sub(r"\1", without_accents(name).lower())).split()
    if len(words) > 1 and words[0] in _FIRST_SHORT:
        words[0] = _FIRST_SHORT[words[0]]
    # Not the last word: "Billings, MT" is in Montana.
    return " ".join([*(_SHORT.get(word, word) for word in words[:-1]), *words[-1:]])


def _rows(begins: str) -> list[dict[str, Any]]:
    # A hundredth at a time: `list_all` keeps all 42,789 rows as dicts, about 100 MB for good.
    return _beginning_with(begins) if re.fullmatch("[0-9]{2}", begins) else []


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


def _arranged(
    of: Mapping[tuple[str, str], list[Place]], also: Iterable[tuple[str, Place]], seldom: Iterable[tuple[str, Place]]
) -> Towns:
    """Every town with the ZIP code nearest its middle, then the other names; and the largest towns of each state."""
    towns: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for (city, state), places in of.items():
        towns[plain(city), state] += places
    by_name: dict[str, list[Place]] = {}
    by_state: dict[str, list[Place]] = defaultdict(list)
    for (name, state), places in sorted(towns.items(), key=lambda town: (-len(town[1]), town[0])):
        central = _central(places)
        by_name.setdefault(name, []).append(central)
        by_state[state].append(central)
    _add(by_name, also)
    # What the post office would rather not read (Manhattan) never makes a name uncertain that is certain without it.
    certain = {name for name, places in by_name.items() if len(places) == 1}
    _add(by_name, ((name, place) for name, place in seldom if name and name not in certain))
    largest = {state: tuple(places[:LARGEST]) for state, places in by_state.items()}
    return Towns({name: tuple(places) for name, places in by_name.items()}, largest)


def _add(by_name: dict[str, list[Place]], named: Iterable[tuple[str, Place]]) -> None:
    """Further names, each once in a state: the first that has it keeps it."""
    for name, place in named:
        held = by_name.setdefault(name, [])
        if all(place.state != other.state for other in held):
            held.append(place)


def _central(places: list[Place]) -> Place:
    """The ZIP code nearest the middle of a town's codes."""
    if len(places) == 1:
        return places[0]
    north, east = fmean(place.latitude for place in places), fmean(place.longitude for place in places)
    return min(places, key=lambda place: ((place.latitude - north) ** 2 + (place.longitude - east) ** 2, place.zip5))
