"""Random moves, legal and illegal, by several actors, in any order. What must never happen never does."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from handrail.actions import ask, assess, consent, follow_up, match, messages, person, refer
from handrail.actions._frame import Refused
from handrail.core.access import Actor
from handrail.core.contact import ContactRule
from handrail.records.casebook.choices import HELD_REFERRAL_STATES
from handrail.records.casebook.models import Consent, Disclosure, HelpRequest, Message, Option, Referral
from handrail.records.ledger.verify import verify
from tests import build

ANSWERS = {"who": "me", "now": "no", "channel": "text", "address": "+13035550142", "name": "Bird", "flags": []}
numbers = st.integers(0, 2)
# Mostly the actor whose move it is, so that stories get far; now and then anybody else.
actors = st.sampled_from([None, None, None, None, None, 0, 1, 2, 3, 4])
ActorNumber = int | None


class Journey(RuleBasedStateMachine):
    """Three requests, two counselors, two programs, one person each, a worker, and a clock that moves on."""

    @initialize()
    def begin(self) -> None:
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.now = build.AT
        self.programs = [build.program("River House"), build.program("Oak Street Clinic")]
        self.counselors = [build.staff(name, role="counselor").actor() for name in ("tasha", "omar")]
        self.intakes = [
            build.staff(f"intake{i}", role="intake", program=program).actor() for i, program in enumerate(self.programs)
        ]
        self.steward = build.staff("sam", role="steward").actor()
        for _ in range(3):
            self.ask_for_help()
        for number in (1, 2):
            self.take_next(None)
            self.contact(number, None, "reached", True)
            self.assess(number, None, True)
            for place in (0, 1):
                self.offer(number, place, None)
        for place in (0, 1):
            self.consent(2, place, None, ["minimum", "details"])
            self.refer(2, place, None)

    def teardown(self) -> None:
        if hasattr(self, "frame"):
            assert not verify().findings
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    def ask_for_help(self) -> None:
        token = ask.keep("", ANSWERS, now=self.now)
        assert ask.send(token, now=self.now) == ask.send(token, now=self.now)

    def attempt(self, action: Callable[..., Any], *args: Any, **values: Any) -> None:
        """Do it; a refusal must leave nothing behind, which the invariants see."""
        with suppress(Refused), transaction.atomic():
            action(*args, **values, now=self.now)

    def request(self, number: int) -> HelpRequest:
        rows = list(HelpRequest.objects.select_related("person").order_by("asked_at", "pk"))
        return rows[number % len(rows)]

    def referral(self, number: int) -> Referral | None:
        rows = list(Referral.objects.select_related("request__person", "program", "consent").order_by("sent_at", "pk"))
        return rows[-1 - number % len(rows)] if rows else None

    def anybody(self, number: ActorNumber, rightful: Actor | None = None) -> Actor:
        if number is None:
            return rightful or self.counselors[0]
        return [*self.counselors, *self.intakes, self.steward][number]

    def intake_of(self, referral: Referral) -> Actor:
        return self.intakes[[program.pk for program in self.programs].index(referral.program_id)]

    @rule(minutes=st.sampled_from([0, 1, 6, 20, 45, 130]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for row in HelpRequest.objects.filter(next_at__lte=self.now):
            self.attempt(follow_up.run_clock, str(row.pk), row.next_at)

    @rule(who=actors)
    def take_next(self, who: ActorNumber) -> None:
        self.attempt(ask.take_next, self.anybody(who))

    @rule(number=numbers, who=actors, outcome=st.sampled_from(ask.OUTCOMES), has_next=st.booleans())
    def contact(self, number: int, who: ActorNumber, outcome: str, has_next: bool) -> None:
        self.attempt(
            ask.record_contact,
            self.request(number),
            actor=self.anybody(who),
            outcome=outcome,
            note="n",
            next_step="go on" if has_next else "",
            next_at=self.now + timedelta(minutes=30),
        )

    @rule(number=numbers, who=actors)
    def hand_back(self, number: int, who: ActorNumber) -> None:
        self.attempt(ask.hand_back, self.request(number), actor=self.anybody(who), why="end of shift")

    @rule(number=numbers, who=actors, safe=st.booleans())
    def assess(self, number: int, who: ActorNumber, safe: bool) -> None:
        actor = self.anybody(who)
        self.attempt(assess.record_safety, self.request(number), actor=actor, safe_now=safe, naloxone="no", note="")
        self.attempt(assess.record_needs, self.request(number), actor=actor, needs={"kinds": ["medicine"]})

    @rule(number=numbers, place=st.integers(0, 1), who=actors)
    def offer(self, number: int, place: int, who: ActorNumber) -> None:
        program = self.programs[place]
        self.attempt(match.offer, self.request(number), actor=self.anybody(who), program_id=program.pk, reasons=[])

    @rule(number=numbers, choice=st.sampled_from(["yes", "no"]))
    def choose(self, number: int, choice: str) -> None:
        request = self.request(number)
        option = Option.objects.filter(request=request).first()
        if option:
            self.attempt(person.choose, request, option_id=option.pk, choice=choice, actor=request.actor())

    @rule(
        number=numbers,
        place=st.integers(0, 1),
        who=actors,
        scopes=st.lists(st.sampled_from(["minimum", "details", "contact"]), unique=True),
    )
    def consent(self, number: int, place: int, who: ActorNumber, scopes: list[str]) -> None:
        self.attempt(
            consent.record,
            self.request(number),
            actor=self.anybody(who),
            program_id=self.programs[place].pk,
            scopes=scopes,
            words="May I?",
            method="spoken",
        )

    @rule(number=numbers, place=st.integers(0, 1))
    def take_back(self, number: int, place: int) -> None:
        request = self.request(number)
        self.attempt(consent.revoke, request, actor=request.actor(), program_id=self.programs[place].pk)

    @rule(number=numbers, place=st.integers(0, 1), who=actors)
    def refer(self, number: int, place: int, who: ActorNumber) -> None:
        self.attempt(refer.send, self.request(number), actor=self.anybody(who), program_id=self.programs[place].pk)

    @rule(number=numbers, who=actors, answer=st.sampled_from(["see", "yes", "no", "ask", "here", "back"]))
    def program_answers(self, number: int, who: ActorNumber, answer: str) -> None:
        referral = self.referral(number)
        if referral is None:
            return
        actor = self.anybody(who, self.intake_of(referral))
        if answer == "see":
            self.attempt(refer.acknowledge, referral, actor=actor)
        elif answer == "yes":
            at = self.now + timedelta(hours=4)
            self.attempt(refer.accept, referral, actor=actor, visit_at=at, visit_note="")
        elif answer == "no":
            self.attempt(refer.decline, referral, actor=actor, reason="no_opening", note="")
        elif answer == "ask":
            self.attempt(refer.ask_question, referral, actor=actor, question="When?")
        elif answer == "here":
            self.attempt(refer.arrive, referral, actor=actor)
        else:
            self.attempt(refer.withdraw, referral, actor=actor, why="changed")

    @rule(number=numbers, who=actors)
    def look_at_referral(self, number: int, who: ActorNumber) -> None:
        referral = self.referral(number)
        if referral is not None:
            self.attempt(refer.facts_for, referral, actor=self.anybody(who, self.intake_of(referral)))

    @rule(number=numbers, what=st.sampled_from(["pause", "stop", "erase", "again", "other", "note", "quiet"]))
    def person_acts(self, number: int, what: str) -> None:
        request = self.request(number)
        if what == "pause":
            self.attempt(person.pause, request)
        elif what in ("stop", "erase"):
            self.attempt(person.stop, request, erase=what == "erase")
        elif what == "again":
            self.attempt(person.come_again, request)
        elif what == "other":
            self.attempt(person.ask_other_counselor, request)
        elif what == "note":
            self.attempt(person.write_note, request, text="hello")
        else:
            self.attempt(person.change_contact, request, rule=ContactRule(channel="code"))

    @rule()
    def send_messages(self) -> None:
        for message in Message.objects.filter(state="queued").select_related("request__person"):
            rule_now = message.request.person.rule
            outgoing = messages.claim(str(message.pk), now=self.now)
            assert outgoing is None or (rule_now.channel == message.channel and not rule_now.is_stopped)

    @invariant()
    def nobody_is_without_a_next_step(self) -> None:
        assert not HelpRequest.objects.without_next_step().exists()

    @invariant()
    def nothing_is_shared_without_consent(self) -> None:
        for row in Disclosure.objects.select_related("consent"):
            terms = row.consent.terms()
            assert terms.recipient == str(row.program_id)
            assert row.scope in terms.scopes
            assert row.consent.request_id == row.request_id
            assert terms.recorded_at <= row.at < terms.expires_at
            assert terms.revoked_at is None or row.at <= terms.revoked_at

    @invariant()
    def nobody_is_accepted_twice(self) -> None:
        held = Referral.objects.filter(state__in=HELD_REFERRAL_STATES)
        assert not held.values("request").annotate(count=Count("pk")).filter(count__gt=1).exists()

    @invariant()
    def one_living_consent_per_program(self) -> None:
        living = Consent.objects.filter(revoked_at=None)
        assert not living.values("request", "program").annotate(count=Count("pk")).filter(count__gt=1).exists()


@pytest.mark.django_db
def test_what_must_never_happen_never_does() -> None:
    run_state_machine_as_test(
        Journey,
        settings=settings(
            max_examples=40,
            database=None,
            stateful_step_count=25,
            deadline=None,
            # A failure is replayed as it was found: shrinking a story of many actors takes minutes and tells no more.
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
