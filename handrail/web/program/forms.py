"""The answer to a referral, and a row of openings, as forms that keep what was typed."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from handrail.records.casebook.choices import DECLINE_REASONS
from handrail.web.program.words import DECLINE_WORDS, KIND_WORDS
from handrail.web.times import at_clock, parse_time

DAYS_AHEAD = 14


def day_choices(today: date) -> list[tuple[str, str]]:
    """The days a visit may be on, nearest first, as a person says them."""
    choices = []
    for ahead in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        name = (_now("Today"), _now("Tomorrow"))[ahead] if ahead < 2 else date_format(day, "D", use_l10n=False)
        choices.append((day.isoformat(), f"{name}, {date_format(day, 'M j', use_l10n=False)}"))
    return choices


class AcceptForm(forms.Form):
    """A yes: the day and the time they should come, on the program's clock."""

    day = forms.ChoiceField(label=_("Day"))
    time = forms.CharField(label=_("Time"), max_length=20, error_messages={"required": _("Give the time to come.")})
    visit_note = forms.CharField(
        label=_("For them to read: whom to ask for, what to bring (optional)"),
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, now: datetime, zone: tzinfo, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "accept_%s", **options})
        self.now, self.zone = now, zone
        day = self.fields["day"]
        assert isinstance(day, forms.ChoiceField)
        day.choices = day_choices(now.astimezone(zone).date())
        self.fields["time"].widget.attrs |= {"autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        """Put day and time together as `visit_at`; it must lie ahead."""
        data = super().clean() or {}
        if "day" not in data or "time" not in data:
            return data
        clock = parse_time(data["time"])
        if clock is None:
            self.add_error("time", _("Write a time like 9 AM or 14:30."))
            return data
        data["visit_at"] = at_clock(date.fromisoformat(data["day"]), clock, self.zone)
        if data["visit_at"] <= self.now:
            self.add_error("time", _("That time has passed. Pick a later one."))
        return data


class QuestionForm(forms.Form):
    """A question to the counselor before the answer."""

    question = forms.CharField(
        label=_("What do you need to know?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write your question.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "ask_%s", **options})


class DeclineForm(forms.Form):
    """A no, with one of the nine reasons."""

    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=[(code, DECLINE_WORDS[code]) for code in DECLINE_REASONS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason."), "invalid_choice": _("Choose a reason from the list.")},
    )
    note = forms.CharField(
        label=_("What would change this? Who else could help? (optional)"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "decline_%s", **options})


class OpeningsForm(forms.Form):
    """One row of openings, said now. `was` is the number on the page, so that a stale page is noticed."""

    label = forms.CharField(label=_("Service"), max_length=60, error_messages={"required": _("Name the service.")})
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KIND_WORDS.items()))
    openings = forms.IntegerField(
        label=_("Openings"), min_value=0, max_value=999, error_messages={"required": _("Write a number, 0 for full.")}
    )
    was = forms.IntegerField(required=False, widget=forms.HiddenInput)
    next_opening_on = forms.DateField(
        label=_("Next opening (optional)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    waiting = forms.IntegerField(label=_("People waiting (optional)"), min_value=0, max_value=999, required=False)

    @property
    def is_step(self) -> bool:
        """True for a stepper: it sends the number alone, and what it does not speak of stays."""
        return self.cleaned_data["was"] is not None and "next_opening_on" not in self.data

    def row(self) -> dict[str, Any]:
        """The row as `openings.say_row` takes it."""
        return {**self.cleaned_data, "is_step": self.is_step}
