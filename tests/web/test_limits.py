"""Where a request comes from: one place is one however it is written, and nobody becomes many."""

import pytest
from django.test import RequestFactory

from handrail.web.limits import visitor_key


def key(remote: str = "127.0.0.1", forwarded: str = "", **options: int) -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return visitor_key(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote), **options)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::9", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("192.0.2.1:51000", "192.0.2.1:51001", True),
        ("[2001:db8:1:1::1]:443", "2001:db8:1:1::2", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("[,\x7f", "[,\x7f", True),
    ],
)
def test_one_place_is_one_however_it_is_written(settings, one: str, other: str, is_same: bool) -> None:
    assert (key(one) == key(other)) is is_same
    settings.HANDRAIL_PROXIES = 1
    assert (key(forwarded=one) == key(forwarded=f"203.0.113.9, {other}")) is is_same


def test_what_a_visitor_writes_of_itself_is_not_believed(settings) -> None:
    assert key("192.0.2.1", "203.0.113.1") == key("192.0.2.1", "203.0.113.2") == key("192.0.2.1")
    settings.HANDRAIL_PROXIES = 1
    assert key("192.0.2.1", "203.0.113.1, 192.0.2.7") == key("192.0.2.1", "203.0.113.2, 192.0.2.7")
    settings.HANDRAIL_PROXIES = 2
    assert key("192.0.2.1", "203.0.113.1") == key("192.0.2.1", "203.0.113.2"), "too short to be from both proxies"


def test_a_wide_network_may_count_as_one() -> None:
    assert key("2001:db8:1:1::1", shared_bits=48) == key("2001:db8:1:ffff::1", shared_bits=48)
    assert key("2001:db8:1::1", shared_bits=48) != key("2001:db8:2::1", shared_bits=48)
    assert key("192.0.2.1", shared_bits=48) != key("192.0.2.2", shared_bits=48)
