"""The parts of the workspace, made ready for the page: the person, safety, needs, matches, referrals, tasks."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from handrail.core.needs import KINDS, MUSTS, PAYERS, from_flags, needs_from
from handrail.records.accounts.models import Staff
from handrail.records.casebook.choices import HELD_REFERRAL_STATES, LIVE_REFERRAL_STATES, OPEN_REFERRAL_STATES
from handrail.records.casebook.models import Consent, HelpRequest, Message, Option, Referral
from handrail.records.directory.models import Program
from handrail.records.directory.snapshot import snapshot
from handrail.records.ledger.models import Entry
from handrail.web.desk.consent_words import CHOOSABLE, closing_words, opening_words, scope_words
from handrail.web.desk.contact_words import rule_lines
from handrail.web.desk.legal import clocks_of
from handrail.web.desk.match_words import match_row
from handrail.web.desk.rows import clock_words, due_words, tags_of
from handrail.web.desk.timeline import needs_words
from handrail.web.desk.words import (
    DANGERS,
    NALOXONE,
    REFERRAL_STATES,
    SPEAKS,
    flags_of,
    name_of,
    next_words,
)
from handrail.web.finder_words import (
    KIND_WORDS,
    MUST_WORDS,
    PAYER_WORDS,
    fresh_hours,
)
from handrail.web.language import LANGUAGES, name_in_words
from handrail.web.words import reason_words

SHOWN_MATCHES = 3
MORE_MATCHES = 12
FARTHEST_MILES = 100.0
OFFERABLE = ("matching", "choosing", "referred")
BEFORE_NEEDS = ("new", "contacting", "talking")


def person_panel(request: HelpRequest, *, now: datetime) -> dict[str, Any]:
    """Who it is, how they may be reached, and what must never be forgotten while writing."""
    answers, rule = request.answers, request.person.rule
    head, lines = rule_lines(rule, now=now)
    whom = {"someone": _("Asks for somebody else"), "patient": _("Asks for a patient")}
    flags = flags_of(answers, is_danger=request.is_danger, is_late=False)
    held = [flag for flag in flags if not flag.startswith(SPEAKS)]
    return {
        "name": name_of(request.person.chosen_name),
        "has_name": bool(request.person.chosen_name),
        "called": request.person.chosen_name or _("them"),
        "language": name_in_words(rule.language),
        "place": answers.get("place") or (_("Moves around") if answers.get("moves_around") else ""),
        "whom": whom.get(request.for_whom, ""),
        "rule_head": head,
        "rule_lines": lines,
        "is_stopped": rule.is_stopped,
        "may_say_start": rule.is_stopped and bool(rule.address),
        "tags": tags_of(held),
        "danger": DANGERS.get(str(answers.get("now")), "") if answers.get("now") != "no" else "",
        "legal": clocks_of(answers.get("flags", []), request.asked_at, now),
        "is_family": request.for_whom == "someone",
    }


def safety_panel(request: HelpRequest, *, now: datetime) -> dict[str, Any]:
    """What was said of safety, and when it was asked last."""
    said = request.facts.get("safety", {})
    asked = clock_words(datetime.fromisoformat(said["at"]), with_day=now) if said else ""
    return {
        "said": said,
        "at": asked,
        "naloxone": NALOXONE.get(said.get("naloxone", "unknown")),
        "naloxone_code": said.get("naloxone", "unknown"),
        "choices": NALOXONE.items(),
        "done": _("Done %(time)s, %(name)s") % {"time": asked, "name": said["by"]} if said else "",
    }


def kept_needs(request: HelpRequest) -> dict[str, Any]:
    """The needs on record, or what their flags suggest, with the place they gave."""
    place = {name: request.answers.get(name) for name in ("latitude", "longitude")}
    said = request.facts.get("needs")
    if said:
        return {**place, **said}
    suggested = from_flags(request.answers.get("flags", []))
    language = LANGUAGES.get(request.person.rule.language)
    spoken = [language.must] if language and language.must else []
    return {**place, "kinds": list(suggested.kinds), "must": [*suggested.must, *spoken], "payer": ""}


def needs_panel(request: HelpRequest, typed: dict[str, Any]) -> dict[str, Any]:
    """The needs form. What comes from what they ticked is marked so, and only has to be confirmed."""
    said = request.facts.get("needs")
    held = typed or kept_needs(request)
    kinds, must = _several(held.get("kinds")), _several(held.get("must"))
    theirs = {} if said else kept_needs(request)
    from_them = {*_several(theirs.get("kinds")), *_several(theirs.get("must"))}
    return {
        "kinds": [(key, KIND_WORDS[key][0], key in kinds, key in from_them) for key in KINDS if KINDS[key].is_public],
        "must": [(key, MUST_WORDS[key], key in must, key in from_them) for key in MUSTS],
        "payers": [(key, PAYER_WORDS[key], key == held.get("payer")) for key in PAYERS],
        "miles": held.get("miles") or 25,
        "place": typed.get("place") or request.answers.get("place", ""),
        "is_their_place": bool(request.answers.get("place")) and not typed.get("place"),
        "words": needs_words(said) if said else "",
    }


def match_panel(request: HelpRequest, *, now: datetime, most: int) -> dict[str, Any]:
    """The places that fit, in the printed order, each with its reasons and their dates."""
    needs = needs_from(kept_needs(request))
    if needs.latitude is None or needs.longitude is None:
        return {"rows": [], "more": 0, "no_point": True}
    known, miles = snapshot(), needs.miles or FARTHEST_MILES
    offered = {_place_id(option.program): option for option in _with_place(Option.objects.filter(request=request))}
    asked, ended = _asked_programs(request), _ended_programs(request)
    # The next match first, then who has said no: as many more are read as could stand before.
    most_read = most + len(ended)
    found = known.find(replace(needs, miles=miles), now=now, count=most_read, fresh_hours=fresh_hours())
    matches = sorted(found.matches, key=lambda match: match.offer.program_id in ended)[:most]
    rows = [match_row(match, known, now=now) for match in matches]
    for row in rows:
        row["option"] = offered.get(row["id"])
        row["is_asked"] = row["id"] in asked
        row["ended"] = "" if row["is_asked"] else ended.get(row["id"], "")
    why_not = "" if request.stage in OFFERABLE else _("No place can be offered at this step.")
    if request.stage in BEFORE_NEEDS:
        why_not = _("Save their needs first. Then places can be offered.")
    return {"rows": rows, "more": found.total - len(rows), "why_not": why_not, "miles": round(miles)}


def places_panel(request: HelpRequest, *, now: datetime) -> list[dict[str, Any]]:
    """Every place that was offered or asked, where it stands, and what may be done next with it."""
    options = {_place_id(row.program): row for row in _with_place(Option.objects.filter(request=request))}
    consents = {str(row.program_id): row for row in Consent.objects.filter(request=request, revoked_at=None)}
    referrals: dict[str, Referral] = {}
    for row in _with_place(Referral.objects.filter(request=request)).order_by("sent_at"):
        referrals[_place_id(row.program)] = row
    programs = {pk: _place(row.program) for pk, row in {**options, **referrals}.items()}
    return [
        place_row(programs[pk], options.get(pk), consents.get(pk), referrals.get(pk), request=request, now=now)
        | {"yes": consents.get(pk) or _yes_to_entry(consents, referrals.get(pk), options.get(pk))}
        for pk in sorted(programs, key=lambda pk: (_rank(referrals.get(pk)), programs[pk].name))
    ]


def _yes_to_entry(consents: dict[str, Consent], *rows: Referral | Option | None) -> Consent | None:
    """The yes given for an entry that has been merged since: no longer enough to ask, but it can be taken back."""
    return next((found for row in rows if row and (found := consents.get(str(row.program_id)))), None)


def place_row(
    program: Any,
    option: Option | None,
    consent: Consent | None,
    referral: Referral | None,
    *,
    request: HelpRequest,
    now: datetime,
) -> dict[str, Any]:
    """One place: the choice, the yes and its words, the referral and its clock."""
    living = consent if consent and consent.expires_at > now else None
    until = now + timedelta(days=settings.CONSENT_DAYS)
    language = request.person.rule.language
    state = referral.state if referral else ""
    is_open = state in OPEN_REFERRAL_STATES
    said_no = bool(option and option.choice == "no")
    return {
        "program": program,
        "option": option,
        "consent": living,
        "referral": referral,
        "is_open": is_open,
        "is_held": state in HELD_REFERRAL_STATES,
        "state": REFERRAL_STATES.get(state, "") if state else _("Said no") if said_no else "",
        "due": due_words(referral.reply_by, now) if is_open and referral else "",
        "may_ask": not said_no and not is_open and state not in HELD_REFERRAL_STATES and request.stage in OFFERABLE,
        "opening": opening_words(program=program.name, language=language),
        "closing": closing_words(until=until, language=language),
        "scopes": [(scope, scope_words(scope, language=language)) for scope in CHOOSABLE],
        "ends": clock_words(living.expires_at, with_day=now) if living else "",
        "visit": clock_words(referral.visit_at, ampm=True, with_day=now) if referral and referral.visit_at else "",
    }


def task_panel(request: HelpRequest, *, now: datetime) -> list[dict[str, Any]]:
    """What is open: the next step, a program's question, a message that could not go."""
    tasks: list[dict[str, Any]] = []
    if request.next_at:
        tasks.append({"words": next_words(request), "due": due_words(request.next_at, now)})
    for referral in Referral.objects.filter(request=request, state="info_requested").select_related("program"):
        tasks.append({"words": _("Answer %(place)s") % {"place": referral.program}, "due": ""})
    for message in Message.objects.filter(request=request, state="refused").order_by("-created_at")[:2]:
        tasks.append({"words": _("A message did not go. %(why)s") % {"why": reason_words(message.why_not)}, "due": ""})
    return tasks


def readers(request: HelpRequest, *, reader_id: str, now: datetime) -> str:
    """Who read this page last, from the ledger: "You, 2:10. Omar P., 2:09."."""
    latest: dict[str, datetime] = {}
    for entry in Entry.objects.filter(stream=request.stream, verb="read").order_by("-seq")[:20]:
        latest.setdefault(entry.actor, entry.at)
    ids = {actor: actor.partition(":")[2] for actor in latest if actor.partition(":")[2].isdigit()}
    names = {str(row.pk): str(row) for row in Staff.objects.filter(pk__in=ids.values())}
    parts = []
    for actor, at in list(latest.items())[:3]:
        who = _("You") if ids.get(actor) == reader_id else names.get(ids.get(actor, ""), _("The person"))
        parts.append(f"{who}, {clock_words(at, with_day=now)}.")
    return " ".join(parts)


def _with_place(rows: Any) -> Any:
    """Rows with their entry of the directory and the place that it was merged into since, if it was."""
    return rows.select_related("program__location", "program__merged_into__location")


def _place(program: Program) -> Program:
    """The place that is shown: what was offered or asked under another entry of it goes on as that one."""
    return program.merged_into or program


def _place_id(program: Program) -> str:
    return str(program.merged_into_id or program.pk)


def _asked_programs(request: HelpRequest) -> set[str]:
    live = Referral.objects.filter(request=request, state__in=LIVE_REFERRAL_STATES)
    return {_place_id(row.program) for row in _with_place(live)}


def _ended_programs(request: HelpRequest) -> dict[str, Any]:
    """The places that said no to this request or stayed silent, each with its word."""
    ended = Referral.objects.filter(request=request, state__in=("declined", "expired"))
    return {_place_id(row.program): REFERRAL_STATES[row.state] for row in _with_place(ended)}


def _rank(referral: Referral | None) -> int:
    if referral is None:
        return 1
    return 0 if referral.state in LIVE_REFERRAL_STATES else 2


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])
