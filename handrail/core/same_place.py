"""When two sources' entries are one place. The rule, printed in docs/directory.md:

- same: the same ZIP and street (number and name, suite left out), and either names of nearly the same words, or a
  phone in common and one name within the other, or a phone in common and half of the words where each source lists
  one place at that street. Never when the names tell apart: by a number, or women's from men's, residence from visits;
- same: the same ZIP where neither names a street, a phone in common and the same words in the names;
- maybe: the same street, with a phone in common or without two suites that differ; or another street of the same ZIP,
  with a phone in common and a word of the name;
- else not. Two entries of one source are never joined by rule: the source told them apart.

"Same" is joined at import, the closest pair first; "maybe" is put before an editor.
"""

import re
from dataclasses import dataclass
from typing import Literal

from handrail.core.facility import plain

Likely = Literal["same", "maybe", ""]

# Words of a street as the postal service shortens them, and ordinals.
_SHORT = (
    "street=st avenue=ave av=ave road=rd drive=dr boulevard=blvd highway=hwy lane=ln parkway=pkwy place=pl "
    "court=ct circle=cir terrace=ter square=sq turnpike=tpke expressway=expy freeway=fwy plaza=plz trail=trl "
    "route=rte rt=rte mount=mt fort=ft saint=st junction=jct crossing=xing extension=ext heights=hts "
    "north=n south=s east=e west=w northeast=ne northwest=nw southeast=se southwest=sw "
    "first=1st second=2nd third=3rd fourth=4th fifth=5th sixth=6th seventh=7th eighth=8th ninth=9th tenth=10th"
)
_STREET_WORDS = dict(pair.split("=") for pair in _SHORT.split())
_BOX = re.compile(r"\b(?:p ?o |post office )?box (\d\w*|[a-z])\b")
_SUITE = re.compile(
    r"\b(?:ste|suites?|units?|apt|rm|room|fl|floors?|bldg|building|lower level|upper level|basement)\b.*$"
    r"|\b\w+ (?:fl|floor)\b.*$"
)
_NUMBERED = re.compile(r"\d+(?=st\b|nd\b|rd\b|th\b)|\d+\w?|\b[a-z]\b")
# Words that say nothing of which place it is.
_COMMON = frozenset(
    plain(
        "the of and for at in on a an s inc llc pc pa pllc corp co ltd incorporated corporation company center centers "
        "centre ctr services service serv program programs prog care clinic facility"
    ).split()
)
# Two programs at one desk are told apart by such words: each name has one that the other has not.
_KINDS = frozenset(
    plain(
        "men mens male males boys women womens female females girls mothers children adult adults adolescent "
        "adolescents youth teen teens outpatient op inpatient residential detox detoxification withdrawal methadone "
        "otp day evening halfway housing home unit"
    ).split()
)
_NUMBERS = re.compile(r"\d+|i|ii|iii|iv|v|vi")
_NEARLY, _HALF = 0.6, 0.5


@dataclass(frozen=True, slots=True)
class Entry:
    """What two entries are compared by: `entry_of` makes it."""

    street: str
    suite: str
    zip5: str
    phones: frozenset[str]
    words: frozenset[str]


def entry_of(name: str, organization: str, street1: str, street2: str, zip5: str, *phones: str) -> Entry:
    """An entry in the form that is compared."""
    return Entry(
        street=street_of(street1),
        suite=_suite_of(street1, street2),
        zip5=zip5,
        phones=frozenset(filter(None, map(digits_of, phones))),
        words=frozenset(word for text in (name, organization) for word in plain(text).split()) - _COMMON,
    )


def street_of(text: str) -> str:
    """A street for comparing: short words, no suite. "100 North Main Street, Suite 4" is "100 n main st"."""
    parts = [_short(part) for part in text.split("#")[0].split(",")]
    streets = [_SUITE.sub("", _BOX.sub("", part)).strip() for part in parts]
    # A box is a place of its own only where no street is named.
    boxes = [f"po box {box[1]}" for box in map(_BOX.search, parts) if box]
    numbered = [street for street in streets if any(letter.isdigit() for letter in street)]
    return next(iter(numbered + boxes), " ".join(parts).strip())


def digits_of(phone: str) -> str:
    """The ten digits of a phone number, without extension; empty when there are not ten."""
    digits = re.sub(r"\D", "", phone.lower().split("x")[0])
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return digits if len(digits) == 10 else ""


def likely_same(one: Entry, other: Entry, *, is_only: bool = True) -> Likely:
    """Say whether two entries of different sources are one place.

    `is_only`: each of the two sources lists one place at this street.
    """
    if one.zip5 != other.zip5:
        return ""
    same_phone = has_phone_in_common(one, other)
    alike = 0.0 if _told_apart(one, other) else _alike(one, other)
    if not one.street and not other.street:
        # A shelter keeps its street to itself.
        return "same" if same_phone and alike == 1 else ""
    if one.street != other.street:
        return "maybe" if same_phone and one.words & other.words else ""
    shared = _share(one, other)
    if alike >= _NEARLY or (alike and same_phone and (shared == 1 or (is_only and shared >= _HALF))):
        return "same"
    two_suites = one.suite and other.suite and one.suite != other.suite
    return "maybe" if same_phone or not two_suites else ""


def has_phone_in_common(one: Entry, other: Entry) -> bool:
    """True when one number is in both."""
    return not one.phones.isdisjoint(other.phones)


def closeness(one: Entry, other: Entry) -> float:
    """How close two entries of one street are, from 0 to 2, to tell which of several is meant."""
    same_phone, same_suite = has_phone_in_common(one, other), one.suite == other.suite
    return _alike(one, other) + (0.6 if same_phone else 0.0) + (0.4 if same_suite else 0.0)


def _alike(one: Entry, other: Entry) -> float:
    """How much of all the words of two names is in both."""
    either = one.words | other.words
    return len(one.words & other.words) / len(either) if either else 0.0


def _share(one: Entry, other: Entry) -> float:
    """How much of the shorter name is in the other."""
    fewer = min(len(one.words), len(other.words))
    return len(one.words & other.words) / fewer if fewer else 0.0


def _told_apart(one: Entry, other: Entry) -> bool:
    """True when the names differ by a number ("House 1", "House 2"), or by the kind of program."""
    mine, theirs = one.words - other.words, other.words - one.words
    if any(_NUMBERS.fullmatch(word) for word in mine | theirs):
        return True
    return not mine.isdisjoint(_KINDS) and not theirs.isdisjoint(_KINDS)


def _short(text: str) -> str:
    return " ".join(_STREET_WORDS.get(word, word) for word in plain(text).split())


def _suite_of(street1: str, street2: str) -> str:
    """The numbers and letters that tell a suite: "Suite 4-B" and "# 4B" are one."""
    head, _hash, number = street1.partition("#")
    found = _SUITE.search(_short(head))
    return "".join(_NUMBERED.findall(f"{found[0] if found else ''} {plain(number)} {_short(street2)}"))
