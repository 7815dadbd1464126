"""The four core records of HSDS 3.1, made of what is told of a place: organization, service, location, both joined.

`flat` records hold fields of their own alone, as the lists of the specification do; the others nest what belongs.
"""

from collections.abc import Sequence
from typing import Any

from handrail.api.hsds import parts
from handrail.api.hsds.entry import Entry
from handrail.api.hsds.identity import at_place_id, made_id
from handrail.api.hsds.parts import Record, listing, said, sentences
from handrail.core.facts import NO, settings_of
from handrail.core.reports import WHOLE
from handrail.records.directory.models import Organization

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


def organization(pk: object, name: str, *, is_sample: bool) -> Record:
    """Who runs programs, flat."""
    words = "Runs one or more of the treatment programs listed here."
    return {"id": str(pk), "name": name, "description": sentences(words, _mark(is_sample))}


def _runs(entry: Entry) -> Record:
    name = entry.told.row["organization__name"]
    return organization(entry.organization_id, name, is_sample=entry.is_sample)


def full_organization(row: Organization, entries: Sequence[Entry], *, is_full: bool) -> Record:
    """Who runs programs, with every place and service; the services whole when `is_full`."""
    services = [_service_parts(each) if is_full else service_fields(each) for each in entries]
    places = {each.location_id: each for each in entries}
    return organization(row.pk, row.name, is_sample=any(each.is_sample for each in entries)) | said(
        locations=[full_location(each) for each in places.values()],
        services=services,
    )


def service_fields(entry: Entry) -> Record:
    """The fields of a service's own, with nothing nested."""
    return said(
        id=str(entry.pk),
        organization_id=str(entry.organization_id),
        name=entry.detail("name") or entry.told.row["name"],
        description=_about(entry),
        url=_address(entry.detail("website")),
        status="active",
        interpretation_services="An interpreter can be had." if entry.says("interpreter") else "",
        application_process=_how_to_start(entry),
        fees_description=_fees(entry),
        accreditations=listing(name for key, name in ACCREDITED.items() if entry.says(key)),
        eligibility_description=_who(entry),
        minimum_age=18 if entry.says("adults") and _is_no(entry, "teens") else None,
        maximum_age=17 if entry.says("teens") and _is_no(entry, "adults") else None,
        assured_date=str(max(on for _source, on in entry.sources if on)),
        alert=_alert(entry),
        last_modified=parts.moment(entry.modified_at),
    )


def flat_service(entry: Entry) -> Record:
    """A service as lists hold it: its own fields and its organization."""
    return service_fields(entry) | {"organization": _runs(entry)}


def full_service(entry: Entry) -> Record:
    """A service with everything that belongs to it."""
    return _service_parts(entry) | {"organization": _runs(entry)}


def _service_parts(entry: Entry, *, at_location: bool = True) -> Record:
    return service_fields(entry) | said(
        **loose_parts(entry),
        attributes=parts.attributes(entry),
        service_at_locations=[service_at_location(entry)] if at_location else [],
    )


def loose_parts(entry: Entry) -> Record:
    """What hangs on a service, but for its attributes and its place."""
    return {
        "phones": parts.phones(entry),
        "schedules": parts.schedules(entry),
        "languages": parts.languages(entry),
        "cost_options": parts.cost_options(entry),
        "capacities": parts.capacities(entry),
        "metadata": parts.metadata(entry),
    }


def flat_location(entry: Entry) -> Record:
    """The location of a place, flat. A point that is only the middle of its ZIP code says so."""
    row = entry.told.row
    latitude, longitude = row["location__latitude"], row["location__longitude"]
    has_point = latitude is not None and longitude is not None
    words = MIDDLE_OF_ZIP if has_point and row["location__geocode"] == "zip" else ""
    return said(
        id=str(entry.location_id),
        location_type="physical",
        organization_id=str(entry.organization_id),
        name=listing(filter(None, (entry.detail("street1"), _city(entry)))),
        description=sentences(words, _mark(entry.is_sample)),
        latitude=latitude if has_point else None,
        longitude=longitude if has_point else None,
    )


def full_location(entry: Entry) -> Record:
    """The location of a place with its address."""
    return flat_location(entry) | {"addresses": [_street(entry)]}


def _street(entry: Entry) -> Record:
    street = entry.detail("street1")
    known = said(address_2=entry.detail("street2") if street else "", region=entry.county)
    return known | {
        "id": made_id("address", entry.location_id),
        "location_id": str(entry.location_id),
        "address_1": street or NO_STREET,
        "city": _city(entry),
        "state_province": entry.told.row["location__state"],
        "postal_code": entry.detail("zip5") or entry.told.row["location__zip5"],
        "country": "US",
        "address_type": "physical",
    }


def _city(entry: Entry) -> str:
    # Required of an address: a word on the street that ran out does not move the place to no town.
    return entry.detail("city") or str(entry.told.row["location__city"])


def service_at_location(entry: Entry, *, is_flat: bool = False) -> Record:
    """One service at one place; a program is exactly that, so its id is made of the program's."""
    return said(
        id=str(at_place_id(entry.pk)),
        service_id=str(entry.pk),
        location_id=str(entry.location_id),
        description=_mark(entry.is_sample),
        location=(flat_location if is_flat else full_location)(entry),
    )


def flat_service_at_location(entry: Entry) -> Record:
    """The two joined as lists hold them, each flat."""
    return service_at_location(entry, is_flat=True) | {"service": flat_service(entry)}


def full_service_at_location(entry: Entry) -> Record:
    """The two joined, each with everything that belongs to it."""
    return service_at_location(entry) | {
        "service": _service_parts(entry, at_location=False) | {"organization": _runs(entry)}
    }


# --- words ----------------------------------------------------------------------------------------
def _mark(is_sample: bool) -> str:
    return SAMPLE_WORDS if is_sample else ""


def _about(entry: Entry) -> str:
    kinds = listing(SETTING_WORDS.get(name, name.replace("_", " ")) for name in settings_of(entry.facts))
    listed = "; ".join(f"{source}, as of {on}" for source, on in dict.fromkeys(entry.sources))
    source = f"{'Sources' if len(set(entry.sources)) > 1 else 'Source'}: {listed}."
    stops = "Does not work with medicine for opioid use." if entry.says("stops_medicine") else ""
    return sentences(_mark(entry.is_sample), f"{kinds[0].upper()}{kinds[1:]}." if kinds else "", stops, source)


def _how_to_start(entry: Entry) -> str:
    steps: list[Any] = entry.told.row["day_one"]
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
    checking = "People told us that something here is wrong. Our team checks it; until then it is left out."
    told = ["Two people told us that this place may have closed. Call before you go."] * (WHOLE in entry.told.doubted)
    told += [checking] if entry.told.doubted & entry.told.checking else []
    if entry.too_old is not None:
        on = entry.too_old.stated_at.date()
        told.append(
            f"Some openings were last stated on {on}: too old to be repeated, so they are left out. Call to ask."
        )
    return sentences(*told)


def _is_no(entry: Entry, key: str) -> bool:
    found = entry.facts.get(key)
    return found is not None and found.value == NO


def _address(url: str) -> str:
    return url if url.startswith(("https://", "http://")) and " " not in url else ""
