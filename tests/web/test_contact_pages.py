"""The contact rule where people see it: the question, the private page, the desk, the demo's outbox."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from handrail.actions import ask, inbound, messages
from handrail.core.access import PERMISSIONS
from handrail.core.contact import OTHER_ANSWERS, ContactRule
from handrail.project import doctor
from handrail.records.casebook.models import HelpRequest, Message, TimelineEntry
from handrail.records.ledger.models import Entry
from handrail.web.desk.contact_words import call_panel, rule_lines, way_choices
from handrail.web.doors import SEEN_COOKIE
from handrail.web.person import words
from tests import build
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
CALL = {"channel": "call", "address": "+13035550142"}
DETAILS = {
    "phone": "303-555-0142",
    "name": "Kayla",
    "if_other_answers": "hang_up",
    "voicemail": "no",
    "best_time": "any",
    "language": "en",
}


def fresh(row: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.select_related("person").get(pk=row.pk)


def at_desk(member) -> Client:
    client = Client()
    client.force_login(member)
    client.post("/account/lock/", {"password": "handrail-demo"})
    assert client.cookies[SEEN_COOKIE].value
    return client


@pytest.fixture
def details(client: Client) -> Client:
    """A browser that has come to question 4b, and wants a call."""
    client.post("/ask/who/", {"who": "me"})
    client.post("/ask/now/", {"now": "no"})
    client.post("/ask/where/", {"place": "81101"})
    client.post("/ask/contact/", {"channel": "call"})
    return client


# --- the question -------------------------------------------------------------------------------
def test_the_safest_answer_is_first_and_chosen(details):
    form = details.get("/ask/contact/details/").context["form"]
    assert [form[name].value() for name in ("if_other_answers", "talk_with", "voicemail")] == ["hang_up", "me", "no"]
    assert [form.fields[name].choices[0][0] for name in ("if_other_answers", "talk_with", "voicemail")] == [
        "hang_up",
        "me",
        "no",
    ]
    assert [key for key, _words in form.fields["if_other_answers"].choices] == list(OTHER_ANSWERS)


def test_what_was_not_answered_is_the_safest(details):
    assert details.post("/ask/contact/details/", DETAILS).status_code == 302
    kept = details.get("/ask/contact/details/").context["kept"]
    assert (kept["may_talk_with"], kept["may_voicemail"], kept["if_other_answers"]) == ("", False, "hang_up")


def test_one_person_may_hear_why_and_is_named(details):
    page = details.post("/ask/contact/details/", {**DETAILS, "talk_with": "one"})
    assert page.status_code == 422
    assert "Type who that is" in page.content.decode()
    details.post("/ask/contact/details/", {**DETAILS, "talk_with": "one", "talk_name": "My sister Ana"})
    details.post("/ask/about/", {})
    assert "Only you and My sister Ana may hear why we call" in details.get("/ask/check/").content.decode()
    details.post("/ask/check/")
    row = HelpRequest.objects.select_related("person").get()
    assert row.person.rule.may_talk_with == "My sister Ana"
    assert "Only you and My sister Ana may hear why we call" in details.get("/ask/done/").content.decode()


def test_who_may_answer_is_asked_for_calls_alone(details):
    details.post("/ask/contact/", {"channel": "text"})
    fields = details.get("/ask/contact/details/").context["form"].fields
    assert not {"if_other_answers", "say_we_are", "talk_with", "talk_name", "voicemail"} & set(fields)


# --- the private page ---------------------------------------------------------------------------
def test_after_stop_the_page_says_so_and_offers_another_way(client, cast: Cast):
    sent = build.sent(now=timezone.now())
    inbound.text_came(build.ANSWERS["address"], "STOP", ref="1", now=timezone.now())
    client.post("/status/", {"code": sent.code})
    page = client.get("/status/").content.decode()
    assert "You told us to stop messages." in page
    assert "Nothing more goes out. Your code still works." in page
    assert "Choose another way to reach you" in page
    assert "A person will" not in page
    data = {"channel": "email", "step": "details", "email": "bird@example.org", "best_time": "any", "language": "en"}
    client.post("/status/contact/", data)
    assert not HelpRequest.objects.select_related("person").get().person.rule.is_stopped
    assert "You told us to stop messages." not in client.get("/status/").content.decode()


def test_the_whole_rule_is_there_to_change(client):
    answers = {**CALL, "may_talk_with": "My sister Ana", "may_voicemail": True, "hours": [22, 6]}
    sent = build.sent(now=timezone.now(), **answers, if_other_answers="say_service")
    client.post("/status/", {"code": sent.code})
    form = client.post("/status/contact/", {"channel": "call"}).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    assert shown == {
        "phone": "303-555-0142",
        "if_other_answers": "say_service",
        "say_we_are": "",
        "talk_with": "one",
        "talk_name": "My sister Ana",
        "voicemail": "yes",
        "best_time": "hours",
        "from_hour": 22,
        "to_hour": 6,
        "language": "en",
    }


# --- the desk -----------------------------------------------------------------------------------
def test_the_box_says_the_whole_rule():
    rule = ContactRule(
        channel="call",
        address="+13035550142",
        hours=(17, 19),
        timezone="America/Denver",
        if_other_answers="say_from",
        say_we_are="the library",
        may_talk_with="My sister Ana",
        language="es",
    )
    head, lines = rule_lines(rule, now=NOON)
    assert head == "Call only"
    assert lines == [
        "303-555-0142",
        "Not now. Only 5 to 7 PM, their time. It is 12:00\N{NO-BREAK SPACE}PM there.",
        "Someone else answers: you are from the library",
        "No voicemail",
        "Only they and My sister Ana may hear why you call",
        "In Spanish",
    ]
    text = rule_lines(ContactRule(channel="text", address="+13035550142"), now=NOON)
    assert text[0] == "Text only"
    assert "Neutral words only. Never write why" in text[1]
    assert rule_lines(ContactRule(channel="text", is_stopped=True), now=NOON)[0] == "They said stop"


def test_the_words_to_say_are_there_only_while_a_call_is_allowed(cast: Cast):
    row = build.talking(actor=cast.actor("tasha"), now=NOON, **CALL, name="Kayla", hours=[11, 13])
    panel = call_panel(row, name="Tasha R.", now=NOON)
    assert [words for _who, words, _then in panel["rows"]] == [
        "Hi, is this Kayla? This is Tasha. Is this a good time to talk?",
        "Sorry, wrong number.",
        "",
    ]
    late = call_panel(row, name="Tasha R.", now=NOON + timedelta(hours=3))
    assert late == {"why_not": "It is outside the hours they said are safe."}
    other = build.talking(actor=cast.actor("tasha"), now=NOON)
    assert call_panel(other, name="Tasha R.", now=NOON) == {}


def test_a_way_against_the_rule_can_be_written_down_and_says_so(cast: Cast):
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now())
    choices = {key: label for key, label, _on in way_choices(row.person.rule, picked="", now=timezone.now())}
    assert choices["text"] == "Text"
    assert choices["call"] == "Call (against their rule)"
    desk = at_desk(cast.tasha)
    data = {
        "version": fresh(row).version,
        "seen_at": timezone.now().isoformat(),
        "outcome": "no_answer",
        "way": "call",
        "note": "",
        "next_step": "Write to them",
        "by": "+30 min",
    }
    assert desk.post(f"/desk/r/{row.pk}/contact/", data).status_code == 302
    page = desk.get(f"/desk/r/{row.pk}/").content.decode()
    assert "Against their rule: They have not said this way of reaching them is safe." in page
    assert Entry.objects.filter(why__startswith=ask.AGAINST_RULE).count() == 1
    steward = at_desk(cast.sam).get("/steward/").content.decode()
    assert "Contacts against a rule, 30 days</dt><dd" in steward


def test_one_press_at_the_desk_stops_and_starts(cast: Cast):
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now())
    desk = at_desk(cast.omar)
    assert desk.post(f"/desk/r/{row.pk}/said/", {"say": "stop"}).status_code == 302
    assert fresh(row).person.rule.is_stopped
    page = desk.get(f"/desk/r/{row.pk}/").content.decode()
    assert "They said stop" in page
    assert "If you call" not in page
    desk.post(f"/desk/r/{row.pk}/said/", {"say": "start"})
    assert not fresh(row).person.rule.is_stopped
    assert "worker" in PERMISSIONS["record_stop"]


def test_the_desk_reads_what_was_texted_and_sees_danger(cast: Cast):
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now())
    inbound.text_came(build.ANSWERS["address"], "he is not breathing", ref="1", now=timezone.now())
    page = at_desk(cast.tasha).get(f"/desk/r/{row.pk}/").content.decode()
    assert "Texted us." in page
    assert "Danger in their words: overdose." in page
    assert "“he is not breathing”" in page
    assert "Danger in their text: look now" in page


def test_every_code_of_the_timeline_has_words(cast: Cast):
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now())
    desk = at_desk(cast.tasha)
    for number, said in enumerate(("YES", "LATER", "HELP", "STOP", "START")):
        inbound.text_came(build.ANSWERS["address"], said, ref=str(number), now=timezone.now())
    page = desk.get(f"/desk/r/{row.pk}/").content.decode()
    for line in ("Texted yes: OK to talk now.", "Texted later: not now.", "Texted for help.", "Said stop."):
        assert line in page
    assert "Said messages are OK again." in page
    assert "A message was not sent. They asked us to stop messages." in page
    assert words.STEPS["system_said_stop"]


# --- the outbox of the demo ---------------------------------------------------------------------
def test_the_demo_lets_the_steward_answer_as_the_person_and_nowhere_else(cast: Cast, settings):
    row = build.request(now=timezone.now())
    ask.take(row, actor=cast.actor("tasha"), why="Free", now=timezone.now())
    message = Message.objects.get()
    messages.claim(str(message.pk), now=timezone.now())
    messages.was_sent(str(message.pk), now=timezone.now())
    sam, data = at_desk(cast.sam), {"message": str(message.pk), "words": "STOP"}
    assert sam.post("/steward/outbox/answer/", data).status_code == 404
    settings.IS_DEMO = True
    assert "Answer as the person" in sam.get("/steward/outbox/").content.decode()
    assert sam.post("/steward/outbox/answer/", data).status_code == 302
    assert fresh(row).person.rule.is_stopped
    assert TimelineEntry.objects.filter(request=row, kind="system").count() == 1
    settings.HANDRAIL_GATEWAYS = "real"
    assert sam.post("/steward/outbox/answer/", data).status_code == 404


# --- the doctor ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SERVICE_NAME", "Hope Recovery"),
        ("DEFAULT_FROM_EMAIL", "intake@detox-center.example"),
        ("TEXTS_FROM", "REHAB"),
    ],
)
def test_the_doctor_sees_a_sender_that_tells(settings, name, value):
    assert doctor.check_senders().ok
    setattr(settings, name, value)
    assert not doctor.check_senders().ok


def test_the_doctor_sees_a_text_service_that_is_set_up_by_half(settings):
    settings.TEXTS_URL = "https://texts.example"
    check = doctor.check_senders()
    assert (check.ok, "TEXTS_SECRET" in check.words) == (False, True)
