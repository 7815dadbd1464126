"""The exact words of consent that are read aloud, by language. What is stored is what was shown.

Source of what they must say: 42 CFR 2.31(a): who shares, with whom, what, what for, the right to take it back, the end.
"""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from handrail.core.consent import SCOPES
from handrail.web import dates

CHOOSABLE = ("details", "contact")


def scope_words(scope: str, *, language: str) -> str:
    """What one part of the consent lets us tell, as a sentence to read aloud."""
    with override(language):
        return {
            "minimum": _("First: what you need, what you ticked, and when you asked. Not your name."),
            "details": _(
                "After they answer us: the name you gave, your town, your language, how you pay, if you are safe, "
                "if you have naloxone, and what you use if you told us."
            ),
            "contact": _("After they answer us: how they may reach you, and at what hours."),
        }[scope]


def opening_words(*, program: str, language: str) -> str:
    """How the question begins, with what is always told."""
    with override(language):
        first = scope_words("minimum", language=language)
        ask = _("May %(service)s tell %(program)s about you, to ask if they have a place for you?")
        return ask % {"service": settings.SERVICE_NAME, "program": program} + f" {first}"


def closing_words(*, until: datetime, language: str) -> str:
    """How it ends: privacy, taking it back, the last day."""
    with override(language):
        end = _(
            "They must keep it private and may not pass it on without a new yes from you. "
            "You can take this back at any time, on your page or by telling us. It ends by itself on %(day)s."
        )
        return end % {"day": dates.written(until, "long_day")}


def consent_words(*, program: str, scopes: tuple[str, ...], until: datetime, language: str) -> str:
    """The whole text for one program and these parts, as it stood on the page piece by piece."""
    chosen = [scope_words(scope, language=language) for scope in SCOPES if scope in scopes and scope != "minimum"]
    opening, closing = opening_words(program=program, language=language), closing_words(until=until, language=language)
    return " ".join([opening, *chosen, closing])
