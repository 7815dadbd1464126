"""The words for facts, kinds, payers, openings and reasons, shared by the finder, the desk and the command line."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from handrail.core.answers import Answers
from handrail.core.coverage import covers
from handrail.core.facts import NO, YES, FactValue, settings_of
from handrail.core.match import Offer, Reason
from handrail.core.openings import OpeningsSentence
from handrail.web import dates
from handrail.web.fact_words import FACT_WORDS, VALUE_WORDS
from handrail.web.templatetags.handrail import ago, in_zone

# Label and one line that explains it.
KIND_WORDS: dict[str, tuple[Any, Any]] = {
    "medicine": (
        _l("Medicine for opioid use"),
        _l("Methadone or buprenorphine. It saves the most lives."),
    ),
    "detox": (
        _l("Help getting through withdrawal (detox)"),
        _l("Care for some days while you get through it."),
    ),
    "stay": (_l("A place to stay"), _l("You live there for weeks or months.")),
    "day": (_l("Day or evening visits"), _l("You sleep at home.")),
    "counseling": (_l("Counseling"), _l("Talking with a trained person, alone or in a group.")),
    "detox_alcohol": (_l("Help getting through alcohol withdrawal"), ""),
    "telehealth": (_l("By video or phone"), _l("You see a doctor or counselor on a screen, or you call.")),
    "recovery_housing": (_l("Recovery housing"), _l("A home shared with others who are getting well.")),
    "short_stay": (_l("Short stay"), _l("About 30 days or less.")),
    "long_stay": (_l("Long stay"), _l("More than 30 days.")),
    "private": (_l("Private or executive programs"), _l("Run for profit. Ask about the cost first.")),
    "hospital": (_l("Hospital stay"), ""),
}

PAYER_WORDS: dict[str, Any] = {
    "medicaid": _l("Medicaid"),
    "medicare": _l("Medicare"),
    "private": _l("Private plan"),
    "va": _l("VA or TRICARE"),
    "none": _l("No insurance"),
    "unsure": _l("Not sure"),
}

MUST_WORDS: dict[str, Any] = {
    "starts_today": _l("Can start today"),
    "walk_in": _l("Walk in"),
    "own_medicine": _l("OK with my methadone or buprenorphine"),
    "pregnant": _l("Help for pregnant people"),
    "kids_stay": _l("Children can stay"),
    "teens": _l("Under 18"),
    "spanish": _l("Spanish"),
    "asl": _l("Sign language (ASL)"),
    "wheelchair": _l("Wheelchair access"),
    "leaving_jail": _l("Takes people leaving jail"),
    "no_up_front": _l("No money up front"),
    "buprenorphine": _l("Buprenorphine"),
    "methadone": _l("Methadone"),
    "naltrexone": _l("Naltrexone"),
    "transport": _l("Help with rides"),
    "co_occurring": _l("Mental health care too"),
}

SETTING_WORDS: dict[str, Any] = {
    "otp": _l("Opioid treatment clinic"),
    "office_moud": _l("Visits for medicine"),
    "hospital_withdrawal": _l("Hospital detox"),
    "residential_withdrawal": _l("Detox with a bed"),
    "outpatient_withdrawal": _l("Detox by visits"),
    "hospital_inpatient": _l("Hospital stay"),
    "residential_short": _l("Short stay"),
    "residential_long": _l("Long stay"),
    "day_program": _l("Day program"),
    "intensive_outpatient": _l("Visits several days a week"),
    "outpatient": _l("Visits"),
    "recovery_housing": _l("Recovery housing"),
}

# The rule of core.match, sentence by sentence, so that it can be translated.
RULE_WORDS: tuple[Any, ...] = (
    _l("A place that says no to a must-have, or has none of the kinds of help you picked, is left out."),
    _l("A place that does not say is kept. Not known is never read as yes or no."),
    _l("Places that do not take the way you pay come last."),
    _l("Places with medicine for opioid use (buprenorphine or methadone) come first, because it saves the most lives."),
    _l("Places that say they have none, or that they do not treat opioid use, come after those that do not say."),
    _l("Then places with confirmed room. Word about beds gets old sooner than word about visits."),
    _l("Then what fits what you picked: the fewer things not known, the higher."),
    _l(
        "Then places that answer us. A place that, in five or more of our requests, mostly answered late or said no "
        "comes after."
    ),
    _l("Then distance, the nearest first."),
    _l("Places that are still equal change order each day, by a number made from the place and the date."),
    _l("No one can pay to be higher. The rule has no place for money."),
)

OPENINGS_ICONS = {"fresh": "check", "ageing": "half", "unknown": "question", "full": "cross"}
VERDICT_ICONS = {"fits": "check", "unknown": "question", "does_not": "minus"}


@dataclass(frozen=True)
class Line:
    """One line beside an icon: `strong` words, then the rest. `state` is a colour class, never the only signal."""

    icon: str
    strong: str
    rest: str
    state: str = ""

    def __str__(self) -> str:
        return f"{self.strong} {self.rest}".strip()


def fresh_hours() -> dict[str, int]:
    """For how many hours this service counts a statement of openings as fresh."""
    return {"beds": settings.FRESH_BEDS_HOURS, "visits": settings.FRESH_VISITS_HOURS}


def value_words(fact: FactValue) -> str:
    """Yes, No, Not known, or the text somebody gave."""
    return str(VALUE_WORDS.get(fact.value, fact.value))


def day_words(day: date, today: date) -> str:
    """A day as people say it: today, a weekday within the week, "Oct 9" within the year, else "Mar 2023"."""
    days = (today - day).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if 1 < days < 7:
        return dates.unbroken(day, "weekday")
    return dates.unbroken(day, "day" if abs(days) < 330 else "short_month")


def source_words(source: str) -> str:
    """Who said it, inside a sentence."""
    return {"The program": _("the program"), "Our team": _("our team")}.get(source, source)


def openings_line(sentence: OpeningsSentence, *, now: datetime, zone: str = "") -> Line:
    """The one sentence a page may show about openings. It always says who said so and when, or that we do not know."""
    facts = sentence.facts
    icon = OPENINGS_ICONS[sentence.state]
    if sentence.state == "unknown":
        strong = _("We do not know if there is room.")
        if sentence.code == "too_old":
            heard = ago(facts["stated_at"], now)
            return Line(icon, strong, _("Last heard %(ago)s. Call first, or ask us to.") % {"ago": heard}, "unknown")
        return Line(icon, strong, _("Call first, or ask us to."), "unknown")
    said = {"source": source_words(facts["source"]), "ago": ago(facts["stated_at"], now)}
    if sentence.state == "fresh":
        strong = ngettext("%(n)d opening.", "%(n)d openings.", facts["openings"]) % {"n": facts["openings"]}
        return Line(icon, strong, _("Confirmed by %(source)s %(ago)s.") % said, "fresh")
    if sentence.state == "ageing":
        when = _when_words(in_zone(facts["stated_at"], zone), in_zone(now, zone).date())
        count = ngettext("Had %(n)d opening %(when)s.", "Had %(n)d openings %(when)s.", facts["openings"])
        rest = _("Said by %(source)s. Call first.") % said
        return Line(icon, count % {"n": facts["openings"], "when": when}, rest, "ageing")
    parts = []
    if facts.get("next_on"):
        next_on = day_words(facts["next_on"], in_zone(now, zone).date())
        parts.append(_("Next opening about %(day)s.") % {"day": next_on})
    if facts.get("waiting") is not None:
        parts.append(
            ngettext("Wait list: %(n)d person.", "Wait list: %(n)d people.", facts["waiting"]) % {"n": facts["waiting"]}
        )
    return Line(icon, _("Full."), " ".join([*parts, _("Said by %(source)s %(ago)s.") % said]), "full")


def _when_words(moment: datetime, today: date) -> str:
    clock = dates.clock(moment) if moment.minute else dates.hour(moment)
    return _("%(day)s at %(clock)s") % {"day": day_words(moment.date(), today), "clock": clock}


def reason_line(reason: Reason, *, today: date, answers: Answers | None = None) -> Line:
    """One reason as words with its icon. Reasons whose word is older than two weeks say from when.

    Given the place's `answers`, the reason about them says its figures and from how many requests.
    """
    if reason.about == "answers" and answers is not None:
        return Line(VERDICT_ICONS[reason.verdict], "", answers_words(reason.why, answers), reason.verdict)
    return _reason_line(reason, today, get_language())


@lru_cache(maxsize=8192)
def _reason_line(reason: Reason, today: date, language: str | None) -> Line:  # noqa: ARG001 (the key of the cache)
    words = _reason_words(reason)
    if reason.on and reason.about != "room" and (today - reason.on).days > 14:
        words = f"{words} ({day_words(reason.on, today)})"
    return Line(VERDICT_ICONS[reason.verdict], "", words, reason.verdict)


def _reason_words(reason: Reason) -> str:
    about, _colon, key = reason.about.partition(":")
    if about == "room":
        return _room_words(reason)
    if about == "medicine":
        return _medicine_words(reason)
    if about == "stops_medicine":
        return _("It says it does not treat opioid use, or not with medicine. Ask if you can stay on yours.")
    if about == "only":
        return str(FACT_WORDS[reason.why])
    if about == "payer":
        return _payer_words(reason.why, key)
    if about == "answers":
        return str(_ANSWER_WORDS[reason.why])
    label = MUST_WORDS[key] if about == "must" else KIND_WORDS[key][0]
    return _verdict_words(reason.verdict, str(label))


def _verdict_words(verdict: str, label: str) -> str:
    if verdict == "fits":
        return label
    if verdict == "does_not":
        return pgettext("label: no", "%(label)s: no") % {"label": label}
    return _("%(label)s: not known") % {"label": label}


def _room_words(reason: Reason) -> str:
    if reason.verdict == "fits":
        return _("Room confirmed")
    if reason.verdict == "does_not":
        return _("Full now")
    if reason.on:
        return _("Room: not confirmed lately")  # the openings line says when, on the place's own clock
    return _("Room: not known")


def _medicine_words(reason: Reason) -> str:
    if reason.verdict == "fits":
        return _("Starts medicine today") if reason.why == "starts_today" else _("Has medicine for opioid use")
    if reason.verdict == "does_not":
        return _("No medicine for opioid use here")
    return _("Medicine for opioid use: not known")


_ANSWER_WORDS: dict[str, Any] = {
    "in_time": _l("Answers us in good time"),
    "late": _l("Often late to answer us"),
    "says_no": _l("Says no to us more often than yes"),
}


def answers_words(why: str, answers: Answers) -> str:
    """How a place answers us, with the figure behind it and the count behind that."""
    requests = ngettext("%(n)d request", "%(n)d requests", answers.asked) % {"n": answers.asked}
    if why == "says_no":
        facts = {"n": answers.declined, "requests": requests}
        return _("Says no more often than yes (no to %(n)d of %(requests)s)") % facts
    if answers.answer_minutes is None or answers.answered * 2 < answers.asked:
        facts = {"n": answers.answered, "requests": requests}
        return _("Answered %(n)d of our %(requests)s") % facts
    said = {"time": minutes_words(answers.answer_minutes), "requests": requests}
    if why == "late":
        return _("Takes %(time)s or more to answer us, half of the time (%(requests)s)") % said
    return _("Answers us in %(time)s, half of the time (%(requests)s)") % said


def minutes_words(minutes: int) -> str:
    """A length of time in the largest unit that is true: minutes under two hours, then hours."""
    if minutes < 120:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    return ngettext("%(n)d hour", "%(n)d hours", round(minutes / 60)) % {"n": round(minutes / 60)}


_PAY_WORDS: dict[str, Any] = {
    "takes_plan": _l("Takes %(payer)s"),
    "takes_some_private": _l("Takes some private plans. Check yours."),
    "plan_not_taken": _l("Does not take %(payer)s"),
    "plan_not_known": _l("%(payer)s: not known"),
    "free": _l("Free of charge"),
    "sliding_fee": _l("Cost depends on what you earn"),
    "public_funds": _l("Gets public money to lower the cost. Ask how much."),
    "price_not_known": _l("You can pay yourself. The price is not known."),
    "no_self_pay": _l("Does not take people who pay themselves"),
    "payer_not_known": _l("How you pay: not known"),
}


def _payer_words(why: str, payer: str) -> str:
    return str(_PAY_WORDS[why]) % {"payer": PAYER_WORDS[payer]}


def kind_line(offer: Offer) -> str:
    """What sort of place it is, in a few plain words."""
    return _kind_line(settings_of(offer.facts), offer.has_medicine, get_language())


@lru_cache(maxsize=2048)
def _kind_line(names: tuple[str, ...], has_medicine: bool, language: str | None) -> str:  # noqa: ARG001 (a key)
    if len(names) > 1:
        names = tuple(name for name in names if name not in ("outpatient", "office_moud")) or names[-1:]
    words = [str(SETTING_WORDS[name]) for name in names[:3]]
    if not words:
        return _("Treatment program")
    text = ", ".join([words[0], *(word[:1].lower() + word[1:] for word in words[1:])])
    if has_medicine and "otp" not in names:
        return _("%(kind)s, with medicine") % {"kind": text}
    return text


def medicine_lines(offer: Offer) -> list[str]:
    """The two medicines that save the most lives, each said as known or not."""
    return [_medicine_line(offer, key) for key in ("buprenorphine", "methadone")]


def _medicine_line(offer: Offer, key: str) -> str:
    fact, label = offer.fact(key), {"medicine": FACT_WORDS[key]}
    if fact.value == YES:
        if offer.fact("same_day_start").value == YES and offer.fact(f"starts_{key}").value == YES:
            return _("%(medicine)s: starts today.") % label
        return _("%(medicine)s: yes.") % label
    return (_("%(medicine)s: no.") if fact.value == NO else _("%(medicine)s: not known.")) % label


def pay_lines(offer: Offer, payer: str, *, today: date) -> list[str]:
    """How the picked way to pay stands here (Medicaid when none was picked), and whether money is asked up front."""
    up_front = offer.fact("up_front_payment").value
    words = {YES: _("Asks for money up front."), NO: _("No money up front.")}
    return [_pay_line(offer, payer, today), str(words.get(up_front, _("Money up front: not known.")))]


def _pay_line(offer: Offer, payer: str, today: date) -> str:
    if payer == "none":
        coverage = covers(payer, offer.facts)
        line = _payer_words(coverage.why, payer) + ("." if coverage.why in _SHORT_PAY else "")
        day = coverage.observed_on
    else:
        key = {"private": "private_plan", "medicare": "medicare", "va": "va"}.get(payer, "medicaid")
        fact = offer.fact(key)
        line = _("%(plan)s: %(answer)s.") % {"plan": FACT_WORDS[key], "answer": value_words(fact).lower()}
        day = fact.observed_on if fact.is_known else None
    return f"{line} {_('As of %(day)s.') % {'day': day_words(day, today)}}" if day else line


# Words for paying that have no full stop of their own.
_SHORT_PAY = frozenset({"free", "sliding_fee", "no_self_pay", "plan_not_known"})


# The eight directions, clockwise from north.
DIRECTIONS: tuple[Any, ...] = (
    *(_l("north"), _l("northeast"), _l("east"), _l("southeast")),
    *(_l("south"), _l("southwest"), _l("west"), _l("northwest")),
)


def miles_words(miles: float | None, *, is_rough: bool, towards: int | None = None) -> str:
    """A distance in whole miles, with "about" when the point is only that of the ZIP code; `towards` a DIRECTION."""
    if miles is None:
        return _("Distance not known")
    whole = round(miles)
    if whole < 1:
        return _("Close by") if is_rough else _("Less than 1 mile")
    words = ngettext("%(n)d mile", "%(n)d miles", whole) % {"n": whole}
    if towards is not None:
        words = pgettext("2 miles north", "%(miles)s %(direction)s") % {
            "miles": words,
            "direction": DIRECTIONS[towards],
        }
    return _("About %(miles)s") % {"miles": words} if is_rough else words
