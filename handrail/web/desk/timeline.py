"""What happened with one request, line by line, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handrail.records.casebook.models import HelpRequest, TimelineEntry
from handrail.web.desk.contact_words import WAY_WORDS, broken_words
from handrail.web.desk.rows import clock_words
from handrail.web.desk.words import DECLINES, NALOXONE, NEXT_ACTIONS, OUTCOMES, STAGES
from handrail.web.finder_words import KIND_WORDS, MUST_WORDS, PAYER_WORDS
from handrail.web.words import reason_words

MOST_LINES = 200
FILTERS: dict[str, tuple[str, ...]] = {
    "contacts": ("asked", "contact", "message"),
    "notes": ("note", "safety", "needs"),
}
_ICONS = {
    "asked": "globe",
    "step": "chevron",
    "contact": "phone",
    "note": "note",
    "message": "text",
    "safety": "shield",
    "needs": "heart",
    "option": "pin",
    "consent": "check",
    "referral": "home",
    "system": "clock",
}


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One line: when, a drawing, what happened in words, the person's or counselor's own words, and who."""

    at: str
    iso: str
    icon: str
    text: str
    quote: str
    note: str
    by: str
    is_step: bool
    warning: str = ""


def timeline(request: HelpRequest, *, show: str, now: datetime, since: datetime | None = None) -> list[TimeLine]:
    """The lines of one request, oldest first. `show` is all, contacts or notes; `since` leaves out what is older."""
    entries = TimelineEntry.objects.filter(request=request)
    if show in FILTERS:
        entries = entries.filter(kind__in=FILTERS[show])
    if since is not None:
        entries = entries.filter(at__gt=since).exclude(by__startswith="worker")
    latest = list(entries.order_by("-at", "-pk")[:MOST_LINES])
    return [line_of(entry, now) for entry in reversed(latest)]


def line_of(entry: TimelineEntry, now: datetime) -> TimeLine:
    """One entry in words. A kind nobody has words for shows its own name, never nothing."""
    body: dict[str, Any] = entry.body or {}
    text = _("Erased at their wish") if body.get("erased") else _SAY.get(entry.kind, _plain)(body, entry)
    own = body.get("words") if entry.kind in ("asked", "message") else body.get("note") if entry.is_from_person else ""
    note = "" if entry.is_from_person else body.get("note") or body.get("question") or body.get("answer") or ""
    is_written = entry.kind == "contact" and body.get("channel") in ("text", "email")
    return TimeLine(
        at=clock_words(entry.at, with_day=now),
        iso=entry.at.isoformat(),
        icon="text" if is_written else _ICONS.get(entry.kind, "note"),
        text=text,
        quote=str(own or ""),
        note=str(note),
        by=_who(entry),
        is_step=entry.kind in ("step", "system") and not body.get("warning"),
        warning=_warning(body),
    )


def _who(entry: TimelineEntry) -> str:
    if entry.is_from_person:
        return _("from them")
    return _("by itself") if entry.by.startswith("worker") else entry.by_name


def _asked(_body: dict[str, Any], _entry: TimelineEntry) -> str:
    return _("Asked for help.")


def _step(body: dict[str, Any], _entry: TimelineEntry) -> str:
    why = f" {body['why']}" if body.get("why") and " " in str(body["why"]) else ""
    if body.get("what") == "taken":
        return (_("Taken out of order.") if body.get("out_of_order") else _("Taken from the queue.")) + why
    if body.get("what") == "back_to_queue":
        return _("Back in the queue.") + (why or f" {_WHY_BACK.get(str(body.get('why')), '')}").rstrip()
    return _("Now: %(stage)s") % {"stage": STAGES.get(str(body.get("end")), "")}


_WHY_BACK: dict[str, Promise] = {
    "owner_silent": gettext_lazy("Nobody acted in time."),
    "other_counselor": gettext_lazy("They asked for another counselor."),
    "task_failed": gettext_lazy("Something we tried did not work."),
    "watchdog": gettext_lazy("It had no next step."),
}


def _warning(body: dict[str, Any]) -> str:
    """What must not be overlooked: danger in their words, and a contact that went against their rule."""
    if body.get("dangers"):
        named = ", ".join(str(DANGER_WORDS.get(key, key)) for key in body["dangers"])
        return _("Danger in their words: %(what)s.") % {"what": named}
    return broken_words(str(body["breach"])) if body.get("breach") else ""


def _contact(body: dict[str, Any], _entry: TimelineEntry) -> str:
    way = WAY_WORDS.get(str(body.get("way")), "")
    outcome = OUTCOMES.get(str(body.get("outcome")), _("Contact"))
    return f"{way}: {str(outcome).lower()}." if way else f"{outcome}."


_TEXTED: dict[str, Promise] = {
    "yes": gettext_lazy("Texted yes: OK to talk now."),
    "later": gettext_lazy("Texted later: not now."),
    "help": gettext_lazy("Texted for help."),
    "note": gettext_lazy("Texted us."),
    "stop": gettext_lazy("Texted stop, with these words."),
}
DANGER_WORDS: dict[str, Promise] = {
    "overdose": gettext_lazy("overdose"),
    "suicide": gettext_lazy("suicide"),
    "sick": gettext_lazy("very sick"),
    "violence": gettext_lazy("violence"),
}


def _note(body: dict[str, Any], entry: TimelineEntry) -> str:
    if body.get("way") == "text":
        return str(_TEXTED.get(str(body.get("meaning")), _TEXTED["note"]))
    if entry.is_from_person:
        return _("Complained to us.") if body.get("complaint") else _("Wrote to us.")
    return _("Note to them.") if entry.is_for_person else _("Note.")


def _message(body: dict[str, Any], _entry: TimelineEntry) -> str:
    sent = {"text": _("Text:"), "email": _("Email:"), "call": _("To say on the phone:")}
    return sent.get(str(body.get("channel")), _("On their page:"))


def _safety(body: dict[str, Any], _entry: TimelineEntry) -> str:
    safe = _("Safe now.") if body.get("safe_now") else _("Not safe now.")
    answer = str(NALOXONE.get(str(body.get("naloxone")), "")).lower()
    return f"{safe} " + _("Naloxone: %(answer)s.") % {"answer": answer}


def _needs(body: dict[str, Any], _entry: TimelineEntry) -> str:
    return _("Needs: %(list)s.") % {"list": needs_words(body)}


def _option(body: dict[str, Any], _entry: TimelineEntry) -> str:
    words = {
        "offered": _("Offered %(place)s."),
        "choose_yes": _("Said yes to %(place)s."),
        "choose_no": _("Said no to %(place)s."),
    }
    return words.get(str(body.get("what")), "%(place)s") % {"place": body.get("program", "")}


def _consent(body: dict[str, Any], _entry: TimelineEntry) -> str:
    words = {"yes": _("Yes recorded: share with %(place)s."), "taken_back": _("Took back the yes to %(place)s.")}
    return words.get(str(body.get("what")), "%(place)s") % {"place": body.get("program", "")}


def _referral(body: dict[str, Any], _entry: TimelineEntry) -> str:
    words = {
        "sent": _("Asked %(place)s."),
        "acknowledged": _("%(place)s has seen it."),
        "accepted": _("%(place)s said yes."),
        "declined": _("%(place)s said no: %(reason)s."),
        "question": _("%(place)s asks:"),
        "answered": _("Answered %(place)s:"),
        "withdrawn": _("Taken back from %(place)s."),
        "arrived": _("Arrived at %(place)s."),
        "silent": _("%(place)s did not answer in time."),
        "obsolete": _("%(place)s is no longer needed."),
    }
    reason = str(DECLINES.get(str(body.get("reason")), "")).lower()
    return words.get(str(body.get("what")), "%(place)s") % {"place": body.get("program", ""), "reason": reason}


def _late_action(action: str) -> str:
    """What was due. A step in the counselor's own words has no action of ours."""
    return str(NEXT_ACTIONS.get(action, _("Next step")))


def _system(body: dict[str, Any], _entry: TimelineEntry) -> str:
    words = {
        "late": _("We are late: %(action)s.") % {"action": _late_action(str(body.get("action"))).lower()},
        "tries_spent": _("All tries are spent."),
        "code_renewed": _("New status code made."),
        "code_theirs": _("They were told a code of their own. It opens their whole page."),
        "line_ended": _("The professional's direct line is over. Nobody is called there."),
        "contact_changed": _("Changed how we may reach them."),
        "other_counselor": _("Asked for another counselor."),
        "task_failed": _("Something we tried did not work."),
        "said_stop": _("Said stop. Nothing more goes out."),
        "said_start": _("Said messages are OK again."),
        "not_sent": _("A message was not sent. %(why)s") % {"why": reason_words(str(body.get("why")))},
    }
    return words.get(str(body.get("what")), str(body.get("what", "")))


def _family(body: dict[str, Any], entry: TimelineEntry) -> str:
    words = {
        "left": _("Left a message for the person they care about:"),
        "linked": _("Said yes: messages of %(name)s may reach them."),
        "unlinked": _("Took back the link with %(name)s."),
        "told_less": _("Took back something we may tell %(name)s."),
        "accepted": _("Wants to read a message left for them."),
        "refused": _("Does not want a message left for them."),
    }
    return words.get(str(body.get("what")), entry.kind) % {"name": body.get("name") or _("their family")}


def _plain(_body: dict[str, Any], entry: TimelineEntry) -> str:
    return entry.kind


_SAY: dict[str, Callable[[dict[str, Any], TimelineEntry], str]] = {
    "asked": _asked,
    "step": _step,
    "contact": _contact,
    "note": _note,
    "message": _message,
    "safety": _safety,
    "needs": _needs,
    "option": _option,
    "consent": _consent,
    "referral": _referral,
    "system": _system,
    "family": _family,
}


def needs_words(needs: dict[str, Any]) -> str:
    """Needs in one line: kinds, payer, must-haves."""
    words = [str(KIND_WORDS[key][0]) for key in needs.get("kinds", ()) if key in KIND_WORDS]
    words += [str(PAYER_WORDS[needs["payer"]])] if needs.get("payer") in PAYER_WORDS else []
    words += [str(MUST_WORDS[key]) for key in needs.get("must", ()) if key in MUST_WORDS]
    return ", ".join(words) or _("nothing set")
