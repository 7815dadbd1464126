"""One request from the web form to arrival, through the actions alone."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from handrail.actions import ask, assess, consent, follow_up, match, messages, person, refer
from handrail.actions._frame import Forbidden, Refused, Stale
from handrail.core.access import Actor
from handrail.core.contact import ContactRule
from handrail.records.casebook.models import Disclosure, HelpRequest, Message, Referral, Task, TimelineEntry
from handrail.records.ledger.models import Entry
from handrail.records.ledger.signing import UnsignedError
from tests import build

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 6, 4, tzinfo=UTC)
ANSWERS = {
    "who": "me",
    "now": "no",
    "place": "Fernhollow, CO",
    "zip": "80202",
    "channel": "text",
    "address": "+13035550142",
    "name": "Bird",
    "flags": ["pregnant"],
    "words": "I want to feel OK for the baby",
    "language": "en",
    "timezone": "America/Denver",
}


def minutes(count: int) -> datetime:
    return AT + timedelta(minutes=count)


def asked(at: datetime = AT, **answers) -> HelpRequest:
    token = ask.keep("", {**ANSWERS, **answers}, now=at)
    sent = ask.send(token, now=at)
    return HelpRequest.objects.select_related("person").get(pk=sent.request_id)


@pytest.fixture
def tasha() -> Actor:
    return build.staff("tasha", role="counselor", shown_name="Tasha R.").actor()


@pytest.fixture
def river():
    return build.program("River House")


@pytest.fixture
def luis(river) -> Actor:
    return build.staff("luis", role="intake", shown_name="Luis M.", program=river).actor()


def matching(tasha: Actor) -> HelpRequest:
    asked()
    request = ask.take_next(tasha, now=minutes(1))
    assert request is not None
    ask.record_contact(
        request, actor=tasha, outcome="reached", note="ok", next_step="Look", next_at=minutes(30), now=minutes(2)
    )
    assess.record_needs(request, actor=tasha, needs={"kinds": ["medicine"], "payer": "medicaid"}, now=minutes(3))
    return request


def referred(tasha: Actor, program) -> tuple[HelpRequest, Referral]:
    request = matching(tasha)
    match.offer(request, actor=tasha, program_id=program.pk, reasons=[{"code": "room"}], now=minutes(4))
    consent.record(
        request,
        actor=tasha,
        program_id=program.pk,
        scopes=["minimum", "details"],
        words="May I share this?",
        method="spoken",
        now=minutes(5),
    )
    return request, refer.send(request, actor=tasha, program_id=program.pk, now=minutes(6))


def test_sending_is_one_request_however_often():
    token = ask.keep("", ANSWERS, now=AT)
    first, second = ask.send(token, now=AT), ask.send(token, now=minutes(1))
    assert first == second
    assert HelpRequest.objects.count() == 1
    assert first.promise_at == minutes(5)


def test_sending_costs_nine_statements(django_assert_num_queries):
    token = ask.keep("", ANSWERS, now=AT)
    with CaptureQueriesContext(connection) as captured:
        ask.send(token, now=AT)
    work = [q["sql"] for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    assert len(work) <= 9, work  # one of them reads who is on shift, to name an honest time


def test_an_unsent_draft_contacts_nobody_and_is_forgotten():
    token = ask.keep("", ANSWERS, now=AT)
    ask.keep(token, {"name": "Wren"}, now=minutes(10))
    assert follow_up.purge(now=minutes(30)) == 0
    assert follow_up.purge(now=minutes(71)) == 1
    with pytest.raises(Refused, match="draft_gone"):
        ask.send(token, now=minutes(71))
    assert not HelpRequest.objects.exists()
    assert not Message.objects.exists()


def test_safe_hours_move_the_promise():
    request = asked(hours=[18, 20])
    assert request.due_at > minutes(5)
    assert request.due_at.astimezone(UTC).hour == 1  # 18:05 in Denver


def test_the_printed_order_of_the_queue():
    plain = asked(flags=[])
    late = asked(at=AT - timedelta(minutes=30), flags=[])
    priority = asked(flags=["injects"])
    danger = asked(now="overdose", flags=[])
    order = [row.pk for row in HelpRequest.objects.in_printed_order(minutes(1), limit=50)]
    assert order == [danger.pk, late.pk, priority.pk, plain.pk]


def test_take_next_gives_one_request_to_one_counselor(tasha):
    omar = build.staff("omar", role="counselor", shown_name="Omar P.").actor()
    asked()
    first = ask.take_next(tasha, now=minutes(1))
    assert first is not None
    assert ask.take_next(omar, now=minutes(1)) is None
    with pytest.raises(Stale) as error:
        ask.take(first, actor=omar, why="I know her", now=minutes(1))
    assert error.value.facts["by"] == "Tasha R."


def test_taking_queues_the_first_text_in_neutral_words(tasha):
    request = asked()
    ask.take_next(tasha, now=minutes(1))
    message = Message.objects.get(request=request)
    assert message.body == "Hi, this is Tasha from Next Step. OK to talk? Reply YES, LATER or STOP."
    outgoing = messages.claim(str(message.pk), now=minutes(1))
    assert outgoing is not None
    messages.was_sent(str(message.pk), now=minutes(1))
    assert messages.claim(str(message.pk), now=minutes(1)) is None


def test_no_text_goes_when_the_rule_changed(tasha):
    request = asked()
    request = ask.take_next(tasha, now=minutes(1)) or request
    person.change_contact(request, rule=ContactRule(channel="call", address="+13035550142"), now=minutes(2))
    message = Message.objects.get(request=request)
    assert messages.claim(str(message.pk), now=minutes(2)) is None
    message.refresh_from_db()
    assert (message.state, message.why_not) == ("refused", "channel_not_allowed")


def test_nothing_is_saved_without_a_next_step(tasha):
    request = asked()
    for step, at, reason in (("", minutes(30), "needs_next_step"), ("Call", None, "needs_next_step")):
        with pytest.raises(Refused, match=reason):
            ask.record_contact(
                request, actor=tasha, outcome="reached", note="", next_step=step, next_at=at, now=minutes(1)
            )
    with pytest.raises(Refused, match="next_step_in_past"):
        ask.record_contact(
            request, actor=tasha, outcome="reached", note="", next_step="Call", next_at=AT, now=minutes(1)
        )


def test_the_whole_way_to_arrival(tasha, river, luis):
    request, referral = referred(tasha, river)
    assert request.stage == "referred"
    assert set(refer.facts_for(referral, actor=luis, now=minutes(7))) == {"wants", "flags", "asked_at"}
    refer.acknowledge(referral, actor=luis, now=minutes(8))
    facts = refer.facts_for(referral, actor=luis, now=minutes(8))
    assert facts["called"] == "Bird"
    assert "address" not in facts  # the yes did not cover how to reach them
    refer.accept(referral, actor=luis, visit_at=minutes(300), visit_note="Ask for Ana", now=minutes(9))
    refer.arrive(referral, actor=luis, now=minutes(301))
    request = HelpRequest.objects.get(pk=request.pk)
    assert request.stage == "arrived"
    assert request.next_at is not None
    assert set(Disclosure.objects.values_list("scope", flat=True)) == {"minimum", "details"}
    told = TimelineEntry.objects.filter(request=request, is_for_person=True)
    assert [e.body["what"] for e in told if e.kind == "referral"] == ["sent", "acknowledged", "accepted", "arrived"]
    stream = list(Entry.objects.filter(stream=request.stream).order_by("seq"))
    assert [e.seq for e in stream] == list(range(1, len(stream) + 1))
    assert all(later.previous == earlier.mac for earlier, later in pairwise(stream))


def test_one_acceptance_makes_the_other_obsolete(tasha, river, luis):
    request, first = referred(tasha, river)
    oak = build.program("Oak Street Clinic")
    consent.record(
        request, actor=tasha, program_id=oak.pk, scopes=["minimum"], words="?", method="spoken", now=minutes(7)
    )
    second = refer.send(request, actor=tasha, program_id=oak.pk, now=minutes(8))
    stale = Referral.objects.select_related("request__person").get(pk=second.pk)
    first.request = request
    refer.accept(first, actor=luis, visit_at=minutes(300), visit_note="", now=minutes(9))
    second.refresh_from_db()
    assert second.state == "obsolete"
    told = [entry.body for entry in TimelineEntry.objects.filter(request=second.request, kind="referral")]
    assert ("obsolete", str(second.program)) in [(body["what"], body["program"]) for body in told]
    ana = build.staff("ana", role="intake", shown_name="Ana", program=oak).actor()
    with pytest.raises(Refused):
        refer.accept(stale, actor=ana, visit_at=minutes(300), visit_note="", now=minutes(9))
    assert Referral.objects.filter(state="accepted").count() == 1


def test_a_decline_is_the_desks_turn_again(tasha, river, luis):
    request, referral = referred(tasha, river)
    refer.decline(referral, actor=luis, reason="no_opening", note="", now=minutes(9))
    request = HelpRequest.objects.get(pk=request.pk)
    assert (request.stage, request.next_action) == ("matching", "next_match")
    assert request.due_at == minutes(14)


def test_silence_past_the_clock_is_the_desks_turn_again(tasha, river):
    request, referral = referred(tasha, river)
    assert request.next_at is not None
    follow_up.run_clock(str(request.pk), request.next_at, now=minutes(35))
    assert HelpRequest.objects.get(pk=request.pk).stage == "referred"
    follow_up.run_clock(str(request.pk), request.next_at, now=minutes(36))
    request = HelpRequest.objects.get(pk=request.pk)
    referral.refresh_from_db()
    assert (request.stage, referral.state) == ("matching", "expired")
    follow_up.run_clock(str(request.pk), minutes(36), now=minutes(37))
    assert HelpRequest.objects.get(pk=request.pk).version == request.version  # running twice changes nothing


def test_no_referral_without_consent(tasha, river):
    request = matching(tasha)
    with pytest.raises(Refused, match="no_consent"):
        refer.send(request, actor=tasha, program_id=river.pk, now=minutes(5))
    assert not Disclosure.objects.exists()


def test_taking_back_a_yes_withdraws_what_was_asked(tasha, river, luis):
    request, referral = referred(tasha, river)
    consent.revoke(request, actor=request.actor(), program_id=river.pk, now=minutes(8))
    referral = Referral.objects.select_related("request__person", "consent").get(pk=referral.pk)
    assert referral.state == "withdrawn"
    assert HelpRequest.objects.get(pk=request.pk).stage == "matching"
    assert refer.facts_for(referral, actor=luis, now=minutes(9)) == {}


def test_late_is_said_and_the_request_is_never_lost(tasha):
    request = asked()
    follow_up.run_clock(str(request.pk), request.next_at, now=minutes(5))
    request = HelpRequest.objects.get(pk=request.pk)
    assert request.in_queue
    assert request.next_at == minutes(20)
    late = TimelineEntry.objects.filter(request=request, is_for_person=True, kind="system").get()
    assert late.body["what"] == "late"


def test_a_silent_owner_gives_the_request_back_to_the_queue(tasha):
    asked()
    request = ask.take_next(tasha, now=minutes(1))
    follow_up.run_clock(str(request.pk), request.next_at, now=minutes(6))
    request = HelpRequest.objects.get(pk=request.pk)
    assert not request.in_queue
    follow_up.run_clock(str(request.pk), request.next_at, now=request.next_at)
    assert HelpRequest.objects.get(pk=request.pk).in_queue


def test_after_five_tries_the_request_rests_and_the_code_lives(tasha):
    asked()
    request = ask.take_next(tasha, now=minutes(1))
    for count in range(5):
        ask.record_contact(
            request,
            actor=tasha,
            outcome="no_answer",
            note="",
            next_step="Try again",
            next_at=minutes(10 + count * 10),
            now=minutes(2 + count * 10),
        )
    follow_up.run_clock(str(request.pk), request.next_at, now=minutes(51))
    request = HelpRequest.objects.get(pk=request.pk)
    assert request.stage == "resting"
    person.come_again(request, now=minutes(60))
    assert request.stage == "new"
    assert request.in_queue
    assert request.is_priority


def test_stop_and_erase(tasha, river):
    request, referral = referred(tasha, river)
    person.stop(request, erase=True, now=minutes(8))
    request = HelpRequest.objects.select_related("person").get(pk=request.pk)
    referral.refresh_from_db()
    assert (request.stage, referral.state) == ("stopped", "withdrawn")
    assert request.answers == {}
    assert request.person.chosen_name == ""
    assert request.person.rule.is_stopped
    assert all(e.body == {"erased": True} for e in TimelineEntry.objects.filter(request=request, at__lt=minutes(8)))


def test_a_stale_page_writes_nothing(tasha):
    asked()
    request = ask.take_next(tasha, now=minutes(1))
    older = HelpRequest.objects.select_related("person").get(pk=request.pk)
    assess.record_safety(request, actor=tasha, safe_now=True, naloxone="no", note="", now=minutes(2))
    entries = Entry.objects.count()
    with pytest.raises(Stale):
        assess.record_safety(older, actor=tasha, safe_now=False, naloxone="yes", note="", now=minutes(3))
    assert Entry.objects.count() == entries
    assert HelpRequest.objects.get(pk=request.pk).facts["safety"]["naloxone"] == "no"


def test_roles_and_unsigned_writes_are_refused(tasha, luis):
    request = asked()
    with pytest.raises(Forbidden):
        ask.take_next(luis, now=minutes(1))
    for write in (
        request.save,
        request.delete,
        lambda: HelpRequest.objects.update(stage="stopped"),
        lambda: HelpRequest.objects.all().delete(),
        lambda: HelpRequest.objects.bulk_create([]),
    ):
        with pytest.raises(UnsignedError):
            write()


def test_each_next_step_has_a_clock_task(tasha):
    request = asked()
    task = Task.objects.get(kind="clock")
    assert task.run_at == request.next_at
