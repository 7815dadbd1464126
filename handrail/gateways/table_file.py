"""Reads a table from a file nobody vouches for: xlsx or csv, as text, with limits. Nothing is evaluated."""

import csv
import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MAX_FILE_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 500_000_000
MAX_RATIO = 200
# Sheets are read row by row; every other part of a workbook, its words above all, is taken into memory whole.
MAX_SHEET_BYTES = 200_000_000
MAX_BOOK_PART_BYTES = 50_000_000
MAX_CELL = 100_000
MAX_CELL_LINES = 10
MAX_LINE = 20 * MAX_CELL
MAX_COLUMNS = 2_000
MAX_ROWS = 500_000
MAX_PARTS = 5_000
# Title rows above the header; more than this and it is another kind of file.
HEADER_WITHIN = 30
# What reading a damaged workbook may end in.
BROKEN = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError),
    *(EOFError, KeyError, ValueError, IndexError, TypeError, OSError, NotImplementedError, RuntimeError),
)
# A small part of a workbook may pack well without being a bomb.
RATIO_MATTERS_FROM = 1_000_000

Cells = tuple[str, ...]


class WrongFile(Exception):
    """The file cannot be read as what was asked for. The message says what was expected and what was found."""


@dataclass(frozen=True)
class Table:
    """The header in lower case, and the rows below it, each with its line in the file (1 is the first)."""

    header: Cells
    rows: Iterator[tuple[int, Cells]]
    sheet: str = ""


@contextmanager
def open_table(path: Path, *, sheet: str, is_header: Callable[[Cells], bool], expected: str) -> Iterator[Table]:
    """Open a workbook or a csv file and find its header row. Raises WrongFile, in one sentence."""
    start = first_bytes(path, expected)
    if start.startswith(b"PK"):
        with _open_workbook(path, sheet, expected) as (title, rows):
            yield _below_header(rows, is_header, expected, f"sheet '{title}'", title)
        return
    with open_csv(path.read_bytes(), path.name, is_header=is_header, expected=expected) as table:
        yield table


@contextmanager
def open_csv(raw: bytes, name: str, *, is_header: Callable[[Cells], bool], expected: str) -> Iterator[Table]:
    """Read the bytes of a csv file and find its header row. Raises WrongFile, in one sentence."""
    _refuse_other_kinds(raw[:8], name, expected)
    with _csv_lines(decoded(raw, name, expected), name) as rows:
        yield _below_header(rows, is_header, expected, name, "")


def first_bytes(path: Path, expected: str) -> bytes:
    """How the file begins, by which its kind is known. Raises WrongFile when it is away, empty or too large."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
            size = path.stat().st_size
    except OSError as error:
        raise WrongFile(f"Cannot read {path.name}: {error.strerror or error}.") from error
    if not start:
        raise WrongFile(f"Expected {expected}; {path.name} is empty.")
    if size > MAX_FILE_BYTES:
        raise WrongFile(f"Expected {expected}; {path.name} is larger than {MAX_FILE_BYTES // 1_000_000} MB.")
    return start


def _refuse_other_kinds(start: bytes, name: str, expected: str) -> None:
    kinds = {
        b"\xd0\xcf\x11\xe0": "an old Excel file (.xls); save it as .xlsx first",
        b"%PDF": "a PDF",
        b"\x1f\x8b": "a gzip archive; unpack it first",
        b"<": "a web page or XML, not a table",
        b"{": "JSON, not a table",
        b"[": "JSON, not a table",
    }
    for mark, found in kinds.items():
        if start.removeprefix(b"\xef\xbb\xbf").startswith(mark):
            raise WrongFile(f"Expected {expected}; {name} is {found}.")
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WrongFile(f"Expected {expected}; {name} is neither a workbook nor text.")


def _below_header(
    rows: Iterator[tuple[int, Cells]], is_header: Callable[[Cells], bool], expected: str, where: str, sheet: str
) -> Table:
    first: Cells = ()
    for line, cells in itertools.islice(rows, HEADER_WITHIN):
        header = tuple(cell.strip().lower() for cell in cells)
        if is_header(header):
            return Table(header, rows, sheet)
        first = first or tuple(cell for cell in header if cell)
        del line
    found = ", ".join(cell[:30] for cell in first[:6]) or "no words"
    raise WrongFile(f"Expected {expected}; {where} begins with: {found}.")


# --- archives and workbooks ---------------------------------------------------------------------
def archive_parts(path: Path, expected: str) -> list[str]:
    """The names of what a zip holds. Raises WrongFile when it is cut short or unpacks to far more than it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise WrongFile(f"Expected {expected}; {path.name} is damaged or was not fully downloaded.") from error
    if len(parts) > MAX_PARTS:
        raise WrongFile(f"Expected {expected}; {path.name} has {len(parts):,} parts, more than {MAX_PARTS:,}.")
    total = sum(part.file_size for part in parts)
    if total > MAX_UNPACKED_BYTES:
        raise WrongFile(f"Expected {expected}; {path.name} unpacks to {total // 1_000_000} MB, more than is safe.")
    for part in parts:
        most = MAX_SHEET_BYTES if part.filename.startswith("xl/worksheets/") else MAX_BOOK_PART_BYTES
        if part.filename.startswith("xl/") and part.file_size > most:
            found = (
                f"{PurePosixPath(part.filename).name[:40]} in {path.name} unpacks to {part.file_size // 1_000_000} MB"
            )
            raise WrongFile(f"Expected {expected}; {found}, more than is safe.")
        if part.file_size > RATIO_MATTERS_FROM and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise WrongFile(f"Expected {expected}; {path.name} unpacks to over {MAX_RATIO} times its size.")
    return [part.filename for part in parts if not part.is_dir()]


def is_workbook(parts: list[str]) -> bool:
    """Is the zip with these parts an Excel workbook?"""
    return "xl/workbook.xml" in parts


@contextmanager
def _open_workbook(path: Path, sheet: str, expected: str) -> Iterator[tuple[str, Iterator[tuple[int, Cells]]]]:
    if not is_workbook(archive_parts(path, expected)):
        raise WrongFile(f"Expected {expected}; {path.name} is a zip archive but not a workbook.")
    # By its content and not by its name: openpyxl would refuse a workbook whose name has no .xlsx.
    with path.open("rb") as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # data_only=False: a formula stays the text it was written as.
                book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        except BROKEN as error:
            raise WrongFile(f"Expected {expected}; {path.name} is not a workbook that can be read.") from error
        try:
            titles = {title.strip().lower(): title for title in book.sheetnames}
            title = titles.get(sheet.lower(), book.sheetnames[0] if book.sheetnames else "")
            if not title or not hasattr(book[title], "iter_rows"):
                raise WrongFile(f"Expected {expected}; {path.name} has no sheet of rows.")
            page = book[title]
            # The stated size may be wrong; read what is there.
            page.reset_dimensions()
            yield title, _workbook_rows(page, path.name, expected)
        finally:
            book.close()


def _workbook_rows(page: Any, name: str, expected: str) -> Iterator[tuple[int, Cells]]:
    try:
        for line, values in enumerate(page.iter_rows(values_only=True), start=1):
            yield line, _checked(tuple(_text(value) for value in values), line, name)
    except BROKEN as error:
        raise WrongFile(f"Expected {expected}; {name} is damaged or was not fully downloaded.") from error


def _text(value: object) -> str:
    """A cell as text. A whole number loses its '.0'; the rest is as written."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _checked(cells: Cells, line: int, name: str) -> Cells:
    if line > MAX_ROWS:
        raise WrongFile(f"{name} has more than {MAX_ROWS:,} rows.")
    if len(cells) > MAX_COLUMNS:
        raise WrongFile(f"Line {line} of {name} has {len(cells):,} columns, more than {MAX_COLUMNS:,}.")
    if any(len(cell) > MAX_CELL for cell in cells):
        raise WrongFile(f"Line {line} of {name} has a cell longer than {MAX_CELL:,} characters.")
    return cells


# --- csv ----------------------------------------------------------------------------------------
def decoded(raw: bytes, name: str, expected: str) -> str:
    """The bytes of a text file as text, in whichever encoding. Raises WrongFile when they are not text."""
    text = _decoded_bytes(raw)
    # One stray byte is a bad cell; many are another kind of file.
    if text.count("\0") * 100 > len(text):
        raise WrongFile(f"Expected {expected}; {name} is neither a workbook nor text.")
    return text


def _decoded_bytes(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    # Spreadsheets on Windows still write cp1252.
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8-sig", errors="replace")


@contextmanager
def _csv_lines(text: str, name: str) -> Iterator[Iterator[tuple[int, Cells]]]:
    top = text[:4000]
    delimiter = max((",", "\t", ";"), key=top.count)
    before = csv.field_size_limit(MAX_CELL)
    try:
        yield _csv_rows(csv.reader(_lines(text, name), delimiter=delimiter), name)
    finally:
        csv.field_size_limit(before)


_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)")


def _lines(text: str, name: str) -> Iterator[str]:
    """The lines with their ends. One without an end is refused before it is copied."""
    for number, line in enumerate(_LINE.finditer(text), start=1):
        if line.end() - line.start() > MAX_LINE:
            raise WrongFile(f"Line {number} of {name} is longer than {MAX_LINE:,} characters.")
        yield line[0]


def _csv_rows(reader: Any, name: str) -> Iterator[tuple[int, Cells]]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise WrongFile(f"Line {line} of {name} cannot be read as csv: {error}.") from error
        if reader.line_num - line > MAX_CELL_LINES:
            raise WrongFile(f"Line {line} of {name} opens a quotation mark that is not closed.")
        yield line, _checked(tuple(cells), line, name)
