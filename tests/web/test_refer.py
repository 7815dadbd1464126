"""The professional's page: one form, one request, a card that says no more than "received"."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from handrail.actions import ask, assess, consent, match, person, refer
from handrail.actions.directory.say import state_capacity
from handrail.core.contact import why_not_reach
from handrail.core.handing_over import CONSENT_VERSION
from handrail.core.wall import PARTS
from handrail.records.casebook.models import Draft, HelpRequest, Message, Task, TimelineEntry
from handrail.web.person.refer import BY_ADDRESS
from handrail.web.person.refer_words import RECEIVED, consent_text
from handrail.worker.duties import DUTIES
from tests.house.test_access import browser

pytestmark = pytest.mark.django_db

ONCE = "A" * 32
SUB_PAGES = ("note", "contact", "counselor", "pause", "stop", "pin", "card", "message")
POST_PAGES = ("again", "choose", "take-back", "family")


def form(**changed) -> dict:
    """The page as a nurse fills it in."""
    given = {
        "once": ONCE,
        "now": "no",
        "name": "J. R.",
        "place": "81101",
        "setting": "ed",
        "leaves_unknown": "on",
        "language": "en",
        "flags": ["pregnant"],
        "medicine": "buprenorphine 8 mg",
        "given_time": "01:30",
        "words": "Waits in bed nine.",
        "asker": "Sam",
        "role": "nurse",
        "organization": "Mercy General",
        "phone": "303-555-0142",
        "until": "07:00",
        "heard": "on",
        "heard_time": "01:00",
        **changed,
    }
    return {name: value for name, value in given.items() if value is not None}


def send(client: Client, start: str = "", **changed):
    return client.post(f"{start}/refer/", form(**changed))


def the_code(client: Client, start: str = "") -> str:
    page = client.get(f"{start}/refer/done/").content.decode()
    return re.search(r'class="code">([^<]+)<', page)[1]


def enter(code: str) -> Client:
    visitor = Client()
    assert visitor.post("/status/", {"code": code}).status_code == 302
    return visitor


def work(row: HelpRequest, cast, *, program=None) -> None:
    """A counselor talks with them, and a place says yes."""
    tasha, now = cast.actor("tasha"), timezone.now()
    ask.take(row, actor=tasha, why="Free", now=now)
    step = {"next_step": "call", "next_at": now + timedelta(hours=1)}
    ask.record_contact(row, actor=tasha, outcome="reached", note="Reached the nurse", now=now, **step)
    if program is None:
        return
    assess.record_needs(row, actor=tasha, needs={"kinds": ["medicine"], "payer": "medicaid"}, now=now)
    match.offer(row, actor=tasha, program_id=program.pk, reasons=[], now=now)
    agreed = {"scopes": ["minimum"], "words": "May I?", "method": "spoken"}
    consent.record(row, actor=tasha, program_id=program.pk, now=now, **agreed)
    asked = refer.send(row, actor=tasha, program_id=program.pk, now=now)
    refer.accept(asked, actor=tasha, visit_at=now + timedelta(days=1), visit_note="Ask for Ana.", now=now)


@pytest.mark.parametrize("start", ["", "/es"])
def test_one_page_makes_one_request_however_often_it_is_pressed(client, start):
    first, second = send(client, start), send(client, start)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == f"{start}/refer/done/"
    row = HelpRequest.objects.select_related("person").get()
    assert row.for_whom == "patient"
    assert row.person.chosen_name == "J. R."
    assert row.person.rule.channel == "call"
    assert row.person.rule.address == "+13035550142"
    assert row.is_priority
    assert not row.is_danger
    assert row.answers["flags"] == ["pregnant", "left_program"]
    told = row.answers["asked_by"]
    assert told["consent_version"] == CONSENT_VERSION
    assert told["consent_words"] == consent_text("en")
    assert told["heard_by"] == "Sam"
    assert not row.is_code_theirs


def test_two_browsers_that_hold_the_same_page_make_one_request_too(client):
    send(client)
    send(Client())
    assert HelpRequest.objects.count() == 1


def test_another_patient_written_over_a_page_that_was_sent_is_another_request(client):
    send(client)
    send(client, name="K. L.")
    assert HelpRequest.objects.count() == 2
    assert {row.person.chosen_name for row in HelpRequest.objects.select_related("person")} == {"J. R.", "K. L."}


def test_nothing_is_kept_unless_it_is_sent(client):
    page = client.get("/refer/")
    assert "no-store" in page.headers["Cache-Control"]
    wrong = send(client, asker="")
    assert wrong.status_code == 422
    assert not Draft.objects.exists()
    assert not HelpRequest.objects.exists()


NEEDED = {
    "now": "Choose one. “I am not sure” is OK",
    "place": "Enter a 5-digit ZIP or a town",
    "setting": "Choose where they are",
    "asker": "Enter your first name",
    "role": "Enter your role",
    "organization": "Enter where you work",
    "phone": "Enter a phone number with area code, like 555-010-0199",
    "until": "Enter until when we can call you, like 15:40",
    "heard": "Read the words to them first. We need their yes",
    "heard_time": "Enter when they said yes, like 15:40",
    "leaves_unknown": "Enter the time they leave, or check “Not known”",
}


@pytest.mark.parametrize("missing", NEEDED)
def test_what_is_missing_is_said_at_its_field_and_all_that_was_typed_stays(client, missing):
    answer = send(client, **{missing: None})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page
    assert page.count(NEEDED[missing]) == 2, "in the summary and at the field"
    for name in ("J. R.", "Waits in bed nine.", "buprenorphine 8 mg", ONCE):
        assert name in page
    assert not HelpRequest.objects.exists()


def test_all_that_is_missing_is_said_at_once(client):
    page = client.post("/refer/", {}).content.decode()
    for words in NEEDED.values():
        assert words in page


def test_they_leave_sooner_than_our_clock_so_we_call_before(client, cast):
    local = (timezone.now() + timedelta(minutes=3)).astimezone(ZoneInfo("America/Denver"))
    send(client, leaves_unknown=None, leaves_day=f"{local:%Y-%m-%d}", leaves_time=f"{local:%H:%M}")
    row = HelpRequest.objects.get()
    leaves_at = datetime.fromisoformat(row.answers["leaves_at"])
    assert leaves_at == local.replace(second=0, microsecond=0)
    assert row.asked_at <= row.due_at < leaves_at


def test_danger_is_first_on_the_answer_page_and_in_the_queue(client):
    send(client, now="overdose")
    assert HelpRequest.objects.get().is_danger
    page = client.get("/refer/done/").content.decode()
    assert page.index("Give naloxone") < page.index("What happens next")


def test_the_board_works_with_an_empty_directory_and_counts_what_is_fresh(client, cast):
    assert "No place has said lately that it has room." in client.get("/refer/").content.decode()
    row = {"label": "Beds", "kind": "beds", "openings": 2}
    state_capacity(cast.river_house, actor=cast.actor("luis"), now=timezone.now(), **row)
    assert "1 place said lately that it has room." in client.get("/refer/").content.decode()
    near = send(client, asker="", place="80202").content.decode()
    assert "Room now near Denver, CO" in near
    assert "1 place said lately that it has room." in near
    assert "We know no place within 25 miles." in send(client, asker="", place="04401").content.decode()


def test_with_no_directory_the_board_says_so(client):
    assert "We have no list of places yet." in client.get("/refer/").content.decode()


def test_too_many_are_asked_to_call_but_danger_is_never_turned_away(client, settings):
    for number in range(BY_ADDRESS.tries):
        assert send(client, once=f"{number:032}", name=f"N{number}").status_code == 302
    over = send(client, once="B" * 32, name="One more")
    assert over.status_code == 429
    assert "One more" in over.content.decode()
    assert send(client, once="C" * 32, name="In danger", now="overdose").status_code == 302


def test_the_code_on_the_card_says_received_and_nothing_more(client, cast):
    send(client)
    row = HelpRequest.objects.select_related("person").get()
    code = the_code(client)
    nurse = enter(code)
    assert str(RECEIVED["have_it"]) in nurse.get("/status/").content.decode()
    work(row, cast)
    assert str(RECEIVED["called_back"]) in nurse.get("/status/").content.decode()


def test_a_place_a_visit_a_note_or_a_stop_never_shows_with_the_professionals_code(client, cast):
    send(client)
    row = HelpRequest.objects.select_related("person").get()
    nurse = enter(the_code(client))
    work(row, cast, program=cast.river_house)
    row.refresh_from_db()
    person.reply(row, actor=cast.actor("tasha"), text="Bring your coat.", now=timezone.now())
    before = nurse.get("/status/").content.decode()
    assert str(RECEIVED["with_them"]) in before
    for told in ("River House", "Bring your coat", "J. R.", "buprenorphine", "Tasha", "Fernhollow", "303-555"):
        assert told not in before
    row.refresh_from_db()
    person.pause(row, now=timezone.now())
    strip = re.compile(r'csrfmiddlewaretoken[^>]+>|value="[^"]{40,}"')
    assert strip.sub("", nurse.get("/status/").content.decode()) == strip.sub("", before)
    for name in SUB_PAGES:
        assert nurse.get(f"/status/{name}/").headers["Location"] == "/status/", name
    for name in {*SUB_PAGES, *POST_PAGES} - {"card"}:
        answer = nurse.post(f"/status/{name}/", {"note": "x", "pin": "1234", "erase": "erase"})
        assert answer.headers["Location"] == "/status/", name
    row.refresh_from_db()
    assert row.stage == "resting"
    assert PARTS["professional"] == {"received"}


def test_the_persons_own_code_opens_the_page_and_ends_the_card(client, cast):
    send(client)
    row = HelpRequest.objects.select_related("person").get()
    card = the_code(client)
    nurse = enter(card)
    work(row, cast, program=cast.river_house)
    row.refresh_from_db()
    again = ask.renew_code(row, actor=cast.actor("tasha"), now=timezone.now())
    assert "River House" not in enter(again).get("/status/").content.decode(), "the professional only lost theirs"
    row.refresh_from_db()
    own = ask.renew_code(row, actor=cast.actor("tasha"), now=timezone.now(), told_person=True)
    page = enter(own).get("/status/").content.decode()
    assert "River House" in page
    assert "Someone asked for help for you" in page
    contact = enter(own).get("/status/contact/").content.decode()
    assert "303-555-0142" not in contact
    assert "Check on your request" in nurse.get("/status/").content.decode(), "the card is over"


def test_after_the_time_nobody_is_called_and_no_message_ever_goes(client, cast):
    send(client)
    row = HelpRequest.objects.select_related("person").get()
    until = datetime.fromisoformat(row.person.rule.line_until)
    assert why_not_reach(row.person.rule, channel="call", now=until - timedelta(seconds=1)) is None
    assert why_not_reach(row.person.rule, channel="call", now=until) == "line_ended"
    task = Task.objects.get(kind="line_ends")
    assert task.run_at == until
    DUTIES["line_ends"].run(task.args, until - timedelta(minutes=1))
    row.person.refresh_from_db()
    assert row.person.rule.channel == "call"
    DUTIES["line_ends"].run(task.args, until)
    DUTIES["line_ends"].run(task.args, until)
    row.person.refresh_from_db()
    assert row.person.rule.channel == "code"
    assert row.person.rule.address == ""
    assert TimelineEntry.objects.filter(request=row, kind="system").count() == 1
    row.refresh_from_db()
    work(row, cast, program=cast.river_house)
    assert not Message.objects.exists()


def test_the_desk_sees_who_asked_and_gives_the_person_their_own_code(client, cast):
    send(client, setting="jail")
    row = HelpRequest.objects.get()
    desk = browser(cast.tasha)
    page = desk.get(f"/desk/r/{row.pk}/").content.decode()
    for told in ("Sam, nurse, Mercy General", "303-555-0142", "Jail or prison", "buprenorphine 8 mg", "Not known"):
        assert told in page
    assert consent_text("en")[:40] in page
    desk.post(f"/desk/r/{row.pk}/code/", {})
    row.refresh_from_db()
    assert not row.is_code_theirs
    desk.post(f"/desk/r/{row.pk}/code/", {"told": "person"})
    row.refresh_from_db()
    assert row.is_code_theirs


def test_the_done_page_of_somebody_else_is_not_here(client):
    assert client.get("/refer/done/").headers["Location"] == "/refer/"
    client.post("/ask/who/", {"who": "me"})
    assert client.get("/refer/done/").headers["Location"] == "/refer/"


def test_the_desk_is_told_to_call_the_professional_and_what_to_say(client, cast):
    send(client)
    row = HelpRequest.objects.select_related("person").get()
    work(row, cast)
    page = browser(cast.tasha).get(f"/desk/r/{row.pk}/").content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "Call the one who asked" in page
    assert "After that call nobody" in page
    assert "Hi Sam, this is Tasha from Next Step. You asked us to call." in page
    assert "is this J. R." not in page, "the patient's name is not for whoever picks up"


def test_their_own_word_on_how_to_reach_them_ends_the_professionals_line(client, cast):
    send(client)
    row = HelpRequest.objects.select_related("person").get()
    work(row, cast)
    desk, address = browser(cast.tasha), f"/desk/r/{row.pk}/own-rule/"

    def say(**typed):
        return desk.post(address, {"version": HelpRequest.objects.get().version, **typed})

    assert say(number="303-555-0188").status_code == 422
    assert "Enter a phone number" in say(way="text", number="12").content.decode()
    assert say(way="text", number="303-555-0188").status_code == 302
    row.person.refresh_from_db()
    rule = row.person.rule
    assert (rule.channel, rule.address, rule.line_until) == ("text", "+13035550188", "")
    assert not rule.may_voicemail
    page = desk.get(f"/desk/r/{row.pk}/").content.decode()
    assert "Call the one who asked" not in page
    DUTIES["line_ends"].run(Task.objects.get(kind="line_ends").args, timezone.now() + timedelta(days=2))
    row.person.refresh_from_db()
    assert row.person.rule.address == "+13035550188", "the end of the nurse's line does not take the person's own"
