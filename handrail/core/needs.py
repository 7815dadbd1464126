"""What is looked for: the vocabulary of kinds, payers and must-haves, and the needs that flags suggest.

The codes go into addresses, so they are short and say nothing to somebody who reads a history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_MILES = 25.0


@dataclass(frozen=True)
class Choice:
    """One thing that can be picked. Any of `facts` being yes is a fit. `is_public` puts it on the finder's form."""

    key: str
    code: str
    facts: tuple[str, ...]
    is_public: bool = True


def _table(*choices: Choice) -> dict[str, Choice]:
    return {choice.key: choice for choice in choices}


# Medicine stands first: only methadone and buprenorphine lowered overdose (evidence E41, E45, E46).
KINDS: dict[str, Choice] = _table(
    Choice("medicine", "m", ("buprenorphine", "methadone")),
    Choice("detox", "d", ("detox_opioid",)),
    Choice("stay", "s", ("residential_short", "residential_long", "inpatient")),
    Choice("short_stay", "ss", ("residential_short",)),
    Choice("long_stay", "ls", ("residential_long",)),
    Choice("private", "pv", ("private_program", "executive")),
    Choice("day", "v", ("intensive_outpatient", "day_program", "outpatient")),
    Choice("counseling", "c", ("counseling",)),
    Choice("telehealth", "t", ("telehealth",)),
    Choice("recovery_housing", "h", ("recovery_housing",)),
    Choice("detox_alcohol", "da", ("detox_alcohol",), is_public=False),
    Choice("hospital", "hi", ("inpatient",), is_public=False),
)

PAYERS: dict[str, Choice] = _table(
    Choice("medicaid", "a", ("medicaid",)),
    Choice("medicare", "b", ("medicare",)),
    Choice("private", "c", ("private_plan",)),
    Choice("va", "d", ("va",)),
    Choice("none", "e", ("free", "sliding_fee", "public_funds")),
    Choice("unsure", "f", ()),
)

MUSTS: dict[str, Choice] = _table(
    Choice("starts_today", "t", ("same_day_start",)),
    Choice("walk_in", "w", ("walk_in",)),
    Choice("own_medicine", "o", ("accepts_own_medicine",)),
    Choice("pregnant", "p", ("pregnant",)),
    Choice("kids_stay", "k", ("kids_stay",)),
    Choice("teens", "y", ("teens",)),
    Choice("spanish", "es", ("spanish",)),
    Choice("asl", "as", ("asl",)),
    Choice("wheelchair", "wh", ("wheelchair",)),
    Choice("leaving_jail", "j", ("accepts_leaving_jail",)),
    Choice("no_up_front", "n", ("up_front_payment",)),
    Choice("buprenorphine", "b", ("buprenorphine",), is_public=False),
    Choice("methadone", "me", ("methadone",), is_public=False),
    Choice("naltrexone", "nx", ("naltrexone",), is_public=False),
    Choice("transport", "r", ("transport",), is_public=False),
    Choice("co_occurring", "co", ("co_occurring",), is_public=False),
)

# Must-haves where the good answer is no.
FITS_WHEN_NO: frozenset[str] = frozenset({"no_up_front"})


@dataclass(frozen=True)
class Needs:
    """What one search is for. `for_opioids` puts places with medicine first; it is the safe default."""

    latitude: float | None = None
    longitude: float | None = None
    kinds: tuple[str, ...] = ()
    payer: str = ""
    must: tuple[str, ...] = ()
    miles: float | None = DEFAULT_MILES
    for_opioids: bool = True

    def as_dict(self) -> dict[str, Any]:
        """The needs as a help request keeps them."""
        return {
            "kinds": list(self.kinds),
            "payer": self.payer,
            "must": list(self.must),
            "latitude": self.latitude,
            "longitude": self.longitude,
            "miles": self.miles,
            "for_opioids": self.for_opioids,
        }


def needs_from(kept: Mapping[str, Any]) -> Needs:
    """Needs from what a help request keeps. A word that is not in the vocabulary is dropped."""
    payer = str(kept.get("payer") or "")
    return Needs(
        latitude=kept.get("latitude"),
        longitude=kept.get("longitude"),
        kinds=tuple(key for key in KINDS if key in (kept.get("kinds") or ())),
        payer=payer if payer in PAYERS else "",
        must=tuple(key for key in MUSTS if key in (kept.get("must") or ())),
        miles=kept.get("miles", DEFAULT_MILES),
        for_opioids=kept.get("for_opioids", True),
    )


@dataclass(frozen=True)
class Suggested:
    """What flags suggest, and why: `reasons` are (key of a kind or must-have, flag or rule that suggests it)."""

    kinds: tuple[str, ...]
    must: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]


# Which must-have a flag suggests. A person decides; nothing here leaves a place out by itself.
_MUST_FOR: dict[str, str] = {
    "sick_now": "starts_today",
    "overdosed": "starts_today",
    "on_medicine": "own_medicine",
    "pregnant": "pregnant",
    "kids": "kids_stay",
    "under_18": "teens",
    "left_jail": "leaving_jail",
    "needs_help_access": "wheelchair",
}


def from_flags(flags: Iterable[str]) -> Suggested:
    """Suggest needs from what a person told us when they asked: medicine first, then what their flags call for."""
    held = set(flags)
    reasons = [("medicine", "wants_medicine" if "wants_medicine" in held else "medicine_first")]
    must: list[str] = []
    for flag, key in _MUST_FOR.items():
        if flag in held and key not in must:
            must.append(key)
            reasons.append((key, flag))
    return Suggested(("medicine",), tuple(key for key in MUSTS if key in must), tuple(reasons))


def by_code(table: Mapping[str, Choice], codes: Iterable[str]) -> tuple[str, ...]:
    """The keys that short codes stand for, in the table's order. Codes nobody knows are dropped."""
    held = set(codes)
    return tuple(choice.key for choice in table.values() if choice.code in held)


def sort_words(words: Iterable[str]) -> tuple[Needs, tuple[str, ...]]:
    """Needs without a place from plain words such as buprenorphine or medicaid, and the words nobody knows."""
    held = [word.strip().lower() for word in words if word.strip()]
    payers = [word for word in held if word in PAYERS]
    needs = Needs(
        kinds=tuple(key for key in KINDS if key in held),
        payer=payers[0] if payers else "",
        must=tuple(key for key in MUSTS if key in held),
    )
    unknown = (word for word in held if word not in KINDS and word not in PAYERS and word not in MUSTS)
    return needs, (*unknown, *payers[1:])
