"""Small tags every template may use."""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from handrail.core.page_check import why_due
from handrail.records.library.checks import WHOLE_LANGUAGE, signed_checks
from handrail.web import dates, registry
from handrail.web.icons import ICONS
from handrail.web.language import DEFAULT, LANGUAGES, path_in, split_path, spoken
from handrail.web.shield import KEY_PATHS, STAFF_PATHS

register = template.Library()
NO_BREAK = dates.NO_BREAK
_TO = "\ue000"  # where the address goes in a link that is kept: a sign for private use, which no name holds
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


@register.simple_tag
def icon(name: str) -> SafeString:
    """An inline drawing beside a word, dressed by the style sheet. It says nothing, so screen readers skip it."""
    drawing = mark_safe(ICONS.get(name, ""))
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', drawing)


def in_zone(moment: datetime, name: str) -> datetime:
    """The moment on the person's own clock, or on the service's clock when theirs is not known."""
    return moment.astimezone(ZoneInfo(name or settings.SERVICE_TIMEZONE))


@register.simple_tag(takes_context=True)
def clock(context: template.Context, moment: datetime, now: datetime | None = None) -> SafeString:
    """A clock time that does not break, as "2:09 AM"; given `now`, another day is named: "Nov 24, 2:09 AM"."""
    zone = str(context.get("time_zone") or "")
    local = in_zone(moment, zone)
    words = clock_words(local)
    if now is not None and in_zone(now, zone).date() != local.date():
        words = f"{day_words(local)}, {words}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), words)


def clock_words(local: datetime) -> str:
    """A clock time in one piece, as "2:09 AM"."""
    return dates.clock(local)


def day_words(moment: datetime) -> str:
    """The day in the reader's language, as "Nov 24" or "24 nov"."""
    return dates.unbroken(moment)


@register.filter
def day_as(day: date | None, form: str) -> str:
    """A day in a form of the reader's language (core.language_table.FORMS): {{ day|day_as:"day_year" }}."""
    return dates.unbroken(day, form) if day else ""


@register.simple_tag
def ago(moment: datetime, now: datetime) -> str:
    """How long since, in the largest unit that is true."""
    minutes = max(0, int((now - moment) / timedelta(minutes=1)))
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}
    if minutes < 60 * 24:
        return ngettext("%(n)d h ago", "%(n)d h ago", minutes // 60) % {"n": minutes // 60}
    days = minutes // (60 * 24)
    return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}


@register.filter
def tel(number: str) -> str:
    """The address a phone dials: "911" as it is, ten digits and more in the international form.

    An extension ("x10") is dialled after it, and letters are the keys they stand on.
    """
    main, _x, extension = number.partition(" x")
    digits = "".join(sign for sign in main.upper().translate(_KEYPAD) if sign.isdigit())
    if len(digits) == 10:
        digits = "1" + digits
    address = f"tel:+{digits}" if len(digits) > 10 else f"tel:{digits}"
    return f"{address};ext={extension.strip()}" if extension.strip().isdigit() else address


@register.inclusion_tag("parts/lines.html")
def public_lines() -> dict[str, Any]:
    """The public emergency lines, from the dated registry of numbers."""
    return {"lines": registry.public_lines()}


@register.simple_tag
def line(key: str) -> registry.Line:
    """One number of the registry, by key."""
    return registry.numbers()[key]


@register.simple_tag
def translation_note() -> str:
    """On pages in another language: that no clinician who speaks it has checked the words, until one has."""
    language = spoken()
    return "" if _is_signed(language.code) else language.not_checked


def _is_signed(language: str) -> bool:
    """Whether a clinician who speaks this language has signed for its words, and the signature holds."""
    signed = signed_checks().get((WHOLE_LANGUAGE, language))
    return language == DEFAULT or why_due(signed, digest="", today=timezone.now().date()) is None


@register.simple_tag
def exit_url() -> str:
    """Where Leave site goes."""
    return str(settings.EXIT_URL)


@register.simple_tag(takes_context=True)
def twins(context: template.Context) -> SafeString:
    """A link for each other language to the same page, with the same picks."""
    if "twins" in context:
        return SafeString(context["twins"])
    request = context.get("request")
    return twin_links(request.get_full_path() if request is not None else own_path("/"))


def twin_links(path: str) -> SafeString:
    """The links of `twins` for the page at `path`, as items of a list."""
    language, bare = split_path(path)
    links = [_twin(other).replace(_TO, escape(twin_of(bare, other))) for other in LANGUAGES if other != language]
    return SafeString("".join(links))


def twin_of(bare: str, language: str) -> str:
    """The address of a page in one language, from its address in English."""
    if bare.startswith(KEY_PATHS):
        bare = "/"  # there is no such page in another language, and a key belongs in no second address
    return bare if bare.startswith(STAFF_PATHS) else path_in(language, bare)


@cache
def _twin(code: str) -> str:
    name = LANGUAGES[code].name
    return f'<li><a class="twin" href="{_TO}" lang="{code}" hreflang="{code}">{escape(name)}</a></li>'


@register.simple_tag
def own_path(bare: str) -> str:
    """An English address in the reader's language, for the pages that must work with no table of addresses."""
    return path_in(get_language() or DEFAULT, bare)


@register.simple_tag
def text_direction() -> SafeString:
    """How the language of the page runs, where it runs from right to left."""
    return SafeString(' dir="rtl"' if spoken().direction == "rtl" else "")


@register.simple_tag
def service_number() -> str:
    """The service's phone number, for the pages that must work with no context at all."""
    return str(settings.SERVICE_PHONE)


@register.simple_tag
def service_title() -> str:
    """The service's neutral name, for the pages that must work with no context at all."""
    return str(settings.SERVICE_NAME)


@register.simple_tag
def sample() -> bool:
    """Whether this is the demo, for the pages that must work with no context at all."""
    return settings.IS_DEMO


@register.simple_tag
def safe_static(path: str) -> str:
    """A static file's address; empty rather than an error, for the error page."""
    try:
        return static(path)
    except ValueError:
        return ""


@register.filter
def hint_of(field: BoundField, value: object) -> str:
    """The second line of a choice. A form sets it as `form.fields["channel"].hints = {"text": "…"}`."""
    hints: dict[str, str] = getattr(field.field, "hints", {})
    return str(hints.get(str(value), ""))
