"""Everything a counselor does to a request: each form posts here, each uses one action."""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from functools import wraps
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from handrail.actions import ask, assess, inbound, match, person
from handrail.actions import consent as consents
from handrail.actions import refer as referrals
from handrail.actions._frame import Forbidden, Refused, Stale
from handrail.core.access import Actor
from handrail.core.consent import SCOPES
from handrail.core.match import rank
from handrail.core.needs import needs_from
from handrail.records.accounts.models import actor_of
from handrail.records.casebook.choices import Option, Referral
from handrail.records.casebook.models import HelpRequest, TimelineEntry
from handrail.records.directory.models import Program
from handrail.records.directory.places import find_place
from handrail.records.directory.snapshot import snapshot
from handrail.records.directory.telling import heads_of
from handrail.web.desk.consent_words import consent_words
from handrail.web.desk.panels import kept_needs
from handrail.web.desk.shell import desk_page
from handrail.web.desk.words import name_of
from handrail.web.desk.workspace import find_request, kept_words, show, why_not_write
from handrail.web.finder_words import fresh_hours
from handrail.web.kept import keep, let_go
from handrail.web.times import parse_when
from handrail.web.typed import moment, uuid_of, whole_number
from handrail.web.words import reason_words

Act = Callable[[HttpRequest, HelpRequest, Actor, datetime], None]
View = Callable[[HttpRequest, UUID], HttpResponse]


class Wrong(Exception):
    """What was typed cannot be read or is missing: the field and the sentence beside it."""

    def __init__(self, **errors: str) -> None:
        super().__init__()
        self.errors = errors


def move(part: str) -> Callable[[Act], View]:
    """A form of the workspace: act, and go back to `part` of the page; on a no, show it with all that was typed."""

    def decorate(act: Act) -> View:
        @wraps(act)
        def view(request: HttpRequest, pk: UUID) -> HttpResponse:
            now, actor = timezone.now(), actor_of(request.user)
            wanted = find_request(actor, pk)
            if request.method != "POST":
                return redirect("desk_request", pk)
            if why_not := why_not_write(wanted):
                keep(request, request.path, at=now.isoformat())
                return redirect("desk_take" if why_not == "take_first" else "desk_request", pk)
            seen = moment(request.POST.get("seen_at", ""))
            if _is_stale(request, wanted, seen):
                return show(request, wanted, actor=actor, now=now, part=part, clash_since=seen or now, status=409)
            try:
                act(request, wanted, actor, now)
            except Wrong as wrong:
                return show(request, wanted, actor=actor, now=now, part=part, errors=wrong.errors, status=422)
            except Forbidden:
                raise
            except Stale:
                wanted = find_request(actor, pk)
                return show(request, wanted, actor=actor, now=now, part=part, clash_since=seen or now, status=409)
            except Refused as refused:
                errors = {part: reason_words(refused.reason, **refused.facts)}
                wanted = find_request(actor, pk)
                return show(request, wanted, actor=actor, now=now, part=part, errors=errors, status=422)
            let_go(request, request.path)
            return redirect(reverse("desk_request", args=[pk]) + f"#{part}")

        return view

    return decorate


def _is_stale(request: HttpRequest, wanted: HelpRequest, seen: datetime | None) -> bool:
    """True when somebody changed the request since the page was drawn. What the worker's clock notes is no clash."""
    if request.POST.get("version", "") == str(wanted.version):
        return False
    if seen is None:
        return True
    since = TimelineEntry.objects.filter(request=wanted, at__gt=seen)
    return since.exclude(by__startswith="worker").exists()


def _zone() -> tzinfo:
    return ZoneInfo(settings.SERVICE_TIMEZONE)


@move("write")
def contact(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """A call, a text or a note, with the next step and its time."""
    post = request.POST
    errors: dict[str, str] = {}
    next_at = parse_when(post.get("by", ""), now, _zone())
    if not post.get("outcome"):
        errors["outcome"] = reason_words("needs_outcome")
    if not post.get("next_step", "").strip():
        errors["next_step"] = reason_words("needs_next_step")
    if next_at is None:
        errors["by"] = _("Give a time, such as 2:40 AM or +30 min.")
    elif next_at <= now:
        errors["by"] = reason_words("next_step_in_past")
    note, is_for_them = post.get("note", "").strip(), post.get("for_them") == "yes"
    if is_for_them and not note:
        errors["note"] = reason_words("nothing_to_say")
    elif is_for_them and len(note) > person.NOTE_LETTERS:
        room = {"most": person.NOTE_LETTERS, "n": len(note)}
        errors["note"] = _("A note on their page may have %(most)d letters. This one has %(n)d.") % room
    if errors:
        raise Wrong(**errors)
    if is_for_them:
        person.reply(wanted, actor=actor, text=note, now=now)
    ask.record_contact(
        wanted,
        actor=actor,
        outcome=post["outcome"],
        note="" if is_for_them else note,
        next_step=post["next_step"],
        next_at=next_at,
        now=now,
        way=post.get("way", ""),
    )


@move("safety")
def safety(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """Safe now, naloxone, and a word on it."""
    answer = request.POST.get("safe_now")
    if answer not in ("yes", "no"):
        raise Wrong(safe_now=_("Say if they are safe now."))
    naloxone, note = request.POST.get("naloxone", "unknown"), request.POST.get("safety_note", "")
    assess.record_safety(wanted, actor=actor, safe_now=answer == "yes", naloxone=naloxone, note=note, now=now)


@move("needs")
def needs(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """What is needed, and near where."""
    post = request.POST
    held = kept_needs(wanted)
    point = {"latitude": held.get("latitude"), "longitude": held.get("longitude")}
    place = post.get("place", "").strip()
    if place and (place != wanted.answers.get("place") or point["latitude"] is None):
        found = find_place(place)
        if not found:
            raise Wrong(place=_("We do not know this place. Give a ZIP code, or a town and state."))
        point = {"latitude": found[0].latitude, "longitude": found[0].longitude}
    typed = {
        **point,
        "kinds": post.getlist("kinds"),
        "must": post.getlist("must"),
        "payer": post.get("payer", ""),
        "miles": float(whole_number(post.get("miles"), most=500) or 25),
    }
    assess.record_needs(wanted, actor=actor, needs=needs_from(typed).as_dict(), now=now)


@move("matches")
def offer(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """Put one place before the person, with the reasons as they stand now."""
    program_id = _place_id(request)
    listing = snapshot().by_id(program_id)
    reasons = []
    if listing:
        needs = needs_from({**kept_needs(wanted), "miles": None})
        ranked = rank(needs, [listing.offer], now=now, fresh_hours=fresh_hours())
        reasons = [reason.as_dict() for found in ranked for reason in found.reasons]
    match.offer(wanted, actor=actor, program_id=program_id, reasons=reasons, now=now)


@move("referral")
def choice(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """What the person said of one place, told to the counselor."""
    option = get_object_or_404(Option, request=wanted, pk=uuid_of(request.POST.get("option", "")))
    said = "yes" if request.POST.get("choice") == "yes" else "no"
    person.choose(wanted, option_id=option.pk, choice=said, actor=actor, now=now)


@move("referral")
def consent(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """The person's yes to one program, in the words that stood on the page."""
    program = get_object_or_404(Program, pk=_place_id(request))
    scopes = tuple(scope for scope in SCOPES if scope == "minimum" or scope in request.POST.getlist("scopes"))
    if request.POST.get("answer") == "no":
        of_place = Q(program=program) | Q(program__merged_into=program)
        option = Option.objects.filter(of_place, request=wanted).first()
        if option is None:
            raise Refused("not_offered")
        person.choose(wanted, option_id=option.pk, choice="no", actor=actor, now=now)
        return
    words = consent_words(
        program=program.name,
        scopes=scopes,
        until=now + timedelta(days=settings.CONSENT_DAYS),
        language=wanted.person.rule.language,
    )
    consents.record(
        wanted, actor=actor, program_id=program.pk, scopes=list(scopes), words=words, method="spoken", now=now
    )


@move("referral")
def revoke(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """The person takes back a yes."""
    program = get_object_or_404(Program, pk=uuid_of(request.POST.get("program", "")))
    consents.revoke(wanted, actor=actor, program_id=program.pk, now=now)


@move("referral")
def refer(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """Ask the program."""
    referrals.send(wanted, actor=actor, program_id=_place_id(request), now=now)


@move("referral")
def answer(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """What the program said on the phone, or what we answer to its question."""
    referral, post = _referral(request, wanted), request.POST
    if post.get("what") == "question":
        referrals.answer_question(referral, actor=actor, answer=post.get("answer", ""), now=now)
    elif post.get("what") == "yes":
        visit_at = parse_when(post.get("visit", ""), now, _zone())
        if visit_at is None or visit_at <= now:
            raise Wrong(visit=_("Give the day and time, such as tomorrow 9 AM."))
        referrals.accept(referral, actor=actor, visit_at=visit_at, visit_note=post.get("visit_note", ""), now=now)
    else:
        referrals.decline(referral, actor=actor, reason=post.get("reason", ""), note="", now=now)


@move("referral")
def withdraw(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """Take back what was asked of a program."""
    referrals.withdraw(_referral(request, wanted), actor=actor, why=request.POST.get("why", ""), now=now)


@move("referral")
def arrived(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """Somebody has seen them arrive."""
    referrals.arrive(_referral(request, wanted), actor=actor, now=now)


@require_http_methods(["GET", "POST"])
def hand_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put the request back into the queue, with a word for whoever takes it."""
    now, actor = timezone.now(), actor_of(request.user)
    wanted, why, error = find_request(actor, pk), request.POST.get("why", ""), ""
    if request.method == "POST":
        try:
            ask.hand_back(wanted, actor=actor, why=why, now=now)
            messages.info(request, _("Back in the queue."))
            return redirect("desk_queue")
        except Forbidden:
            raise
        except Refused as refused:
            error = reason_words(refused.reason)
    context = {"wanted": wanted, "name": name_of(wanted.person.chosen_name), "why": why, "error": error}
    status = 422 if error else 200
    return desk_page(request, "desk/hand_back.html", context, here="mine", now=now, actor=actor, status=status)


@require_POST
def said(request: HttpRequest, pk: UUID) -> HttpResponse:
    """STOP, or that messages are OK again, heard on the phone or read in an e-mail. It needs no turn in the queue."""
    now, actor = timezone.now(), actor_of(request.user)
    wanted = find_request(actor, pk)
    act = inbound.say_start if request.POST.get("say") == "start" else inbound.say_stop
    act(wanted, actor=actor, now=now)
    return redirect(reverse("desk_request", args=[pk]) + "#person")


@require_POST
def new_code(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a new status code and show it this once, to be read aloud."""
    now, actor = timezone.now(), actor_of(request.user)
    wanted = find_request(actor, pk)
    code = ask.renew_code(wanted, actor=actor, now=now, told_person=request.POST.get("told") == "person")
    context = {"wanted": wanted, "name": name_of(wanted.person.chosen_name), "code": code}
    return desk_page(request, "desk/code.html", context, here="mine", now=now, actor=actor)


@require_POST
def keep_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what is being typed, sealed, and say when."""
    now, actor = timezone.now(), actor_of(request.user)
    wanted = find_request(actor, pk)
    if not keep(request, reverse("desk_contact", args=[wanted.pk]), at=now.isoformat()):
        return HttpResponse(_("This is too long to keep. Save it."), content_type="text/plain")
    return HttpResponse(kept_words(now, now), content_type="text/plain")


def _place_id(request: HttpRequest) -> UUID:
    """The place that is meant: an entry that was merged into another stands for that one."""
    given = uuid_of(request.POST.get("program", ""))
    return next(iter(heads_of([given])), given)


def _referral(request: HttpRequest, wanted: HelpRequest) -> Referral:
    rows = Referral.objects.select_related("request__person", "program")
    found: Referral = get_object_or_404(rows, request=wanted, pk=uuid_of(request.POST.get("referral", "")))
    return found
