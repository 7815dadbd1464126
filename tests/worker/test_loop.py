"""The worker: one claim per task, what is written commits with "done", failures are tried again and then given up."""

from datetime import timedelta

import pytest
from django.db import connection

from handrail.actions import ask
from handrail.records.casebook.models import Draft, Heartbeat, HelpRequest, Message, Task, TimelineEntry
from handrail.records.casebook.tasks import new_task
from handrail.records.directory.models import ServicePulse
from handrail.records.ledger.models import Seal
from handrail.worker import duties, loop
from handrail.worker.duties import DUTIES, PERIODIC, Duty
from handrail.worker.loop import MOST_TRIES, Worker, claim, wait_after
from tests import build

pytestmark = pytest.mark.django_db


class Hands:
    """A worker whose clock the test moves."""

    def __init__(self, at) -> None:
        self.now = at
        self.worker = Worker(clock=lambda: self.now)

    def work(self) -> int:
        count = 0
        while self.worker.work_once():
            count += 1
        return count


@pytest.fixture
def hands(at) -> Hands:
    return Hands(at)


def left(kind: str, at, **args) -> Task:
    task = new_task(kind, key="1", run_at=at, now=at, **args)
    task.save()
    return task


def test_a_claim_hides_the_task_for_a_lease_and_then_gives_it_again(at):
    task = left("tidy", at)
    assert claim(at).pk == task.pk
    assert claim(at) is None
    again = claim(at + loop.LEASE)
    assert (again.pk, again.attempts) == (task.pk, 2)


def test_a_task_is_not_claimed_before_its_time(at):
    left("tidy", at + timedelta(seconds=1))
    assert claim(at) is None


def test_what_a_duty_writes_is_undone_when_the_lease_was_lost(at, hands, monkeypatch):
    def slow(_args, now):
        Heartbeat.objects.create(worker="written", started_at=now, beat_at=now)
        Task.objects.update(attempts=7)  # another worker claimed it meanwhile

    monkeypatch.setitem(DUTIES, "slow", Duty(slow))
    left("slow", at)
    loop.carry_out(claim(at), clock=lambda: at)
    assert not Heartbeat.objects.exists()
    assert Task.objects.get().state == "ready"


def test_a_failing_task_waits_longer_each_time_keeps_only_the_kind_of_error_and_is_given_up(at, hands, monkeypatch):
    given_up = []

    def fail(_args, _now):
        raise ValueError("Wren said a private thing")

    monkeypatch.setitem(DUTIES, "fail", Duty(fail, when_given_up=lambda args, _now: given_up.append(args)))
    left("fail", at, request="r1")
    for attempt in range(1, MOST_TRIES + 1):
        assert hands.worker.work_once()
        task = Task.objects.get()
        assert (task.attempts, task.last_error) == (attempt, "ValueError")
        assert not hands.worker.work_once()
        hands.now += wait_after(attempt)
    assert (task.state, given_up) == ("failed", [{"request": "r1"}])
    assert not hands.worker.work_once()


def test_a_task_whose_worker_dies_every_time_is_given_up_too(at, hands):
    left("tidy", at)
    for _ in range(MOST_TRIES):
        assert claim(hands.now)
        hands.now += loop.LEASE
    assert hands.work() == 1
    assert Task.objects.get().state == "failed"


def test_a_clock_that_cannot_run_puts_the_request_on_the_desks_turn(at, hands, cast, monkeypatch):
    request = build.talking(actor=cast.actor("tasha"), now=at)

    def fail(_args, _now):
        raise RuntimeError

    monkeypatch.setitem(DUTIES, "clock", Duty(fail, when_given_up=duties.clock_given_up))
    Task.objects.exclude(kind="clock").delete()
    hands.now = at + timedelta(hours=2)
    for _ in range(MOST_TRIES * 3):
        hands.work()
        hands.now += timedelta(minutes=10)
    request.refresh_from_db()
    assert request.next_action == "look_at_failure"
    assert TimelineEntry.objects.filter(request=request, kind="system").exists()


def test_a_late_request_is_said_to_be_late_once(at, hands):
    request = build.request(now=at)
    hands.now = at + timedelta(minutes=5)
    hands.work()
    hands.work()
    lines = [entry.body for entry in TimelineEntry.objects.filter(request=request, kind="system")]
    assert [line["what"] for line in lines] == ["late"]


def test_a_message_goes_out_once_through_the_gate(at, hands, cast):
    request = build.request(now=at)
    ask.take(request, actor=cast.actor("tasha"), why="Free", now=at)
    hands.work()
    message = Message.objects.get()
    assert (message.state, message.sent_at) == ("sent", at)
    left("message", at, message=str(message.pk))
    hands.work()
    assert Message.objects.get().sent_at == at


def test_a_message_is_refused_when_the_person_said_stop_in_between(at, hands, cast):
    request = build.request(now=at)
    ask.take(request, actor=cast.actor("tasha"), why="Free", now=at)
    build.stop_messages(request, now=at)
    hands.work()
    assert (Message.objects.get().state, Message.objects.get().why_not) == ("refused", "person_said_stop")


def test_periodic_tasks_are_planned_once_a_slot_by_any_number_of_workers(at, hands):
    other = Hands(at)
    for one in (hands, other, hands):
        one.worker.plan_periodic()
    assert sorted(Task.objects.values_list("kind", flat=True)) == sorted(PERIODIC)
    assert hands.work() == len(PERIODIC)
    assert ServicePulse.objects.get().as_of == at
    hands.now += timedelta(seconds=60)
    hands.worker.plan_periodic()
    assert Task.objects.filter(state="ready", kind="pulse").count() == 1
    assert not Task.objects.filter(state="ready", kind="tidy").exists()


def test_answers_that_were_never_sent_are_forgotten_and_the_ledger_is_sealed(at, hands):
    ask.keep("", {"name": "Wren"}, now=at)
    hands.now = at + timedelta(hours=2)
    hands.worker.plan_periodic()
    hands.work()
    assert not Draft.objects.exists()
    assert Seal.objects.exists()


def test_the_worker_says_that_it_lives_and_signs_off(at, hands):
    hands.worker.beat()
    assert Heartbeat.objects.get().is_alive(at)
    hands.worker.stop.set()
    hands.worker.run()
    assert not Heartbeat.objects.exists()


def test_a_referral_that_nobody_answers_comes_back_to_the_desk(at, hands, cast):
    referral = build.referral(cast.river_house, actor=cast.actor("tasha"), now=at)
    hands.now = at + timedelta(minutes=31)
    hands.work()
    referral.refresh_from_db()
    request = HelpRequest.objects.get()
    assert (referral.state, request.stage, request.next_action) == ("expired", "matching", "next_match")


@pytest.mark.django_db(transaction=True)
def test_the_long_count_of_a_month_keeps_nobody_from_writing(hands, at, monkeypatch):
    """On SQLite one transaction keeps every other writer waiting, and somebody may be pressing Send."""
    seen = []
    monkeypatch.setattr(duties.figures, "count_months", lambda **_now: seen.append(connection.in_atomic_block))
    task = left("figures", at)
    hands.work()
    task.refresh_from_db()
    assert (seen, task.state) == ([False], "done")
