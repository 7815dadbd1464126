"""The editor's search: places by name, town, ZIP code, phone or address, narrowed by what is missing or in doubt."""

from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from handrail.actions._frame import require
from handrail.records.accounts.models import actor_of
from handrail.records.directory.models import Conflict, Program, Source
from handrail.records.directory.states import STATES
from handrail.web.steward.directory_query import doubted_places, find, read_search
from handrail.web.steward.directory_words import ONLY_WORDS, UNKNOWN_IS, WHICH_WORDS, only_words
from handrail.web.steward.shell import steward_page


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """One page of places. Nothing is counted: a directory may hold a million of them."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    asked = read_search(request.GET)
    rows, after = find(asked, now=now)
    only = list(ONLY_WORDS.items())
    if asked.only.startswith(UNKNOWN_IS):
        only.append((asked.only, only_words(asked.only)))
    return steward_page(
        request,
        "directory_search",
        actor,
        now=now,
        asked=asked,
        rows=_with_marks(rows),
        next_page=asked.link(after=after) if after else "",
        first_page=asked.link() if asked.after else "",
        wider=asked.link(which="all") if asked.which != "all" else "",
        sources=Source.objects.order_by("name", "pk"),
        states=[(letters, names[0]) for letters, names in STATES.items()],
        only=only,
        which=WHICH_WORDS.items(),
    )


def _with_marks(rows: list[Program]) -> list[dict[str, Any]]:
    ids = [row.pk for row in rows]
    open_ = Conflict.objects.filter(program__in=ids, settled_at=None).order_by().values_list("program")
    conflicts: Counter[Any] = Counter(dict(open_.annotate(n=Count("pk"))))
    doubted = doubted_places()
    return [{"row": row, "conflicts": conflicts[row.pk], "doubt": row.pk in doubted} for row in rows]
