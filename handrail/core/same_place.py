"""When two sources' entries are one place. The rule, printed in docs/ranking.md:

- same: the same ZIP and street (number and name, suite left out), and the same phone or a name that shares most words;
- maybe: the same phone in the same ZIP at another street, or the same street with another name and another phone;
- else not. Two entries of one source are never joined by rule: the source told them apart.

"Same" is joined at import; "maybe" is put before an editor.
"""

import re
from dataclasses import dataclass
from typing import Literal

from handrail.core.facility import plain

Likely = Literal["same", "maybe", ""]

_STREET_WORDS = {
    "street": "st",
    "avenue": "ave",
    "road": "rd",
    "drive": "dr",
    "boulevard": "blvd",
    "highway": "hwy",
    "lane": "ln",
    "parkway": "pkwy",
    "place": "pl",
    "court": "ct",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "saint": "st",
    "suite": "ste",
}
_SUITE = re.compile(r"\b(ste|suite|unit|apt|rm|room|fl|floor|bldg|building|po box)\b.*$")
# Words that say nothing of which place it is.
_COMMON = frozenset(plain("the of and for at a inc llc pc pa center centre services service program care").split())
_MOST = 0.6


@dataclass(frozen=True, slots=True)
class Entry:
    """What two entries are compared by."""

    name: str
    organization: str
    street: str
    zip5: str
    phones: frozenset[str]


def street_of(text: str) -> str:
    """A street for comparing: short words, no suite. "100 North Main Street, Suite 4" is "100 n main st"."""
    words = " ".join(_STREET_WORDS.get(word, word) for word in plain(text).split())
    return _SUITE.sub("", words).strip()


def digits_of(phone: str) -> str:
    """The ten digits of a phone number, without extension; empty when there are not ten."""
    digits = re.sub(r"\D", "", phone.lower().split("x")[0])
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return digits if len(digits) == 10 else ""


def likely_same(one: Entry, other: Entry) -> Likely:
    """Say whether two entries of different sources are one place."""
    if one.zip5 != other.zip5:
        return ""
    same_phone = not one.phones.isdisjoint(other.phones)
    street = street_of(one.street)
    if street and street == street_of(other.street):
        return "same" if same_phone or _alike(one, other) else "maybe"
    return "maybe" if same_phone else ""


def _alike(one: Entry, other: Entry) -> bool:
    """True when the names share most of the words that tell."""
    mine, theirs = _words(one.name, one.organization), _words(other.name, other.organization)
    fewer = min(len(mine), len(theirs))
    return fewer > 0 and len(mine & theirs) / fewer >= _MOST


def _words(*names: str) -> set[str]:
    return {word for name in names for word in plain(name).split()} - _COMMON
