"""The family wall and a professional's request at the desk: what stands behind a request, and nothing of any other."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from handrail.actions.family import answered_messages
from handrail.core.journey import is_open
from handrail.core.wall import SCOPES, may_tell
from handrail.records.casebook.models import FamilyLink, HelpRequest, TimelineEntry
from handrail.records.casebook.requests import OPEN_STAGES
from handrail.web.desk.rows import clock_words
from handrail.web.desk.words import name_of
from handrail.web.phones import show_phone
from handrail.web.words import SETTING_WORDS, reason_words

MOST_CHOICES = 20
TOLD = {
    "in_touch": gettext_lazy("We may say that they are in touch with us."),
    "where": gettext_lazy("We may say where they go."),
}


def asked_by_panel(request: HelpRequest, *, now: datetime) -> dict[str, Any]:
    """Who asked for a patient, where the patient is, what was given, and the yes that was heard. Empty for others."""
    answers = request.answers
    told = answers.get("asked_by")
    if request.for_whom != "patient" or not told:
        return {}
    rows = [
        (_("Asked by"), f"{told['asker']}, {told['role']}, {told['organization']}"),
        (_("Direct line"), show_phone(answers.get("address", ""))),
        (_("Call it until"), _at(answers.get("line_until"), now)),
        (_("They are in"), SETTING_WORDS.get(answers.get("setting", ""), "")),
        (_("They leave"), _at(answers.get("leaves_at"), now) or _("Not known")),
        (_("Given today"), " ".join(part for part in (told["medicine"], _at(told["given_at"], now)) if part)),
        (_("Next dose"), _at(told["next_dose_at"], now)),
        (_("Yes heard by"), f"{told['heard_by']}, {_at(told['heard_at'], now)}"),
    ]
    return {
        "rows": [(label, value) for label, value in rows if value],
        "words": told["consent_words"],
        "version": told["consent_version"],
        "is_code_theirs": request.is_code_theirs,
    }


def line_panel(request: HelpRequest, *, name: str, now: datetime) -> dict[str, Any]:
    """While the line is a professional's: the rule box and the words on the phone. Empty for a person's own line."""
    rule, told = request.person.rule, request.answers.get("asked_by")
    if not rule.line_until or not told or rule.is_stopped:
        return {}
    facts = {**told, "name": name.split(" ")[0], "service": settings.SERVICE_NAME}
    who = f"{told['asker']}, {told['role']}, {told['organization']}"
    lines = [
        show_phone(rule.address),
        who,
        _("Only until %(at)s. After that call nobody") % {"at": _at(rule.line_until, now)},
        _("Of the patient say only the name they gave"),
    ]
    box: dict[str, Any] = {"rule_head": _("Call the one who asked"), "rule_lines": lines}
    if datetime.fromisoformat(rule.line_until) <= now:
        return {"box": box, "call": {"why_not": reason_words("line_ended")}}
    rows = [
        (_("They answer"), _("Hi %(asker)s, this is %(name)s from %(service)s. You asked us to call.") % facts, ""),
        (_("Someone else"), _("Hi, this is %(name)s. May I speak with %(asker)s?") % facts, _("Say nothing more.")),
        (_("Voicemail"), "", _("Leave none. Hang up.")),
    ]
    call = {"phone": show_phone(rule.address), "number": rule.address, "rows": rows, "language": "en"}
    return {"box": box, "call": call}


def family_panel(request: HelpRequest, *, now: datetime) -> dict[str, Any]:
    """The links of a person's request, and what may be linked. A family's own request shows only what its page says."""
    if request.for_whom == "someone":
        return {"is_family": True, "told": _told(request)}
    links = FamilyLink.objects.living().filter(request=request).select_related("family_request__person").order_by("at")
    answered = answered_messages(request)
    rows = [_link_row(link, answered, now=now) for link in links]
    language = request.person.rule.language
    return {
        "rows": rows,
        "open": sum(not message["is_read"] for row in rows for message in row["messages"]),
        "choices": _choices(linked={row["family"] for row in rows}),
        "opening": opening_words(language),
        "scopes": [(scope, scope_words(scope, language)) for scope in SCOPES],
        "closing": closing_words(language),
        "may_link": is_open(request.stage) and request.stage not in ("new", "contacting"),
    }


def opening_words(language: str) -> str:
    """The question that opens the wall, to read aloud."""
    with override(language):
        return _(
            "Somebody who cares about you has asked %(service)s for help. May their messages reach you? "
            "You read only what you want. We tell them nothing about you, not even that we know you."
        ) % {"service": settings.SERVICE_NAME}


def scope_words(scope: str, language: str) -> str:
    """One more thing the person may say yes to."""
    with override(language):
        return {
            "in_touch": _("You may tell them that I am in touch with you."),
            "where": _("You may tell them where I go."),
        }[scope]


def closing_words(language: str) -> str:
    """How it is taken back."""
    with override(language):
        return _("You can take this back at any time, on your page or by telling us. They do not learn that you did.")


def link_words(scopes: list[str], language: str) -> str:
    """The whole text as it stood on the page, piece by piece."""
    chosen = [scope_words(scope, language) for scope in SCOPES if scope in scopes]
    return " ".join([opening_words(language), *chosen, closing_words(language)])


def _told(family: HelpRequest) -> list[Any]:
    links = FamilyLink.objects.living().filter(family_request=family).select_related("request")
    scopes = {scope for link in links for scope in may_tell(link.scopes, stage=link.request.stage)}
    return [TOLD[scope] for scope in SCOPES if scope in scopes]


def _link_row(link: FamilyLink, answered: dict[str, bool], *, now: datetime) -> dict[str, Any]:
    left = TimelineEntry.objects.filter(request_id=link.family_request_id, kind="family", is_from_person=True)
    messages = [
        {
            "id": entry.pk,
            "text": entry.body["note"],
            "at": clock_words(entry.at, with_day=now),
            "is_read": str(entry.pk) in answered,
            "is_wanted": answered.get(str(entry.pk), False),
        }
        for entry in left.order_by("at")
        if entry.body.get("note")
    ]
    return {
        "id": link.pk,
        "family": link.family_request_id,
        "name": name_of(link.family_request.person.chosen_name),
        "since": clock_words(link.at, with_day=now),
        "told": [(scope, TOLD[scope]) for scope in SCOPES if scope in link.scopes],
        "messages": messages,
    }


def _choices(*, linked: set[Any]) -> list[tuple[str, str]]:
    """Open family requests that left a message to pass on: only those said themselves that they may be named."""
    left = TimelineEntry.objects.filter(kind="family", is_from_person=True, request__stage__in=OPEN_STAGES)
    ids = left.exclude(request_id__in=linked).order_by("-at").values_list("request_id", flat=True)[: MOST_CHOICES * 5]
    wanted = list(dict.fromkeys(ids))[:MOST_CHOICES]
    found = HelpRequest.objects.select_related("person").in_bulk(wanted)
    rows = [found[pk] for pk in wanted if pk in found]
    return [
        (str(row.pk), f"{name_of(row.person.chosen_name)}, {row.answers.get('place') or _('no place')}")
        for row in rows
        if row.for_whom == "someone"
    ]


def _at(moment: str | None, now: datetime) -> str:
    return clock_words(datetime.fromisoformat(moment), ampm=True, with_day=now) if moment else ""
