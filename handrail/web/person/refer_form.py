"""The professional's page as one form: the patient, where they are, what they need, and where we call back."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from handrail.core.handing_over import CONSENT_VERSION, flags_with_setting
from handrail.web.language import DEFAULT
from handrail.web.person import words
from handrail.web.person.forms import MAX_NAME, MAX_WORDS, PhoneInput, WhereForm, radios, read_phone, read_words
from handrail.web.person.refer_words import FLAGS_AT_REFER, consent_text
from handrail.web.times import at_clock
from handrail.web.words import SETTING_WORDS

FARTHEST_DAYS = 366
_LONG = _("Use fewer letters, %(limit_value)d at most")


class DayInput(forms.DateInput):
    """The browser's own calendar; without one, 2026-11-30."""

    input_type = "date"


class ClockInput(forms.TimeInput):
    """The browser's own clock; without one, 15:40."""

    input_type = "time"


def _line(label: Any, *, hint: Any = "", required: Any = "", most: int = 80, auto: str = "off") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=bool(required),
        max_length=most,
        widget=forms.TextInput(attrs={"autocomplete": auto}),
        error_messages={"required": required, "max_length": _LONG},
    )


def _clock(label: Any, *, hint: Any = "", required: Any = "") -> forms.TimeField:
    return forms.TimeField(
        label=label,
        help_text=hint,
        required=bool(required),
        widget=ClockInput(format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S", "%I:%M %p", "%I %p", "%I:%M%p", "%I%p"],
        error_messages={"required": required, "invalid": _("Enter a time, like 15:40")},
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=DayInput(format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%m/%d/%Y"],
        error_messages={"invalid": _("Enter a day, like 2026-11-30")},
    )


class ReferForm(WhereForm):
    """One page for people who send many. `once` is the page's own token: pressed twice, it is one request."""

    needed = _("Enter a 5-digit ZIP or a town")
    field_order = ("now", "name", "place", "pick", "setting")  # as on the page, for the list of what is missing

    now = radios(
        words.NOW_OF_OTHERS,
        label=_("Is anyone in danger right now?"),
        error_messages={"required": _("Choose one. “I am not sure” is OK")},
    )
    name = _line(_("Chosen name or initials"), hint=_("Any name they like. Not the legal name."), most=MAX_NAME)
    language = radios(words.LANGUAGES, label=_("Their language"))
    setting = radios(
        SETTING_WORDS, label=_("What kind of place is it?"), error_messages={"required": _("Choose where they are")}
    )
    leaves_day = _day(_("Day they leave"))
    leaves_time = _clock(_("Time they leave"))
    leaves_unknown = forms.BooleanField(label=_("Not known"), required=False)
    flags = forms.MultipleChoiceField(
        label=_("What should we know?"),
        required=False,
        choices=list(FLAGS_AT_REFER.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    medicine = _line(_("Medicine given today"), hint=_("Name and dose, as you were told. Skip if none."), most=120)
    given_time = _clock(_("Time given"))
    next_day = _day(_("Next dose due: day"))
    next_time = _clock(_("Next dose due: time"))
    words = forms.CharField(label=_("In your own words"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    asker = _line(_("Your first name"), required=_("Enter your first name"), most=MAX_NAME, auto="given-name")
    role = _line(_("Your role"), hint=_("Nurse, peer, case manager"), required=_("Enter your role"), most=60)
    organization = _line(_("Where you work"), required=_("Enter where you work"), most=80, auto="organization")
    phone = forms.CharField(
        label=_("Your direct line"),
        help_text=_("We call you here. We never call it after the time you give."),
        required=False,
        max_length=40,
        widget=PhoneInput(attrs={"autocomplete": "off", "class": "short"}),
    )
    until = _clock(_("Until when can we call it?"), required=_("Enter until when we can call you, like 15:40"))
    heard = forms.BooleanField(
        label=_("I read these words to them, and they said yes"),
        error_messages={"required": _("Read the words to them first. We need their yes")},
    )
    heard_by = _line(_("Who heard the yes, if not you?"), hint=_("You can skip this."), most=60)
    heard_time = _clock(_("When?"), required=_("Enter when they said yes, like 15:40"))

    @staticmethod
    def initial_from(kept: Mapping[str, Any]) -> dict[str, Any]:
        here = kept["here"]
        return {
            "language": get_language() or DEFAULT,
            "leaves_day": here.date(),
            "heard_time": here.time(),
        }

    def fit(self, kept: Mapping[str, Any]) -> None:
        super().fit(kept)
        del self.fields["moves_around"]
        self.fields["place"].label = _("Where they are now: ZIP code or town")
        self.fields["place"].help_text = ""

    def clean_phone(self) -> str:
        return read_phone(self.cleaned_data["phone"])

    def clean_words(self) -> str:
        return read_words(self.cleaned_data["words"], most=MAX_WORDS)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self._clean_leaving(data)
        if data.get("next_day") and not data.get("next_time") and "next_time" not in self.errors:
            self.add_error("next_time", _("Enter the time too, or clear the day"))
        if data.get("given_time") and not data.get("medicine") and "medicine" not in self.errors:
            self.add_error("medicine", _("Enter what was given, or clear the time"))
        return data

    def _clean_leaving(self, data: dict[str, Any]) -> None:
        day, clock = data.get("leaves_day"), data.get("leaves_time")
        if data.get("leaves_unknown") or {"leaves_day", "leaves_time"} & set(self.errors):
            return
        if not clock:
            self.add_error("leaves_time", _("Enter the time they leave, or check “Not known”"))
        elif self._at(day or self._here.date(), clock) <= self.kept["now"]:
            self.add_error("leaves_time", _("This time is past. Enter when they leave"))
        elif day and day > self._here.date() + timedelta(days=FARTHEST_DAYS):
            self.add_error("leaves_day", _("Pick a day within a year"))

    @property
    def _zone(self) -> ZoneInfo:
        """The clock where the patient is, as far as it is known."""
        return ZoneInfo((self.found.timezone if self.found else "") or settings.SERVICE_TIMEZONE)

    @property
    def _here(self) -> datetime:
        now: datetime = self.kept["now"]
        return now.astimezone(self._zone)

    def _at(self, day: date, clock: time) -> datetime:
        return at_clock(day, clock, self._zone)

    def _next(self, clock: time) -> datetime:
        """The next time the clock shows it."""
        at = self._at(self._here.date(), clock)
        return at if at > self.kept["now"] else self._at(self._here.date() + timedelta(days=1), clock)

    def _last(self, clock: time) -> datetime:
        """The last time the clock showed it."""
        at = self._at(self._here.date(), clock)
        soon = self.kept["now"] + timedelta(minutes=10)  # two clocks in one building are never the same
        return at if at <= soon else self._at(self._here.date() - timedelta(days=1), clock)

    def _leaves_at(self) -> datetime | None:
        data = self.cleaned_data
        if data["leaves_unknown"] or not data["leaves_time"]:
            return None
        return self._at(data["leaves_day"] or self._here.date(), data["leaves_time"])

    def _next_dose_at(self) -> datetime:
        data = self.cleaned_data
        return self._at(data["next_day"], data["next_time"]) if data["next_day"] else self._next(data["next_time"])

    def answers(self) -> dict[str, Any]:
        """What is sent: the patient's answers, and under `asked_by` what the professional said of it."""
        data = self.cleaned_data
        leaves = self._leaves_at()
        moments = {
            "given_at": data["given_time"] and self._last(data["given_time"]),
            "next_dose_at": data["next_time"] and self._next_dose_at(),
            "heard_at": self._last(data["heard_time"]),
        }
        return {
            **super().answers(),
            "who": "patient",
            "now": data["now"],
            "name": data["name"].strip(),
            "language": data["language"],
            "flags": flags_with_setting(data["flags"], data["setting"]),
            "words": data["words"],
            "channel": "call",
            "address": data["phone"],
            "line_until": self._next(data["until"]).isoformat(),
            "setting": data["setting"],
            "leaves_at": leaves.isoformat() if leaves else "",
            "asked_by": {
                **{name: data[name].strip() for name in ("asker", "role", "organization", "medicine")},
                **{name: at.isoformat() if at else "" for name, at in moments.items()},
                "heard_by": data["heard_by"].strip() or data["asker"].strip(),
                "consent_version": CONSENT_VERSION,
                "consent_words": consent_text(data["language"]),
            },
        }
