"""The words of the editor's desk: groups of facts, filters, reports and how they end, what changed and who did it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from handrail.core.facts import DAY_ONE, UNKNOWN
from handrail.core.reports import OPENINGS, WHOLE
from handrail.records.accounts.models import Staff
from handrail.web.fact_words import DETAIL_WORDS, FACT_WORDS, VALUE_WORDS
from handrail.web.report_words import PLAN_WORDS, REPORT_WORDS

LABELS: dict[str, Any] = {
    **FACT_WORDS,
    **DETAIL_WORDS,
    WHOLE: _l("Listed"),
    OPENINGS: _l("Openings"),
    DAY_ONE: _l("First day"),
    "merged": _l("Merged"),
    "split": _l("Split"),
}
GROUP_WORDS: dict[str, Any] = {
    "medicine": _l("Medicine"),
    "kind": _l("Kind of help"),
    "pay": _l("Paying"),
    "who": _l("Who it is for"),
    "access": _l("Getting in"),
    "licence": _l("Licenses and owner"),
    "rules": _l("Rules of the place"),
}
OUTCOME_WORDS: dict[str, Any] = {
    "put_right": _l("Put right"),
    "was_right": _l("Was right"),
    "cannot_tell": _l("Cannot tell"),
}
LIKE_WORDS: dict[str, Any] = {
    "phone": _l("One phone in one ZIP code"),
    "street": _l("One street, other names and phones"),
    "merged": _l("Were merged"),
}
WHICH_WORDS: dict[str, Any] = {
    "shown": _l("Shown"),
    "gone": _l("Gone"),
    "part": _l("Part of another"),
    "all": _l("All"),
}
ONLY_WORDS: dict[str, Any] = {
    "": _l("Any"),
    "no_phone": _l("No phone"),
    "no_point": _l("No point on the map"),
    "doubt": _l("In doubt"),
    "conflict": _l("Sources do not agree"),
    "ending": _l("Runs out in 30 days"),
    "ending90": _l("Runs out in 90 days"),
    "old": _l("Has run out"),
    "no_openings": _l("Openings never said"),
    "old_openings": _l("Openings too old to show"),
}
UNKNOWN_IS = "unknown:"
# The facts that decide most often where a person can go. The board counts how often each is not known.
KEY_FACTS = (
    *("buprenorphine", "methadone", "same_day_start", "accepts_own_medicine", "up_front_payment", "medicaid"),
    *("private_plan", "sliding_fee", "pregnant", "detox", "telehealth", "spanish"),
)
_SHORT_LABELS: dict[str, Any] = {
    "accepts_own_medicine": _l("Can stay on own medicine"),
    "same_day_start": _l("Starts the same day"),
    "up_front_payment": _l("Money before the start"),
}
_SHOWN_NAMES = {"operator": _l("Command line"), "worker": _l("Import"), "link": _l("A program's link")}


def label_of(key: str) -> str:
    """What a fact, detail or kind of change is called. Questions of the public page read as statements here."""
    return str(_SHORT_LABELS.get(key) or LABELS.get(key) or key.replace("_", " "))


def task_of(key: str) -> str:
    """What an editor does with a fact, as a heading or a link."""
    return _("Does not exist any more") if key == WHOLE else label_of(key)


def only_words(only: str) -> str:
    """What a filter keeps, in words."""
    if only.startswith(UNKNOWN_IS):
        return _("Not known: %(fact)s") % {"fact": label_of(only.removeprefix(UNKNOWN_IS))}
    return str(ONLY_WORDS.get(only, ""))


def said(value: str) -> str:
    """A value in words; nothing said reads as not known."""
    return str(VALUE_WORDS.get(value or UNKNOWN, value))


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Who is behind each key of the ledger ("editor:5"), as colleagues call them."""
    keys = set(keys)
    ids = {key: key.partition(":")[2] for key in keys}
    numbers = {text for text in ids.values() if text.isdigit() and len(text) < 18}
    shown = {str(one.pk): str(one) for one in Staff.objects.filter(pk__in=numbers)} if numbers else {}
    roles = {key: key.partition(":")[0] for key in keys}
    return {key: shown.get(ids[key]) or str(_SHOWN_NAMES.get(roles[key], "")) for key in keys}


def report_words(kind: str, about: str) -> str:
    """What people told us, with the plan it is about."""
    words = str(REPORT_WORDS.get(kind, kind))
    return f"{words}: {PLAN_WORDS[about]}" if about in PLAN_WORDS else words
