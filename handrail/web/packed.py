"""Pages sent small to browsers that unpack them: on a bad phone the bytes are the wait.

Only for pages that hold nothing of a person: packing a secret beside what a stranger may choose to put on the same page
would let the sizes tell the secret. A form's own token is masked anew on each page, so it may stand on one.
"""

import gzip

import brotli
from django.http import HttpRequest, HttpResponse

# The fastest steps that keep a later page of the finder under 6 kB; from 4 on, Brotli takes nearly three times as long.
_BROTLI_QUALITY = 3
_GZIP_LEVEL = 1


def packed(request: HttpRequest, html: str, *, status: int = 200) -> HttpResponse:
    """A page, packed in the smallest way the browser takes."""
    name, body = smallest_way(request), html.encode()
    if name == "br":
        body = brotli.compress(body, quality=_BROTLI_QUALITY)
    elif name == "gzip":
        body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
    response = HttpResponse(body, status=status)
    if name:
        response.headers["Content-Encoding"] = name
    response.headers["Vary"] = "Accept-Encoding"
    return response


def smallest_way(request: HttpRequest) -> str:
    """The way of packing that makes a page smallest for this browser; "" when it takes none."""
    accepted = _accepted(request)
    return "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""


def _accepted(request: HttpRequest) -> set[str]:
    """The ways of packing that the browser takes. "br;q=0" is a no."""
    offers = request.META.get("HTTP_ACCEPT_ENCODING", "").replace(" ", "").lower().split(",")
    return {name for name, _, weight in (offer.partition(";") for offer in offers) if weight not in _REFUSED}


_REFUSED = frozenset({"q=0", "q=0.0", "q=0.00", "q=0.000"})
