"""What people text to us: STOP at once, YES and LATER to the desk, words sealed, danger first, strangers counted."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from handrail.actions import ask, inbound, messages, person
from handrail.core.contact import ContactRule
from handrail.records.casebook.models import HelpRequest, Message, Person, ReceivedText, TimelineEntry
from handrail.records.ledger.models import Entry
from handrail.worker import duties
from tests import build

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
PHONE = build.ANSWERS["address"]


def text(words: str, *, now: datetime = AT, address: str = PHONE, ref: str = "") -> str:
    return inbound.text_came(address, words, ref=ref or uuid4().hex, now=now)


def taken(cast, *, now: datetime = AT, **answers) -> HelpRequest:
    row = build.request(now=now, **answers)
    ask.take(row, actor=cast.actor("tasha"), why="Free", now=now)
    return row


def fresh(row: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.select_related("person").get(pk=row.pk)


def send_all(now: datetime = AT) -> None:
    for pk in Message.objects.filter(state__in=("queued", "sending")).values_list("pk", flat=True):
        duties.send_message({"message": str(pk)}, now)


def states(row: HelpRequest) -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(request=row).order_by("created_at", "purpose")
    return [(message.purpose, message.state, message.why_not) for message in rows]


# --- stop ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("words", ["STOP", "alto", "please stop texting me", "No me escriban más"])
def test_stop_holds_at_once_and_closes_nothing(cast, words):
    row = taken(cast)
    before = fresh(row)
    assert text(words) == "stop"
    row = fresh(row)
    assert row.person.rule.is_stopped
    assert row.stage == before.stage == "new"
    assert (row.owner_id, bool(row.next_action), bool(row.next_at)) == (before.owner_id, True, True)
    assert ("first_contact", "refused", "person_said_stop") in states(row)
    send_all()
    sent = Message.objects.filter(state="sent")
    assert [message.purpose for message in sent] == ["stop_confirm"]
    assert TimelineEntry.objects.filter(request=row, kind="system", is_for_person=True).exists()


def test_stop_holds_for_everybody_with_this_number_and_confirms_once(cast):
    rows = [taken(cast, name=name) for name in ("Bird", "Wren")]
    other = taken(cast, address="+13035550143")
    text("STOP")
    assert all(fresh(row).person.rule.is_stopped for row in rows)
    assert not fresh(other).person.rule.is_stopped
    send_all()
    assert Message.objects.filter(purpose="stop_confirm").count() == 1
    assert Message.objects.get(purpose="stop_confirm").state == "sent"


def test_a_confirmation_that_comes_too_late_or_outside_the_hours_does_not_come(cast):
    row = taken(cast)
    text("STOP")
    send_all(AT + timedelta(minutes=6))
    assert ("stop_confirm", "refused", "too_late") in states(row)
    quiet = taken(cast, address="+13035550143", hours=[1, 2], timezone="UTC")
    text("STOP", address="+13035550143")
    assert "stop_confirm" not in [purpose for purpose, _state, _why in states(quiet)]


def test_a_second_stop_changes_nothing_and_start_brings_it_back(cast):
    row = taken(cast)
    assert [text("STOP"), text("stop"), text("START")] == ["stop", "stop", "start"]
    rule = fresh(row).person.rule
    assert (rule.is_stopped, rule.stopped_at, rule.channel, rule.address) == (False, "", "text", PHONE)
    assert Message.objects.filter(purpose="stop_confirm").count() == 1


def test_stop_by_a_phone_that_we_only_call_sends_no_text(cast):
    row = taken(cast, channel="call")
    text("STOP")
    assert fresh(row).person.rule.is_stopped
    assert states(row) == []


def test_choosing_a_way_anew_is_a_new_yes(cast):
    row = taken(cast)
    text("STOP")
    rule = ContactRule(channel="email", address="bird@example.org")
    person.change_contact(fresh(row), rule=rule, now=AT)
    assert not fresh(row).person.rule.is_stopped
    assert text("STOP") == "unknown", "the old number is no longer anybody's"


def test_the_desk_hears_stop_too_and_takes_it_back(cast):
    row = taken(cast)
    inbound.say_stop(fresh(row), actor=cast.actor("omar"), now=AT)
    assert fresh(row).person.rule.is_stopped
    entry = Entry.objects.filter(stream=row.stream, verb="stop_messages").get()
    assert entry.actor == cast.actor("omar").key
    inbound.say_start(fresh(row), actor=cast.actor("omar"), now=AT)
    assert not fresh(row).person.rule.is_stopped


def test_a_stop_that_only_the_text_service_had_is_ours_too(cast, monkeypatch):
    row = taken(cast)

    def deliver(**_values):
        raise duties.gate.Blocked("number_said_stop")

    monkeypatch.setattr(duties.gate, "deliver", deliver)
    send_all()
    assert fresh(row).person.rule.is_stopped
    assert states(row) == [("first_contact", "refused", "number_said_stop")]


# --- yes, later, help, words --------------------------------------------------------------------
def test_yes_brings_the_next_step_forward(cast):
    row = taken(cast)
    ask.record_contact(
        fresh(row),
        actor=cast.actor("tasha"),
        outcome="no_answer",
        note="",
        next_step="Try again",
        next_at=AT + timedelta(hours=5),
        now=AT,
    )
    assert text("¡Sí!") == "yes"
    row = fresh(row)
    assert row.next_action == "they_said_yes"
    assert row.next_at <= AT + timedelta(minutes=5)


def test_later_is_an_hour_or_the_next_safe_hour(cast):
    row = taken(cast)
    text("LATER")
    assert (fresh(row).next_action, fresh(row).next_at) == ("they_said_later", AT + timedelta(hours=1))
    night = taken(cast, address="+13035550143", hours=[17, 19], timezone="UTC")
    text("luego", address="+13035550143", now=AT)
    assert fresh(night).next_at == datetime(2026, 11, 22, 17, tzinfo=UTC)


def test_later_leaves_what_is_due_in_their_matter(cast):
    row = build.matching(actor=cast.actor("tasha"), now=AT)
    before = fresh(row).next_at
    text("LATER")
    assert fresh(row).next_at == before


def test_help_is_answered_in_neutral_words_and_read_by_somebody(cast, settings):
    row = build.talking(actor=cast.actor("tasha"), now=AT)
    text("HELP")
    send_all()
    answer = Message.objects.get(request=row, purpose="help")
    assert answer.state == "sent"
    assert settings.SERVICE_PHONE in answer.body
    assert fresh(row).next_action == "read_note"


def test_words_are_kept_sealed_and_never_echoed(cast):
    row = build.talking(actor=cast.actor("tasha"), now=AT)
    words = "My mother is here now, write at five"
    count = Message.objects.count()
    assert text(words) == "note"
    entry = TimelineEntry.objects.filter(request=row, kind="note").latest("pk")
    assert (entry.body["note"], entry.is_from_person, entry.is_for_person) == (words, True, False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM casebook_timelineentry WHERE id = %s", [entry.pk])
        assert "mother" not in cursor.fetchone()[0]
    assert Message.objects.count() == count
    assert fresh(row).next_at <= AT + timedelta(minutes=5)


def test_stop_with_words_is_obeyed_and_the_words_are_read(cast):
    row = build.talking(actor=cast.actor("tasha"), now=AT)
    text("Please stop texting me, he reads my phone")
    assert fresh(row).person.rule.is_stopped
    assert TimelineEntry.objects.filter(request=row, kind="note").latest("pk").body["meaning"] == "stop"


@pytest.mark.parametrize("words", ["he is not breathing", "me quiero morir", "please stop texting me i want to die"])
def test_danger_in_their_words_comes_first(cast, words):
    row = build.talking(actor=cast.actor("tasha"), now=AT)
    text(words)
    row = fresh(row)
    assert row.is_danger
    assert (row.next_action, row.next_at <= AT) == ("danger_in_text", True)
    assert TimelineEntry.objects.filter(request=row, kind="note").latest("pk").body["dangers"]


def test_words_to_a_request_that_rests_open_it_and_a_stopped_one_only_danger(cast):
    row = build.talking(actor=cast.actor("tasha"), now=AT)
    person.pause(fresh(row), now=AT)
    text("are you there")
    assert (fresh(row).stage, fresh(row).in_queue) == ("new", True)
    person.stop(fresh(row), erase=False, now=AT)
    text("thanks for all")
    assert fresh(row).stage == "stopped"
    text("I took too much, overdose")
    assert (fresh(row).stage, fresh(row).is_danger, fresh(row).in_queue) == ("new", True, True)


def test_a_text_is_about_the_open_request_that_we_wrote_to_last(cast):
    first, second = taken(cast, name="Bird"), taken(cast, name="Wren", now=AT + timedelta(minutes=1))
    send_all(AT + timedelta(minutes=2))
    text("YES", now=AT + timedelta(minutes=3))
    assert [fresh(row).next_action for row in (first, second)] == ["reach", "they_said_yes"]


def test_a_number_nobody_gave_us_leaves_a_count_alone(cast):
    taken(cast)
    before = [model.objects.count() for model in (Person, Message, TimelineEntry, Entry, ReceivedText)]
    assert [text("STOP", address="+13035550199"), text("hi", address=""), text("hi", address="x")] == ["unknown"] * 3
    assert [model.objects.count() for model in (Person, Message, TimelineEntry, Entry, ReceivedText)] == before
    assert inbound.unknown_texts(AT) == 3
    assert inbound.unknown_texts(AT + timedelta(days=8)) == 0


def test_a_text_that_is_told_twice_is_done_once(cast):
    row = build.talking(actor=cast.actor("tasha"), now=AT)
    assert [text("hello", ref="SM1") for _ in range(3)] == ["note", "again", "again"]
    assert TimelineEntry.objects.filter(request=row, kind="note", is_from_person=True).count() == 1
    text("hello", ref="SM2", now=AT + timedelta(days=31))
    assert ReceivedText.objects.count() == 1, "old ones are forgotten"


@pytest.mark.parametrize("words", ["", "\0", "x" * 5000, "💥" * 900, "\x00STOP\x00"])
def test_any_words_are_taken(cast, words):
    build.talking(actor=cast.actor("tasha"), now=AT)
    assert text(words) in ("note", "stop")


# --- between queueing and sending ---------------------------------------------------------------
def test_pause_and_erase_hold_for_what_is_queued(cast):
    paused, erased = taken(cast), taken(cast, address="+13035550143")
    person.pause(fresh(paused), now=AT)
    person.stop(fresh(erased), erase=True, now=AT)
    send_all()
    assert states(paused) == [("first_contact", "refused", "not_open")]
    assert states(erased) == [("first_contact", "refused", "person_said_stop")]


def test_a_worker_that_was_killed_sends_again_with_the_same_id_and_by_the_rule_of_now(cast):
    row = taken(cast)
    message = Message.objects.get(request=row)
    first = messages.claim(str(message.pk), now=AT)
    again = messages.claim(str(message.pk), now=AT + timedelta(minutes=5))
    assert first is not None
    assert again is not None
    assert first.id == again.id
    text("STOP", now=AT + timedelta(minutes=6))
    assert messages.claim(str(message.pk), now=AT + timedelta(minutes=10)) is None
    assert states(row)[0] == ("first_contact", "refused", "person_said_stop")


def test_a_contact_against_the_rule_is_written_down_marked_and_counted(cast):
    row = build.talking(actor=cast.actor("tasha"), now=AT)
    step = {
        "next_step": "Write",
        "next_at": AT + timedelta(hours=1),
        "now": AT,
        "note": "",
        "actor": cast.actor("tasha"),
    }
    ask.record_contact(fresh(row), outcome="no_answer", way="call", **step)
    entry = TimelineEntry.objects.filter(request=row, kind="contact").latest("pk")
    assert entry.body["breach"] == "channel_not_allowed"
    assert Entry.objects.filter(why=f"{ask.AGAINST_RULE}channel_not_allowed").count() == 1
    ask.record_contact(fresh(row), outcome="reached", way="text", **step)
    ask.record_contact(fresh(row), outcome="reached", way="they_came", **step)
    assert Entry.objects.filter(why__startswith=ask.AGAINST_RULE).count() == 1
