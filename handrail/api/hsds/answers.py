"""How the API answers: JSON or one record a line, for any origin, with an ETag, and refusals in words."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.csrf import csrf_exempt

from handrail import __version__
from handrail.api.hsds.asked import Asked, WrongQuestion
from handrail.api.hsds.rows import edition

View = Callable[..., HttpResponseBase]

# Openings change within minutes: anybody may keep an answer for one, then asks again with its ETag.
KEEP_SECONDS = 60


def open_door(*methods: str) -> Callable[[View], View]:
    """A view of the public API: these methods, any origin, no cookie, short caching, 304 where nothing has changed."""

    def around(view: View) -> View:
        @wraps(view)
        def door(request: HttpRequest, **values: Any) -> HttpResponseBase:
            return _shown_to_all(_answer(view, request, values, methods), methods)

        return csrf_exempt(door)

    return around


def _answer(view: View, request: HttpRequest, values: dict[str, Any], methods: tuple[str, ...]) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    if request.method not in (*methods, "HEAD"):
        answer: HttpResponseBase = refusal(405, "This address is for reading only.")
        answer.headers["Allow"] = ", ".join((*methods, "HEAD", "OPTIONS"))
        return answer
    try:
        tag = _tag(request)
        if request.method != "POST" and (unchanged := get_conditional_response(request, etag=tag)):
            return unchanged
        answer = view(request, **values)
    except WrongQuestion as wrong:
        return refusal(400, str(wrong))
    except DatabaseError:
        return refusal(503, "The directory does not answer just now. Try again in a minute.")
    if answer.status_code == 200:
        answer.headers.setdefault("ETag", tag)
    return answer


def _tag(request: HttpRequest) -> str:
    asked = f"{__version__} {edition(timezone.now())} {request.get_host()} {request.get_full_path()}"
    return quote_etag(sha256(asked.encode()).hexdigest()[:24])


def _shown_to_all(answer: HttpResponseBase, methods: tuple[str, ...]) -> HttpResponseBase:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Allow-Methods"] = ", ".join((*methods, "HEAD", "OPTIONS"))
    answer.headers["Access-Control-Allow-Headers"] = "If-None-Match, Content-Type"
    answer.headers["Access-Control-Expose-Headers"] = "ETag, Link, X-Total-Items, X-Total-Pages"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    is_good = answer.status_code in (200, 204, 304)
    answer.headers["Cache-Control"] = f"public, max-age={KEEP_SECONDS}" if is_good else "no-store"
    return answer


def refusal(status: int, words: str) -> HttpResponse:
    """A refusal as JSON, with words that a person can read."""
    return JsonResponse({"status": status, "error": words}, status=status)


def record(found: Mapping[str, Any] | None) -> HttpResponse:
    """One record, or 404 in words."""
    return refusal(404, "Nothing listed has this id.") if found is None else JsonResponse(found)


def page(total: int, contents: Iterable[Mapping[str, Any]], asked: Asked, request: HttpRequest) -> HttpResponseBase:
    """One page of a list as the specification shapes it; as ndjson one record a line, all when no page is named."""
    pages = 1 if asked.is_whole else -(-total // asked.per_page)
    answer = _lines(contents, asked) if asked.is_ndjson else JsonResponse(_page(total, pages, list(contents), asked))
    answer.headers["X-Total-Items"], answer.headers["X-Total-Pages"] = str(total), str(pages)
    if asked.page < pages:
        answer.headers["Link"] = f'<{_next(request, asked.page + 1)}>; rel="next"'
    return answer


def _page(total: int, pages: int, records: list[Mapping[str, Any]], asked: Asked) -> dict[str, Any]:
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": asked.page,
        "size": len(records),
        "first_page": asked.page == 1,
        "last_page": asked.page >= pages,
        "empty": not records,
        "contents": records,
    }


def _lines(contents: Iterable[Mapping[str, Any]], asked: Asked) -> HttpResponseBase:
    lines = (f"{json.dumps(each)}\n" for each in contents)
    kind = "application/x-ndjson"
    if asked.is_whole:
        return StreamingHttpResponse(lines, content_type=kind)
    return HttpResponse("".join(lines), content_type=kind)


def _next(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
