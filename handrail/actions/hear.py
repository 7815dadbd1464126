"""Words from outside reach the desk: how soon they must be read."""

from collections.abc import Collection

from handrail.actions._frame import Change, clock_end
from handrail.core.journey import is_open


def read_soon(change: Change, dangers: Collection[str]) -> None:
    """Words from outside: due to be read like a first contact, and at once when they name a danger."""
    if not dangers or not is_open(change.request.stage):
        bring_forward(change, action="read_note")
        return
    change.set(is_danger=True)
    change.promise(action="danger_in_text", at=min(change.now, change.request.next_at or change.now))


def bring_forward(change: Change, *, action: str) -> None:
    """Something new from the person: due as soon as a first contact, unless something is due sooner."""
    request = change.request
    if not is_open(request.stage):
        return
    soon = clock_end("first_contact", change.now)
    if request.next_at is None or request.next_at > soon:
        change.promise(action=action, at=soon)
