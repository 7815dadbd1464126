"""The words of the steward door: purposes and states of messages, kinds of findings."""

from typing import Any

from django.utils.translation import gettext_lazy as _

PURPOSE_WORDS: dict[str, Any] = {
    "first_contact": _("First contact"),
    "news": _("There is news"),
    "late": _("We are late"),
    "check_in": _("How is it going"),
    "help": _("Answer to HELP"),
    "stop_confirm": _("Answer to STOP"),
}
STATE_WORDS: dict[str, Any] = {
    "queued": _("Waiting"),
    "sending": _("Sending"),
    "sent": _("Sent"),
    "refused": _("Not sent"),
}
CHANNEL_WORDS: dict[str, Any] = {"text": _("Text"), "email": _("Email"), "call": _("Call")}
FINDING_WORDS: dict[str, Any] = {
    "changed": _("Changed"),
    "removed": _("Removed"),
    "reordered": _("Out of order"),
    "added": _("Added"),
    "seal": _("Seal"),
}
