"""Whether what we want to share is inside what the person said yes to.

Source: 42 CFR 2.31(a): patient, discloser, description, recipient, purpose, right to revoke, expiry, signature, date.
"""

from dataclasses import dataclass
from datetime import datetime

# What a referral may carry, from least to most. Minimum goes before the program acknowledges.
SCOPES = ("minimum", "details", "contact")


@dataclass(frozen=True)
class Terms:
    """What the person agreed to: one recipient, one purpose, what may be shared, from when until when.

    Times are aware UTC. `words` is the exact text shown or read aloud.
    """

    recipient: str
    purpose: str
    scopes: frozenset[str]
    words: str
    recorded_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


def why_not_share(terms: Terms | None, *, recipient: str, purpose: str, scope: str, now: datetime) -> str | None:
    """Say why this may not be disclosed: a reason code, or None if the consent covers it."""
    if terms is None:
        return "no_consent"
    if terms.revoked_at is not None and terms.revoked_at <= now:
        return "consent_revoked"
    if terms.expires_at <= now:
        return "consent_expired"
    if terms.recorded_at > now:
        return "consent_not_yet"
    if terms.recipient != recipient:
        return "consent_other_recipient"
    if terms.purpose != purpose:
        return "consent_other_purpose"
    if scope not in terms.scopes:
        return "consent_not_for_this"
    if not terms.words.strip():
        return "consent_without_words"
    return None
