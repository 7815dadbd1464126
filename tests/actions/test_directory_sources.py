"""Several sources side by side: each keeps to its own programs, a part takes nothing away, a bad file does nothing."""

import json
from pathlib import Path

import pytest

from handrail.gateways.own_list import template
from handrail.project.directory_command import run
from handrail.records.directory.models import Import, Program, Source, Version
from tests.gateways import test_findtreatment, test_hsds_files, test_own_list, test_samhsa

pytestmark = pytest.mark.django_db


def listed() -> dict[str, int]:
    keys = Program.objects.filter(gone_on=None).values_list("source_id", flat=True)
    return {key: list(keys).count(key) for key in set(keys)}


def export(path: Path, *names: str) -> Path:
    return test_findtreatment.write(path, test_findtreatment.page(*map(test_findtreatment.row, names)))


def test_each_source_keeps_to_its_own_programs(tmp_path, capsys):
    files = [
        test_samhsa.write_csv(tmp_path / "1.csv", test_samhsa.row()),
        export(tmp_path / "2.json", "River House"),
        test_hsds_files.as_zip(tmp_path / "3.zip"),
        test_own_list.write(tmp_path / "4.csv", test_own_list.row()),
    ]
    for _ in range(2):
        assert [run(["import", str(path)]) for path in files] == [0, 0, 0, 0]
    assert listed() == {"samhsa": 1, "findtreatment": 1, "hsds": 2, "own": 1}
    assert all(source.name and source.licence for source in Source.objects.exclude(key="desk"))


def test_an_export_of_one_area_takes_nothing_away_and_a_list_does(tmp_path, capsys):
    run(["import", str(export(tmp_path / "a.json", "A", "B"))])
    run(["import", str(export(tmp_path / "b.json", "C"))])
    assert listed() == {"findtreatment": 3}
    first, second, none = (test_own_list.row(name) for name in ("A", "B", " "))
    for rows, left in (([first, second], 2), ([first], 1), ([none], 1)):
        run(["import", str(test_own_list.write(tmp_path / "l.csv", *rows))])
        assert listed()["own"] == left


def test_a_new_source_of_a_known_kind_is_named_and_has_its_licence(tmp_path, capsys):
    path = test_hsds_files.as_zip(tmp_path / "d.zip")
    assert run(["import", str(path), "--source", "valley", "--title", "Valley 211", "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["kind"], said["source"], said["added"]) == ("hsds", "valley", 2)
    source = Source.objects.get(key="valley")
    assert (source.name, source.licence) == ("Valley 211", "As its publisher states")


@pytest.mark.parametrize("kind", ["", "samhsa", "findtreatment", "hsds", "own"])
def test_a_broken_file_writes_nothing(tmp_path, capsys, kind):
    path = tmp_path / "broken"
    path.write_bytes(test_hsds_files.as_zip(tmp_path / "whole.zip").read_bytes()[:-40])
    assert run(["import", str(path), "--json", *(["--kind", kind] if kind else [])]) == 2
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["refused"].startswith("Expected")
    assert not Program.objects.exists()
    assert not Import.objects.exists()
    assert not Version.objects.filter(number__gt=1).exists()


def test_the_template_is_printed(capsys):
    assert run(["template"]) == 0
    assert capsys.readouterr().out == template()
