"""Leave site: one press forgets the unsent answers, ends the session, and shows the weather instead.

Why two steps: our policy `form-action 'self'` blocks a form that is redirected to another site, and a plain redirect
lets Back bring the page up again from memory. So POST /leave/ answers with a bland page that goes on to /go/, which
clears the cookies and the browser's cache of this site and then sends the reader away.
"""

import logging
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from handrail.actions import ask
from handrail.web.shield import STAFF_PATHS

DRAFT_COOKIE = "a"  # the token of the answers
SAVED_COOKIE = "k"  # the places that were saved
AWAY_COOKIE = "d"
AWAY_SECONDS = 600
ALWAYS_OPEN = ("/leave/", "/go/", "/continue/", "/static/", "/health/")

log = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]


@csrf_exempt
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget what was not sent, end the session, and go on to /go/. It needs no token: it can only take away."""
    _forget_here(request)
    response = render(request, "leave.html")
    # With JavaScript this answer is to a beacon, and /go/ is never asked for: clear here too.
    response.headers["Clear-Site-Data"] = '"cache"'
    return _forgotten(request, response)


@require_safe
def go(request: HttpRequest) -> HttpResponse:
    """Send the reader away, with our cookies gone and nothing of ours left for Back to show."""
    response = HttpResponseRedirect(settings.EXIT_URL)
    response.status_code = 303
    response.headers["Clear-Site-Data"] = '"cache"'
    return _forgotten(request, response)


@require_GET
def go_on(request: HttpRequest) -> HttpResponse:
    """The reader pressed Continue: open our pages again, from where they were."""
    wanted = request.GET.get("to", "/")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    response = redirect(wanted if is_ours else "/")
    response.delete_cookie(AWAY_COOKIE, samesite="Lax")
    return response


def _forget_here(request: HttpRequest) -> None:
    """Forget on our side. A database that does not answer must not keep anybody from leaving."""
    try:
        token = request.COOKIES.get(DRAFT_COOKIE, "")
        if token:
            ask.forget(token, now=timezone.now())
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            request.session.flush()
    except DatabaseError:
        log.warning("Left with the database away; the answers run out by themselves.")


def _forgotten(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Take every cookie of ours out of the browser but the ten-minute one."""
    known = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, DRAFT_COOKIE, SAVED_COOKIE}
    for name in sorted(known | set(request.COOKIES)):
        response.delete_cookie(name, samesite="Lax")
    # Scripts may read it and set it too: a page that the browser brings back from memory then hides at once.
    response.set_cookie(AWAY_COOKIE, "1", max_age=AWAY_SECONDS, samesite="Lax", secure=settings.HANDRAIL_HTTPS)
    response.headers["Cache-Control"] = "no-store"
    return response


def stay_away(get_response: Handler) -> Handler:
    """For ten minutes after Leave site our pages open as a bland "Continue?", so that Back shows nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        is_away = request.COOKIES.get(AWAY_COOKIE) == "1"
        if not is_away or request.path.startswith((*ALWAYS_OPEN, *STAFF_PATHS)):
            return get_response(request)
        to = f"/continue/?{urlencode({'to': request.get_full_path() if request.method == 'GET' else '/'})}"
        response = render(request, "away.html", {"to": to})
        response.headers["Cache-Control"] = "no-store"
        return response

    return middleware
