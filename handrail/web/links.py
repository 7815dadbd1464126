"""A device's link as staff hand it over: its whole address, and the same as a square of dots for a phone's camera."""

import base64
from collections.abc import Iterable
from typing import Any

from allauth.mfa.adapter import get_adapter
from django.http import HttpRequest
from django.urls import reverse

from handrail.records.directory.links import token_of
from handrail.records.directory.models import CapacityLink

# The id of a link that was just made: its address is shown once, on the next page.
FRESH = "fresh_link"


def address_of(request: HttpRequest, link: CapacityLink) -> str:
    """The address that opens the link. Whoever has it can say this program's openings: show it once."""
    return request.build_absolute_uri(reverse("openings_link", kwargs={"token": token_of(link)}))


def show_once(request: HttpRequest, link: CapacityLink) -> None:
    """Let the next page show this link's address. The session keeps its id alone."""
    request.session[FRESH] = str(link.pk)


def shown_once(request: HttpRequest, links: Iterable[CapacityLink]) -> dict[str, Any]:
    """The link that was just made, with its address and square, this once; nothing on every later page."""
    fresh = request.session.get(FRESH)
    made = next((link for link in links if str(link.pk) == fresh), None)
    if made is None:
        return {}
    del request.session[FRESH]
    address = address_of(request, made)
    return {"fresh": made, "address": address, "square": square_of(address)}


def square_of(address: str) -> str:
    """The address as a picture that a camera reads, inside the page: nobody else is asked to draw it."""
    # The maker of squares that the sign-in already has; it takes any address.
    drawing: str = get_adapter().build_totp_svg(address)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"
