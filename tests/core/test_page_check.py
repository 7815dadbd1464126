"""When a page is due for a check, and which checks may be entered."""

from datetime import date

import pytest

from handrail.core.page_check import Signed, why_due, why_not_sign

TODAY = date(2026, 5, 1)
GOOD = Signed("Ana Sol", "nurse", date(2026, 4, 1), date(2026, 10, 1), "abc")


@pytest.mark.parametrize(
    ("signed", "digest", "today", "old", "why"),
    [
        (None, "abc", TODAY, False, "never"),
        (GOOD, "abc", TODAY, False, None),
        (GOOD, "abd", TODAY, False, "changed"),
        (GOOD, "abc", date(2026, 10, 1), False, None),
        (GOOD, "abc", date(2026, 10, 2), False, "past"),
        (GOOD, "abc", TODAY, True, "evidence"),
    ],
)
def test_why_a_page_is_due(signed: Signed | None, digest: str, today: date, old: bool, why: str | None) -> None:
    assert why_due(signed, digest=digest, today=today, has_old_evidence=old) == why


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"by": " "}, "needs_checker"),
        ({"role": ""}, "needs_checker"),
        ({"on": date(2026, 5, 2)}, "checked_in_future"),
        ({"until": TODAY}, "bad_next_check"),
        ({"until": date(2028, 5, 1)}, "bad_next_check"),
    ],
)
def test_which_checks_may_be_entered(change: dict, why: str | None) -> None:
    entered = {"by": "Ana Sol", "role": "nurse", "on": TODAY, "until": date(2026, 11, 1), "today": TODAY} | change
    assert why_not_sign(**entered) == why
