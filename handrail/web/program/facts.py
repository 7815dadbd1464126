"""The facts of a referral as rows of words. Which facts there are was decided before: `actions.refer.facts_for`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from handrail.core.consent import why_not_share
from handrail.core.safety import FLAGS
from handrail.records.casebook.models import Consent, Referral
from handrail.web.phones import show_phone
from handrail.web.program.words import (
    CHANNEL_WORDS,
    FLAG_WORDS,
    LANGUAGE_WORDS,
    NEED_WORDS,
    PAYER_WORDS,
    YES_NO_WORDS,
    listed,
)
from handrail.web.templatetags.handrail import clock_words, day_words


@dataclass(frozen=True)
class FactRow:
    """One line: a label, what it says, and whether it needs attention."""

    label: str
    value: str
    is_warning: bool = False


@dataclass(frozen=True)
class Tag:
    """A flag beside a name: a drawing and a word."""

    icon: str
    words: str


def may_show(referral: Referral, scope: str, *, now: datetime) -> bool:
    """True when the person's yes covers this scope now, and the program has acknowledged where it must."""
    if scope != "minimum" and referral.acknowledged_at is None:
        return False
    terms = referral.consent.terms()
    return not why_not_share(terms, recipient=str(referral.program_id), purpose="referral", scope=scope, now=now)


def name_of(referral: Referral, *, now: datetime) -> str:
    """The chosen name, where it may be shown; else what stands in for it."""
    if referral.state in ("declined", "withdrawn", "obsolete", "expired"):
        return _("Ended referral")
    if referral.acknowledged_at is None:
        return _("New referral")
    if not may_show(referral, "details", now=now):
        return _("Name not shared")
    return referral.request.person.chosen_name or _("No name")


def wants_of(referral: Referral) -> str:
    """What kind of help is wanted, in a few words."""
    needs = referral.request.facts.get("needs", {})
    return listed(NEED_WORDS, needs.get("kinds", [])) or _("Treatment")


def tags_of(referral: Referral) -> list[Tag]:
    """The flags that give priority, for the list; the rest stand with the facts."""
    flags = referral.request.answers.get("flags", [])
    return [Tag(icon, str(words)) for key, (icon, words) in FLAG_WORDS.items() if key in flags and FLAGS[key]]


def fact_rows(facts: dict[str, Any], referral: Referral, *, now: datetime, zone: ZoneInfo) -> list[FactRow]:
    """Every fact that may be shown, as rows in the order a nurse asks for them."""
    flags = {key: words for key, (_icon, words) in FLAG_WORDS.items()}
    pairs = [
        (_("Wants"), listed(NEED_WORDS, facts.get("wants", []))),
        (_("They told us"), listed(flags, facts.get("flags", []))),
        (
            _("Asked us"),
            _day_clock(datetime.fromisoformat(facts["asked_at"]), zone, now=now) if "asked_at" in facts else "",
        ),
        (_("Plan"), str(PAYER_WORDS.get(facts.get("payer", ""), ""))),
        (_("Needs"), listed(NEED_WORDS, facts.get("must", []))),
        (_("Use"), _use_words(facts.get("use"))),
        (_("Safe now"), _yes_no(facts.get("safe_now"))),
        (_("Has naloxone"), str(YES_NO_WORDS.get(facts.get("naloxone", ""), ""))),
        (_("Lives near"), facts.get("place", "")),
        (_("Language"), str(LANGUAGE_WORDS.get(facts.get("language", ""), ""))),
    ]
    rows = [FactRow(label, value) for label, value in pairs if value]
    if facts and referral.acknowledged_at is not None:
        rows.append(FactRow(_("Reach"), _reach(facts, referral)))
    return [*rows, _consent_row(referral.consent, now=now, zone=zone)]


def _consent_row(consent: Consent, *, now: datetime, zone: ZoneInfo) -> FactRow:
    if consent.revoked_at is not None and consent.revoked_at <= now:
        at = _day_clock(consent.revoked_at, zone, now=now)
        return FactRow(_("Shared with you"), _("They took back their yes, %(at)s") % {"at": at}, is_warning=True)
    if consent.expires_at <= now:
        day = _day(consent.expires_at, zone)
        return FactRow(_("Shared with you"), _("Their yes ran out on %(day)s") % {"day": day}, is_warning=True)
    words = {"at": _day_clock(consent.recorded_at, zone, now=now), "day": _day(consent.expires_at, zone)}
    return FactRow(_("Shared with you"), _("Yes said %(at)s, ends %(day)s") % words)


def _reach(facts: dict[str, Any], referral: Referral) -> str:
    if not facts.get("address"):
        who = referral.sent_by_name or settings.SERVICE_NAME
        return _("Through %(who)s, %(number)s") % {"who": who, "number": settings.SERVICE_PHONE}
    hours = facts.get("hours")
    span = _("only %(start)s:00 to %(end)s:00") % {"start": hours[0], "end": hours[1]} if hours else ""
    parts = (str(CHANNEL_WORDS.get(facts.get("channel", ""), "")), show_phone(facts["address"]), span)
    return ", ".join(part for part in parts if part)


def _use_words(use: Any) -> str:
    values = use.values() if isinstance(use, dict) else [use]
    return ", ".join(str(value) for value in values if value)


def _yes_no(answer: bool | None) -> str:
    return "" if answer is None else str(YES_NO_WORDS["yes" if answer else "no"])


def _day(at: datetime, zone: ZoneInfo) -> str:
    return day_words(at.astimezone(zone))


def _day_clock(at: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """A clock time; another day than today's is named."""
    local = at.astimezone(zone)
    clock = clock_words(local)
    return clock if local.date() == now.astimezone(zone).date() else f"{_day(at, zone)}, {clock}"
