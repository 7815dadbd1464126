"""handrail staff: people are made with a good password, and end at once."""

import io

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from handrail.project import cli
from handrail.records.accounts.models import Membership, Staff
from handrail.records.ledger.models import Entry
from tests import build

pytestmark = pytest.mark.django_db
GOOD = "four-plain-words-here"


@pytest.fixture
def staff(monkeypatch):
    def run(*words: str, password: str = GOOD) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        return cli.run(["staff", *words])

    return run


def test_somebody_is_added_and_can_sign_in_and_is_ended_with_their_sessions(staff):
    assert staff("add", "sam", "--role", "steward", "--name", "Sam W.") == 0
    assert Staff.objects.get(username="sam").check_password(GOOD)
    client = Client()
    client.force_login(Staff.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "_auth_user_id" in client.session
    assert staff("off", "sam") == 0
    assert not Staff.objects.get().is_active
    assert client.get("/steward/").headers["Location"].startswith("/account/login/")
    assert not Session.objects.exists()
    assert [entry.verb for entry in Entry.objects.filter(stream="staff").order_by("seq")] == ["add_staff", "end_access"]


def test_an_intake_worker_answers_for_a_program(staff, capsys):
    program = build.program("River House", slug="river-house")
    assert staff("add", "luis", "--role", "intake", "--name", "Luis M.") == 2
    assert staff("add", "luis", "--role", "intake", "--name", "Luis M.", "--program", "nowhere") == 2
    assert staff("add", "luis", "--role", "intake", "--name", "Luis M.", "--program", "river-house") == 0
    assert Membership.objects.get().program == program


@pytest.mark.parametrize("password", ["", "short", "passwordpassword1234"[:11]])
def test_a_weak_password_makes_nobody(staff, password):
    assert staff("add", "sam", "--role", "steward", "--name", "Sam W.", password=password) == 2
    assert not Staff.objects.exists()


def test_nobody_is_made_twice(staff):
    assert staff("add", "sam", "--role", "steward", "--name", "Sam W.") == 0
    assert staff("add", "SAM", "--role", "counselor", "--name", "Other") == 2
    assert Staff.objects.get().role == "steward"
