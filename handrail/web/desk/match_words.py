"""One place as a counselor reads it: its reasons with their dates, what people doubt, and how it answers us."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from handrail.core.answers import Answers
from handrail.core.match import Match, Reason
from handrail.core.reports import KINDS, PLANS, WHOLE
from handrail.records.directory.snapshot import Listing, Snapshot
from handrail.web.desk.words import DECLINES
from handrail.web.finder_words import PAYER_WORDS, VERDICT_ICONS, day_words, miles_words, reason_line
from handrail.web.templatetags.handrail import ago

HOUR = 60


def match_row(match: Match, known: Snapshot, *, now: datetime) -> dict[str, Any]:
    """One place with its reasons in words, the date of each at the right edge."""
    offer = match.offer
    listing = known.by_id(offer.program_id)
    return {
        "id": offer.program_id,
        "slug": offer.slug,
        "name": offer.name,
        "city": offer.city,
        "phone": (listing.intake_phone if listing else "") or offer.phone,
        "miles": miles_words(match.distance_miles, is_rough=offer.geocode == "zip"),
        "doubts": doubt_lines(listing) if listing else [],
        "reasons": [_reason(reason, match, now=now) for reason in match.reasons],
    }


def _reason(reason: Reason, match: Match, *, now: datetime) -> dict[str, str]:
    icon, verdict = VERDICT_ICONS[reason.verdict], reason.verdict
    if reason.about == "answers" and match.offer.answers is not None:
        told = match.offer.answers
        return {"icon": icon, "words": answer_words(told), "when": _since(told, now), "verdict": verdict}
    stated_at = match.openings.facts.get("stated_at")
    if reason.about == "room":
        count = match.openings.facts.get("openings")
        has_count = verdict == "fits" and count
        words = _("Openings: %(n)d") % {"n": count} if has_count else str(reason_line(reason, today=now.date()))
        when = ago(stated_at, now) if stated_at else _("not known")
        return {"icon": icon, "words": words, "when": when, "verdict": verdict}
    words = str(reason_line(replace(reason, on=None), today=now.date()))
    when = day_words(reason.on, now.date()) if reason.on else _("not known")
    return {"icon": icon, "words": words, "when": when, "verdict": verdict}


def answer_words(answers: Answers) -> str:
    """How a place answers us, the figure and the count behind it: "Answers in 22 min (14)"."""
    counts = {"n": answers.answered, "asked": answers.asked}
    if answers.declined > answers.accepted:
        no = _("Said no to %(n)d of %(asked)d") % {"n": answers.declined, "asked": answers.asked}
        why = next(iter(sorted(answers.declines, key=lambda reason: -answers.declines[reason])), "")
        return f"{no}: {_lower(str(DECLINES[why]))}" if why in DECLINES else no
    if answers.answer_minutes is None or answers.answered * 2 < answers.asked:
        return _("Answered %(n)d of %(asked)d") % counts
    return _("Answers in %(time)s (%(n)d)") % {"time": _length(answers.answer_minutes), "n": answers.answered}


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _length(minutes: int) -> str:
    if minutes < 2 * HOUR:
        return _("%(n)d min") % {"n": minutes}
    return _("%(n)d h") % {"n": round(minutes / HOUR)}


def _since(answers: Answers, now: datetime) -> str:
    return _("since %(day)s") % {"day": day_words(answers.since, now.date())}


def doubt_lines(listing: Listing) -> list[str]:
    """What two or more people said is wrong here, and what of it is being checked."""
    said = []
    for kind, words in _doubts():
        keys = set(KINDS.get(kind, ())) or set(PLANS.get(kind.partition(":")[2], ()))
        if kind == "full" and WHOLE in listing.doubted:
            continue  # that it has closed says so already
        if keys <= listing.doubted:
            said.append(f"{words} {_('Our team is checking.')}" if keys & listing.checking else words)
    return said


def _doubts() -> list[tuple[str, str]]:
    told = [
        ("closed", _("Two people said that it has closed.")),
        ("wrong_number", _("Two people said that the number is wrong.")),
        ("full", _("Two people said that it is full.")),
        ("money_first", _("Two people said that it asks for money first.")),
    ]
    wrong = _("Two people said this is wrong: %(plan)s.")
    return told + [(f"plan:{payer}", wrong % {"plan": PAYER_WORDS[payer]}) for payer in PLANS]
