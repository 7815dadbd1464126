"""The words of messages in every language: one text, GSM-7, neutral, with STOP where it belongs, whoever writes."""

import polib
import pytest
from django.conf import settings as django_settings
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from handrail.actions.message_words import EMAIL_END, SPOKEN, WORDS, message_words, spoken_words
from handrail.core.contact import OTHER_ANSWERS, ContactRule, call_words
from handrail.core.messages import KINDS, MAX_TEXT, is_gsm, letters_in, most_letters, telling_word, why_not_words
from handrail.core.replies import LATER, START, STOP, YES, meaning_of
from handrail.project import phrases
from handrail.project.translations import LOCALE

LANGUAGES = [code for code, _name in django_settings.LANGUAGES]
GSM_LANGUAGES = ("en", "es")
SENTENCES = {text for pair in (*WORDS.values(), *SPOKEN.values()) for text in pair if text} | {EMAIL_END}
# As they stand in the .po file of a language: a new language is checked by being there.
TRANSLATED = [
    (path.parts[-3], each.msgid, each.msgstr)
    for path in LOCALE.glob("*/LC_MESSAGES/django.po")
    for each in polib.pofile(str(path))
    if each.msgid in SENTENCES and each.msgstr
]


def texts(name: str = "Tasha R.") -> list[tuple[str, str, str]]:
    return [
        (language, kind, message_words(kind, channel="text", language=language, name=name))
        for language in LANGUAGES
        for kind, row in KINDS.items()
        if "text" in row.channels
    ]


def test_every_kind_has_words_and_every_sentence_reaches_the_translators():
    assert set(WORDS) == set(KINDS)
    assert {kind for kind, (words, _plain) in WORDS.items() if "%(name)s" in words} == {
        kind for kind, row in KINDS.items() if row.says_name
    }
    found = {message.text for message in phrases.found()}
    assert found >= SENTENCES


@pytest.mark.parametrize(("language", "kind", "words"), texts())
def test_a_text_is_one_neutral_text(language, kind, words):
    assert why_not_words(words, channel="text") is None
    assert letters_in(words) <= most_letters(words) <= MAX_TEXT
    assert language not in GSM_LANGUAGES or is_gsm(words)
    assert "://" not in words
    assert "www" not in words


@pytest.mark.parametrize(("language", "kind", "words"), texts())
def test_the_words_to_answer_with_are_words_we_obey(language, kind, words):
    said = [word.strip(".,:") for word in words.split() if word.strip(".,:").isupper() and len(word.strip(".,:")) > 1]
    meanings = {meaning_of(word) for word in said}
    assert (START if kind == "stop_confirm" else STOP) in meanings
    if kind in ("first_contact", "check_in"):
        assert {YES, LATER, STOP} <= meanings


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(name=st.text(max_size=120), service=st.text(max_size=200), kind=st.sampled_from(sorted(WORDS)))
def test_whoever_writes_for_whichever_service_the_text_stays_one(settings, name, service, kind):
    settings.SERVICE_NAME = service
    for language in GSM_LANGUAGES:
        words = message_words(kind, channel="text", language=language, name=name)
        assert is_gsm(words)
        assert letters_in(words) <= MAX_TEXT
        last = "START" if kind == "stop_confirm" else "STOP"
        assert last in words


def test_without_a_name_it_does_not_say_the_service_twice():
    words = message_words("first_contact", channel="text", language="en", name="")
    assert words == "Hi, this is Next Step. OK to talk? Reply YES, LATER or STOP."


def test_an_email_says_that_a_person_reads_the_answer():
    words = message_words("first_contact", channel="email", language="en", name="Tasha R.")
    assert words.startswith("Hi, this is Tasha from Next Step.")
    assert words.endswith("A person reads your answer to this email.")


@pytest.mark.parametrize(("language", "english", "words"), TRANSLATED)
def test_a_translation_tells_nothing(language, english, words):
    assert telling_word(words) == ""
    assert telling_word(english) == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("other", OTHER_ANSWERS)
@pytest.mark.parametrize("called", ["", "Kayla"])
def test_what_is_said_on_the_phone_fits_the_rule_and_tells_nothing(language, other, called):
    rule = ContactRule(
        channel="call", address="+13035550142", if_other_answers=other, say_we_are="the library", language=language
    )
    said = spoken_words(rule, called=called, name="Tasha R.")
    assert set(said) == set(call_words(rule))
    assert said["voicemail"] == ""
    assert "Tasha" in said["they"]
    assert "Tasha R" not in " ".join(said.values())
    assert ("Next Step" in said["other"]) == (other == "say_service")
    assert ("the library" in said["other"]) == (other == "say_from")
    assert not any(telling_word(words) for words in said.values())
    if other == "hang_up":
        assert "Kayla" not in said["other"]
        assert "Tasha" not in said["other"]


def test_nothing_is_said_on_a_phone_that_may_not_be_called():
    assert spoken_words(ContactRule(channel="text", address="+13035550142"), called="Kayla", name="Tasha") == {}


def test_the_first_words_follow_the_language_of_the_person_not_of_the_page():
    with translation.override("es"):
        english = message_words("first_contact", channel="text", language="en", name="Tasha")
    assert english == "Hi, this is Tasha from Next Step. OK to talk? Reply YES, LATER or STOP."
