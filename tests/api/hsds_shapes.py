"""HSDS 3.1 as far as this directory speaks it: what is required, which words are allowed, what each field is.

Written from the published specification (Open Referral, https://docs.openreferral.org). Stricter than it in one way:
a field that is not named here is refused, so that a slip in a name is seen.
"""

from typing import Any

Shape = dict[str, Any]

TEXT: Shape = {"type": "string", "minLength": 1}
ID: Shape = {"type": "string", "format": "uuid", "pattern": "^[0-9a-f-]{36}$"}
NUMBER: Shape = {"type": "number"}
WEB: Shape = {"type": "string", "format": "uri", "pattern": "^https?://"}
DAY: Shape = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
MOMENT: Shape = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}


def shape(required: str, **fields: Shape) -> Shape:
    return {"type": "object", "required": required.split(), "properties": fields, "additionalProperties": False}


def many(of: Shape) -> Shape:
    return {"type": "array", "items": of, "minItems": 1}


def one_of(*words: str) -> Shape:
    return {"enum": list(words)}


ANY_TEXT: Shape = {"type": "string"}
METADATA = shape(
    "id last_action_date last_action_type field_name previous_value replacement_value updated_by",
    id=ID,
    resource_id=ID,
    resource_type=one_of("service"),
    last_action_date=DAY,
    last_action_type=TEXT,
    field_name=TEXT,
    previous_value=ANY_TEXT,
    replacement_value=ANY_TEXT,
    updated_by=TEXT,
)
TAXONOMY = shape("id name description", id=ID, name=TEXT, description=TEXT, uri=WEB, version=TEXT)
TERM = shape(
    "id name description",
    id=ID,
    code=TEXT,
    name=TEXT,
    description=TEXT,
    taxonomy=TEXT,
    taxonomy_id=ID,
    language=TEXT,
)
ATTRIBUTE = shape(
    "id link_id link_entity taxonomy_term_id",
    id=ID,
    link_id=ID,
    link_entity=one_of("service"),
    link_type=TEXT,
    taxonomy_term_id=ID,
    value=TEXT,
    label=TEXT,
    taxonomy_term=TERM,
)
PHONE = shape("id number", id=ID, service_id=ID, number=TEXT, type=TEXT, description=TEXT)
SCHEDULE = shape("id", id=ID, service_id=ID, description=TEXT)
LANGUAGE = shape("id", id=ID, service_id=ID, name=TEXT, code={"type": "string", "pattern": "^[a-z]{2,3}$"})
COST = shape("id", id=ID, service_id=ID, option=TEXT, currency=one_of("USD"), amount=NUMBER)
UNIT = shape("id name", id=ID, name=TEXT)
CAPACITY = shape(
    "id unit available updated",
    id=ID,
    service_id=ID,
    unit=UNIT,
    unit_id=ID,
    available=NUMBER,
    description=TEXT,
    updated=MOMENT,
)
ADDRESS = shape(
    "id address_1 city state_province postal_code country address_type",
    id=ID,
    location_id=ID,
    address_1=TEXT,
    address_2=TEXT,
    city=TEXT,
    region=TEXT,
    state_province=TEXT,
    postal_code=TEXT,
    country=one_of("US"),
    address_type=one_of("physical", "postal", "virtual"),
)
_PLACE: Shape = {
    "id": ID,
    "location_type": one_of("physical", "postal", "virtual"),
    "organization_id": ID,
    "name": TEXT,
    "description": TEXT,
    "latitude": NUMBER,
    "longitude": NUMBER,
}
_RUNS: Shape = {"id": ID, "name": TEXT, "description": TEXT}
_HELP: Shape = {
    "id": ID,
    "organization_id": ID,
    "name": TEXT,
    "description": TEXT,
    "url": WEB,
    "status": one_of("active", "inactive", "defunct", "temporarily closed"),
    "interpretation_services": TEXT,
    "application_process": TEXT,
    "fees_description": TEXT,
    "accreditations": TEXT,
    "eligibility_description": TEXT,
    "minimum_age": NUMBER,
    "maximum_age": NUMBER,
    "assured_date": DAY,
    "alert": TEXT,
    "last_modified": MOMENT,
}
_PARTS: Shape = {
    "phones": many(PHONE),
    "schedules": many(SCHEDULE),
    "languages": many(LANGUAGE),
    "cost_options": many(COST),
    "capacities": many(CAPACITY),
    "attributes": many(ATTRIBUTE),
    "metadata": many(METADATA),
}

FLAT_LOCATION = shape("id location_type", **_PLACE)
LOCATION = shape("id location_type addresses", **_PLACE, addresses=many(ADDRESS))
FLAT_ORGANIZATION = shape("id name description", **_RUNS)
_JOINED: Shape = {"id": ID, "service_id": ID, "location_id": ID, "description": TEXT}
_AT_PLACE = shape("id service_id location_id location", **_JOINED, location=LOCATION)
FLAT_SERVICE = shape("id name status organization", **_HELP, organization=FLAT_ORGANIZATION)
SERVICE = shape(
    "id organization_id name status organization service_at_locations",
    **_HELP | _PARTS | {"organization": FLAT_ORGANIZATION, "service_at_locations": many(_AT_PLACE)},
)
FLAT_SERVICE_AT_LOCATION = shape(
    "id service_id location_id location service", **_JOINED, location=FLAT_LOCATION, service=FLAT_SERVICE
)
SERVICE_AT_LOCATION = shape(
    "id service_id location_id location service",
    **_JOINED,
    location=LOCATION,
    service=shape("id name status organization", **_HELP | _PARTS | {"organization": FLAT_ORGANIZATION}),
)
_OWN_SERVICE = shape("id name status", **_HELP | _PARTS | {"service_at_locations": many(_AT_PLACE)})
ORGANIZATION = shape(
    "id name description locations services", **_RUNS, locations=many(LOCATION), services=many(_OWN_SERVICE)
)

_COUNT: Shape = {"type": "integer", "minimum": 0}
_FLAG: Shape = {"type": "boolean"}
PAGE = shape(
    "total_items total_pages page_number size first_page last_page empty contents",
    total_items=_COUNT,
    total_pages=_COUNT,
    page_number=_COUNT,
    size=_COUNT,
    first_page=_FLAG,
    last_page=_FLAG,
    empty=_FLAG,
    contents={"type": "array"},
)
