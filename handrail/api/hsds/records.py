"""The four core records of HSDS 3.1, made of the directory's rows: organization, service, location, and the two joined.

`flat` records hold fields of their own alone, as the lists of the specification do; the others nest what belongs.
"""

from collections.abc import Sequence
from typing import Any

from handrail.api.hsds import parts
from handrail.api.hsds.entry import Entry
from handrail.api.hsds.identity import at_place_id, made_id
from handrail.api.hsds.parts import Record, listing, said, sentences
from handrail.core.facts import NO, settings_of
from handrail.records.directory.models import Location, Organization

SAMPLE_WORDS = "SAMPLE DATA: invented for a demonstration. No such place exists."
MIDDLE_OF_ZIP = "The point is the middle of the ZIP code, not the door."
NO_STREET = "Street not published"

WHO = {
    "adults": "adults",
    "teens": "people under 18",
    "women": "women",
    "men": "men",
    "pregnant": "pregnant people",
    "veterans": "veterans",
    "lgbtq": "LGBTQ people",
    "accepts_leaving_jail": "people leaving jail or prison",
}
ONLY = {
    "opioid_only": "Only for opioid use.",
    "alcohol_only": "Only for alcohol use.",
    "dui_only": "Only for people with a DUI.",
}
SETTING_WORDS = {"otp": "opioid treatment program", "office_moud": "visits for medicine for opioid use"}
ACCREDITED = {"licence_carf": "CARF", "licence_jc": "The Joint Commission"}
OF_FEES = {
    "free": "Free of charge.",
    "sliding_fee": "Cost depends on what a person earns.",
    "payment_help": "Help to pay can be had.",
}


def organization(row: Organization, *, is_sample: bool) -> Record:
    """Who runs programs, flat."""
    words = "Runs one or more of the treatment programs listed here."
    return {"id": str(row.pk), "name": row.name, "description": sentences(words, _mark(is_sample))}


def full_organization(row: Organization, entries: Sequence[Entry], *, is_full: bool) -> Record:
    """Who runs programs, with every place and service; the services whole when `is_full`."""
    services = [_service_parts(each) if is_full else service_fields(each) for each in entries]
    places = {each.program.location_id: each.program.location for each in entries}
    return organization(row, is_sample=any(each.program.is_sample for each in entries)) | said(
        locations=[full_location(place, is_sample=_is_sample_at(entries, place)) for place in places.values()],
        services=services,
    )


def _is_sample_at(entries: Sequence[Entry], place: Location) -> bool:
    return any(each.program.is_sample for each in entries if each.program.location_id == place.pk)


def service_fields(entry: Entry) -> Record:
    """The fields of a service's own, with nothing nested."""
    program = entry.program
    return said(
        id=str(program.pk),
        organization_id=str(program.organization_id),
        name=program.name,
        description=_about(entry),
        url=_address(program.website),
        status="active",
        interpretation_services="An interpreter can be had." if entry.says("interpreter") else "",
        application_process=_how_to_start(entry),
        fees_description=_fees(entry),
        accreditations=listing(name for key, name in ACCREDITED.items() if entry.says(key)),
        eligibility_description=_who(entry),
        minimum_age=18 if entry.says("adults") and _is_no(entry, "teens") else None,
        maximum_age=17 if entry.says("teens") and _is_no(entry, "adults") else None,
        assured_date=str(program.observed_on),
        alert=_alert(entry),
        last_modified=parts.moment(entry.modified_at),
    )


def flat_service(entry: Entry) -> Record:
    """A service as lists hold it: its own fields and its organization."""
    runs = organization(entry.program.organization, is_sample=entry.program.is_sample)
    return service_fields(entry) | {"organization": runs}


def full_service(entry: Entry) -> Record:
    """A service with everything that belongs to it."""
    runs = organization(entry.program.organization, is_sample=entry.program.is_sample)
    return _service_parts(entry) | {"organization": runs}


def _service_parts(entry: Entry, *, at_location: bool = True) -> Record:
    there = {"service_at_locations": [service_at_location(entry)]} if at_location else {}
    return service_fields(entry) | said(
        phones=parts.phones(entry),
        schedules=parts.schedules(entry),
        languages=parts.languages(entry),
        cost_options=parts.cost_options(entry),
        capacities=parts.capacities(entry),
        attributes=parts.attributes(entry),
        **there,
    )


def flat_location(row: Location, *, is_sample: bool) -> Record:
    """A place, flat. A point that is only the middle of its ZIP code says so."""
    has_point = row.latitude is not None and row.longitude is not None
    words = MIDDLE_OF_ZIP if has_point and row.geocode == "zip" else ""
    return said(
        id=str(row.pk),
        location_type="physical",
        organization_id=str(row.organization_id),
        name=f"{row.street1}, {row.city}" if row.street1 else row.city,
        description=sentences(words, _mark(is_sample)),
        latitude=row.latitude if has_point else None,
        longitude=row.longitude if has_point else None,
    )


def full_location(row: Location, *, is_sample: bool) -> Record:
    """A place with its address."""
    return flat_location(row, is_sample=is_sample) | {"addresses": [_street(row)]}


def _street(row: Location) -> Record:
    return said(
        id=made_id("address", row.pk),
        location_id=str(row.pk),
        address_1=row.street1 or NO_STREET,
        address_2=row.street2,
        city=row.city,
        region=row.county,
        state_province=row.state,
        postal_code=row.zip5,
        country="US",
        address_type="physical",
    )


def service_at_location(entry: Entry, *, is_flat: bool = False) -> Record:
    """One service at one place; a program is exactly that, so its id is made of the program's."""
    program = entry.program
    place = (flat_location if is_flat else full_location)(program.location, is_sample=program.is_sample)
    return said(
        id=str(at_place_id(program.pk)),
        service_id=str(program.pk),
        location_id=str(program.location_id),
        description=_mark(program.is_sample),
        location=place,
    )


def flat_service_at_location(entry: Entry) -> Record:
    """The two joined as lists hold them, each flat."""
    return service_at_location(entry, is_flat=True) | {"service": flat_service(entry)}


def full_service_at_location(entry: Entry) -> Record:
    """The two joined, each with everything that belongs to it."""
    runs = organization(entry.program.organization, is_sample=entry.program.is_sample)
    service = _service_parts(entry, at_location=False) | {"organization": runs}
    return service_at_location(entry) | {"service": service}


# --- words ----------------------------------------------------------------------------------------
def _mark(is_sample: bool) -> str:
    return SAMPLE_WORDS if is_sample else ""


def _about(entry: Entry) -> str:
    program = entry.program
    kinds = listing(SETTING_WORDS.get(name, name.replace("_", " ")) for name in settings_of(entry.facts))
    source = f"Source: {program.source.name}, as of {program.observed_on}."
    stops = "Does not work with medicine for opioid use." if entry.says("stops_medicine") else ""
    return sentences(_mark(program.is_sample), f"{kinds[0].upper()}{kinds[1:]}." if kinds else "", stops, source)


def _how_to_start(entry: Entry) -> str:
    steps: list[Any] = entry.program.day_one
    return sentences("The first day:", *map(str, steps)) if steps else ""


def _fees(entry: Entry) -> str:
    first = "Asks for money before the start." if entry.says("up_front_payment") else ""
    none_first = "Asks for no money before the start." if _is_no(entry, "up_front_payment") else ""
    return sentences(*(words for key, words in OF_FEES.items() if entry.says(key)), first, none_first)


def _who(entry: Entry) -> str:
    whom = listing(words for key, words in WHO.items() if entry.says(key))
    only = [words for key, words in ONLY.items() if entry.says(key)]
    return sentences(f"For {whom}." if whom else "", *only)


def _alert(entry: Entry) -> str:
    if entry.too_old is None:
        return ""
    on = entry.too_old.stated_at.date()
    return f"Some openings were last stated on {on}: too old to be repeated, so they are left out. Call to ask."


def _is_no(entry: Entry, key: str) -> bool:
    found = entry.facts.get(key)
    return found is not None and found.value == NO


def _address(url: str) -> str:
    return url if url.startswith(("https://", "http://")) and " " not in url else ""
