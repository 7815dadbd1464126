"""The family wall as the two pages show it: one sentence at most on the family's side, the person's links on theirs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from handrail.actions.family import answered_messages
from handrail.core.wall import SCOPES, may_tell
from handrail.records.casebook.choices import HELD_REFERRAL_STATES
from handrail.records.casebook.models import FamilyLink, HelpRequest, Referral, TimelineEntry
from handrail.web.person.clock import when


@dataclass(frozen=True)
class Message:
    """Words somebody left. `text` is "" until the person said that they want to read them."""

    id: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Linked:
    """One family the person said yes to: who it is, since when, what we may tell them, and what they wrote."""

    id: str
    name: str
    since: str
    told: list[tuple[str, str]]
    messages: list[Message]


def told_to(family: HelpRequest) -> list[str]:
    """What a family's own page may say of the person they care about: nothing, unless a yes in force says so."""
    said: list[str] = []
    links = FamilyLink.objects.living().filter(family_request=family).select_related("request").order_by("at")
    for link in links:
        scopes = may_tell(link.scopes, stage=link.request.stage)
        if "in_touch" in scopes:
            said.append(_("They said we may tell you: they are in touch with us."))
        place = _where(link.request) if "where" in scopes else ""
        if place:
            said.append(_("They said we may tell you where they go: %(place)s.") % {"place": place})
    return list(dict.fromkeys(said))


def linked_to(row: HelpRequest, *, now: datetime) -> list[Linked]:
    """The families a person said yes to, with the messages that wait for them."""
    links = FamilyLink.objects.visible_to(row.actor()).living().filter(request=row)
    zone, answered = row.person.rule.timezone, answered_messages(row)
    scopes = scope_words()
    return [
        Linked(
            id=str(link.pk),
            name=link.family_request.person.chosen_name,
            since=when(link.at, now=now, zone=zone),
            told=[(scope, scopes[scope]) for scope in SCOPES if scope in link.scopes],
            messages=messages_of(link, answered),
        )
        for link in links.select_related("family_request__person").order_by("at")
    ]


def messages_of(link: FamilyLink, answered: dict[str, bool]) -> list[Message]:
    """What one family left, without what the person said no to. Words show only after their yes."""
    left = TimelineEntry.objects.filter(request_id=link.family_request_id, kind="family", is_from_person=True)
    return [
        Message(str(entry.pk), entry.at, str(entry.body.get("note", "")) if answered.get(str(entry.pk)) else "")
        for entry in left.order_by("at")
        if answered.get(str(entry.pk), True) and entry.body.get("note")
    ]


def scope_words() -> dict[str, str]:
    """What we may tell a family, as the person reads it."""
    return {
        "in_touch": _("We may tell them that you are in touch with us."),
        "where": _("We may tell them where you go."),
    }


def own_messages(entries: list[TimelineEntry]) -> list[dict[str, Any]]:
    """What a family member left for the person they care about, as they wrote it."""
    left = [entry for entry in entries if entry.kind == "family" and entry.body.get("what") == "left"]
    return [{"at": entry.at, "text": entry.body["note"]} for entry in left]


def _where(row: HelpRequest) -> str:
    held = Referral.objects.filter(request=row, state__in=HELD_REFERRAL_STATES).select_related("program").first()
    return held.program.name if held else ""
