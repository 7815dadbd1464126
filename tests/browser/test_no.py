"""A program says no: the request is back on the desk's turn, the next match ready, and the person reads it plainly."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from handrail.actions import ask
from handrail.core.code import show_code
from handrail.core.match import rank
from handrail.core.needs import needs_from
from handrail.project.sample_people import program_named
from handrail.records.casebook.models import HelpRequest
from handrail.records.directory.places import find_place
from handrail.records.directory.snapshot import snapshot
from tests import build
from tests.browser import scenes
from tests.browser.conftest import MakeVisitor
from tests.browser.visitor import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_request_at_river_house() -> tuple[HelpRequest, str]:
    """Tasha has asked River House for Bird; Bird's code."""
    staff, now = scenes.open_the_service(), timezone.now()
    near = find_place(scenes.TOWN)[0]
    sent = build.sent(now=now, latitude=near.latitude, longitude=near.longitude, zip=near.zip5)
    row = HelpRequest.objects.select_related("person").get(pk=sent.request_id)
    tasha = staff["tasha"].actor()
    ask.take(row, actor=tasha, why="Free", now=now)
    step = {"next_step": "Look for places", "next_at": now + timedelta(hours=1)}
    ask.record_contact(row, actor=tasha, outcome="reached", note="OK to talk", now=now, **step)
    river = program_named("River House")
    assert river is not None
    build.ask_program(row, river, actor=tasha, now=now)
    assert rank(needs_from({}), snapshot().offers(), now=now), "there are other places"
    return row, show_code(sent.code)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_no_puts_it_back_on_the_desk(visitor: MakeVisitor, has_scripts: bool) -> None:
    row, code = a_request_at_river_house()
    luis = visitor(size=DESK, has_scripts=has_scripts, who="no-program")
    scenes.sign_in(luis, "luis", to="/program/")
    luis.page.locator(".p-posts a").first.click()
    luis.press("Acknowledge")
    luis.page.locator("summary", has_text="Decline").click()
    luis.look("declining", both_schemes=True)
    luis.press("Send the no")
    expect(luis.page.locator("[role=alert]")).to_contain_text("Choose a reason.")
    luis.page.get_by_label("No opening").check()
    luis.press("Send the no")
    expect(luis.page.get_by_role("heading", name="Nothing to do")).to_be_visible()

    tasha = visitor(size=DESK, has_scripts=has_scripts, who="no-desk")
    scenes.sign_in(tasha, "tasha", to="/desk/")
    tasha.go("/desk/mine/")
    expect(tasha.page.locator("tbody tr").first).to_contain_text("next match")
    tasha.look("mine", both_schemes=True)
    tasha.follow("Bird")
    expect(scenes.place_of(tasha, "referral", "River House")).to_contain_text("Said no")
    expect(tasha.page.locator("#matches").get_by_role("button", name="Offer to Bird").first).to_be_visible()
    tasha.look("workspace-declined")

    bird = visitor(size=PHONE, has_scripts=has_scripts, who="no-phone")
    scenes.open_status(bird, code)
    expect(bird.page.locator("main")).to_contain_text("They have no room now. We look at the next place.")
    bird.look("status-declined", both_schemes=True)
    row.refresh_from_db()
    assert row.next_at is not None
