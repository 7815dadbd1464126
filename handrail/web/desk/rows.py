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
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from handrail.core.access import Actor
from handrail.records.casebook.models import HelpRequest
from handrail.web.desk.shell import sprite
from handrail.web.desk.words import FLAGS, WHY_HERE, flags_of, name_of, short_rule, wants_of

FLAG_SPRITE = sprite(tuple(dict.fromkeys(drawing for _word, drawing, _look in FLAGS.values())))
SHOWN = 50
MOST_TAGS = 3
SOON_MINUTES = 60
NEAR_MINUTES = 18 * 60  # within this, a clock time needs no day
LATE_HOURS_FROM = 120
_COLUMNS = (
    *("id", "due_at", "asked_at", "is_danger", "queue_rank", "answers"),
    *("person__chosen_name", "person__contact_rule"),
)


def queue_rows(actor: Actor, *, now: datetime) -> SafeString:
    """The first rows of the queue in the printed order, in one statement, as table rows; "" when nobody waits."""
    waiting = HelpRequest.objects.visible_to(actor).in_printed_order(now, limit=SHOWN)
    # Asked once for all rows: fifty times over, these two look-ups are a tenth of the page.
    language, zone = get_language() or "en", ZoneInfo(settings.SERVICE_TIMEZONE)
    here = now.astimezone(zone)
    found = enumerate(waiting.values(*_COLUMNS))
    return SafeString("\n".join(_row(values, here, language, is_next=place == 0) for place, values in found))


def _row(values: dict[str, Any], now: datetime, language: str, *, is_next: bool) -> str:
    answers, rule, due_at = values["answers"], values["person__contact_rule"], values["due_at"]
    rank, words = values["queue_rank"], _words(language)
    flags = flags_of(answers, is_danger=values["is_danger"], is_late=due_at < now)
    waits_for_hour = rank == 4 and rule.get("hours") and due_at - now > timedelta(minutes=SOON_MINUTES)
    town = str(answers.get("place") or "").partition(",")[0] or (words["moves"] if answers.get("moves_around") else "")
    return (
        f"<tr{' class=next' if is_next else ''}>"
        f'<td class="due">{words["now_row"] if rank == 1 else due_words(due_at, now, language)}</td>'
        f'<th scope="row"><a href="/desk/r/{values["id"]}/take/">'
        f"{escape(values['person__chosen_name']) or words['no_name']}</a></th>"
        f'<td><span class="tags">{tags_of(flags, most=MOST_TAGS, language=language)}</span></td>'
        f"<td>{escape(wants_of(answers, language))}</td><td>{escape(town)}</td>"
        f"<td>{escape(short_rule(rule, language))}</td>"
        f"<td>{_clock(values['asked_at'].astimezone(now.tzinfo), now, ampm=False)}</td>"
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


def tags_of(flags: Iterable[str], *, most: int = 99, language: str = "") -> SafeString:
    """Flags as small tags: a drawing and a word each. What does not fit is counted, never hidden."""
    held, language = list(flags), language or get_language() or "en"
    parts = [_tag(flag, language) for flag in held[:most]]
    if len(held) > most:
        rest = escape(", ".join(str(FLAGS[flag][0]) for flag in held[most:]))
        more = f'+{len(held) - most}<span class="hide"> {rest}</span>'
        parts.append(f'<span class="small quiet" title="{rest}">{more}</span>')
    return SafeString("".join(parts))


@cache
def _tag(flag: str, _language: str) -> str:
    word, drawing, look = FLAGS[flag]
    return (
        f'<span class="tag {look}"><svg viewBox="0 0 24 24" aria-hidden="true"><use href="#i-{drawing}"/></svg>'
        f"{escape(str(word))}</span>"
    )


def due_words(at: datetime, now: datetime, language: str = "") -> SafeString:
    """When it is due, as a timer within the hour and as a clock time beyond; JavaScript keeps the timer moving."""
    words = _words(language or get_language() or "en")
    minutes = (at - now).total_seconds() / 60
    if minutes > SOON_MINUTES:
        shown = clock_words(at, ampm=True, with_day=now if minutes > NEAR_MINUTES else None)
        return SafeString(f'<time class="quiet" datetime="{at.isoformat()}">{words["at"].replace("{}", shown)}</time>')
    whole = -int(-minutes // 1) if minutes >= 0 else int(-minutes)
    if whole < 1:
        text = words["now"]
    elif whole < LATE_HOURS_FROM:
        text = words["left" if minutes >= 0 else "late"].replace("{}", str(whole))
    else:
        text = escape(hours_late(whole))
    look = ' class="late"' if minutes < 0 else ""
    return SafeString(f'<time{look} data-until="{at.isoformat()}" {words["timer"]}>{text}</time>')


def hours_late(minutes: int) -> str:
    """A long lateness in hours, then days."""
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d h late", "%(n)d h late", hours) % {"n": hours}
    return ngettext("%(n)d day late", "%(n)d days late", hours // 24) % {"n": hours // 24}


def clock_words(at: datetime, *, ampm: bool = False, with_day: datetime | None = None) -> str:
    """A clock time on the service's clock, "2:13" or "2:13 AM"; another day than `with_day` is named."""
    zone = ZoneInfo(settings.SERVICE_TIMEZONE)
    return _clock(at.astimezone(zone), with_day.astimezone(zone) if with_day else None, ampm=ampm)


def _clock(local: datetime, today: datetime | None, *, ampm: bool) -> str:
    words = f"{local.hour % 12 or 12}:{local.minute:02}"
    if ampm:
        words += "\N{NO-BREAK SPACE}AM" if local.hour < 12 else "\N{NO-BREAK SPACE}PM"
    if today is not None and today.date() != local.date():
        return f"{local:%b} {local.day}, {words}" if ampm else f"{local:%b} {local.day}"
    return words
