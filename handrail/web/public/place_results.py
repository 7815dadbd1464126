"""What results a place gets: what we measured in our own requests, each figure with its count and window.

Never a star or a grade. Below core.answers.FEWEST a figure is not reported, so that none points at one person.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from handrail.core.answers import FEWEST, Answers
from handrail.web import dates
from handrail.web.public.place_rows import Row

# The reasons for no, as the public reads them.
NO_WORDS: dict[str, Any] = {
    "no_opening": _l("it had no room"),
    "higher_care": _l("the person needed more care than it has"),
    "lower_care": _l("the person needed less care than it gives"),
    "plan_not_taken": _l("it does not take the plan"),
    "no_medicine_here": _l("it does not give the medicine"),
    "distance": _l("it was too far"),
    "access_need": _l("it could not meet an access need"),
    "past_incident": _l("something that happened before"),
    "person_changed_mind": _l("the person changed their mind"),
}


def measured(answers: Answers | None, today: date) -> tuple[list[Row], str]:
    """How the place answers us, says yes and keeps people; and what of it is not reported, as a sentence."""
    counted = answers or Answers(since=today)
    rows = {
        _("Says it got our request"): _speed(counted.acknowledge_minutes, counted.acknowledged, counted, today),
        _("Answers us"): _speed(counted.answer_minutes, counted.answered, counted, today),
        _("Says yes"): _said_yes(counted, today),
        _("People came to their visit"): _share(counted.arrived, counted.due_to_arrive, counted, today),
        _("People in care after 90 days"): _share(counted.stayed_90, counted.due_at_90, counted, today),
    }
    silent = [label[:1].lower() + label[1:] for label, said in rows.items() if said is None]
    reported = [Row(label, *said) for label, said in rows.items() if said is not None]
    if not reported:
        return [], _("Not reported. We say nothing from fewer than 5 requests.")
    if not silent:
        return reported, ""
    words = {"things": ", ".join(silent)}
    return reported, _("Not reported: %(things)s. We say nothing from fewer than 5 people.") % words


def span_words(minutes: int) -> str:
    """A length of time as people say it."""
    if minutes < 120:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = round(hours / 24)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def _since(counted: Answers, today: date) -> str:
    """The month the count begins in, with its year when that is another one."""
    return dates.written(counted.since, "month" if counted.since.year == today.year else "month_year")


_Said = tuple[str, tuple[str, ...]] | None


def _speed(minutes: int | None, done: int, counted: Answers, today: date) -> _Said:
    if minutes is None or done < FEWEST or counted.asked < FEWEST:
        return None
    facts = {"done": done, "asked": counted.asked, "since": _since(counted, today)}
    answer = _("Half of the time within %(span)s") % {"span": span_words(minutes)}
    return answer, (_("%(done)d of %(asked)d requests since %(since)s.") % facts,)


def _said_yes(counted: Answers, today: date) -> _Said:
    said = _share(counted.accepted, counted.accepted + counted.declined, counted, today)
    # core.answers names a reason only where it was given often enough.
    reasons = [str(NO_WORDS[key]) for key in counted.declines if key in NO_WORDS]
    if said is None or not reasons:
        return said
    why = _("When it said no, most often: %(reasons)s.") % {"reasons": ", ".join(reasons)}
    return said[0], (*said[1], why)


def _share(part: int, whole: int, counted: Answers, today: date) -> _Said:
    if whole < FEWEST:
        return None
    since = _("Since %(since)s.") % {"since": _since(counted, today)}
    return _("%(part)d of %(whole)d") % {"part": part, "whole": whole}, (since,)
