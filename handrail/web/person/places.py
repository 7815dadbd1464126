"""The places on the status page: what each answered, why it is listed, and what the person may say to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from handrail.core.match import Reason, reason_from
from handrail.records.casebook.choices import LIVE_REFERRAL_STATES
from handrail.records.casebook.models import HelpRequest, Option, Referral
from handrail.records.directory.models import Program
from handrail.web.finder_words import Line, reason_line
from handrail.web.person import words
from handrail.web.templatetags.handrail import in_zone

CHOOSING = ("matching", "choosing", "referred")
# This page names no drug, so these reasons are said in words that name none, or not at all.
MEDICINE_WORDS = {
    "fits": _("Has medicine"),
    "does_not": _("No medicine here"),
    "unknown": _("Medicine: not known"),
}
UNSAID = frozenset(
    {"must:buprenorphine", "must:methadone", "must:naltrexone", "must:own_medicine", "kind:medicine", "stops_medicine"}
)


@dataclass(frozen=True)
class Place:
    """One place: what it answered, or what the person may answer. `option_id` is "" when nothing can be chosen."""

    name: str
    where: str
    state: Any
    detail: Any
    option_id: str
    choice: str
    why: list[Line]


def places_of(row: HelpRequest, referrals: list[Referral], *, now: datetime, zone: str) -> list[Place]:
    """Every place offered or asked, in the order they came; a place that was asked twice shows its newest answer."""
    options = Option.objects.filter(request=row).select_related("program__location").order_by("offered_at")
    by_program: dict[object, tuple[Program, Option | None, Referral | None]] = {
        option.program_id: (option.program, option, None) for option in options
    }
    for referral in referrals:
        _program, option, _older = by_program.get(referral.program_id, (None, None, None))
        by_program[referral.program_id] = (referral.program, option, referral)
    return [_place(row, *found, now=now, zone=zone) for found in by_program.values()]


def _place(
    row: HelpRequest, program: Program, option: Option | None, referral: Referral | None, *, now: datetime, zone: str
) -> Place:
    may_choose = option is not None and row.stage in CHOOSING and not _is_answered(referral)
    if referral is not None:
        state, detail = words.REFERRAL_STATES[referral.state], words.DECLINES.get(referral.decline_reason, "")
    else:
        state = words.OPTION_STATES[option.choice if option else ""]
        detail = words.NOT_ASKED if row.stage == "referred" and option and not option.choice else ""
    return Place(
        name=program.name,
        where=str(program.location),
        state=state,
        detail=detail,
        option_id=str(option.pk) if option and may_choose else "",
        choice=option.choice if option else "",
        why=_why(option, now=now, zone=zone) if option and may_choose else [],
    )


def _is_answered(referral: Referral | None) -> bool:
    """True when the place is being asked, said yes, or said no: then there is nothing to choose here."""
    return referral is not None and referral.state in (*LIVE_REFERRAL_STATES, "declined")


def _why(option: Option, *, now: datetime, zone: str) -> list[Line]:
    today = in_zone(now, zone).date()
    reasons = [reason_from(kept) for kept in option.reasons if "verdict" in kept]
    return [_neutral(reason, reason_line(reason, today=today)) for reason in reasons if reason.about not in UNSAID]


def _neutral(reason: Reason, line: Line) -> Line:
    if reason.about != "medicine":
        return line
    return Line(line.icon, "", str(MEDICINE_WORDS[reason.verdict]), line.state)
