"""Something wrong? Anybody tells us what is wrong with a place, with no account and no name.

It stands at this door because the public one may not write. One person pressing twice is thanked twice and counted
once: for a day the shared cache holds a keyed fingerprint of address, place and kind together, and nothing else.
"""

from datetime import datetime

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from handrail.actions.directory.report import report
from handrail.core.reports import CHECK_WITHIN
from handrail.records.directory.models import Program
from handrail.records.directory.snapshot import snapshot
from handrail.records.keys import blind_index
from handrail.web.limits import Limit, count_wrong, give_back, is_flooded, take_try, visitor_key
from handrail.web.person.forms import radios
from handrail.web.report_words import PLAN_HINTS, PLAN_WORDS, REPORT_WORDS

ALIKE = Limit("report_alike", 1, 24 * 60 * 60)
# A library, a shelter or a phone company is one address for many people.
BY_ADDRESS = Limit("report", 12, 60 * 60)
# One line at home or a rented server may have thousands of /64: nobody is to be two people who say one thing.
ONE_LINE = 48
BY_ALL = Limit("reports", 600, 60 * 60)


class ReportForm(forms.Form):
    """What is wrong, and which plan when it is about a plan. Nothing is asked about who tells us."""

    kind = radios(REPORT_WORDS, label=_("What is wrong?"), error_messages={"required": _("Choose what is wrong")})
    about = radios(PLAN_WORDS, label=_("Which plan?"), hints=PLAN_HINTS, required=False)

    def clean(self) -> dict[str, str]:
        """The plan counts only where the plan is what is wrong."""
        given = self.cleaned_data
        if given.get("kind") != "plan":
            self.errors.pop("about", None)
            given["about"] = ""
        elif not given.get("about") and "about" not in self.errors:
            self.add_error("about", _("Choose which plan"))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
def report_place(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what is wrong with one place, and keep it for our staff to check."""
    listing = snapshot().by_slug(slug)
    if listing is None:
        raise Http404
    if listing.offer.slug != slug:
        return redirect("report_place", slug=listing.offer.slug)
    form = ReportForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        why_not = _tell(request, listing.offer.program_id, form.cleaned_data, now=timezone.now())
        if why_not is None:
            return redirect("report_thanks", slug=slug)
        status = 429
        form.add_error(None, why_not)
    elif form.is_bound:
        status = 422
    return render(request, "person/report.html", {"form": form, "offer": listing.offer}, status=status)


@require_GET
def report_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens now. Nothing of what was told is on this page or in its address."""
    listing = snapshot().by_slug(slug)
    hours = int(CHECK_WITHIN.total_seconds() // 3600)
    return render(request, "person/report_thanks.html", {"offer": listing and listing.offer, "hours": hours})


def _tell(request: HttpRequest, program_id: str, told: dict[str, str], *, now: datetime) -> str | None:
    """Keep the report, unless this address told us the same today. Gives the words of why not, or None."""
    visitor = visitor_key(request)
    nearby = visitor_key(request, shared_bits=ONE_LINE)
    again = take_try(ALIKE, blind_index(f"{nearby}:{program_id}:{told['kind']}:{told['about']}", purpose="report"))
    if again is None:
        return None
    slot = take_try(BY_ADDRESS, visitor)
    if slot is None or is_flooded(BY_ALL, now=now):
        give_back(again)
        return str(_("We got very many of these this hour. Please wait an hour, or call us."))
    count_wrong(BY_ALL, now=now)
    try:
        report(get_object_or_404(Program, pk=program_id), kind=told["kind"], about=told["about"], now=now)
    except Exception:
        give_back(again)  # it was not kept, so it may be told again
        raise
    return None
