"""Every address has a row in the access table, and every row holds: tried with every role, and signed out."""

import contextlib
import uuid

import pytest
from django.core import signing
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from handrail.core.access import DOORS, STAFF_ROLES
from handrail.web.access_table import ADDRESSES
from tests import build

STAFF_DOORS = ("desk", "program", "steward")
BEHIND_DOORS = [name for name, address in ADDRESSES.items() if address.door in STAFF_DOORS]
# Each role's member of the cast.
MEMBERS = {"counselor": "tasha", "supervisor": "priya", "intake": "luis", "steward": "sam", "editor": "eli"}


def patterns(resolver: URLResolver | None = None):
    for item in (resolver or get_resolver()).url_patterns:
        if isinstance(item, URLPattern):
            yield item
        else:
            yield from patterns(item)


PATTERNS = {pattern.name: pattern for pattern in patterns()}


def test_every_address_has_a_row_and_every_row_an_address():
    assert None not in PATTERNS
    assert sorted(PATTERNS) == sorted(ADDRESSES)


def address_of(name: str) -> str:
    """An address whose record does not exist."""
    nothing = uuid.uuid4()
    one = ({"pk": nothing}, {"pk": 0}, {"referral_id": nothing}, {"slug": "nowhere"}, {"token": "nowhere"})
    for values in ({}, *one, {"language": "en", "page": "nowhere"}):
        with contextlib.suppress(NoReverseMatch):
            return reverse(name, kwargs=values)
    raise AssertionError(f"{name} takes something that this test does not know yet")


def browser(member) -> Client:
    client = Client()
    client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.cookies["seen"] = signing.dumps(str(member.pk), salt="seen")
    return client


@pytest.mark.django_db
def test_a_signed_out_visitor_is_sent_to_sign_in_from_every_staff_address():
    for name in BEHIND_DOORS:
        for answer in (Client().get(address_of(name)), Client().post(address_of(name))):
            assert answer.status_code == 302, name
            assert answer.headers["Location"].startswith("/account/login/"), name


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_each_role_opens_its_own_doors_alone(role, cast):
    client = browser(getattr(cast, MEMBERS[role]))
    for name in BEHIND_DOORS:
        address = ADDRESSES[name]
        answers = [client.get(address_of(name)), client.post(address_of(name))]
        for answer in [answer for answer in answers if answer.status_code != 405]:
            where = f"{role} at {name}: {answer.status_code}"
            if address.door not in DOORS[role]:
                assert answer.status_code == 404, where
            elif role not in address.roles:
                assert answer.status_code == 403, where
            else:
                assert answer.status_code not in (403, 500), where


@pytest.mark.django_db
def test_every_staff_and_person_page_is_never_stored():
    for name, address in ADDRESSES.items():
        if address.door in ("public", "machine"):
            continue
        answer = Client().get(address_of(name))
        assert "no-store" in answer.headers["Cache-Control"], name


def test_a_request_outside_scope_is_not_there(cast, at):
    referral = build.referral(cast.river_house, actor=cast.actor("tasha"), now=at)
    mine = reverse("program_referral", kwargs={"referral_id": referral.pk})
    assert browser(cast.luis).get(mine).status_code == 200
    assert browser(cast.ana).get(mine).status_code == 404
    for name in ("program_acknowledge", "program_accept", "program_decline", "program_ask", "program_arrived"):
        answer = browser(cast.ana).post(reverse(name, kwargs={"referral_id": referral.pk}))
        assert answer.status_code == 404, name
