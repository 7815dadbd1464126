"""How many help requests a second the real server takes, with everything each one writes, durable before the answer."""

import os
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.bare import TABLES, BareWriter
from bench.fill import answers
from bench.place import Browser, serving
from bench.run import Bar, Row, p99_ms
from handrail.actions import ask
from handrail.project.prepare import collect_static
from handrail.records.casebook.models import HelpRequest
from handrail.records.ledger.verify import verify

BATCH = 60
WARM_UP = 40
TOKEN = "bench" * 6 + "xx"  # the form's token: 32 letters, the same in cookie and field
BODY = urlencode({"csrfmiddlewaretoken": TOKEN}).encode()
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
WRITES = ("INSERT", "UPDATE", "DELETE")


def rows(seconds: float) -> list[Row]:
    """Statements and commits of one Send, then Sends over HTTP on one and on four kept connections."""
    collect_static()
    measured = [*statements(), *over_http(seconds)]
    findings = verify().findings
    if findings:
        raise RuntimeError(f"The ledger is not whole: {findings[0]}")
    return measured


def drafts(count: int) -> Iterator[str]:
    """Tokens of finished answers, kept as the pages keep them."""
    chance = random.Random(count)
    for _ in range(count):
        yield ask.keep("", answers(chance), now=timezone.now())


def statements() -> list[Row]:
    """What one Send asks of the database, the whole view counted; BEGIN and COMMIT are counted apart."""
    said: list[str] = []
    for token in drafts(2):  # the first one also pays for what a process reads once
        client = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
        client.cookies.load({"a": token, "f": TOKEN})
        loose: list[str] = []
        with CaptureQueriesContext(connection) as caught, connection.execute_wrapper(_outside_of(loose)):
            response = client.post("/ask/check/", {"csrfmiddlewaretoken": TOKEN})
        check_sent(response.status_code, response.headers.get("Location", ""))
        said = [query["sql"] for query in caught.captured_queries]
    asked = [sql for sql in said if not sql.startswith(CONTROL)]
    if os.environ.get("BENCH_SHOW_SQL"):
        print("\n".join(sql[:150] for sql in said))
    commits = sum(sql.startswith("COMMIT") for sql in said) + len(loose)
    return [
        Row("Ask: SQL statements of one Send", len(asked), "", "rows it writes", len(TABLES), Bar("<=", 8)),
        Row("Ask: commits of one Send", commits, "", bar=Bar("=", 1)),
    ]


def _outside_of(loose: list[str]) -> Callable[..., object]:
    """A wrapper that notes writes outside of a transaction: each would be a commit of its own."""

    def wrapper(execute: Callable[..., object], sql: str, params: object, many: bool, context: object) -> object:
        if sql.startswith(WRITES) and not connection.in_atomic_block:
            loose.append(sql)
        return execute(sql, params, many, context)

    return wrapper


def over_http(seconds: float) -> list[Row]:
    """Batches in turns: Sends on one connection, on four, and bare transactions with the same rows."""
    before = HelpRequest.objects.count()
    with serving() as port, ThreadPoolExecutor(4) as pool:
        one, four = Browser(port), [Browser(port) for _ in range(4)]
        made = sum(len(send(browser, WARM_UP)[1]) for browser in (one, *four))
        bare = BareWriter(HelpRequest.objects.latest("asked_at"))
        spent = {"one": 0.0, "four": 0.0, "bare": 0.0}
        took: dict[str, list[float]] = {name: [] for name in spent}
        end = time.monotonic() + 3 * seconds
        while time.monotonic() < end:
            whole, each = send(one, BATCH)
            spent["one"] += whole
            took["one"] += each
            ready = [list(drafts(BATCH // 2)) for _ in four]
            began = time.perf_counter()
            for each in pool.map(_send_all, four, ready):
                took["four"] += each
            spent["four"] += time.perf_counter() - began
            whole, each = bare.write(BATCH)
            spent["bare"] += whole
            took["bare"] += each
        bare.close()
    made += len(took["one"]) + len(took["four"])
    stored = HelpRequest.objects.count() - before
    if stored != made:
        raise RuntimeError(f"{made} were sent and {stored} are stored.")
    rate = {name: len(took[name]) / spent[name] for name in took}
    floor = (f"bare SQL, {len(TABLES)} rows, one commit", rate["bare"])
    return [
        Row("Ask over HTTP, one connection", rate["one"], "a second", *floor, bar=Bar(">=", 300)),
        Row("Ask over HTTP, one connection, 99th percentile", p99_ms(took["one"]), "ms",
            "bare SQL", p99_ms(took["bare"]), Bar("<=", 12)),
        Row("Ask over HTTP, four connections", rate["four"], "a second", "one connection", rate["one"]),
        Row("Ask over HTTP, four connections, 99th percentile", p99_ms(took["four"]), "ms",
            "one connection", p99_ms(took["one"])),
    ]  # fmt: skip


def send(browser: Browser, count: int) -> tuple[float, list[float]]:
    """Make that many drafts, then send them: seconds in all and of each, without the making."""
    ready = list(drafts(count))
    began = time.perf_counter()
    each = _send_all(browser, ready)
    return time.perf_counter() - began, each


def _send_all(browser: Browser, tokens: list[str]) -> list[float]:
    times = []
    for token in tokens:
        began = time.perf_counter()
        status, leads_to = browser.post("/ask/check/", BODY, cookies=f"a={token}; f={TOKEN}")
        times.append(time.perf_counter() - began)
        check_sent(status, leads_to)
    return times


def check_sent(status: int, leads_to: str) -> None:
    """Raise unless the answer leads to the page that says it was sent."""
    if status != 302 or leads_to != "/ask/done/":
        raise RuntimeError(f"Send answered {status} {leads_to}")
