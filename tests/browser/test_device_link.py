"""A device's link on a phone: from opening it to the word that it is updated, one press, in under ten seconds."""

from time import monotonic

import pytest
from django.utils import timezone

from handrail.actions.directory.links import make_link
from handrail.core.access import Actor
from handrail.records.directory.links import token_of
from tests.browser.conftest import MakeVisitor
from tests.browser.visitor import DESK, PHONE
from tests.cast import Cast
from tests.web.program_cast import a_row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_SECONDS = 10


@pytest.fixture
def address(cast: Cast) -> str:
    a_row(cast.river_house, "Day visits", 3)
    a_row(cast.river_house, "Beds, women", 0, hours_ago=13, kind="beds", waiting=4)
    actor = Actor("intake", "1", program_ids=frozenset({str(cast.river_house.pk)}))
    return f"/c/{token_of(make_link(cast.river_house, actor=actor, label='Tablet', now=timezone.now()))}/"


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_program_updates_its_openings_with_one_press(visitor: MakeVisitor, address: str, has_scripts: bool) -> None:
    luis = visitor(size=PHONE, has_scripts=has_scripts, who="device")
    for button, shown in (("Still right", "3"), ("One more: Day visits", "4"), ("Full", "0")):
        begun = monotonic()
        luis.go(address)
        luis.press(button)
        luis.page.get_by_text("Updated").wait_for()
        assert monotonic() - begun < MOST_SECONDS
        assert luis.page.locator("output").first.inner_text() == shown
    luis.look("device", both_schemes=True)
    luis.page.locator("summary").first.click()
    luis.page.get_by_label("Openings, 0 is full").first.fill("12")
    luis.press("Save")
    luis.page.wait_for_url("**save")
    assert luis.page.locator("output").first.inner_text() == "12"
    luis.go(f"{address[:-3]}/")
    luis.look("device-wrong")


def test_the_keyboard_stays_at_the_button_it_pressed(visitor: MakeVisitor, address: str) -> None:
    luis = visitor(size=DESK, who="device")
    luis.go(address)
    luis.page.get_by_role("button", name="One more: Day visits").focus()
    for shown in ("4", "5", "6"):
        luis.page.keyboard.press("Enter")
        luis.page.locator("output", has_text=shown).first.wait_for()
        luis.page.wait_for_function("document.activeElement.textContent.includes('One more: Day visits')")
