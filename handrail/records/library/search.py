"""Full-text search over the library, in memory: synonyms, word stems, letters typed wrong. Nothing asked is kept."""

import re
import sqlite3
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from threading import Lock

from django.conf import settings

from handrail.core.accents import without_accents
from handrail.records.library.articles import CONTENT, Article, library
from handrail.records.library.shown import shown_article

MOST = 8
LIKENESS = 0.74
STEM_LETTERS = 5  # from here on a word also finds those it begins: "meth" must not find methadone
# Looking for what a wrong word was meant to be is the slow part, and anybody may type anything: so it has an end.
MOST_WORDS = 24
LONGEST_WORD = 24
MOST_GUESSES = 6
# How much a hit counts: in the question, in the words people type, in the first sentence, in the rest.
WEIGHTS = (10.0, 8.0, 3.0, 1.0)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Hits:
    """The articles found, best first, and those found in another language only.

    `read_as` says what a word was taken for when no article holds it as it was typed.
    """

    articles: tuple[Article, ...]
    others: tuple[Article, ...]
    read_as: tuple[tuple[str, str], ...]


def search(words: str, language: str) -> Hits:
    """The articles for what somebody typed, in their language; those of another language when they fit better."""
    own = index_of(language).find(words)
    elsewhere = {code: index_of(code).find(words) for code in settings.HANDRAIL_LANGUAGES if code != language}
    better = {code: found for code, found in elsewhere.items() if found.known > own.known}
    return Hits(
        articles=_shown(own.slugs, language),
        others=tuple(article for code, found in better.items() for article in _shown(found.slugs, code)),
        read_as=own.read_as,
    )


def _shown(slugs: list[str], language: str) -> tuple[Article, ...]:
    found = (shown_article(slug, language) for slug in slugs)
    return tuple(each for each in found if each is not None and each.language == language)[:MOST]


@dataclass(frozen=True)
class _Found:
    slugs: list[str]
    known: int  # how many of the typed words this language knows
    read_as: tuple[tuple[str, str], ...]


class Index:
    """One language's articles, by their words."""

    def __init__(self, articles: Mapping[str, Article], synonyms: Mapping[str, list[str]]) -> None:
        self._lock = Lock()
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        # Accents are dropped on both sides, so that "heroina" finds "heroína".
        self._base.execute(
            "CREATE VIRTUAL TABLE page USING fts5(slug UNINDEXED, title, words, first, rest,"
            " tokenize = 'unicode61 remove_diacritics 2')"
        )
        self._base.executemany("INSERT INTO page VALUES (?, ?, ?, ?, ?)", [_row(each) for each in articles.values()])
        self._base.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(page, 'row')")
        self._known = [term for (term,) in self._base.execute("SELECT term FROM vocabulary")]
        self._vocabulary = frozenset(self._known)
        self._synonyms = {plain(key): [plain(word) for word in words] for key, words in synonyms.items()}
        self._longest = max((len(key.split()) for key in self._synonyms), default=1)

    def find(self, words: str) -> _Found:
        """The pages for these words, best first."""
        terms, known, read_as = self._terms(_words_of(words))
        if not terms:
            return _Found([], 0, ())
        match = " OR ".join(f'"{term}"*' if len(term) >= STEM_LETTERS else f'"{term}"' for term in dict.fromkeys(terms))
        weights = ", ".join(str(weight) for weight in (0.0, *WEIGHTS))
        with self._lock:
            rows = self._base.execute(
                f"SELECT slug FROM page WHERE page MATCH ? ORDER BY bm25(page, {weights}), slug LIMIT ?",  # noqa: S608
                (match, MOST),
            ).fetchall()
        return _Found([slug for (slug,) in rows], known, tuple(read_as))

    def _terms(self, typed: list[str]) -> tuple[list[str], int, list[tuple[str, str]]]:
        """What to look for, how many typed words are known here, and what wrong letters were read as."""
        terms: list[str] = []
        read_as: list[tuple[str, str]] = []
        known = at = guesses = 0
        while at < len(typed):
            length, meant = self._meant(typed, at)
            word = typed[at]
            if meant:
                terms += [part for each in meant for part in each.split()] + ([word] if len(word) > 1 else [])
                known += length
            elif word in self._vocabulary or (len(word) >= STEM_LETTERS and self._begins(word)):
                known += word in self._vocabulary
                terms.append(word)
            elif len(word) > 3 and (guesses := guesses + 1) <= MOST_GUESSES and (close := self._close(word)):
                terms += [part for each in self._synonyms.get(close, [close]) for part in each.split()]
                read_as.append((word, close))
            at += length
        return [term for term in terms if term not in _EMPTY], known, read_as

    def _meant(self, typed: list[str], at: int) -> tuple[int, list[str]]:
        """How many words from here are one synonym, the longest first, and what it stands for."""
        for length in range(min(self._longest, len(typed) - at), 0, -1):
            phrase = " ".join(typed[at : at + length])
            if phrase in self._synonyms:
                return length, self._synonyms[phrase]
        return 1, []

    def _begins(self, word: str) -> bool:
        return any(term.startswith(word) for term in self._known)

    def _close(self, word: str) -> str:
        """The word of ours that this one was meant to be, or "" for none."""
        return next(iter(get_close_matches(word, [*self._known, *self._synonyms], n=1, cutoff=LIKENESS)), "")


# Words that say nothing of what is asked.
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """the and for you your with from have has what when where who why how can are was not but they them this that
        does did get got any all his her she him its out que como para por con una uno los las del mas pero sin esta
        este ser son mi me se le lo la el en de es un al si no""",
    )
)


def _words_of(typed: str) -> list[str]:
    """The words that are looked for: so many, and so long. One letter may stand for eighteen once it is plain."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain(typed))][:MOST_WORDS]


def plain(words: str) -> str:
    """Small letters without accents."""
    return without_accents(words.casefold()).strip()


def _row(article: Article) -> tuple[str, str, str, str, str]:
    first = article.blocks[0].sentences[0].text if article.blocks else ""
    return article.slug, article.title, " ".join(article.words), first, article.plain_text


@cache
def index_of(language: str) -> Index:
    """The index of one language's articles, made once."""
    path = CONTENT / "library" / language / "synonyms.toml"
    synonyms = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Index(library(language), synonyms)
