"""Answers to dangers, and dangers to what the person reads and what the desk must do first.

Rules only order a queue and choose fixed words; a person decides. Source: docs/care.md, table C2.
"""

from collections.abc import Iterable

# The answers to "Is anyone in danger right now?", and the section of the danger page each opens.
DANGERS: dict[str, str] = {
    "no": "",
    "overdose": "wont-wake",
    "suicide": "suicide",
    "sick": "stopping",
    "violence": "hurt",
    "unsure": "wont-wake",
}

# Flags a person can set under "Anything we should know?", and whether each gives priority.
# Order and priority: 45 CFR 96.131 (pregnant, then injecting), and the weeks of raised risk
# after jail, hospital or detox (evidence E27 to E31), overdose in 30 days (E30), withdrawal, under 18.
FLAGS: dict[str, bool] = {
    "pregnant": True,
    "left_jail": True,
    "left_program": True,
    "overdosed": True,
    "sick_now": True,
    "injects": True,
    "under_18": True,
    "kids": False,
    "veteran": False,
    "unsafe_home": False,
    "wants_medicine": False,
    "on_medicine": False,
    "needs_help_access": False,
}

QUEUE_RANKS = {"danger": 1, "late": 2, "priority": 3, "due": 4}


def is_danger(answer: str) -> bool:
    """Anything but a clear no counts as danger, so that not being sure is never ignored."""
    return answer != "no"


def is_priority(flags: Iterable[str]) -> bool:
    """True when any flag gives priority in the queue."""
    return any(FLAGS.get(flag, False) for flag in flags)
