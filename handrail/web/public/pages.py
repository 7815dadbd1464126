"""Home, danger, and the pages to read. None of them asks anything, sets a cookie or needs JavaScript."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from handrail.core.figures import FEWEST
from handrail.web.browser_keeps import for_staff, for_visitors
from handrail.web.public.figures import read_months
from handrail.web.public.how_long import kept_here
from handrail.web.public.kept_pages import kept_page
from handrail.web.public.pulse import read_pulse


def home(request: HttpRequest) -> HttpResponse:
    """Choose in ten seconds: danger, ask, call, or read."""
    now = timezone.now().replace(second=0, microsecond=0)  # by the minute, so that the page can be kept for one
    pulse = read_pulse()
    if pulse is not None and not pulse.is_known(now):
        pulse = None
    return kept_page(request, "public/home.html", {"pulse": pulse, "now": now})


def danger(request: HttpRequest) -> HttpResponse:
    """What to do now, by danger. No script, no form but Leave site, nothing that can fail."""
    return kept_page(request, "public/danger.html")


def danger_sources(request: HttpRequest) -> HttpResponse:
    """What the danger page rests on."""
    return kept_page(request, "public/danger_sources.html")


def safe_use(request: HttpRequest) -> HttpResponse:
    """Using this site when somebody may look at the phone."""
    return kept_page(request, "public/safe_use.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """Who can see what, what we keep and for how long, and what the browser keeps."""
    facts = {
        "kept_here": kept_here(),
        "keeps": for_visitors(),
        "staff_keeps": for_staff(),
        "operator": settings.SERVICE_OPERATOR,
    }
    return kept_page(request, "public/privacy.html", facts, key=(settings.SERVICE_OPERATOR, get_language()))


def about(request: HttpRequest) -> HttpResponse:
    """Who runs this, who pays, and the numbers we publish each month."""
    facts = {
        "operator": settings.SERVICE_OPERATOR,
        "funders": settings.SERVICE_FUNDERS,
        "months": read_months(timezone.now()),
        "fewest": FEWEST,
        "promise": settings.HANDRAIL_CLOCKS["first_contact"],
    }
    return kept_page(request, "public/about.html", facts)


def accessibility(request: HttpRequest) -> HttpResponse:
    """How the site is built to be used by everybody, and what is not checked yet."""
    return kept_page(request, "public/accessibility.html")


def print_card(request: HttpRequest) -> HttpResponse:
    """A card for the wallet, for anybody: a neutral name and numbers."""
    return kept_page(request, "public/print_card.html")
