"""The forms of the private page: the code, the PIN, a note, how we reach you, stopping."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from handrail.actions.family import MESSAGE_LETTERS
from handrail.actions.person import NOTE_LETTERS
from handrail.core.code import normal_code
from handrail.web.person import words
from handrail.web.person.forms import radios, read_words

_BAD_CODE = _("We can't find that code. Check each letter. Or call us.")
_BAD_PIN = _("Enter the 4 digits of your PIN")
_NEW_PIN = _("Enter 4 digits")


class CodeForm(forms.Form):
    """The code, in any case, with or without hyphens. Paste is welcome."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("It looks like K7M4-R2QX-9T"),
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "short"}
        ),
        error_messages={"required": _("Enter your code"), "max_length": _BAD_CODE},
    )

    def clean_code(self) -> str:
        code = normal_code(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(_BAD_CODE)
        return code

    def say_unknown(self) -> None:
        """No living request has this code."""
        self.add_error("code", _BAD_CODE)


def _pin(label: Any, help_text: Any, *, required: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
        error_messages={"required": required},
    )


class PinForm(forms.Form):
    """The 4 digits that were put on this page."""

    pin = _pin(_("Your PIN"), _("The 4 digits you picked. If you lost them, call us."), required=_BAD_PIN)

    def clean_pin(self) -> str:
        return str(self.cleaned_data["pin"]).strip()

    def say_wrong(self) -> None:
        """Not the PIN."""
        self.add_error("pin", _("That is not your PIN. Check each number. Or call us."))


class NewPinForm(forms.Form):
    """A PIN for this page."""

    pin = _pin(
        _("Pick a PIN"),
        _("4 digits. We ask for it after your code. Do not use your birth year."),
        required=_NEW_PIN,
    )

    def clean_pin(self) -> str:
        pin = str(self.cleaned_data["pin"]).strip()
        if not re.fullmatch(r"[0-9]{4}", pin):
            raise forms.ValidationError(_NEW_PIN)
        return pin


class NoteForm(forms.Form):
    """A few words to the counselor."""

    note = forms.CharField(
        label=_("Your note"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write something first")},
    )

    is_complaint = forms.BooleanField(
        label=_("This is a complaint"),
        help_text=_("We count complaints and print how many. It does not change the help you get."),
        required=False,
    )

    def clean_note(self) -> str:
        return read_words(self.cleaned_data["note"], most=NOTE_LETTERS)


class MessageForm(forms.Form):
    """Words for the person somebody cares about. They decide if they read them."""

    message = forms.CharField(
        label=_("Your message"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write something first")},
    )

    def clean_message(self) -> str:
        return read_words(self.cleaned_data["message"], most=MESSAGE_LETTERS)


class StopForm(forms.Form):
    """Stopping, and what happens to what was told. Nothing is chosen beforehand."""

    erase = radios(
        words.ERASE,
        label=_("What should we do with what you told us?"),
        hints=words.ERASE_HINTS,
        error_messages={"required": _("Choose one")},
    )

    def is_erase(self) -> bool:
        """True when it is to be erased."""
        return bool(self.cleaned_data["erase"] == "erase")
