"""The staff's other pages: axe, both schemes, the smallest phone, no stranger. Visitors' pages: test_inclusion.py."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from handrail.actions.follow_up import publish_pulse
from handrail.project.sample_story import tell
from handrail.records.casebook.models import HelpRequest
from tests.browser import scenes
from tests.browser.conftest import MakeVisitor
from tests.browser.visitor import DESK, PHONE, PICTURES

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]


def test_a_shift_at_the_desk_and_the_readme_pictures(visitor: MakeVisitor, settings: Any) -> None:
    """The demo's own story on the screens that staff look at all night."""
    settings.SERVICE_TIMEZONE = "America/Denver"  # where the sample's towns are
    settings.IS_DEMO = True  # so that every page says it is a sample
    staff, now = scenes.open_the_service(), timezone.now()
    tell(staff, now=now)
    publish_pulse(now=now)
    tasha = visitor(size=DESK, who="shift")
    scenes.sign_in(tasha, "tasha", to="/desk/")
    expect(tasha.page.locator("table.table tbody tr")).to_have_count(7)
    expect(tasha.page.locator("#lists")).to_contain_text("Waiting on programs")
    tasha.look("queue-full", both_schemes=True)
    if PICTURES:
        home = visitor(size=PHONE, who="shift")
        home.go("/")
        tasha.picture(f"{PICTURES}/queue.png")
        home.picture(f"{PICTURES}/home.png")
    tasha.follow("Ray")
    tasha.look("take-out-of-order")
    row = HelpRequest.objects.exclude(owner=None).filter(stage="choosing").get()
    for name, path in (
        ("mine-full", "/desk/mine/"),
        ("follow-ups", "/desk/follow-ups/"),
        ("call-round", "/desk/call-round/"),
        ("find", "/desk/find/?near=81101&kinds=medicine"),
        ("workspace-choosing", f"/desk/r/{row.pk}/"),
        ("hand-back", f"/desk/r/{row.pk}/hand-back/"),
        ("lock", "/account/lock/"),
    ):
        tasha.go(path)
        tasha.look(name, both_schemes=name == "find")


def test_the_other_doors(visitor: MakeVisitor) -> None:
    staff, now = scenes.open_the_service(), timezone.now()
    tell(staff, now=now - timedelta(minutes=1))
    luis = visitor(size=DESK, who="doors")
    luis.go("/account/login/")
    luis.look("sign-in", both_schemes=True)
    scenes.sign_in(luis, "luis", to="/program/")
    luis.look("inbox-full", both_schemes=True)
    for name, path in (("openings", "/program/openings/"), ("in-care", "/program/in-care/")):
        luis.go(path)
        luis.look(name)
    sam = visitor(size=DESK, who="doors")
    scenes.sign_in(sam, "sam", to="/steward/")
    for name in ("", "outbox", "ledger", "imports"):
        sam.go(f"/steward/{name}/" if name else "/steward/")
        sam.look(f"steward-{name or 'home'}", both_schemes=name == "ledger")
