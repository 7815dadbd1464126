"""The pages to read: the library, what treatment is like, what it costs, help someone you love. No query, no cookie."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from handrail.core.safety import dangers_in_words
from handrail.records.library.articles import Article
from handrail.records.library.checks import signed_checks
from handrail.records.library.search import search
from handrail.records.library.shown import hidden_topics, shown_article, shown_group, shown_groups
from handrail.web.public.kept_pages import kept_page
from handrail.web.public.library_page import link_there, link_to, page_of, question_of

OWN_GROUPS = ("what-treatment-is-like", "cost", "family")  # these have addresses of their own
MOST_LETTERS = 120


@require_safe
def learn(request: HttpRequest) -> HttpResponse:
    """What there is to read, in its groups, with the search."""
    groups = tuple(group for group in shown_groups(_language()) if group.key not in OWN_GROUPS)
    return kept_page(request, "public/learn.html", {"groups": groups}, key=hidden_topics())


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One article."""
    return _page(request, _found(slug, without=OWN_GROUPS), back="learn")


@require_safe
def learn_treatment(request: HttpRequest) -> HttpResponse:
    """The six pages of what treatment is like, medicine first."""
    pages = shown_group("what-treatment-is-like", _language())
    return kept_page(request, "public/learn_treatment.html", {"pages": pages}, key=hidden_topics())


@require_safe
def treatment_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One kind of treatment."""
    found = _found(slug, group="what-treatment-is-like")
    pages = shown_group("what-treatment-is-like", _language())
    at = [each.slug for each in pages].index(slug)
    following = pages[at + 1] if at + 1 < len(pages) else None
    return _page(request, found, back="learn_treatment", number=at + 1, of=len(pages), following=following)


@require_safe
def cost(request: HttpRequest) -> HttpResponse:
    """How it may be paid: a page for each way, and the six questions."""
    ways = shown_group("cost", _language())
    return kept_page(request, "public/cost.html", {"ways": ways}, key=hidden_topics())


@require_safe
def cost_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One way to pay."""
    return _page(request, _found(slug, group="cost"), back="cost", has_questions=True)


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """The six questions on one sheet, to print."""
    return kept_page(request, "public/questions.html")


@require_safe
def family(request: HttpRequest) -> HttpResponse:
    """Help someone you love."""
    return _page(request, _found("family", group="family"), back="home", is_family=True)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def library_search(request: HttpRequest) -> HttpResponse:
    """Look in the library. The words come by POST, so that no address and no history holds them; none is kept.

    It needs no token, since it changes nothing: so looking sets no cookie.
    """
    words = request.POST.get("q", "").strip()[:MOST_LETTERS]
    found = search(words, _language()) if words else None
    facts = {
        "words": words,
        "is_asked": request.method == "POST",
        "articles": [link_to(each) for each in found.articles] if found else [],
        "others": [link_there(each) for each in found.others] if found else [],
        "read_as": found.read_as if found else (),
        "danger": dangers_in_words(words),
    }
    response = render(request, "public/library_search.html", facts)
    response.headers["Cache-Control"] = "no-store"
    return response


def _language() -> str:
    return get_language() or "en"


def _found(slug: str, *, group: str = "", without: tuple[str, ...] = ()) -> Article:
    """The article as it may be shown. Raises Http404."""
    found = shown_article(slug, _language())
    if found is None or (group and found.page.group != group) or found.page.group in without:
        raise Http404
    return found


def _page(request: HttpRequest, found: Article, *, back: str, **more: object) -> HttpResponse:
    see = [question_of(slug, _language()) for slug in found.page.see]
    facts = {"page": page_of(found, _language()), "back": back, "see": [each for each in see if each], **more}
    # The words are known by their digest; a check that somebody signs shows at once.
    key = (found.language, found.digest, hidden_topics(), signed_checks().get((found.slug, found.language)))
    return kept_page(request, "public/article.html", facts, key=key)
