"""The private page: what it says at each stage, what it never shows, and what the person can do there."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from handrail.actions import ask, assess, consent, match, person, refer
from handrail.core.journey import STAGES
from handrail.core.match import Reason
from handrail.records.casebook.models import Consent, HelpRequest, Option, Referral, TimelineEntry
from handrail.web.person.words import STAGE_SENTENCES
from tests import build

pytestmark = pytest.mark.django_db

ANSWERS = {
    "who": "me",
    "now": "no",
    "place": "Pueblo, CO",
    "zip": "81101",
    "timezone": "America/Denver",
    "channel": "text",
    "address": "+15550100199",
    "name": "Bird",
    "language": "en",
    "flags": ["wants_medicine"],
    "words": "I take heroin at night.",
}
NOW = timezone.now


class Journey:
    """One request, its code, and the cast that moves it."""

    def __init__(self, cast, client: Client, **answers) -> None:
        self.cast, self.client = cast, client
        self.tasha, self.luis = cast.actor("tasha"), cast.actor("luis")
        self.sent = ask.send(ask.keep("", {**ANSWERS, **answers}, now=NOW()), now=NOW())

    @property
    def row(self) -> HelpRequest:
        return HelpRequest.objects.select_related("person", "owner").get(pk=self.sent.request_id)

    def enter(self) -> None:
        self.client.post("/status/", {"code": self.sent.code})

    def page(self) -> str:
        return self.client.get("/status/").content.decode().replace("\N{NO-BREAK SPACE}", " ")

    def contact(self, outcome: str) -> None:
        ask.record_contact(
            self.row,
            actor=self.tasha,
            outcome=outcome,
            note="Uses fentanyl, call 555-010-0199",
            next_step="call",
            next_at=NOW() + timedelta(minutes=15),
            now=NOW(),
        )

    def to_choosing(self) -> None:
        ask.take_next(self.tasha, now=NOW())
        self.contact("reached")
        assess.record_needs(self.row, actor=self.tasha, needs={"kinds": ["medicine"], "payer": "medicaid"}, now=NOW())
        for program in (self.cast.river_house, self.cast.oak_street):
            match.offer(self.row, actor=self.tasha, program_id=program.pk, reasons=[], now=NOW())

    def to_referred(self) -> Referral:
        self.to_choosing()
        consent.record(
            self.row,
            actor=self.tasha,
            program_id=self.cast.river_house.pk,
            scopes=["minimum", "details"],
            words="May I share?",
            method="spoken",
            now=NOW(),
        )
        return refer.send(self.row, actor=self.tasha, program_id=self.cast.river_house.pk, now=NOW())

    def to_accepted(self) -> Referral:
        referral = self.to_referred()
        refer.accept(
            referral, actor=self.luis, visit_at=NOW() + timedelta(days=3), visit_note="Ask for Ana.", now=NOW()
        )
        return referral


@pytest.fixture
def journey(cast, client) -> Journey:
    build.shift(cast.tasha, start=NOW() - timedelta(hours=1))
    made = Journey(cast, client)
    made.enter()
    return made


def test_every_stage_has_a_sentence():
    assert set(STAGE_SENTENCES) == set(STAGES)


def test_new_says_the_clock_time_and_what_will_come(journey):
    page = journey.page()
    assert "We have your request. A person will reach you by" in page
    assert "You asked" in page
    assert "No places yet" in page
    assert "Nothing is booked yet" in page
    assert "No notes yet" in page
    assert "No treatment program. One sees it only if you say yes to it." in page
    assert "Check again" in page


def test_late_is_said_first_and_out_loud(journey, monkeypatch):
    later = NOW() + timedelta(minutes=9)
    monkeypatch.setattr("handrail.web.person.status.timezone.now", lambda: later)
    page = journey.page()
    assert "We are late. We are sorry." in page
    assert page.index("We are late") < page.index("So far")


def test_contacting_says_when_we_tried(journey):
    ask.take_next(journey.tasha, now=NOW())
    journey.contact("no_answer")
    page = journey.page()
    assert "We tried at" in page
    assert "We will try again at" in page


def test_choosing_shows_places_with_both_answers(journey):
    journey.to_choosing()
    page = journey.page()
    assert "Places to choose from are listed below." in page
    assert page.count("Yes, this one") == 2
    option = Option.objects.get(program=journey.cast.river_house)
    said = journey.client.post("/status/choose/", {"option": option.pk, "choice": "yes"}, follow=True)
    assert b"You picked River House" in said.content
    option.refresh_from_db()
    assert option.choice == "yes"


def test_a_place_says_why_it_is_listed_and_names_no_drug(journey):
    journey.to_choosing()
    reasons = [
        Reason("fits", "medicine", why="starts_today"),
        Reason("fits", "must:buprenorphine"),
        Reason("unknown", "payer:medicaid", why="plan_not_known"),
    ]
    match.offer(
        journey.row,
        actor=journey.tasha,
        program_id=journey.cast.river_house.pk,
        reasons=[reason.as_dict() for reason in reasons],
        now=NOW(),
    )
    page = journey.page()
    assert "Has medicine" in page
    assert "Medicaid: not known" in page
    for drug in ("buprenorphine", "opioid", "methadone"):
        assert drug not in page.lower()


def test_another_persons_place_cannot_be_chosen(journey, cast):
    other = Journey(cast, Client())
    journey.to_choosing()
    option = Option.objects.filter(request=journey.row).first()
    other.enter()
    other.client.post("/status/choose/", {"option": option.pk, "choice": "yes"})
    other.client.post("/status/choose/", {"option": "nonsense", "choice": "yes"})
    option.refresh_from_db()
    assert option.choice == ""


def test_referred_names_the_place_and_both_times(journey):
    referral = journey.to_referred()
    page = journey.page()
    assert "We asked River House at" in page
    assert "They have until" in page
    assert "They reply" in page
    assert "Sent to River House" in page
    assert "Waiting" in page
    refer.decline(referral, actor=journey.luis, reason="no_opening", note="full of heroin users", now=NOW())
    page = journey.page()
    assert "Tasha is checking places for you." in page
    assert "They have no room now. We look at the next place." in page


def test_accepted_shows_the_visit_and_arrived_says_so(journey):
    referral = journey.to_accepted()
    page = journey.page()
    assert "Yes. Come " in page
    assert "Ask for Ana." in page
    assert "Fernhollow, CO 80202" in page
    refer.arrive(referral, actor=journey.luis, now=NOW())
    assert "You made it." in journey.page()


def test_the_page_never_shows_a_name_a_number_or_an_answer(journey):
    pages = [journey.page()]
    journey.to_accepted()
    pages.append(journey.page())
    person.change_contact(journey.row, rule=journey.row.person.rule, now=NOW())
    pages.append(journey.page())
    for page in pages:
        for secret in ("Bird", "010-0199", "0100199", "heroin", "fentanyl", "81101", "wants_medicine"):
            assert secret not in page
        assert "<title>Your request – Next Step</title>" in page


def test_a_note_goes_to_the_desk_and_shows_on_the_page(journey):
    assert journey.client.post("/status/note/", {"note": "  "}).status_code == 422
    kept = journey.client.post("/status/note/", {"note": "y" * 501})
    assert "Your message is 1 letter too long" in kept.content.decode()
    assert "y" * 501 in kept.content.decode()
    journey.client.post("/status/note/", {"note": "My phone is off until 6."})
    page = journey.page()
    assert "Your note is sent." in page
    assert "My phone is off until 6." in page
    assert "Your note is sent." not in journey.page()


def test_changing_how_we_reach_holds_at_once(journey):
    journey.client.post("/status/contact/", {"channel": "email"})
    data = {"channel": "email", "step": "details", "best_time": "any", "language": "es"}
    assert journey.client.post("/status/contact/", {**data, "email": "bird"}).status_code == 422
    journey.client.post("/status/contact/", {**data, "email": "bird@example.com"})
    rule = journey.row.person.rule
    assert (rule.channel, rule.address, rule.language) == ("email", "bird@example.com", "es")
    assert rule.timezone == "America/Denver"
    assert journey.row.person.chosen_name == "Bird"


def test_a_yes_can_be_taken_back_and_is_asked_once(journey):
    journey.to_referred()
    given = Consent.objects.get()
    asked = journey.client.post("/status/take-back/", {"consent": given.pk})
    assert b"Take back your yes to River House?" in asked.content
    assert Consent.objects.get().revoked_at is None
    journey.client.post("/status/take-back/", {"consent": given.pk, "sure": "yes"})
    assert Consent.objects.get().revoked_at is not None
    assert Referral.objects.get().state == "withdrawn"
    assert "River House gets nothing more from us" in journey.page()


def test_pause_stop_and_start_again(journey):
    journey.client.post("/status/pause/")
    page = journey.page()
    assert "We have not closed this. Your code still works." in page
    note = journey.client.post("/status/note/", {"note": "Are you there?"}, follow=True)
    assert b"Press Start again first" in note.content, "nobody reads a note to a resting request"
    journey.client.post("/status/again/")
    assert journey.row.stage == "new"
    assert journey.client.post("/status/stop/", {}).status_code == 422
    journey.client.post("/status/stop/", {"erase": "erase"})
    page = journey.page()
    assert "We stopped. You can start again any time." in page
    assert journey.row.person.chosen_name == ""
    assert all(
        entry.body == {"erased": True} for entry in TimelineEntry.objects.filter(request=journey.row, kind="asked")
    )


def test_another_counselor_needs_no_reason(journey):
    ask.take_next(journey.tasha, now=NOW())
    assert "Ask for a different counselor" in journey.page()
    journey.client.post("/status/counselor/")
    assert journey.row.owner is None
    assert "We find you a different counselor." in journey.page()


def test_without_a_pass_every_page_asks_for_the_code():
    for name in ("note", "contact", "counselor", "pause", "stop", "pin", "card"):
        assert Client().get(f"/status/{name}/").headers["Location"] == "/status/"
    for name in ("again", "choose", "take-back"):
        assert Client().post(f"/status/{name}/").headers["Location"] == "/status/"


def test_the_card_has_neutral_words_only(journey):
    page = journey.client.get("/status/card/").content.decode()
    main = page[page.index("<main") : page.index("</main")]
    assert "Next Step" in main
    assert "1-800-555-0100" in main
    assert "988" in main
    for word in ("drug", "treatment", "Bird"):
        assert word not in main


def test_in_spanish_the_page_is_marked_spanish(journey):
    assert '<html lang="es">' in journey.client.get("/es/status/").content.decode()
