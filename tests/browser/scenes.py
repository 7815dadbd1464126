"""The scenes of the story, as anybody would play them: what is pressed, typed and read."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from playwright.sync_api import Locator, expect

from handrail.project.sample import load_sample_directory
from handrail.project.sample_people import cover_shifts, load_staff
from handrail.records.accounts.models import Staff
from handrail.web.sign_in import DEMO_PASSWORD
from handrail.worker.loop import Worker
from tests.browser.visitor import Visitor

TOWN = "Fernhollow, CO"


def open_the_service() -> dict[str, Staff]:
    """The sample directory, the staff and their shifts: what a service has before anybody asks."""
    now = timezone.now()
    load_sample_directory(now=now)
    staff = load_staff(now=now)
    cover_shifts(staff, now=now)
    return staff


def until(is_so: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait for what the browser does behind the page's back. It fails when that does not come."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def let_the_worker_work() -> None:
    """Everything that is due now gets done, as the worker would."""
    worker = Worker()
    while worker.work_once():
        pass


@dataclass
class Answers:
    """What somebody answers to the five questions."""

    who: str = "me"
    now: str = "no"
    place: str = TOWN
    channel: str = "text"
    details: dict[str, str] = field(default_factory=lambda: {"phone": "719-555-0142", "name": "Bird"})
    flags: tuple[str, ...] = ()
    words: str = ""


BOTH_SCHEMES = ("ask-first", "ask-contact", "ask-about", "ask-check", "ask-done")


def ask_for_help(visitor: Visitor, answers: Answers, *, at: str = "/ask/", only_look_at: str = "") -> str:
    """Ask, from the first page to the last, by what the fields are and not by what they are called; the code."""
    page = visitor.page

    def look(name: str) -> None:
        expect(page.locator("main h1")).to_be_visible()
        if only_look_at in ("", name):
            visitor.look(name, both_schemes=name in BOTH_SCHEMES)

    def go_on(name: str) -> None:
        look(name)
        page.locator("main form .button").click()

    visitor.go(at)
    look("ask-start")
    page.locator("main a.button").click()
    page.locator(f"[name=who][value={answers.who}]").check()
    go_on("ask-who")
    page.locator(f"[name=now][value={answers.now}]").check()
    go_on("ask-now")
    if answers.now != "no":
        look("ask-first")
        page.locator("main a.button.second").last.click()
    page.locator("[name=place]").fill(answers.place)
    go_on("ask-where")
    page.locator(f"[name=channel][value={answers.channel}]").check()
    go_on("ask-contact")
    for name, value in answers.details.items():
        page.locator(f"[name={name}]").fill(value)
    go_on("ask-details")
    for flag in answers.flags:
        page.locator(f"[name=flags][value={flag}]").check()
    page.locator("[name=words]").fill(answers.words)
    go_on("ask-about")
    expect(page.locator("dl.answers")).to_be_visible()
    look("ask-check")
    page.locator("main form .button").dblclick()
    expect(page.locator("p.code")).to_be_visible()
    look("ask-done")
    return page.locator("p.code").inner_text().strip()


def open_status(visitor: Visitor, code: str) -> None:
    """Type the code, in small letters, and see one's own page."""
    visitor.go("/status/")
    visitor.page.get_by_label("Your code").fill(code.lower())
    visitor.press("Continue")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Your request")


def now_says(visitor: Visitor, words: str | re.Pattern[str]) -> None:
    """The sentence for now, on the person's page as it is on loading it again."""
    visitor.go("/status/")
    expect(visitor.page.locator(".now .lead")).to_have_text(words)


def sign_in(visitor: Visitor, name: str, *, to: str) -> None:
    """Sign in at the staff door, and arrive at one's own door."""
    visitor.go(to)
    visitor.page.get_by_label("Username").fill(name)
    visitor.page.get_by_label("Password").fill(DEMO_PASSWORD)
    visitor.press("Sign in")
    visitor.page.wait_for_url(f"**{to}")


def part(visitor: Visitor, name: str) -> Locator:
    """One part of the workspace, opened if it was closed."""
    found = visitor.page.locator(f"#{name}")
    if found.evaluate("node => node.tagName === 'DETAILS' && !node.open"):
        found.locator("summary").first.click()
    return found


def write_down(visitor: Visitor, *, outcome: str, note: str, step: str, by: str) -> None:
    """Record a contact with its next step and time."""
    write = visitor.page.locator("#write")
    write.get_by_label(outcome, exact=True).check()
    write.get_by_role("textbox", name="Note").fill(note)
    write.get_by_label("Next step").fill(step)
    write.get_by_label("By", exact=True).fill(by)
    visitor.press("Save", within=write)
    expect(visitor.page.locator("#timeline")).to_contain_text(note)


def say_safe(visitor: Visitor) -> None:
    """Safe now, and naloxone at hand."""
    safety = part(visitor, "safety")
    safety.get_by_role("group", name="Safe right now?").get_by_label("Yes").check()
    safety.get_by_role("group", name="Naloxone at hand?").get_by_label("Yes").check()
    visitor.press("Save safety", within=safety)
    expect(visitor.page.locator("#safety > summary")).to_contain_text("Done")


def say_needs(visitor: Visitor) -> None:
    """Medicine, on Medicaid, near where they said."""
    needs = part(visitor, "needs")
    needs.get_by_label(re.compile("^Medicine for opioid use")).check()
    needs.get_by_label("How it is paid").select_option("medicaid")
    visitor.press("Confirm needs", within=needs)
    expect(visitor.page.locator(".bar")).to_contain_text("Finding a place")


def place_of(visitor: Visitor, section: str, program: str) -> Locator:
    """The card of one program in Matches or in Referral."""
    heading = visitor.page.get_by_role("heading", name=program, exact=True)
    return visitor.page.locator(f"#{section} .match").filter(has=heading)


def offer(visitor: Visitor, program: str) -> None:
    """Put a place before the person."""
    card = place_of(visitor, "matches", program)
    if not card.count():
        visitor.page.locator("#matches").get_by_role("link", name="more place").click()
    card.get_by_role("button", name="Offer to").click()
    expect(place_of(visitor, "referral", program)).to_be_visible()


def record_yes(visitor: Visitor, program: str, *, scopes: int) -> str:
    """Read the words aloud and record the yes; what was read."""
    card = place_of(visitor, "referral", program)
    read = card.locator("form [lang]").first
    ticks = read.locator("label.tick")
    spoken = [ticks.nth(number).inner_text().strip() for number in range(scopes)]
    for number in range(scopes):
        ticks.nth(number).locator("input").check()
    opening, closing = (words.strip("“” ") for words in read.locator("p").all_inner_texts())
    card.get_by_role("button", name="Record yes").click()
    expect(card.get_by_role("button", name=f"Send to {program}")).to_be_visible()
    return " ".join([opening, *spoken, closing])


def send(visitor: Visitor, program: str) -> None:
    """Ask the program."""
    card = place_of(visitor, "referral", program)
    card.get_by_role("button", name=f"Send to {program}").click()
    expect(visitor.page.locator(".bar")).to_contain_text("Sent to a program")


def facts_shown(visitor: Visitor) -> dict[str, str]:
    """The facts a program sees, by label."""
    rows: Any = visitor.page.locator("#referral dl.facts > div")
    return {row.locator("dt").inner_text(): row.locator("dd").inner_text() for row in rows.all()}
