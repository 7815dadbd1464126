"""Inclusion over the pages that are reached by answering: each question, its refusals, the end, and one's own page.

In English each page has the full look, and a refusal or another state of it the light one. In Spanish, where the
templates are the same and the words are longer, they have the brief look, and every eighth, another eighth each week,
the light one. Each page and state is parsed as HTML in both.
"""

from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.urls import resolve
from django.utils import timezone, translation
from playwright.sync_api import expect

from handrail.actions import family as wall
from handrail.core.code import show_code
from handrail.core.wall import SCOPES
from handrail.records.casebook.models import HelpRequest
from handrail.web.public import pages
from tests import build
from tests.browser import scenes
from tests.browser.conftest import MakeVisitor
from tests.browser.inclusion import AXE, AXE_SOURCE, BRIEF, FULL, LIGHT, Inspector
from tests.browser.test_inclusion import SHARE
from tests.browser.test_no import a_request_at_river_house
from tests.browser.visitor import PHONE
from tests.web.every_page import in_language, walked
from tests.web.html_check import faults

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
LANGUAGES = ("en", "es")
ANSWERS = {
    "now": "no",
    "channel": "call",
    "place": scenes.TOWN,
    "phone": "719-555-0142",
    "name": "Bird",
    "asker": "Jo",
    "organization": "Mercy",
    "heard_by": "Jo",
    "role": "nurse",
    "until": "15:40",
    "leaves_unknown": "yes",
    "heard": "yes",
}
MOST_PAGES = 14
# The page after Leave site is as bland as can be, and has no parts to name.
BLAND = AXE | {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}


@pytest.fixture
def inspector(visitor: MakeVisitor) -> Callable[[str, str], Inspector]:
    """Makes an inspector at a service that is open."""

    def make(language: str, who: str) -> Inspector:
        scenes.open_the_service()
        return Inspector(visitor(size=PHONE, who=f"{who}-{language}"), language)

    return make


def look(eyes: Inspector, name: str, closely: int = FULL, *, is_state: bool = False) -> None:
    """One page of a walk: its HTML, and as closely as its language is looked at."""
    eyes.parse(name)
    if eyes.language != "en":
        closely = LIGHT if (eyes.seen - timezone.now().isocalendar().week) % SHARE == 0 else BRIEF
    eyes.look(name, closely, is_state=is_state)


def at(eyes: Inspector) -> str:
    """The name of the address that is open."""
    path = eyes.page.url.removeprefix(eyes.visitor.home).partition("?")[0]
    with translation.override(eyes.language):
        return resolve(path).url_name or ""


def fill(eyes: Inspector, answers: dict[str, str]) -> None:
    """Answer what the page asks, by what the fields are; what is not known is left as it stands."""
    form = eyes.page.locator("main form")
    for name in dict.fromkeys(each["name"] for each in eyes.fields()):
        field = form.locator(f"[name={name}]")
        kind = field.first.get_attribute("type") or field.first.evaluate("node => node.tagName")
        if kind == "radio" and field.and_(eyes.page.locator(":checked")).count() == 0:
            wanted = field.and_(eyes.page.locator(f"[value='{answers.get(name, '')}']"))
            (wanted if wanted.count() else field).first.check()
        elif kind == "checkbox" and name in answers:
            field.first.check()
        elif kind in ("text", "tel", "email", "time", "TEXTAREA") and name in answers:
            field.first.fill(answers[name])


def press_on(eyes: Inspector) -> None:
    """The form's own button."""
    with eyes.page.expect_navigation():
        eyes.page.locator("main form .button").last.click()


def refuse(eyes: Inspector, name: str) -> None:
    """Send the page as it is; look at it again when it is refused, and come back to it when it is not."""
    was = eyes.page.url
    press_on(eyes)
    if eyes.page.url == was and eyes.page.locator(".problem").count():
        expect(eyes.page.locator(".problem")).to_be_focused()
        if not eyes.page.title().startswith("Error: "):
            eyes.say(name, "the title of a refused page does not open with Error:")
        look(eyes, f"{name}, refused", LIGHT, is_state=True)
    else:
        eyes.page.goto(was)


def ask(eyes: Inspector, answers: dict[str, str], *, refusing: bool) -> set[str]:
    """From the first question to the code: every page looked at, and nothing asked twice. The addresses seen."""
    seen: set[str] = set()
    asked: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        here = at(eyes)
        name = f"{eyes.language} {here} ({answers['who']})"
        if here not in seen:
            look(eyes, name, FULL if refusing else LIGHT, is_state=not refusing)
        for each in eyes.fields():
            for what in (each["name"], each["label"]):
                if asked.setdefault(what, here) != here and not each["filled"]:
                    eyes.say(name, f"asks for {what!r} again, after {asked[what]}")
        is_new = here not in seen
        seen.add(here)
        if here in ("ask_done", "refer_done"):
            return seen
        if here == "ask_first":
            eyes.page.locator("main a.button.second").last.click()
            continue
        if refusing and is_new and here != "ask_check":
            refuse(eyes, name)
        fill(eyes, answers)
        press_on(eyes)
    raise AssertionError(f"the walk never came to its end; seen {seen}, now {eyes.page.url}")


def a_family_with_a_message(row: HelpRequest) -> str:
    """The code of somebody who asked about the person: linked by a yes, told both things, and their words wait."""
    now = timezone.now()
    asked = build.sent(now=now, who="someone", name="Rosa", address="+13035550177", place="", zip="")
    theirs, family = (
        HelpRequest.objects.select_related("person", "owner").get(pk=pk) for pk in (row.pk, asked.request_id)
    )
    assert theirs.owner is not None
    wall.link(theirs, actor=theirs.owner.actor(), family=family, scopes=list(SCOPES), words="May they?", now=now)
    wall.leave_message(family, text="I am here.", now=now)
    return show_code(asked.code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_asking(inspector: Callable[[str, str], Inspector], language: str) -> None:
    """For oneself with every refusal and a danger; then for somebody else, and their own page."""
    eyes = inspector(language, "asking")
    eyes.visitor.go(in_language("/ask/who/", language))
    seen = ask(eyes, ANSWERS | {"who": "me", "now": "sick"}, refusing=True)
    assert seen == walked("asking")
    other = Inspector(eyes.visitor, language)
    eyes.visitor.context.clear_cookies()
    other.visitor.go(in_language("/ask/who/", language))
    ask(other, ANSWERS | {"who": "someone", "channel": "code"}, refusing=False)
    other.visitor.go(in_language("/status/", language))
    look(other, f"{language} status, for somebody else")
    other.visitor.go(in_language("/status/message/", language))
    assert at(other) == "status_message"
    look(other, f"{language} status_message")
    refuse(other, f"{language} status_message")


@pytest.mark.parametrize("language", LANGUAGES)
def test_referring(inspector: Callable[[str, str], Inspector], language: str) -> None:
    """The page of a nurse, a peer or a jail, refused and sent; what they get, and what they may see of it later."""
    eyes = inspector(language, "referring")
    eyes.visitor.go(in_language("/refer/", language))
    refuse(eyes, f"{language} refer")
    fill(eyes, ANSWERS)
    press_on(eyes)
    assert {at(eyes)} == walked("refer")
    look(eyes, f"{language} refer_done")
    eyes.visitor.go(in_language("/status/", language))
    look(eyes, f"{language} status, for a professional", is_state=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_ones_own_page(visitor: MakeVisitor, language: str) -> None:
    """The code, wrong and right; the page; every page behind it, refused where it can be; then their family's page."""
    row, code = a_request_at_river_house()
    code_of_family = a_family_with_a_message(row)
    eyes = Inspector(visitor(size=PHONE, who=f"status-{language}"), language)
    page, start = eyes.page, in_language("/status/", language)
    eyes.visitor.go(start)
    refuse(eyes, f"{language} status, no code")
    page.locator("[name=code]").fill(code.lower())
    press_on(eyes)
    expect(page.locator(".now")).to_be_visible()
    expect(page.locator("[name=do][value=read]")).to_be_visible()
    look(eyes, f"{language} status, referred")
    page.locator("form[action*=take-back] button").first.click()
    look(eyes, f"{language} status_take_back")
    seen = {"status_take_back", "status_message"}
    for name in sorted(walked("status") - seen):
        with translation.override(language):
            path = name.removeprefix("status_")
        eyes.visitor.go(f"{start}{path}/")
        if at(eyes) != name:
            continue
        seen.add(name)
        look(eyes, f"{language} {name}", is_state=True)
        if page.locator("main form .button").count() and name in ("status_note", "status_pin", "status_stop"):
            refuse(eyes, f"{language} {name}")
    assert seen == walked("status")
    eyes.visitor.go(f"{start}contact/")
    fill(eyes, ANSWERS)
    press_on(eyes)
    look(eyes, f"{language} status_contact, the details", LIGHT, is_state=True)
    eyes.visitor.context.clear_cookies()
    eyes.visitor.go(start)
    page.locator("[name=code]").fill(code_of_family)
    press_on(eyes)
    expect(page.locator(".bubble.mine")).to_be_visible()
    look(eyes, f"{language} status, of a linked family", LIGHT, is_state=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_things_gone_wrong(
    inspector: Callable[[str, str], Inspector], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """Gone answers, an old form, too many tries, a way that is not open, and our own faults."""
    eyes = inspector(language, "wrong")
    go, context = eyes.visitor.go, eyes.visitor.context

    def gone_wrong(name: str, status: int) -> None:
        assert eyes.answer is not None
        assert eyes.answer.status == status, name
        look(eyes, f"{language} {name}", LIGHT, is_state=True)

    context.add_cookies([{"name": "a", "value": "gone", "url": eyes.visitor.home}])
    go(in_language("/ask/where/", language))
    gone_wrong("answers gone", 200)
    go(in_language("/ask/who/", language))
    context.clear_cookies()
    press_on(eyes)
    gone_wrong("form too old", 403)
    go(in_language("/status/", language))
    for _ in range(11):
        eyes.page.locator("[name=code]").fill("K7M4-R2QX-9T")
        press_on(eyes)
        if eyes.answer and eyes.answer.status == 429:
            break
    gone_wrong("too many codes", 429)
    for error, status in ((OperationalError("away"), 503), (RuntimeError("ours"), 500)):

        def fail(error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(pages, "read_pulse", fail)
        go(in_language("/", language))
        gone_wrong(f"status {status}", status)
    context.add_cookies([{"name": "d", "value": "1", "url": eyes.visitor.home}])
    go(in_language("/danger/", language))
    assert eyes.answer is not None
    eyes.say(f"{language} away", *faults(eyes.answer.text()))
    eyes.page.evaluate(f"{AXE_SOURCE};0")
    eyes.look_with_axe(f"{language} away", BLAND)
    # The browser notes every answer that is no 200; here they are what was asked for.
    eyes.visitor.problems = [each for each in eyes.visitor.problems if "Failed to load resource" not in each]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_service_with_nothing_in_it(visitor: MakeVisitor, language: str) -> None:
    """No directory, nobody on shift, no numbers yet: the pages stand, and say what is open."""
    eyes = Inspector(visitor(size=PHONE, who=f"empty-{language}"), language)
    for path in ("/", "/find/results/?n=81101", "/find/saved/", "/about/", "/refer/"):
        eyes.visitor.go(in_language(path, language))
        look(eyes, f"{language} {path}, nothing there", LIGHT, is_state=True)


def test_searching_the_library(inspector: Callable[[str, str], Inspector]) -> None:
    """Found, and not found, in both languages."""
    english = inspector("en", "search")
    for eyes in (english, Inspector(english.visitor, "es")):
        language = eyes.language
        for words in ("narcan", "zzzzzz"):
            eyes.visitor.go(in_language("/learn/search/", language))
            eyes.page.locator("main [name=q]").fill(words)
            with eyes.page.expect_navigation():
                eyes.page.keyboard.press("Enter")
            look(eyes, f"{language} search for {words}", LIGHT, is_state=True)
