"""How long the real server takes for a page when 200 are asked for each second, whoever waits.

The requests come by chance at their own times (a Poisson process), and each is timed from when it should have been
sent: a server that stops for a moment pays for everybody who came meanwhile.
"""

import asyncio
import random
from collections.abc import Callable

from django.utils import timezone

from bench.floors import HELLO
from bench.place import HOST, answering, serving
from bench.run import Bar, Row, median_ms, p99_ms
from bench.visits import LANGUAGES, articles, entry_pages
from handrail.records.directory.models import Program
from handrail.records.directory.snapshot import forget

A_SECOND = 200
CONNECTIONS = 16
LONGEST = 15.0
SLICES = 5  # times the four bench seconds, at most LONGEST
SPANISH, WITH_BROTLI = 0.3, 0.5
WARM_UP_SECONDS = 4.0
BAR_MS = 10
ZIPS = ("81101", "80202", "81001", "80903", "81201", "81050", "81082", "81040")


def rows(seconds: float) -> list[Row]:
    """The 99th percentile and the median of a mix of public pages, beside a hello on the same server."""
    paths = mix()
    forget()
    lasting = min(LONGEST, SLICES * seconds)
    with serving() as port, answering(HELLO, {}) as floor:
        asyncio.run(_open_loop(port, _chooser(paths, seed=1), WARM_UP_SECONDS))
        took = asyncio.run(_open_loop(port, _chooser(paths, seed=2), lasting))
        hello = asyncio.run(_open_loop(floor, lambda: _request("/", "br"), min(4.0, lasting)))
    name = f"A page of {len(paths)} by chance, {A_SECOND} requests a second"
    beside = "hello on the same server"
    return [
        Row(f"{name}, 99th percentile", p99_ms(took), "ms", beside, p99_ms(hello), Bar("<=", BAR_MS)),
        Row(f"{name}, median", median_ms(took), "ms", beside, median_ms(hello)),
    ]


def mix() -> list[str]:
    """Public pages in English, the ones asked for most first: the entry pages, searches, places, and the library."""
    first = list(entry_pages())
    searches = [f"/find/results/?n={zip5}&k=m" for zip5 in ZIPS]
    places = [f"/p/{slug}/" for slug in Program.objects.listed().order_by("slug").values_list("slug", flat=True)[:20]]
    rest = [
        "/privacy/",
        "/about/",
        "/safe-use/",
        "/accessibility/",
        *searches,
        *(f"/learn/{each.slug}/" for each in articles()),
        *places,
    ]
    random.Random(timezone.now().year).shuffle(rest)
    return [*first, *rest]


def _chooser(paths: list[str], *, seed: int) -> Callable[[], bytes]:
    """The next request: page number n is asked for one n-th as often as the first (Zipf)."""
    chance = random.Random(seed)
    weights = [1 / rank for rank in range(1, len(paths) + 1)]

    def choose() -> bytes:
        language = LANGUAGES[chance.random() < SPANISH]
        return _request(
            f"{language}{chance.choices(paths, weights)[0]}", "br" if chance.random() < WITH_BROTLI else "gzip"
        )

    return choose


def _request(path: str, accept: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: {accept}\r\n\r\n".encode()


async def _open_loop(port: int, choose: Callable[[], bytes], seconds: float) -> list[float]:
    """Seconds of each answer, from the moment its request was due."""
    clock = asyncio.get_running_loop().time
    due: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    times: list[float] = []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        while (one := await due.get()) is not None:
            at, request = one
            writer.write(request)
            await _answer(reader, request)
            times.append(clock() - at)
        writer.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(connection())
        await asyncio.sleep(0.2)
        chance, at = random.Random(3), clock()
        end = at + seconds
        while at < end:
            at += chance.expovariate(A_SECOND)
            await asyncio.sleep(at - clock())
            due.put_nowait((at, choose()))
        for _ in range(CONNECTIONS):
            due.put_nowait(None)
    return times


async def _answer(reader: asyncio.StreamReader, request: bytes) -> None:
    """Read one whole answer. Raises RuntimeError unless it is 200."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"{request[:60]!r} answered {head[:60]!r}")
    await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
