"""The doors: which role may open which, the idle lock, the second factor, and kind refusals.

/desk/ is for counselors and supervisors, /program/ for intake staff, /steward/ for stewards and editors.
A signed-out visitor is sent to sign in; another role gets 404, as if the door were not there.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode

from handrail.actions._frame import Forbidden, Refused, Stale
from handrail.core.access import DOORS
from handrail.web.browser_keeps import SEEN_COOKIE
from handrail.web.errors import problem
from handrail.web.kept import keep
from handrail.web.words import reason_words

Handler = Callable[[HttpRequest], HttpResponse]
STAFF_DOORS = ("desk", "program", "steward")


def door_of(path: str) -> str | None:
    """The staff door a path lies behind, or None for a public one."""
    first = path.split("/", 2)[1]
    return first if first in STAFF_DOORS else None


def is_part(request: HttpRequest) -> bool:
    """True when htmx asks for a part of the page and not for the whole."""
    return request.headers.get("HX-Request") == "true"


def staff_door(get_response: Handler) -> Handler:
    """Let staff through their own door only, with a second factor, and lock a page left alone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # path_info, so that a service mounted under a prefix keeps its doors.
        door = door_of(request.path_info)
        if door is None:
            return get_response(request)
        user = request.user
        if not user.is_authenticated:
            return _send_to(request, str(settings.LOGIN_URL))
        if door not in DOORS.get(user.role, ()):
            raise Http404
        if settings.HANDRAIL_SECOND_FACTOR and not has_second_factor(request):
            return _send_to(request, "/account/2fa/reauthenticate/" if is_mfa_enabled(user) else "/account/2fa/")
        if is_idle(request):
            if request.method == "POST":
                keep(request, request.path, at=timezone.now().isoformat())
            return _send_to(request, "/account/lock/")
        response = get_response(request)
        # A page that reloads parts of itself is not somebody sitting there.
        if not is_part(request):
            stay_awake(request, response)
        return response

    return middleware


def _send_to(request: HttpRequest, where: str) -> HttpResponse:
    """Go there and come back: as a redirect of the whole page, also when only a part was asked for."""
    back = _page_of_part(request) if is_part(request) else request.get_full_path()
    address = f"{where}?{urlencode({'next': back})}"
    if is_part(request):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address)


def _page_of_part(request: HttpRequest) -> str:
    """The page that asked for a part of itself, as htmx names it. A header may hold anything."""
    try:
        return urlsplit(request.headers.get("HX-Current-URL", "")).path
    except ValueError:
        return ""


def stay_awake(request: HttpRequest, response: HttpResponse) -> None:
    """Note, in a signed cookie, that this member of staff is here now."""
    if not request.user.is_authenticated:
        return
    value = signing.dumps(str(request.user.pk), salt="seen")
    response.set_cookie(
        SEEN_COOKIE, value, httponly=True, samesite="Lax", secure=settings.HANDRAIL_HTTPS, max_age=60 * 60 * 14
    )


def is_idle(request: HttpRequest) -> bool:
    """True when nobody has been at this browser for IDLE_LOCK_MINUTES, or somebody else was."""
    value = request.COOKIES.get(SEEN_COOKIE, "")
    try:
        owner = signing.loads(value, salt="seen", max_age=settings.IDLE_LOCK_MINUTES * 60)
    except signing.BadSignature:
        return True
    return bool(owner != str(request.user.pk))


def has_second_factor(request: HttpRequest) -> bool:
    """True when this session was opened with a code or a passkey, and not by a password alone."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def kind_refusals(get_response: Handler) -> Handler:
    """Turn a rule's no into the right answer: 403 for the wrong role, 409 for somebody-was-first, 422 else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        status = 403 if isinstance(error, Forbidden) else 409 if isinstance(error, Stale) else 422
        words = reason_words(error.reason, **error.facts)
        if is_part(request):
            messages.error(request, words)
        page = "refused_staff.html" if door_of(request.path) else "refused.html"
        return problem(request, page, status=status, words=words)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django passes it
    """The form's token did not match: say what to do, without blame."""
    return problem(request, "form_too_old.html", status=403)
