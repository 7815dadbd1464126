"""Finding places by what an editor types. Every search walks the addresses in order and stops when a page is full
or its time is up, so that it never counts or sorts the whole directory.
"""

import re
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Replace

from handrail.core.facility import plain
from handrail.core.facts import DETAILS, FACTS, fact_of
from handrail.core.openings import AGEING_TIMES
from handrail.core.reports import DROPS_AT
from handrail.records.directory.models import CapacityStatement, Conflict, Fact, Program, Report, Source
from handrail.records.directory.snapshot import snapshot
from handrail.web.finder_words import fresh_hours
from handrail.web.steward.directory_words import ONLY_WORDS, UNKNOWN_IS, WHICH_WORDS

PAGE = 50
LONGEST = 100
MOST_WORDS = 5
SOON_DAYS = {"ending": 30, "ending90": 90}
# Who speaks for single facts and has no list of its own.
BY_HAND = frozenset({"program", "desk"})
_PHONE = re.compile(r"[\d\s().+-]{4,24}")
_ZIP = re.compile(r"(\d{5})(?:-\d{4})?")
MOST_LOOKED_AT = 5_000
WINDOW = 20_000
MOST_SECONDS = 1.0


@dataclass(frozen=True)
class Search:
    """What an editor looks for. `after` is the address of the last place on the page before."""

    q: str = ""
    source: str = ""
    state: str = ""
    which: str = "shown"
    only: str = ""
    after: str = ""

    @property
    def is_bare(self) -> bool:
        """True when nothing was asked for yet."""
        return self == Search(after=self.after)

    def link(self, **changes: str) -> str:
        """The address of this search with something changed, from its first page on."""
        asked = replace(self, **{"after": "", **changes})
        values = {"q": asked.q, "source": asked.source, "state": asked.state, "only": asked.only, "after": asked.after}
        kept = {name: value for name, value in values.items() if value}
        return "?" + urlencode(kept | ({"which": asked.which} if asked.which != "shown" else {}))


def read_search(given: Any) -> Search:
    """A search from an address. What cannot be a filter is no filter."""
    text = {name: " ".join(given.get(name, "").replace("\0", "").split())[:LONGEST] for name in Search.__annotations__}
    only = text["only"]
    if only not in ONLY_WORDS and only.removeprefix(UNKNOWN_IS) not in FACTS:
        text["only"] = ""
    text["state"] = text["state"].upper() if re.fullmatch(r"[A-Za-z]{2}", text["state"]) else ""
    text["which"] = text["which"] if text["which"] in WHICH_WORDS else "shown"
    return Search(**text)


def find(search: Search, *, now: datetime) -> tuple[list[Program], str]:
    """One page of places in the order of their addresses, and the address after which the next page begins, if any.

    It walks the addresses window by window. Out of time it gives what it has, and the next page goes on from there.
    """
    rows = _narrowed(search, now=now).select_related("location", "source", "merged_into").order_by("slug")
    if search.only.startswith(UNKNOWN_IS):
        rows = rows.filter(slug__gt=search.after)
        return _of_unknown(rows, search.only.removeprefix(UNKNOWN_IS))
    found: list[Program] = []
    after, ends_at = search.after, time.monotonic() + MOST_SECONDS
    while True:
        last = _window_end(after)
        window = rows.filter(slug__gt=after, slug__lte=last) if last else rows.filter(slug__gt=after)
        found += window[: PAGE + 1 - len(found)]
        if len(found) > PAGE:
            return found[:PAGE], found[PAGE - 1].slug
        if not last or time.monotonic() > ends_at:
            return found, last
        after = last


def _window_end(after: str) -> str:
    """The address that ends the next window; empty when the rest is not longer than that."""
    rest = Program.objects.filter(slug__gt=after).order_by("slug").values_list("slug", flat=True)
    return next(iter(rest[WINDOW : WINDOW + 1]), "")


def _of_unknown(rows: QuerySet[Program], key: str) -> tuple[list[Program], str]:
    """Places whose fact the snapshot does not know. It looks at so many at most; the next page goes on from there."""
    snap, last = snapshot(), ""
    found: list[Any] = []
    is_more = False
    # Only ids and addresses are read on the way: most places are passed by.
    for looked, (pk, slug) in enumerate(rows.values_list("pk", "slug")[: MOST_LOOKED_AT + 1].iterator()):
        is_more = len(found) == PAGE or looked == MOST_LOOKED_AT
        if is_more:
            break
        last, listing = slug, snap.by_id(pk)
        if listing is not None and not fact_of(listing.offer.facts, key).is_known:
            found.append(pk)
    return list(rows.filter(pk__in=found)), last if is_more else ""


def _narrowed(search: Search, *, now: datetime) -> QuerySet[Program]:
    rows: QuerySet[Program] = Program.objects.filter(_which(search.which))
    if search.source:
        said = Exists(Fact.objects.filter(program=OuterRef("pk"), source=search.source))
        rows = rows.filter(said if search.source in BY_HAND else Q(source=search.source))
    if search.state:
        rows = rows.filter(location__state=search.state)
    if search.only:
        rows = _only(rows, search, now=now)
    return _worded(rows, search.q) if search.q else rows


def _which(which: str) -> Q:
    # Said so that no database reads the index of merged entries and sorts, instead of walking the addresses.
    is_whole = Q(pk=Coalesce("merged_into", "pk"))
    return {
        "shown": Q(is_whole, gone_on=None),
        "gone": Q(is_whole, gone_on__isnull=False),
        "part": Q(merged_into__isnull=False),
        "all": Q(),
    }[which]


def _worded(rows: QuerySet[Program], text: str) -> QuerySet[Program]:
    zip_code = _ZIP.fullmatch(text)
    digits = re.sub(r"\D", "", text)
    if _PHONE.fullmatch(text) and len(digits) >= 4:
        digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
        bare = {"phone_digits": _digits("phone"), "intake_digits": _digits("intake_phone")}
        wanted = Q(phone_digits__contains=digits) | Q(intake_digits__contains=digits)
        if zip_code:
            wanted |= Q(location__zip5=zip_code[1])
        return rows.alias(**bare).filter(wanted)
    for word in text.replace(",", " ").split()[:MOST_WORDS]:
        wanted = Q(name__icontains=word) | Q(organization__name__icontains=word) | Q(location__city__icontains=word)
        bare_word = "-".join(plain(word).split())
        if bare_word:
            wanted |= Q(slug__contains=bare_word)
        if _ZIP.fullmatch(word):
            wanted |= Q(location__zip5=word[:5])
        if len(word) == 2:
            wanted |= Q(location__state=word.upper())
        rows = rows.filter(wanted)
    return rows


def _digits(field: str) -> Any:
    found: Any = F(field)
    for sign in "-() .+":
        found = Replace(found, Value(sign), Value(""))
    return found


def _only(rows: QuerySet[Program], search: Search, *, now: datetime) -> QuerySet[Program]:
    only, today = search.only, now.date()
    if only == "no_phone":
        return rows.filter(phone="", intake_phone="")
    if only == "no_point":
        return rows.filter(location__latitude=None)
    if only == "doubt":
        return rows.filter(pk__in=doubted_places())
    if only == "conflict":
        return rows.filter(Exists(Conflict.objects.filter(program=OuterRef("pk"), settled_at=None)))
    if only in SOON_DAYS:
        return rows.filter(_ends_between(today, today + timedelta(days=SOON_DAYS[only]), search.source))
    if only == "old":
        return rows.filter(_ends_between(date.min, today - timedelta(days=1), search.source))
    if only == "no_openings":
        return rows.exclude(pk__in=stated_places())
    if only == "old_openings":
        return rows.filter(pk__in=stated_places()).exclude(pk__in=stated_places(_is_told(now)))
    return rows


def stated_places(told: Q | None = None) -> Any:
    """The places whose openings were ever stated, or stated so."""
    place = Coalesce("program__merged_into", "program")
    return CapacityStatement.objects.filter(told or Q()).values(place=place).order_by()


def count_by_state(only: str, *, now: datetime) -> Counter[str]:
    """How many shown places one filter keeps, by state. It counts them all, so ask once and keep the answer."""
    rows = _only(Program.objects.listed(), Search(only=only), now=now)
    return Counter(dict(rows.order_by().values_list("location__state").annotate(n=Count("pk"))))


def _is_told(now: datetime) -> Q:
    """Statements that a page may still show, by the hours of this service."""
    since = {kind: now - timedelta(hours=hours * AGEING_TIMES) for kind, hours in fresh_hours().items()}
    return reduce(or_, (Q(kind=kind, stated_at__gte=at) for kind, at in since.items()))


def _ends_between(first: date, last: date, source: str) -> Q:
    """Entries whose own word, or a word by hand about them, runs out in these days."""
    said = Fact.objects.filter(program=OuterRef("pk"), expires_on__range=(first, last), key__in=(*FACTS, *DETAILS))
    if source in BY_HAND:
        return Q(Exists(said.filter(source=source)))
    lists = Source.objects.filter(pk=source) if source else Source.objects.exclude(pk__in=BY_HAND)
    ends = [_observed_so_that(row, first, last) for row in lists]
    whole = reduce(or_, ends, Q(pk=None))
    return whole if source else whole | Q(Exists(said))


def _observed_so_that(source: Source, first: date, last: date) -> Q:
    lasts = timedelta(days=source.lasts_days)
    earliest = first - lasts if first - date.min > lasts else date.min
    return Q(source=source, observed_on__range=(earliest, last - lasts))


def doubted_places() -> set[Any]:
    """Places of which two people said the same wrong thing, and nobody has looked yet to the end."""
    place = Coalesce("program__merged_into", "program")
    told = Report.objects.filter(settled_at=None).values("kind", "about", place=place)
    return set(told.annotate(n=Count("pk")).filter(n__gte=DROPS_AT).values_list("place", flat=True))
