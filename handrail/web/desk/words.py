"""The desk's own words for codes: flags, wants, contact rules, stages, next steps, prompts."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from handrail.records.casebook.models import HelpRequest
from handrail.web.language import OTHERS, names

SPEAKS = "speaks_"  # with a language: the flag of those who want to talk in it; English has none
# Flag -> word, drawing, look. In the order they are shown; the first two are said by the request itself.
FLAGS: dict[str, tuple[Promise, str, str]] = {
    "danger": (gettext_lazy("Danger"), "warning", "full"),
    "late": (gettext_lazy("Late"), "clock", "red"),
    "unsafe_home": (gettext_lazy("Unsafe"), "shield", "red"),
    "pregnant": (gettext_lazy("Pregnant"), "smile", ""),
    "overdosed": (gettext_lazy("Overdosed"), "warning", ""),
    "left_jail": (gettext_lazy("Release"), "gate", ""),
    "left_program": (gettext_lazy("Left a program"), "door", ""),
    "sick_now": (gettext_lazy("Sick"), "drop", ""),
    "injects": (gettext_lazy("Injects"), "flag", ""),
    "under_18": (gettext_lazy("Under 18"), "people", ""),
    "family": (gettext_lazy("Family"), "heart", ""),
    **{f"{SPEAKS}{code}": (names()[code], "text", "") for code in OTHERS},
    "no_phone": (gettext_lazy("No phone"), "phone", ""),
    "on_medicine": (gettext_lazy("On medicine"), "pill", ""),
    "needs_help_access": (gettext_lazy("Access need"), "question", ""),
    "kids": (gettext_lazy("Kids"), "people", ""),
    "veteran": (gettext_lazy("Veteran"), "star-flag", ""),
}
WANTS: dict[str, Promise] = {
    "advice": gettext_lazy("Advice for family"),
    "stay": gettext_lazy("Stay on medicine"),
    "today": gettext_lazy("Medicine today"),
    "medicine": gettext_lazy("Medicine"),
    "place": gettext_lazy("Place for a patient"),
    "talk": gettext_lazy("To talk it over"),
}
WHY_HERE = {
    1: gettext_lazy("Danger"),
    2: gettext_lazy("Late"),
    3: gettext_lazy("Priority"),
    4: gettext_lazy("Due time"),
}
STAGES: dict[str, Promise] = {
    "new": gettext_lazy("New"),
    "contacting": gettext_lazy("Trying"),
    "talking": gettext_lazy("In contact"),
    "matching": gettext_lazy("Finding a place"),
    "choosing": gettext_lazy("Their choice"),
    "referred": gettext_lazy("Sent to a program"),
    "accepted": gettext_lazy("Booked"),
    "arrived": gettext_lazy("Arrived"),
    "in_care": gettext_lazy("In care"),
    "left_early": gettext_lazy("Left early"),
    "resting": gettext_lazy("No contact"),
    "completed": gettext_lazy("Finished"),
    "stopped": gettext_lazy("Stopped by the person"),
}
NEXT_ACTIONS: dict[str, Promise] = {
    "reach": gettext_lazy("Reach them"),
    "try_again": gettext_lazy("Try again"),
    "write_up": gettext_lazy("Write up the talk"),
    "update_person": gettext_lazy("Give them an update"),
    "ask_choice": gettext_lazy("Ask what they chose"),
    "call_program": gettext_lazy("Call the program"),
    "check_arrival": gettext_lazy("Check they arrived"),
    "check_in": gettext_lazy("Check in"),
    "reach_again": gettext_lazy("Reach them again"),
    "recovery_check_up": gettext_lazy("Recovery check-up"),
    "next_match": gettext_lazy("Look at the next match"),
    "answer_question": gettext_lazy("Answer the program's question"),
    "read_note": gettext_lazy("Read their note"),
    "refer": gettext_lazy("Ask the place they chose"),
    "look_again": gettext_lazy("Look for another place"),
    "look_at_failure": gettext_lazy("Look at what did not work"),
    "they_said_yes": gettext_lazy("They said yes: talk now"),
    "they_said_later": gettext_lazy("They said later: try again"),
    "danger_in_text": gettext_lazy("Danger in their text: look now"),
}
DANGERS: dict[str, Promise] = {
    "no": gettext_lazy("No danger now, from them"),
    "overdose": gettext_lazy("Overdose now, from them"),
    "suicide": gettext_lazy("Thoughts of suicide, from them"),
    "sick": gettext_lazy("Very sick from stopping, from them"),
    "violence": gettext_lazy("Someone is hurting them, from them"),
    "unsure": gettext_lazy("Not sure if safe, from them"),
}
OUTCOMES: dict[str, Promise] = {
    "reached": gettext_lazy("Reached"),
    "no_answer": gettext_lazy("No answer"),
    "wrong_number": gettext_lazy("Wrong number"),
    "someone_else": gettext_lazy("Someone else"),
    "not_safe": gettext_lazy("Not safe"),
    "note": gettext_lazy("Note"),
}
DECLINES: dict[str, Promise] = {
    "no_opening": gettext_lazy("No opening"),
    "higher_care": gettext_lazy("Needs higher care"),
    "lower_care": gettext_lazy("Needs lower care"),
    "plan_not_taken": gettext_lazy("Plan not taken"),
    "no_medicine_here": gettext_lazy("No medicine here"),
    "distance": gettext_lazy("Distance"),
    "access_need": gettext_lazy("Cannot meet access need"),
    "past_incident": gettext_lazy("Past incident"),
    "person_changed_mind": gettext_lazy("Person changed mind"),
}
CHANNELS: dict[str, Promise] = {
    "text": gettext_lazy("Text only"),
    "call": gettext_lazy("Call"),
    "email": gettext_lazy("Email"),
    "code": gettext_lazy("Code only"),
}
REFERRAL_STATES: dict[str, Promise] = {
    "sent": gettext_lazy("Asked"),
    "acknowledged": gettext_lazy("Seen"),
    "info_requested": gettext_lazy("They asked us"),
    "accepted": gettext_lazy("Said yes"),
    "arrived": gettext_lazy("Arrived"),
    "declined": gettext_lazy("Said no"),
    "withdrawn": gettext_lazy("Taken back"),
    "obsolete": gettext_lazy("No longer needed"),
    "expired": gettext_lazy("Did not answer"),
}
NALOXONE = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No"), "unknown": gettext_lazy("Not asked")}
# Experience 4.3: what to ask, in order. A side card, never a script that must be read.
PROMPTS: tuple[Promise, ...] = (
    gettext_lazy("Are you somewhere you can talk?"),
    gettext_lazy("Are you safe right now? Is anyone with you?"),
    gettext_lazy("When did you last use, and what?"),
    gettext_lazy("Any shaking, seizures, alcohol or benzos?"),
    gettext_lazy("Do you have naloxone?"),
    gettext_lazy("What would help most in the next day?"),
    gettext_lazy("What has worked before? What hasn't?"),
    gettext_lazy("Would you want medicine?"),
    gettext_lazy("What could get in the way of going?"),
    gettext_lazy("Here is what happens next, and when. Did I get it right?"),
)
FIRST_PROMPT = {"new": 0, "contacting": 0, "talking": 1, "matching": 8, "choosing": 8}


def flags_of(answers: Mapping[str, Any], *, is_danger: bool, is_late: bool) -> list[str]:
    """The flags of a request, in the order they are shown."""
    said = set(answers.get("flags", ()))
    said |= {"danger"} if is_danger else set()
    said |= {"late"} if is_late and not is_danger else set()
    said |= {"family"} if answers.get("who") == "someone" else set()
    said |= {f"{SPEAKS}{answers.get('language')}"}
    said |= {"no_phone"} if answers.get("channel") == "code" else set()
    return [flag for flag in FLAGS if flag in said]


def wants_of(answers: Mapping[str, Any], language: str = "") -> str:
    """What they asked for, in two or three words, from what they ticked."""
    return _wants(_want(answers), language or get_language() or "en")


def _want(answers: Mapping[str, Any]) -> str:
    flags = answers.get("flags", ())
    if answers.get("who") == "someone":
        return "advice"
    if "on_medicine" in flags:
        return "stay"
    if "wants_medicine" in flags:
        return "today" if "sick_now" in flags else "medicine"
    return "place" if answers.get("who") == "patient" else "talk"


@cache
def _wants(want: str, _language: str) -> str:
    return str(WANTS[want])


def short_rule(rule: Mapping[str, Any], language: str = "") -> str:
    """The contact rule in a few words, for the queue."""
    channel = "stopped" if rule.get("is_stopped") else str(rule.get("channel", "code"))
    hours = rule.get("hours")
    return _short_rule(channel, (int(hours[0]), int(hours[1])) if hours else None, language or get_language() or "en")


@lru_cache(maxsize=1024)
def _short_rule(channel: str, hours: tuple[int, int] | None, _language: str) -> str:
    if channel == "stopped":
        return _("No messages")
    if hours:
        return f"{channel_words(channel)}, {hours_words(hours)}"
    return _("Call, any time") if channel == "call" else channel_words(channel)


def channel_words(channel: str) -> str:
    """A way of reaching somebody, as one or two words."""
    return str(CHANNELS.get(channel, channel))


def hours_words(hours: Iterable[int]) -> str:
    """Whole hours as "6 to 7 AM" or "10 PM to 6 AM"."""
    start, end = (int(hour) % 24 for hour in hours)
    if (start < 12) == (end < 12):
        return _("%(start)s to %(end)s") % {"start": start % 12 or 12, "end": _hour(end)}
    return _("%(start)s to %(end)s") % {"start": _hour(start), "end": _hour(end)}


def name_of(name: str) -> str:
    """The chosen name, or that there is none."""
    return name or _("No name")


def next_words(request: HelpRequest) -> str:
    """What is due next: the counselor's own words, or the clock's."""
    own = (request.next_note or {}).get("text")
    return str(own or NEXT_ACTIONS.get(request.next_action, _("Next step")))


def _hour(hour: int) -> str:
    return f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}"
