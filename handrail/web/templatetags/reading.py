"""Tags of the pages that rest on evidence: who checked them, what they rest on."""

from datetime import date
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from handrail.core.page_check import Signed, why_due
from handrail.records.library.articles import Article
from handrail.records.library.checks import digests, rests_on_old, signed_checks
from handrail.records.library.evidence import evidence as all_evidence
from handrail.records.library.shown import hidden_topics

register = template.Library()


def standing(page: str, language: str, *, today: date) -> tuple[Signed | None, str | None]:
    """The last check of a page in a language, and why it is due for another, if it is."""
    signed = signed_checks().get((page, language))
    own = digests(language)
    if page not in own:  # not translated: the words on the page are the English ones
        return standing(page, "en", today=today)
    is_old = rests_on_old(page, language, today=today)
    return signed, why_due(signed, digest=own[page], today=today, has_old_evidence=is_old)


@register.inclusion_tag("parts/due.html")
def due_for_a_check(page: str) -> dict[str, Any]:
    """At the top of a page of clinical words: that it is due for a check, when it is."""
    _signed, why = standing(page, get_language() or "en", today=timezone.now().date())
    return {"why": why}


@register.inclusion_tag("parts/checked.html")
def checked(page: str) -> dict[str, Any]:
    """At its foot: who checked it, as what, when, and when next; nothing while nobody has."""
    signed, _why = standing(page, get_language() or "en", today=timezone.now().date())
    return {"check": signed}


@register.inclusion_tag("parts/sources.html")
def sources(ids: tuple[str, ...]) -> dict[str, Any]:
    """The sources of the given evidence."""
    known = all_evidence()
    return {"sources": [known[key] for key in ids]}


@register.inclusion_tag("parts/sources.html")
def evidence(*ids: str) -> dict[str, Any]:
    """The sources a page of fixed words rests on, listed at its foot."""
    return sources(ids)


@register.simple_tag
def spoken_in(article: Article) -> SafeString:
    """The language of words that are not in the reader's own."""
    here = article.language == (get_language() or "en")
    return SafeString("") if here else format_html(' lang="{}"', article.language)


@register.simple_tag
def is_shown(topic: str) -> bool:
    """False for a topic that this deployment's funding rules switch off."""
    return topic not in hidden_topics()
