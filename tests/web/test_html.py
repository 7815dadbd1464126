"""Every page a visitor can open is valid HTML, in both languages, and no address is forgotten."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from handrail.project.sample import load_sample_directory
from tests.web.every_page import NO_PAGE, WALKS, every_path, in_language, of_visitors, why_not_listed
from tests.web.html_check import faults

WHOLE = "<!doctype html><html lang=en><title>a</title><body><main><h1>b</h1>{}</main>"


@pytest.mark.django_db
@pytest.mark.parametrize("name", of_visitors())
def test_no_address_is_forgotten(name: str) -> None:
    assert why_not_listed(name) is None, f"{name}: say in tests/web/every_page.py how a visitor comes to it"


def test_no_row_outlives_its_address() -> None:
    listed = set(NO_PAGE) | {name for walk in WALKS.values() for name in walk.split()}
    assert listed <= set(of_visitors())


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_is_valid_html_with_a_neutral_title_of_its_own(client: Client, language: str) -> None:
    load_sample_directory(now=timezone.now())
    wrong: list[str] = []
    titles: dict[str, str] = {}
    for _name, path in every_path():
        answer = client.get(in_language(path, language))
        html = answer.content.decode()
        wrong += [f"{language} {path}: {fault}" for fault in faults(html)]
        if f'<html lang="{language}"' not in html:
            wrong.append(f"{language} {path}: another language")
        found = re.search(r"<title>(.*?)</title>", html)
        title, bare = found[1] if found else "", path.partition("?")[0]
        if titles.setdefault(title, bare) != bare and answer.status_code == 200:
            wrong.append(f"{language} {path}: has the title of {titles[title]}: {title!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>a<div>b</div></p>", "unexpected-end-tag"),
        ("<ul><p>a</p></ul>", "<p> stands right inside <ul>"),
        ("<p id=a></p><p id=a></p>", "the id 'a' stands twice"),
        ("<label for=q>a</label>", "points at 'q'"),
        ("<input name=q>", "has no label"),
        ("<p aria-labelledby=x>a</p>", "points at 'x'"),
        ("<button><a href=/>a</a></button>", "can be pressed, inside <button>"),
        ("<h2>a</h2><h4>b</h4>", "from h2 to h4"),
        ("<h1>a</h1>", "2 h1"),
        ("<p style='color:red'>a</p>", "a style"),
        ("<p onclick=x>a</p>", "attribute onclick"),
        ("<blink>a</blink>", "is not in the tables"),
        ("<span><div>a</div></span>", "a block inside <span>"),
    ],
)
def test_the_checker_sees_each_kind_of_fault(html: str, said: str) -> None:
    assert any(said in fault for fault in faults(WHOLE.format(html))), faults(WHOLE.format(html))


def test_the_checker_lets_a_good_page_pass() -> None:
    assert faults(WHOLE.format("<form><label for=q>a</label><input id=q name=q><button>b</button></form>")) == []
