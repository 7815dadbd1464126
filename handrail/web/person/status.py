"""The private status page: let in by code, then where the request stands and what the person can do about it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from handrail.actions import ask, consent, person
from handrail.actions._frame import Refused
from handrail.actions.reading import read
from handrail.core.code import show_code
from handrail.core.journey import is_open
from handrail.core.wall import may_open
from handrail.records.casebook.models import Consent, HelpRequest, Option
from handrail.records.casebook.requests import code_hash
from handrail.web import limits
from handrail.web.person import door
from handrail.web.person.forms import ContactForm, DetailsForm
from handrail.web.person.status_forms import CodeForm, NewPinForm, NoteForm, PinForm, StopForm
from handrail.web.person.view import first_name, see, see_received
from handrail.web.typed import uuid_of
from handrail.web.words import reason_words

GET_POST = ["GET", "HEAD", "POST"]
Inside = Callable[[HttpRequest, HelpRequest, datetime], HttpResponse]


def inside(view: Inside) -> Callable[[HttpRequest], HttpResponse]:
    """Open this page only to a browser that was let in; anybody else is asked for the code."""

    def wrapped(request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        held = door.pass_of(request, now=now)
        if held is None and set(request.POST) - {"csrfmiddlewaretoken"}:
            return _closed(request, was_typing=True)
        if held is None or held.needs_pin:
            return redirect("status")
        if not may_open(held.request.reader, view.__name__):
            return redirect("status")  # who asked for somebody else sees no more than core.wall allows
        return view(request, held.request, now)

    wrapped.__name__, wrapped.__doc__ = view.__name__, view.__doc__
    return wrapped


@require_http_methods(GET_POST)
def status(request: HttpRequest) -> HttpResponse:
    """The code, then the PIN if there is one, then the page. The code travels in a form only, never in an address."""
    now = timezone.now()
    held = door.pass_of(request, now=now)
    if request.method == "POST" and "code" in request.POST:
        return _enter_code(request, now=now)
    if held is None:
        return _closed(request)
    if held.needs_pin:
        return _enter_pin(request, held.request, now=now)
    read(held.request, actor=held.request.actor(), page="status", now=now)
    if held.request.reader == "professional":
        return render(request, "person/status_received.html", see_received(held.request, now=now))
    page = see(held.request, now=now)
    said = door.said(request)
    return render(request, "person/status.html", {"page": page, "now": now, "said": said, "time_zone": page.time_zone})


def _closed(request: HttpRequest, *, was_typing: bool = False) -> HttpResponse:
    """Ask for the code; say so when the page closed by itself, and when something typed was not sent."""
    facts = {"form": CodeForm(), "has_ended": door.has_ended(request), "was_typing": was_typing}
    return render(request, "person/status_code.html", facts, status=422 if was_typing else 200)


def _enter_code(request: HttpRequest, *, now: datetime) -> HttpResponse:
    form = CodeForm(request.POST)
    slot = limits.take_try(limits.CODE_BY_ADDRESS, limits.visitor_key(request))
    if slot is None or limits.is_flooded(limits.CODE_BY_ALL, now=now):
        return _too_many(request, minutes=limits.CODE_BY_ADDRESS.seconds // 60)
    if form.is_valid():
        row = HelpRequest.objects.with_code(code_hash(form.cleaned_data["code"]), now=now).first()
        if row is not None:
            limits.give_back(slot)
            door.let_in(request, row, now=now, needs_pin=bool(row.pin_hash))
            return redirect("status")
        form.say_unknown()
    limits.count_wrong(limits.CODE_BY_ALL, now=now)
    return render(request, "person/status_code.html", {"form": form}, status=422)


def _enter_pin(request: HttpRequest, row: HelpRequest, *, now: datetime) -> HttpResponse:
    form = PinForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return render(request, "person/status_pin_ask.html", {"form": form})
    if form.is_valid():
        slot = limits.take_try(limits.PIN_BY_REQUEST, str(row.pk))
        if slot is None:
            return _too_many(request, minutes=limits.PIN_BY_REQUEST.seconds // 60)
        if check_password(form.cleaned_data["pin"], row.pin_hash):
            limits.forgive(limits.PIN_BY_REQUEST, str(row.pk))
            door.let_in(request, row, now=now)
            return redirect("status")
        form.say_wrong()
    return render(request, "person/status_pin_ask.html", {"form": form}, status=422)


def _too_many(request: HttpRequest, *, minutes: int) -> HttpResponse:
    response = render(request, "person/status_too_many.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(minutes * 60)
    return response


@require_http_methods(GET_POST)
@inside
def note(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Write to the counselor. While the request rests nobody would read it, so it is started again first."""
    if not is_open(row.stage):
        return go_back(request, _("Press Start again first. Then we read your note."))
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and did(form, "note", lambda: _write(row, form.cleaned_data, now=now)):
        return go_back(request, _("Your note is sent."))
    return ask_again(request, "person/status_note.html", form, who=first_name(row))


def _write(row: HelpRequest, told: dict[str, Any], *, now: datetime) -> None:
    person.write_note(row, text=told["note"], is_complaint=told["is_complaint"], now=now)


@require_http_methods(GET_POST)
@inside
def contact(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Change how we reach you: the way first, then what makes it safe, on one page each."""
    rule = row.person.rule
    # A line that is somebody else's, such as a nurse's, is not shown here.
    theirs = {"language": rule.language} if rule.line_until else rule.as_data()
    kept: dict[str, Any] = {**theirs, "name": row.person.chosen_name}
    way = ContactForm(request.POST if request.method == "POST" else None, kept=kept)
    if not way.is_valid():
        return ask_again(request, "person/status_contact.html", way)
    kept |= way.answers()
    form = DetailsForm(request.POST if request.POST.get("step") == "details" else None, kept=kept)
    del form.fields["name"]
    if form.is_valid():
        form.cleaned_data["name"] = row.person.chosen_name
        new = ask.rule_from({**form.answers(), "channel": kept["channel"], "timezone": rule.timezone})
        if did(form, None, lambda: person.change_contact(row, rule=new, now=now)):
            return go_back(request, _("Done. From now on we reach you this way."))
    return ask_again(request, "person/status_details.html", form, channel=kept["channel"])


@require_http_methods(GET_POST)
@inside
def counselor(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Ask for somebody else. Nobody has to say why."""
    if request.method == "POST":
        return act_and_back(
            request, lambda: person.ask_other_counselor(row, now=now), _("We find you a different counselor.")
        )
    return render(request, "person/status_counselor.html", {"who": first_name(row)})


@require_http_methods(GET_POST)
@inside
def pause(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Take a break. Nothing is closed."""
    if request.method == "POST":
        return act_and_back(request, lambda: person.pause(row, now=now), _("We paused. Nobody will contact you."))
    return render(request, "person/status_pause.html", {})


@require_http_methods(GET_POST)
@inside
def stop(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Stop, and choose whether what was told is erased."""
    form = StopForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and did(form, None, lambda: person.stop(row, erase=form.is_erase(), now=now)):
        response = go_back(request, _("We erased what you told us.") if form.is_erase() else _("We stopped."))
        if form.is_erase():
            door.forget_token(response)  # the answers it led to are gone
        return response
    return ask_again(request, "person/status_stop.html", form)


@require_POST
@inside
def again(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Start again with the same code."""
    return act_and_back(
        request, lambda: person.come_again(row, now=now), _("Welcome back. We have your request again.")
    )


@require_POST
@inside
def choose(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Yes or no to one place."""
    choice = request.POST.get("choice", "")
    option = _option(row, request.POST.get("option", ""))
    if option is None:
        return go_back(request, reason_words("nothing_to_choose"))
    said = (
        _("You picked %(place)s. Next we ask you what we may share with them.")
        if choice == "yes"
        else _("You said no to %(place)s. That is fine.")
    )
    return act_and_back(
        request,
        lambda: person.choose(row, option_id=option.pk, choice=choice, actor=row.actor(), now=now),
        said % {"place": option.program.name},
    )


@require_POST
@inside
def take_back(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Take back a yes to one place: ask once if that is meant, then do it."""
    given = _consent(row, request.POST.get("consent", ""))
    if given is None:
        return redirect("status")
    if request.POST.get("sure") != "yes":
        return render(request, "person/status_take_back.html", {"consent": given})
    return act_and_back(
        request,
        lambda: consent.revoke(row, actor=row.actor(), program_id=given.program_id, now=now),
        _("Done. %(place)s gets nothing more from us.") % {"place": given.program.name},
    )


@require_http_methods(GET_POST)
@inside
def pin(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Put a PIN on this page."""
    form = NewPinForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and did(form, "pin", lambda: person.set_pin(row, pin=form.cleaned_data["pin"], now=now)):
        door.let_in(request, HelpRequest.objects.get(pk=row.pk), now=now)
        return go_back(request, _("Your PIN is set. We ask for it after your code."))
    return ask_again(request, "person/status_pin.html", form)


@require_GET
@inside
def card(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """A card for the wallet: a neutral name, numbers, and the code while this browser still knows it."""
    sent = ask.sent(door.token_of(request), now=now)
    code = show_code(sent.code) if sent and sent.request_id == str(row.pk) else ""
    return render(request, "person/status_card.html", {"code": code})


def ask_again(request: HttpRequest, template: str, form: Any, **more: Any) -> HttpResponse:
    return render(request, template, {"form": form, **more}, status=422 if form.errors else 200)


def did(form: Any, field: str | None, act: Callable[[], Any]) -> bool:
    """Act; a rule's no becomes the form's error, and what was typed stays."""
    try:
        act()
    except Refused as refused:
        form.add_error(field, reason_words(refused.reason, **refused.facts))
        return False
    return True


def act_and_back(request: HttpRequest, act: Callable[[], Any], said: str) -> HttpResponse:
    """Act and go back to the page, saying what was done or why not."""
    try:
        act()
    except Refused as refused:
        said = reason_words(refused.reason, **refused.facts)
    return go_back(request, said)


def go_back(request: HttpRequest, said: str) -> HttpResponse:
    door.say(request, said)
    return redirect("status")


def _option(row: HelpRequest, key: str) -> Option | None:
    return Option.objects.filter(request=row, pk=uuid_of(key)).select_related("program").first()


def _consent(row: HelpRequest, key: str) -> Consent | None:
    return Consent.objects.filter(request=row, pk=uuid_of(key), revoked_at=None).select_related("program").first()
