"""What the finder asks, and how an address is read: short neutral words, so that a history tells little."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from handrail.core.match import Order
from handrail.core.needs import KINDS, MUSTS, PAYERS, Choice, Needs, by_code
from handrail.records.directory.places import Meant, Place
from handrail.records.directory.states import STATES
from handrail.web.finder_words import KIND_WORDS, MUST_WORDS, PAYER_WORDS
from handrail.web.typed import whole_number

ANYWHERE = 9000  # from American Samoa to Maine, and back from anywhere to somewhere
MILES_CHOICES = (25, 60, 100, 300, ANYWHERE)
ORDER_CODES: dict[str, Order] = {"": "best", "n": "nearest", "s": "soonest"}
ALL = "all"
_UNDER_STAY = frozenset(KINDS[key].code for key in ("short_stay", "long_stay", "private"))
_CODE_OF = {order: code for code, order in ORDER_CODES.items()}
LONGEST_PLACE = 80
LAST_PAGE = 99_999


def _choices(table: Mapping[str, Choice], words: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (choice.code, words[key][0] if isinstance(words[key], tuple) else words[key])
        for key, choice in table.items()
        if choice.is_public
    ]


class FindForm(forms.Form):
    """Where, what kind, how it is paid, and what it must have. Only the place is needed."""

    n = forms.CharField(
        label=_("ZIP or town"),
        max_length=LONGEST_PLACE,
        help_text=_("Such as 80202, or Denver, CO"),
        error_messages={"required": _("Enter a ZIP or town"), "max_length": _("Enter a ZIP or town")},
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "class": "short"}),
    )
    k = forms.MultipleChoiceField(
        label=_("What kind of help?"),
        required=False,
        choices=[*_choices(KINDS, KIND_WORDS), (ALL, _("Show me all"))],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Pick none to see all."),
    )
    p = forms.ChoiceField(
        label=_("How will it be paid?"),
        required=False,
        choices=_choices(PAYERS, PAYER_WORDS),
        widget=forms.RadioSelect,
    )
    m = forms.MultipleChoiceField(
        label=_("What must it have?"),
        required=False,
        choices=_choices(MUSTS, MUST_WORDS),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hints = {choice.code: KIND_WORDS[key][1] for key, choice in KINDS.items()}
        self.fields["k"].hints = hints | {ALL: _("Every kind of help, medicine first.")}  # type: ignore[attr-defined]

    def kinds(self) -> list[tuple[BoundWidget, list[BoundWidget]]]:
        """Each kind with the narrower ones that stand under it."""
        options: list[BoundWidget] = list(self["k"].subwidgets)
        under = [option for option in options if option.data["value"] in _UNDER_STAY]
        return [
            (option, under if option.data["value"] == KINDS["stay"].code else [])
            for option in options
            if option not in under
        ]


@dataclass(frozen=True)
class Search:
    """One search as its address says it, but for the place."""

    text: str
    kinds: tuple[str, ...]
    payer: str
    must: tuple[str, ...]
    miles: int
    order: Order
    page: int

    def needs_at(self, place: Place) -> Needs:
        """The needs of this search at one place."""
        return Needs(place.latitude, place.longitude, self.kinds, self.payer, self.must, float(self.miles))

    def but(self, **changes: Any) -> "Search":
        """The same search with some parts changed, from its first page."""
        return replace(self, **{"page": 1} | changes)

    @cached_property
    def stem(self) -> str:
        """The address's query without order and page. The parts that say nothing are left out."""
        parts = {
            "n": self.text,
            "k": [KINDS[key].code for key in self.kinds],
            "p": PAYERS[self.payer].code if self.payer else "",
            "m": [MUSTS[key].code for key in self.must],
            "r": self.miles if self.miles != MILES_CHOICES[0] else "",
        }
        return urlencode({key: value for key, value in parts.items() if value}, doseq=True)

    def query(self, *, order: Order | None = None, page: int = 1) -> str:
        """The address's query, in an order and at a page."""
        code = _CODE_OF[order or self.order]
        return f"{self.stem}{f'&o={code}' if code else ''}{f'&pg={page}' if page > 1 else ''}"


def read_search(data: Any) -> Search:
    """Read a query string kindly: a code nobody knows is as if it were not there."""
    miles, page = whole_number(data.get("r"), most=MILES_CHOICES[-1]), whole_number(data.get("pg"), most=LAST_PAGE)
    payers, kinds = by_code(PAYERS, [data.get("p", "")]), data.getlist("k")
    return Search(
        text=" ".join(data.get("n", "").replace("\0", " ").split())[:LONGEST_PLACE],
        kinds=() if ALL in kinds else by_code(KINDS, kinds),
        payer=payers[0] if payers else "",
        must=by_code(MUSTS, data.getlist("m")),
        miles=miles if miles in MILES_CHOICES else MILES_CHOICES[0],
        order=ORDER_CODES.get(data.get("o", ""), "best"),
        page=max(1, page),
    )


_PROBLEM_WORDS: dict[str, Any] = {
    "empty": _("Enter a ZIP or town"),
    "digits": _("A ZIP has 5 digits. Check it, or enter a town."),
    "unknown_zip": _("We do not know the ZIP %(about)s. Check it, or enter a town."),
    "no_point": _("We know the ZIP %(about)s, but not where it is. Enter a town or ZIP near you."),
    "military": _("This is a military post office. It has no place on the map. Enter a town or ZIP near you."),
    "state": _("That is all of %(about)s. Enter a town or ZIP there."),
    "unknown": _("We could not find that place. Check the spelling, or enter a 5-digit ZIP."),
}


def problem_words(meant: Meant) -> str:
    """Why a text means no place, and what to enter instead."""
    about = STATES[meant.about][0] if meant.problem == "state" else meant.about
    return str(_PROBLEM_WORDS[meant.problem]) % {"about": about}
