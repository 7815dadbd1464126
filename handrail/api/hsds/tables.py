"""The same records as flat tables: HSDS's tabular data package, one CSV for each table."""

from collections.abc import Iterator, Mapping
from typing import Any

Row = dict[str, Any]

# Table: its file, and its columns. Only the columns that this directory can fill.
TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "organization": ("organizations.csv", ("id", "name", "description")),
    "service": (
        "services.csv",
        (
            *("id", "organization_id", "name", "description", "url", "status", "interpretation_services"),
            *("application_process", "fees_description", "accreditations", "eligibility_description", "minimum_age"),
            *("maximum_age", "assured_date", "alert", "last_modified"),
        ),
    ),
    "location": (
        "locations.csv",
        ("id", "location_type", "organization_id", "name", "description", "latitude", "longitude"),
    ),
    "service_at_location": ("service_at_location.csv", ("id", "service_id", "location_id", "description")),
    "address": (
        "addresses.csv",
        (
            *("id", "location_id", "address_1", "address_2", "city", "region", "state_province", "postal_code"),
            *("country", "address_type"),
        ),
    ),
    "phone": ("phones.csv", ("id", "service_id", "number", "type", "description")),
    "schedule": ("schedules.csv", ("id", "service_id", "description")),
    "language": ("languages.csv", ("id", "service_id", "name", "code")),
    "cost_option": ("cost_options.csv", ("id", "service_id", "option", "currency", "amount")),
    "service_capacity": (
        "service_capacity.csv",
        ("id", "service_id", "unit_id", "available", "description", "updated"),
    ),
    "unit": ("units.csv", ("id", "name")),
    "attribute": (
        "attributes.csv",
        ("id", "link_id", "taxonomy_term_id", "link_type", "link_entity", "value", "label"),
    ),
    "metadata": (
        "metadata.csv",
        (
            *("id", "resource_id", "resource_type", "last_action_date", "last_action_type", "field_name"),
            *("previous_value", "replacement_value", "updated_by"),
        ),
    ),
    "taxonomy": ("taxonomies.csv", ("id", "name", "description", "uri", "version")),
    "taxonomy_term": (
        "taxonomy_terms.csv",
        ("id", "code", "name", "description", "taxonomy", "language", "taxonomy_id"),
    ),
}
# Where each nested record belongs.
NESTED: Mapping[str, str] = {
    "organization": "organization",
    "service_at_locations": "service_at_location",
    "location": "location",
    "addresses": "address",
    "phones": "phone",
    "schedules": "schedule",
    "languages": "language",
    "cost_options": "cost_option",
    "capacities": "service_capacity",
    "unit": "unit",
    "metadata": "metadata",
    "attributes": "attribute",
    "taxonomy_term": "taxonomy_term",
}
POINTS_TO: Mapping[str, str] = {
    "organization_id": "organization",
    "service_id": "service",
    "location_id": "location",
    "unit_id": "unit",
    "taxonomy_term_id": "taxonomy_term",
    "taxonomy_id": "taxonomy",
}
_NUMBERS = ("latitude", "longitude", "minimum_age", "maximum_age", "available", "amount")
# A cell that a spreadsheet would run as a formula is text with a mark before it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def flat(table: str, record: Mapping[str, Any]) -> Iterator[tuple[str, Row]]:
    """A nested record as rows of tables, its own first."""
    yield table, {name: value for name, value in record.items() if name not in NESTED}
    for name, inner in NESTED.items():
        held = record.get(name)
        for each in held if isinstance(held, list) else [held] if held else []:
            yield from flat(inner, each)


def cells(table: str, row: Mapping[str, Any]) -> list[Any]:
    """One row as its columns stand, safe to open in a spreadsheet."""
    return [safe(row.get(name, "")) for name in TABLES[table][1]]


def safe(value: Any) -> Any:
    """A cell that no spreadsheet runs."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def package(*, edition: str, made_at: str) -> Row:
    """The package's own description, as datapackage.json."""
    return {
        "name": "human_services_data",
        "title": "Public directory of treatment programs",
        "description": "Open Referral HSDS 3.1 as tables. What is empty is not known. Openings too old to be repeated "
        "are left out.",
        "profile": "tabular-data-package",
        "version": "3.1",
        "edition": edition,
        "created": made_at,
        "resources": [_resource(table) for table in TABLES],
    }


def _resource(table: str) -> Row:
    file_name, columns = TABLES[table]
    keys = [
        {"fields": name, "reference": {"resource": POINTS_TO[name], "fields": "id"}}
        for name in columns
        if name in POINTS_TO
    ]
    fields = [{"name": name, "type": "number" if name in _NUMBERS else "string"} for name in columns]
    schema: Row = {"primaryKey": "id", "fields": fields}
    return {
        "name": table,
        "path": file_name,
        "format": "csv",
        "mediatype": "text/csv",
        "profile": "tabular-data-resource",
        "schema": schema | ({"foreignKeys": keys} if keys else {}),
    }
