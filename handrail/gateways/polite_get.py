"""Asks a public service for one document at a time, as a guest should: named, slowly, with limits, and not for ever."""

import http.client
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

# What may pass by itself: too many questions, or a server that is down for a moment.
PASSING = frozenset({429, 500, 502, 503, 504})
CHUNK = 64 * 1024
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Stopped(Exception):
    """The service does not answer us now. The message says what it said, and what to do."""


class _Passing(Exception):
    """This try failed and the next may not. `wait_seconds` is what the service itself asked for, if it did."""

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


class _NoRedirects(HTTPRedirectHandler):
    """A service that has moved is the operator's to look at: we follow nobody to another address."""

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str) -> None:
        """Follow nothing."""


@dataclass
class Guest:
    """One visit to one service. `contact` is the operator's own, so that the service can ask us to stop.

    Waits `pause_seconds` between questions. What fails in passing is tried `tries` times, each later than the last;
    a service that asks us to wait is obeyed, up to `longest_wait_seconds`.
    """

    service: str
    contact: str
    pause_seconds: float = 2.0
    timeout_seconds: float = 60.0
    whole_seconds: float = 300.0
    tries: int = 4
    longest_wait_seconds: float = 300.0
    most_bytes: int = 50_000_000
    sleep: Callable[[float], None] = time.sleep
    has_asked: bool = field(default=False, init=False)

    def get(self, url: str) -> bytes:
        """The document at this address. Raises Stopped, in one sentence."""
        problem = why_not_address(url) or why_not_contact(self.contact)
        if problem:
            raise Stopped(problem)
        for tried in range(1, self.tries + 1):
            if self.has_asked:
                self.sleep(self.pause_seconds)
            self.has_asked = True
            try:
                return self._once(url)
            except _Passing as error:
                wait = 2.0**tried if error.wait_seconds is None else error.wait_seconds
                if wait > self.longest_wait_seconds:
                    minutes = max(1, round(wait / 60))
                    raise Stopped(f"{self.service} {error} and asks us to wait {minutes} minutes.") from error
                if tried == self.tries:
                    raise Stopped(f"{self.service} {error}, {tried} times in a row. Try again later.") from error
                self.sleep(wait)
        raise AssertionError("every try returns or raises")

    def _once(self, url: str) -> bytes:
        request = Request(url, headers={"User-Agent": _name(self.contact), "Accept-Encoding": "gzip"})  # noqa: S310 - why_not_address has looked
        try:
            with _opener(url).open(request, timeout=self.timeout_seconds) as response:
                return self._body(response)
        except HTTPError as error:
            with error:
                raise self._refusal(error) from error
        except (URLError, http.client.HTTPException, OSError) as error:
            raise _Passing(f"could not be reached or broke off ({_cause(error)})") from error

    def _refusal(self, error: HTTPError) -> Exception:
        if error.code in PASSING:
            said = "asks us to slow down (429)" if error.code == 429 else f"is not working now ({error.code})"
            return _Passing(said, _asked_wait(error.headers))
        if 300 <= error.code < 400:
            return Stopped(f"{self.service} has moved: it sends us to {error.headers.get('Location', '')[:200]}.")
        return Stopped(f"{self.service} refused the question ({error.code}).")

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        """What the answer holds, unpacked, whole and within the limits."""
        pieces: list[bytes] = []
        size = 0
        for piece in _unpacked(self._pieces(response), response.headers.get("Content-Encoding", "")):
            size += len(piece)
            if size > self.most_bytes:
                raise Stopped(f"{self.service} answered with more than {self.most_bytes // 1_000_000} MB.")
            pieces.append(piece)
        return b"".join(pieces)

    def _pieces(self, response: http.client.HTTPResponse) -> Iterator[bytes]:
        began, size = time.monotonic(), 0
        while piece := response.read(CHUNK):
            size += len(piece)
            # The time-out is for each piece: a server that drips would hold us for ever.
            if time.monotonic() - began > self.whole_seconds:
                raise _Passing(f"took longer than {self.whole_seconds:.0f} seconds for one answer")
            yield piece
        stated = response.headers.get("Content-Length", "")
        if stated.isdigit() and size < int(stated):
            raise _Passing(f"broke off after {size:,} of {int(stated):,} bytes")


def why_not_address(url: str) -> str | None:
    """Why this address may not be asked: plain http is for this machine alone."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "The address to ask is not an address."
    if parts.scheme == "https" and host:
        return None
    if parts.scheme == "http" and host in LOOPBACK:
        return None
    return "The address to ask must begin with https://."


def why_not_contact(contact: str) -> str | None:
    """Why this cannot name us to a service: it must be an e-mail address or a web page, in plain letters."""
    is_one = "@" in contact.strip("@") or contact.startswith("https://")
    if not is_one or not contact.isascii() or not contact.isprintable() or len(contact) > 200:
        return "The contact must be an e-mail address or a page that begins with https://."
    return None


def _name(contact: str) -> str:
    return f"Handrail directory sync (+{contact})"


def _opener(url: str) -> OpenerDirector:
    if urlsplit(url).hostname in LOOPBACK:
        return build_opener(_NoRedirects, ProxyHandler({}))
    return build_opener(_NoRedirects)


def _asked_wait(headers: Message) -> float | None:
    """The seconds that Retry-After asks for, as a number or a date; None when it says nothing we can read."""
    said = str(headers.get("Retry-After", "")).strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        until = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _unpacked(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The pieces as they were before gzip, never more than a little at a time."""
    if encoding.strip().lower() != "gzip":
        yield from pieces
        return
    unpack = zlib.decompressobj(wbits=31)
    try:
        for piece in pieces:
            yield unpack.decompress(piece, 16 * CHUNK)
            while unpack.unconsumed_tail:
                yield unpack.decompress(unpack.unconsumed_tail, 16 * CHUNK)
    except zlib.error as error:
        raise _Passing("sent a damaged answer") from error
    if not unpack.eof:
        raise _Passing("broke off in the middle of an answer")


def _cause(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(getattr(reason, "strerror", None) or reason or type(error).__name__)[:120]
