"""Files that are broken, huge, hostile or only wrong, of every kind: a clear word, and nothing half written."""

import csv
import io
import json
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from handrail.gateways import table_file
from handrail.gateways.directory_files import KINDS, kind_of
from handrail.gateways.samhsa_codes import STATES
from handrail.gateways.table_file import WrongFile
from handrail.project.directory_command import run
from handrail.records.directory.models import Import, Location, Program, Version
from tests.gateways import test_findtreatment, test_hsds_files, test_own_list, test_samhsa

Row = dict[str, str]


def place(name: str = "River House", **values: str) -> Row:
    """One program, in words that every kind of file can say."""
    return {
        "name": name,
        "street": "12 Mill Lane",
        "city": "Fernhollow",
        "state": "CO",
        "zip": "81101",
        "latitude": "37.47",
        "longitude": "-105.88",
    } | values


# --- each kind of file, written as it is published ----------------------------------------------
SAMHSA_HEADER = [*test_samhsa.HEADER, "latitude", "longitude"]


def _samhsa(rows: list[Row]) -> list[list[str]]:
    made = []
    for row in rows:
        named = {"name1": row["name"], "street1": row["street"]}
        cells = test_samhsa.row(**named, **{key: row[key] for key in ("city", "state", "zip")})
        made.append([*cells, row["latitude"], row["longitude"]])
    return made


def samhsa_csv(path: Path, rows: list[Row]) -> Path:
    return test_samhsa.write_csv(path, *_samhsa(rows), header=SAMHSA_HEADER)


def samhsa_book(path: Path, rows: list[Row]) -> Path:
    return test_samhsa.write_book(path, SAMHSA_HEADER, *_samhsa(rows))


def own_csv(path: Path, rows: list[Row]) -> Path:
    return test_own_list.write(path, *rows)


def own_book(path: Path, rows: list[Row]) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(list(place()))
    for row in rows:
        page.append([row[key] for key in place()])
    book.save(path)
    return path


def export(path: Path, rows: list[Row]) -> Path:
    made = [test_findtreatment.row(row["name"], **(row | {"street1": row["street"]})) for row in rows]
    return test_findtreatment.write(path, test_findtreatment.page(*made))


def hsds_tables(rows: list[Row]) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {"organizations": [{"id": "o1", "name": "Valley"}]}
    for number, row in enumerate(rows, start=1):
        service, location = f"s-{row['name'][:40]}", f"l{number}"
        # Two rows of one name are one service told twice at one place.
        location = f"l-{row['name'][:40]}"
        parts = {
            "services": {"id": service, "organization_id": "o1", "name": row["name"], "description": "Opioid care"},
            "locations": {"id": location, "latitude": row["latitude"], "longitude": row["longitude"]},
            "addresses": {"id": f"a{number}", "location_id": location, "address_1": row["street"], "city": row["city"],
                          "state_province": row["state"], "postal_code": row["zip"], "country": "US"},
            "service_at_location": {"id": f"x{number}", "service_id": service, "location_id": location},
        }  # fmt: skip
        for table, part in parts.items():
            tables.setdefault(table, []).append(part)
    return tables


def hsds_zip(path: Path, rows: list[Row]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in hsds_tables(rows).items():
            archive.writestr(f"{name}.csv", test_hsds_files.as_csv(table))
    return path


def hsds_folder(path: Path, rows: list[Row]) -> Path:
    path.mkdir()
    for name, table in hsds_tables(rows).items():
        (path / f"{name}.csv").write_text(test_hsds_files.as_csv(table))
    return path


def hsds_json(path: Path, rows: list[Row]) -> Path:
    path.write_text(json.dumps({f"{name}.csv": table for name, table in hsds_tables(rows).items()}))
    return path


Write = Callable[[Path, list[Row]], Path]
FILES: list[Write] = [samhsa_csv, samhsa_book, own_csv, own_book, export, hsds_zip, hsds_json]
WAYS: list[Write] = [*FILES, hsds_folder]


@pytest.fixture
def bring(capsys: pytest.CaptureFixture[str]) -> Callable[[Path], dict[str, Any]]:
    def bring_in(path: Path) -> dict[str, Any]:
        status = run(["import", str(path), "--json"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return json.loads(said.out.splitlines()[-1]) | {"status": status}

    return bring_in


def assert_refused(told: dict[str, Any], *words: str) -> None:
    assert told["status"] == 2
    assert any(word in told["refused"] for word in words), told["refused"]
    assert "\n" not in told["refused"]
    assert len(told["refused"]) < 500
    assert not Program.objects.exists()
    assert not Location.objects.exists()
    assert not Import.objects.exists()
    assert not Version.objects.filter(number__gt=1).exists()


def reasons(told: dict[str, Any], key: str) -> str:
    return "; ".join(found["reason"] for found in told[key])


# --- what is wrong with a row -------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("write", WAYS)
def test_a_program_told_twice_comes_in_once_and_the_second_is_reported(tmp_path, bring, write):
    told = bring(write(tmp_path / "file", [place(), place("Hill House"), place()]))
    assert (told["status"], told["added"], told["rejected"] > 0) == (0, 2, True)
    assert "the same " in reasons(told, "rejects")


@pytest.mark.django_db
def test_an_id_used_twice_is_reported(tmp_path, bring):
    told = bring(own_csv(tmp_path / "file", [place(id="r1"), place("Hill House", id="R1")]))
    assert (told["added"], reasons(told, "rejects")) == (1, "the id 'r1' is on line 3")


@pytest.mark.django_db
@pytest.mark.parametrize("write", WAYS)
def test_a_formula_is_reported_and_not_taken_for_a_name(tmp_path, bring, write):
    told = bring(write(tmp_path / "file", [place(city="=cmd|'/c calc'!A0"), place("Hill House")]))
    assert (told["status"], told["added"], told["rejected"]) == (0, 1, 1)
    assert "is a formula" in reasons(told, "rejects")


@pytest.mark.django_db
@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize(
    ("latitude", "longitude", "geocode", "words"),
    [
        ("-105.88", "37.47", "file", "were swapped"),
        ("37.47", "105.88", "file", "lost its minus"),
        ("30.1", "-71.2", "zip", "the middle of the ZIP code is used"),
        ("0", "0", "zip", "the middle of the ZIP code is used"),
        ("40.9", "-102.3", "zip", "far from ZIP code 81101"),
    ],
)
def test_a_point_in_the_sea_or_swapped_is_put_right_with_a_warning(
    tmp_path, bring, write, latitude, longitude, geocode, words
):
    told = bring(write(tmp_path / "file", [place(latitude=latitude, longitude=longitude)]))
    assert (told["added"], told["rejected"]) == (1, 0)
    assert words in reasons(told, "warned")
    location = Location.objects.get()
    assert location.geocode == geocode
    assert abs(location.latitude - 37.47) < 0.5
    assert abs(location.longitude + 105.88) < 0.5


@pytest.mark.django_db
@pytest.mark.parametrize(("values", "words"), [({"zip": "80000"}, "not known"), ({"state": "WY"}, "is in CO")])
def test_a_zip_code_that_does_not_agree_is_told(tmp_path, bring, values, words):
    told = bring(own_csv(tmp_path / "file", [place(latitude="", longitude="", **values)]))
    assert (told["added"], words in reasons(told, "warned")) == (1, True)


# --- what is wrong with a file ------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("write", FILES)
def test_a_file_cut_in_two_is_refused_or_its_last_row_is_reported(tmp_path, bring, write):
    path = write(tmp_path / "file", [place(f"House {number}") for number in range(40)])
    whole = path.read_bytes()
    # Where the last line breaks off within the ZIP code.
    end = whole.rindex(b"811") + 3 if write in (samhsa_csv, own_csv) else len(whole) // 2
    path.write_bytes(whole[:end])
    told = bring(path)
    if write in (samhsa_csv, own_csv):
        assert (told["added"], reasons(told, "rejects")) == (39, "'811' is not a ZIP code")
    else:
        assert_refused(told, "damaged or was not fully downloaded", "breaks off or goes wrong")


@pytest.mark.django_db
@pytest.mark.parametrize("write", WAYS)
def test_a_cell_of_a_hundred_megabytes_is_refused_in_time(tmp_path, bring, write):
    # Noise packs badly, so that no other limit is met first.
    noise = (random.Random(1).randbytes(1_000_000).hex() * 50).encode()
    path = write(tmp_path / "file", [place(), place("Hill House", street="@@@")])
    for file in path.iterdir() if path.is_dir() else [path]:
        _replace(file, b"@@@", noise)
    began = time.monotonic()
    assert_refused(bring(path), "is longer than", "has a cell longer", "is larger than")
    assert time.monotonic() - began < 20


def _replace(path: Path, old: bytes, new: bytes) -> None:
    """Put other bytes into a file, or into the parts of an archive."""
    if not zipfile.is_zipfile(path):
        path.write_bytes(path.read_bytes().replace(old, new))
        return
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).replace(old, new) for name in archive.namelist()}
    path.write_bytes(_packed(*parts.items()))


def _packed(*parts: tuple[str, bytes]) -> bytes:
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return page.getvalue()


def _noise(size: int) -> bytes:
    """Bytes that pack to about a half."""
    return random.Random(1).randbytes(50_000).hex().encode() * (size // 100_000)


def _lying(raw: bytes, size: int, *, says: int) -> bytes:
    """An archive whose own list says that a part is smaller than it is."""
    return raw.replace(size.to_bytes(4, "little"), says.to_bytes(4, "little"))


BURSTING: dict[str, tuple[Callable[[], bytes], str]] = {
    "zeros": (lambda: _packed(("services.csv", bytes(40_000_000))), "over 200 times"),
    "blanks": (lambda: _packed(("services.json", b"[" + b" " * 40_000_000)), "over 200 times"),
    "workbook": (lambda: _packed(("xl/workbook.xml", bytes(40_000_000))), "over 200 times"),
    "words": (lambda: _packed(("xl/workbook.xml", b""), ("xl/sharedStrings.xml", _noise(51_000_000))), "sharedStrings"),
    "a lie": (lambda: _lying(_packed(("services.csv", _noise(9_000_000))), 9_000_000, says=90_000), "damaged"),
    "parts": (lambda: _packed(("services.csv", b"id\n"), *((f"{n}.csv", b"") for n in range(5_001))), "5,002 parts"),
    "nested": (lambda: _packed(("a.zip", _packed(("services.csv", b"id\n")))), "a zip archive of something else"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", BURSTING)
def test_an_archive_made_to_burst_is_refused(tmp_path, bring, kind):
    make, words = BURSTING[kind]
    path = tmp_path / "file"
    path.write_bytes(make())
    began = time.monotonic()
    assert_refused(bring(path), words)
    assert time.monotonic() - began < 10


@pytest.mark.django_db
def test_many_parts_that_are_safe_alone_may_be_too_much_together(tmp_path, bring, monkeypatch):
    monkeypatch.setattr(table_file, "MAX_UNPACKED_BYTES", 3_000_000)
    path = tmp_path / "file"
    path.write_bytes(_packed(*((f"{name}.csv", _noise(1_500_000)) for name in ("services", "locations", "phones"))))
    assert_refused(bring(path), "unpacks to 4 MB, more than is safe")


@pytest.mark.django_db
def test_a_part_with_a_path_of_its_own_is_never_unpacked_to_it(tmp_path, bring):
    (tmp_path / "in").mkdir()
    path = hsds_zip(tmp_path / "in" / "file", [place()])
    with zipfile.ZipFile(path) as archive:
        parts = {f"../../{name}": archive.read(name) for name in archive.namelist()}
    path.write_bytes(_packed(*parts.items()))
    assert bring(path)["added"] == 1
    assert [found.name for found in tmp_path.rglob("*")] == ["in", "file"]


def sheet(*, before: str = "", rows: str) -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'


def laughs() -> str:
    """Ten entities, each thirty times the one before: a few lines that unfold to more than any machine holds."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 30}">' for n in range(1, 10))
    return f'<!DOCTYPE worksheet [<!ENTITY e0 "ha">{entities}]>'


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "words"),
    [
        (sheet(before=laughs(), rows='<row r="1"><c t="inlineStr"><is><t>&e9;</t></is></c></row>'), "damaged"),
        (sheet(rows='<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "begins with"),
        (sheet(rows='<row r="1"><c r="XFD1"><v>1</v></c></row>'), "columns"),
        (sheet(rows='<row r="x"><c r="A1"><v>1</v></c></row>'), "damaged"),
        (sheet(rows='<row r="1"><c t="s"><v>99</v></c></row>'), "damaged"),
        (sheet(rows="<row")[:-30], "damaged"),
        ("", "damaged"),
    ],
)
def test_a_workbook_made_to_burst_is_refused(tmp_path, bring, part, words):
    path = samhsa_book(tmp_path / "file", [place()])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["xl/worksheets/sheet1.xml"] = part.encode()
    path.write_bytes(_packed(*parts.items()))
    began = time.monotonic()
    assert_refused(bring(path), words, "not a workbook that can be read")
    assert time.monotonic() - began < 10


@pytest.mark.django_db
@pytest.mark.parametrize("write", [samhsa_csv, own_csv, export, hsds_json, hsds_folder])
def test_a_text_in_another_encoding_is_read_or_refused(tmp_path, bring, write):
    path = write(tmp_path / "file", [place("Clínica San José")])
    files = list(path.iterdir()) if path.is_dir() else [path]
    texts = {file: file.read_bytes().decode() for file in files}

    def encoded(encoding: str) -> dict[str, Any]:
        for file, text in texts.items():
            # JSON writes letters as numbers; let it say them as they are.
            file.write_bytes(text.encode().decode("unicode_escape" if "\\u" in text else "utf-8").encode(encoding))
        return bring(path)

    assert_refused(encoded("utf-16-le"), "neither a workbook nor text")
    assert_refused(encoded("utf-32"), "neither a workbook nor text", "begins with", "goes wrong")
    assert_refused(encoded("cp037"), "begins with", "goes wrong")
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        assert encoded(encoding)["rejected"] == 0
        assert Program.objects.get().name.endswith("Clínica San José")


@pytest.mark.django_db
@pytest.mark.parametrize("write", [samhsa_csv, own_csv])
def test_letters_that_cannot_be_read_are_told(tmp_path, bring, write):
    path = write(tmp_path / "file", [place("Cl?nica")])
    path.write_bytes(path.read_bytes().replace(b"?", b"\x81\xff"))
    assert "some letters could not be read" in reasons(bring(path), "warned")


# --- any bytes ----------------------------------------------------------------------------------
def _made(write: Write, folder: Path) -> bytes:
    return write(folder / write.__name__, [place(), place("Hill House", latitude="")]).read_bytes()


@pytest.mark.parametrize("write", FILES)
def test_no_bytes_stop_a_reader(tmp_path, write):
    whole = _made(write, tmp_path)
    path = tmp_path / "fuzzed"

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        at=st.integers(0, len(whole)),
        cut=st.integers(0, 60),
        put=st.binary(max_size=40)
        | st.sampled_from([b"\0", b'"', b",,,", b"\n\n", b"\r", b"=1", b"\xff\xfe", b"{", b"<"]),
        end=st.integers(0, len(whole)) | st.just(len(whole)),
    )
    def fuzz(at: int, cut: int, put: bytes, end: int) -> None:
        path.write_bytes((whole[:at] + put + whole[at + cut :])[:end])
        for read in (lambda: KINDS[kind_of(path)], lambda: KINDS[_kind(write)]):
            try:
                file = read()(path)
            except WrongFile:
                continue
            assert len({row.key for row in file.rows}) == len(file.rows)
            for row in file.rows:
                row.fingerprint().encode()
                assert len(row.name) <= 200
                assert row.state in STATES

    fuzz()


def _kind(write: Write) -> str:
    return {"samhsa": "samhsa", "own": "own", "export": "findtreatment", "hsds": "hsds"}[write.__name__.split("_")[0]]


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=300) | st.text(max_size=120).map(str.encode))
def test_any_bytes_are_refused_or_read_by_every_reader(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("f") / "file"
    path.write_bytes(raw)
    for read in (*KINDS.values(), lambda path: KINDS[kind_of(path)](path)):
        with pytest.raises(WrongFile) as refused:
            read(path)
        assert "\n" not in str(refused.value)


def test_the_csv_limit_of_this_process_is_put_back(tmp_path):
    before = csv.field_size_limit()
    path = own_csv(tmp_path / "file", [place(street="x" * 200_000)])
    with pytest.raises(WrongFile):
        KINDS["own"](path)
    assert csv.field_size_limit() == before
