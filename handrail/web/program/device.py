"""The page behind a device's link: one program's openings, said without an account. It works without JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from handrail.actions._frame import Refused, Stale
from handrail.actions.directory import links, openings
from handrail.core.access import Actor
from handrail.records.directory.links import find_link, link_of
from handrail.records.directory.models import CapacityLink, CapacityStatement
from handrail.web import limits
from handrail.web.program.board import OpeningRow, opening_row, zone_of
from handrail.web.program.forms import OpeningsForm
from handrail.web.words import reason_words

WRONG_BY_ADDRESS = limits.Limit("link", 10, 10 * 60)
# How long after a press the page still says so.
JUST_NOW = timedelta(minutes=2)
HEADERS = {
    # The address is the key: it goes to nobody, not even as the page before. Not no-referrer: see web.shield.
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
View = Callable[[HttpRequest, str], HttpResponse]


@dataclass(frozen=True)
class Pressed:
    """Which button was pressed last, so that the page can answer there: "still", or a row and its button."""

    row: str = ""
    button: str = ""


def quietly(view: View) -> View:
    """Answer with headers that keep the address of the page to this device."""

    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    wrapped.__name__, wrapped.__doc__ = view.__name__, view.__doc__
    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@quietly
def openings_link(request: HttpRequest, token: str) -> HttpResponse:
    """One program's openings: steppers, Full, and Still right. Nothing of anybody, and no other program."""
    now = timezone.now()
    link = find_link(token, now)
    if link is None or link.program.gone_on is not None:
        return _no_page(request, link_of(token))
    if request.method != "POST":
        return _page(request, link, now=now, pressed=_pressed(request.GET.get("said", "")))
    form = None if "still" in request.POST else OpeningsForm(_of_row(request, link))
    try:
        with links.using(link, now=now) as actor:
            said = _say(request, link, form, actor=actor, now=now)
    except Stale as error:
        return _page(request, link, now=now, wrong=reason_words(error.reason), status=409)
    except Refused as error:
        if error.reason == "link_off":
            return _no_page(request, link_of(token))
        return _page(request, link, now=now, wrong=reason_words(error.reason), status=422)
    if not said:
        return _page(request, link, now=now, form=form, status=422)
    return redirect(f"{request.path}?said={said}")


def _say(request: HttpRequest, link: CapacityLink, form: OpeningsForm | None, *, actor: Actor, now: datetime) -> str:
    """Say it. Gives what was pressed, for the next page; "" when the form must be shown again."""
    if form is None:
        openings.confirm_rows(link.program, actor=actor, seen=request.POST.get("seen", ""), now=now)
        return "still"
    if not form.is_valid():
        return ""
    openings.say_row(link.program, actor=actor, now=now, **form.row())
    said, was = form.cleaned_data["openings"], form.cleaned_data["was"]
    button = "save" if was is None or not form.is_step else "full" if not said else "more" if said > was else "fewer"
    return f"{request.POST.get('row', '')[:12]}.{button}"


def _of_row(request: HttpRequest, link: CapacityLink) -> dict[str, Any]:
    """What was posted, with the name and kind of the row it is for: a device changes rows, it does not name them.

    It may name the first one, where there is none yet.
    """
    typed = {name: request.POST[name] for name in request.POST}
    rows = CapacityStatement.objects.filter(program=link.program)
    number = typed.get("row", "")
    row = rows.filter(pk=int(number)).first() if number.isascii() and number.isdigit() and len(number) < 16 else None
    if row is not None:
        typed |= {"label": row.label, "kind": row.kind}
    elif rows.exists():
        typed |= {"label": "", "kind": ""}
    return typed


def _pressed(said: str) -> Pressed:
    row, _dot, button = said.partition(".")
    return Pressed(row, button)


def _page(
    request: HttpRequest,
    link: CapacityLink,
    *,
    now: datetime,
    pressed: Pressed = Pressed(),
    form: OpeningsForm | None = None,
    wrong: str = "",
    status: int = 200,
) -> HttpResponse:
    zone = zone_of(link.program)
    statements = list(CapacityStatement.objects.filter(program=link.program).select_related("source").order_by("pk"))
    rows: list[OpeningRow] = [opening_row(row, now=now, zone=zone) for row in statements]
    mine = [row.stated_at for row in statements if row.stated_by == links.actor_of_link(link).key]
    context = {
        "program": link.program,
        "link": link,
        "rows": rows,
        "seen": openings.sight_of(statements),
        "pressed": pressed,
        # Told from what is stored, not from the address: nobody can be told of a change that is not there.
        "updated": max(mine) if pressed.row and mine and now - max(mine) < JUST_NOW else None,
        "form": form or OpeningsForm(),
        "opened": request.POST.get("row", ""),
        "wrong": wrong,
        "now": now,
        "time_zone": zone.key,
    }
    return render(request, "program/device.html", context, status=status)


def _no_page(request: HttpRequest, link: CapacityLink | None) -> HttpResponse:
    """Say kindly that the link opens nothing now, and whom to call. Wrong links are counted, right ones never."""
    if link is None and limits.take_try(WRONG_BY_ADDRESS, limits.visitor_key(request)) is None:
        minutes = WRONG_BY_ADDRESS.seconds // 60
        response = render(request, "program/device_gone.html", {"minutes": minutes}, status=429)
        response.headers["Retry-After"] = str(WRONG_BY_ADDRESS.seconds)
        return response
    return render(request, "program/device_gone.html", {"link": link}, status=404 if link is None else 410)
