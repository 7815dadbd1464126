"""The questions of the request, one form each. `answers()` says what a filled-in form adds to the kept answers."""

import re
from collections.abc import Mapping
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from handrail.records.directory.places import Place, find_place, suggest_places
from handrail.web.language import DEFAULT
from handrail.web.person import words
from handrail.web.person.clock import hour
from handrail.web.phones import show_phone

MAX_WORDS = 500
MAX_NAME = 40
MAX_PICKS = 8


class Question(forms.Form):
    """One page of the request. `kept` are the answers so far; they prefill the page.

    `heading` names the field whose label is the page's own heading, if there is one.
    """

    step = ""
    heading = ""

    def __init__(self, *args: Any, kept: Mapping[str, Any], **options: Any) -> None:
        options["initial"] = self.initial_from(kept)
        super().__init__(*args, **options)
        self.kept = kept
        self.fit(kept)
        if self.heading:
            self.fields[self.heading].label = words.title_of(self.step, kept.get("who", "me"))

    @staticmethod
    def initial_from(kept: Mapping[str, Any]) -> dict[str, Any]:
        """The kept answers as this form's fields hold them."""
        return dict(kept)

    def fit(self, kept: Mapping[str, Any]) -> None:
        """Leave out or reword fields that do not fit what was answered before."""

    def answers(self) -> dict[str, Any]:
        """What to keep. Call it on a valid form only."""
        return dict(self.cleaned_data)


def radios(choices: Mapping[str, Any], *, label: Any, hints: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """A question with one answer out of a few."""
    field = forms.ChoiceField(choices=list(choices.items()), label=label, widget=forms.RadioSelect, **options)
    field.hints = hints or {}  # type: ignore[attr-defined]
    return field


class PhoneInput(forms.TextInput):
    """Brings up the number keys."""

    input_type = "tel"


class WhoForm(Question):
    step, heading = "who", "who"
    who = radios(words.WHO, label="", hints=words.WHO_HINTS, error_messages={"required": _("Choose who needs help")})


class NowForm(Question):
    step, heading = "now", "now"
    now = radios(words.NOW, label="", error_messages={"required": _("Choose one. “I am not sure” is OK")})

    def fit(self, kept: Mapping[str, Any]) -> None:
        self.fields["now"].choices = list(words.now_words(kept.get("who", "me")).items())  # type: ignore[attr-defined]


class WhereForm(Question):
    """A ZIP or a town, found offline, or no place at all."""

    place = forms.CharField(
        label=_("ZIP code or town"),
        help_text=_("We do not track your phone."),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "class": "short"}),
    )
    pick = forms.ChoiceField(
        label=_("Which one?"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of these, or use a ZIP")},
    )
    moves_around = forms.BooleanField(label=_("I move around"), required=False)

    found: Place | None = None
    needed = _("Enter a 5-digit ZIP or a town, or check “I move around”")

    @staticmethod
    def initial_from(kept: Mapping[str, Any]) -> dict[str, Any]:
        return {"place": kept.get("zip") or kept.get("place", ""), "moves_around": kept.get("moves_around", False)}

    def fit(self, kept: Mapping[str, Any]) -> None:
        if kept.get("who") == "someone":
            self.fields["moves_around"].label = _("They move around")
            self.needed = _("Enter a 5-digit ZIP or a town, or check “They move around”")
        text = str(self.data.get("place", "")).strip() if self.is_bound else ""
        self.exact = find_place(text) if text else []
        self.near = self.exact[:MAX_PICKS] or (suggest_places(text) if text else [])
        if len(self.exact) == 1 or not self.near:
            del self.fields["pick"]
        else:
            self.fields["pick"].choices = [(str(place), str(place)) for place in self.near]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        text = data.get("place", "").strip()
        picked = next((place for place in self.near if str(place) == data.get("pick")), None)
        self.found = self.exact[0] if len(self.exact) == 1 else picked
        if self.found or {"place", "pick"} & set(self.errors):
            return data
        if text and self.exact:
            self.add_error("pick", _("There is more than one place with that name. Choose one, or use a ZIP"))
        elif text and not text.isdigit():
            self.add_error("place", _("We can't find “%(place)s”. Check the spelling or use a ZIP") % {"place": text})
        elif text or not data.get("moves_around"):
            self.add_error("place", self.needed)
        return data

    def answers(self) -> dict[str, Any]:
        place = self.found
        typed = self.cleaned_data["place"].strip()
        return {
            "place": str(place) if place else "",
            "zip": typed[:5] if place and typed[:5].isdigit() else "",
            "latitude": place.latitude if place else None,
            "longitude": place.longitude if place else None,
            "timezone": (place.timezone if place else "") or settings.SERVICE_TIMEZONE,
            "moves_around": self.cleaned_data.get("moves_around", False),
        }


class ContactForm(Question):
    step, heading = "contact", "channel"
    channel = radios(
        words.CHANNELS, label="", hints=words.CHANNEL_HINTS, error_messages={"required": _("Choose how to reach you")}
    )

    def fit(self, kept: Mapping[str, Any]) -> None:  # noqa: ARG002 - the same page whatever was answered
        said = _("The first text says only “Hi, this is %(name)s from %(service)s. OK to talk?”")
        self.fields["channel"].help_text = _("Pick the way that is safest for you. You can change it at any time.")
        self.fields["channel"].hints = {  # type: ignore[attr-defined]
            **words.CHANNEL_HINTS,
            "text": said % {"service": settings.SERVICE_NAME, "name": _("[name]")},
        }

    def answers(self) -> dict[str, Any]:
        channel, before = self.cleaned_data["channel"], self.kept.get("channel")
        is_same_kind = channel == before or {channel, before} == {"text", "call"}
        return {"channel": channel} if is_same_kind else {"channel": channel, "address": ""}


class DetailsForm(Question):
    """What makes the chosen way safe. The safest answer is the one chosen before anybody chooses."""

    phone = forms.CharField(
        label=_("Phone number"),
        help_text=_("It can be a friend's phone."),
        required=False,
        max_length=40,
        widget=PhoneInput(attrs={"autocomplete": "tel", "class": "short"}),
    )
    email = forms.EmailField(
        label=_("Email"),
        help_text=_("Pick one that only you can open."),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Enter an email, like name@example.com")},
    )
    name = forms.CharField(
        label=_("What should we call you?"),
        help_text=_("A made-up name is fine. You can skip this."),
        required=False,
        max_length=MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("Use a shorter name, 40 letters at most")},
    )
    if_other_answers = radios(words.OTHER_ANSWERS, label=_("If someone else answers"))
    say_we_are = forms.CharField(
        label=_("Where should we say we are from?"),
        help_text=_("Only if you picked that. A store, a friend's work, a library."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    talk_with = radios(words.TALK_WITH, label=_("Who may hear why we call?"), required=False)
    talk_name = forms.CharField(
        label=_("Who is that?"),
        help_text=_("Only if you picked that. Like “My sister Ana”."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    voicemail = radios(words.VOICEMAIL, label=_("Leave a voicemail?"))
    best_time = radios(words.BEST_TIME, label=_("Best time to reach you"))
    from_hour = forms.TypedChoiceField(label=_("From"), coerce=int, required=False, empty_value=None)
    to_hour = forms.TypedChoiceField(label=_("Until"), coerce=int, required=False, empty_value=None)
    language = radios(words.LANGUAGES, label=_("Language"))

    ONLY_CALL = ("if_other_answers", "say_we_are", "talk_with", "talk_name", "voicemail")
    ONLY_HOURS = ("best_time", "from_hour", "to_hour")

    @staticmethod
    def initial_from(kept: Mapping[str, Any]) -> dict[str, Any]:
        hours = kept.get("hours")
        return {
            "phone": show_phone(kept.get("address", "")) if kept.get("channel") in ("text", "call") else "",
            "email": kept.get("address", "") if kept.get("channel") == "email" else "",
            "name": kept.get("name", ""),
            "if_other_answers": kept.get("if_other_answers", "hang_up"),
            "say_we_are": kept.get("say_we_are", ""),
            "talk_with": "one" if kept.get("may_talk_with") else "me",
            "talk_name": kept.get("may_talk_with", ""),
            "voicemail": "yes" if kept.get("may_voicemail") else "no",
            "best_time": "hours" if hours else "any",
            "from_hour": hours[0] if hours else 9,
            "to_hour": hours[1] if hours else 17,
            "language": kept.get("language") or get_language() or DEFAULT,
        }

    def fit(self, kept: Mapping[str, Any]) -> None:
        channel = kept.get("channel", "code")
        gone = {"text": ("email", *self.ONLY_CALL), "call": ("email",), "email": ("phone", *self.ONLY_CALL)}
        for name in gone.get(channel, ("phone", "email", *self.ONLY_CALL, *self.ONLY_HOURS)):
            del self.fields[name]
        for name in ("from_hour", "to_hour"):
            if name in self.fields:
                self.fields[name].choices = [(number, hour(number)) for number in range(24)]  # type: ignore[attr-defined]
        if "if_other_answers" in self.fields:
            said = _("Say we are from %(service)s") % {"service": settings.SERVICE_NAME}
            self.fields["if_other_answers"].choices = list({**words.OTHER_ANSWERS, "say_service": said}.items())  # type: ignore[attr-defined]
        if channel == "text":
            self.fields["phone"].help_text = _("It can be a friend's phone. Your phone plan may charge for texts.")

    def clean_phone(self) -> str:
        return read_phone(self.cleaned_data["phone"])

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if not email:
            raise forms.ValidationError(_("Enter an email, like name@example.com"))
        return email

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("if_other_answers") == "say_from" and not data.get("say_we_are"):
            self.add_error("say_we_are", _("Type where we should say we are from, or pick another answer"))
        if data.get("talk_with") == "one" and not data.get("talk_name"):
            self.add_error("talk_name", _("Type who that is, or pick “Only me”"))
        if data.get("best_time") == "hours" and data.get("from_hour") == data.get("to_hour"):
            self.add_error("to_hour", _("Pick an end that is not the same as the start"))
        return data

    def answers(self) -> dict[str, Any]:
        data = self.cleaned_data
        has_hours = data.get("best_time") == "hours"
        return {
            "address": data.get("phone") or data.get("email") or "",
            "name": data["name"],
            "if_other_answers": data.get("if_other_answers") or "hang_up",
            "say_we_are": data.get("say_we_are", "") if data.get("if_other_answers") == "say_from" else "",
            "may_talk_with": data.get("talk_name", "") if data.get("talk_with") == "one" else "",
            "may_voicemail": data.get("voicemail") == "yes",
            "hours": [data["from_hour"], data["to_hour"]] if has_hours else None,
            "language": data["language"],
        }


class AboutForm(Question):
    step, heading = "about", "flags"
    flags = forms.MultipleChoiceField(
        label="",
        help_text=_("You can skip this. Under each box we say why we ask."),
        required=False,
        choices=list(words.FLAGS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("Please leave out your full name and birth date."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def fit(self, kept: Mapping[str, Any]) -> None:
        self.fields["flags"].hints = words.FLAG_HINTS  # type: ignore[attr-defined]
        if kept.get("who") == "someone":
            self.fields["flags"].hints = words.FLAG_HINTS_OF_OTHERS  # type: ignore[attr-defined]
            self.fields["flags"].choices = list(words.FLAGS_OF_OTHERS.items())  # type: ignore[attr-defined]

    def clean_words(self) -> str:
        return read_words(self.cleaned_data["words"], most=MAX_WORDS)


def read_words(text: str, *, most: int) -> str:
    """Typed words with plain line ends. Raises ValidationError that says by how many letters they are too long."""
    text = re.sub(r"\r\n?", "\n", text)
    over = len(text) - most
    if over > 0:
        raise forms.ValidationError(
            ngettext("Your message is %(over)s letter too long", "Your message is %(over)s letters too long", over)
            % {"over": over}
        )
    return text


def read_phone(text: str) -> str:
    """A typed phone number as E.164. Raises ValidationError that says what to do.

    Any number that could be dialled is taken; whether somebody has it is not ours to guess.
    """
    say = _("Enter a phone number with area code, like 555-010-0199")
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        raise forms.ValidationError(say) from None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if len(re.sub(r"\D", "", text)) == 0 or reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise forms.ValidationError(say)
    if reason == phonenumbers.ValidationResult.TOO_SHORT:
        raise forms.ValidationError(_("That number is too short"))
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        raise forms.ValidationError(_("That number is too long"))
    raise forms.ValidationError(say)
