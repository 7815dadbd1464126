"""Reads the library's files: one table of pages, and for each language one file of words a page.

A file opens with a few lines between +++ (TOML: title, tab, words) and goes on with blocks, an empty line between
them. Each line is one sentence and ends with its mark in brackets: the evidence it rests on, [E41 E42], or what it is
instead of a fact: [do] a step, [us] what this service does, [say] a kind word. A topic that funding rules may switch
off stands there too: [E40 #alone_lines]. Lines that open with "## ", "- " or "1. " are headings and list items.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

CONTENT: Path = settings.HANDRAIL_CONTENT
SOURCE_LANGUAGE = "en"

_MARK = re.compile(r"\s*\[([^\]\[()]*)\]$")
_OPENERS = (("## ", "h2"), ("- ", "ul"), ("1. ", "ol"))


class BadArticle(ValueError):
    """A file of the library that cannot be read. The message names file, line and what to do."""


@dataclass(frozen=True)
class Sentence:
    """One sentence with its mark. `text` may hold `{key}` for a phone line and `[words](page)` for a link of ours."""

    text: str
    cites: tuple[str, ...] = ()
    kind: str = ""
    topic: str = ""
    line: int = 0


@dataclass(frozen=True)
class Block:
    """A heading (h2), a paragraph (p) or a list (ul, ol), with its sentences."""

    tag: str
    sentences: tuple[Sentence, ...]

    @property
    def cites(self) -> frozenset[str]:
        """The evidence of the whole block."""
        return frozenset(key for sentence in self.sentences for key in sentence.cites)


@dataclass(frozen=True)
class Page:
    """One row of library.toml: what a page is, whatever its language.

    `action` is the one thing to do at its end; `drawing` the picture after its first block; `topic` switches all of it.
    """

    slug: str
    group: str
    action: str = "ask"
    drawing: str = ""
    topic: str = ""
    see: tuple[str, ...] = ()


@dataclass(frozen=True)
class Article:
    """The words of one page in one language. `tab` is the neutral title that a browser's history keeps."""

    page: Page
    language: str
    title: str
    tab: str
    words: tuple[str, ...]
    blocks: tuple[Block, ...]
    digest: str

    @property
    def slug(self) -> str:
        """The page's address."""
        return self.page.slug

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence but the headings."""
        return tuple(each for block in self.blocks if block.tag != "h2" for each in block.sentences)

    @cached_property
    def cites(self) -> tuple[str, ...]:
        """All evidence, in the order of the ids."""
        return tuple(sorted({key for sentence in self.sentences for key in sentence.cites}))

    @property
    def plain_text(self) -> str:
        """The words as they are read, for measuring and searching."""
        return " ".join(bare(each.text) for block in self.blocks for each in block.sentences)


_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_LINE = re.compile(r"\{([a-z_]+)\}")


def bare(text: str) -> str:
    """A sentence without its links and the names of phone lines."""
    return _LINE.sub("the line", _LINK.sub(r"\1", text))


def parts_of(text: str) -> Iterator[tuple[str, str, str]]:
    """A sentence in pieces: ("text", words, ""), ("link", words, page) and ("line", key, "")."""
    at = 0
    for found in re.finditer(f"{_LINK.pattern}|{_LINE.pattern}", text):
        if found.start() > at:
            yield "text", text[at : found.start()], ""
        words, page, key = found.groups()
        yield ("line", key, "") if key else ("link", words, page)
        at = found.end()
    if at < len(text):
        yield "text", text[at:], ""


def read_article(page: Page, language: str, path: Path) -> Article:
    """Read one file. Raises BadArticle."""
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadArticle(f"{path}: save the file as UTF-8 ({error})") from error
    opening, fence, body = source.removeprefix("+++\n").partition("\n+++\n")
    if not source.startswith("+++\n") or not fence:
        raise BadArticle(f"{path}: open the file with +++, its title, tab and words, and +++ again")
    try:
        head = tomllib.loads(opening)
        title, tab, words = str(head["title"]), str(head["tab"]), str(head.get("words", ""))
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise BadArticle(f'{path}: between the +++ write title = "..." and tab = "..." ({error})') from error
    first = opening.count("\n") + 4
    return Article(
        page=page,
        language=language,
        title=title,
        tab=tab,
        words=tuple(word.strip() for word in words.split(",") if word.strip()),
        blocks=tuple(_blocks(body, first, path)),
        digest=sha256(source.encode()).hexdigest()[:32],
    )


def _blocks(body: str, first: int, path: Path) -> Iterator[Block]:
    tag = ""
    sentences: list[Sentence] = []
    for number, line in enumerate(body.splitlines(), start=first):
        here, text = _opened(line.strip())
        if tag and (here != tag or tag == "h2"):
            yield Block(tag, tuple(sentences))
            sentences = []
        tag = here
        if text:
            sentences.append(_sentence(text, number, path, is_heading=tag == "h2"))
    if tag:
        yield Block(tag, tuple(sentences))


def _opened(line: str) -> tuple[str, str]:
    """The block a line belongs to, and its words: ("", "") for an empty line."""
    for opener, tag in _OPENERS:
        if line.startswith(opener):
            return tag, line.removeprefix(opener)
    return ("p", line) if line else ("", "")


def _sentence(text: str, number: int, path: Path, *, is_heading: bool) -> Sentence:
    if is_heading:
        return Sentence(text, line=number)
    mark = _MARK.search(text)
    if mark is None:
        raise BadArticle(f"{path}, line {number}: end the sentence with its mark: [E41], [do], [us] or [say]")
    cites, kind, topic = [], "", ""
    for word in mark[1].split():
        if re.fullmatch(r"E\d{2,3}", word):
            cites.append(word)
        elif word.startswith("#"):
            topic = word[1:]
        else:
            kind = word
    return Sentence(text[: mark.start()], tuple(cites), kind, topic, number)


@cache
def table() -> dict[str, Any]:
    """library.toml: the groups in their order, and the pages of each in theirs."""
    with (CONTENT / "library" / "library.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def pages() -> Mapping[str, Page]:
    """Every page of the library by slug, in the order of the table."""
    return {
        row["slug"]: Page(**{**row, "group": group, "see": tuple(row.get("see", ()))})
        for group, rows in table()["pages"].items()
        for row in rows
    }


@cache
def library(language: str) -> Mapping[str, Article]:
    """Every article of one language by slug, in the order of the table; a page not yet translated is left out."""
    folder = CONTENT / "library" / language
    return {
        slug: read_article(page, language, folder / f"{slug}.md")
        for slug, page in pages().items()
        if (folder / f"{slug}.md").exists()
    }


@cache
def group_names(language: str) -> Mapping[str, str]:
    """The headings of the groups in one language; English where a language has none."""
    path = CONTENT / "library" / language / "groups.toml"
    if not path.exists():
        return {} if language == SOURCE_LANGUAGE else group_names(SOURCE_LANGUAGE)
    with path.open("rb") as file:
        return tomllib.load(file)


def article(slug: str, language: str) -> Article | None:
    """The article in this language, or in English while it is not translated; None for no such page."""
    return library(language).get(slug) or library(SOURCE_LANGUAGE).get(slug)


def leftover_files() -> list[Path]:
    """Files that no row of the table names."""
    known = set(pages())
    return [path for path in sorted((CONTENT / "library").glob("*/*.md")) if path.stem not in known]
