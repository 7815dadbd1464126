"""Small tags every template may use."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from handrail.web import registry
from handrail.web.icons import ICONS
from handrail.web.shield import KEY_PATHS, STAFF_PATHS

register = template.Library()
NO_BREAK = "\N{NO-BREAK SPACE}"
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
    return local.strftime("%I:%M %p").lstrip("0").replace(" ", NO_BREAK)


def day_words(moment: datetime) -> str:
    """The day in the reader's language, as "Nov 24" or "24 nov"."""
    return date_format(moment, "j b" if get_language() == "es" else "M j", use_l10n=False).replace(" ", NO_BREAK)


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


@register.inclusion_tag("parts/sources.html")
def evidence(*ids: str) -> dict[str, Any]:
    """The sources a clinical page rests on, listed at its foot."""
    return {"sources": [registry.evidence()[key] for key in ids]}


@register.inclusion_tag("parts/checked.html")
def checked(page: str) -> dict[str, Any]:
    """Who checked this page of clinical words, or that nobody has yet."""
    check = registry.checks()[page]
    return {"check": check, "is_good": check.is_good(timezone.now().date())}


@register.simple_tag
def translation_note() -> str:
    """On pages in another language: that no clinician who speaks it has checked the words, until one has."""
    language = get_language() or "en"
    if language == "en" or registry.checks()[f"language_{language}"].is_good(timezone.now().date()):
        return ""
    return _("No nurse or doctor who is a native Spanish speaker has checked this translation yet.")


@register.simple_tag
def exit_url() -> str:
    """Where Leave site goes."""
    return str(settings.EXIT_URL)


@register.simple_tag(takes_context=True)
def twin_url(context: template.Context) -> str:
    """The same page in the other language, with the same picks."""
    if "twin_path" in context:
        return str(context["twin_path"])
    request = context.get("request")
    return twin_of(request.get_full_path() if request is not None else "/")


def twin_of(path: str) -> str:
    """The address of the same page in the other language."""
    if get_language() == "es":
        return path[3:] if path.startswith("/es/") else path
    if path.startswith(KEY_PATHS):
        return "/es/"  # there is no such page in Spanish, and a key belongs in no second address
    return path if path.startswith(STAFF_PATHS) else f"/es{path}"


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
