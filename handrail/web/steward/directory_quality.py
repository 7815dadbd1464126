"""The quality board: how old the facts are, what is not known, what is missing, and where the gaps are largest."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from handrail.actions._frame import require
from handrail.core.facts import DETAILS, FACTS, NO, UNKNOWN, YES
from handrail.records.accounts.models import actor_of
from handrail.records.directory.models import Fact, Import, Program, Source
from handrail.records.directory.snapshot import Snapshot, snapshot
from handrail.web.steward.directory_gaps import Judged, judge
from handrail.web.steward.directory_query import BY_HAND, Search, count_by_state
from handrail.web.steward.directory_words import ONLY_WORDS, UNKNOWN_IS, label_of
from handrail.web.steward.shell import steward_page

STATES = 12
FEW = 5  # a state with fewer places says little by its shares


@dataclass(frozen=True)
class Age:
    """How old one source's words are: `words` is how many places it speaks of."""

    source: Source
    newest: date | None
    words: int
    old: int
    ending: int
    ending90: int
    old_link: str
    ending_link: str
    ending90_link: str


@dataclass(frozen=True)
class Share:
    """One fact over all places, as bars of 100: yes, no, and the rest not known."""

    label: str
    link: str
    yes: float
    no: float
    unknown: int
    percent: int


@dataclass(frozen=True)
class Counted:
    """What the database was asked once for a snapshot: the age of each source, and by filter what lacks by state."""

    ages: list[Age]
    missing: dict[str, Counter[str]]


_counted: dict[tuple[int, date], Counted] = {}
MISSING = ("no_phone", "no_point", "doubt", "no_openings", "old_openings")


@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """All figures, each leading to the places behind it."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "edit_directory")
    snap = snapshot()
    found, counted = judge(snap), _count(snap, now=now)
    totals = {only: counted.missing[only].total() for only in MISSING}
    return steward_page(
        request,
        "directory_quality",
        actor,
        now=now,
        found=found,
        figures=[(ONLY_WORDS[only], count, Search().link(only=only)) for only, count in totals.items()],
        ages=counted.ages,
        shares=_shares(found),
        states=_states(found, counted),
    )


def _count(snap: Snapshot, *, now: datetime) -> Counted:
    """Ask the database once for each snapshot and day."""
    today = now.date()
    key = (snap.serial, today)
    if key not in _counted:
        ages = [_age(source, today) for source in Source.objects.order_by("name", "pk")]
        made = Counted([age for age in ages if age.words], {only: count_by_state(only, now=now) for only in MISSING})
        _counted.clear()
        _counted[key] = made
    return _counted[key]


def _age(source: Source, today: date) -> Age:
    search = Search(source=source.pk)
    links = [search.link(only=only) for only in ("old", "ending", "ending90")]
    if source.pk in BY_HAND:
        counts = _facts_of(source, today)
    else:
        lasts = timedelta(days=source.lasts_days)
        entries = Program.objects.listed().filter(source=source)
        counts = entries.aggregate(words=Count("pk"), **_spans("observed_on", today - lasts))
        counts["newest"] = Import.objects.filter(source=source).aggregate(newest=Max("observed_on"))["newest"]
    figures = (counts["newest"], counts["words"], counts["old"], counts["ending"], counts["ending90"])
    return Age(source, *figures, *links)


def _facts_of(source: Source, today: date) -> dict[str, Any]:
    """What is said by hand, counted by place, as the search lists it."""
    listed = Q(program__gone_on=None, program__merged_into=None)
    words = Fact.objects.filter(listed, source=source, key__in=(*FACTS, *DETAILS))
    spans = _spans("expires_on", today, count="program")
    counts: dict[str, Any] = words.aggregate(newest=Max("observed_on"), words=Count("program", distinct=True), **spans)
    return counts


def _spans(field: str, day: date, *, count: str = "pk") -> dict[str, Count]:
    """Counts of what ended before a day, and what ends within 30 and 90 days from it."""
    ends = {"ending": day + timedelta(days=30), "ending90": day + timedelta(days=90)}
    found = {"old": Count(count, filter=Q(**{f"{field}__lt": day}), distinct=True)}
    for name, last in ends.items():
        found[name] = Count(count, filter=Q(**{f"{field}__range": (day, last)}), distinct=True)
    return found


def _shares(found: Judged) -> list[Share]:
    """How often each key fact is known, the least known first."""
    shares = []
    for key, values in found.values.items():
        total = max(found.judged, 1)
        yes, no, unknown = values[YES], values[NO], values[UNKNOWN]
        link = Search().link(only=f"{UNKNOWN_IS}{key}")
        percent = round(100 * unknown / total)
        shares.append(Share(label_of(key), link, 100 * yes / total, 100 * no / total, unknown * found.every, percent))
    return sorted(shares, key=lambda share: (-share.unknown, share.label))


@dataclass(frozen=True)
class StateRow:
    """One state's gaps, with the searches that list them."""

    state: str
    places: int
    no_phone: int
    no_openings: int
    percent: int
    link: str
    no_phone_link: str
    no_openings_link: str


def _states(found: Judged, counted: Counted) -> list[StateRow]:
    """The states with the largest gaps: by the share of key facts that is not known."""
    judged = [(name, gaps) for name, gaps in found.states.items() if gaps.places >= FEW or len(found.states) <= STATES]
    judged.sort(key=lambda each: (-each[1].unknown_share, -each[1].places, each[0]))
    return [
        StateRow(
            state=name,
            places=gaps.places * found.every,
            no_phone=counted.missing["no_phone"][name],
            no_openings=counted.missing["no_openings"][name],
            percent=round(100 * gaps.unknown_share),
            link=Search(state=name).link(),
            no_phone_link=Search(state=name).link(only="no_phone"),
            no_openings_link=Search(state=name).link(only="no_openings"),
        )
        for name, gaps in judged[:STATES]
    ]
