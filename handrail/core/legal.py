"""Clocks that the law sets for people in priority groups: how long until something must have happened.

Source: 45 CFR 96.131 (pregnant women: admitted first, interim services within 48 hours) and 45 CFR 96.126
(people who inject drugs: admitted within 14 days of asking, or interim services within 48 hours and admission
within 120 days). They bind programs that take block-grant money; the desk watches them for everybody.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

LEGAL_CLOCKS: dict[str, timedelta] = {"pregnant": timedelta(hours=48), "injects": timedelta(days=14)}
# Before somebody is seen to arrive, the clock runs.
RUNNING_STAGES = ("new", "contacting", "talking", "matching", "choosing", "referred", "accepted", "left_early")


def legal_ends(flags: Collection[str], asked_at: datetime) -> list[tuple[str, datetime]]:
    """The clocks that run for these flags, each with the moment it runs out."""
    return [(flag, asked_at + length) for flag, length in LEGAL_CLOCKS.items() if flag in flags]
