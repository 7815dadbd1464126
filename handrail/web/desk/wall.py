"""What a counselor does at the family wall: link on the person's word, unlink at once, pass a message on."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from handrail.actions import family as wall
from handrail.actions import person
from handrail.core.access import Actor
from handrail.core.contact import ContactRule
from handrail.core.wall import SCOPES
from handrail.records.casebook.models import HelpRequest
from handrail.web.desk.moves import Wrong, move
from handrail.web.desk.wall_panels import link_words
from handrail.web.phones import read_number
from handrail.web.typed import uuid_of, whole_number
from handrail.web.words import reason_words


@move("asked-by")
def own_rule(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """How a patient may be reached, in their own word, once we speak with them: the professional's line ends."""
    way, number, held = request.POST.get("way", ""), request.POST.get("number", "").strip(), wanted.person.rule
    if way not in ("text", "call", "code"):
        raise Wrong(way=_("Choose how they want to be reached."))
    phone = read_number(number) if way != "code" else ""
    if way != "code" and not phone:
        raise Wrong(number=reason_words("bad_phone"))
    rule = ContactRule(channel=way, address=phone, timezone=held.timezone, language=held.language)
    person.change_contact(wanted, rule=rule, now=now, actor=actor)


@move("family")
def link(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """Record the person's yes to one family request, in the words that stood on the page."""
    post = request.POST
    if post.get("heard") != "yes":
        raise Wrong(heard=reason_words("not_read_aloud"))
    scopes = [scope for scope in SCOPES if scope in post.getlist("tell")]
    typed = post.get("code", "").strip()
    chosen = HelpRequest.objects.visible_to(actor).filter(pk=uuid_of(post.get("chosen", ""))).first()
    if not typed and chosen is None:
        raise Wrong(code=_("Type their code, or choose a request."))
    theirs = wall.family_with_code(typed, now=now) if typed else chosen
    if theirs is not None:
        words = link_words(scopes, wanted.person.rule.language)
        wall.link(wanted, actor=actor, family=theirs, scopes=scopes, words=words, now=now)


@move("family")
def unlink(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """The person takes it back: the whole link, or one thing that we may tell."""
    link_id, scope = uuid_of(request.POST.get("link", "")), request.POST.get("scope", "")
    if scope in SCOPES:
        wall.stop_telling(wanted, actor=actor, link_id=link_id, scope=scope, now=now)
    else:
        wall.unlink(wanted, actor=actor, link_id=link_id, now=now)


@move("family")
def message(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> None:
    """With the person: they want a family's message on their page, or they do not."""
    post = request.POST
    number = whole_number(post.get("message"), most=2**53)
    wants = post.get("wants") == "yes"
    wall.answer_message(
        wanted, actor=actor, link_id=uuid_of(post.get("link", "")), message_id=str(number), wants=wants, now=now
    )
