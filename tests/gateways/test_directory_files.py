"""A directory file is known by what is in it, never by its name."""

import json

import pytest

from handrail.gateways.directory_files import KINDS, kind_of
from handrail.gateways.own_list import template
from handrail.gateways.table_file import WrongFile
from tests.gateways import test_findtreatment, test_hsds_files, test_own_list, test_samhsa


def test_each_kind_is_known_by_its_content(tmp_path):
    export = test_findtreatment.page(test_findtreatment.row())
    made = [
        ("samhsa", test_samhsa.write_csv(tmp_path / "1", test_samhsa.row())),
        ("samhsa", test_samhsa.write_book(tmp_path / "2.xlsx", test_samhsa.HEADER, test_samhsa.row())),
        ("findtreatment", test_findtreatment.write(tmp_path / "3", export)),
        ("hsds", test_hsds_files.as_zip(tmp_path / "4")),
        ("hsds", test_hsds_files.as_folder(tmp_path / "5")),
        ("hsds", test_hsds_files.as_page(tmp_path / "6")),
        ("hsds", test_hsds_files.as_tables_in_json(tmp_path / "7")),
        ("own", test_own_list.write(tmp_path / "8", test_own_list.row())),
    ]
    for kind, path in made:
        assert kind_of(path) == kind
        assert KINDS[kind](path).rows


@pytest.mark.parametrize(
    "text", ["", "{", "{}", "[]", "id,title\n1,x\n", "PK\3\4", "\0" * 90, json.dumps("x"), "[[[]]]"]
)
def test_what_is_none_of_them_is_refused_in_one_sentence(tmp_path, text):
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(WrongFile, match=r"^Expected a directory: ") as refused:
        kind_of(path)
    assert "\n" not in str(refused.value)


def test_the_template_is_an_own_list(tmp_path):
    path = tmp_path / "file"
    path.write_text(template())
    assert kind_of(path) == "own"
