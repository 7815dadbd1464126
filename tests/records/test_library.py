"""The library's files: read strictly, shown without what is switched off or ran out, found by words typed any way."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from handrail.project import library_command
from handrail.records.library import articles, shown
from handrail.records.library.articles import Article, BadArticle, Page, bare, library, pages, parts_of, read_article
from handrail.records.library.evidence import evidence
from handrail.records.library.search import Index, search
from handrail.records.library.shown import hidden_topics, shown_article, shown_groups

HEAD = '+++\ntitle = "Is it so?"\ntab = "Is it so"\nwords = "so, is it"\n+++\n'
TODAY = date(2026, 11, 22)


def read(tmp_path: Path, body: str, *, head: str = HEAD, **page: object) -> Article:
    path = tmp_path / "made-up.md"
    path.write_text(head + body, encoding="utf-8")
    return read_article(Page(**{"slug": "made-up", "group": "words", **page}), "en", path)


def found(article: Article, *, today: date = TODAY) -> list[str]:
    return list(library_command.problems_of(article, today=today))


def test_the_whole_library_passes_its_check() -> None:
    assert list(library_command.problems(["en", "es"], today=TODAY)) == []
    assert len([page for page in pages().values() if page.group not in ("cost", "family")]) >= 46


def test_a_file_is_read_into_blocks_with_marks(tmp_path: Path) -> None:
    made = read(
        tmp_path, "First. [E41]\nSecond. [us]\n\n## Why\n- One. [E28 #alone_lines]\n- Two. [do]\n\n1. Go. [say]\n"
    )
    assert [block.tag for block in made.blocks] == ["p", "h2", "ul", "ol"]
    assert [len(block.sentences) for block in made.blocks] == [2, 1, 2, 1]
    assert made.cites == ("E28", "E41")
    assert made.blocks[2].sentences[0].topic == "alone_lines"
    assert made.sentences[0].line == 6, "counted in the file, so that it can be found"


@pytest.mark.parametrize(
    ("head", "body", "says"),
    [
        ("", "A. [us]", "open the file with"),
        ("+++\ntab = 'x'\n+++\n", "A. [us]", "title"),
        ("+++\ntitle = \n+++\n", "A. [us]", "between the"),
        (HEAD, "A fact without a mark.", "line 6"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path: Path, head: str, body: str, says: str) -> None:
    with pytest.raises(BadArticle, match=says):
        read(tmp_path, body, head=head)


GOOD = "You can ask us. [us]\n" + "We are here, day and night. [us]\n" * 30


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Medicine cuts the risk of death by half. [say]", "name its evidence"),
        ("The risk of death was about half. [E999]", "no verified evidence"),
        ("Strips can show if fentanyl is there. [E39]", "no verified evidence"),
        ("Overdose deaths were 300 times as common. [E28]", "figure"),
        ("Cats sleep. [E28]", "shares no word"),
        ("We call you. We write to you. [us]", "one sentence a line"),
        ("Call 1-800-555-0100. [do]", "numbers.toml"),
        ("Call {nobody}. [do]", "no line of numbers.toml"),
        ("Read [this](nowhere). [do]", "no page"),
        ("They are addicts. [say]", "we do not say"),
    ],
)
def test_the_check_finds_what_is_wrong(tmp_path: Path, line: str, says: str) -> None:
    assert not found(read(tmp_path, GOOD)), "the rest is well"
    assert any(says in each for each in found(read(tmp_path, f"{GOOD}{line}\n")))


def test_the_check_finds_what_is_wrong_with_the_whole(tmp_path: Path) -> None:
    assert any("words: between" in each for each in found(read(tmp_path, "Short. [say]")))
    assert any(
        "not neutral" in each for each in found(read(tmp_path, GOOD, head=HEAD.replace('Is it so"\nw', 'Overdose"\nw')))
    )
    assert any("question" in each for each in found(read(tmp_path, GOOD, head=HEAD.replace("so?", "so"))))
    assert any("first sentence" in each for each in found(read(tmp_path, f"## Why\n{GOOD}")))
    hard = "We coordinate interdisciplinary rehabilitation opportunities individually. [us]\n" * 40
    assert any("too hard" in each for each in found(read(tmp_path, hard)))


def test_a_rule_of_law_past_its_date_fails_the_check_and_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = next(row for row in evidence().values() if row.is_law and row.verified)
    made = read(tmp_path, f"{GOOD}{law.says} [{law.id}]\n")
    assert not any("ran out" in each for each in found(made))
    after = law.expires_on.replace(year=law.expires_on.year + 1)
    assert any("ran out" in each for each in found(made, today=after))
    monkeypatch.setattr(shown, "article", lambda _slug, _language: made)
    shown._shown.cache_clear()
    today = shown._shown("made-up", "en", frozenset(), TODAY)
    later = shown._shown("made-up", "en", frozenset(), after)
    shown._shown.cache_clear()
    assert law.id in today.cites
    assert law.id not in later.cites


def test_numbers_past_their_date_fail_the_check() -> None:
    assert any("numbers.toml" in each for each in library_command.problems(["en"], today=date(2099, 1, 1)))


def test_a_translation_rests_on_the_same_evidence(tmp_path: Path) -> None:
    source = read(tmp_path, "One. [E41]\n\n- Two. [E28]\n")
    same = read(tmp_path, "Uno. [E41]\n\n- Dos. [E28]\n")
    other = read(tmp_path, "Uno. [E41]\n\n- Dos. [E29]\n")
    fewer = read(tmp_path, "Uno. [E41]\n")
    assert not list(library_command._unlike(same, source))
    assert list(library_command._unlike(other, source))
    assert list(library_command._unlike(fewer, source))


def test_funding_rules_switch_topics_off_but_never_naloxone(settings: pytest.FixtureRequest) -> None:
    settings.FUNDING_RULES = []
    whole = shown_article("alone", "en")
    topics = {sentence.topic for sentence in whole.sentences} - {""}
    assert topics, "the page has something to switch off"
    settings.FUNDING_RULES = ["samhsa-2026"]
    assert hidden_topics() >= topics
    less = shown_article("alone", "en")
    assert not {sentence.topic for sentence in less.sentences} - {""}
    for slug in ("steps", "spray", "signs"):
        assert shown_article(slug, "en") == library("en")[slug], "what to do in an overdose stays whole"


def test_a_heading_with_nothing_left_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = read(tmp_path, "One. [us]\n\n## Lines\n- Call {alone}. [E40 #alone_lines]\n\n## Else\nTwo. [us]\n")
    monkeypatch.setattr(shown, "article", lambda _slug, _language: made)
    shown._shown.cache_clear()
    less = shown._shown("made-up", "en", frozenset({"alone_lines"}), TODAY)
    shown._shown.cache_clear()
    assert [block.tag for block in less.blocks] == ["p", "h2", "p"]


def test_a_page_that_is_not_translated_is_shown_in_english() -> None:
    assert articles.article("signs", "tlh").language == "en"
    assert {group.key for group in shown_groups("tlh")} == {group.key for group in shown_groups("en")}


@pytest.mark.parametrize(
    ("typed", "language", "slugs"),
    [
        ("dope sick", "en", {"sick-now", "get-through", "sick-without"}),
        ("H", "en", {"what-it-does", "one-time"}),
        ("suboxone", "en", {"b"}),
        ("narcan", "en", {"spray", "steps", "at-home"}),
        ("mi hijo usa fentanilo", "es", {"much-stronger", "family", "say-what", "parent", "at-home"}),
        ("fentanil", "en", {"much-stronger"}),
        ("bupernorphine", "en", {"b"}),
        ("naloxona", "es", {"spray"}),
        ("heroina", "es", {"what-it-does", "one-time"}),
        ("meth", "en", {"other-kinds"}),
        ("sub", "en", {"b", "with-medicine"}),
        ("subs", "en", {"b", "with-medicine"}),
        ("fentynal", "en", {"much-stronger"}),
        ("fentalino", "es", {"much-stronger"}),
        ("overdoes", "en", {"signs", "steps", "spray", "calling", "after-one"}),
        ("out of jail", "en", {"before-release", "after-a-break", "inside"}),
    ],
)
def test_search_finds_what_people_type(typed: str, language: str, slugs: set[str]) -> None:
    first = [each.slug for each in search(typed, language).articles][:4]
    assert slugs & set(first), first


def test_words_of_another_language_find_its_pages() -> None:
    found = search("mi hijo usa fentanilo", "en")
    assert found.others
    assert {each.language for each in found.others} == {"es"}


@pytest.mark.parametrize(
    "typed", ["", "   ", "zzzzqqqq", '"', "a AND (", "* OR", "NEAR(a b)", "'; DROP TABLE page; --", "é" * 200]
)
def test_hostile_or_empty_words_find_nothing_and_break_nothing(typed: str) -> None:
    assert search(typed, "en").articles in ((), search(typed, "en").articles)


def test_a_word_with_wrong_letters_says_what_it_was_read_as() -> None:
    index = Index({"b": library("en")["b"]}, {})
    assert index.find("buprenorphinne").read_as == (("buprenorphinne", "buprenorphine"),)


def test_pieces_of_a_sentence() -> None:
    assert list(parts_of("Call {crisis} or [ask us](ask) now.")) == [
        ("text", "Call ", ""),
        ("line", "crisis", ""),
        ("text", " or ", ""),
        ("link", "ask us", "ask"),
        ("text", " now.", ""),
    ]
    assert bare("Call {crisis} or [ask us](ask).") == "Call the line or ask us."


def test_evidence_that_leads_nowhere_is_not_cited() -> None:
    for language in ("en", "es"):
        for article in library(language).values():
            assert all(evidence()[key].verified for key in article.cites)
            assert replace(article, blocks=()).cites == ()
