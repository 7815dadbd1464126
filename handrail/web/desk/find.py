"""The desk's finder: the same places and the same rule as the public one, with the intake number to call."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from handrail.core.needs import KINDS, MUSTS, PAYERS, needs_from
from handrail.records.directory.places import find_place, suggest_places
from handrail.records.directory.snapshot import snapshot
from handrail.web.desk.match_words import match_row
from handrail.web.desk.shell import desk_page
from handrail.web.finder_words import KIND_WORDS, MUST_WORDS, PAYER_WORDS, RULE_WORDS, fresh_hours
from handrail.web.typed import whole_number

MOST = 30
MOST_PAGE = 1000
FARTHEST_MILES = 100.0


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Places near a ZIP code or town, without a person: for questions on the phone."""
    now, asked = timezone.now(), request.GET
    typed: dict[str, Any] = {
        "kinds": asked.getlist("kinds"),
        "must": asked.getlist("must"),
        "payer": asked.get("payer", ""),
        "miles": float(whole_number(asked.get("miles"), most=500) or 25),
    }
    context: dict[str, Any] = {
        "near": asked.get("near", ""),
        "kinds": [(key, KIND_WORDS[key][0], key in typed["kinds"]) for key in KINDS],
        "must": [(key, MUST_WORDS[key], key in typed["must"]) for key in MUSTS],
        "payers": [(key, PAYER_WORDS[key], key == typed["payer"]) for key in PAYERS],
        "miles": int(typed["miles"]),
        "rule": RULE_WORDS,
    }
    context |= _results(asked, typed, now=now) if asked.get("near") else {}
    status = 422 if context.get("error") else 200
    return desk_page(request, "desk/find.html", context, here="find", now=now, status=status)


def _results(asked: QueryDict, typed: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    near = asked.get("near", "")
    places = find_place(near)
    if not places:
        closest = ", ".join(str(place) for place in suggest_places(near))
        words = _("We do not know this place. Give a ZIP code, or a town and state.")
        return {"error": f"{words} {_('Did you mean: %(places)s?') % {'places': closest}}" if closest else words}
    place = places[0]
    needs = replace(needs_from(typed), latitude=place.latitude, longitude=place.longitude)
    known, page = snapshot(), whole_number(asked.get("page"), most=MOST_PAGE) or 1
    needs = replace(needs, miles=needs.miles or FARTHEST_MILES)
    found = known.find(needs, now=now, first=(page - 1) * MOST, count=MOST, fresh_hours=fresh_hours())
    pages = max(1, -(-found.total // MOST))
    return {
        "place": place,
        "count": found.total,
        "rows": [match_row(row, known, now=now) for row in found.matches],
        "page": page,
        "pages": pages,
        "before": _to_page(asked, min(page - 1, pages)) if page > 1 else "",
        "after": _to_page(asked, page + 1) if page < pages else "",
    }


def _to_page(asked: QueryDict, page: int) -> str:
    query = asked.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"
