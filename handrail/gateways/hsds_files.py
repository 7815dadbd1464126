"""Open Referral HSDS 3.x: each service at each of its places is one program.

A community's directory lists food and housing too: only a service whose own words or terms speak of drug or alcohol
treatment is taken. Its terms are read when they are SAMHSA's codes or labels; nothing is guessed from a description.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from handrail.core.facility import Facility
from handrail.gateways.facility_file import BadRow, FacilityFile, Finding, codes_of, facility_of
from handrail.gateways.hsds_tables import Row, Tables, read_tables
from handrail.gateways.samhsa_codes import CODES, TREATS
from handrail.gateways.samhsa_labels import code_of

_SPEAKS_OF_IT = re.compile(
    r"\b(substance|addict|alcohol|drug|opioid|opiate|detox|methadone|buprenorphine|suboxone|naltrexone|sober"
    r"|sobriety|recovery (hous|home|resid|center|support|program)|rehab\b)",
    re.IGNORECASE,
)
_LANGUAGES = {"es": "SP", "spa": "SP", "spanish": "SP", "ase": "AH", "sgn": "AH", "american sign language": "AH"}
_DOES_NOT_HOLD = frozenset({"no", "false", "0", "unknown"})
_NOT_FOR_TALKING = frozenset({"fax", "tty", "tdd", "textphone", "sms", "text", "pager"})
_AT_HOME = frozenset({"", "US", "USA", "UNITED STATES", "PR", "GU", "VI", "AS", "MP"})


def read(path: Path) -> FacilityFile:
    """Read HSDS data. Raises WrongFile when they are not such; a bad row is only reported, by its service."""
    tables = read_tables(path)
    file = FacilityFile(path.name, _sha256(path), is_whole=tables.is_whole, counted=tables.counted)
    joined = _join(tables)
    taken: dict[str, int] = {}
    for service in tables.rows["service"]:
        line = int(service["line"])
        try:
            _refuse_other_services(service, joined)
            for facility in _facilities(line, service, joined, file):
                _take(facility, taken, file)
        except BadRow as reason:
            file.rejects.append(Finding(line, str(reason)))
    return file


def _sha256(path: Path) -> str:
    """The hash of a file, or of every csv file in a folder, in the order of their names."""
    sha256 = hashlib.sha256()
    for file in sorted(path.glob("*.csv")) if path.is_dir() else [path]:
        sha256.update(file.read_bytes())
    return sha256.hexdigest()


# --- joining ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Joined:
    """The tables, found by what joins them."""

    organizations: dict[str, Row]
    locations: dict[str, Row]
    terms: dict[str, Row]
    places: dict[str, list[Row]]
    addresses: dict[str, list[Row]]
    languages: dict[str, list[Row]]
    attributes: dict[str, list[Row]]
    phones: dict[tuple[str, str], list[Row]]

    def terms_of(self, *ids: str) -> Iterator[Row]:
        """The taxonomy terms that hold for these records; one with the value no does not."""
        for attribute in (attribute for each in ids for attribute in self.attributes.get(each, ())):
            term = self.terms.get(attribute.get("taxonomy_term_id", ""))
            if term and attribute.get("value", "").lower() not in _DOES_NOT_HOLD:
                yield term


def _join(tables: Tables) -> _Joined:
    def by_id(table: str) -> dict[str, Row]:
        return {row.get("id", ""): row for row in tables.rows[table]}

    def by(table: str, key: str) -> dict[str, list[Row]]:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in tables.rows[table]:
            groups[row.get(key, "")].append(row)
        groups.pop("", None)
        return groups

    phones: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in tables.rows["phone"]:
        for owner in ("service_at_location", "service", "location", "organization"):
            if row.get(f"{owner}_id"):
                phones[owner, row[f"{owner}_id"]].append(row)
                # A number is kept for the nearest thing it is said of.
                break
    return _Joined(
        organizations=by_id("organization"),
        locations=by_id("location"),
        terms=by_id("taxonomy_term"),
        places=by("service_at_location", "service_id"),
        addresses=by("address", "location_id"),
        languages=by("language", "service_id"),
        attributes=by("attribute", "link_id"),
        phones=phones,
    )


# --- one service --------------------------------------------------------------------------------
def _refuse_other_services(service: Row, joined: _Joined) -> None:
    status = service.get("status", "").lower()
    if status in ("inactive", "defunct"):
        raise BadRow(f"the service is {status}")
    terms = list(joined.terms_of(service["id"])) if service.get("id") else []
    if not TREATS.isdisjoint(_codes(terms)):
        return
    said = " ".join([service.get("name", ""), service.get("alternate_name", ""), service.get("description", "")])
    if not _SPEAKS_OF_IT.search(" ".join([said, *(term.get("name", "") for term in terms)])):
        raise BadRow("the service does not say that it treats drug or alcohol use")


def _codes(terms: Iterable[Row]) -> Iterator[str]:
    """The service codes that terms stand for: SAMHSA's own codes, or its labels in any taxonomy."""
    for term in terms:
        code = term.get("code", "").upper()
        if code in CODES and "samhsa" in term.get("taxonomy", "").lower():
            yield code
        elif by_label := code_of(term.get("name", "")):
            yield by_label


def _facilities(line: int, service: Row, joined: _Joined, file: FacilityFile) -> Iterator[Facility]:
    service_id = service.get("id", "")
    places = joined.places.get(service_id, [])
    if not service_id or not places:
        raise BadRow("the service has no id" if not service_id else "the service has no place")
    terms = joined.terms_of(service_id, *(place.get("id", "") for place in places))
    spoken = (
        word.lower()
        for row in joined.languages.get(service_id, ())
        for word in (row.get("code", ""), row.get("name", ""))
    )
    codes = [*_codes(terms), *(_LANGUAGES[word] for word in spoken if word in _LANGUAGES)]
    said_codes = codes_of(line, codes, file, asked_all=False)
    for place in places:
        location_id = place.get("location_id", "")
        try:
            facility, _, _ = facility_of(line, _said(service, place, joined), file)
        except BadRow as reason:
            file.rejects.append(Finding(line, str(reason)))
            continue
        key = hashlib.sha1(f"hsds|{service_id}|{location_id}".encode(), usedforsecurity=False).hexdigest()
        yield replace(facility, key=key, codes=said_codes)


def _said(service: Row, place: Row, joined: _Joined) -> Callable[[str], str]:
    """What one service at one place says, under SAMHSA's headings."""
    location = joined.locations.get(place.get("location_id", ""), {})
    organization_id = service.get("organization_id", "") or location.get("organization_id", "")
    organization = joined.organizations.get(organization_id, {})
    address = _address(joined.addresses.get(place.get("location_id", ""), []))
    numbers = _numbers(joined, place, service.get("id", ""), organization_id)
    said = {
        "name1": organization.get("name", "") or service.get("name", ""),
        "name2": service.get("name", ""),
        "street1": address.get("address_1", ""),
        "street2": address.get("address_2", ""),
        "city": address.get("city", ""),
        "state": address.get("state_province", ""),
        "zip": address.get("postal_code", ""),
        "phone": numbers[0] if numbers else "",
        "intake1": numbers[1] if len(numbers) > 1 else "",
        "website": service.get("url", "") or location.get("url", "") or organization.get("website", ""),
        "latitude": location.get("latitude", ""),
        "longitude": location.get("longitude", ""),
    }
    return lambda heading: said.get(heading, "")


def _address(addresses: list[Row]) -> Row:
    """Where people come; a postal address only when there is no other."""
    if not addresses:
        raise BadRow("the place has no address")
    address = min(addresses, key=lambda each: each.get("address_type", "physical").lower() != "physical")
    country = address.get("country", "").upper()
    if country not in _AT_HOME:
        raise BadRow(f"the place is in '{country[:20]}', not in the United States")
    return address


def _numbers(joined: _Joined, place: Row, service_id: str, organization_id: str) -> list[str]:
    """The main number and the one for intake, from the nearest of what has one: this place of it, the service, ..."""
    owners = {
        "service_at_location": place.get("id", ""),
        "service": service_id,
        "location": place.get("location_id", ""),
        "organization": organization_id,
    }
    for owner in owners.items():
        rows = [row for row in joined.phones.get(owner, ()) if row.get("type", "").lower() not in _NOT_FOR_TALKING]
        rows.sort(key=lambda row: "intake" in row.get("description", "").lower())
        numbers = [_number(row) for row in rows if row.get("number")]
        if numbers:
            return [numbers[0], numbers[-1]]
    return []


def _number(row: Row) -> str:
    number = row["number"].strip("\"' ")
    return f"{number} x{row['extension']}" if row.get("extension") else number


def _take(facility: Facility, taken: dict[str, int], file: FacilityFile) -> None:
    if facility.key in taken:
        reason = f"the same service at the same place is on {file.counted} {taken[facility.key]}"
        file.rejects.append(Finding(facility.line, reason))
        return
    taken[facility.key] = facility.line
    file.rows.append(facility)
