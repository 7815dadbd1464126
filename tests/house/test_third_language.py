"""A third language is a folder of files: French is added to a copy of the content, and no line of code is changed.

The French here is English with a mark before it, so that what was not translated shows.
"""

import html as html_words
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.language_table import FORMS, Language, language_of
from handrail.project import phrases
from handrail.project.language_folders import languages_in
from handrail.web import dates, language
from handrail.web.templatetags import handrail as tags
from handrail.web.templatetags.handrail import twin_links

ROOT = Path(__file__).resolve().parent.parent.parent
MARK = "[fr] "
FRENCH = """
name = "Français"
english = "French"
not_checked = "Aucun soignant francophone n’a encore relu cette traduction."

[dates]
day = "j b"
day_year = "j F Y"
clock = 'G \\h i'
hour = 'G \\h'

[replies]
stop = ["Arrêt", "arrêtez"]
yes = ["oui"]
"""


def french_po(path: Path, content: Path) -> None:
    """Every sentence with a mark before it; what is filled in stays."""
    file = polib.POFile(wrapwidth=0)
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=(n > 1);"}
    for message in phrases.found(content=content):
        said = {"msgstr": MARK + message.text}
        if message.plural:
            said = {"msgid_plural": message.plural, "msgstr_plural": {0: MARK + message.text, 1: MARK + message.plural}}
        file.append(polib.POEntry(msgid=message.text, msgctxt=message.context or None, **said))
    path.parent.mkdir(parents=True)
    file.save(str(path))


def run(module: str, content: Path, data: Path) -> subprocess.CompletedProcess[str]:
    """The main function of a module in a process of its own, with its own folder of words, on SQLite."""
    code = f"import django; django.setup(); from {module} import main; main()"
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "TEST_ON")}
    environment |= {
        "HANDRAIL_ENV": "test",
        "HANDRAIL_CONTENT": str(content),
        "HANDRAIL_DATA": str(data),
        "HANDRAIL_SECOND_FACTOR": "no",
        "DJANGO_SETTINGS_MODULE": "handrail.project.settings",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=data, capture_output=True, text=True, check=False
    )


def with_french(folder: Path) -> Path:
    content = folder / "words"
    shutil.copytree(settings.HANDRAIL_CONTENT, content, ignore=shutil.ignore_patterns("*.mo", "*.part"))
    french = content / "locale" / "fr"
    french.mkdir()
    (french / "language.toml").write_text(FRENCH, encoding="utf-8")
    article = Path("library") / "fr" / "after-a-break.md"
    (content / article).parent.mkdir()
    words = (content / "library" / "en" / article.name).read_text(encoding="utf-8")
    (content / article).write_text(words.replace('title = "', f'title = "{MARK}'), encoding="utf-8")
    return content


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Everything that a site with French answered."""
    folder = tmp_path_factory.mktemp("third")
    content = with_french(folder)
    french_po(content / "locale" / "fr" / "LC_MESSAGES" / "django.po", content)
    done = run("tests.house.third_language_site", content, folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def twins_in(html: str) -> list[tuple[str, str, str, str]]:
    found = re.findall(r'<a class="twin" href="([^"]*)" lang="([^"]*)" hreflang="([^"]*)">([^<]*)</a>', html)
    return [(html_words.unescape(href), *rest) for href, *rest in found]


def without_french(html: str) -> str:
    """A page without what it quotes in French and marks so: words to read aloud to the person."""
    return re.sub(r'<(\w+)[^>]* lang="fr"[^>]*>.*?</\1>', "", html, flags=re.DOTALL)


def said_in(html: str) -> str:
    return html_words.unescape(re.sub(r"<[^>]+>", " ", re.search(r"<body.*</body>", html, re.DOTALL)[0]))


def test_every_page_answers_in_the_third_language_as_in_the_first(site):
    for name, page in site["pages"].items():
        assert page["fr"]["status"] == page["en"]["status"] == page["es"]["status"], name
        assert page["fr"]["language"] == "fr", name
        if page["en"]["to"]:
            assert page["fr"]["to"] == f"/fr{page['en']['to']}", name
        if page["en"]["html"]:
            assert '<html lang="fr">' in page["fr"]["html"], name
            assert MARK in said_in(page["fr"]["html"]), name
            assert MARK not in without_french(page["es"]["html"] + page["en"]["html"]), name
    assert sum(bool(page["fr"]["html"]) for page in site["pages"].values()) >= 25


def test_every_page_links_to_itself_in_both_other_languages(site):
    names = {"en": "English", "es": "Español", "fr": "Français"}
    for name, page in site["pages"].items():
        for code, seen in page.items():
            if not seen["html"]:
                continue
            twins = twins_in(seen["html"])
            assert [(lang, hreflang, own) for _to, lang, hreflang, own in twins] == [
                (other, other, names[other]) for other in names if other != code
            ], (name, code)
            bare = {to.removeprefix(f"/{lang}") for to, lang, *_rest in twins}
            assert len(bare) == 1, (name, code, "the same page in each")
    assert {to for to, *_rest in twins_in(site["pages"]["query"]["fr"]["html"])} == {
        "/cost/?k=a&b=%22%3E", "/es/cost/?k=a&b=%22%3E",
    }  # fmt: skip


def test_a_page_of_the_third_language_leads_only_to_its_own_pages(site):
    """No link out of the language but the twins and what has no language: files, the way out."""
    outside = ("/static/", "/leave/", "/go/", "/continue/", "#", "?", "tel:", "sms:", "https://", "data:", "mailto:")
    for name, page in site["pages"].items():
        html = re.sub(r'<a class="twin"[^>]*>', "", page["fr"]["html"])
        links = re.findall(r'(?:href|action)="([^"]+)"', html)
        assert not [to for to in links if not to.startswith(("/fr/", *outside))], name


def test_the_note_of_the_language_stands_at_the_foot_of_its_pages(site):
    page = site["pages"]["home"]
    assert "Aucun soignant francophone n’a encore relu" in page["fr"]["html"]
    assert "Aucun soignant" not in page["en"]["html"] + page["es"]["html"]
    assert "Ningún enfermero o médico" in page["es"]["html"]


def test_days_are_written_in_the_third_language(site):
    months = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    assert re.search(rf"\d\d?\s(?:{months})\s\d{{4}}", site["pages"]["program"]["fr"]["html"])
    assert re.search(r"\b\d\d?\sh\s\d\d\b", site["asked"]["done"]["fr"]["html"] + site["pages"]["status"]["fr"]["html"])


def test_refusals_and_errors_are_in_the_third_language(site):
    assert site["pages"]["nowhere"]["fr"]["status"] == 404
    assert f"<h1>{MARK}" in site["pages"]["nowhere"]["fr"]["html"]
    assert site["asked"]["unanswered"]["status"] == 422
    assert f"{MARK}Choose who needs help" in site["asked"]["unanswered"]["html"]


def test_the_answers_stay_while_the_language_changes_between_three(site):
    by_page: dict[str, set[str]] = {}
    for page, _code, checked, _is_named in site["asked"]["pages"]:
        by_page.setdefault(page, set()).add(" ".join(checked))
    assert all(len(checked) == 1 for checked in by_page.values()), by_page
    assert by_page["who/"] == {"me"}
    assert "fr" in by_page["contact/details/"].pop()
    assert all(is_named for page, *_rest, is_named in site["asked"]["pages"] if page == "contact/details/")
    for check in site["asked"]["check"].values():
        assert "555-010-0199" in check["html"]
        assert "It is hard at night." in check["html"]


def test_the_person_can_pick_the_third_language_and_the_contact_rule_keeps_it(site):
    assert 'value="fr"' in site["asked"]["offered"]
    assert f"{MARK}French" in site["asked"]["offered"]
    assert site["asked"]["rule"]["language"] == "fr"
    assert f"{MARK}French" in site["asked"]["check"]["fr"]["html"]


def test_the_desk_reads_the_name_of_the_language(site):
    assert re.search(r'class="tag "><svg[^>]*>.*?</svg>French<', site["desk"]["queue"])
    assert "1 in French" in site["desk"]["queue"]
    assert "French" in site["desk"]["workspace"]


def test_an_article_is_a_file_and_one_that_is_missing_is_shown_in_english_and_says_so(site):
    ours, missing = site["pages"]["article after-a-break"], site["pages"]["article alone"]
    assert f"<h1>{MARK}Why is it risky" in ours["fr"]["html"]
    assert '<article class="read" lang="en">' not in ours["fr"]["html"]
    assert MARK not in ours["es"]["html"] + ours["en"]["html"]
    assert '<article class="read" lang="en">' in missing["fr"]["html"]
    assert f'lang="fr">{MARK}This page is not in your language yet.' in missing["fr"]["html"]


def test_the_message_is_in_the_third_language_and_stop_in_it_is_obeyed(site):
    assert all(words.startswith(MARK) for words in site["stopped"]["messages"]), site["stopped"]
    assert site["stopped"]["messages"]
    assert (site["stopped"]["yes"], site["stopped"]["stop"]) == ("yes", "stop")
    assert site["stopped"]["is_stopped"]


def test_make_messages_finds_a_new_folder_and_gives_it_a_file_to_fill(tmp_path):
    content = with_french(tmp_path)
    done = run("handrail.project.phrases", content, tmp_path)
    assert re.search(r"^fr: (\d+) sentences, \1 new, 0 gone, \1 to translate$", done.stdout, re.MULTILINE), done
    file = polib.pofile(str(content / "locale" / "fr" / "LC_MESSAGES" / "django.po"))
    assert {"French", "Spanish", "English"} <= {each.msgid for each in file}
    assert len(file) == len(phrases.found(content=content))
    assert not (content / "locale" / "en" / "LC_MESSAGES").exists(), "English is what the sentences are written in"


def test_a_language_with_three_plurals_gets_a_place_for_each(tmp_path):
    path = tmp_path / "django.po"
    file = polib.POFile()
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=3; plural=(n==1 ? 0 : 1);"}
    file.save(str(path))
    phrases.renew(path, {phrases.Message("One place", "%(n)d places"): ["web/x.html"]})
    assert polib.pofile(str(path))[0].msgstr_plural == {0: "", 1: "", 2: ""}


@pytest.mark.parametrize(
    ("code", "table", "words"),
    [
        ("fr", 'english = "French"', "name must be said"),
        ("fr", 'name = "Français"', "english must be said"),
        ("fr", 'name = "F"\nenglish = "F"\ncolour = "blue"', "colour is not known"),
        ("fr", 'name = "F"\nenglish = "F"\n[dates]\nyear = "Y"', "dates.year is not known"),
        ("fr", 'name = "F"\nenglish = "F"\n[dates]\nweekdays = ["lundi"]', "dates.weekdays must be 7 words"),
        ("fr", 'name = "F"\nenglish = "F"\nmust = "pizza"', "no need the finder knows"),
        ("fr", 'name = "F"\nenglish = "F"\ndirection = "up"', "direction must be ltr or rtl"),
        ("fr", 'name = "F"\nenglish = "F"\n[plain]\nbanned = "("', "plain.banned is no pattern"),
        ("fr", 'name = "F"\nenglish = "F"\n[plain]\nformula = "magic"', "plain.formula must be one of"),
        ("fr", 'name = "F"\nenglish = "F"\n[replies]\nmaybe = ["si"]', "replies.maybe is not known"),
        ("find", 'name = "F"\nenglish = "F"', "a language's code"),
        ("fr", "name = ", "language.toml"),
    ],
)
def test_a_table_that_is_wrong_is_refused_and_says_which_line(tmp_path, code, table, words):
    for name, text in (("en", 'name = "English"\nenglish = "English"'), (code, table)):
        (tmp_path / "locale" / name).mkdir(parents=True)
        (tmp_path / "locale" / name / "language.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match=re.escape(words)):
        languages_in(tmp_path)


def test_a_folder_of_words_without_english_is_refused(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="HANDRAIL_CONTENT"):
        languages_in(tmp_path)


def test_english_comes_first_and_a_region_is_part_of_the_code(tmp_path):
    for name in ("ar", "en", "pt_BR"):
        (tmp_path / "locale" / name).mkdir(parents=True)
        (tmp_path / "locale" / name / "language.toml").write_text(f'name = "{name}"\nenglish = "{name}"')
    (tmp_path / "locale" / "notes").mkdir()
    assert list(languages_in(tmp_path)) == ["en", "ar", "pt-br"]


CREOLE = language_of(
    "ht",
    {
        "name": "Kreyòl ayisyen",
        "english": "Haitian Creole",
        "dates": {
            "day": "j M", "day_year": "j F Y", "weekday": "l",
            "weekdays": ["lendi", "madi", "mèkredi", "jedi", "vandredi", "samdi", "dimanch"],
            "months": "janvye fevriye mas avril me jen jiyè out septanm oktòb novanm desanm".split(),  # noqa: SIM905
            "short_months": "jan fev mas avr me jen jiy out sep okt nov des".split(),  # noqa: SIM905
        },
    },
)  # fmt: skip


@pytest.fixture
def creole(monkeypatch: pytest.MonkeyPatch) -> Language:
    """A language that Django does not know, with names of days of its own."""
    monkeypatch.setitem(dates.LANGUAGES, "ht", CREOLE)
    monkeypatch.setattr(language, "OTHERS", ("es", "ht"))
    yield CREOLE
    for kept in (dates._day, dates._whole_day, dates._time, tags._twin, language.names):
        kept.cache_clear()


def test_a_language_that_django_does_not_know_brings_its_own_names_of_days(creole):
    with translation.override("ht"):
        assert dates.written(date(2026, 8, 3), "day_year") == "3 out 2026"
        assert dates.written(date(2026, 8, 3), "weekday") == "lendi"
        assert dates.unbroken(datetime(2026, 12, 24)) == "24\N{NO-BREAK SPACE}des"  # noqa: DTZ001
    assert dates.written(date(2026, 8, 3), "day_year") == "Aug 3, 2026"


SEGMENT = st.text("abc-es", min_size=0, max_size=4)


@given(
    path=st.lists(SEGMENT, max_size=4).map(lambda parts: "/" + "/".join(parts)),
    query=st.sampled_from(["", "?n=80202&k=m", '?"><b>', "?%C3%A9=/es/"]),
    code=st.sampled_from(tuple(settings.HANDRAIL_LANGUAGES)),
)
def test_a_twin_leads_to_the_same_page_and_back(path, query, code):
    bare = language.split_path(path)[1]
    if bare.startswith((*tags.KEY_PATHS, *tags.STAFF_PATHS)) or language.split_path(bare)[1] != bare:
        return
    here = language.path_in(code, bare + query)
    assert language.split_path(here) == (code, bare + query)
    for to, other, *_rest in twins_in(twin_links(here)):
        assert language.split_path(to) == (other, bare + query)
    assert "<b>" not in twin_links(here)


def test_the_key_in_an_address_stands_in_no_twin():
    assert {to for to, *_rest in twins_in(twin_links("/c/secret/"))} == {"/es/"}
    assert {to for to, *_rest in twins_in(twin_links("/es/c/secret/"))} == {"/"}


@pytest.mark.parametrize("code", settings.HANDRAIL_LANGUAGES)
def test_each_language_of_ours_writes_every_form(code):
    with translation.override(code):
        for form in FORMS:
            if form not in ("clock", "hour"):
                assert re.search(r"\w", dates.written(date(2026, 11, 4), form))
        assert dates.clock(datetime(2026, 11, 4, 14, 5)) == "2:05\N{NO-BREAK SPACE}PM"  # noqa: DTZ001
        assert dates.hour(datetime(2026, 11, 4, 0, 5)) == "12\N{NO-BREAK SPACE}AM"  # noqa: DTZ001


def test_a_page_that_runs_from_right_to_left_says_so(creole, monkeypatch):
    assert tags.text_direction() == ""
    monkeypatch.setitem(dates.LANGUAGES, "ht", language_of("ht", {"name": "x", "english": "x", "direction": "rtl"}))
    with translation.override("ht"):
        assert tags.text_direction() == ' dir="rtl"'
