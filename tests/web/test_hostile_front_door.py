"""The front door under attack: letters that are none, words without end, an old page after a STOP, files that broke."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.utils import timezone

from handrail.actions import ask, inbound, messages, person
from handrail.actions._frame import Stale
from handrail.core.contact import ContactRule
from handrail.gateways import gate
from handrail.project import words_check
from handrail.project.letters import read_as_utf8
from handrail.records.casebook.models import HelpRequest, Message
from handrail.records.library import search as library_search
from handrail.records.library.articles import BadArticle, pages, read_article
from handrail.worker import duties
from tests import build
from tests.cast import Cast
from tests.web.program_cast import signed_in

pytestmark = pytest.mark.django_db

PHONE = build.ANSWERS["address"]
# Codings that Python knows and that are no letters, or that can write half of a letter.
CHARSETS = ("hex", "zlib_codec", "rot13", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7", "utf-16")
FORM = b'--X\r\nContent-Disposition: form-data; name="q"\r\n\r\na\\ud800b +2AA- 61\r\n--X--\r\n'


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("name", ["charset", "CharSet", "charset*"])
def test_a_request_may_not_say_what_its_letters_are(charset: str, name: str) -> None:
    said = f"utf-8''{charset}" if name.endswith("*") else charset
    kind = f"multipart/form-data; boundary=X; {name}={said}"
    assert status_of("POST", "/learn/search/", kind, FORM) == "200"
    for address in ("/danger/", "/continue/"):
        assert status_of("GET", address, kind) < "500", address


def status_of(method: str, path: str, kind: str, body: bytes = b"") -> str:
    """What the web server itself would be answered."""
    said: list[str] = []
    environ = RequestFactory().generic(method, path, body, QUERY_STRING="to=/%5cud800&p=a").environ
    b"".join(read_as_utf8(WSGIHandler())(environ | {"CONTENT_TYPE": kind}, lambda status, *_rest: said.append(status)))
    return said[0][:3]


@pytest.mark.parametrize("typed", ["\ufdfa" * 120, " ".join(f"zq{number}x" for number in range(60)), "zqxw " * 60])
def test_looking_for_what_was_meant_has_an_end(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    """One sign may stand for eighteen letters, and each wrong word is held against every word of ours."""
    asked: list[str] = []
    monkeypatch.setattr(library_search, "get_close_matches", lambda word, *_rest, **_more: asked.append(word) or [])
    library_search.search(typed, "en")
    languages = 2
    assert 0 < len(asked) <= library_search.MOST_GUESSES * languages
    assert max(map(len, asked)) <= library_search.LONGEST_WORD


def row_of(cast: Cast, **answers: object) -> HelpRequest:
    row = build.request(now=timezone.now(), **answers)
    ask.take(row, actor=cast.actor("tasha"), why="Free", now=timezone.now())
    return fresh(row)


def fresh(row: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.select_related("person").get(pk=row.pk)


def text(words: str) -> str:
    return inbound.text_came(PHONE, words, ref=uuid4().hex, now=timezone.now())


def test_a_stop_is_not_written_over_by_who_read_the_rule_before_it(cast: Cast) -> None:
    row = row_of(cast)
    text("STOP")
    with pytest.raises(Stale):
        person.change_contact(row, rule=ContactRule(channel="text", address=PHONE), now=timezone.now())
    assert fresh(row).person.rule.is_stopped


def test_a_rule_that_was_just_changed_is_not_brought_back_by_a_stop(cast: Cast) -> None:
    before = row_of(cast)
    new = ContactRule(channel="email", address="bird@example.org")
    person.change_contact(fresh(before), rule=new, now=timezone.now())
    with pytest.raises(Stale):
        inbound.say_stop(before, actor=cast.actor("tasha"), now=timezone.now())
    assert fresh(before).person.rule == new


def test_the_same_rule_pressed_twice_is_done_once_and_is_no_clash(cast: Cast) -> None:
    first = row_of(cast)
    second = fresh(first)
    rule = ContactRule(channel="call", address=PHONE)
    person.change_contact(first, rule=rule, now=timezone.now())
    person.change_contact(second, rule=rule, now=timezone.now())
    assert fresh(first).person.rule == rule


def test_a_desk_page_drawn_before_a_stop_does_not_lift_it(cast: Cast) -> None:
    row = row_of(cast, who="patient", channel="text")
    browser = signed_in(cast.tasha)
    drawn = {"version": str(row.version), "seen_at": (timezone.now() - timedelta(seconds=1)).isoformat()}
    text("STOP")
    answer = browser.post(f"/desk/r/{row.pk}/own-rule/", {"way": "text", "number": "303-555-0142", **drawn})
    assert answer.status_code == 409
    assert fresh(row).person.rule.is_stopped


def test_a_stop_that_the_text_service_had_outlives_a_worker_that_is_killed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two writes, the worker must not leave a settled message and no STOP."""

    class Killed(BaseException):
        """As by kill -9: nothing after it runs."""

    def refused(**_facts: object) -> str:
        raise gate.Blocked("number_said_stop")

    def killed(*_args: object, **_facts: object) -> None:
        raise Killed

    row, message = row_of(cast), Message.objects.get()
    monkeypatch.setattr(gate, "deliver", refused)
    monkeypatch.setattr(messages, "was_refused", killed)
    with pytest.raises(Killed):
        duties.send_message({"message": str(message.pk)}, timezone.now())
    monkeypatch.undo()
    duties.send_message({"message": str(message.pk)}, timezone.now())
    message.refresh_from_db()
    assert (message.state, fresh(row).person.rule.is_stopped) == ("refused", True)


# --- files of words that broke ------------------------------------------------------------------
def test_the_words_that_are_shipped_can_all_be_shown() -> None:
    words_check.read_the_words()


def test_a_funding_rule_that_nobody_wrote_stops_the_start_and_not_half_the_pages(settings) -> None:
    settings.FUNDING_RULES = ["nonsense"]
    with pytest.raises(ImproperlyConfigured, match="no rule nonsense"):
        words_check.read_the_words()


def test_a_page_that_names_what_is_not_there_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = next(iter(pages().values()))
    for line, says in (
        ("It helps. [E999]", "E999"),
        ("Call {nowhere} now. [do]", "nowhere"),
        ("Read [this](nopage) now. [do]", "nopage"),
    ):
        path = tmp_path / "one.md"
        path.write_text(f'+++\ntitle = "What?"\ntab = "What"\n+++\n{line}\n')
        article = read_article(page, "en", path)
        monkeypatch.setattr(words_check, "library", lambda _language, article=article: {page.slug: article})
        monkeypatch.setattr(words_check, "shown_article", lambda _slug, _language, article=article: article)
        with pytest.raises(ImproperlyConfigured, match=says):
            words_check.read_the_words()


def test_a_file_that_is_no_text_says_so_by_name(tmp_path: Path) -> None:
    path = tmp_path / "one.md"
    path.write_bytes(b'+++\ntitle = "What?"\ntab = "What"\n+++\nHelp \xff\n')
    with pytest.raises(BadArticle, match=r"one\.md: save the file as UTF-8"):
        read_article(next(iter(pages().values())), "en", path)
