"""An article as a page: its sentences with their evidence, phone lines and links, and what to do at the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from handrail.records.library.articles import Article, Block, Page, Sentence, pages, parts_of
from handrail.records.library.shown import shown_article
from handrail.web import registry
from handrail.web.templatetags.handrail import tel

# The one thing to do at the end: what the button says, the name of the address, what the finder is asked for.
ACTIONS: dict[str, tuple[Any, str, str]] = {
    "ask": (_("Ask us to contact you"), "ask", ""),
    "ask-family": (_("Ask us to contact you"), "ask", ""),
    "danger": (_("See what to do right now"), "danger", ""),
    "family": (_("See how to help someone you love"), "family", ""),
    "find": (_("Find treatment near you"), "find", ""),
    "medicine": (_("Find places with medicine"), "find", "k=m"),
    "today": (_("Find places that start today"), "find", "k=m&m=t"),
    "video": (_("Find care by video"), "find", "k=t"),
    "withdrawal": (_("Find help with withdrawal"), "find", "k=d"),
    "stay": (_("Find a place to stay"), "find", "k=s"),
    "visits": (_("Find places with visits"), "find", "k=v"),
    "counseling": (_("Find counseling"), "find", "k=c"),
    "pay-none": (_("Find places for little or no money"), "find", "p=e"),
    "pay-medicaid": (_("Find places that take Medicaid"), "find", "p=a"),
    "pay-medicare": (_("Find places that take Medicare"), "find", "p=b"),
    "pay-private": (_("Find places that take private plans"), "find", "p=c"),
    "pay-va": (_("Find places that take VA or TRICARE"), "find", "p=d"),
}
# The groups whose pages have another address than /learn/<slug>/.
ADDRESSES = {"what-treatment-is-like": "treatment_page", "cost": "cost_page"}


@dataclass(frozen=True)
class Link:
    """Words and where they lead."""

    words: Any
    address: str
    language: str = ""


@dataclass(frozen=True)
class ArticlePage:
    """One article, ready for its template. `lang` is set where the words are not yet in the reader's language."""

    key: str
    title: str
    tab: str
    lang: str
    group: str
    first: SafeString
    rest: SafeString
    drawing: str
    action: Link
    cites: tuple[str, ...]


def address_of(page: Page) -> str:
    """Where a page of the library stands."""
    if page.group == "family":
        return reverse("family")
    return reverse(ADDRESSES.get(page.group, "article"), args=[page.slug])


def question_of(slug: str, language: str) -> Link | None:
    """A link to an article by its question; None where funding rules took it out."""
    found = shown_article(slug, language)
    return link_to(found) if found else None


def link_to(found: Article) -> Link:
    """A link to an article, in the language that is spoken now."""
    return Link(found.title, address_of(found.page), found.language)


def link_there(found: Article) -> Link:
    """A link to an article in its own language."""
    with translation.override(found.language):
        return link_to(found)


def page_of(found: Article, language: str) -> ArticlePage:
    """An article as the reader of this language gets it."""
    first, rest = found.blocks[:1], found.blocks[1:]
    return ArticlePage(
        key=found.slug,
        title=found.title,
        tab=found.tab,
        lang=found.language if found.language != language else "",
        group=found.page.group,
        first=_blocks(first, language),
        rest=_blocks(rest, language),
        drawing=f"public/drawing_{found.page.drawing}.html" if found.page.drawing else "",
        action=_action(found.page.action, language),
        cites=found.cites,
    )


def _action(key: str, language: str) -> Link:
    if key in ACTIONS:
        words, name, query = ACTIONS[key]
        return Link(words, f"{reverse(name)}?{query}" if query else reverse(name))
    return question_of(key, language) or Link(ACTIONS["ask"][0], reverse("ask"))


def _blocks(blocks: tuple[Block, ...], language: str) -> SafeString:
    return SafeString("\n".join(_block(block, language) for block in blocks))


def _block(block: Block, language: str) -> SafeString:
    said = [_sentence(each, language) for each in block.sentences]
    if block.tag == "h2":
        return format_html("<h2>{}</h2>", said[0])
    if block.tag == "p":
        return format_html("<p>{}</p>", SafeString(" ".join(said)))
    dress = SafeString(' class="steps"') if block.tag == "ol" else ""
    items = format_html_join("", "<li>{}</li>", ((each,) for each in said))
    return format_html("<{}{}>{}</{}>", block.tag, dress, items, block.tag)


def _sentence(sentence: Sentence, language: str) -> SafeString:
    words = SafeString("".join(_pieces(sentence.text, language)))
    if not sentence.cites:
        return words
    return format_html('<span data-evidence="{}">{}</span>', " ".join(sentence.cites), words)


def _pieces(text: str, language: str) -> Iterator[SafeString]:
    for kind, words, page in parts_of(text):
        if kind == "line":
            line = registry.numbers()[words]
            yield format_html('<a href="{}">{}</a>', tel(line.number), line.number)
        elif kind == "link":
            yield _link(words, page, language)
        else:
            yield format_html("{}", words)


def _link(words: str, page: str, language: str) -> SafeString:
    """A link of ours; only its words where funding rules took the page out."""
    if page in pages():
        found = question_of(page, language)
        return format_html('<a href="{}">{}</a>', found.address, words) if found else format_html("{}", words)
    return format_html('<a href="{}">{}</a>', reverse(page), words)
