"""The order of the questions, which one is next, and what the answers read like on the check page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handrail.web.language import DEFAULT, name_in_words
from handrail.web.person import words
from handrail.web.person.clock import hour
from handrail.web.person.forms import (
    AboutForm,
    ContactForm,
    DetailsForm,
    NowForm,
    Question,
    WhereForm,
    WhoForm,
)
from handrail.web.phones import show_phone

QUESTIONS = 5


@dataclass(frozen=True)
class Step:
    """One page of the request: its name is its address and its template."""

    name: str
    number: int
    form: type[Question]

    @property
    def url(self) -> str:
        """The name of its address."""
        return f"ask_{self.name}"

    @property
    def template(self) -> str:
        """Its page."""
        return f"person/ask_{self.name}.html"

    def is_answered(self, kept: Mapping[str, Any]) -> bool:
        """True when the kept answers hold what this page asks for."""
        return _ANSWERED[self.name](kept)


STEPS: tuple[Step, ...] = (
    Step("who", 1, WhoForm),
    Step("now", 2, NowForm),
    Step("where", 3, WhereForm),
    Step("contact", 4, ContactForm),
    Step("details", 4, DetailsForm),
    Step("about", 5, AboutForm),
)
_ANSWERED = {
    "who": lambda kept: bool(kept.get("who")),
    "now": lambda kept: bool(kept.get("now")),
    "where": lambda kept: bool(kept.get("place") or kept.get("moves_around")),
    "contact": lambda kept: bool(kept.get("channel")),
    "details": lambda kept: "language" in kept and bool(kept.get("address") or kept.get("channel") == "code"),
    "about": lambda kept: kept.get("flags") is not None,
}


def first_open(kept: Mapping[str, Any]) -> Step | None:
    """The first question without an answer, or None when all have one."""
    return next((step for step in STEPS if not step.is_answered(kept)), None)


# What was said of the one who needs help. It is asked again when that is somebody else.
ABOUT_THEM = ("now", "place", "zip", "latitude", "longitude", "timezone", "moves_around", "flags", "words")


def still_fits(answers: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of one page, which also empty what was said of somebody else who needed help before."""
    before = kept.get("who")
    if "who" not in answers or before in (None, answers["who"]):
        return answers
    return {**dict.fromkeys(ABOUT_THEM), **answers}


def why_not_yet(step: Step, kept: Mapping[str, Any]) -> Step | None:
    """The earlier question that must be answered before this one, or None."""
    earlier = STEPS[: STEPS.index(step)]
    return next((other for other in earlier if not other.is_answered(kept)), None)


def after(step: Step) -> str:
    """The name of the address that follows a step."""
    place = STEPS.index(step) + 1
    return STEPS[place].url if place < len(STEPS) else "ask_check"


def before(step: Step) -> str:
    """The name of the address in front of a step."""
    place = STEPS.index(step)
    return STEPS[place - 1].url if place else "ask"


@dataclass(frozen=True)
class Row:
    """One line of the check page: what was asked, what was answered, and where to change it."""

    label: Any
    lines: tuple[Any, ...]
    step: str

    @property
    def url(self) -> str:
        """The name of the address that changes it."""
        return f"ask_{self.step}"


def summary(kept: Mapping[str, Any]) -> list[Row]:
    """Everything that would be sent, in the order it was asked."""
    who = kept["who"]
    rows = [
        Row(words.title_of("who", who), (words.WHO[who],), "who"),
        Row(words.title_of("now", who), (words.now_words(who)[kept["now"]],), "now"),
        Row(words.title_of("where", who), _place(kept), "where"),
        Row(words.title_of("contact", who), (words.CHANNELS[kept["channel"]],), "contact"),
        Row(gettext_lazy("To keep it safe"), _details(kept), "details"),
        Row(words.title_of("about", who), _about(kept), "about"),
    ]
    if kept.get("wish"):
        rows.append(Row(gettext_lazy("A place you asked about"), (kept.get("wish_name", ""),), ""))
    return rows


def _place(kept: Mapping[str, Any]) -> tuple[Any, ...]:
    place, zip5 = kept.get("place", ""), kept.get("zip", "")
    lines = [f"{place} {zip5}".strip()]
    if kept.get("moves_around"):
        lines.append(_("Moves around") if kept["who"] != "me" else _("I move around"))
    return tuple(line for line in lines if line)


def _details(kept: Mapping[str, Any]) -> tuple[Any, ...]:
    channel = kept["channel"]
    lines: list[Any] = [show_phone(kept.get("address", "")) if channel in ("text", "call") else kept.get("address", "")]
    if kept.get("name"):
        lines.append(_("We call you %(name)s") % {"name": kept["name"]})
    if channel == "call":
        lines += call_rules(kept)
    elif channel != "code":
        lines.append(_("We write in neutral words, never why"))
    hours = kept.get("hours")
    if hours:
        lines.append(_("From %(start)s to %(end)s only") % {"start": hour(hours[0]), "end": hour(hours[1])})
    elif channel != "code":
        lines.append(words.BEST_TIME["any"])
    lines.append(name_in_words(kept.get("language", DEFAULT)))
    return tuple(line for line in lines if line)


def call_rules(kept: Mapping[str, Any]) -> list[Any]:
    """What we do when somebody else answers, and about voicemail."""
    other = kept.get("if_other_answers", "hang_up")
    facts = {"place": kept.get("say_we_are", ""), "service": settings.SERVICE_NAME, "who": kept.get("may_talk_with")}
    return [
        {
            "hang_up": _("If someone else answers, we hang up"),
            "ask_friend": _("If someone else answers, we ask for you as a friend"),
            "say_from": _("If someone else answers, we say we are from %(place)s") % facts,
            "say_service": _("If someone else answers, we say we are from %(service)s") % facts,
        }[other],
        _("Only you and %(who)s may hear why we call") % facts if facts["who"] else _("Only you may hear why we call"),
        _("Voicemail: first name only") if kept.get("may_voicemail") else _("No voicemail"),
    ]


def _about(kept: Mapping[str, Any]) -> tuple[Any, ...]:
    labels = words.FLAGS if kept["who"] == "me" else words.FLAGS_OF_OTHERS
    lines = [labels[flag] for flag in kept.get("flags", []) if flag in labels]
    if kept.get("words"):
        lines.append(kept["words"])
    return tuple(lines) or (_("Nothing added"),)
