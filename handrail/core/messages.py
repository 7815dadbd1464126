"""What kinds of messages there are, and how words fit into one text. The words themselves stand with the actions.

A text has 160 letters of the GSM-7 alphabet; one letter outside of it halves that, so accents it does not know are
left off. Source: 3GPP TS 23.038; safe-contact practice (NNEDV, techsafety.org): no name of a service, no reason.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from handrail.core.accents import without_accents

MAX_TEXT = 160
MAX_WIDE_TEXT = 70  # a text in letters that GSM-7 does not have
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")  # each takes the room of two
_ALIKE = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\N{NO-BREAK SPACE}": " "}
)
# No word of a message, and none of its sender, may say what this is about. Accents are left off before looking.
_TELLING = re.compile(
    r"\b(?:drugs?|drogas?|opioid\w*|opiate\w*|opiace\w*|heroina?|fentan[yi]l\w*|meth|methadone|metadona|suboxone"
    r"|buprenorphine|buprenorfina|narcan|naloxon[ea]|overdos\w*|sobredosis|addict\w*|adict\w*|adicci\w*|rehab\w*"
    r"|detox\w*|desintoxic\w*|withdrawal|abstinencia|substances?|sustancias?|alcohol\w*|sober\w*|sobri\w*"
    r"|treatment|tratamiento|recovery|recuperacion|clinics?|clinica|naltrexone?|needles?|syringes?|hiv|psychiatr\w*)\b"
)
_LINK = re.compile(r"(?:https?:|www\.)\S", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """One kind of message: the ways it may go, and what becomes of it outside the person's hours.

    `waits` keeps it for the next safe hour; else it is not sent at all. `within` is how long it may be late: an answer
    that comes after that is none. `confirms_stop` marks the one that may follow a STOP (47 CFR 64.1200(a)(12)).
    `says_name` says that the words name who writes.
    """

    channels: frozenset[str] = frozenset({"text", "email"})
    waits: bool = True
    within: timedelta | None = None
    confirms_stop: bool = False
    says_name: bool = False


ANSWER_WITHIN = timedelta(minutes=5)

KINDS: Mapping[str, Kind] = {
    "first_contact": Kind(says_name=True),
    "news": Kind(),
    "late": Kind(),
    "check_in": Kind(says_name=True),
    "help": Kind(frozenset({"text"}), waits=False, within=ANSWER_WITHIN),
    "stop_confirm": Kind(frozenset({"text"}), waits=False, within=ANSWER_WITHIN, confirms_stop=True),
}


def letters_in(words: str) -> int:
    """How much of a text the words take: letters of GSM-7, some of which count twice, or else plain letters."""
    if not is_gsm(words):
        return len(words.encode("utf-16-le")) // 2
    return sum(2 if letter in _GSM_TWICE else 1 for letter in words)


def is_gsm(words: str) -> bool:
    """True when the words can go as a text of 160 letters."""
    return all(letter in _GSM or letter in _GSM_TWICE for letter in words)


def most_letters(words: str) -> int:
    """The room of one text in the letters of these words."""
    return MAX_TEXT if is_gsm(words) else MAX_WIDE_TEXT


def in_text_letters(words: str) -> str:
    """The words in letters that a text knows, where they exist: an accent it lacks is left off, the letter stays."""
    return "".join(_in_gsm(letter) for letter in unicodedata.normalize("NFC", words.translate(_ALIKE)))


def _in_gsm(letter: str) -> str:
    if letter in _GSM or letter in _GSM_TWICE:
        return letter
    bare = without_accents(letter)
    return bare if bare and is_gsm(bare) else letter


def as_text(template: str, *, name: str, service: str, phone: str = "") -> str:
    """A message as one text: `template` with its names, which are cut before any other word is.

    Names in letters that the rest does not need are left out, since one of them would halve the room.
    """
    template = in_text_letters(template)
    facts = {key: _one_line(in_text_letters(each)) for key, each in {"name": name, "service": service}.items()}
    phone = "".join(filter(is_gsm, _one_line(phone)))[:20]
    if is_gsm(template % {"name": "", "service": "", "phone": phone}):
        facts = {key: _one_line("".join(filter(is_gsm, each))) for key, each in facts.items()}
    while letters_in(words := template % {**facts, "phone": phone}) > most_letters(words):
        longest = max(facts, key=lambda key: len(facts[key]))
        if not facts[longest]:
            break
        facts[longest] = facts[longest][:-1].rstrip()
    return words


def as_email(template: str, *, name: str, service: str, phone: str = "") -> str:
    """A message as an e-mail: the same words, as long as they are."""
    return template % {"name": _one_line(name), "service": _one_line(service), "phone": phone}


def why_not_words(words: str, *, channel: str) -> str | None:
    """Say why these words may not go: a reason code, or None if they may. Length counts for texts alone."""
    if not words.strip():
        return "nothing_to_say"
    if channel == "text" and letters_in(words) > most_letters(words):
        return "message_too_long"
    if _LINK.search(words) or telling_word(words):
        return "not_neutral"
    return None


def telling_word(words: str) -> str:
    """The first word that would tell a stranger what this is about, or ""."""
    bare = without_accents(words.lower())
    found = _TELLING.search(bare)
    return found[0] if found else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
