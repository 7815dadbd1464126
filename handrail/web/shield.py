"""Security headers on every answer: a strict policy, no referrer to others, nothing stored where it is private."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from handrail.web.language import split_path

CSP = "; ".join(f"{name} {' '.join(sources)}" for name, sources in settings.SECURE_CSP.items())
# The address itself is the key there: a device's link.
KEY_PATHS = ("/c/",)
STAFF_PATHS = ("/desk/", "/program/", "/steward/", "/account/")
PRIVATE_PREFIXES = (
    *("/ask/", "/refer/", "/status/", "/report/", "/find/save", "/find/compare/", "/leave/", "/go/", *KEY_PATHS),
    "/learn/search/",
    *STAFF_PATHS,
)

Handler = Callable[[HttpRequest], HttpResponse]


def is_private(path: str) -> bool:
    """True where a page may hold something of a person, in any language."""
    _language, bare = split_path(path)
    return bare.startswith(PRIVATE_PREFIXES)


def headers(get_response: Handler) -> Handler:
    """Set the headers that every page has, without overwriting what a view set on purpose."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        # Not no-referrer: browsers then send "Origin: null" with our own forms, and every one of them is refused.
        is_key = request.path_info.startswith(KEY_PATHS)
        response.headers.setdefault("Referrer-Policy", "strict-origin" if is_key else "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "geolocation=(), camera=(), microphone=()")
        response.headers.setdefault("X-Frame-Options", "DENY")
        if is_private(request.path_info):
            response.headers["Cache-Control"] = "no-store"
        return response

    return middleware
