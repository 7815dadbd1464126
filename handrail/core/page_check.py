"""When a page of clinical words is due to be checked again by a nurse or doctor, and why."""

from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Signed:
    """The last time somebody checked a page: who, as what, when, until when, and a digest of the words they read."""

    by: str
    role: str
    on: date
    until: date
    digest: str


def why_due(signed: Signed | None, *, digest: str, today: date, has_old_evidence: bool = False) -> str | None:
    """Why a page is due for a check: a reason code, or None while the last check holds."""
    if signed is None:
        return "never"
    if signed.digest != digest:
        return "changed"
    if signed.until < today:
        return "past"
    return "evidence" if has_old_evidence else None


def why_not_sign(*, by: str, role: str, on: date, until: date, today: date) -> str | None:
    """Why a check may not be entered like this: a reason code, or None if it may."""
    if not by.strip() or not role.strip():
        return "needs_checker"
    if on > today:
        return "checked_in_future"
    if not on < until <= on + LONGEST:
        return "bad_next_check"
    return None
