"""What a program may say of itself, by topic, in the order its page asks. Lists know little of most of it.

Left out is what a program cannot vouch for: licenses, what inspectors and the state found, and who owns it.
docs/directory.md prints the rule.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from handrail.core.facts import FACTS, UNKNOWN, FactValue

# A word that runs out within so many days is asked for again.
SOON = timedelta(days=30)

TOPICS: Mapping[str, tuple[str, ...]] = {
    "start": (
        *("starts_buprenorphine", "starts_methadone", "starts_naltrexone", "same_day_start"),
        *("no_counseling_condition", "walk_in", "medical_cover"),
    ),
    "on_medicine": (
        *("accepts_on_buprenorphine", "accepts_on_methadone", "accepts_on_naltrexone"),
        *("keeps_buprenorphine", "keeps_methadone", "keeps_naltrexone"),
    ),
    "money": (
        *("up_front_payment", "up_front_amount", "self_pay", "self_pay_estimate"),
        *("sliding_fee", "payment_help", "free"),
    ),
    "plans": ("medicaid", "medicare", "private_plan", "va", "state_plan", "public_funds"),
    "access": ("wheelchair", "transport", "bus", "telehealth", "telehealth_states"),
    "language": ("spanish", "asl", "interpreter", "languages"),
    "who": ("pregnant", "kids_stay", "child_care", "teens", "adults", "women", "men", "co_occurring"),
    "groups": ("accepts_leaving_jail", "veterans", "lgbtq", "opioid_only", "alcohol_only", "dui_only"),
    "medicine": (
        *("buprenorphine", "methadone", "naltrexone", "accepts_own_medicine", "stops_medicine"),
        *("treats_opioid_use", "naloxone"),
    ),
    "rules": ("phones", "visitors", "smoking", "pets", "work", "executive"),
}

MAY_SAY: frozenset[str] = frozenset(key for keys in TOPICS.values() for key in keys)


def why_not_own_word(key: str, value: str) -> str | None:
    """Say why a program cannot say this of itself: a reason code, or None if it can. Empty: it does not say."""
    if key not in MAY_SAY:
        return "unknown_fact"
    if not value:
        return None
    # A text that reads "unknown" would silence every list; a program that does not say leaves it empty.
    if value == UNKNOWN or not value.isprintable():
        return "bad_value"
    return FACTS[key].why_not_value(value)


def asked_together(keys: Iterable[str]) -> frozenset[str]:
    """These facts and all that are asked on one form with them."""
    keys = frozenset(keys)
    return frozenset(key for topic in TOPICS.values() if not keys.isdisjoint(topic) for key in topic)


def needs_a_word(fact: FactValue, today: date) -> bool:
    """True when a fact is not known, or what is known of it runs out soon."""
    return not fact.is_known or (fact.expires_on is not None and fact.expires_on - today <= SOON)
