"""Everything this site may leave in a browser: the one table of cookies and storage keys, with the reason of each.

The privacy page shows this table. A crawler in a real browser (tests/browser/crawl.py) finds nothing that is not in
it, and each row of it; so what visitors read is what is.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from handrail.web.leave import AWAY_COOKIE, DRAFT_COOKIE, SAVED_COOKIE

SEEN_COOKIE = "seen"


@dataclass(frozen=True)
class Kept:
    """One thing a browser keeps for us. `kind` is cookie or storage; `readers` are visitors or staff."""

    name: str
    when: Promise
    why: Promise
    until: Promise
    kind: str = "cookie"
    readers: str = "visitors"


WITH_THE_BROWSER = _("Until you close the browser, or press Leave site")

KEEPS: tuple[Kept, ...] = (
    Kept(
        settings.CSRF_COOKIE_NAME,
        _("You open a form"),
        _("Shows that the form came from our own page and not from another site."),
        WITH_THE_BROWSER,
    ),
    Kept(
        DRAFT_COOKIE,
        _("You answer our questions"),
        _("Keeps your place in the questions. The answers are with us, locked, not on your phone."),
        WITH_THE_BROWSER,
    ),
    Kept(
        settings.SESSION_COOKIE_NAME,
        _("You send your request, or open your page with a code"),
        _("Keeps your page open for half an hour. Then we ask for the code again."),
        WITH_THE_BROWSER,
    ),
    Kept(
        SAVED_COOKIE,
        _("You save a place"),
        _("Holds which places, at most 10. We keep no copy."),
        _("Until you close the browser, or press Forget these or Leave site"),
    ),
    Kept(
        AWAY_COOKIE,
        _("You press Leave site"),
        _("Makes our pages ask before they open, so that Back shows nothing."),
        _("10 minutes"),
    ),
    Kept(
        SEEN_COOKIE,
        _("Staff open a page"),
        _("Locks a staff screen that is left alone."),
        _("14 hours"),
        readers="staff",
    ),
)


def for_visitors() -> tuple[Kept, ...]:
    """What the browser of somebody who looks for help may keep."""
    return tuple(row for row in KEEPS if row.readers == "visitors")


def for_staff() -> tuple[Kept, ...]:
    """What the browser of staff may keep besides."""
    return tuple(row for row in KEEPS if row.readers == "staff")
