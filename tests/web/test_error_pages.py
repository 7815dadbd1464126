"""When something is wrong: each page is kind, true about what was sent, in the reader's language, with the numbers."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone

from handrail.actions import ask
from handrail.project.logs import PlainFormatter, PrivateFilter
from handrail.records.casebook.models import HelpRequest
from handrail.web import errors
from handrail.web.browser_keeps import for_staff, for_visitors
from handrail.web.limits import Limit, take_once, visitor_key
from handrail.web.person import ask as ask_pages
from handrail.web.person import door, report
from handrail.web.public import pages
from handrail.web.public.how_long import OWN_PAGE_MINUTES, REPORT_MARK_HOURS

pytestmark = pytest.mark.django_db

NUMBERS = ("tel:911", "tel:988", "tel:+18006624357", "tel:+18005550100")
ANSWERS = {"who": "me", "now": "no", "channel": "code", "language": "en", "flags": [], "moves_around": True}
PROBLEMS = ("400", "403", "404", "405", "429", "500", "503", "form_too_old", "refused")


def is_kind(answer: HttpResponse, *, language: str = "en") -> str:
    """The numbers, the danger link, the frame, a neutral title, never stored; the page's words."""
    html = answer.content.decode()
    for number in NUMBERS:
        assert number in html
    assert re.search(r'href="(/es)?/danger/"', html)
    assert "button" in html
    assert 'class="leave"' in html
    assert html.count("<h1") == 1
    assert f'<html lang="{language}"' in html
    assert answer.headers["Cache-Control"] == "no-store"
    title = re.search(r"<title>(.*?)</title>", html)
    assert title
    assert title[1].endswith(settings.SERVICE_NAME)
    assert not re.search(r"drug|alcohol|opioid|heroin|droga", title[1], re.IGNORECASE)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "'").strip()


@pytest.fixture
def stranger() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def no_database() -> Iterator[None]:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("the database is away, and this text may hold 719-555-0142")

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.parametrize("name", PROBLEMS)
def test_each_page_stands_with_nothing_at_all(name: str, request: pytest.FixtureRequest, monkeypatch) -> None:
    """No request, no context, no database, no list of static files."""
    request.getfixturevalue("no_database")

    def gone(_path: str) -> str:
        raise ValueError("Missing staticfiles manifest entry")

    monkeypatch.setattr("handrail.web.templatetags.handrail.static", gone)
    html = render_to_string(f"{name}.html", {"frame": "bare.html"})
    for number in NUMBERS:
        assert number in html
    assert 'href="/danger/"' in html
    assert 'action="/leave/"' in html


@pytest.mark.parametrize(("path", "language"), [("/no-such-page/", "en"), ("/es/no-hay/", "es")])
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_not_found(stranger: Client, path: str, language: str, method: str) -> None:
    answer = getattr(stranger, method)(path)
    assert answer.status_code == 404
    is_kind(answer, language=language)
    assert stranger.head(path).status_code == 404


@pytest.mark.parametrize(("path", "language"), [("/status/choose/", "en"), ("/es/status/choose/", "es")])
def test_an_address_that_only_a_button_opens(stranger: Client, path: str, language: str) -> None:
    answer = stranger.get(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    is_kind(answer, language=language)


def test_too_much_and_not_to_be_read(stranger: Client) -> None:
    form = "application/x-www-form-urlencoded"
    huge = stranger.post("/es/ask/who/", b"who=" + b"a" * 3_000_000, content_type=form)
    assert huge.status_code == 413
    is_kind(huge, language="es")
    many = stranger.post("/ask/who/", {f"f{number}": "1" for number in range(2000)})
    assert many.status_code == 400
    assert "was not sent" in is_kind(many)


def test_a_form_that_is_too_old_was_not_taken(monkeypatch) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/es/ask/who/", {"who": "me"})
    assert answer.status_code == 403
    is_kind(answer, language="es")
    assert "me" not in re.findall(r'value="([^"]*)"', answer.content.decode())


def test_not_open(stranger: Client, monkeypatch) -> None:
    monkeypatch.setattr(pages, "read_pulse", _fails_with(PermissionDenied("no")))
    answer = stranger.get("/")
    assert answer.status_code == 403
    assert "Nothing was sent" in is_kind(answer)


def test_a_fault_of_ours_says_so_and_is_true_about_what_was_typed(stranger: Client, monkeypatch) -> None:
    monkeypatch.setattr(pages, "read_pulse", _fails_with(RuntimeError("719-555-0142")))
    answer = stranger.get("/es/")
    assert answer.status_code == 500
    is_kind(answer, language="es")
    monkeypatch.setattr(ask_pages.door, "draft_of", _fails_with(RuntimeError("719-555-0142")))
    answer = stranger.post("/ask/where/", {"place": "Elm Street"})
    assert answer.status_code == 500
    words = is_kind(answer)
    assert "may not have been sent" in words
    assert "719-555" not in answer.content.decode()


def test_when_the_frame_cannot_be_drawn_a_bare_one_is(stranger: Client, monkeypatch) -> None:
    real = errors.render_to_string

    def only_bare(template: str, context: dict[str, object], request: object = None) -> str:
        if request is not None:
            raise ValueError("Missing staticfiles manifest entry")
        return real(template, context)

    monkeypatch.setattr(errors, "render_to_string", only_bare)
    is_kind(stranger.get("/es/no-hay/"), language="es")


PAGES_THAT_NEED_RECORDS = ("/ask/now/", "/status/")


@pytest.mark.parametrize("prefix", ["", "/es"])
@pytest.mark.parametrize("path", PAGES_THAT_NEED_RECORDS)
def test_the_database_is_away_and_a_page_that_needs_it_says_so(
    stranger: Client, request: pytest.FixtureRequest, prefix: str, path: str
) -> None:
    stranger.cookies["a"] = ask.keep("", ANSWERS, now=timezone.now())
    stranger.cookies["s"] = "x" * 32
    request.getfixturevalue("no_database")
    answer = stranger.get(f"{prefix}{path}")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    words = is_kind(answer, language=prefix[1:] or "en")
    if not prefix:
        assert "We can't reach our records right now" in words
        assert "Nothing was sent" in words
    assert f'href="{prefix}{path}"' in answer.content.decode(), "try again"


def test_what_was_typed_was_not_sent_and_is_not_lost(stranger: Client, request: pytest.FixtureRequest) -> None:
    stranger.cookies["a"] = ask.keep("", ANSWERS, now=timezone.now())
    request.getfixturevalue("no_database")
    answer = stranger.post("/ask/where/?c=1", {"place": 'Elm "Street"', "csrfmiddlewaretoken": "old"})
    assert answer.status_code == 503
    words, html = is_kind(answer), answer.content.decode()
    assert "What you typed on this page was not sent." in words
    assert '<form method="post" action="/ask/where/?c=1">' in html
    assert '<input type="hidden" name="place" value="Elm &quot;Street&quot;">' in html
    assert 'value="old"' not in html
    assert stranger.post("/ask/where/", {"place": "a" * 30_000}).content.count(b"aaaa") == 0, "too much to carry"


def test_the_code_is_not_called_one_try_too_many_when_the_counter_is_away(
    stranger: Client, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("no_database")
    assert stranger.post("/status/", {"code": "K7M4-R2QX-9T"}).status_code == 503


def test_lost_at_the_moment_of_keeping_nobody_says_it_was_not_sent(stranger: Client, monkeypatch) -> None:
    def commit() -> None:
        raise InterfaceError("the line is cut")

    monkeypatch.setattr(ask_pages.door, "draft_of", lambda *_args, **_kwargs: commit())
    answer = stranger.post("/ask/where/", {"place": "Elm Street"})
    assert answer.status_code == 503
    assert "may not have been sent" in is_kind(answer)
    assert "Elm Street" not in answer.content.decode()


def test_the_session_that_cannot_be_kept_is_a_503_as_well(stranger: Client, monkeypatch) -> None:
    keeps = "django.contrib.sessions.middleware.SessionMiddleware.process_response"
    monkeypatch.setattr(keeps, _fails_with(OperationalError("away")))
    answer = stranger.post("/status/", {"code": "K7M4-R2QX-9T"})
    assert answer.status_code == 503
    assert "may not have been sent" in is_kind(answer)


def test_machines_get_their_own_words(stranger: Client) -> None:
    request = RequestFactory().get("/hsds/services")
    answer = errors.records_away(request, is_sure=True)
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/json")


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_pages_to_read_and_to_leave_need_no_database(
    stranger: Client, request: pytest.FixtureRequest, prefix: str
) -> None:
    for cookies in ({}, {"s": "x" * 32, "f": "y" * 32, "a": "z" * 32, "k": "w"}):
        with connection.execute_wrapper(_fails_with(OperationalError("away"))):
            for path in ("/", "/danger/", "/learn/", "/cost/", "/family/", "/safe-use/", "/privacy/", "/about/"):
                stranger.cookies.load(cookies)
                assert stranger.get(f"{prefix}{path}").status_code == 200
            assert stranger.get(f"{prefix}/ask/").status_code == 200
            assert stranger.post("/leave/").status_code == 200
            assert stranger.get("/go/").status_code == 303
        stranger.cookies.clear()


HOSTILE = (
    "/K7M4-R2QX-9T",
    "/es/mi-nombre-es-Ana-719-555-0142/",
    "/status/K7M4-R2QX-9T/",
    "/find/results/?n=K7M4-R2QX-9T",
    "/x%0aforged-719-555-0142",
)


@pytest.mark.parametrize("path", HOSTILE)
@pytest.mark.parametrize("what", ["nothing", "fault", "away", "bad"])
def test_no_log_line_holds_an_address_a_query_or_a_body(stranger: Client, monkeypatch, path: str, what: str) -> None:
    lines = _logged()
    stranger.defaults["REMOTE_ADDR"] = "203.0.113.77"
    fails = {"fault": RuntimeError, "away": OperationalError, "bad": PermissionDenied}
    if what in fails:
        error = fails[what]("719-555-0142 K7M4-R2QX-9T")
        monkeypatch.setattr("handrail.web.leave.render", _fails_with(error))
        stranger.cookies["d"] = "1"
    stranger.get(path, {"n": "Elm Street"})
    stranger.post(path, {"words": "Elm Street"})
    stranger.post(path, b"a" * 3_000_000, content_type="application/x-www-form-urlencoded")
    stranger.get(path, headers={"Host": "K7M4-R2QX-9T.example"})
    text = "\n".join(lines.found)
    lines.close()
    assert not re.search(r"Elm|K7M4|719-555|203\.0\.113|forged", text), text


def test_the_log_still_says_what_was_wrong_and_where(stranger: Client, monkeypatch) -> None:
    lines = _logged()
    stranger.get("/no-such-page/")
    monkeypatch.setattr(pages, "read_pulse", _fails_with(RuntimeError("secret")))
    stranger.get("/?n=Elm")
    with connection.execute_wrapper(_fails_with(OperationalError("secret"))):
        stranger.cookies["a"] = "z" * 32
        stranger.get("/ask/now/")
    lines.close()
    text = "\n".join(lines.found)
    assert "404 GET (no page)" in text
    assert "500 GET home" in text
    assert "RuntimeError" in text
    assert "public/pages.py" in text, "where it happened"
    assert "The records are away: OperationalError at ask_now" in text
    assert "secret" not in text


class _logged(logging.Handler):  # noqa: N801 - reads as a verb where it is used
    """Every line as the server would write it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.setFormatter(PlainFormatter())
        self.addFilter(PrivateFilter())
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))

    def close(self) -> None:
        logging.getLogger().removeHandler(self)
        super().close()


def _fails_with(error: Exception):
    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    return fail


# --- the page that closed by itself ---------------------------------------------------------------------------------


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Client:
    """A browser that was let in, half an hour and a minute ago."""
    now = timezone.now()
    sent = ask.send(ask.keep("", ANSWERS, now=now), now=now)
    client = Client()
    client.post("/status/", {"code": sent.code})
    later = now + door.PASS_TIME + timedelta(minutes=1)
    monkeypatch.setattr("handrail.web.person.status.timezone.now", lambda: later)
    return client


CLOSED = "You were away for half an hour, so we closed your page to keep it private. Enter your code again."


def test_half_an_hour_is_what_the_words_say() -> None:
    assert timedelta(minutes=30) == door.PASS_TIME == timedelta(minutes=OWN_PAGE_MINUTES)
    assert report.ALIKE.seconds == REPORT_MARK_HOURS * 60 * 60


def test_a_page_that_closed_by_itself_says_so_until_the_code_is_given(inside: Client) -> None:
    for _ in range(2):
        page = inside.get("/status/")
        assert page.status_code == 200
        assert CLOSED in page.content.decode()
    assert inside.get("/status/note/").headers["Location"] == "/status/"


def test_what_was_typed_after_it_closed_is_not_lost_without_a_word(inside: Client) -> None:
    page = inside.post("/status/note/", {"note": "I moved to Elm Street"})
    html = page.content.decode()
    assert page.status_code == 422
    assert CLOSED in html
    assert "What you typed or chose just now was not sent." in html
    assert 'action="/status/"' in html, "the code goes to the page that takes it"
    assert "Elm Street" not in html


def test_a_stranger_is_not_told_that_they_were_away(client: Client) -> None:
    assert CLOSED not in client.get("/status/").content.decode()
    html = client.post("/status/note/", {"note": "Hello"}).content.decode()
    assert CLOSED not in html
    assert "was not sent" in html


@pytest.mark.parametrize(("headers", "is_open"), [({}, True), ({"X-Poll": "1"}, False)])
def test_a_page_that_looks_again_by_itself_does_not_keep_itself_open(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], is_open: bool
) -> None:
    now = timezone.now()
    client = Client()
    client.post("/status/", {"code": ask.send(ask.keep("", ANSWERS, now=now), now=now).code})
    for minutes in (10, 20, 29, 31):
        later = now + timedelta(minutes=minutes)
        monkeypatch.setattr("handrail.web.person.status.timezone.now", lambda later=later: later)
        page = client.get("/status/", headers=headers).content.decode()
    assert ("data-poll" in page) == is_open


# --- very many requests ---------------------------------------------------------------------------------------------


def send_one(**answers: str) -> HttpResponse:
    client = Client()
    client.cookies["a"] = ask.keep("", {**ANSWERS, "words": "Elm Street", **answers}, now=timezone.now())
    answer = client.post("/ask/check/")
    answer.client = client
    return answer


def test_very_many_requests_of_one_address_wait_but_nothing_is_lost(settings) -> None:
    settings.SENDS_AN_HOUR = 3
    sent = [send_one() for _ in range(3)]
    assert all(answer.status_code == 302 for answer in sent)
    late = send_one()
    assert late.status_code == 429
    assert late.headers["Retry-After"] == "3600"
    assert "was not sent" in is_kind(late)
    assert HelpRequest.objects.count() == 3
    assert b"Elm Street" in late.client.get("/ask/check/").content, "the answers are still there"
    assert send_one(now="unsure").status_code == 302, "nobody who may be in danger waits"
    settings.SENDS_AN_HOUR = 0
    assert late.client.post("/ask/check/").status_code == 302


def test_one_request_pressed_often_counts_once(settings) -> None:
    settings.SENDS_AN_HOUR = 1
    first = send_one()
    assert first.client.post("/ask/check/").status_code == 302
    request = RequestFactory().post("/ask/check/")
    limit = Limit("send", 1, 60)
    assert take_once(limit, visitor_key(request), what="a") is False, "the one is used"
    assert take_once(Limit("other", 1, 60), "k", what="a")
    assert take_once(Limit("other", 1, 60), "k", what="a"), "pressed again: the same one"
    assert not take_once(Limit("other", 1, 60), "k", what="b")


def test_the_privacy_page_shows_exactly_the_table(client: Client) -> None:
    for path in ("/privacy/", "/es/privacy/"):
        html = client.get(path).content.decode()
        assert re.findall(r'data-keeps="([^"]+)"', html) == [row.name for row in (*for_visitors(), *for_staff())]
    assert "60 minutes" in html.replace("minutos", "minutes")
