"""Asking with the keyboard alone, in Spanish, in danger, and with a rule that forbids texts."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from handrail.records.casebook.models import HelpRequest, Message
from tests.browser import scenes
from tests.browser.conftest import MakeVisitor
from tests.browser.scenes import Answers
from tests.browser.visitor import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Where the focus is, whether it can be seen, and whether something lies over it (WCAG 2.4.7, 2.4.11).
FOCUS = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const box = node.getBoundingClientRect(), style = getComputedStyle(node);
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 200));
  const isSame = seen && (node === seen || node.contains(seen) || seen.contains(node));
  return {
    what: node.tagName + " " + (node.name || "") + " " + (node.value || node.textContent || "").trim().slice(0, 30),
    name: node.name || "", value: node.value || "", tag: node.tagName,
    top: box.top + scrollY, left: box.left, inMain: !!node.closest("main form"),
    isSeen: box.width > 0 && box.height > 0 && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    isCovered: !isSame && !(seen && node.labels && [...node.labels].some(label => label.contains(seen))),
  };
}"""
LOW_PHONE = {"width": 390, "height": 560}


def tab(page: Page, key: str = "Tab") -> dict[str, Any]:
    """Press Tab once: the focus must be somewhere, be seen, and lie under nothing."""
    page.keyboard.press(key)
    at: dict[str, Any] = page.evaluate(FOCUS)
    assert at, f"{page.url}: the focus left the page"
    assert at["isSeen"], f"{page.url}: the focus cannot be seen on {at['what']}"
    assert not at["isCovered"], f"{page.url}: something lies over {at['what']}"
    return at


def tab_to(page: Page, *, name: str = "", tag: str = "", within_form: bool = True) -> dict[str, Any]:
    """Tab on to a field or a button; in the form the order on the screen is the order of the keys."""
    last = None
    for _ in range(60):
        at = tab(page)
        if at["inMain"] and last is not None:
            assert at["top"] >= last["top"] - 2, f"{page.url}: {at['what']} stands above {last['what']}"
        last = at if at["inMain"] else last
        if (not within_form or at["inMain"]) and at["name"] == name and (not tag or at["tag"] == tag):
            return at
    raise AssertionError(f"{page.url}: Tab never came to {name or tag}")


def go_on(page: Page, address: str) -> None:
    """Tab to the form's button and press Enter."""
    tab_to(page, tag="BUTTON")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_asking_with_the_keyboard_alone(visitor: MakeVisitor) -> None:
    scenes.open_the_service()
    bird = visitor(size=LOW_PHONE, who="keys")
    page = bird.page
    bird.go("/ask/")
    assert "Skip" in tab(page)["what"], "the first stop is the way past the bar"
    assert "Call" in tab(page)["what"]
    assert "Leave" in tab(page)["what"]
    while "Start" not in tab(page)["what"]:
        pass
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask/who/")
    tab_to(page, name="who")
    page.keyboard.press("Space")
    go_on(page, "/ask/now/")
    tab_to(page, name="now")
    page.keyboard.press("Space")
    go_on(page, "/ask/where/")
    tab_to(page, name="place")
    page.keyboard.type("81101")
    go_on(page, "/ask/contact/")
    tab_to(page, name="channel")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    go_on(page, "/ask/contact/details/")
    tab_to(page, name="phone")
    page.keyboard.type("719-555-0142")
    go_on(page, "/ask/about/")
    tab_to(page, tag="BUTTON")
    for _ in range(14):
        tab(page, "Shift+Tab")  # upward, where the bar at the top could lie over it
    page.keyboard.press("Space")
    go_on(page, "/ask/check/")
    go_on(page, "/ask/done/")
    expect(page.locator("p.code")).to_be_visible()
    row = HelpRequest.objects.get()
    assert (row.answers["zip"], row.person.rule.channel, len(row.answers["flags"])) == ("81101", "text", 1)


def test_an_error_takes_the_focus_and_leads_to_its_field(visitor: MakeVisitor) -> None:
    scenes.open_the_service()
    bird = visitor(size=PHONE, who="errors")
    bird.go("/ask/who/")
    bird.press("Continue")
    expect(bird.page.locator(".problem")).to_be_focused()
    expect(bird.page).to_have_title("Error: Who needs help? – Next Step")
    bird.look("error-who", both_schemes=True)
    bird.page.locator(".problem a").first.click()
    expect(bird.page.locator("[name=who]").first).to_be_focused()
    bird.page.keyboard.press("Space")
    bird.press("Continue")
    bird.page.locator("[name=now][value=no]").check()
    bird.press("Continue")
    bird.page.locator("[name=place]").fill("Fernholow")
    bird.press("Continue")
    expect(bird.page.locator("[name=place]")).to_have_value("Fernholow")
    bird.look("error-where")
    bird.go("/status/")
    bird.page.get_by_label("Your code").fill("K7M4")
    bird.press("Continue")
    bird.look("error-code", both_schemes=True)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_asking_in_spanish(visitor: MakeVisitor, has_scripts: bool) -> None:
    """The answers stay while the language changes, and the person is asked in the language they chose."""
    scenes.open_the_service()
    ana = visitor(size=PHONE, has_scripts=has_scripts, who="es")
    ana.go("/es/ask/")
    for path in ("/es/ask/", "/es/ask/who/"):
        ana.go(path)
        expect(ana.page.locator("html")).to_have_attribute("lang", "es")
        expect(ana.page.locator("a.twin")).to_have_attribute("href", path.removeprefix("/es"))
    ana.page.locator("[name=who][value=someone]").check()
    ana.page.locator("main form .button").click()
    ana.page.wait_for_url("**/es/ask/now/")
    ana.page.locator("a.twin").click()
    ana.page.wait_for_url(f"{ana.home}/ask/now/")
    expect(ana.page.locator("html")).to_have_attribute("lang", "en")
    ana.page.locator("a.twin").click()
    ana.page.wait_for_url("**/es/ask/now/")
    ana.go("/es/ask/who/")
    expect(ana.page.locator("[name=who][value=someone]")).to_be_checked()
    code = scenes.ask_for_help(ana, Answers(who="someone", flags=("pregnant",)), at="/es/ask/")
    assert "/es/ask/done/" in ana.page.url
    expect(ana.page.locator("p.bubble")).to_have_attribute("lang", "es")
    row = HelpRequest.objects.get()
    assert (row.for_whom, row.person.rule.language) == ("someone", "es")
    ana.go("/es/status/")
    expect(ana.page.locator("html")).to_have_attribute("lang", "es")
    ana.look("es-status", both_schemes=True)
    assert code not in ana.page.content()


def test_danger_comes_first_and_a_rule_without_texts_sends_none(visitor: MakeVisitor) -> None:
    scenes.open_the_service()
    bird = visitor(size=PHONE, who="danger")
    answers = Answers(now="sick", channel="call", details={"phone": "719-555-0143"})
    scenes.ask_for_help(bird, answers, only_look_at="ask-first")
    tasha = visitor(size=DESK, who="danger-desk")
    scenes.sign_in(tasha, "tasha", to="/desk/")
    expect(tasha.page.locator("table.table tbody tr").first).to_contain_text("Danger")
    tasha.look("queue-danger")
    tasha.press("Take next")
    expect(tasha.page.locator("#person .rule")).to_contain_text("Call only")
    scenes.write_down(tasha, outcome="No answer", note="Rang out.", step="Call again", by="+15 min")
    scenes.let_the_worker_work()
    assert not Message.objects.exists()
    sam = visitor(size=DESK, who="danger-steward")
    scenes.sign_in(sam, "sam", to="/steward/")
    sam.go("/steward/outbox/")
    expect(sam.page.locator("main")).to_contain_text("No messages here.")
    sam.look("outbox-empty")
