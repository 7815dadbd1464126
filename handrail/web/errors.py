"""The pages for when something is wrong: as kind as the rest, with every number to call, and true about what was sent.

Each is drawn in the frame of every page. When even that frame cannot be drawn, it is drawn in a bare one that needs
no request, no database and no list of static files.
"""

import logging
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation

from handrail.web.language import split_path

AWAY = (OperationalError, InterfaceError)
READING = ("GET", "HEAD", "OPTIONS")
MACHINES = ("/hsds/", "/health/")
# What is typed at the sign-in is never written into a page.
NEVER_SHOWN_AGAIN = ("/account/",)
MOST_TYPED = 20_000
RETRY_SECONDS = 60

log = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]


def problem(request: HttpRequest, template: str, *, status: int, **facts: Any) -> HttpResponse:
    """A page about a problem, in the language of the address, never stored."""
    facts |= {"is_reading": request.method in READING}
    with translation.override(split_path(request.path_info)[0]):
        try:
            html = render_to_string(template, {"frame": "base.html", **facts}, request)
        except Exception as error:
            log.exception("A page about a problem was drawn bare: %s", type(error).__name__)
            html = render_to_string(template, {**facts, "is_bare": True})
    response = HttpResponse(html, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when it was too much: nothing of it was taken."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return problem(request, "400.html", status=status, is_too_long=status == 413)


def not_open(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """403: this page belongs to somebody else."""
    return problem(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """404: no such page."""
    return problem(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 when it was the database that did not answer, outside of any view."""
    if isinstance(sys.exc_info()[1], AWAY):
        return records_away(request, is_sure=False)
    return problem(request, "500.html", status=500)


def records_away(request: HttpRequest, *, is_sure: bool) -> HttpResponse:
    """503: the database does not answer. `is_sure` when nothing that was typed can have been kept."""
    if request.path_info.startswith(MACHINES):
        response: HttpResponse = JsonResponse({"status": 503, "error": "Try again in a minute."}, status=503)
        response.headers["Cache-Control"] = "no-store"
    else:
        response = problem(
            request,
            "503.html",
            status=503,
            is_sure=is_sure,
            again=request.get_full_path(),
            typed=_typed(request) if is_sure else None,
        )
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def kind_errors(get_response: Handler) -> Handler:
    """Turn a database that is away into its page, and an empty "not this way" into one that says where to go."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        page = problem(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, AWAY):
            return None
        match = request.resolver_match
        log.warning("The records are away: %s at %s", type(error).__name__, match.view_name if match else "no page")
        return records_away(request, is_sure=not _was_keeping(error.__traceback__))

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def _was_keeping(trace: TracebackType | None) -> bool:
    """True when the line was lost at the very moment of keeping: then nobody knows whether it was kept."""
    while trace is not None:
        if trace.tb_frame.f_code.co_name in ("commit", "_commit"):
            return True
        trace = trace.tb_next
    return False


def _typed(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What was typed, to be sent again with one press; None where that is not offered."""
    if request.method in READING or request.path_info.startswith(NEVER_SHOWN_AGAIN):
        return None
    found = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
        if isinstance(value, str)
    ]
    return found if sum(len(value) for _name, value in found) <= MOST_TYPED else None
