"""What a person typed for a place, to the places it may mean, and why there is none. Nothing is guessed: we ask.

The national gazetteer comes first; a town that only the directory knows is found too. No database is asked.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from django.db import DatabaseError

from handrail.records.directory.gazetteer import Place, gazetteer, plain
from handrail.records.directory.snapshot import snapshot
from handrail.records.directory.states import MILITARY, STATES, state_of

__all__ = ["Meant", "Place", "Problem", "find_place", "meant_by", "place_of_zip", "suggest_places"]

Problem = Literal["", "empty", "digits", "unknown_zip", "no_point", "military", "state", "unknown"]
_Towns = dict[str, dict[str, Place]]
_Spots = Mapping[tuple[str, str], list[tuple[str, float, float]]]

LONGEST = 80
_SUGGESTIONS = 3
_CLOSE = 0.75
_ZIP = re.compile(r"([0-9]{5})(?:[- ]?[0-9]{4})?")
_ZIP_LAST = re.compile(r"(.*[^0-9\s,-])[\s,]+([0-9]{5})(?:-[0-9]{4})?")
_DIGITS = re.compile(r"[0-9][0-9 -]*")
_IS_A_TOWN = frozenset({"DC"})
_POST_OFFICES = frozenset({"apo", "fpo", "dpo"})
# Every code of the military post: 090 to 098 for Europe and beyond, 340 the Americas, 962 to 966 the Pacific.
_MILITARY_ZIP = re.compile(r"09[0-8]..|340..|96[2-6]..")


@dataclass(frozen=True, slots=True)
class Meant:
    """The places a text may mean, the largest first; or the problem with it, and the state or code it is about."""

    places: tuple[Place, ...] = ()
    problem: Problem = ""
    about: str = ""


def place_of_zip(zip5: str) -> Place | None:
    """The place of a five-digit ZIP code, or None when there is no such code or it has no point."""
    match = _ZIP.fullmatch(zip5.strip())
    return gazetteer().place(match[1]) if match else None


def find_place(text: str) -> list[Place]:
    """The places `text` may mean: a ZIP, 'town' or 'town, ST'; largest first. Empty when there is none."""
    return list(meant_by(text).places)


def meant_by(text: str) -> Meant:
    """Read a ZIP code, a town, or a town with its state however it is written."""
    text = _tidy(text)
    if not text:
        return Meant(problem="empty")
    if match := _ZIP.fullmatch(text):
        return _by_zip(match[1])
    if _DIGITS.fullmatch(text):
        return Meant(problem="digits", about=text)
    if match := _ZIP_LAST.fullmatch(text):
        return _by_town_and_zip(match[1], match[2])
    return _by_town(text)


def suggest_places(text: str) -> list[Place]:
    """At most a few places to offer for a text that means none: close names, or a state's largest towns."""
    meant, text = meant_by(text), _tidy(text)
    if meant.problem == "digits":
        # A code that begins with a zero is often written without it.
        code = text.rjust(5, "0") if len(text) == 4 else text[:5]
        place = place_of_zip(code)
        return [place] if place else []
    if meant.problem == "state":
        name = plain(text)
        namesakes = [town for town in gazetteer().towns.of(name).values() if plain(town.city) == name]
        return [*namesakes[:_SUGGESTIONS], *gazetteer().towns.largest.get(meant.about, ())][: 2 * _SUGGESTIONS]
    return _close_to(text) if meant.problem == "unknown" else []


def _tidy(text: str) -> str:
    """One line of plain signs: wide digits as digits, no controls, no more than a place could need."""
    shown = "".join(sign if sign.isprintable() else " " for sign in unicodedata.normalize("NFKC", text[:LONGEST]))
    return " ".join(shown.split()).strip(" ,.;-")


def _by_zip(zip5: str) -> Meant:
    known = gazetteer()
    if known.is_military(zip5) or _MILITARY_ZIP.fullmatch(zip5):
        return Meant(problem="military", about=zip5)
    place = known.place(zip5)
    if place is not None:
        return Meant((place,))
    return Meant(problem="no_point" if known.is_without_point(zip5) else "unknown_zip", about=zip5)


def _by_town_and_zip(words: str, zip5: str) -> Meant:
    """A town and a ZIP code together: the code decides, unless the two are in different states."""
    by_zip, by_town = _by_zip(zip5), _by_town(words)
    if not by_zip.places:
        return by_zip if by_zip.problem == "military" or not by_town.places else by_town
    place = by_zip.places[0]
    if not by_town.places or any(town.state == place.state for town in by_town.places):
        return by_zip
    return Meant((*by_town.places[:_SUGGESTIONS], place))


def _by_town(text: str) -> Meant:
    readings = list(_readings(text))
    if any(set(city.split()) & _POST_OFFICES and (state in MILITARY or not state) for city, state in readings):
        return Meant(problem="military", about=text)
    for towns_of in (gazetteer().towns.of, _directory_towns_named):
        for city, state in readings:
            towns = towns_of(city)
            if not state and (alone := state_of(city)):
                return _by_state(alone, towns)
            if state and state in towns:
                return Meant((towns[state],))
            if towns and not state:
                return Meant(tuple(towns.values()))
    return Meant(problem="unknown")


def _by_state(state: str, towns: Mapping[str, Place]) -> Meant:
    """A state's name alone: the town of that name in it (New York), or the town it is (DC), or its only town."""
    known = gazetteer().towns
    towns = towns or known.of(plain(STATES[state][0]))
    if state in towns:
        return Meant((towns[state],))
    largest = known.largest.get(state, ())
    return Meant(largest[:1]) if len(largest) == 1 or state in _IS_A_TOWN else Meant(problem="state", about=state)


def _readings(text: str) -> Iterator[tuple[str, str]]:
    """The ways to read a text as a town and a state, the plainest first; the state is empty where none is named."""
    before, comma, after = text.rpartition(",")
    if comma and (state := state_of(plain(after)) or _military(after)):
        yield plain(before), state
        return
    whole = plain(text)
    yield whole, ""
    words = whole.split()
    for count in range(1, min(4, len(words))):
        state = state_of(" ".join(words[-count:])) or _military(words[-1])
        if state:
            yield " ".join(words[:-count]), state


def _military(words: str) -> str:
    letters = words.strip().upper()
    return letters if letters in MILITARY else ""


# --- names ----------------------------------------------------------------------------------------
def _towns_named(city: str) -> Mapping[str, Place]:
    """Every town of that plain name by state, the largest first, with those that only the directory knows."""
    return {**gazetteer().towns.of(city), **_directory_towns_named(city)}


def _directory_towns_named(city: str) -> Mapping[str, Place]:
    return _directory_towns().get(city, {})


def _close_to(text: str) -> list[Place]:
    """At most three places whose names are close to a misspelled one, the closest first."""
    city, state = list(_readings(text))[-1]
    if not city:
        return []
    found: list[Place] = []
    for name in difflib.get_close_matches(city, sorted(_near(city, state)), n=_SUGGESTIONS, cutoff=_CLOSE):
        towns = _towns_named(name)
        found.append(towns[state] if state else next(iter(towns.values())))
    if state:  # the right name, in another state
        found += list(_towns_named(city).values())
    return found[:_SUGGESTIONS]


def _near(city: str, state: str) -> set[str]:
    """Names worth the slow comparison: some hundreds, and not 50,000."""
    first, last, length = city[0], city[-3:], len(city)

    def is_near(name: str) -> bool:
        return abs(len(name) - length) <= 2 and (name[0] == first or name[-3:] == last)

    known, own = gazetteer().towns.named, _directory_towns()
    found = {name for name in known if is_near(name) and (not state or any(t.state == state for t in known[name]))}
    return found | {name for name in own if is_near(name) and (not state or state in own[name])}


_made: list[tuple[int, _Towns]] = []  # where places stood in what the latest was made from, and what it is


def _directory_towns() -> _Towns:
    """Towns that no post office knows, at the middle of the directory's own places there."""
    try:
        known = snapshot()
    except DatabaseError:
        return {}
    made = next(iter(_made[:1]), None)
    if made is None or made[0] != known.stand:
        made = known.stand, _towns_of(known.spots())
        _made[:] = [made]
    return made[1]


def _towns_of(spots: _Spots) -> _Towns:
    beside, found = gazetteer(), _Towns()
    for (city, state), held in sorted(spots.items(), key=lambda town: (-len(town[1]), town[0])):
        name = plain(city)
        if not name or state in beside.towns.of(name):
            continue
        zip5 = min(spot[0] for spot in held)
        known = beside.place(zip5)
        zone = known.timezone if known else ""
        north, east = fmean(spot[1] for spot in held), fmean(spot[2] for spot in held)
        found.setdefault(name, {}).setdefault(state, Place(zip5, city, state, round(north, 4), round(east, 4), zone))
    return found
