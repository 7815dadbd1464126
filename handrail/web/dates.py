"""Days and clock times as the reader's language writes them, by the forms of its table (language.toml).

Writing a date takes longer than ranking a place, so each is written once.
"""

from datetime import date, datetime, time
from functools import lru_cache

from django.utils.dateformat import DateFormat, TimeFormat
from django.utils.translation import get_language

from handrail.core.language_table import Language
from handrail.web.language import DEFAULT, LANGUAGES

NO_BREAK = "\N{NO-BREAK SPACE}"


class _Written(DateFormat):
    """A date in the names of a language's own table, or in Django's where it gives none."""

    def __init__(self, day: date, language: Language) -> None:
        super().__init__(day)
        self._day, self._names = day, language.names

    def _own(self, names: str, place: int, known: str) -> str:
        return self._names[names][place] if names in self._names else known

    def l(self) -> str:  # noqa: E743 - Django's letter
        """The weekday."""
        return self._own("weekdays", self._day.weekday(), str(super().l()))

    def D(self) -> str:  # noqa: N802
        """The short weekday."""
        return self._own("short_weekdays", self._day.weekday(), str(super().D()))

    def F(self) -> str:  # noqa: N802
        """The month."""
        return self._own("months", self._day.month - 1, str(super().F()))

    def M(self) -> str:  # noqa: N802
        """The short month with a capital."""
        return self._own("short_months", self._day.month - 1, str(super().M()))

    def b(self) -> str:
        """The short month as it is."""
        return self._own("short_months", self._day.month - 1, str(super().b()))


def written(day: date, form: str) -> str:
    """A day in one of the language's forms, as it may break over lines."""
    return _day(_date_of(day), form, get_language() or DEFAULT)


def unbroken(day: date, form: str = "day") -> str:
    """A day in one piece: "Nov 24"."""
    return _whole_day(_date_of(day), form, get_language() or DEFAULT)


def clock(local: datetime) -> str:
    """A clock time in one piece: "2:09 AM"."""
    return _time(local.hour, local.minute, "clock", get_language() or DEFAULT)


def hour(local: datetime) -> str:
    """A whole hour in one piece: "2 AM"."""
    return _time(local.hour, 0, "hour", get_language() or DEFAULT)


def _date_of(day: date) -> date:
    return day.date() if isinstance(day, datetime) else day


def _language(code: str) -> Language:
    return LANGUAGES.get(code, LANGUAGES[DEFAULT])


@lru_cache(maxsize=8192)
def _day(day: date, form: str, code: str) -> str:
    language = _language(code)
    return str(_Written(day, language).format(language.forms[form]))


@lru_cache(maxsize=8192)
def _whole_day(day: date, form: str, code: str) -> str:
    return _day(day, form, code).replace(" ", NO_BREAK)


@lru_cache(maxsize=8192)
def _time(of_hour: int, minute: int, form: str, code: str) -> str:
    written_time = TimeFormat(time(of_hour, minute)).format(_language(code).forms[form])
    return str(written_time).replace(" ", NO_BREAK)
