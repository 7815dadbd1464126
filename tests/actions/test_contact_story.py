"""Random stories of messages and rules: whatever changes between queueing and sending, the rule of the moment holds.

A worker is killed before or after it has handed a message over, hours pass, people say stop, start, pause, erase, and
change their rule. The gateway stands in for one that knows ids.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from handrail.actions import inbound, messages, person
from handrail.actions._frame import Refused, changing
from handrail.core.access import WORKER
from handrail.core.contact import ContactRule
from handrail.core.journey import is_open
from handrail.core.messages import KINDS
from handrail.gateways import gate
from handrail.records.casebook.models import HelpRequest, Message
from handrail.records.casebook.people import address_index
from handrail.worker import duties
from tests import build

PHONES = ("+13035550142", "+13035550143")
numbers = st.integers(0, 2)
hours = st.one_of(st.none(), st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda pair: pair[0] != pair[1]))
rules = st.builds(
    ContactRule,
    channel=st.sampled_from(["text", "text", "email", "call", "code"]),
    address=st.sampled_from(PHONES),
    hours=hours,
    timezone=st.sampled_from(["America/Denver", "America/New_York", "Australia/Lord_Howe"]),
    language=st.sampled_from(["en", "es"]),
)


class Killed(Exception):
    """The worker's end."""


class Messages(RuleBasedStateMachine):
    """Three requests, two of them with one phone, and a clock that goes over both ends of daylight saving."""

    @initialize(start=st.sampled_from([build.AT, datetime.fromisoformat("2026-11-01T05:30:00+00:00")]))
    def begin(self, start: datetime) -> None:
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.now = start
        self.handed_over: dict[str, int] = {}
        for number in range(3):
            build.request(now=self.now, address=PHONES[number % 2], timezone="America/Denver")

    def teardown(self) -> None:
        if hasattr(self, "frame"):
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    def attempt(self, action: Callable[..., Any], *args: Any, **values: Any) -> None:
        with suppress(Refused), transaction.atomic():
            action(*args, **values, now=self.now)

    def request(self, number: int) -> HelpRequest:
        return HelpRequest.objects.select_related("person").order_by("asked_at", "pk")[number]

    # --- what may happen ---
    @rule(minutes=st.sampled_from([1, 4, 6, 30, 61, 300, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(number=numbers, kind=st.sampled_from(["first_contact", "news", "late", "check_in", "help"]))
    def queue(self, number: int, kind: str) -> None:
        request = self.request(number)
        with changing(request, actor=WORKER, verb="test", now=self.now) as change:
            messages.queue_message(change, kind, from_name="Tasha R.")

    @rule(number=numbers, new=rules)
    def change_rule(self, number: int, new: ContactRule) -> None:
        address = "bird@example.org" if new.channel == "email" else new.address
        self.attempt(person.change_contact, self.request(number), rule=replace(new, address=address))

    @rule(phone=st.sampled_from(PHONES), words=st.sampled_from(["STOP", "alto", "START", "YES", "LATER", "HELP", "hi"]))
    def text(self, phone: str, words: str) -> None:
        meaning = inbound.text_came(phone, words, ref=f"{self.now}{words}{len(self.handed_over)}", now=self.now)
        if meaning == "stop":
            rows = HelpRequest.objects.filter(person__address_index=address_index(phone)).select_related("person")
            assert all(row.person.rule.is_stopped for row in rows)
            queued = Message.objects.filter(request__in=rows, state="queued").exclude(purpose="stop_confirm")
            assert not queued.exists()

    @rule(number=numbers)
    def pause(self, number: int) -> None:
        self.attempt(person.pause, self.request(number))

    @rule(number=numbers, erase=st.booleans())
    def stop(self, number: int, erase: bool) -> None:
        self.attempt(person.stop, self.request(number), erase=erase)

    @rule(number=numbers)
    def come_again(self, number: int) -> None:
        self.attempt(person.come_again, self.request(number))

    @rule(number=numbers, between=st.sampled_from(["pause", "stop", "erase", "text", "rule"]), new=rules)
    def something_comes_between(self, number: int, between: str, new: ContactRule) -> None:
        """Queue, change, send: the order that matters, more often than chance brings it."""
        self.queue(number, "news")
        if between == "pause":
            self.pause(number)
        elif between == "text":
            self.text(PHONES[number % 2], "STOP")
        elif between == "rule":
            self.change_rule(number, new)
        else:
            self.stop(number, erase=between == "erase")
        self.work("")

    @rule(dies=st.sampled_from(["", "", "before", "after"]))
    def work(self, dies: str) -> None:
        for pk in Message.objects.filter(state__in=messages.LIVING).values_list("pk", flat=True):
            self.send_one(str(pk), dies)

    def send_one(self, pk: str, dies: str) -> None:
        def send(message_id: str, address: str, words: str) -> str:
            if dies == "before":
                raise Killed
            self.leaves(message_id, address, words)
            if dies == "after":
                raise Killed
            return message_id

        senders = {"text": send, "email": send}
        with pytest.MonkeyPatch.context() as patch, suppress(Killed):
            patch.setattr(gate, "senders", lambda _how: senders)
            duties.send_message({"message": pk}, self.now)

    # --- what must hold whenever something leaves ---
    def leaves(self, message_id: str, address: str, words: str) -> None:
        message = Message.objects.select_related("request__person").get(pk=message_id)
        rule_now, kind = message.request.person.rule, KINDS[message.purpose]
        assert (rule_now.channel, rule_now.address) == (message.channel, address)
        assert message.channel in kind.channels
        assert words
        if rule_now.hours:
            start, end = rule_now.hours
            safe = [*range(start, end)] if start < end else [*range(start, 24), *range(end)]
            assert self.now.astimezone(ZoneInfo(rule_now.timezone)).hour in safe
        if kind.within:
            assert self.now - message.created_at <= kind.within
        if rule_now.is_stopped:
            assert message.purpose == "stop_confirm"
            assert self.now - datetime.fromisoformat(rule_now.stopped_at) <= timedelta(minutes=5)
        elif not kind.confirms_stop:
            assert is_open(message.request.stage)
        self.handed_over[message_id] = self.handed_over.get(message_id, 0) + 1
        assert self.handed_over[message_id] == 1 or message.state == "sending", "a repeat has the id it had"


@pytest.mark.django_db
def test_no_message_ever_goes_by_an_old_rule():
    run_state_machine_as_test(
        Messages,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
