"""How many results pages a second the real server makes, whole, for searches that differ and for one asked again."""

import random
import socket
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle, product
from typing import Any

from bench.find import fill
from bench.first_visit import visit
from bench.floors import HELLO
from bench.place import HOST, answering, serving, together
from bench.run import Bar, Row, median_ms, p99_ms
from handrail.records.directory.snapshot import forget, snapshot

CONNECTIONS = 4
TIMES_OPENED = 3
PREPARED = 2_000  # requests made before the clock starts
MOST_BYTES = 1 << 18
WARM_UPS = 6
WISHES = ("k=m&p=a", "k=d&p=e", "", "k=v&p=c&m=wh", "k=s&p=a", "k=m&k=d&m=es", "k=c&p=b", "p=a&m=p")
FIRST_VISIT_BYTES = 14 * 1024
PACKED = "Accept-Encoding: gzip\r\n"


def rows(seconds: float) -> list[Row]:
    """Pages a second on one connection and on four, the wait for each, and the bytes of a first visit."""
    kind = fill()
    different, same = addresses()
    forget()  # its thread must not watch while the server is measured
    with serving() as port, answering(HELLO, {}) as floor:
        for _ in range(WARM_UPS):  # connections fall to the two workers by chance, and each reads the directory itself
            _together(port, different, 1.0, "")
        measured = [
            *_rows(
                port,
                floor,
                f"Results page, {len(different):,} different searches ({kind} directory)",
                different,
                seconds,
            ),
            *_rows(port, floor, "Results page, one search again and again", same, seconds),
            *_rows(port, floor, "Results page, different searches, packed with gzip", different, seconds, PACKED),
        ]
        weights = [(name, visit(port, same[0], accept)) for name, accept in (("Brotli", "br"), ("gzip", "gzip"))]
    bar = Bar("<=", FIRST_VISIT_BYTES)
    return [
        *measured,
        *(Row(f"First visit to a results page, {name}", size, "bytes", bar=bar) for name, size in weights),
    ]


def _rows(port: int, floor: int, name: str, paths: list[str], seconds: float, headers: str = "") -> list[Row]:
    one = ask(port, paths, seconds, seed=1, headers=headers)
    hello = ask(floor, ["/"], min(1.0, seconds), seed=1)
    four = _together(port, paths, seconds, headers)
    hellos = _together(floor, ["/"], min(1.0, seconds), "")
    beside = "hello on the same server"
    return [
        Row(
            f"{name}, one connection",
            len(one) / seconds,
            "a second",
            beside,
            len(hello) / min(1.0, seconds),
            Bar(">=", 600),
        ),
        Row(
            f"{name}, four connections", four / seconds, "a second", beside, hellos / min(1.0, seconds), Bar(">=", 1200)
        ),
        Row(f"{name}, median", median_ms(one), "ms", beside, median_ms(hello), Bar("<=", 2)),
        Row(f"{name}, 99th percentile", p99_ms(one), "ms", beside, p99_ms(hello), Bar("<=", 6)),
    ]


def addresses() -> tuple[list[str], list[str]]:
    """Every ZIP code of the directory with every wish, in no order, and the one of them that has the most places."""
    zips = sorted({offer.zip5 for offer in snapshot().offers() if offer.zip5})
    paths = [f"/find/results/?n={zip5}&{wish}" for zip5, wish in product(zips, WISHES)]
    random.Random(5).shuffle(paths)
    return paths, [f"/find/results/?n={zips[len(zips) // 2]}"]


def _together(port: int, paths: list[str], seconds: float, headers: str) -> int:
    """How many answers as many connections get, each from a process of its own.

    Which worker a connection falls to is chance, so they are opened anew several times.
    """

    def job(ready: Callable[[], Any], *, seed: int) -> int:
        return len(ask(port, paths, seconds / TIMES_OPENED, seed=seed, headers=headers, ready=ready))

    seeds = range(2, 2 + CONNECTIONS * TIMES_OPENED)
    times = [seeds[first : first + CONNECTIONS] for first in range(0, len(seeds), CONNECTIONS)]
    return sum(sum(together([partial(job, seed=seed) for seed in some])) for some in times)


def ask(
    port: int,
    paths: list[str],
    seconds: float,
    *,
    seed: int,
    headers: str = "",
    ready: Callable[[], Any] = lambda: None,
) -> list[float]:
    """Seconds of each answer on one kept connection. A bare socket: a browser's library costs more than the page."""
    chosen = random.Random(seed).choices(paths, k=PREPARED)
    requests = cycle([f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n".encode() for path in chosen])
    is_page = not headers and paths != ["/"]
    held, times = bytearray(MOST_BYTES), []
    with socket.create_connection((HOST, port), timeout=30) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready()
        end = time.perf_counter() + seconds
        began = 0.0
        while began < end:
            request = next(requests)
            began = time.perf_counter()
            line.sendall(request)
            size = _answer(line, held)
            times.append(time.perf_counter() - began)
            if is_page and not held.endswith(b"</html>", 0, size):
                raise RuntimeError(f"{request!r} is not whole: {held[size - 60 : size]!r}")
    return times


def _answer(line: socket.socket, held: bytearray) -> int:
    """Read one answer and say how long it is. Raises RuntimeError unless it is 200 and whole."""
    got = line.recv_into(held)
    head, _, _ = bytes(held[:got]).partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"The server answered {head[:60]!r}")
    size = len(head) + 4 + int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while got < size:
        more = line.recv_into(memoryview(held)[got:])
        if not more:
            raise RuntimeError("The server closed the line before the answer was whole")
        got += more
    return size
