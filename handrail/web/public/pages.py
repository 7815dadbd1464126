"""Home, danger, and the pages to read. None of them asks anything, sets a cookie or needs JavaScript."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from handrail.web.public.pulse import read_pulse


def home(request: HttpRequest) -> HttpResponse:
    """Choose in ten seconds: danger, ask, call, or read."""
    now = timezone.now()
    pulse = read_pulse()
    if pulse is not None and not pulse.is_known(now):
        pulse = None
    return render(request, "public/home.html", {"pulse": pulse, "now": now})


def danger(request: HttpRequest) -> HttpResponse:
    """What to do now, by danger. No script, no form but Leave site, nothing that can fail."""
    return render(request, "public/danger.html")


def learn(request: HttpRequest) -> HttpResponse:
    """What there is to read."""
    return render(request, "public/learn.html")


def learn_treatment(request: HttpRequest) -> HttpResponse:
    """The kinds of treatment, medicine first."""
    return render(request, "public/learn_treatment.html")


def cost(request: HttpRequest) -> HttpResponse:
    """What it costs, and the six questions."""
    return render(request, "public/cost.html")


def family(request: HttpRequest) -> HttpResponse:
    """Help someone you love."""
    return render(request, "public/family.html")


def safe_use(request: HttpRequest) -> HttpResponse:
    """Using this site when somebody may look at the phone."""
    return render(request, "public/safe_use.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """Who can see what."""
    facts = {
        "code_days": settings.CODE_DAYS,
        "draft_minutes": settings.DRAFT_MINUTES,
        "operator": settings.SERVICE_OPERATOR,
    }
    return render(request, "public/privacy.html", facts)


def about(request: HttpRequest) -> HttpResponse:
    """Who runs this and who pays."""
    return render(request, "public/about.html", {"operator": settings.SERVICE_OPERATOR})


def accessibility(request: HttpRequest) -> HttpResponse:
    """How the site is built to be used by everybody, and what is not checked yet."""
    return render(request, "public/accessibility.html")
