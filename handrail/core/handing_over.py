"""A professional's request: what the place they call from means for the queue, and by when we must call back.

Source: raised risk in the weeks after jail, hospital and program (evidence E27 to E31). Rules order a queue only.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

# Where the patient is now, and the flag that this gives by itself, so that it is never asked twice.
SETTINGS: dict[str, str] = {
    "ed": "left_program",
    "hospital": "left_program",
    "jail": "left_jail",
    "court": "",
    "clinic": "",
    "street": "",
    "other": "",
}
BEFORE_THEY_LEAVE = timedelta(minutes=2)
# The words read aloud before a professional sends somebody's request. A change of the words is a new version.
CONSENT_VERSION = "2026-11"


def flags_with_setting(flags: Iterable[str], setting: str) -> list[str]:
    """The flags that were ticked, and the one that the setting means."""
    held, given = list(flags), SETTINGS.get(setting, "")
    return [*held, given] if given and given not in held else held


def due_before(due: datetime, *, leaves_at: datetime | None, now: datetime) -> datetime:
    """By when we call back: as always, or just before the patient leaves, when that is sooner. Never in the past."""
    if leaves_at is None or leaves_at > due or leaves_at <= now:
        return due
    return max(leaves_at - BEFORE_THEY_LEAVE, now + (leaves_at - now) / 2)
