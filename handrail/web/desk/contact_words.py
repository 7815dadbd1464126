"""The contact rule in words for whoever is about to reach somebody: what holds, what to say, what was broken."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handrail.actions.message_words import spoken_words
from handrail.core.contact import WAYS, ContactRule, is_safe_hour, why_not_reach, why_not_way
from handrail.records.casebook.models import HelpRequest
from handrail.web.desk.words import hours_words
from handrail.web.language import name_in_words
from handrail.web.phones import show_phone
from handrail.web.words import reason_words

HEADS: dict[str, Promise] = {
    "text": gettext_lazy("Text only"),
    "call": gettext_lazy("Call only"),
    "email": gettext_lazy("Email only"),
    "code": gettext_lazy("Do not contact them"),
}
WAY_WORDS: dict[str, Promise] = {
    "call": gettext_lazy("Call"),
    "voicemail": gettext_lazy("Voicemail"),
    "text": gettext_lazy("Text"),
    "email": gettext_lazy("Email"),
    "they_came": gettext_lazy("They reached us"),
}


def rule_lines(rule: ContactRule, *, now: datetime) -> tuple[str, list[str]]:
    """The contact rule in words for the red-edged box: the heading, and what must be kept in mind."""
    if rule.is_stopped:
        return _("They said stop"), [_("No call, text or email, by any way."), _("They still have their code.")]
    if rule.channel == "code":
        return str(HEADS["code"]), [_("They check their page with a code."), _spoken(rule)]
    lines = [show_phone(rule.address)] if rule.address else []
    lines.append(_hours_line(rule, now))
    if rule.channel == "call":
        lines += [_other_line(rule), _voicemail_line(rule), _may_hear_line(rule)]
    else:
        lines += [_("No calls. No voicemail"), _("Neutral words only. Never write why")]
    return str(HEADS[rule.channel]), [*lines, _spoken(rule)]


def _hours_line(rule: ContactRule, now: datetime) -> str:
    """The hours on their clock, and what time it is there, so that nobody has to reckon."""
    if not rule.hours:
        return _("Any time")
    local = now.astimezone(ZoneInfo(rule.timezone))
    clock = f"{local.hour % 12 or 12}:{local.minute:02}\N{NO-BREAK SPACE}{'AM' if local.hour < 12 else 'PM'}"
    facts = {"hours": hours_words(rule.hours), "clock": clock}
    if is_safe_hour(rule, now):
        return _("Only %(hours)s, their time. It is %(clock)s there.") % facts
    return _("Not now. Only %(hours)s, their time. It is %(clock)s there.") % facts


def _other_line(rule: ContactRule) -> str:
    words = {
        "hang_up": _("Someone else answers: hang up"),
        "ask_friend": _("Someone else answers: ask as a friend"),
        "say_from": _("Someone else answers: you are from %(who)s") % {"who": rule.say_we_are},
        "say_service": _("Someone else answers: you are from %(who)s") % {"who": settings.SERVICE_NAME},
    }
    return words.get(rule.if_other_answers, words["hang_up"])


def _voicemail_line(rule: ContactRule) -> str:
    return _("Voicemail: your first name only") if rule.may_voicemail else _("No voicemail")


def _may_hear_line(rule: ContactRule) -> str:
    if rule.may_talk_with:
        return _("Only they and %(who)s may hear why you call") % {"who": rule.may_talk_with}
    return _("Only they may hear why you call")


def _spoken(rule: ContactRule) -> str:
    return _("In %(language)s") % {"language": name_in_words(rule.language)}


def call_panel(request: HelpRequest, *, name: str, now: datetime) -> dict[str, Any]:
    """What to say on the phone, word for word; why not to call now; nothing where they want no call at all."""
    rule = request.person.rule
    said = spoken_words(rule, called=request.person.chosen_name, name=name)
    if not said:
        return {}
    reason = why_not_reach(rule, channel="call", now=now)
    if reason:
        return {"why_not": reason_words(reason)}
    rows = [
        (_("They answer"), said["they"], ""),
        (_("Someone else"), said["other"], _("Then hang up.") if said["other"] else _("Hang up.")),
        (_("Voicemail"), said["voicemail"], "" if said["voicemail"] else _("Leave none. Hang up.")),
    ]
    return {"phone": show_phone(rule.address), "number": rule.address, "rows": rows, "language": rule.language}


def way_choices(rule: ContactRule, *, picked: str, now: datetime) -> list[tuple[str, str, bool]]:
    """The ways a contact may have happened. One that breaks the rule can be written down, and says so."""
    usual = rule.channel if rule.channel in WAYS and not rule.is_stopped else "they_came"
    against = _("%(way)s (against their rule)")
    return [
        (
            way,
            against % {"way": WAY_WORDS[way]} if why_not_way(rule, way=way, now=now) else str(WAY_WORDS[way]),
            way == (picked or usual),
        )
        for way in WAYS
    ]


def broken_words(reason: str) -> str:
    """That a contact went against the rule, and against which part of it."""
    return _("Against their rule: %(why)s") % {"why": reason_words(reason)}
