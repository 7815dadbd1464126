"""What a program says on the phone, as forms: one for each row it has, and one for a row that is new."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from handrail.actions.directory.calls import Heard
from handrail.actions.directory.say import MAX_LABEL, MAX_OPENINGS
from handrail.records.directory.models import CapacityStatement, Program

KINDS = [("beds", _("Beds")), ("visits", _("Visits"))]


def _number(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MAX_OPENINGS, required=False)


class HeardForm(forms.Form):
    """One row. Left empty, the row was not asked about and stays as it was."""

    openings = _number(_("Openings, 0 is full"))
    next_opening_on = forms.DateField(
        label=_("When full: next about"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    waiting = _number(_("People waiting"))

    def __init__(self, *args: Any, place: str, row: CapacityStatement | None = None, **options: Any) -> None:
        prefix = f"row{row.pk}" if row else "new"
        super().__init__(*args, **{"prefix": prefix, "auto_id": f"{place}-%s", **options})
        self.row = row

    def clean(self) -> dict[str, Any]:
        """A date or a wait list without a number of openings says nothing yet."""
        data = super().clean() or {}
        more = data.get("next_opening_on") or data.get("waiting") is not None
        if data.get("openings") is None and more and not self.errors:
            self.add_error("openings", _("Write a number, 0 for full."))
        return data

    def heard(self) -> Heard | None:
        """What was heard of this row, or None where nothing was typed."""
        if self.cleaned_data.get("openings") is None:
            return None
        assert self.row is not None
        return Heard(self.row.label, self.row.kind, **{name: self.cleaned_data[name] for name in _SAID})


_SAID = ("openings", "next_opening_on", "waiting")


class NewRowForm(HeardForm):
    """A row that the program has not spoken of before."""

    label = forms.CharField(label=_("Service"), max_length=MAX_LABEL, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, required=False)
    field_order = ("label", "kind", *_SAID)

    def clean(self) -> dict[str, Any]:
        """A number needs the name of what it counts."""
        data = super().clean()
        if data.get("openings") is not None and not data.get("label"):
            self.add_error("label", _("Name the service, like Beds or Day visits."))
        return data

    def heard(self) -> Heard | None:
        """As of a row that is there, with the name and kind that were typed."""
        data = self.cleaned_data
        if data.get("openings") is None:
            return None
        return Heard(data["label"], data["kind"] or "visits", **{name: data[name] for name in _SAID})


def forms_for(program: Program, rows: list[CapacityStatement], typed: QueryDict | None = None) -> list[HeardForm]:
    """The forms of one program: its rows, and a new one. Many programs stand on one page: each has its own ids."""
    place = f"p{program.pk.hex}"
    return [*(HeardForm(typed, place=place, row=row) for row in rows), NewRowForm(typed, place=place)]
