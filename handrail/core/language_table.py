"""What the table of one language says: its names, how it writes days, and which words its pages may not hold.

A language is a folder of files: content/locale/<code>/language.toml is this table. Nothing here reads a file.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from handrail.core.needs import MUSTS
from handrail.core.replies import EXACT, plain_words

# Each way that a page writes a day or a time, as it is in English; a language may say its own.
# The letters are those of Django's date filter: j the day, b and M the short month, F the month, l the weekday.
FORMS: Mapping[str, str] = {
    "day": "M j",
    "long_day": "F j",
    "day_year": "M j, Y",
    "short_month": "M Y",
    "month": "F",
    "month_year": "F Y",
    "weekday": "l",
    "clock": "g:i A",
    "hour": "g A",
}
# Names of days and months, Monday and January first. Left out: Django knows the language and gives them.
NAMES: Mapping[str, int] = {"weekdays": 7, "short_weekdays": 7, "months": 12, "short_months": 12}
FORMULAS = ("flesch-kincaid", "fernandez-huerta", "")
DIRECTIONS = ("ltr", "rtl")
_CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


@dataclass(frozen=True)
class PlainRule:
    """What plain words are in one language: words never used, and how hard a text may be by which formula."""

    banned: str = ""
    quoted: str = ""
    formula: str = ""
    bound: float = 0.0

    def bad_word(self, text: str) -> str:
        """The first word we do not use, or "". What the pages quote from somebody's mouth is not counted."""
        said = re.sub(self.quoted, "", text) if self.quoted else text
        found = re.search(self.banned, said, re.IGNORECASE) if self.banned else None
        return found[0] if found else ""


@dataclass(frozen=True)
class Language:
    """One language that the pages speak."""

    code: str
    name: str
    english: str
    direction: str = "ltr"
    must: str = ""
    not_checked: str = ""
    keeps_capitals: bool = False
    forms: Mapping[str, str] = field(default_factory=lambda: dict(FORMS))
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    plain: PlainRule = PlainRule()


_OWN = ("name", "english", "direction", "must", "not_checked", "keeps_capitals")


def language_of(code: str, table: Mapping[str, Any]) -> Language:
    """The language that a table describes. Raises ValueError, naming the line to put right."""
    dates, plain = dict(table.get("dates", {})), dict(table.get("plain", {}))
    _stop_if(not _CODE.fullmatch(code), f"the folder's name must be a language's code, like fr or pt_BR; it is {code}")
    replies = {meaning: frozenset(map(plain_words, said)) for meaning, said in table.get("replies", {}).items()}
    _stop_if_unknown("", table, (*_OWN, "dates", "plain", "replies"))
    _stop_if_unknown("replies.", replies, tuple(EXACT))
    _stop_if_unknown("dates.", dates, (*FORMS, *NAMES))
    _stop_if_unknown("plain.", plain, tuple(PlainRule.__dataclass_fields__))
    for key in ("name", "english"):
        _stop_if(not str(table.get(key, "")).strip(), f'{key} must be said, like {key} = "Français"')
    direction, must = table.get("direction", "ltr"), table.get("must", "")
    _stop_if(direction not in DIRECTIONS, f"direction must be ltr or rtl; it is {direction!r}")
    _stop_if(bool(must) and must not in MUSTS, f"must is no need the finder knows: {must!r}")
    for key, count in NAMES.items():
        _stop_if(key in dates and len(dates[key]) != count, f"dates.{key} must be {count} words")
    _stop_if(plain.get("formula", "") not in FORMULAS, f"plain.formula must be one of {', '.join(FORMULAS[:-1])}")
    _check_patterns(plain)
    return Language(
        code=code,
        **{key: table[key] for key in _OWN if key in table},
        forms={**FORMS, **{key: str(dates[key]) for key in FORMS if key in dates}},
        names={key: tuple(map(str, dates[key])) for key in NAMES if key in dates},
        replies=replies,
        plain=PlainRule(**plain),
    )


def replies_in(languages: Iterable[Language]) -> dict[str, frozenset[str]]:
    """The whole texts that mean stop, start, yes, later or help in any of these languages, besides core.replies."""
    spoken = list(languages)
    return {meaning: frozenset().union(*(each.replies.get(meaning, ()) for each in spoken)) for meaning in EXACT}


def _check_patterns(plain: Mapping[str, Any]) -> None:
    for key in ("banned", "quoted"):
        try:
            re.compile(str(plain.get(key, "")))
        except re.error as error:
            raise ValueError(f"plain.{key} is no pattern: {error}") from error


def _stop_if_unknown(where: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        _stop_if(key not in known, f"{where}{key} is not known; known are {', '.join(known)}")


def _stop_if(is_wrong: bool, words: str) -> None:
    if is_wrong:
        raise ValueError(words)
