"""What the queue page with fifty rows costs, and whether it costs more when the store has grown."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import caches
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.fill import COUNSELORS, counselors, fill
from bench.place import Browser, serving
from bench.run import Bar, Row, in_turns, median_ms
from bench.stores import Store, cookies_of, is_verbose, signed_in, stores
from handrail.project.prepare import collect_static
from handrail.records.accounts.models import Staff
from handrail.records.casebook.models import HelpRequest

PATH = "/desk/"
SHOWN = 50
ROW = b"<tr"
MOST_STATEMENTS, MOST_MS, MOST_GROWTH = 4, 6, 1.3
# How many are stored, and how many of them wait: some as in a real service, and all of them.
SIZES: dict[str, tuple[int, int]] = {
    "10 stored": (10, 10),
    "1,000 stored": (1_000, 60),
    "100,000 stored": (100_000, 60),
    "1,000 stored, all waiting": (1_000, 1_000),
    "100,000 stored, all waiting": (100_000, 100_000),
}
PAIRS = (("100,000 stored", "1,000 stored"), ("100,000 stored, all waiting", "1,000 stored, all waiting"))
NAIVE = "ORDER BY over the queue, same rows"


@dataclass
class Desk:
    """A counselor in front of one store's queue."""

    store: Store
    client: Client
    polled: int
    opened: int

    def page(self) -> bytes:
        """The whole page, through every middleware."""
        self.store.use()
        return self.client.get(PATH).content

    def naive(self) -> list[object]:
        """The rival: the same fifty rows sorted by the database, opened, and not drawn."""
        self.store.use()
        rows = HelpRequest.objects.waiting().with_queue_rank(timezone.now()).order_by("queue_rank", "due_at", "pk")
        names = ("pk", "answers", "due_at", "asked_at", "is_danger", "person__chosen_name", "person__contact_rule")
        return list(rows[:SHOWN].values(*names))


def rows(seconds: float) -> list[Row]:
    """Every size in turns: in this process, then over HTTP on the real server."""
    collect_static()
    counselors(COUNSELORS)
    with stores(*SIZES) as made:
        desks = {name: open_desk(store, *SIZES[name]) for name, store in made.items()}
        calls: dict[str, Callable[[], object]] = {name: desk.page for name, desk in desks.items()}
        calls |= {f"naive {name}": desk.naive for name, desk in desks.items()}
        times = in_turns(calls, seconds=seconds * 2, slice_seconds=0.05)
        middle = {name: median_ms(took) for name, took in times.items()}
        measured = []
        for name, desk in desks.items():
            measured += [
                Row(f"Queue, {name}: SQL statements", desk.polled, "", bar=Bar("<=", MOST_STATEMENTS)),
                Row(f"Queue, {name}: median", middle[name], "ms", NAIVE, middle[f"naive {name}"], Bar("<=", MOST_MS)),
            ]
        opened = max(desk.opened for desk in desks.values())
        measured.append(Row("Queue: statements of the opening that the ledger enters", opened, ""))
        measured += [growth("Queue", middle, *pair) for pair in PAIRS]
        return measured + over_http(desks, seconds)


def open_desk(store: Store, total: int, waiting: int) -> Desk:
    """Fill a store, open its queue, and make sure that it shows what it should."""
    store.use()
    fill(total, waiting=waiting, now=timezone.now())
    client = signed_in(Staff.objects.order_by("pk")[0])
    caches["memory"].clear()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connections["default"]) as caught:
            answer = client.get(PATH)
        check_shown(answer.status_code, answer.content, min(waiting, SHOWN))
        counts.append(len(caught))
    if is_verbose():
        print("\n".join(query["sql"][:150] for query in caught.captured_queries))
    return Desk(store, client, polled=counts[1], opened=counts[0])


def check_shown(status: int, page: bytes, wanted: int) -> None:
    """Raise unless the page shows that many rows."""
    shown = page.count(ROW) - 1  # the head of the table is a row too
    if status != 200 or shown != wanted:
        raise RuntimeError(f"The queue answered {status} with {shown} rows in place of {wanted}.")


def over_http(desks: dict[str, Desk], seconds: float) -> list[Row]:
    """The same page from `handrail serve`, small and large store in turns."""
    large, small = PAIRS[0]
    with serving(**desks[large].store.environment) as port_l, serving(**desks[small].store.environment) as port_s:
        calls = {}
        for name, port in ((large, port_l), (small, port_s)):
            browser = Browser(port, cookies=cookies_of(desks[name].client))
            for _ in range(10):
                check_shown(*browser.get(PATH), SHOWN)
            calls[name] = lambda browser=browser: browser.get(PATH)
        times = in_turns(calls, seconds=seconds)
    middle = {name: median_ms(took) for name, took in times.items()}
    bar = Bar("<=", MOST_MS)
    return [
        Row(f"Queue over HTTP, {large}: median", middle[large], "ms", small, middle[small], bar),
        growth("Queue over HTTP", middle, large, small),
    ]


def growth(name: str, middle: dict[str, float], large: str, small: str) -> Row:
    """How many times as long the large store takes."""
    return Row(f"{name}: {large} over {small}", round(middle[large] / middle[small], 3), "times",
               bar=Bar("<=", MOST_GROWTH))  # fmt: skip
