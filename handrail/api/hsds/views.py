"""The addresses of the API: read what was asked, fetch the rows, shape them."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from handrail.api.hsds import asked as questions
from handrail.api.hsds import records, rows
from handrail.api.hsds.answers import open_door, page, record, refusal
from handrail.api.hsds.asked import Asked
from handrail.api.hsds.entry import Entry
from handrail.api.hsds.identity import at_place_id
from handrail.api.hsds.openapi import document
from handrail.api.hsds.parts import Record, moment
from handrail.api.hsds.terms import TAXONOMIES, Term, terms_by_id
from handrail.records.directory.models import Organization

VERSION = "3.1"


@open_door("GET")
def root(request: HttpRequest) -> HttpResponse:
    """What this API is."""
    return JsonResponse(
        {
            "version": VERSION,
            "profile": request.build_absolute_uri(reverse("hsds_about")),
            "openapi_url": request.build_absolute_uri(reverse("hsds_openapi")),
        }
    )


@open_door("GET", "POST")
def services(request: HttpRequest) -> HttpResponseBase:
    """The services: flat, whole, or their ids alone."""
    asked, now = _asked(request), timezone.now()
    if asked.is_minimal:
        ids = rows.minimal(asked, now=now)
        return page(ids.total, ({"id": str(pk), "modified_date": moment(at)} for pk, at in ids.records), asked, request)
    found = rows.programs(asked, now=now)
    shape = records.full_service if asked.is_full else records.flat_service
    return page(found.total, map(shape, found.records), asked, request)


@open_door("GET")
def service(_request: HttpRequest, pk: str) -> HttpResponse:
    """One service, whole. The id of an entry that was merged into another leads there."""
    key = _key(pk)
    entry = rows.program(key, now=timezone.now()) if key else None
    if key and entry is None and (place := rows.place_of(key)):
        return redirect("hsds_service", place)
    return record(records.full_service(entry) if entry else None)


@open_door("GET", "POST")
def organizations(request: HttpRequest) -> HttpResponseBase:
    """The organizations: flat, with their services, or with their services whole."""
    asked = _asked(request)
    found = rows.organizations(asked, now=timezone.now())
    return page(found.total, (_organization(each, asked) for each in found.records), asked, request)


def _organization(found: tuple[Organization, bool, Sequence[Entry]], asked: Asked) -> Record:
    row, is_sample, theirs = found
    if theirs:
        return records.full_organization(row, theirs, is_full=asked.is_full_service)
    return records.organization(row.pk, row.name, is_sample=is_sample)


@open_door("GET")
def organization(request: HttpRequest, pk: str) -> HttpResponse:
    """One organization with its places and services; the services whole with full_service=true."""
    asked, key = _asked(request), _key(pk)
    found = rows.organization(key, now=timezone.now(), with_history=asked.is_full_service) if key else None
    return record(records.full_organization(*found, is_full=asked.is_full_service) if found else None)


@open_door("GET", "POST")
def locations(request: HttpRequest) -> HttpResponseBase:
    """The locations, flat or with their addresses."""
    asked = _asked(request)
    found = rows.locations(asked, now=timezone.now())
    shape = records.full_location if asked.is_full else records.flat_location
    return page(found.total, map(shape, found.records), asked, request)


@open_door("GET")
def location(_request: HttpRequest, pk: str) -> HttpResponse:
    """One location with its address."""
    entry = rows.location(key, now=timezone.now()) if (key := _key(pk)) else None
    return record(records.full_location(entry) if entry else None)


@open_door("GET", "POST")
def service_at_locations(request: HttpRequest) -> HttpResponseBase:
    """Services at their places: the nearest first when a postcode was given."""
    asked = _asked(request)
    found = rows.programs(asked, now=timezone.now())
    shape = records.full_service_at_location if asked.is_full else records.flat_service_at_location
    return page(found.total, map(shape, found.records), asked, request)


@open_door("GET")
def service_at_location(_request: HttpRequest, pk: str) -> HttpResponse:
    """One service at its place, whole. The id of an entry that was merged into another leads there."""
    key = at_place_id(given) if (given := _key(pk)) else None
    entry = rows.program(key, now=timezone.now()) if key else None
    if key and entry is None and (place := rows.place_of(key)):
        return redirect("hsds_service_at_location", at_place_id(place))
    return record(records.full_service_at_location(entry) if entry else None)


@open_door("GET", "POST")
def taxonomies(request: HttpRequest) -> HttpResponseBase:
    """The two taxonomies."""
    asked = _asked(request)
    return _of_memory([each for each in TAXONOMIES.values() if _matches(each, asked)], asked, request)


@open_door("GET")
def taxonomy(_request: HttpRequest, pk: str) -> HttpResponse:
    """One taxonomy."""
    return record(TAXONOMIES.get(pk))


@open_door("GET", "POST")
def taxonomy_terms(request: HttpRequest) -> HttpResponseBase:
    """The terms. None has a parent, so every one is at the top."""
    asked = _asked(request)
    found = [each for each in terms_by_id().values() if _matches(each, asked) and not asked.parent_id]
    kept = [each for each in found if not asked.taxonomy_id or each["taxonomy_id"] == asked.taxonomy_id]
    return _of_memory(kept, asked, request)


@open_door("GET")
def taxonomy_term(_request: HttpRequest, pk: str) -> HttpResponse:
    """One term."""
    return record(terms_by_id().get(pk))


@open_door("GET")
def openapi(request: HttpRequest) -> HttpResponse:
    """This API, described for machines."""
    return JsonResponse(document(request.build_absolute_uri(reverse("hsds_root"))))


@open_door("GET")
def about(request: HttpRequest) -> HttpResponse:
    """This API, described for people."""
    told = document(request.build_absolute_uri(reverse("hsds_root")))
    paths = [(path, verbs["get"]) for path, verbs in told["paths"].items()]
    return render(request, "hsds/about.html", {"paths": paths, "parameters": told["components"]["parameters"]})


@open_door("GET", "POST")
def nowhere(_request: HttpRequest, slug: str) -> HttpResponse:
    """Any other address under /hsds/."""
    return refusal(404, f"There is nothing at “{slug[:80]}”. See {reverse('hsds_about')}.")


def _asked(request: HttpRequest) -> Asked:
    given: Mapping[str, Any] = request.GET.dict() | (request.POST.dict() if request.method == "POST" else {})
    return questions.read({name: str(value) for name, value in given.items()})


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _matches(found: Mapping[str, Any], asked: Asked) -> bool:
    text = f"{found['name']} {found['description']} {found.get('code', '')}".casefold()
    return all(word.casefold() in text for word in asked.words)


def _of_memory(found: list[Term], asked: Asked, request: HttpRequest) -> HttpResponseBase:
    first = (asked.page - 1) * asked.per_page
    return page(len(found), found if asked.is_whole else found[first : first + asked.per_page], asked, request)
