"""Links for a device that says a program's openings without an account: made, renewed, taken back, used."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from handrail.actions._frame import Refused, enter, require
from handrail.actions.directory.sources import hold_directory
from handrail.core.access import Actor
from handrail.records.directory.links import living_links
from handrail.records.directory.models import CapacityLink, Program

MOST_LINKS = 10
MOST_DAYS = 365
MAX_LABEL = 60


def make_link(program: Program, *, actor: Actor, label: str, now: datetime, days: int | None = None) -> CapacityLink:
    """Make a link for one device. It lives CAPACITY_LINK_DAYS unless `days` says otherwise.

    Raises Refused: `not_listed`, `bad_link_label`, `bad_link_days`, `too_many_links`.
    """
    _may_keep_links(program.pk, actor)
    label = " ".join(label.split())
    if not label or len(label) > MAX_LABEL or not label.isprintable():
        raise Refused("bad_link_label")
    expires_at = _ends(now, days)
    with transaction.atomic():
        hold_directory()
        _leave_room(program.pk, now)
        link = CapacityLink.objects.create(
            program=program, label=label, made_at=now, made_by=actor.key, expires_at=expires_at
        )
        _enter(link, actor, "make_capacity_link", now, "create")
    return link


def renew_link(link: CapacityLink, *, actor: Actor, now: datetime, days: int | None = None) -> None:
    """Let a link live on from now, also one that has run out. One that was taken back stays so.

    Raises Refused: `not_listed`, `bad_link_days`, `too_many_links`, `link_off`.
    """
    _may_keep_links(link.program_id, actor)
    expires_at = _ends(now, days)
    with transaction.atomic():
        hold_directory()
        _leave_room(link.program_id, now, besides=link.pk)
        if not CapacityLink.objects.filter(pk=link.pk, revoked_at=None).update(expires_at=expires_at):
            raise Refused("link_off")
        _enter(link, actor, "renew_capacity_link", now)
    link.expires_at = expires_at


def revoke_link(link: CapacityLink, *, actor: Actor, now: datetime) -> None:
    """Take a link back: from now on it opens nothing. A second time changes nothing. Raises Refused: `not_listed`."""
    _may_keep_links(link.program_id, actor)
    with transaction.atomic():
        hold_directory()
        if CapacityLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
            _enter(link, actor, "revoke_capacity_link", now)
            link.revoked_at = now


@contextmanager
def using(link: CapacityLink, *, now: datetime) -> Iterator[Actor]:
    """Say something through a link, in one transaction: who speaks. Raises Refused(`link_off`) when it may not."""
    with transaction.atomic():
        hold_directory()
        # Asked of the row itself and held, so that a link taken back this instant says nothing more.
        if not living_links(link.program_id, now).filter(pk=link.pk).update(used_at=now):
            raise Refused("link_off")
        yield actor_of_link(link)


def actor_of_link(link: CapacityLink) -> Actor:
    """The device as core sees it: it speaks for one program."""
    return Actor(role="link", id=str(link.pk), name=link.label, program_ids=frozenset({str(link.program_id)}))


def _may_keep_links(program_id: uuid.UUID, actor: Actor) -> None:
    require(actor, "make_capacity_link")
    if actor.role == "intake" and str(program_id) not in actor.program_ids:
        raise Refused("not_listed")


def _ends(now: datetime, days: int | None) -> datetime:
    days = settings.CAPACITY_LINK_DAYS if days is None else days
    if not 1 <= days <= MOST_DAYS:
        raise Refused("bad_link_days")
    return now + timedelta(days=days)


def _leave_room(program_id: uuid.UUID, now: datetime, besides: uuid.UUID | None = None) -> None:
    """Raise Refused when the program has as many living links as it may. Two at once wait for each other."""
    living = living_links(program_id, now).exclude(pk=besides or uuid.UUID(int=0))
    list(living.select_for_update().order_by("pk").values_list("pk"))
    if living.count() >= MOST_LINKS:
        raise Refused("too_many_links")


def _enter(link: CapacityLink, actor: Actor, verb: str, now: datetime, change: str = "update") -> None:
    enter(f"program:{link.program_id}", actor=actor, verb=verb, now=now, wrote=[f"{change} capacitylink:{link.pk}"])
