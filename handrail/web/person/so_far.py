"""The lines of "So far": what happened, in the person's words, one line for each thing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handrail.records.casebook.models import TimelineEntry
from handrail.web.person.words import STEPS


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    words: str
    at: datetime


def lines_of(entries: list[TimelineEntry], *, is_patient: bool = False) -> list[Line]:
    """A line for each entry that has words, oldest first. What is said twice in a row, or of one place, is one line.

    `is_patient` when a professional asked for the person who reads.
    """
    messages_at = {entry.at for entry in entries if entry.kind == "message"}
    lines: list[Line] = []
    for entry in entries:
        if _key(entry, entry.body) == "taken" and entry.at in messages_at:
            continue  # taking it sent the first message, which says the same better
        said = str(STEPS["asked_for_you"]) if is_patient and entry.kind == "asked" else _words(entry)
        again = {line.words for line in lines} if entry.kind == "option" else {line.words for line in lines[-1:]}
        if said and said not in again:
            lines.append(Line(said, entry.at))
    return lines


def _words(entry: TimelineEntry) -> str:
    body: dict[str, Any] = entry.body
    facts = {"who": entry.by_name.split(" ")[0], "place": body.get("program", "")}
    key = _key(entry, body)
    sentence = STEPS.get(key)
    if sentence is None:
        return ""
    text = str(sentence)
    if any(f"%({name})s" in text and not value for name, value in facts.items()):
        text = str(STEPS.get(f"{key}_plain", ""))
    return text % facts


def _key(entry: TimelineEntry, body: dict[str, Any]) -> str:
    """The row of STEPS for an entry, or "" for one that has no line of its own."""
    if entry.kind == "asked":
        return "asked"
    if entry.kind == "step" and body.get("what") == "taken":
        return "taken"
    if entry.kind == "step":
        return _step_key(str(body.get("start", "")), str(body.get("end", "")))
    if entry.kind == "message":
        return f"message_{body.get('purpose', '')}_{body.get('channel', '')}"
    return f"{entry.kind}_{body.get('what', '')}" if body.get("what") else ""


def _step_key(start: str, end: str) -> str:
    """Coming back to looking, and being asked, accepted or there, are told by the place's own line."""
    if end == "matching" and start != "talking":
        return ""
    return f"step_{end}"
