"""The links that let one device say a program's openings: a token is the link's id, signed. Nothing else is in it."""

import base64
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet

from handrail.records.directory.models import CapacityLink

SALT = "handrail.capacity-link"
MOST_SIGNS = 120


def token_of(link: CapacityLink) -> str:
    """What stands in the link's address. Nobody can make one without the service's secret."""
    return _signer().sign(base64.urlsafe_b64encode(link.pk.bytes).decode().rstrip("="))


def link_of(token: str) -> CapacityLink | None:
    """The link of a token, living or not; None for a token that we never made. A wrong one costs no query."""
    if len(token) > MOST_SIGNS:
        return None
    try:
        text = _signer().unsign(token)
        key = uuid.UUID(bytes=base64.urlsafe_b64decode(text + "=="))
    except (BadSignature, ValueError):
        return None
    return CapacityLink.objects.select_related("program__location").filter(pk=key).first()


def find_link(token: str, now: datetime) -> CapacityLink | None:
    """The link of a token while it may be used; None for a wrong, expired or revoked one."""
    link = link_of(token)
    return link if link is not None and is_living(link, now) else None


def is_living(link: CapacityLink, now: datetime) -> bool:
    """True while the link may be used."""
    return link.revoked_at is None and link.expires_at > now


def living_links(program_id: uuid.UUID, now: datetime) -> QuerySet[CapacityLink]:
    """The links of one program that may be used now."""
    return CapacityLink.objects.filter(program=program_id, revoked_at=None, expires_at__gt=now)


def links_of(program_ids: Iterable[uuid.UUID]) -> QuerySet[CapacityLink]:
    """The links of these programs that nobody took back, the newest first; those that ran out can be renewed."""
    return CapacityLink.objects.filter(program__in=list(program_ids), revoked_at=None).order_by("-made_at", "pk")


def _signer() -> Signer:
    return Signer(sep=".", salt=SALT)
