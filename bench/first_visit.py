"""How many bytes a first visit to the home page costs, headers and all, as a browser receives them."""

import re
import socket
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from bench.place import HOST, serving
from bench.run import Bar, Row
from handrail.records.accounts.models import Shift, Staff

BAR_BYTES = 14 * 1024
ASSET = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="(/[^"]+)"')
ENCODINGS = {"br": "br, gzip", "gzip": "gzip", "identity": "identity"}


def rows(_seconds: float) -> list[Row]:
    """Every byte of `/` and of all it loads, in both languages, with somebody on shift so that the page is whole."""
    now = timezone.now()
    member = Staff.objects.create(username="bench", role="counselor", shown_name="Bench")
    Shift.objects.create(staff=member, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=7))
    with serving() as port:
        measured = []
        for path in ("/", "/es/"):
            whole = {name: visit(port, path, accept) for name, accept in ENCODINGS.items()}
            name = f"First visit to {path}"
            plain = ("the same, not compressed", whole["identity"])
            measured.append(Row(f"{name}, Brotli", whole["br"], "bytes", *plain, bar=Bar("<=", BAR_BYTES)))
            measured.append(Row(f"{name}, gzip", whole["gzip"], "bytes", *plain, bar=Bar("<=", BAR_BYTES)))
    return measured


def visit(port: int, path: str, accept: str) -> int:
    """Bytes received for a page and every file it names."""
    page = receive(port, path, accept)
    body = receive(port, path, "identity").decode("utf-8", "replace")
    assets = {urlsplit(address).path for address in ASSET.findall(body)}
    return len(page) + sum(len(receive(port, address, accept)) for address in sorted(assets))


def receive(port: int, path: str, accept: str) -> bytes:
    """The raw answer to one GET. Raises RuntimeError unless it is 200."""
    wish = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nAccept-Encoding: {accept}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((HOST, port), timeout=30) as line:
        line.sendall(wish.encode())
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    answer = b"".join(parts)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{path} answered {answer[:60]!r}")
    return answer
