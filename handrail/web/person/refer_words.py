"""The words of the professional's page, and those read aloud to the patient before anything is sent."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from handrail.web.person import words

# Where they are now is asked by itself, so these two ask about before.
FLAGS_AT_REFER: dict[str, Any] = {
    **words.FLAGS_OF_OTHERS,
    "left_jail": gettext_lazy("Left jail or prison in the last weeks"),
    "left_program": gettext_lazy("Left another hospital or program in the last weeks"),
}
RECEIVED: dict[str, Any] = {
    "have_it": gettext_lazy("We have your request."),
    "called_back": gettext_lazy("We called you back."),
    "with_them": gettext_lazy("A person is talking with them."),
}


def consent_text(language: str) -> str:
    """What is read aloud to the patient, in their language. Its version is core.handing_over.CONSENT_VERSION."""
    with override(language):
        return _(
            "%(service)s helps people find treatment. May I tell them the name you choose, where you are, and what you "
            "need, so that they can call me and talk with you? They keep it private. You can say no. Your care here "
            "stays the same. You can change your mind at any time."
        ) % {"service": settings.SERVICE_NAME}
