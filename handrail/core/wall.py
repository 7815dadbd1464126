"""The walls: what a status page may show, given who asked and who holds the code; and what a family may be told.

Who asks for somebody else learns nothing of them here. A yes of the person themself opens one sentence, no more.
Source: design of the family wall and of the professional's form; 42 CFR 2.31 (a yes, in words, that can be taken back).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from handrail.core.journey import STAGES, is_open

Reader = Literal["person", "family", "professional"]
Received = Literal["have_it", "called_back", "with_them"]

# Who may open which part of a request with its code.
_OWN = frozenset({"now", "timeline", "notes", "note", "contact", "counselor", "pause", "stop", "again", "pin", "card"})
_PLACES = frozenset({"places", "choose", "visit", "shared", "take_back"})
PARTS: dict[Reader, frozenset[str]] = {
    "person": _OWN | _PLACES | {"family"},
    "family": _OWN | _PLACES | {"message"},
    "professional": frozenset({"received"}),
}

# What a person may let us do for somebody who asks about them. Reading a message is what each link is for.
SCOPES: tuple[str, ...] = ("in_touch", "where")

_TALKED = frozenset({"talking", "matching", "choosing", "referred", "accepted", "arrived", "in_care", "left_early"})
_KNOWN_TO_US = _TALKED | {"completed"}
_WITH_THEM = _KNOWN_TO_US - {"talking"}


def reader_of(who: str, *, is_code_theirs: bool) -> Reader:
    """Who reads a page with this code: the person, a family member, or the professional who asked for a patient.

    `who` is the answer to "Who needs help?". A code made anew and said to the person themself is theirs.
    """
    if who == "someone":
        return "family"
    return "person" if is_code_theirs else "professional"


def may_open(reader: Reader, part: str) -> bool:
    """True when this reader may see or use this part of a request."""
    return part in PARTS[reader]


def received(stage: str, *, resume_stage: str = "", was_called: bool, has_needs: bool) -> Received:
    """All that a professional's page says, whatever happened since. It never goes back: pausing does not show."""
    held = resume_stage if not is_open(stage) and resume_stage else stage
    if has_needs or held in _WITH_THEM:
        return "with_them"
    return "called_back" if was_called or held == "talking" else "have_it"


@dataclass(frozen=True)
class Side:
    """One request as a link sees it: its id, for whom it asks, its stage, and whose code it is."""

    id: str
    who: str
    stage: str
    is_code_theirs: bool = True


def why_not_link(theirs: Side, family: Side, *, scopes: Collection[str]) -> str | None:
    """Say why these two requests may not be linked: a reason code, or None if they may.

    Only the person themself can open the wall, while we talk with them; never from the family's side.
    """
    if theirs.id == family.id:
        return "link_to_itself"
    if theirs.who == "someone":
        return "link_from_family"
    if family.who != "someone":
        return "not_a_family_request"
    if theirs.who == "patient" and not theirs.is_code_theirs:
        return "not_told_in_person"
    if theirs.stage not in _TALKED:
        return "link_not_talking"
    if not is_open(family.stage):
        return "not_open"
    return None if set(scopes) <= set(SCOPES) else "needs_scopes"


def may_tell(scopes: Iterable[str], *, stage: str) -> frozenset[str]:
    """What a family's page may say now under a living link. A person who waits or stopped is not in touch with us."""
    if stage not in STAGES or stage not in _KNOWN_TO_US:
        return frozenset()
    return frozenset(scopes) & frozenset(SCOPES)
