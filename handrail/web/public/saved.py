"""Places somebody saved: a signed cookie with short ids that goes with the browser. No account, nothing kept by us.

Saving changes only the reader's own cookie, so these forms carry no token and their pages can be kept by anybody; a
form from another site is told by the headers that browsers send with it.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from handrail.core.match import Offer
from handrail.core.openings import best_sentence
from handrail.core.reports import WHOLE
from handrail.records.directory.listing import Listing
from handrail.records.directory.snapshot import snapshot
from handrail.web.finder_words import Line, fresh_hours, kind_line, openings_line
from handrail.web.leave import SAVED_COOKIE

MOST_SAVED = 10
MOST_COMPARED = 3
_SIGNER = signing.Signer(salt="saved")


def saved_ids(request: HttpRequest) -> tuple[str, ...]:
    """The ids of the places this browser holds, the first saved first. A cookie that is not ours holds none."""
    try:
        text = _SIGNER.unsign(request.COOKIES.get(SAVED_COOKIE, ""))
        return tuple(str(UUID(bytes=urlsafe_b64decode(f"{part}=="))) for part in text.split(".") if part)
    except (signing.BadSignature, ValueError, binascii.Error):
        return ()


def saved_listings(request: HttpRequest) -> list[Listing]:
    """The places this browser holds that are still listed, each once."""
    known = snapshot()
    found = [listing for key in saved_ids(request) if (listing := known.by_id(key)) is not None]
    return list({listing.offer.program_id: listing for listing in found}.values())


def is_from_here(request: HttpRequest) -> bool:
    """True when our own page sent this form, by what the browser says of it. One that says nothing is not believed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    sent_by = request.headers.get("Origin") or request.headers.get("Referer", "")
    return urlsplit(sent_by).netloc == request.get_host()


@csrf_exempt
@require_POST
def save_place(request: HttpRequest) -> HttpResponse:
    """Save one place, remove one, or forget them all; then back to the page that asked."""
    if not is_from_here(request):
        return render(request, "public/save_refused.html", status=403)
    ids = [listing.offer.program_id for listing in saved_listings(request)]
    if "forget" in request.POST:
        return _keep([], redirect("saved"))
    asked = request.POST.get("remove") or request.POST.get("p", "")
    listing = snapshot().by_slug(asked.replace("\0", ""))
    if listing is None:
        return redirect("saved")
    key, slug = listing.offer.program_id, listing.offer.slug
    if "remove" in request.POST:
        return _keep([each for each in ids if each != key], redirect(_back_to(request, slug)))
    if key not in ids and len(ids) >= MOST_SAVED:
        return _saved_page(request, status=422, is_full=True)
    return _keep([*[each for each in ids if each != key], key], redirect(_back_to(request, slug)))


@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """The saved places, to call, remove or compare."""
    return _saved_page(request)


@dataclass(frozen=True)
class Saved:
    """One saved place as lines."""

    offer: Offer
    call: str
    kind: str
    openings: Line
    may_be_closed: bool


def _saved_page(request: HttpRequest, *, status: int = 200, is_full: bool = False) -> HttpResponse:
    now = timezone.now()
    places = [_saved_line(listing, now) for listing in saved_listings(request)]
    facts = {"places": places, "is_full": is_full, "most": MOST_SAVED, "saved": len(places)}
    return render(request, "public/saved.html", facts, status=status)


def _saved_line(listing: Listing, now: datetime) -> Saved:
    offer = listing.offer
    sentence = best_sentence(offer.statements, now=now, fresh_hours=fresh_hours())
    call, openings = offer.phone or listing.intake_phone, openings_line(sentence, now=now)
    return Saved(offer, call, kind_line(offer), openings, WHOLE in listing.doubted)


def _keep(ids: Sequence[str], response: HttpResponse) -> HttpResponse:
    """Write the cookie, or take it away when nothing is left. It has no end of its own: it goes with the browser."""
    if not ids:
        response.delete_cookie(SAVED_COOKIE, samesite="Lax")
        return response
    text = ".".join(urlsafe_b64encode(UUID(key).bytes).decode().rstrip("=") for key in ids)
    secure = settings.HANDRAIL_HTTPS
    response.set_cookie(SAVED_COOKIE, _SIGNER.sign(text), httponly=True, samesite="Lax", secure=secure)
    return response


def _back_to(request: HttpRequest, slug: str) -> str:
    """The page of ours that the form stood on, at this place; the saved places when it is not known."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        return reverse("saved")
    parts = urlsplit(came_from)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if parts.path == reverse("save_place"):
        return reverse("saved")
    return f"{path}#saved-{slug}"
