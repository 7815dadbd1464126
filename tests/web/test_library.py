"""The pages of the library as they are read: whole, sourced, searchable, in both languages, with the database away."""

import re

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from handrail.records.library.articles import pages
from handrail.web.public.library_page import ACTIONS, address_of

ADDRESSES = sorted({address_of(page) for page in pages().values()})


def test_every_action_at_the_end_of_a_page_leads_somewhere() -> None:
    for page in pages().values():
        assert page.action in ACTIONS or page.action in pages(), page.slug
        assert all(slug in pages() for slug in page.see), page.slug
    assert all(reverse(name) for _words, name, _query in ACTIONS.values())


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["", "/es"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_each_page_stands(client: Client, address: str, language: str) -> None:
    response = client.get(language + address)
    html = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    assert html.count("<h1") == 1
    assert html.count('data-evidence="') > 3
    for key in set(re.findall(r"E\d\d+", " ".join(re.findall(r'<span data-evidence="([^"]+)"', html)))):
        assert f'<li data-evidence="{key}"' in html, "each source is listed at the foot"
    assert "tel:988" in html
    assert 'class="due' in html, "nobody has checked it"
    assert "[" not in re.search(r"<article.*</article>", html, re.DOTALL)[0], "no mark is left in the words"


@pytest.mark.django_db
def test_the_index_lists_every_article_under_its_group(client: Client) -> None:
    html = client.get("/learn/").content.decode()
    for page in pages().values():
        is_own = page.group in ("what-treatment-is-like", "cost", "family")
        assert (f'href="/learn/{page.slug}/"' in html) != is_own


@pytest.mark.django_db
def test_titles_are_neutral_and_unique(client: Client) -> None:
    for language in ("", "/es"):
        html = [client.get(language + address).content.decode() for address in ADDRESSES]
        titles = [re.search(r"<title>(.*?)</title>", each)[1] for each in html]
        assert len(set(titles)) == len(titles)
        assert not re.search(
            r"drug|alcohol|opioid|heroin|overdose|detox|droga|sobredosis|metad", " ".join(titles), re.IGNORECASE
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/learn/no-such-page/", "/learn/with-medicine/", "/cost/signs/", "/learn/what-treatment-is-like/signs/"]
)
def test_a_page_that_is_not_there_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_a_search_leaves_no_trace() -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/learn/search/", {"q": "dope sick"})
    html = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies, "looking sets no cookie"
    assert response["Cache-Control"] == "no-store"
    assert "dope" not in re.search(r"<title>(.*?)</title>", html)[1]
    assert "dope" not in " ".join(re.findall(r'href="([^"]+)"', html)), "no address holds what was typed"
    assert 'href="/learn/sick-now/"' in html


@pytest.mark.django_db
def test_a_search_with_danger_in_it_shows_what_to_do_first(client: Client) -> None:
    html = client.post("/learn/search/", {"q": "he is not breathing"}).content.decode()
    main = html[html.index("<main") :]
    assert main.index('href="/danger/"') < main.index('type="search"')


@pytest.mark.django_db
def test_a_search_that_finds_nothing_is_no_dead_end(client: Client) -> None:
    html = client.post("/learn/search/", {"q": "zzzzqqqq"}).content.decode()
    assert 'href="/ask/"' in html
    assert "zzzzqqqq" in html, "what was typed can be changed"
    assert "<script>alert" not in client.post("/learn/search/", {"q": "<script>alert(1)</script>"}).content.decode()


@pytest.mark.django_db
def test_funding_rules_take_the_line_out_everywhere(client: Client, settings: pytest.FixtureRequest) -> None:
    assert "972-0590" in client.get("/danger/").content.decode()
    settings.FUNDING_RULES = ["samhsa-2026"]
    from handrail.web.public.kept_pages import forget_pages  # noqa: PLC0415

    forget_pages()
    for path in ("/danger/", "/learn/alone/", "/learn/spray/"):
        assert "972-0590" not in client.get(path).content.decode()
    assert "naloxone" in client.get("/danger/").content.decode()


@pytest.mark.django_db
def test_the_library_is_read_and_searched_without_a_database(client: Client) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(fail):
        for address in ("/learn/", *ADDRESSES[:6], "/cost/questions/"):
            assert client.get(address).status_code == 200
        assert client.post("/learn/search/", {"q": "narcan"}).status_code == 200
