"""How often a code or PIN may be tried, or a form sent. Counted in the shared cache, for all web processes together.

No address is kept: only its keyed fingerprint, for as long as the limit runs.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache, caches
from django.http import HttpRequest

from handrail.records.keys import blind_index


@dataclass(frozen=True)
class Limit:
    """At most `tries` wrong tries in `seconds`."""

    name: str
    tries: int
    seconds: int


CODE_BY_ADDRESS = Limit("code", 10, 10 * 60)
CODE_BY_ALL = Limit("codes", 20_000, 10 * 60)
PIN_BY_REQUEST = Limit("pin", 5, 15 * 60)
SEND_SECONDS = 60 * 60

_WITH_PORT = re.compile(r"\[(?P<v6>[0-9a-fA-F:.]+)\](?::\d+)?|(?P<v4>[0-9.]+):\d+")


def take_try(limit: Limit, key: str) -> str | None:
    """Use up one try and say its slot, or None when none is left.

    A slot is taken before the code is looked at, by an atomic add, so that many at once cannot try more often.
    """
    for number in range(limit.tries):
        slot = f"{limit.name}:{key}:{number}"
        if cache.add(slot, 1, timeout=limit.seconds):
            return slot
    return None


def take_once(limit: Limit, key: str, *, what: str) -> bool:
    """Use up one try for `what`, which costs one however often it is pressed. False when none is left.

    A gentle limit: each web process counts in its own memory, so that it costs no write and leaves nothing behind.
    """
    memory = caches["memory"]
    mark = f"{limit.name}:once:{what}"
    if memory.get(mark):
        return True
    for number in range(limit.tries):
        if memory.add(f"{limit.name}:{key}:{number}", 1, timeout=limit.seconds):
            memory.set(mark, 1, timeout=limit.seconds)
            return True
    return False


def give_back(slot: str) -> None:
    """A right try costs nothing."""
    cache.delete(slot)


def forgive(limit: Limit, key: str) -> None:
    """Forget all tries: the right one was given."""
    cache.delete_many([f"{limit.name}:{key}:{number}" for number in range(limit.tries)])


def is_flooded(limit: Limit, *, now: datetime) -> bool:
    """True when wrong tries from everywhere have used up the limit. Nearly exact, which is enough here."""
    return int(cache.get(_window(limit, now), 0)) >= limit.tries


def count_wrong(limit: Limit, *, now: datetime) -> None:
    """Count one wrong try from anywhere, in a window that ends by itself however many come."""
    key = _window(limit, now)
    cache.set(key, int(cache.get(key, 0)) + 1, timeout=limit.seconds)


def _window(limit: Limit, now: datetime) -> str:
    return f"{limit.name}:all:{int(now.timestamp()) // limit.seconds}"


def visitor_key(request: HttpRequest, *, shared_bits: int = 64) -> str:
    """A fingerprint of where a request comes from; a whole /64 of IPv6 counts as one place, or what `shared_bits` say.

    An IPv4 address is the same however it is written: a server that listens on IPv6 sees "::ffff:192.0.2.1", and some
    proxies add the port, which is another for each connection.
    """
    text = _address(request)
    told = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address((told["v6"] or told["v4"]) if told else text)
    except ValueError:
        return blind_index(text, purpose="visitor")
    if isinstance(address, IPv6Address):
        seen = address.ipv4_mapped or ip_network((address, shared_bits), strict=False)
        return blind_index(str(seen), purpose="visitor")
    return blind_index(str(address), purpose="visitor")


def _address(request: HttpRequest) -> str:
    proxies = settings.HANDRAIL_PROXIES
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
