"""One place on a page of its own: everything known of it, and where each fact came from."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from handrail.core.facts import DAY_ONE, DETAILS, FACTS, WALK_IN_HOURS
from handrail.core.openings import AGEING_TIMES, Statement, best_sentence, sentence_for
from handrail.core.reports import OPENINGS, WHOLE
from handrail.records.directory.listing import Listing
from handrail.records.directory.snapshot import snapshot
from handrail.web.fact_words import DETAIL_WORDS, FACT_WORDS
from handrail.web.finder_words import Line, day_words, fresh_hours, kind_line, openings_line, source_words, value_words
from handrail.web.mould import Mould, page_mould_of_now
from handrail.web.packed import packed
from handrail.web.public.place_results import measured
from handrail.web.public.place_rows import sections_of
from handrail.web.public.saved import saved_ids
from handrail.web.templatetags.handrail import in_zone, translation_note, twin_links

MOVED_SECONDS = 60 * 60  # two entries that were joined may be taken apart again


@require_safe
def program(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything known of one place. The address of an entry joined to another place leads to that place."""
    listing = snapshot().by_slug(slug)
    if listing is None:
        raise Http404
    if listing.offer.slug != slug:
        moved = redirect("program", slug=listing.offer.slug, permanent=True)
        moved.headers["Cache-Control"] = f"max-age={MOVED_SECONDS}"
        return moved
    if request.COOKIES:
        saved = saved_ids(request)
        page = program_page(listing, now=timezone.now()) | {
            "back": back_to(request),
            "share": share_links(request),
            "saved": len(saved),
            "is_saved": listing.offer.program_id in saved,
        }
        response = render(request, "public/program.html", page)
    else:  # it holds nothing of a person, so it may be kept and packed
        saved = ()
        response = packed(request, _kept(request, slug).fill(twins=twin_links(request.path), back=back_to(request)))
    patch_vary_headers(response, ["Cookie", "Referer"])
    if saved:
        response.headers["Cache-Control"] = "no-store"
    return response


def _kept(request: HttpRequest, slug: str) -> Mould:
    minute = timezone.now().replace(second=0, microsecond=0)
    share = tuple(share_links(request).items())
    return _mould_of(slug, snapshot().serial, minute, share, get_language(), translation_note())


@lru_cache(maxsize=512)
def _mould_of(
    slug: str,
    serial: int,  # noqa: ARG001 (a key: another snapshot of the directory, another page)
    minute: datetime,
    share: tuple[tuple[str, str], ...],
    language: str | None,  # noqa: ARG001 (a key, as the next)
    note: str,  # noqa: ARG001
) -> Mould:
    """One place's page as it reads in this minute to whoever has saved nothing; where they came from is left open."""
    listing = snapshot().by_slug(slug)
    if listing is None:
        raise Http404
    page = program_page(listing, now=minute) | {"share": dict(share), "saved": 0, "is_saved": False}
    return page_mould_of_now("public/program.html", "back", **page)


def back_to(request: HttpRequest) -> str:
    """The list or the comparison that led here, or else the questions of the finder."""
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        parts = urlsplit(came_from)
        if parts.path in (reverse("find_results"), reverse("saved"), reverse("compare")):
            return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return reverse("find")


def share_links(request: HttpRequest) -> dict[str, str]:
    """Ways to send this page's address to somebody: it and nothing else."""
    address = request.build_absolute_uri(request.path)
    return {
        "address": address,
        "text": f"sms:?&body={quote(address, safe='')}",
        "email": f"mailto:?subject={quote(_('A link for you'))}&body={quote(address, safe='')}",
    }


def program_page(listing: Listing, *, now: datetime) -> dict[str, Any]:
    """Everything a place's own page shows, whoever asks."""
    offer, today = listing.offer, now.date()
    openings = best_sentence(offer.statements, now=now, fresh_hours=fresh_hours())
    results, not_reported = measured(offer.answers, today)
    return {
        "listing": listing,
        "offer": offer,
        "call": offer.phone or listing.intake_phone,
        "kind": kind_line(offer),
        "openings": openings_line(openings, now=now),
        "rooms": rooms(offer.statements, now=now),
        "sections": sections_of(listing, today),
        "results": results,
        "not_reported": not_reported,
        "sources": source_rows(listing, now=now),
        "stops_medicine": offer.stops_medicine,
        "may_be_closed": WHOLE in listing.doubted,
        "checking_whole": WHOLE in listing.checking,
        "checking_openings": OPENINGS in listing.checking,
        "checking_phone": "phone" in listing.checking,
        "now": now,
    }


def rooms(statements: tuple[Statement, ...], *, now: datetime) -> list[tuple[str, Line]]:
    """What may be said of each row of openings, where there are several."""
    if len(statements) < 2:
        return []
    hours = fresh_hours()
    return [(one.label, openings_line(sentence_for(one, now=now, fresh_hours=hours), now=now)) for one in statements]


@dataclass(frozen=True)
class SourceRow:
    """One line of where each fact came from: `about` and an answer that `is_said` are as somebody wrote them."""

    fact: str
    answer: str
    source: str
    day: str
    until: str
    about: str = ""
    is_said: bool = False


def source_rows(listing: Listing, *, now: datetime) -> list[SourceRow]:
    """Every detail, fact and statement that is shown, with who said it, when, and until when we believe it."""
    offer, today = listing.offer, now.date()
    details = {key: _detail(listing, key) for key in DETAILS}
    rows = [
        replace(_source_row(str(DETAIL_WORDS[key]), details[key], *told, today), is_said=key == WALK_IN_HOURS)
        for key, told in listing.told_by.items()
        if details.get(key)
    ]
    if listing.day_one:
        steps = "; ".join(listing.day_one)
        rows.append(replace(_source_row(_("First day"), steps, *listing.told_by[DAY_ONE], today), is_said=True))
    rows += [_openings_row(one, now) for one in offer.statements]
    for key in FACTS:
        fact = offer.fact(key)
        if fact.is_known:
            told = fact.source, fact.observed_on, fact.expires_on
            row = _source_row(str(FACT_WORDS[key]), value_words(fact), *told, today)
            rows.append(replace(row, is_said=FACTS[key].is_text))
    return rows


def _detail(listing: Listing, key: str) -> str:
    """One detail as the listing holds it."""
    name = "street" if key == "street1" else key
    return str(getattr(listing.offer, name, "") or getattr(listing, name, ""))


def _source_row(
    fact: str, answer: str, source: str, observed_on: date | None, expires_on: date | None, today: date
) -> SourceRow:
    day = day_words(observed_on, today) if observed_on else ""
    until = day_words(expires_on, today) if expires_on else ""
    if expires_on and expires_on < today:  # name and address alone are still shown then
        until = _("Not checked since")
    return SourceRow(fact, answer, capfirst(source_words(source)), day, until)


def _openings_row(statement: Statement, now: datetime) -> SourceRow:
    """One statement of openings; one that is too old to stand says only that."""
    hours = fresh_hours()
    sentence = sentence_for(statement, now=now, fresh_hours=hours)
    words = {"unknown": _("Not known"), "full": _("Full")}
    answer = words.get(sentence.state, str(statement.openings))
    said, today = in_zone(statement.stated_at, ""), in_zone(now, "").date()
    until = said + timedelta(hours=hours[statement.kind] * AGEING_TIMES)
    row = _source_row(_("Openings"), answer, statement.source, said.date(), until.date(), today)
    return replace(row, about=statement.label)
