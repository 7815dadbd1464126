"""The words of the program door: reasons for a no, states of a referral, openings, times."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from handrail.web.language import names

# The only reasons a program may give. Taking methadone or being pregnant is not one.
DECLINE_WORDS: dict[str, Any] = {
    "no_opening": _("No opening"),
    "higher_care": _("Needs higher care"),
    "lower_care": _("Needs lower care"),
    "plan_not_taken": _("Plan not taken"),
    "no_medicine_here": _("No medicine here"),
    "distance": _("Distance"),
    "access_need": _("Cannot meet access need"),
    "past_incident": _("Past incident"),
    "person_changed_mind": _("Person changed mind"),
}

STATE_WORDS: dict[str, Any] = {
    "sent": _("New"),
    "acknowledged": _("Seen"),
    "info_requested": _("You asked a question"),
    "accepted": _("You said yes"),
    "arrived": _("Arrived"),
    "declined": _("You said no"),
    "withdrawn": _("The referral was taken back. Nothing is needed from you."),
    "obsolete": _("They are going to another program. Nothing is needed from you."),
    "expired": _("The time to answer ran out. We asked elsewhere."),
}

DONE_WORDS: dict[str, Any] = {
    "acknowledged": _("Marked as seen. The facts you may have are below."),
    "accepted": _("Your yes is sent, with the day and time."),
    "declined": _("Your no is sent, with the reason."),
    "info_requested": _("Your question is sent."),
    "arrived": _("Marked as arrived."),
}

KIND_WORDS: dict[str, Any] = {"beds": _("Beds"), "visits": _("Visits")}


def span_words(length: timedelta) -> str:
    """A length of time in its two largest true units: "22 min", "2 h 10 min", "3 days"."""
    minutes = max(0, int(length / timedelta(minutes=1)))
    if minutes < 60:
        return _now("%(n)d min") % {"n": minutes}
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return _now("%(h)d h %(n)d min") % {"h": hours, "n": rest} if rest else _now("%(h)d h") % {"h": hours}
    days = minutes // (24 * 60)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def left_words(until: datetime, now: datetime) -> str:
    """How long is left until a promise, or how late it is, in words."""
    if until > now:
        return _now("%(span)s left") % {"span": span_words(until - now)}
    return _now("%(span)s late") % {"span": span_words(now - until)}


# A flag the person set, in one or two words, with its drawing. The order is the order shown.
FLAG_WORDS: dict[str, tuple[str, Any]] = {
    "pregnant": ("smile", _("Pregnant")),
    "overdosed": ("warning", _("Overdose this month")),
    "left_jail": ("gate", _("Release")),
    "left_program": ("door", _("Left a program")),
    "sick_now": ("drop", _("Sick now")),
    "injects": ("flag", _("Injects")),
    "under_18": ("card", _("Under 18")),
    "kids": ("people", _("Has kids")),
    "veteran": ("star-flag", _("Veteran")),
    "unsafe_home": ("shield", _("Not safe at home")),
    "wants_medicine": ("pill", _("Wants medicine")),
    "on_medicine": ("pill", _("On medicine")),
    "needs_help_access": ("heart-hand", _("Needs help with access")),
}

NEED_WORDS: dict[str, Any] = {
    "medicine": _("Medicine for opioid use"),
    "detox": _("Detox"),
    "stay": _("A place to stay"),
    "day": _("Day or evening visits"),
    "counseling": _("Counseling"),
    "telehealth": _("Care by phone or video"),
    "recovery_housing": _("Recovery housing"),
    "short_stay": _("A short stay"),
    "long_stay": _("A long stay"),
    "hospital": _("Hospital care"),
    "starts_today": _("Start today"),
    "walk_in": _("Walk in"),
    "own_medicine": _("Stay on own medicine"),
    "pregnant": _("Pregnancy care"),
    "kids_stay": _("Kids can stay"),
    "teens": _("Care for teens"),
    "spanish": _("Spanish"),
    "asl": _("Sign language"),
    "wheelchair": _("Wheelchair access"),
    "leaving_jail": _("Leaving jail"),
    "no_up_front": _("No payment up front"),
    "buprenorphine": _("Buprenorphine"),
    "methadone": _("Methadone"),
    "naltrexone": _("Naltrexone"),
    "transport": _("Ride"),
    "co_occurring": _("Mental health care too"),
}

PAYER_WORDS: dict[str, Any] = {
    "medicaid": _("Medicaid"),
    "medicare": _("Medicare"),
    "private": _("Private plan"),
    "va": _("VA"),
    "none": _("No insurance"),
    "unsure": _("Not known yet"),
}

CHANNEL_WORDS: dict[str, Any] = {
    "text": _("Text"),
    "call": _("Call"),
    "email": _("Email"),
    "code": _("No safe phone"),
}
LANGUAGE_WORDS: dict[str, Any] = dict(names())
YES_NO_WORDS: dict[str, Any] = {"yes": _("Yes"), "no": _("No"), "unknown": _("Not known")}

# The topics of a program's own facts, in words; and facts whose public words are a person's question.
TOPIC_WORDS: dict[str, Any] = {
    "start": _("Starting"),
    "on_medicine": _("People on medicine"),
    "money": _("Money"),
    "plans": _("Plans you take"),
    "access": _("Getting to you"),
    "language": _("Languages"),
    "who": _("Who you help"),
    "groups": _("Special groups"),
    "medicine": _("Medicine here"),
    "rules": _("Rules of the house"),
}
OWN_WORDS: dict[str, Any] = {
    "accepts_own_medicine": _("People can stay on their own medicine"),
    "buprenorphine": _("Uses buprenorphine"),
    "methadone": _("Uses methadone"),
    "naltrexone": _("Uses naltrexone"),
    "same_day_start": _("People can start the same day"),
    "no_counseling_condition": _("People get medicine without having to take counseling"),
    "up_front_payment": _("Asks for money before the start"),
    "up_front_amount": _("How much before the start"),
    "self_pay": _("People can pay themselves"),
    "self_pay_estimate": _("The price, if they pay themselves"),
    "sliding_fee": _("The cost depends on what they earn"),
    "kids_stay": _("Children can stay with a parent"),
}


def listed(words: dict[str, Any], keys: list[str]) -> str:
    """The words of these keys in the table's order, with commas, the first one large."""
    found = [str(words[key]) for key in words if key in keys]
    return ", ".join([*found[:1], *(word if word.isupper() else word[:1].lower() + word[1:] for word in found[1:])])
