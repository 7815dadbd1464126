"""What we keep, and for how long: in words, from the settings and the code that forgets, so that it is always true."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handrail.web.limits import CODE_BY_ADDRESS, SEND_SECONDS

OWN_PAGE_MINUTES = 30  # person.door.PASS_TIME; that room and this one cannot see each other, so a test compares them
REPORT_MARK_HOURS = 24  # person.report.ALIKE


@dataclass(frozen=True)
class Row:
    """One thing we keep: what, until when, and what else there is to say."""

    what: str
    until: str
    more: str = ""


def kept_here() -> list[Row]:
    """Everything we keep of a person, in the order they meet it."""
    return [
        Row(_("Pages you looked at, and what you searched for"), _("Not kept")),
        Row(_("Answers you did not send"), _minutes(settings.DRAFT_MINUTES)),
        Row(
            _("Your request and notes"),
            _("Until you ask us to erase them"),
            _("They are locked with a key. The law may make us keep some of it. We tell you what."),
        ),
        Row(_("Your code"), _days(settings.CODE_DAYS), _("Each time you come back after a stop, it starts anew.")),
        Row(
            _("Your page, once you opened it"),
            _minutes(OWN_PAGE_MINUTES),
            _("It closes when you are away that long. Then we ask for the code again."),
        ),
        Row(_("Your yes to a program"), _days(settings.CONSENT_DAYS), _("You can take it back before that.")),
        Row(_("Who looked, and when"), _("Kept"), _("With no name of yours in it.")),
        Row(_("What you tell us is wrong with a place"), _("Kept"), _("With nothing about who told us.")),
        Row(
            _("A scrambled mark of your internet address"),
            _("From minutes to %(hours)s hours") % {"hours": REPORT_MARK_HOURS},
            _marks(),
        ),
    ]


def _marks() -> str:
    facts = {
        "hours": REPORT_MARK_HOURS,
        "minutes": CODE_BY_ADDRESS.seconds // 60,
        "send": SEND_SECONDS // 60,
    }
    return (
        _(
            "Only so that nobody can guess codes (%(minutes)s minutes), send without end (%(send)s minutes) or report "
            "one place twice (%(hours)s hours). We do not keep the address itself."
        )
        % facts
    )


def _minutes(count: int) -> str:
    return ngettext("%(n)s minute", "%(n)s minutes", count) % {"n": count}


def _days(count: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}
