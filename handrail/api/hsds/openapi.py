"""The API described for machines: OpenAPI 3.1, made from the same lists that the views keep to."""

from collections.abc import Mapping
from typing import Any

from handrail import __version__
from handrail.api.hsds.asked import FARTHEST_METERS, MOST_PER_PAGE, MOST_SEARCH, NEAR_METERS, PER_PAGE

_SCHEMA = "https://raw.githubusercontent.com/openreferral/specification/3.1/schema/"
_PAGING = ("page", "per_page", "format")
_TAGS = ("taxonomy_term_id", "taxonomy_id")
_FILTERS = ("search", *_TAGS, "organization_id", "modified_after", "postcode", "proximity")

_NUMBER, _TEXT, _YES, _ID = ({"type": "integer"}, {"type": "string"}, {"type": "boolean"}, {"type": "string"})

PARAMETERS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "search": (
        _TEXT | {"maxLength": MOST_SEARCH},
        "Words that must all stand in the name, the organization or the place.",
    ),
    "page": (_NUMBER | {"minimum": 1, "default": 1}, "Number of the page."),
    "per_page": (
        _NUMBER | {"minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE},
        "Records on a page. With minimal=true it is all of them.",
    ),
    "format": (
        _TEXT | {"enum": ["json", "ndjson"], "default": "json"},
        "One document, or one record a line: every one of them, unless a page is named.",
    ),
    "taxonomy_term_id": (
        _ID | {"format": "uuid"},
        "Records that carry this term. A fact that is no does not count as carrying it.",
    ),
    "taxonomy_id": (_ID | {"format": "uuid"}, "Records that carry any term of this taxonomy."),
    "organization_id": (_ID | {"format": "uuid"}, "What this organization runs."),
    "modified_after": (
        _TEXT | {"format": "date-time"},
        "Records changed on or after this moment, by a word or by one that ran out. Of a fact only the day is known.",
    ),
    "minimal": (_YES, "Ids and modified_date alone, every record on one page."),
    "full": (_YES, "Records with everything that belongs to them."),
    "full_service": (_YES, "Organizations with each service whole."),
    "postcode": (_TEXT, "A US ZIP code: the nearest first, within the proximity."),
    "proximity": (
        _NUMBER | {"minimum": 1, "maximum": FARTHEST_METERS, "default": NEAR_METERS},
        "Meters from the middle of the postcode.",
    ),
    "top_only": (_YES, "Terms without a parent, which is every term here."),
    "parent_id": (_ID | {"format": "uuid"}, "Terms under this one: none."),
}

# Name, what one and many are, the schema of one and of a list's row, and the parameters of the list.
LISTS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    (
        "services",
        "a service",
        "compiled/service.json",
        "compiled/service_list.json",
        (*_FILTERS, *_PAGING, "minimal", "full"),
    ),
    (
        "organizations",
        "an organization",
        "compiled/organization.json",
        "compiled/organization_list.json",
        ("search", *_TAGS, "organization_id", *_PAGING, "full", "full_service"),
    ),
    ("locations", "a place", "location.json", "location.json", (*_FILTERS[:-2], *_PAGING, "full")),
    (
        "service_at_locations",
        "a service at its place",
        "compiled/service_at_location.json",
        "compiled/service_at_location_list.json",
        (*_FILTERS, *_PAGING, "full"),
    ),
    ("taxonomies", "a taxonomy", "taxonomy.json", "taxonomy.json", ("search", *_PAGING)),
    (
        "taxonomy_terms",
        "a term",
        "taxonomy_term.json",
        "taxonomy_term.json",
        ("search", "taxonomy_id", "top_only", "parent_id", *_PAGING),
    ),
)


def document(address: str) -> dict[str, Any]:
    """The OpenAPI document of the API that lies at this address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Handrail public directory",
            "version": __version__,
            "summary": "Treatment programs as Open Referral HSDS 3.1, read-only.",
            "description": "Public data alone: nothing here knows a person. No key and no cookie is needed. Answers "
            "carry an ETag; ask again with If-None-Match.",
            "license": {"name": "The license of each source, named in its records"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": address.rstrip("/")}],
        "paths": _paths(),
        "components": {
            "parameters": {name: _parameter(name) for name in PARAMETERS},
            "responses": {
                "Refused": {"description": "Refused, with words.", "content": _json(_refusal())},
                "Unchanged": {"description": "Nothing has changed since the ETag in If-None-Match."},
            },
            "schemas": {"Page": _page()},
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {"/": _get("root", "What this API is", [], _json({"type": "object"}))}
    for name, one, schema, list_schema, parameters in LISTS:
        rows = {"type": "array", "items": {"$ref": _SCHEMA + list_schema}}
        shape = {"allOf": [{"$ref": "#/components/schemas/Page"}], "properties": {"contents": rows}}
        asked = [{"$ref": f"#/components/parameters/{each}"} for each in parameters]
        many = name.replace("_", " ").capitalize()
        content = _json(shape) | {"application/x-ndjson": {"schema": {"$ref": _SCHEMA + list_schema}}}
        listed = _get(f"list_{name}", f"{many}, a page at a time", asked, content)
        listed["post"] = listed["get"] | {"operationId": f"post_{name}"}
        paths[f"/{name}"] = listed
        key = [{"in": "path", "name": "id", "required": True, "schema": {"type": "string", "format": "uuid"}}]
        also = [{"$ref": "#/components/parameters/full_service"}] if name == "organizations" else []
        paths[f"/{name}/{{id}}"] = _get(
            f"get_{name}", f"{one.capitalize()} by its id, whole", [*key, *also], _json({"$ref": _SCHEMA + schema})
        )
    archive = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
    paths["/export.zip"] = _get("export", "Everything, as a tabular data package in a zip", [], archive)
    paths["/openapi.json"] = _get("openapi", "This document", [], _json({"type": "object"}))
    return paths


def _get(name: str, summary: str, parameters: list[dict[str, Any]], content: dict[str, Any]) -> dict[str, Any]:
    refused = {"$ref": "#/components/responses/Refused"}
    merged = {"302": {"description": "This entry was merged into another of the same place, which is there."}}
    moved = merged if name in ("get_services", "get_service_at_locations") else {}
    responses = {
        "200": {"description": summary, "content": content},
        **moved,
        "304": {"$ref": "#/components/responses/Unchanged"},
        "400": refused,
        "404": refused,
        "503": refused,
    }
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": responses}}


def _parameter(name: str) -> dict[str, Any]:
    schema, words = PARAMETERS[name]
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _refusal() -> dict[str, Any]:
    fields = {"status": {"type": "integer"}, "error": {"type": "string"}}
    return {"type": "object", "required": list(fields), "properties": fields}


def _page() -> dict[str, Any]:
    fields = {name: {"type": "integer"} for name in ("total_items", "total_pages", "page_number", "size")}
    flags = {name: {"type": "boolean"} for name in ("first_page", "last_page", "empty")}
    every = fields | flags | {"contents": {"type": "array"}}
    return {"type": "object", "required": list(every), "properties": every}
