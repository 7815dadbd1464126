import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import signing
from django.core.cache import cache
from django.test import Client

from handrail.project.settings import IDLE_LOCK_MINUTES
from handrail.records.keys import unseal
from handrail.web.doors import SEEN_COOKIE
from tests.cast import Cast

PASSWORD = "handrail-demo"


@pytest.fixture(autouse=True)
def no_limits_left(db):
    cache.clear()


def signed_in(name: str, **options) -> Client:
    client = Client(**options)
    answer = client.post("/account/login/", {"login": name, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


@pytest.mark.parametrize(
    ("name", "door"),
    [("tasha", "/desk/"), ("priya", "/desk/"), ("luis", "/program/"), ("sam", "/steward/"), ("eli", "/steward/")],
)
def test_each_role_comes_to_its_own_door_and_sees_no_other(cast: Cast, name: str, door: str) -> None:
    client = signed_in(name)
    assert client.get("/account/home/").headers["Location"] == door
    assert client.get(door).status_code == 200
    for other in {"/desk/", "/program/", "/steward/"} - {door}:
        assert client.get(other).status_code == 404


def test_signed_out_is_sent_to_sign_in_and_comes_back(cast: Cast) -> None:
    client = Client()
    answer = client.get("/desk/mine/")
    assert answer.headers["Location"] == "/account/login/?next=%2Fdesk%2Fmine%2F"
    back = client.post("/account/login/", {"login": "tasha", "password": PASSWORD, "next": "/desk/mine/"})
    assert back.headers["Location"] == "/desk/mine/"
    assert client.get("/desk/mine/").status_code == 200


def test_the_sixth_wrong_password_is_refused_and_then_the_right_one_too(cast: Cast) -> None:
    client = Client()
    for _ in range(5):
        client.post("/account/login/", {"login": "tasha", "password": "wrong-wrong-wrong"})
    page = client.post("/account/login/", {"login": "tasha", "password": PASSWORD})
    assert page.status_code == 200
    assert b"Too many" in page.content
    assert client.get("/desk/").headers["Location"].startswith("/account/login/")


def test_nobody_signs_up(db) -> None:
    assert Client().get("/account/signup/").status_code == 404


def test_a_password_alone_does_not_open_the_desk_when_a_second_factor_is_asked(cast: Cast, settings) -> None:
    settings.HANDRAIL_SECOND_FACTOR = True
    client = signed_in("tasha")
    assert client.get("/desk/").headers["Location"].startswith("/account/2fa/?next=")
    page = client.get("/account/2fa/")
    assert b"Add a passkey" in page.content
    assert client.post("/desk/take-next/").status_code == 302


def test_a_code_from_an_app_opens_the_desk_and_its_secret_is_sealed(cast: Cast, settings) -> None:
    settings.HANDRAIL_SECOND_FACTOR = True
    client = signed_in("tasha")
    assert client.get("/account/2fa/totp/activate/").headers["Location"].startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/")
    secret = re.search(r'value="([A-Z2-7]{16,})"', page.content.decode())[1]
    assert client.post("/account/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    stored = Authenticator.objects.get(user=cast.tasha, type="totp").data["secret"]
    assert secret not in stored
    assert unseal(stored, label="mfa") == secret
    # The session was opened by a password alone: the factor must be shown once before the desk opens.
    assert client.get("/desk/").headers["Location"].startswith("/account/2fa/reauthenticate/")
    fresh = Client()
    answer = fresh.post("/account/login/", {"login": "tasha", "password": PASSWORD})
    assert answer.headers["Location"].startswith("/account/2fa/authenticate/")
    assert fresh.get("/desk/").headers["Location"].startswith("/account/login/")
    cache.clear()  # a code counts once; the same half minute gives the same code
    fresh.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert fresh.get("/desk/").status_code == 200


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_page_left_alone_locks_and_what_was_typed_comes_back(cast: Cast, monkeypatch) -> None:
    client = signed_in("tasha")
    leave_alone(client, cast, monkeypatch)
    answer = client.get("/desk/mine/")
    assert answer.headers["Location"] == "/account/lock/?next=%2Fdesk%2Fmine%2F"
    wrong = client.post("/account/lock/", {"password": "no", "next": "/desk/mine/"})
    assert wrong.status_code == 422
    assert client.get("/desk/mine/").headers["Location"].startswith("/account/lock/")
    right = client.post("/account/lock/", {"password": PASSWORD, "next": "/desk/mine/"})
    assert right.headers["Location"] == "/desk/mine/"
    assert client.get("/desk/mine/").status_code == 200


def test_the_lock_sends_nobody_to_a_strange_site(cast: Cast) -> None:
    client = signed_in("tasha")
    answer = client.post("/account/lock/", {"password": PASSWORD, "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/account/home/"


def test_a_part_that_reloads_itself_does_not_keep_the_page_awake(cast: Cast, monkeypatch) -> None:
    client = signed_in("tasha")
    part = client.get("/desk/", headers={"HX-Request": "true"})
    assert SEEN_COOKIE not in part.cookies
    leave_alone(client, cast, monkeypatch)
    locked = client.get("/desk/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/"})
    assert locked.headers["HX-Redirect"] == "/account/lock/?next=%2Fdesk%2F"
    assert client.post("/account/awake/").cookies.get(SEEN_COOKIE) is None


def test_light_and_dark_are_remembered(cast: Cast) -> None:
    client = signed_in("tasha")
    assert client.post("/account/theme/", {"theme": "dark", "next": "/desk/"}).headers["Location"] == "/desk/"
    assert b'data-theme="dark"' in client.get("/desk/").content


def leave_alone(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the browser's note of who is here a second older than the lock allows."""
    long_ago = int(time.time()) - IDLE_LOCK_MINUTES * 60 - 1
    with monkeypatch.context() as patch:
        patch.setattr(signing.TimestampSigner, "timestamp", lambda self: signing.b62_encode(long_ago))
        client.cookies[SEEN_COOKIE] = signing.dumps(str(cast.tasha.pk), salt="seen")


@pytest.mark.parametrize(
    "page",
    ["logout/", "inactive/", "reauthenticate/", "password/change/", "2fa/", "2fa/webauthn/", "2fa/totp/activate/"],
)
def test_every_page_of_the_sign_in_draws_in_our_frame(cast: Cast, page: str) -> None:
    client = signed_in("tasha")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    answer = client.get(f"/account/{page}")
    assert answer.status_code == 200
    assert b"handrail/staff.css" in answer.content
    assert b'class="door"' in answer.content
    assert b" style=" not in answer.content


def test_a_lost_password_is_no_way_in(cast: Cast) -> None:
    assert Client().get("/account/password/reset/").status_code == 404
    assert Client().get("/account/login/code/").status_code == 404


def test_the_demo_prints_who_one_may_be_and_nobody_else_does(db, settings) -> None:
    assert b"handrail-demo" not in Client().get("/account/login/").content
    settings.IS_DEMO = True
    page = Client().get("/account/login/").content
    assert b"handrail-demo" in page
    assert b"tasha" in page


@pytest.mark.parametrize(("name", "door"), [("tasha", "/desk/"), ("luis", "/program/"), ("sam", "/steward/")])
def test_every_staff_page_tells_its_script_when_to_lock(cast: Cast, name: str, door: str) -> None:
    page = signed_in(name).get(door).content.decode()
    assert f'<meta name="lock-after" content="{IDLE_LOCK_MINUTES}"' in page


def test_somebody_at_the_page_stays_awake_and_the_form_token_is_asked(cast: Cast) -> None:
    client = signed_in("tasha", enforce_csrf_checks=False)
    assert client.post("/account/awake/").cookies[SEEN_COOKIE].value
    assert client.get("/account/awake/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/account/awake/").status_code == 403
