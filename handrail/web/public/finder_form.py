"""What the finder asks, and how an address is read: short neutral words, so that a history tells little."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from handrail.core.match import Order
from handrail.core.needs import KINDS, MUSTS, PAYERS, Choice, Needs, by_code
from handrail.records.directory.places import Place, find_place, suggest_places
from handrail.web.finder_words import KIND_WORDS, MUST_WORDS, PAYER_WORDS
from handrail.web.typed import whole_number

MILES_CHOICES = (25, 60, 100, 300)
ORDER_CODES: dict[str, Order] = {"": "best", "n": "nearest", "s": "soonest"}
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
        choices=_choices(KINDS, KIND_WORDS),
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
        self.fields["k"].hints = hints  # type: ignore[attr-defined]


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

    def query(self, **changes: Any) -> str:
        """The address's query with some parts changed; the parts that say nothing are left out."""
        parts: dict[str, Any] = {
            "n": self.text,
            "k": [KINDS[key].code for key in self.kinds],
            "p": PAYERS[self.payer].code if self.payer else "",
            "m": [MUSTS[key].code for key in self.must],
            "r": self.miles if self.miles != MILES_CHOICES[0] else "",
            "o": next(code for code, order in ORDER_CODES.items() if order == self.order),
            "pg": self.page if self.page > 1 else "",
        } | changes
        return urlencode({key: value for key, value in parts.items() if value}, doseq=True)


def read_search(data: Any) -> Search:
    """Read a query string kindly: a code nobody knows is as if it were not there."""
    miles, page = whole_number(data.get("r"), most=MILES_CHOICES[-1]), whole_number(data.get("pg"), most=LAST_PAGE)
    payers = by_code(PAYERS, [data.get("p", "")])
    return Search(
        text=" ".join(data.get("n", "").replace("\0", " ").split())[:LONGEST_PLACE],
        kinds=by_code(KINDS, data.getlist("k")),
        payer=payers[0] if payers else "",
        must=by_code(MUSTS, data.getlist("m")),
        miles=miles if miles in MILES_CHOICES else MILES_CHOICES[0],
        order=ORDER_CODES.get(data.get("o", ""), "best"),
        page=max(1, page),
    )


@lru_cache(maxsize=2048)
def places_for(text: str, serial: int) -> tuple[Place, ...]:  # noqa: ARG001 (the key of the cache)
    """The places a text may mean. Kept for each snapshot of the directory, which has towns of its own."""
    return tuple(find_place(text))


@lru_cache(maxsize=512)
def suggestions_for(text: str, serial: int) -> tuple[Place, ...]:  # noqa: ARG001 (the key of the cache)
    """At most three places whose names are close."""
    return tuple(suggest_places(text))
