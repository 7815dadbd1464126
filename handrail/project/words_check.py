"""Reads every file of words once, before anything is served: a broken one stops the start, and not a page at night."""

from collections.abc import Callable, Iterator
from functools import partial

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import NoReverseMatch
from django.utils import translation

from handrail.records.library.articles import Article, BadArticle, group_names, library, pages, table
from handrail.records.library.checks import digests
from handrail.records.library.evidence import evidence
from handrail.records.library.search import index_of
from handrail.records.library.shown import shown_article, unknown_rules
from handrail.web.public.library_page import page_of
from handrail.web.registry import numbers

_BROKEN = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, OSError),  # a file that cannot be read as it should
    *(NoReverseMatch, TemplateDoesNotExist),  # a page or a drawing that it names and that is not there
)


def read_the_words() -> None:
    """Raise ImproperlyConfigured, naming what to put right, when a page of words could not be shown."""
    for where, read in _parts():
        try:
            read()
        except _BROKEN as error:
            raise ImproperlyConfigured(_say(where, error)) from error
    for language in settings.HANDRAIL_LANGUAGES:
        for slug, article in library(language).items():
            try:
                _draw(article, language)
            except _BROKEN as error:
                raise ImproperlyConfigured(_say(f"library/{language}/{slug}.md", error)) from error


def _parts() -> Iterator[tuple[str, Callable[[], object]]]:
    yield "numbers.toml", numbers
    yield "evidence.toml", evidence
    yield "library/library.toml", pages
    yield "library/library.toml", _rules
    for code in settings.HANDRAIL_LANGUAGES:
        yield f"library/{code}/groups.toml", partial(group_names, code)
        yield f"library/{code}", partial(digests, code)
    for code in settings.HANDRAIL_LANGUAGES:
        yield f"library/{code}/synonyms.toml", partial(index_of, code)


def _rules() -> None:
    known = ", ".join(table()["funding"])
    if unknown := unknown_rules(settings.FUNDING_RULES):
        raise ImproperlyConfigured(f"FUNDING_RULES: library.toml has no rule {', '.join(unknown)}. It has: {known}.")


def _draw(article: Article, language: str) -> None:
    """Make the page as a reader gets it: its evidence, phone lines, links and drawing must all be there."""
    for key in article.cites:
        evidence()[key]
    shown = shown_article(article.slug, language)
    if shown is None:
        return
    with translation.override(language):
        drawing = page_of(shown, language).drawing
    if drawing:
        get_template(drawing)


def _say(where: str, error: Exception) -> str:
    if isinstance(error, BadArticle | OSError):
        return str(error)
    wrong = f"it names {error}, which is not there" if isinstance(error, KeyError) else str(error)
    return f"{settings.HANDRAIL_CONTENT}/{where}: {wrong}. 'handrail library check' says more."
