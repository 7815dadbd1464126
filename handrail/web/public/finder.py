"""The finder: ask where, and list what is near with reasons.

Answers come from the read-only snapshot of the public directory; no cookie, nothing kept, nothing logged.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from handrail.records.directory.places import Meant, Place, meant_by, suggest_places
from handrail.records.directory.snapshot import snapshot
from handrail.web.mould import page_mould
from handrail.web.packed import packed
from handrail.web.public.finder_form import FindForm, Search, problem_words, read_search
from handrail.web.public.finder_page import results_html
from handrail.web.templatetags.handrail import twin_links

_EMPTY = FindForm()


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The four questions, with what was picked before."""
    if request.GET:
        return render(request, "public/find.html", {"form": FindForm(initial=_picked(request))})
    page = page_mould("public/find.html", form=_EMPTY)
    return packed(request, page.fill(twins=twin_links(request.get_full_path())))


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """What is near, ranked by the printed rule, ten to a page."""
    search = read_search(request.GET)
    meant = meant_by(search.text)
    if len(meant.places) == 1:
        # To the end of the minute: what is kept for a minute never looks fresher than it is.
        minute = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
        path = request.get_full_path()
        return packed(request, results_html(snapshot(), search, meant.places[0], path=path, now=minute))
    if meant.places:
        return render(request, "public/find_which.html", {"search": search, "links": _links(search, meant.places)})
    return _ask_again(request, search, meant)


def _ask_again(request: HttpRequest, search: Search, meant: Meant) -> HttpResponse:
    """The form with what was picked, what is wrong with the place, and places that may have been meant."""
    form = FindForm(request.GET)
    form.is_valid()
    form.errors.pop("n", None)
    form.add_error("n", problem_words(meant))
    context = {
        "form": form,
        "close": _links(search, suggest_places(search.text)),
        "phone": settings.SERVICE_PHONE if meant.problem == "military" else "",
    }
    return render(request, "public/find.html", context, status=422)


def _picked(request: HttpRequest) -> dict[str, Any]:
    data = request.GET
    return {"n": data.get("n", ""), "k": data.getlist("k"), "p": data.get("p", ""), "m": data.getlist("m")}


def _links(search: Search, places: Iterable[Place]) -> list[tuple[str, str]]:
    """A link for each town; a name that two of them share is told apart by its ZIP code."""
    return [(str(place), search.but(text=str(place)).query()) for place in dict.fromkeys(places)]
