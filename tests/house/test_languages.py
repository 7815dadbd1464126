"""The Spanish: whole, true to its placeholders, free of words we do not use, and shown on every page people read.

Needs no gettext: the sentences are taken out of templates, code and content by handrail.project.phrases.
"""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from handrail.actions.library import sign_page
from handrail.core.access import Actor
from handrail.project import phrases
from handrail.project.translations import LOCALE
from handrail.records.directory.models import CapacityStatement, Fact
from handrail.web.access_table import ADDRESSES
from handrail.web.person.clock import when
from tests import build

SPANISH = polib.pofile(str(LOCALE / "es" / "LC_MESSAGES" / "django.po"))
ENTRIES = {phrases.Message(each.msgid, each.msgid_plural, each.msgctxt or ""): each for each in SPANISH}
FOUND = phrases.found()
# "%(name)s" and "%(n)d"; and the tags that a sentence carries.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|</?[a-z][^>]*>")
# Sentences that read the same in both languages: names, and figures with a unit.
SAME = {"Medicaid", "Medicare", "No", "%(miles)s mi", "%(payer)s: not known"}
PAGES = sorted(name for name, row in ADDRESSES.items() if row.door in ("public", "person"))
OUTSIDE = ("leave", "go", "go_on", "account_", "mfa_")


def stands_alone(name: str) -> bool:
    """True for the address of one page; the pages of a place and of an article have tests of their own."""
    try:
        return bool(reverse(name))
    except NoReverseMatch:
        return False


READ = [name for name in PAGES if not name.startswith(OUTSIDE) and stands_alone(name)]


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_sentence_that_people_read_is_translated_and_none_is_left_over():
    missing = [message.text for message in FOUND if message not in ENTRIES]
    assert not missing, "run `make messages`, then fill in the empty ones"
    assert not [each.msgid for each in SPANISH if not all(said(each))], "still to translate"
    assert not [message.text for message in ENTRIES if message not in FOUND], "gone from the code: run `make messages`"
    assert not [each.msgid for each in SPANISH if each.fuzzy or each.obsolete]


def test_the_extraction_sees_every_way_a_sentence_is_marked():
    page = """{% translate "One" %}{% translate 'Two' as two %}<b title="{% translate "Three" %}">{{ _("Four") }}</b>
    {% blocktranslate trimmed with n=1 %}
      Five {{ n }}
    {% endblocktranslate %}
    {% blocktranslate count n=many trimmed %}{{ n }} six{% plural %}{{ n }} sixes{% endblocktranslate %}
    {% translate "Seven" context "a number" %}{% translate "It's “eight”" %}"""
    assert set(phrases.in_template(page)) == {
        phrases.Message("One"),
        phrases.Message("Two"),
        phrases.Message("Three"),
        phrases.Message("Four"),
        phrases.Message("Five %(n)s"),
        phrases.Message("%(n)s six", "%(n)s sixes"),
        phrases.Message("Seven", context="a number"),
        phrases.Message("It's “eight”"),
    }
    code = "from django.utils.translation import gettext_lazy as _l, ngettext\n_l('A')\nngettext('B', 'C', 2)\n_l(name)"
    assert set(phrases.in_code(code)) == {phrases.Message("A"), phrases.Message("B", "C")}


_TAG = re.compile(r"<[^>]*>")  # an address in it may hold a question mark


def wrong_with(english: str, spanish: str) -> str:
    """What a translation broke, or "" for nothing."""
    words = PLACEHOLDER.sub("", spanish)  # a link may hold a "?"
    rules = {
        "what is filled in": Counter(PLACEHOLDER.findall(spanish)) == Counter(PLACEHOLDER.findall(english)),
        "spaces": spanish == spanish.strip(),
        "a question opens with ¿": words.count("?") == words.count("¿") or spanish == "¿Quiso decir",
        "a call opens with ¡": spanish.count("!") == spanish.count("¡"),
        "quotes": spanish.count("“") == spanish.count("”"),
        "full stop": english.rstrip("”").endswith(".") == spanish.replace("”", "").endswith("."),
        "a bare %": not re.search(r"%(?!\(\w+\)[sd])", spanish.replace("%%", "")),
    }
    return ", ".join(rule for rule, holds in rules.items() if not holds)


def test_a_translation_keeps_what_is_filled_in_and_the_marks_of_the_sentence():
    pairs = [(each.msgid_plural or each.msgid, spanish) for each in SPANISH for spanish in said(each)]
    assert not {spanish: wrong for english, spanish in pairs if (wrong := wrong_with(english, spanish))}


def test_no_banned_word_and_no_familiar_you():
    plain = settings.HANDRAIL_LANGUAGES["es"].plain
    wrong = {found: text for each in SPANISH for text in said(each) if (found := plain.bad_word(text))}
    assert not wrong
    assert plain.bad_word("Su recaída") == "recaída"
    assert plain.bad_word("Dígale: “Tú me importas.”") == "", "said to somebody one loves"


def test_no_sentence_was_copied_over_in_english():
    same = {each.msgid for each in SPANISH if each.msgid in said(each) and re.search("[a-z]{3}", each.msgid)}
    allowed = re.compile(r"%\(\w+\)[sd]")
    assert {text for text in same if re.search("[a-z]{3}", allowed.sub("", text))} <= SAME | {"Error:"}


def test_spanish_is_at_most_so_much_longer_that_no_layout_breaks():
    english = sum(len(each.msgid) for each in SPANISH)
    assert sum(len(said(each)[0]) for each in SPANISH) <= 1.35 * english
    long = [each.msgid for each in SPANISH if len(each.msgid) > 20 and len(said(each)[0]) > 2.2 * len(each.msgid)]
    assert not long


@pytest.mark.django_db
@pytest.mark.parametrize("name", READ)
def test_each_page_has_a_spanish_twin(client: Client, name: str):
    with translation.override("en"):
        path = reverse(name)
    english, spanish = client.get(path), client.get(f"/es{path}")
    assert spanish.status_code == english.status_code
    if spanish.status_code == 302:  # a page inside the request or the private page: it asks for the start, in Spanish
        assert spanish.headers["Location"] == f"/es{english.headers['Location']}"
        return
    if spanish.status_code == 405:
        return
    html = spanish.content.decode()
    assert '<html lang="es">' in html
    heading, title = heading_of(html), re.search(r"<title>(.*?) –", html)[1]
    assert heading != heading_of(english.content.decode())
    assert not re.search(r"drog|alcohol|opioid|heroín|sobredosis|desintox", title, re.IGNORECASE), "a neutral title"
    assert "Ningún enfermero o médico de habla hispana ha revisado todavía esta traducción." in html
    assert "native Spanish speaker" not in english.content.decode()


def heading_of(html: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", re.search(r"<h1.*?</h1>", html, re.DOTALL)[0]).strip()


@pytest.mark.django_db
def test_the_refusals_of_a_spanish_address_are_spanish(client: Client):
    assert "No encontramos esa página" in client.get("/es/nowhere/").content.decode()
    strict = Client(enforce_csrf_checks=True)
    assert "Por favor, abra la página otra vez" in strict.post("/es/ask/who/", {"who": "me"}).content.decode()
    unanswered = client.post("/es/ask/who/", {})
    assert unanswered.status_code == 422
    assert "Elija quién necesita ayuda" in unanswered.content.decode()


@pytest.mark.django_db
def test_the_private_page_reads_spanish_from_top_to_bottom(client: Client):
    now = datetime.now(UTC)
    build.shift(build.staff("tasha", role="counselor"), start=now - timedelta(hours=1))
    sent = build.sent(now=now)
    client.post("/es/status/", {"code": sent.code})
    page = client.get("/es/status/").content.decode()
    assert re.search("Una persona se comunicará con usted a más tardar (?:mañana )?a la", page)
    for heading in ("Su solicitud", "Hasta ahora", "Sus lugares", "Su cita", "Notas", "Quién puede ver esto"):
        assert heading in page


class English(HTMLParser):
    """The pieces of text inside main that are marked as English, and those that are not."""

    EMPTY = frozenset({"br", "input", "link", "meta", "use", "path", "circle", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.marked: list[str] = []
        self.plain: list[str] = []
        self.inside: list[tuple[str, str | None]] = [("", None)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.EMPTY:
            self.inside.append((tag, dict(attrs).get("lang", self.inside[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        if tag == self.inside[-1][0]:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        (self.marked if self.inside[-1][1] == "en" else self.plain).append(" ".join(data.split()))


OF_A_PLACE_IN_SPANISH = (
    *("/es/p/river-house/", "/es/find/compare/?c=river-house&c=mill-house", "/es/find/results/?n=80202"),
    *(
        "/es/find/results/?n=80202&k=s&m=k&p=a",
        "/es/find/saved/",
        "/es/report/river-house/",
        "/es/report/river-house/thanks/",
    ),
)


@pytest.mark.django_db
@pytest.mark.parametrize("path", OF_A_PLACE_IN_SPANISH)
def test_no_english_on_a_spanish_page_but_the_words_of_the_place_marked_so(client: Client, path: str):
    river = build.program("River House", slug="river-house", walk_in_hours="7 to 11 AM", day_one=["You check in."])
    build.program("Mill House", slug="mill-house")
    told = {
        "program": river,
        "source": build.source(),
        "observed_on": date(2026, 11, 1),
        "expires_on": date(2999, 1, 1),
    }
    Fact.objects.create(key="languages", value="Spanish, Navajo", **told)
    for label in ("Beds, men", "Beds, women"):
        CapacityStatement.objects.create(
            program=river, label=label, kind="beds", openings=1, source=build.source(), stated_at=datetime.now(UTC),
            stated_by="intake:1",
        )  # fmt: skip
    client.post("/es/find/save/", {"p": "river-house"}, headers={"Sec-Fetch-Site": "same-origin"})
    reader = English()
    reader.feed(re.search(r"<main.*</main>", client.get(path).content.decode(), re.DOTALL)[0])
    sentences = {each.msgid for each in SPANISH if each.msgid not in said(each)}
    assert not sentences & set(reader.plain), "a sentence of ours was left in English"
    theirs = {"7 to 11 AM", "Beds, men", "Beds, women", "Spanish, Navajo", "You check in."}
    assert not [text for text in reader.plain if any(word in text for word in theirs)]
    if path == OF_A_PLACE_IN_SPANISH[0]:
        assert theirs <= set(reader.marked)


@pytest.mark.django_db
@pytest.mark.django_db
def test_the_note_on_the_translation_goes_when_somebody_signs(client: Client):
    assert "ha revisado todavía esta traducción" in client.get("/es/danger/").content.decode()
    now = datetime.now(UTC)
    days = {"on": now.date(), "until": now.date() + timedelta(days=30)}
    editor = Actor(role="editor", id="1")
    sign_page("language", "es", by="Ana Sol", role="nurse", digest="", actor=editor, now=now, **days)
    assert "ha revisado todavía esta traducción" not in client.get("/es/danger/").content.decode()


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (13, "a la 1:05 PM"),
        (14, "a las 2:05 PM"),
        (25, "mañana a la 1:05 AM"),
        (33, "mañana a las 9:05 AM"),
        (24 * 3 + 9, "el martes 8 sep a las 9:05 AM"),
    ],
)
def test_a_time_brings_its_own_preposition(hours: int, words: str):
    start = datetime(2026, 9, 5, tzinfo=UTC)
    at = start + timedelta(hours=hours, minutes=5)
    with translation.override("es"):
        assert when(at, now=start, zone="UTC").replace("\N{NO-BREAK SPACE}", " ") == words
