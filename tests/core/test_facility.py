"""The address of a program's page: readable, in plain letters, and never one that is taken."""

import re
from dataclasses import replace

import pytest

from handrail.core.facility import Facility, page_address

NAMES = ("River House", "\U0001f3e5\U0001f48a", "مركز الأمل", "<script>alert(1)</script>", "../../etc", "x" * 200)
ROW = Facility(
    line=2,
    key="0123456789abcdef" * 2,
    organization="",
    name="River House",
    street1="1 Mill Lane",
    street2="",
    city="Fernhollow",
    state="CO",
    zip5="81101",
    county="",
    phone="",
    intake_phone="",
    website="",
    codes="",
)


@pytest.mark.parametrize("name", NAMES)
def test_as_many_lists_as_there_are_may_have_one_key_and_each_gets_its_own_address(name: str) -> None:
    taken: set[str] = set()
    found = [page_address(replace(ROW, name=name, city="x" * 100), taken=taken) for _list in range(12)]
    assert len(set(found)) == 12
    assert taken == set(found)
    assert all(re.fullmatch(r"[a-z0-9-]{1,80}", each) for each in found)
