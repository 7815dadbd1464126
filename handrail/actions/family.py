"""The family wall: a family's message kept, a link on the person's own yes, and taking it back at once.

A link is signed in both requests' streams. Nothing of it is ever written on the family's side of the records.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError
from django.db.models import Q

from handrail.actions._frame import TRIES, Change, Id, Refused, Stale, changing, enter, refuse_if, require
from handrail.actions.hear import read_soon
from handrail.core.access import Actor
from handrail.core.code import normal_code
from handrail.core.safety import dangers_in_words
from handrail.core.wall import why_not_link
from handrail.records.casebook.family import side_of
from handrail.records.casebook.models import FamilyLink, HelpRequest, TimelineEntry
from handrail.records.casebook.requests import code_hash, stream_of

MESSAGE_LETTERS = 500


def leave_message(request: HelpRequest, *, text: str, now: datetime) -> None:
    """A family member leaves words for the person they care about. They lie on the family's own request."""
    actor = request.actor()
    require(actor, "leave_message")
    if request.for_whom != "someone":
        raise Refused("not_a_family_request")
    if not text.strip():
        raise Refused("nothing_to_say")
    with changing(request, actor=actor, verb="leave_message", now=now) as change:
        dangers = dangers_in_words(text)
        change.say("family", for_person=True, what="left", note=text.strip()[:MESSAGE_LETTERS], dangers=list(dangers))
        read_soon(change, dangers)


def family_with_code(typed: str, *, now: datetime) -> HelpRequest:
    """The family request of a code that the person told us. Raises Refused("no_such_code")."""
    code = normal_code(typed)
    found: HelpRequest | None = HelpRequest.objects.with_code(code_hash(code), now=now).first() if code else None
    if found is None:
        raise Refused("no_such_code")
    return found


def link(
    request: HelpRequest, *, actor: Actor, family: HelpRequest, scopes: list[str], words: str, now: datetime
) -> FamilyLink:
    """Record the person's yes, in the words they heard: this family's messages may reach them.

    A second yes to the same family, with more or less that we may tell, takes the place of the first.
    """
    require(actor, "link_family")
    if not words.strip():
        raise Refused("consent_without_words")
    refuse_if(why_not_link(side_of(request), side_of(family), scopes=scopes))
    made = FamilyLink(
        request=request,
        family_request=family,
        scopes=sorted(scopes),
        words=words.strip(),
        heard_by=actor.key,
        at=now,
    )
    try:
        with changing(request, actor=actor, verb="link_family", now=now) as change:
            for older in FamilyLink.objects.living().filter(request=request, family_request=family):
                if older.scopes == made.scopes:
                    raise Refused("linked_already")
                _end(change, older)
            made.save(force_insert=True)
            change.say("family", what="linked", name=family.person.chosen_name, words=made.words)
            # The version moves, so that two who link at once do not both think they did.
            change.set(due_at=change.values.get("due_at", request.due_at))
            _sign_theirs(made, actor=actor, verb="link_family", now=now)
    except IntegrityError as error:
        raise Refused("linked_already") from error
    return made


def unlink(request: HelpRequest, *, actor: Actor, link_id: Id, now: datetime) -> None:
    """Take back a link, at once. The family's page shows nothing of it, not even that it ended."""

    def end(change: Change, held: FamilyLink) -> None:
        _end(change, held)
        change.say("family", what="unlinked", name=held.family_request.person.chosen_name)
        _sign_theirs(held, actor=actor, verb="unlink_family", now=now)

    _on_link(request, actor=actor, link_id=link_id, verb="unlink_family", act=end, now=now)


def stop_telling(request: HelpRequest, *, actor: Actor, link_id: Id, scope: str, now: datetime) -> None:
    """Take back one thing that we may tell the family; their messages may still come."""

    def narrow(change: Change, held: FamilyLink) -> None:
        left = [kept for kept in held.scopes if kept != scope]
        FamilyLink.objects.filter(pk=held.pk).raw_update(change.signature, held.pk, scopes=left)
        change.say("family", what="told_less", name=held.family_request.person.chosen_name, scope=scope)
        _sign_theirs(held, actor=actor, verb="narrow_family", now=now)

    _on_link(request, actor=actor, link_id=link_id, verb="narrow_family", act=narrow, now=now)


def answer_message(
    request: HelpRequest, *, actor: Actor, link_id: Id, message_id: str, wants: bool, now: datetime
) -> None:
    """The person, or the desk with them, says if they want to read a message. The family does not learn which."""
    require(actor, "answer_message")
    held = _living(request, link_id)
    message = TimelineEntry.objects.filter(
        pk=message_id, request_id=held.family_request_id, kind="family", is_from_person=True
    ).first()
    if message is None or str(message.pk) in answered_messages(request):
        raise Refused("no_link")
    what = "accepted" if wants else "refused"
    with changing(request, actor=actor, verb=f"message_{what}", now=now) as change:
        change.say("family", what=what, link=str(held.pk), message=str(message.pk))
        change.set(due_at=change.values.get("due_at", request.due_at))


def answered_messages(request: HelpRequest) -> dict[str, bool]:
    """Which messages the person has said yes or no to, by id."""
    said = {}
    for entry in TimelineEntry.objects.filter(request=request, kind="family"):
        if entry.body.get("what") in ("accepted", "refused"):
            said[str(entry.body["message"])] = entry.body["what"] == "accepted"
    return said


def end_links(change: Change) -> None:
    """End every link of a request that is stopped, from either side."""
    either = Q(request=change.request) | Q(family_request=change.request)
    for held in FamilyLink.objects.living().filter(either):
        _end(change, held)


def erase_links(change: Change) -> None:
    """Erase the words of every link of a request. That there was one, and when, is kept."""
    either = Q(request=change.request) | Q(family_request=change.request)
    for held in FamilyLink.objects.filter(either):
        FamilyLink.objects.filter(pk=held.pk).raw_update(change.signature, held.pk, words="", scopes=[])


def _on_link(
    request: HelpRequest,
    *,
    actor: Actor,
    link_id: Id,
    verb: str,
    act: Callable[[Change, FamilyLink], None],
    now: datetime,
) -> None:
    require(actor, "unlink_family")
    for _ in range(TRIES):
        held = _living(request, link_id)
        try:
            with changing(request, actor=actor, verb=verb, now=now) as change:
                act(change, held)
                change.set(due_at=change.values.get("due_at", request.due_at))
        except Stale:
            # Whatever else happened to the request at this moment, taking back must not fail for it.
            request.refresh_from_db()
            continue
        return
    raise Stale


def _living(request: HelpRequest, link_id: Id) -> FamilyLink:
    links = FamilyLink.objects.living().filter(request=request, pk=link_id)
    held: FamilyLink | None = links.select_related("family_request__person").first()
    if held is None:
        raise Refused("no_link")
    return held


def _end(change: Change, held: FamilyLink) -> None:
    FamilyLink.objects.filter(pk=held.pk).raw_update(change.signature, held.pk, revoked_at=change.now)


def _sign_theirs(held: FamilyLink, *, actor: Actor, verb: str, now: datetime) -> None:
    """Sign in the family's stream too. The entry names the link, never the other request."""
    wrote = [f"update familylink:{held.pk}"]
    enter(stream_of(held.family_request_id), actor=actor, verb=verb, now=now, wrote=wrote)
