"""The one state machine: stages, whose turn each is, its clock, and the moves between them.

Source: docs/journey.md is drawn from these tables. Clock defaults are operator settings.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Turn = Literal["counselor", "person", "program", "worker", "nobody"]


@dataclass(frozen=True)
class Stage:
    """One stage of a help request.

    `clock` names the CLOCKS row that runs while the request stands here, or "" for none.
    `needs_next` says that a request here must have an owner or the queue, a next action and a time.
    """

    name: str
    turn: Turn
    clock: str
    needs_next: bool = True


@dataclass(frozen=True)
class Clock:
    """How long a stage may stand before somebody must act. `next_action` says what is due then."""

    name: str
    minutes: int
    next_action: str


@dataclass(frozen=True)
class Move:
    """A legal step from one stage to another, and the roles that may take it."""

    start: str
    end: str
    name: str
    roles: frozenset[str]


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage("new", "counselor", "first_contact"),
        Stage("contacting", "counselor", "try_again"),
        Stage("talking", "counselor", "write_up"),
        Stage("matching", "counselor", "update_person"),
        Stage("choosing", "person", "ask_choice"),
        Stage("referred", "program", "acknowledge"),
        Stage("accepted", "program", "visit"),
        Stage("arrived", "program", "arrival_check"),
        Stage("in_care", "program", "check_in"),
        Stage("left_early", "counselor", "reach_again"),
        Stage("resting", "nobody", "", needs_next=False),
        Stage("completed", "worker", "recovery_check_up"),
        Stage("stopped", "nobody", "", needs_next=False),
    )
}

CLOCKS: dict[str, Clock] = {
    clock.name: clock
    for clock in (
        Clock("first_contact", 5, "reach"),
        Clock("try_again", 15, "try_again"),
        Clock("write_up", 30, "write_up"),
        Clock("update_person", 60, "update_person"),
        Clock("ask_choice", 24 * 60, "ask_choice"),
        Clock("acknowledge", 30, "call_program"),
        Clock("answer", 120, "call_program"),
        Clock("visit", 24 * 60, "check_arrival"),
        Clock("arrival_check", 24 * 60, "check_in"),
        Clock("check_in", 72 * 60, "check_in"),
        Clock("reach_again", 24 * 60, "reach_again"),
        Clock("recovery_check_up", 90 * 24 * 60, "recovery_check_up"),
    )
}

# Minutes after the first try: at once, 15 min, 2 h, then the next safe time, then day 3.
# Source: design of the journey; five tries in three days, then the request rests and its code lives on.
TRY_MINUTES: tuple[int, ...] = (0, 15, 120, 24 * 60, 72 * 60)

STAFF = frozenset({"counselor", "supervisor"})
PERSON = frozenset({"person"})
PROGRAM = frozenset({"intake"})
WORKER = frozenset({"worker"})

MOVES: tuple[Move, ...] = (
    Move("new", "contacting", "no_answer", STAFF),
    Move("new", "talking", "reached", STAFF),
    Move("contacting", "talking", "reached", STAFF),
    Move("contacting", "resting", "no_contact", STAFF | WORKER),
    Move("talking", "contacting", "lost_contact", STAFF),
    Move("talking", "matching", "look_for_places", STAFF),
    Move("matching", "contacting", "lost_contact", STAFF),
    Move("matching", "choosing", "offer", STAFF),
    Move("matching", "referred", "refer", STAFF),
    Move("choosing", "matching", "look_again", STAFF | PERSON),
    Move("choosing", "referred", "refer", STAFF),
    Move("choosing", "contacting", "lost_contact", STAFF),
    Move("referred", "accepted", "accept", PROGRAM | STAFF),
    Move("referred", "matching", "come_back", PROGRAM | STAFF | PERSON | WORKER),
    Move("accepted", "arrived", "arrive", PROGRAM | STAFF),
    Move("accepted", "matching", "come_back", PROGRAM | STAFF | PERSON | WORKER),
    Move("arrived", "in_care", "admit", PROGRAM | STAFF),
    Move("arrived", "left_early", "leave_early", PROGRAM | STAFF | PERSON),
    Move("in_care", "left_early", "leave_early", PROGRAM | STAFF | PERSON),
    Move("in_care", "completed", "complete", PROGRAM | STAFF),
    Move("left_early", "contacting", "no_answer", STAFF),
    Move("left_early", "talking", "reached", STAFF),
    Move("completed", "left_early", "return_to_use", STAFF | PERSON),
    *(
        Move(stage.name, "resting", "pause", PERSON | STAFF)
        for stage in STAGES.values()
        if stage.name not in {"contacting", "resting", "stopped"}
    ),
    Move("contacting", "resting", "pause", PERSON),
    *(Move(stage.name, "stopped", "stop", PERSON) for stage in STAGES.values() if stage.name != "stopped"),
    Move("resting", "new", "come_again", PERSON | STAFF),
    Move("stopped", "new", "come_again", PERSON),
)

_ROLES: dict[tuple[str, str], frozenset[str]] = {}
for _move in MOVES:
    _key = (_move.start, _move.end)
    _ROLES[_key] = _ROLES.get(_key, frozenset()) | _move.roles


def why_not_move(start: str, end: str, *, role: str) -> str | None:
    """Say why this role may not move a request from `start` to `end`: a reason code, or None if it may."""
    if start not in STAGES or end not in STAGES:
        return "unknown_stage"
    roles = _ROLES.get((start, end))
    if roles is None:
        return "no_such_move"
    if role not in roles:
        return "not_your_move"
    return None


def due_at(clock: str, *, start: datetime, minutes: dict[str, int] | None = None) -> datetime:
    """Say when a clock that starts at `start` (aware UTC) runs out; `minutes` overrides defaults by name."""
    length = (minutes or {}).get(clock, CLOCKS[clock].minutes)
    return start + timedelta(minutes=length)


def next_try_at(tries: int, *, first_try_at: datetime) -> datetime | None:
    """Say when to try next after `tries` tries without an answer, or None when all tries are spent."""
    if tries >= len(TRY_MINUTES):
        return None
    return first_try_at + timedelta(minutes=TRY_MINUTES[tries])


def is_open(stage: str) -> bool:
    """A request that must have an owner or the queue, a next action and a time."""
    return STAGES[stage].needs_next
