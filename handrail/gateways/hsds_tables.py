"""Open Referral HSDS 3.x data as flat tables, however it was packed: a zip or a folder of csv files, or JSON.

Source: Human Services Data Specification 3.1 (Open Referral), the tabular form and the API's nested form.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from handrail.gateways.json_file import load, objects, parse, text
from handrail.gateways.table_file import MAX_FILE_BYTES, MAX_ROWS, Cells, WrongFile, archive_parts, open_csv

EXPECTED = "Open Referral HSDS 3 data (a zip or folder of csv files with services.csv, or JSON of services)"

# Each table we read, by the names it has as a csv file, as a nested list and as a nested object.
_NAMES = {
    "organization": ("organization", "organizations"),
    "service": ("service", "services"),
    "location": ("location", "locations"),
    "service_at_location": ("service_at_location", "service_at_locations"),
    "address": ("address", "addresses", "physical_addresses"),
    "phone": ("phone", "phones"),
    "language": ("language", "languages"),
    "attribute": ("attribute", "attributes"),
    "taxonomy_term": ("taxonomy_term", "taxonomy_terms"),
}
_TABLE = {name: table for table, names in _NAMES.items() for name in names}
# What an object within another is called by its parent, so that the parent can be joined to it.
_TO_ONE = frozenset({"organization", "location", "service", "taxonomy_term"})
MAX_DEPTH = 12

Row = dict[str, str]


@dataclass
class Tables:
    """The rows of each table, in the order they stood. `is_whole` is False for one page of several."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in _NAMES})
    is_whole: bool = True
    counted: str = "line"

    def add(self, table: str, row: Row) -> None:
        """Add one row. Raises WrongFile when there are more than is safe."""
        self.rows[table].append(row)
        if len(self.rows[table]) > MAX_ROWS:
            raise WrongFile(f"The HSDS data have more than {MAX_ROWS:,} rows of {table}.")


def read_tables(path: Path) -> Tables:
    """Read HSDS data. Raises WrongFile, in one sentence."""
    if path.is_dir():
        files = {file.name: file.read_bytes for file in sorted(path.iterdir()) if _is_table(file.name)}
        return _from_csv(files, path.name)
    try:
        with path.open("rb") as file:
            is_zip = file.read(2) == b"PK"
    except OSError as error:
        raise WrongFile(f"Cannot read {path.name}: {error.strerror or error}.") from error
    if not is_zip:
        return _from_json([load(path, EXPECTED)], path.name)
    parts = archive_parts(path, EXPECTED)
    with zipfile.ZipFile(path) as archive:
        tables = {PurePosixPath(part).name: _part(archive, part) for part in parts if _is_table(part)}
        if tables:
            return _from_csv(tables, path.name)
        documents = [part for part in parts if part.endswith(".json")]
        return _from_json([parse(_part(archive, part)(), part, EXPECTED) for part in documents], path.name)


def is_hsds_archive(parts: list[str]) -> bool:
    """Does a zip with these parts hold HSDS data?"""
    return any(_is_table(part) and _table_of(part) == "service" for part in parts) or (
        bool(parts) and all(part.endswith(".json") for part in parts)
    )


def is_hsds(held: Any) -> bool:
    """Is this JSON a service, a list of them, or the specification's tables by file name?"""
    return any(True for _ in _services(held))


def _table_of(part: str) -> str:
    return _TABLE.get(PurePosixPath(part).stem.lower(), "")


def _is_table(part: str) -> bool:
    # A Mac packs a shadow of each file beside it.
    return part.lower().endswith(".csv") and bool(_table_of(part)) and "__MACOSX" not in part


def _part(archive: zipfile.ZipFile, part: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return archive.read(part)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError) as error:
            raise WrongFile(f"Expected {EXPECTED}; {part} in the archive is damaged or locked.") from error

    return read


# --- csv ----------------------------------------------------------------------------------------
def _from_csv(files: dict[str, Callable[[], bytes]], name: str) -> Tables:
    tables = Tables()
    if "service" not in {_table_of(file) for file in files}:
        raise WrongFile(f"Expected {EXPECTED}; {name} has no services.csv.")
    for file, read in files.items():
        raw = _read(file, read)
        if not raw.strip():
            continue
        with open_csv(raw, file, is_header=_has_id, expected=f"{EXPECTED}, each with the column id") as table:
            for line, cells in table.rows:
                if any(cell.strip() for cell in cells):
                    row = {heading: text(cell) for heading, cell in zip(table.header, cells, strict=False)}
                    tables.add(_table_of(file), row | {"line": str(line)})
    return tables


def _read(file: str, read: Callable[[], bytes]) -> bytes:
    try:
        raw = read()
    except OSError as error:
        raise WrongFile(f"Cannot read {file}: {error.strerror or error}.") from error
    if len(raw) > MAX_FILE_BYTES:
        raise WrongFile(f"Expected {EXPECTED}; {file} is larger than {MAX_FILE_BYTES // 1_000_000} MB.")
    return raw


def _has_id(header: Cells) -> bool:
    return "id" in header


# --- JSON ---------------------------------------------------------------------------------------
def _from_json(documents: list[Any], name: str) -> Tables:
    tables = Tables(counted="service")
    seen: set[tuple[str, str]] = set()
    for document in documents:
        for table, record in _services(document):
            _flatten(tables, seen, table, record, {}, depth=0)
        tables.is_whole = tables.is_whole and _is_last_word(document)
    if not tables.rows["service"]:
        raise WrongFile(f"Expected {EXPECTED}; {name} holds no service.")
    for line, row in enumerate(tables.rows["service"], start=1):
        row["line"] = str(line)
    return tables


def _services(held: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The records that hold services, each with its table: of a page, a list, one record, or tables by file name."""
    if isinstance(held, list):
        for item in objects(held):
            yield from _services(item)
        return
    if not isinstance(held, dict):
        return
    if "contents" in held:
        yield from _services(held["contents"])
    elif any(_is_table(key) for key in held):
        for key, records in held.items():
            yield from ((_table_of(key), record) for record in objects(records) if _is_table(key))
    elif "id" in held and ("service_at_locations" in held or "organization" in held or "organization_id" in held):
        yield "service", held
    elif "id" in held and "service" in held and "location" in held:
        yield "service_at_location", held
    elif "id" in held and isinstance(held.get("services"), list):
        yield "organization", held
    elif "services" in held:
        yield from _services(held["services"])


def _is_last_word(document: Any) -> bool:
    """A page of several says nothing of the programs on the other pages, and one record nothing of the rest."""
    if isinstance(document, dict) and "id" in document:
        return False
    pages = [page for page in objects(document if isinstance(document, list) else [document]) if "contents" in page]
    stated = [page["total_pages"] for page in pages if isinstance(page.get("total_pages"), int)]
    return not stated or len(pages) >= max(stated)


def _flatten(
    tables: Tables, seen: set[tuple[str, str]], table: str, record: dict[str, Any], parents: Row, *, depth: int
) -> str:
    """Put a nested record and all it holds into the flat tables, each part joined to its parents. Gives its id."""
    row = parents | {key: text(value) for key, value in record.items() if text(value)}
    own_id = row.setdefault("id", f"{table}-{len(tables.rows[table]) + 1}")
    below = {"link_id": own_id, f"{table}_id": own_id}
    below |= {key: value for key, value in parents.items() if key != "link_id" and table == "service_at_location"}
    if depth < MAX_DEPTH:
        for key, value in record.items():
            inner = _TABLE.get(key)
            if inner and key in _TO_ONE and isinstance(value, dict):
                row[f"{inner}_id"] = _flatten(tables, seen, inner, value, {}, depth=depth + 1)
            elif inner:
                for part in objects(value):
                    _flatten(tables, seen, inner, part, below, depth=depth + 1)
    # The same place or term is told again under each service; the first telling stands.
    if (table, own_id) not in seen:
        seen.add((table, own_id))
        tables.add(table, row)
    return own_id
