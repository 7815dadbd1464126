"""Up to three places side by side: the same facts in the same order for each, and what is not known said so."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from handrail.core.openings import best_sentence
from handrail.core.reports import WHOLE
from handrail.records.directory.listing import Listing
from handrail.records.directory.snapshot import snapshot
from handrail.web.fact_words import FACT_WORDS
from handrail.web.finder_words import fresh_hours, kind_line, openings_line
from handrail.web.public.place_results import measured
from handrail.web.public.place_rows import row_of
from handrail.web.public.saved import MOST_COMPARED, saved_listings

# What is compared, in order, after the openings.
COMPARED = (
    *("buprenorphine", "methadone", "naltrexone", "accepts_own_medicine", "same_day_start"),
    *("medicaid", "medicare", "private_plan", "sliding_fee", "up_front_payment"),
    *("teens", "pregnant", "kids_stay", "spanish", "asl", "wheelchair", "transport", "telehealth"),
)


@dataclass(frozen=True)
class Answer:
    """What one place says to one question, `is_said` as somebody wrote it. `state` is never the only signal."""

    words: str
    state: str = ""
    is_said: bool = False


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """A table of the places named in the address, the first three of them."""
    now = timezone.now()
    listings = compared(request)
    page = {
        "places": [listing.offer for listing in listings],
        "rows": rows_of(listings, now=now),
        "is_cut": len(set(request.GET.getlist("c"))) > MOST_COMPARED,
        "saved": len(saved_listings(request)),
        "now": now,
    }
    return render(request, "public/compare.html", page)


def compared(request: HttpRequest) -> list[Listing]:
    """The places the address names, each once. An address that nobody knows is as if it were not there."""
    known = snapshot()
    named = [slug.replace("\0", "") for slug in request.GET.getlist("c")[: 4 * MOST_COMPARED]]
    found = [listing for slug in named if (listing := known.by_slug(slug)) is not None]
    return list({listing.offer.slug: listing for listing in found}.values())[:MOST_COMPARED]


def rows_of(listings: list[Listing], *, now: datetime) -> list[tuple[str, list[Answer]]]:
    """The questions in order, each with the answer of every place."""
    today = now.date()
    rows = [(_("Openings"), [_openings(listing, now) for listing in listings])]
    rows += [(str(FACT_WORDS[key]), [_fact(listing, key, today) for listing in listings]) for key in COMPARED]
    rows += [
        (_("Kind of place"), [Answer(kind_line(listing.offer)) for listing in listings]),
        (_("Walk in without a visit time"), [_walk_in(listing, today) for listing in listings]),
        (_("Answers us"), [_answers(listing, today) for listing in listings]),
        (_("Where"), [Answer(_where(listing)) for listing in listings]),
    ]
    return rows


def _openings(listing: Listing, now: datetime) -> Answer:
    sentence = best_sentence(listing.offer.statements, now=now, fresh_hours=fresh_hours())
    line = openings_line(sentence, now=now)
    if WHOLE in listing.doubted:
        return Answer(f"{_('It may have closed.')} {line}", "warn")
    return Answer(str(line), line.state)


def _fact(listing: Listing, key: str, today: date) -> Answer:
    is_known, words = listing.offer.fact(key).is_known, row_of(listing, key, today).answer
    if key == "accepts_own_medicine" and listing.offer.stops_medicine:
        label = _("It says it does not treat opioid use, or not with medicine.")
        return Answer(f"{words}. {label}", "warn")
    return Answer(words, "" if is_known else "unknown")


def _walk_in(listing: Listing, today: date) -> Answer:
    hours = listing.offer.walk_in_hours
    return Answer(hours, is_said=True) if hours else _fact(listing, "walk_in", today)


def _answers(listing: Listing, today: date) -> Answer:
    rows, _silent = measured(listing.offer.answers, today)
    said = next((row for row in rows if row.label == _("Answers us")), None)
    return Answer(f"{said.answer}. {said.notes[0]}") if said else Answer(_("Not reported"), "unknown")


def _where(listing: Listing) -> str:
    offer = listing.offer
    return ", ".join(part for part in (offer.street, f"{offer.city}, {offer.state}") if part)
