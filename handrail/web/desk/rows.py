"""The rows of the queue, drawn in Python: fifty rows cost a third of what the same rows cost in a template.

Everything from a person goes through `escape`; the words of each language are looked up once, not once a row.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from handrail.core.access import Actor
from handrail.records.casebook.models import HelpRequest
from handrail.web.desk.words import FLAGS, WHY_HERE, flags_of, name_of, short_rule, wants_of

SHOWN = 50
MOST_TAGS = 3
SOON_MINUTES = 60
NEAR_MINUTES = 18 * 60  # within this, a clock time needs no day
LATE_HOURS_FROM = 120
_COLUMNS = (
    *("id", "due_at", "asked_at", "is_danger", "queue_rank", "answers"),
    *("person__chosen_name", "person__contact_rule"),
)


def queue_rows(actor: Actor, *, now: datetime) -> list[SafeString]:
    """The first rows of the queue in the printed order, in one statement, each a table row."""
    waiting = HelpRequest.objects.visible_to(actor).in_printed_order(now, limit=SHOWN)
    return [_row(values, now, is_next=place == 0) for place, values in enumerate(waiting.values(*_COLUMNS))]


def _row(values: dict[str, Any], now: datetime, *, is_next: bool) -> SafeString:
    answers, rule, due_at = values["answers"], values["person__contact_rule"], values["due_at"]
    rank, words = values["queue_rank"], _words(get_language() or "en")
    flags = flags_of(answers, is_danger=values["is_danger"], is_late=due_at < now)
    waits_for_hour = rank == 4 and rule.get("hours") and due_at - now > timedelta(minutes=SOON_MINUTES)
    town = str(answers.get("place") or "").partition(",")[0] or (words["moves"] if answers.get("moves_around") else "")
    return mark_safe(
        f"<tr{' class=next' if is_next else ''}>"
        f'<td class="due">{words["now_row"] if rank == 1 else due_words(due_at, now)}</td>'
        f'<th scope="row"><a href="/desk/r/{values["id"]}/take/">'
        f"{escape(values['person__chosen_name']) or words['no_name']}</a></th>"
        f'<td><span class="tags">{tags_of(flags, most=MOST_TAGS)}</span></td>'
        f"<td>{escape(wants_of(answers))}</td><td>{escape(town)}</td><td>{escape(short_rule(rule))}</td>"
        f"<td>{clock_words(values['asked_at'], with_day=now)}</td>"
        f'<td class="dim">{rank} {words["safe_time"] if waits_for_hour else words[f"why_{rank}"]}</td></tr>'
    )


@cache
def _words(_language: str) -> dict[str, str]:
    """Our own words for one language, escaped, looked up once."""
    words = {
        "now": _("Now"),
        "left": _("{} min left"),
        "late": _("{} min late"),
        "at": _("At {}"),
        "no_name": name_of(""),
        "moves": _("Moves around"),
        "safe_time": _("Safe time"),
        **{f"why_{rank}": str(word) for rank, word in WHY_HERE.items()},
    }
    held = {key: escape(word) for key, word in words.items()}
    held["timer"] = f'data-left="{held["left"]}" data-late="{held["late"]}" data-now="{held["now"]}"'
    held["now_row"] = f'<span class="late">{held["now"]}</span>'
    return held


def tags_of(flags: Iterable[str], *, most: int = 99) -> SafeString:
    """Flags as small tags: a drawing and a word each. What does not fit is counted, never hidden."""
    held, language = list(flags), get_language() or "en"
    parts = [_tag(flag, language) for flag in held[:most]]
    if len(held) > most:
        rest = escape(", ".join(str(FLAGS[flag][0]) for flag in held[most:]))
        more = f'+{len(held) - most}<span class="hide"> {rest}</span>'
        parts.append(f'<span class="small quiet" title="{rest}">{more}</span>')
    return mark_safe("".join(parts))


@cache
def _tag(flag: str, _language: str) -> str:
    word, drawing, look = FLAGS[flag]
    return (
        f'<span class="tag {look}"><svg viewBox="0 0 24 24" aria-hidden="true"><use href="#i-{drawing}"/></svg>'
        f"{escape(str(word))}</span>"
    )


def due_words(at: datetime, now: datetime) -> SafeString:
    """When it is due, as a timer within the hour and as a clock time beyond; JavaScript keeps the timer moving."""
    words = _words(get_language() or "en")
    minutes = (at - now).total_seconds() / 60
    if minutes > SOON_MINUTES:
        shown = clock_words(at, ampm=True, with_day=now if minutes > NEAR_MINUTES else None)
        return mark_safe(f'<time class="quiet" datetime="{at.isoformat()}">{words["at"].replace("{}", shown)}</time>')
    whole = -int(-minutes // 1) if minutes >= 0 else int(-minutes)
    if whole < 1:
        text = words["now"]
    elif whole < LATE_HOURS_FROM:
        text = words["left" if minutes >= 0 else "late"].replace("{}", str(whole))
    else:
        text = escape(hours_late(whole))
    look = ' class="late"' if minutes < 0 else ""
    return mark_safe(f'<time{look} data-until="{at.isoformat()}" {words["timer"]}>{text}</time>')


def hours_late(minutes: int) -> str:
    """A long lateness in hours, then days."""
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d h late", "%(n)d h late", hours) % {"n": hours}
    return ngettext("%(n)d day late", "%(n)d days late", hours // 24) % {"n": hours // 24}


def clock_words(at: datetime, *, ampm: bool = False, with_day: datetime | None = None) -> str:
    """A clock time on the service's clock, "2:13" or "2:13 AM"; another day than `with_day` is named."""
    zone = ZoneInfo(settings.SERVICE_TIMEZONE)
    local = at.astimezone(zone)
    words = f"{local.hour % 12 or 12}:{local.minute:02}"
    if ampm:
        words += "\N{NO-BREAK SPACE}AM" if local.hour < 12 else "\N{NO-BREAK SPACE}PM"
    if with_day is not None and with_day.astimezone(zone).date() != local.date():
        return f"{local:%b} {local.day}, {words}" if ampm else f"{local:%b} {local.day}"
    return words
