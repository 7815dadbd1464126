"""The demo's help requests: each goes its way through the real actions, so that every screen has something to show.

People, words and numbers are invented; numbers are 555-01xx. Times are minutes before the demo was made.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from handrail.actions import ask, assess, consent, match, person, refer
from handrail.core.access import Actor
from handrail.core.code import show_code
from handrail.core.needs import Needs, needs_from
from handrail.project.sample_people import program_named
from handrail.records.accounts.models import Staff
from handrail.records.casebook.models import HelpRequest, Referral
from handrail.records.directory.models import Location, Program
from handrail.records.directory.snapshot import snapshot

TIMEZONE = "America/Denver"
MOST_READ = 200  # more than the sample has near one place
WORDS = (
    "You agree that {program} may see your request, so that they can say if they have a place for you. "
    "You can take this back at any time."
)


@dataclass(frozen=True)
class Cast:
    """Who acts in the story, and when it is told."""

    now: datetime
    actors: dict[str, Actor]

    def ago(self, minutes: float) -> datetime:
        """A time before now."""
        return self.now - timedelta(minutes=minutes)


def tell(staff: dict[str, Staff], *, now: datetime) -> str:
    """Make every request; the status code of the one that is with a program now."""
    cast = Cast(now, {name: member.actor() for name, member in staff.items()})
    _answered_before(cast)
    _waiting(cast)
    _being_worked(cast)
    return _with_programs(cast)


def _waiting(cast: Cast) -> None:
    """The queue, in the printed order: danger, late, priority, then by due time."""
    _ask(cast, 0.5, "", "Fernhollow", now="sick", channel="call", address="0140", flags=["sick_now", "wants_medicine"])
    _ask(cast, 7, "Kayla", "Harrow Falls", channel="text", address="0141", flags=["pregnant", "injects"])
    _ask(cast, 4, "Ray", "Fernhollow", flags=["left_jail", "on_medicine"], words="I get out Friday. I am on methadone.")
    _ask(cast, 3, "Dre", "Fernhollow", channel="text", address="0142", flags=["sick_now", "wants_medicine"])
    _ask(
        cast, 2, "Sra. A", "Quill Lake", who="someone", channel="call", address="0143", language="es",
        words="Es mi hijo. Usa fentanilo. No sé qué hacer esta noche.",
    )  # fmt: skip
    _ask(cast, 1, "Bird", "Fernhollow", channel="email", address="bird@example.org", words="I need a place to stay.")
    _ask(cast, 35, "Marlow", "Quill Lake", channel="call", address="0144", flags=["unsafe_home"], hours=[6, 7])


def _being_worked(cast: Cast) -> None:
    """Requests that a counselor has: tried, talking, looking, choosing."""
    tried = _ask(cast, 26, "Toby", "Fernhollow", channel="call", address="0145")
    _take(cast, tried, "omar", 24)
    _contact(cast, tried, "omar", 23, "no_answer", "", "Call again", 12)
    talking = _ask(cast, 18, "Jude", "Harrow Falls", channel="text", address="0146", flags=["injects"])
    _reach(cast, talking, "tasha", 16, "Has not slept. Wants to start medicine. Has naloxone at home.")
    looking = _ask(cast, 41, "Wren", "Quill Lake", channel="call", address="0147", flags=["left_program"])
    _reach(cast, looking, "omar", 38, "Left detox on Tuesday. Wants to stay somewhere.")
    _look(cast, looking, "omar", 30, ["stay", "medicine"], "medicaid")
    choosing = _ask(cast, 95, "Nell", "Fernhollow", channel="text", address="0148", flags=["wants_medicine"])
    _reach(cast, choosing, "tasha", 91, "Works nights. Mornings are best.")
    _look(cast, choosing, "tasha", 80, ["medicine"], "medicaid")
    for program in _best(choosing, 2):
        _offer(cast, choosing, "tasha", 70, program)


# What programs said to earlier requests, each with how many days ago and after how many minutes.
ANSWERED = {
    "River House": (
        ("yes", 41, 22),
        ("yes", 36, 14),
        ("no", 30, 35),
        ("yes", 25, 9),
        ("yes", 18, 47),
        ("yes", 11, 18),
        ("yes", 6, 26),
    ),
    "Soft Harbor": (("no", 38, 190), ("no", 29, 260), ("silent", 22, 121), ("no", 15, 175), ("no", 8, 230)),
}


def _answered_before(cast: Cast) -> None:
    """Requests of the last weeks that are over, so that two programs have a count of how they answer."""
    for name, answers in ANSWERED.items():
        program = program_named(name)
        if program is None:
            continue
        for answer, days, minutes in answers:
            began = days * 24 * 60
            asked = _ask(cast, began + 60, "", "Fernhollow")
            referral = _place(cast, asked, "tasha", began + 50, program, sent_ago=began)
            _answer(cast, referral, answer, began - minutes)
            person.stop(_fresh(asked.request.pk), erase=True, now=cast.ago(began - 2 * 24 * 60))


def _answer(cast: Cast, referral: Referral, answer: str, minutes: float) -> None:
    """What the program said, passed on by the desk where nobody of theirs signs in."""
    who = cast.actors["luis" if str(referral.program_id) in cast.actors["luis"].program_ids else "omar"]
    if answer == "silent":
        refer.expire(referral, now=cast.ago(minutes))
        return
    refer.acknowledge(referral, actor=who, now=cast.ago(minutes + 4))
    if answer == "no":
        refer.decline(_fresh_referral(referral), actor=who, reason="no_opening", note="", now=cast.ago(minutes))
        return
    visit_at = cast.ago(minutes - 20 * 60)
    refer.accept(_fresh_referral(referral), actor=who, visit_at=visit_at, visit_note="", now=cast.ago(minutes))
    refer.arrive(_fresh_referral(referral), actor=who, now=visit_at)


def _with_programs(cast: Cast) -> str:
    """Requests that programs see: sent, seen, said yes, arrived. The code of the first."""
    river, oak = program_named("River House"), program_named("Oak Street Clinic")
    if river is None or oak is None:
        return ""
    asked = _ask(cast, 52, "Cass", "Fernhollow", channel="text", address="0149", flags=["wants_medicine", "sick_now"])
    _place(cast, asked, "tasha", 48, river, sent_ago=12)
    seen = _ask(cast, 84, "Ash", "Fernhollow", channel="call", address="0150", flags=["overdosed"])
    referral = _place(cast, seen, "omar", 80, oak, sent_ago=40)
    refer.acknowledge(referral, actor=cast.actors["ana"], now=cast.ago(31))
    also = _ask(cast, 75, "Lee", "Harrow Falls", channel="email", address="lee@example.org", flags=["veteran"])
    _place(cast, also, "tasha", 70, river, sent_ago=21)
    booked = _ask(cast, 190, "June", "Fernhollow", channel="text", address="0151", flags=["wants_medicine"])
    referral = _place(cast, booked, "priya", 186, river, sent_ago=150)
    refer.acknowledge(referral, actor=cast.actors["luis"], now=cast.ago(140))
    visit_at = (cast.now + timedelta(hours=14)).replace(minute=0, second=0, microsecond=0)
    _accept(cast, referral, "luis", 126, visit_at, "Bring any medicine you take. We have food.")
    there = _ask(cast, 1500, "Ozzie", "Fernhollow", channel="text", address="0152", flags=["left_jail"])
    referral = _place(cast, there, "omar", 1495, river, sent_ago=1460)
    refer.acknowledge(referral, actor=cast.actors["luis"], now=cast.ago(1450))
    _accept(cast, referral, "luis", 1440, cast.ago(60), "Ask for Luis at the side door.")
    refer.arrive(_fresh_referral(referral), actor=cast.actors["luis"], now=cast.ago(55))
    return asked.code


@dataclass
class _Asked:
    """A request on its way, and its code."""

    request: HelpRequest
    code: str


def _ask(cast: Cast, minutes: float, name: str, town: str, *, address: str = "", **more: Any) -> _Asked:
    at = cast.ago(minutes)
    answers = {
        "who": "me",
        "now": "no",
        **_where(town),
        "moves_around": False,
        "channel": "code",
        "address": address if "@" in address or not address else f"+1555555{address}",
        "name": name,
        "if_other_answers": "hang_up",
        "say_we_are": "",
        "may_voicemail": False,
        "hours": None,
        "language": "en",
        "flags": [],
        "words": "",
        **more,
    }
    token = ask.keep("", answers, now=at)
    sent = ask.send(token, now=at)
    return _Asked(_fresh(sent.request_id), show_code(sent.code))


@lru_cache
def _where(town: str) -> dict[str, Any]:
    location = Location.objects.filter(city=town).order_by("pk").first() or Location.objects.order_by("pk").first()
    if location is None:
        return {"place": "", "zip": "", "latitude": None, "longitude": None, "timezone": TIMEZONE}
    return {
        "place": str(location),
        "zip": location.zip5,
        "latitude": location.latitude,
        "longitude": location.longitude,
        "timezone": TIMEZONE,
    }


def _fresh(request_id: object) -> HelpRequest:
    request: HelpRequest = HelpRequest.objects.select_related("person").get(pk=request_id)
    return request


def _fresh_referral(referral: Referral) -> Referral:
    fresh: Referral = Referral.objects.select_related("request__person", "program", "consent").get(pk=referral.pk)
    return fresh


def _take(cast: Cast, asked: _Asked, who: str, minutes: float) -> None:
    ask.take(asked.request, actor=cast.actors[who], why="On shift and free", now=cast.ago(minutes))


def _contact(
    cast: Cast, asked: _Asked, who: str, minutes: float, outcome: str, note: str, step: str, in_minutes: float
) -> None:
    ask.record_contact(
        asked.request,
        actor=cast.actors[who],
        outcome=outcome,
        note=note,
        next_step=step,
        next_at=cast.now + timedelta(minutes=in_minutes),
        now=cast.ago(minutes),
    )


def _reach(cast: Cast, asked: _Asked, who: str, minutes: float, note: str) -> None:
    _take(cast, asked, who, minutes + 1)
    _contact(cast, asked, who, minutes, "reached", note, "Write up and look for places", 20)
    assess.record_safety(
        asked.request, actor=cast.actors[who], safe_now=True, naloxone="yes", note="", now=cast.ago(minutes - 1)
    )


def _look(cast: Cast, asked: _Asked, who: str, minutes: float, kinds: list[str], payer: str) -> None:
    answers = asked.request.answers
    needs = Needs(answers["latitude"], answers["longitude"], tuple(kinds), payer)
    assess.record_needs(asked.request, actor=cast.actors[who], needs=needs.as_dict(), now=cast.ago(minutes))


def _matches(request: HelpRequest) -> list[Any]:
    needs = needs_from(request.facts.get("needs", {}))
    return snapshot().find(needs, now=request.stage_at, count=MOST_READ).matches


def _best(asked: _Asked, count: int) -> list[Program]:
    ids = [found.offer.program_id for found in _matches(asked.request)[:count]]
    return list(Program.objects.filter(pk__in=ids).order_by("name"))


def _offer(cast: Cast, asked: _Asked, who: str, minutes: float, program: Program) -> None:
    found = (one for one in _matches(asked.request) if one.offer.program_id == str(program.pk))
    reasons = [reason.as_dict() for one in found for reason in one.reasons]
    match.offer(asked.request, actor=cast.actors[who], program_id=program.pk, reasons=reasons, now=cast.ago(minutes))


def _place(cast: Cast, asked: _Asked, who: str, minutes: float, program: Program, *, sent_ago: float) -> Referral:
    """Reach, look, offer, get a yes, and ask the program."""
    _reach(cast, asked, who, minutes, "Wants to start soon.")
    _look(cast, asked, who, minutes - 2, ["medicine"], "medicaid")
    _offer(cast, asked, who, sent_ago + 3, program)
    consent.record(
        asked.request,
        actor=cast.actors[who],
        program_id=program.pk,
        scopes=["minimum", "details", "contact"],
        words=WORDS.format(program=program.name),
        method="spoken",
        now=cast.ago(sent_ago + 1),
    )
    referral = refer.send(asked.request, actor=cast.actors[who], program_id=program.pk, now=cast.ago(sent_ago))
    return _fresh_referral(referral)


def _accept(cast: Cast, referral: Referral, who: str, minutes: float, visit_at: datetime, note: str) -> None:
    refer.accept(
        _fresh_referral(referral), actor=cast.actors[who], visit_at=visit_at, visit_note=note, now=cast.ago(minutes)
    )
