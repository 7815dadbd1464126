from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from handrail.records.casebook.models import Message
from handrail.records.directory.models import Import
from handrail.records.ledger.models import Entry
from handrail.records.ledger.signing import append, signed
from handrail.records.ledger.verify import Finding, Report, seal_ledger
from tests import build
from tests.web.program_cast import a_request, a_worker, signed_in

pytestmark = pytest.mark.django_db

PAGES = ("steward_home", "steward_outbox", "steward_ledger", "steward_imports")


def a_message(**values: str) -> Message:
    now = timezone.now()
    request = a_request(a_worker(role="counselor"))
    message = Message(
        **{
            "request": request,
            "purpose": "news",
            "channel": "text",
            "to": "+15555550142",
            "body": "Next Step: there is news for you.",
            "state": "sent",
            "created_at": now,
            **values,
        }
    )
    with transaction.atomic(), signed("test", "message", stream=request.stream, now=now):
        message.save(force_insert=True)
    return message


@pytest.mark.parametrize("name", PAGES)
def test_signed_out_goes_to_sign_in(name: str) -> None:
    assert Client().get(reverse(name)).headers["Location"].startswith("/account/login/")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", ["counselor", "supervisor", "intake"])
def test_other_roles_do_not_see_the_door(name: str, role: str) -> None:
    assert signed_in(a_worker(role=role)).get(reverse(name)).status_code == 404


@pytest.mark.parametrize(
    ("name", "status"),
    [("steward_home", 200), ("steward_imports", 200), ("steward_outbox", 403), ("steward_ledger", 403)],
)
def test_an_editor_sees_the_directory_only(name: str, status: int) -> None:
    client = signed_in(a_worker(role="editor"))
    page = client.get(reverse(name))
    assert page.status_code == status
    if status == 200:
        assert reverse("steward_ledger") not in page.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_a_steward_sees_every_page_empty(name: str) -> None:
    assert signed_in(a_worker(role="steward")).get(reverse(name)).status_code == 200


def test_outbox_shows_the_words_where_nothing_is_really_sent() -> None:
    a_message()
    a_message(state="refused", why_not="outside_safe_hours", sent_at=None)
    worker = a_worker(role="steward")
    page = signed_in(worker).get(reverse("steward_outbox")).content.decode()
    assert "there is news for you" in page
    assert "+15555550142" in page
    assert "outside the hours they said are safe" in page
    assert Entry.objects.filter(verb="read", why="outbox", actor=f"steward:{worker.pk}").count() == 1


def test_outbox_shows_no_words_and_no_address_where_messages_are_real(settings) -> None:
    settings.HANDRAIL_GATEWAYS = "real"
    settings.IS_DEMO = False
    a_message()
    page = signed_in(a_worker(role="steward")).get(reverse("steward_outbox")).content.decode()
    assert "There is news" in page
    assert "there is news for you" not in page
    assert "5555550142" not in page


def test_outbox_by_state_and_without_a_query_for_each_row() -> None:
    client = signed_in(a_worker(role="steward"))
    counts = []
    for _ in range(2):
        a_message()
        a_message(state="queued", body="Waiting words.")
        client.get(reverse("steward_outbox"))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("steward_outbox"), {"state": "queued"}).content.decode()
        assert "Waiting words." in page
        assert "there is news for you" not in page
        counts.append(len(queries))
    assert counts == [6, 6]


def test_ledger_by_stream_and_older() -> None:
    now = timezone.now()
    with transaction.atomic():
        for number in range(101):
            append("program:one", actor="intake:1", verb=f"verb_{number}", now=now)
        append("program:two", actor="intake:2", verb="other_verb", now=now)
    client = signed_in(a_worker(role="steward"))
    page = client.get(reverse("steward_ledger"), {"stream": "program:one"}).content.decode()
    assert "verb 100" in page
    assert "other verb" not in page
    assert "verb 0<" not in page
    oldest = Entry.objects.filter(stream="program:one").order_by("pk")[1].pk
    older = client.get(reverse("steward_ledger"), {"stream": "program:one", "before": oldest}).content.decode()
    assert "verb 0" in older
    assert client.get(reverse("steward_ledger"), {"before": "9" * 30}).status_code == 200
    assert client.get(reverse("steward_ledger"), {"before": "x"}).status_code == 200


def test_verify_says_the_chain_is_whole_and_shows_the_last_seal() -> None:
    a_message()
    seal_ledger(now=timezone.now())
    client = signed_in(a_worker(role="steward"))
    page = client.post(reverse("steward_ledger")).content.decode()
    assert "The chain is whole" in page
    assert "1 seal" in page


def test_verify_says_what_is_wrong(monkeypatch) -> None:
    report = Report(entries=1, findings=[Finding("changed", "request:1", 2, 7, "#2 was changed")])
    monkeypatch.setattr("handrail.web.steward.views.verify", lambda: report)
    page = signed_in(a_worker(role="steward")).post(reverse("steward_ledger")).content.decode()
    assert "1 thing is wrong" in page
    assert "#2 was changed" in page


def test_imports_show_file_date_and_counts() -> None:
    now = timezone.now()
    Import.objects.create(
        source=build.source(),
        file_name="directory-2026.xlsx",
        sha256="0" * 64,
        observed_on=date(2026, 3, 1),
        finished_at=now - timedelta(hours=1),
        added=12744,
        rejected=3,
        by="editor:1",
    )
    page = signed_in(a_worker(role="editor")).get(reverse("steward_imports")).content.decode()
    for words in ("directory-2026.xlsx", "Mar 1, 2026", "12744", "handrail directory import FILE"):
        assert words in page
