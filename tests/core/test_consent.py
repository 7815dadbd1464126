"""A consent covers one program, one purpose, what was agreed, and its own time. Nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handrail.core.consent import Terms, why_not_share

AT = datetime(2026, 11, 21, tzinfo=UTC)
TERMS = Terms("river", "referral", frozenset({"minimum"}), "May I?", AT, AT + timedelta(days=14))


@pytest.mark.parametrize(
    ("terms", "asked", "reason"),
    [
        (TERMS, {}, None),
        (None, {}, "no_consent"),
        (replace(TERMS, revoked_at=AT), {}, "consent_revoked"),
        (TERMS, {"now": AT + timedelta(days=14)}, "consent_expired"),
        (TERMS, {"now": AT - timedelta(seconds=1)}, "consent_not_yet"),
        (TERMS, {"recipient": "oak"}, "consent_other_recipient"),
        (TERMS, {"purpose": "research"}, "consent_other_purpose"),
        (TERMS, {"scope": "details"}, "consent_not_for_this"),
        (replace(TERMS, words=" "), {}, "consent_without_words"),
    ],
)
def test_why_not_share(terms, asked, reason):
    question = {"recipient": "river", "purpose": "referral", "scope": "minimum", "now": AT, **asked}
    assert why_not_share(terms, **question) == reason
