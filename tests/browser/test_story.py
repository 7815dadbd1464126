"""The whole story once with JavaScript and once without: asked on a phone, answered at a desk, arrived at a program."""

import re

import pytest
from playwright.sync_api import expect

from handrail.records.casebook.models import Consent, Disclosure, HelpRequest, Message
from handrail.records.ledger.verify import verify
from tests.browser import scenes
from tests.browser.conftest import MakeVisitor
from tests.browser.scenes import Answers, facts_shown, now_says, place_of
from tests.browser.visitor import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RIVER = "River House"


def the_desk_finds_a_place(tasha: Visitor) -> None:
    """Take the next one, reach them, ask about safety, write down needs, offer two places."""
    tasha.look("queue", both_schemes=True)
    tasha.press("Take next")
    expect(tasha.page.get_by_role("heading", level=1)).to_have_text("Bird")
    expect(tasha.page.locator("#person .rule")).to_contain_text("Text only")
    tasha.press("Save", within=tasha.page.locator("#write"))
    expect(tasha.page.locator("#write .error")).to_have_count(3)
    tasha.look("workspace-refused")
    scenes.write_down(tasha, outcome="Reached", note="OK to talk by text.", step="Look for places", by="+30 min")
    scenes.say_safe(tasha)
    scenes.say_needs(tasha)
    first = tasha.page.locator("#matches .match").first
    expect(first.locator("li").first).to_be_visible()
    tasha.look("workspace-matching", both_schemes=True)
    other = next(name for name in tasha.page.locator("#matches .match h3").all_inner_texts() if name != RIVER)
    scenes.offer(tasha, RIVER)
    scenes.offer(tasha, other)
    expect(tasha.page.locator(".bar")).to_contain_text("Their choice")


def the_person_chooses(bird: Visitor) -> None:
    """On their own page, with the reasons before them."""
    now_says(bird, "Places to choose from are listed below.")
    spot = bird.page.locator(".spots li").filter(has_text=RIVER).first
    expect(spot.get_by_role("list", name="Why it is listed").get_by_role("listitem").first).to_be_visible()
    bird.look("status-choosing", both_schemes=True)
    bird.press(f"Yes, this one {RIVER}")
    expect(bird.page.locator(".spots").first).to_contain_text("You picked this")


def the_desk_asks_the_program(tasha: Visitor) -> None:
    """The yes is recorded in the words that were read, and only then can the referral go."""
    tasha.page.reload()
    card = place_of(tasha, "referral", RIVER)
    expect(card.get_by_role("button", name=f"Send to {RIVER}")).to_have_count(0)
    tasha.look("workspace-consent")
    words = scenes.record_yes(tasha, RIVER, scopes=2)
    assert Consent.objects.get().words == words
    scenes.send(tasha, RIVER)
    tasha.look("workspace-referred", both_schemes=True)


def the_program_says_yes(luis: Visitor) -> None:
    """The least there is to know first; the rest after it was seen; then a day and a time."""
    luis.look("program-inbox", both_schemes=True)
    luis.page.locator(".p-posts a").first.click()
    before = facts_shown(luis)
    assert "Bird" not in luis.page.content()
    assert "0142" not in luis.page.content()
    assert not {"Lives near", "Reach", "Language"} & set(before)
    luis.look("program-minimum")
    luis.press("Acknowledge")
    expect(luis.page.locator("#who-head")).to_have_text("Bird")
    after = facts_shown(luis)
    assert "0142" in after["Reach"]
    assert set(after) > set(before)
    assert Disclosure.objects.count() >= 2
    luis.press("Accept with this time")
    expect(luis.page.locator("[role=alert]")).to_contain_text("Give the time to come.")
    luis.look("program-refused")
    luis.page.get_by_label("Day", exact=True).select_option(index=1)
    luis.page.get_by_label("Time", exact=True).fill("9 AM")
    luis.page.get_by_label("For them to read").fill("Ask for Luis at the side door.")
    luis.press("Accept with this time")
    expect(luis.page.get_by_role("heading", name="You said yes")).to_be_visible()
    luis.look("program-accepted")


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_from_the_phone_to_arrival(visitor: MakeVisitor, has_scripts: bool) -> None:
    scenes.open_the_service()
    asking = visitor(size=PHONE, has_scripts=has_scripts, who="phone")
    answers = Answers(flags=("wants_medicine", "sick_now"), words="I want to feel better.")
    code = scenes.ask_for_help(asking, answers)
    assert HelpRequest.objects.count() == 1, "a double click on Send makes one request"
    bird = visitor(size=PHONE, has_scripts=has_scripts, who="phone")  # the code works on any phone
    scenes.open_status(bird, code)
    expect(bird.page.locator(".now .lead")).to_contain_text("We have your request.")
    assert not [word for word in ("Bird", "0142", "medicine") if word in bird.page.locator("main").inner_text()]
    bird.look("status-new", both_schemes=True)

    tasha = visitor(size=DESK, has_scripts=has_scripts, who="desk")
    scenes.sign_in(tasha, "tasha", to="/desk/")
    the_desk_finds_a_place(tasha)
    the_person_chooses(bird)
    the_desk_asks_the_program(tasha)
    now_says(bird, re.compile(f"We asked {RIVER} at "))
    bird.look("status-referred")

    luis = visitor(size=DESK, has_scripts=has_scripts, who="program")
    scenes.sign_in(luis, "luis", to="/program/")
    the_program_says_yes(luis)
    now_says(bird, re.compile(r"Yes\. Come .*9:00\sAM\."))
    expect(bird.page.locator("main")).to_contain_text("Ask for Luis at the side door.")
    bird.look("status-accepted", both_schemes=True)
    luis.press("Arrived")
    expect(luis.page.get_by_role("heading", name="Arrived", exact=True)).to_be_visible()
    luis.look("program-arrived")
    now_says(bird, "You made it.")
    bird.look("status-arrived")
    tasha.page.reload()
    expect(tasha.page.locator(".bar")).to_contain_text("Arrived")
    tasha.look("workspace-arrived")

    scenes.let_the_worker_work()
    sam = visitor(size=DESK, has_scripts=has_scripts, who="steward")
    scenes.sign_in(sam, "sam", to="/steward/")
    sam.go("/steward/outbox/")
    expect(sam.page.locator("table")).to_contain_text("Next Step")
    sam.look("outbox")
    assert set(Message.objects.values_list("channel", flat=True)) == {"text"}
    assert not verify().findings
