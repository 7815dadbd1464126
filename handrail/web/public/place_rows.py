"""What is known of a place as the rows and sections of its page. Words only; nothing is decided here.

What nobody has told us is folded into one sentence for each section, so that a page is never a wall of "not known".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext

from handrail.core.facts import FACTS, NO, YES, FactValue
from handrail.records.directory.listing import Listing
from handrail.web.fact_words import FACT_WORDS
from handrail.web.finder_words import day_words, source_words, value_words
from handrail.web.language import spoken


@dataclass(frozen=True)
class Row:
    """One fact: its label, its answer, what is said under it.

    `is_said` are words as somebody wrote them; they and what `is_long` stand under the label, not beside it.
    """

    label: str
    answer: str
    notes: tuple[str, ...] = ()
    is_said: bool = False
    is_long: bool = False

    @property
    def link(self) -> str:
        """The address, where the answer is one."""
        return self.answer if self.is_said and self.answer.startswith("https://") and " " not in self.answer else ""


@dataclass(frozen=True)
class Section:
    """A heading with its rows or ticks, who said them, and one sentence for all that is not known."""

    title: str
    rows: Sequence[Row] = ()
    ticks: Sequence[str] = ()
    note: str = ""
    unknown: str = ""


MEDICINES = ("buprenorphine", "methadone", "naltrexone")
# What a program does with people on one medicine: the fact, its sentence for yes, its sentence for no.
_DOES = (
    ("starts", _l("Starts people on it."), _l("Does not start people on it.")),
    ("accepts_on", _l("Takes people who are on it."), _l("Does not take people who are on it.")),
    ("keeps", _l("Keeps people on it as long as it helps."), _l("Makes people come off it after a time.")),
)
# As a part of "Not known: ...".
_IF = {
    "starts": _l("if it starts people on %(medicines)s"),
    "accepts_on": _l("if it takes people who are on %(medicines)s"),
    "keeps": _l("if it keeps people on %(medicines)s"),
    "accepts_own_medicine": _l("if you can stay on your medicine"),
    "same_day_start": _l("if you can start the same day"),
    "no_counseling_condition": _l("if you must take counseling to get medicine"),
    "naloxone": _l("if it gives naloxone (Narcan)"),
    "self_pay": _l("if you can pay yourself"),
    "sliding_fee": _l("if the cost depends on what you earn"),
    "up_front_payment": _l("if it asks for money first"),
    "kids_stay": _l("if children can stay with you"),
}
# Small print: shown when it is known, and not missed when it is not.
_MINOR = frozenset(
    {"state_plan", "public_funds", "payment_help", "free", "licence_otp", "licence_dea", "licence_number", "naloxone"}
)
# Labels that begin with a name, so that they keep their capital inside a sentence: in every language, or in some.
_NAMES = frozenset({"medicaid", "medicare", "va"})
_CAPITAL_NAMES = frozenset({"spanish", "licence_carf", "licence_jc", "licence_dea"})

_COST_SHOWN = ("medicaid", "medicare", "private_plan", "sliding_fee", "up_front_payment")
_COST_MORE = ("va", "state_plan", "self_pay", "free", "public_funds", "payment_help", "self_pay_estimate")
_COST_ORDER = (*_COST_SHOWN[:3], "va", "state_plan", "sliding_fee", "free", "public_funds", "payment_help")
_COST_LAST = ("up_front_payment", "self_pay", "self_pay_estimate")
_KINDS = tuple(key for key, rule in FACTS.items() if rule.group == "kind" and key not in ("walk_in", "private_program"))
_PEOPLE = {
    "adults": _l("adults"),
    "teens": _l("people under 18"),
    "women": _l("women"),
    "men": _l("men"),
}
_GROUPS = {
    "pregnant": _l("pregnant people"),
    "veterans": _l("veterans"),
    "lgbtq": _l("LGBTQ people"),
    "accepts_leaving_jail": _l("people leaving jail or prison"),
}
_ONLY = ("opioid_only", "alcohol_only", "dui_only")
_WHO_MORE = ("kids_stay", "child_care", "co_occurring")
_RULES = ("phones", "visitors", "smoking", "pets", "work")
_ACCESS = ("wheelchair", "asl", "spanish", "languages", "interpreter", "bus", "transport", "telehealth")
_LICENCE = (
    *("licence_state", "licence_carf", "licence_jc", "licence_otp", "licence_dea", "licence_number"),
    *("enforcement", "inspections", "ownership"),
)


def sections_of(listing: Listing, today: date) -> dict[str, Section]:
    """The sections of a place's page by name. The page puts them in order."""
    return {
        "medicine": _medicine(listing, today),
        "cost": _cost(listing, today),
        "kinds": Section(_("Kinds of help here"), ticks=_yes(listing, _KINDS)),
        "who": _who(listing, today),
        "rules": _plain(listing, _("Rules"), _RULES, today),
        "access": _plain(listing, _("Getting in and being understood"), _access(listing), today),
        "licence": _plain(listing, _("Licenses and checks by others"), _LICENCE, today),
    }


def row_of(listing: Listing, key: str, today: date) -> Row:
    """One fact, with who said so when that is not the usual source, and whether it is being checked."""
    fact, notes = listing.offer.fact(key), []
    if fact.is_known and fact.source != listing.offer.source and fact.observed_on:
        day = day_words(fact.observed_on, today)
        notes.append(_("Said by %(source)s, %(day)s") % {"source": source_words(fact.source), "day": day})
    if key in listing.checking:
        notes.append(_("We are checking this."))
    return Row(str(FACT_WORDS[key]), _answer(listing, key, fact), tuple(notes), FACTS[key].is_text and fact.is_known)


def folded(keys: Iterable[str]) -> str:
    """One sentence for all that nobody has told us."""
    return _fold([_part(key) for key in keys if key not in _MINOR])


def _fold(parts: Sequence[str]) -> str:
    return _("Not known: %(things)s.") % {"things": ", ".join(parts)} if parts else ""


def _part(key: str) -> str:
    if key in _IF:
        return str(_IF[key])
    label = str(FACT_WORDS[key])
    is_name = key in _NAMES or (key in _CAPITAL_NAMES and spoken().keeps_capitals)
    return label if is_name else label[:1].lower() + label[1:]


def _answer(listing: Listing, key: str, fact: FactValue) -> str:
    """The answer of a fact: a medicine that starts today and the money that is asked for say so."""
    offer = listing.offer
    if key in MEDICINES and fact.value == YES and _starts_today(listing, key):
        return _("Yes, starts today")
    amount = offer.fact("up_front_amount")
    if key == "up_front_payment" and fact.value == YES and amount.is_known:
        return _("Yes, %(amount)s") % {"amount": amount.value}
    return value_words(fact)


def _starts_today(listing: Listing, medicine: str) -> bool:
    offer = listing.offer
    return offer.fact(f"starts_{medicine}").value == YES and offer.fact("same_day_start").value == YES


def _is_shown(listing: Listing, key: str) -> bool:
    return listing.offer.fact(key).is_known or key in listing.checking


def _split(listing: Listing, always: Sequence[str], more: Sequence[str]) -> tuple[list[str], list[str]]:
    """The facts to show, and those to fold. The important ones stand even when not known, if anything is known."""
    keys = [*always, *more]
    known = [key for key in keys if _is_shown(listing, key)]
    if not known:
        return [], keys
    shown = [key for key in keys if key in known or key in always]
    return shown, [key for key in keys if key not in shown]


def _yes(listing: Listing, keys: Iterable[str]) -> list[str]:
    return [str(FACT_WORDS[key]) for key in keys if listing.offer.fact(key).value == YES]


def _plain(listing: Listing, title: str, keys: Sequence[str], today: date) -> Section:
    shown, rest = _split(listing, (), keys)
    return Section(title, [row_of(listing, key, today) for key in shown], unknown=folded(rest))


def _access(listing: Listing) -> tuple[str, ...]:
    """By video it matters in which states."""
    return (*_ACCESS, "telehealth_states") if listing.offer.fact("telehealth").value == YES else _ACCESS


# --- medicine -----------------------------------------------------------------------------------


def _medicine(listing: Listing, today: date) -> Section:
    offer = listing.offer
    always: tuple[str, ...] = (*MEDICINES, "accepts_own_medicine", "same_day_start")
    more: tuple[str, ...] = ("no_counseling_condition", "naloxone")
    if all(offer.fact(medicine).value == NO for medicine in MEDICINES):
        always, more = always[:-1], more[1:]  # how medicine starts is no question where there is none
    elif not any(_is_shown(listing, medicine) for medicine in MEDICINES):
        always, more = (), (*always, *more)
    shown, rest = _split(listing, always, more)
    rows = [_medicine_row(listing, key, today) if key in MEDICINES else row_of(listing, key, today) for key in shown]
    parts = [_part(key) for key in rest if key not in _MINOR]
    return Section(_("Medicine for opioid use"), rows, unknown=_fold([*parts, *_not_said(listing)] if rows else parts))


def _medicine_row(listing: Listing, medicine: str, today: date) -> Row:
    """A medicine, and under it what the place does with people who need it or are on it."""
    row, offer, says = row_of(listing, medicine, today), listing.offer, []
    has_none = offer.fact(medicine).value == NO
    for does, yes, no in _DOES:
        value = offer.fact(f"{does}_{medicine}").value
        # A place without the medicine neither starts nor keeps anybody on it; "starts today" is said above.
        is_plain = has_none and value == NO and does != "accepts_on"
        is_said = is_plain or (does == "starts" and _starts_today(listing, medicine))
        if value in (YES, NO) and not is_said:
            says.append(str(yes if value == YES else no))
    return Row(row.label, row.answer, (" ".join(says), *row.notes) if says else row.notes)


def _not_said(listing: Listing) -> list[str]:
    """What the place does with each medicine that it has, where nobody has told us."""
    offer, parts = listing.offer, []
    for does, _yes_words, _no_words in _DOES:
        silent = [
            _part(medicine)
            for medicine in MEDICINES
            if offer.fact(medicine).value == YES and not offer.fact(f"{does}_{medicine}").is_known
        ]
        if silent:
            parts.append(str(_IF[does]) % {"medicines": _either(silent)})
    return parts


def _either(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("%(first)s or %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


# --- cost and people ----------------------------------------------------------------------------


def _cost(listing: Listing, today: date) -> Section:
    offer = listing.offer
    shown, rest = _split(listing, _COST_SHOWN, _COST_MORE)
    order = [key for key in (*_COST_ORDER, *_COST_LAST) if key in shown]
    usual = [fact for key in order if (fact := offer.fact(key)).is_known and fact.source == offer.source]
    note = ""
    if usual and usual[0].observed_on:
        day = day_words(usual[0].observed_on, today)
        note = _("Last checked %(day)s by %(source)s, unless it says another day.") % {
            "day": day,
            "source": source_words(offer.source),
        }
    return Section(_("What it costs"), [row_of(listing, key, today) for key in order], note=note, unknown=folded(rest))


def _who(listing: Listing, today: date) -> Section:
    offer = listing.offer
    everybody = {key: str(label) for key, label in _PEOPLE.items()}
    words = everybody | {key: str(label) for key, label in _GROUPS.items()}
    # A place with no program of its own for veterans turns none away. And adults are never said to be turned away: in
    # the survey of 2023 one place in five ticks children and leaves adults out, plain clinics for adults among them.
    closed = ("teens", "women", "men", "pregnant", "accepts_leaving_jail")
    lists = {
        _("It is for"): [words[key] for key in everybody if offer.fact(key).value == YES],
        _("It has help made for"): [words[key] for key in _GROUPS if offer.fact(key).value == YES],
        pgettext("people", "Not for"): [words[key] for key in closed if offer.fact(key).value == NO],
    }
    rows = [Row(label, capfirst(", ".join(people)), is_long=True) for label, people in lists.items() if people]
    rows += [Row(label, value_words(FactValue(YES))) for label in _yes(listing, _ONLY)]
    rows += [row_of(listing, key, today) for key in _WHO_MORE if _is_shown(listing, key)]
    silent = [words[key] for key in closed if not offer.fact(key).is_known]
    parts = [_("if it takes %(people)s") % {"people": _either(silent)}] if silent else []
    if not _is_shown(listing, "kids_stay"):
        parts.append(_part("kids_stay"))
    return Section(_("Who it is for"), rows, unknown=_fold(parts))
