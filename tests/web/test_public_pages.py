"""The public pages: they answer in both languages, set no cookie, weigh little, and outlive the database."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from django.db import OperationalError, connection
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from handrail.records.directory.models import ServicePulse
from handrail.web.icons import ICONS
from handrail.web.public import pulse

WEB = Path(__file__).parents[2] / "handrail" / "web"
STATIC = WEB / "static" / "handrail"
PAGES = [
    *("/", "/danger/", "/learn/", "/learn/what-treatment-is-like/", "/cost/", "/family/"),
    *("/safe-use/", "/privacy/", "/about/", "/accessibility/"),
]
BOTH = [*PAGES, *(f"/es{page}" for page in PAGES)]

pytestmark = pytest.mark.django_db


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def no_database():
    """Every query fails, as when the database is away."""

    def fail(*_args, **_kwargs):
        raise OperationalError("the database is away")

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.parametrize("path", BOTH)
def test_each_page_stands(client: Client, path: str) -> None:
    response = client.get(path)
    html = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies, "no page sets a cookie before a form"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert html.count("<h1") == 1
    assert f'<html lang="{"es" if path.startswith("/es/") else "en"}">' in html
    assert not re.search(r'style="|<style|<script>|onclick=', html), "the policy allows no inline style or script"
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!doi\.org)[^"]*\.(?:js|css|png|woff)', html)
    twin = path[3:] if path.startswith("/es/") else f"/es{path}"
    assert f'href="{twin}"' in html, "the other language's link goes to the same page"
    for number in ("tel:911", "tel:988", "tel:+18006624357"):
        assert number in html
    assert html.index('class="bar"') < html.index("<main") < html.index('class="foot"')


def test_titles_are_unique_and_neutral(client: Client) -> None:
    titles = [re.search(r"<title>(.*?)</title>", client.get(path).content.decode())[1] for path in PAGES]
    assert len(set(titles)) == len(titles)
    assert not re.search(r"drug|alcohol|opioid|heroin|overdose|detox", " ".join(titles), re.IGNORECASE)


def test_other_languages_link_keeps_what_was_picked(client: Client) -> None:
    assert 'href="/es/cost/?k=a"' in client.get("/cost/?k=a").content.decode()


def test_danger_is_light_and_has_no_script(client: Client) -> None:
    html = client.get("/danger/").content
    assert b"<script" not in html
    assert len(html) <= 6 * 1024
    assert len(client.get("/es/danger/").content) <= 7 * 1024, "Spanish is longer"
    anchors = re.findall(r'<a href="#([a-z-]+)"', html.decode())
    assert anchors == ["wont-wake", "suicide", "stopping", "hurt", "alone", "pregnant"]
    assert all(f'id="{anchor}"' in html.decode() for anchor in anchors)
    assert text_of(html.decode()).count("When it is safe, come back.") == 6


def test_first_visit_fits_in_the_first_ten_segments(client: Client) -> None:
    response = client.get("/")
    css, js = (STATIC / "public.css").read_bytes(), (STATIC / "public.js").read_bytes()
    assert len(css) <= 12 * 1024
    assert len(js) <= 2 * 1024
    headers = sum(len(name) + len(value) + 4 for name, value in response.headers.items())
    sent = len(response.content) + len(brotli.compress(css)) + len(brotli.compress(js)) + 3 * headers
    assert sent <= 14 * 1024


def test_home_says_who_is_answering_and_no_average_when_few_asked(client: Client) -> None:
    as_of = timezone.now() - timedelta(minutes=1)
    ServicePulse.objects.create(answering=3, median_minutes=4, as_of=as_of)
    words = text_of(client.get("/").content.decode())
    assert "Right now: 3 people are answering." in words
    assert "within 4 minutes." in words
    ServicePulse.objects.update(answering=1, median_minutes=None)
    words = text_of(client.get("/").content.decode())
    assert "Right now: 1 person is answering." in words
    assert "heard from us" not in words


def test_home_with_nobody_on_says_when_and_names_open_lines(client: Client) -> None:
    now = timezone.now()
    ServicePulse.objects.create(answering=0, median_minutes=None, next_shift_at=now + timedelta(hours=2), as_of=now)
    words = text_of(client.get("/").content.decode())
    assert "Nobody is answering right now. Next person at" in words
    assert "988 , 1-800-662-4357" in words


def test_home_does_not_say_old_numbers_as_now(client: Client) -> None:
    ServicePulse.objects.create(answering=3, median_minutes=4, as_of=datetime(2026, 1, 1, tzinfo=UTC))
    words = text_of(client.get("/").content.decode())
    assert "Right now: 3" not in words
    assert "We can't say right now" in words.replace("&#x27;", "'")


def test_home_and_danger_answer_without_a_database(client: Client, request: pytest.FixtureRequest) -> None:
    ServicePulse.objects.create(answering=2, median_minutes=None, as_of=timezone.now())
    client.get("/")
    request.getfixturevalue("no_database")
    assert "Right now: 2 people" in text_of(client.get("/").content.decode()), "the last numbers known are kept"
    pulse._last.clear()
    for path in BOTH:
        assert client.get(path).status_code == 200


def test_error_pages_stand_with_the_emergency_numbers(client: Client) -> None:
    missing = client.get("/no-such-page/")
    assert missing.status_code == 404
    assert "tel:988" in missing.content.decode()


def test_every_icon_a_template_names_is_drawn_and_small() -> None:
    used: set[str] = set()
    for path in WEB.rglob("*.html"):
        used |= set(re.findall(r'{% icon ["\']([a-z-]+)["\']', path.read_text()))
    assert used <= set(ICONS), "a template names a drawing that icons.py does not have"
    assert all(len(drawing) <= 250 for drawing in ICONS.values())


def test_server_error_page_needs_nothing(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("no_database")
    html = render_to_string("500.html")
    for number in ("tel:911", "tel:988", "tel:+18006624357", "tel:+18005550100"):
        assert number in html
