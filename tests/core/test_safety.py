"""Not being sure counts as danger, and the flags of raised risk give priority."""

import pytest

from handrail.core.safety import DANGERS, FLAGS, is_danger, is_priority


@pytest.mark.parametrize("answer", [key for key in DANGERS if key != "no"])
def test_everything_but_a_clear_no_is_danger(answer):
    assert is_danger(answer)
    assert DANGERS[answer]


def test_leaving_and_pregnancy_give_priority():
    assert all(is_priority([flag]) for flag in ("pregnant", "left_jail", "left_program", "overdosed", "injects"))
    assert not is_priority(["veteran", "kids"])
    assert "no" in DANGERS
    assert not is_danger("no")
    assert FLAGS["sick_now"]
