"""Checks of pages: one open check a page, signed for the very words that were read, due again when they change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client

from handrail.actions._frame import Forbidden, Refused
from handrail.actions.library import open_due, sign_page, to_check
from handrail.core.access import Actor
from handrail.records.library import checks
from handrail.records.library.articles import library
from handrail.records.library.checks import rests_on_old
from handrail.records.library.evidence import evidence
from handrail.records.library.models import PageCheck

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EDITOR = Actor(role="editor", id="7", name="Eli")

pytestmark = pytest.mark.django_db


def sign(page: str = "signs", language: str = "en", **change: object) -> None:
    entered = {
        "by": "Ana Sol",
        "role": "nurse, RN",
        "on": NOW.date(),
        "until": date(2027, 5, 1),
        "digest": to_check(language)[page],
        "actor": EDITOR,
        "now": NOW,
    }
    sign_page(page, language, **(entered | change))


def test_every_page_in_every_language_is_opened_once() -> None:
    opened = open_due(["en", "es"], now=NOW)
    assert opened == len(to_check("en")) + len(to_check("es"))
    assert "language" in to_check("es")
    assert "language" not in to_check("en"), "the first language is no translation"
    assert open_due(["en", "es"], now=NOW + timedelta(hours=1)) == 0
    assert set(PageCheck.objects.values_list("due_why", flat=True)) == {"never"}


def test_a_signed_page_says_so_and_is_due_again_when_its_day_passes(client: Client) -> None:
    open_due(["en"], now=NOW)
    assert "due for a check" in client.get("/learn/signs/").content.decode()
    sign()
    assert not PageCheck.objects.filter(page="signs", language="en", checked_on=None).exists()
    page = client.get("/learn/signs/").content.decode()
    assert "due for a check" not in page
    assert "Checked by Ana Sol, nurse, RN" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert open_due(["en"], now=NOW) == 0
    assert open_due(["en"], now=datetime(2027, 5, 2, tzinfo=UTC)) == 1, "its day has passed"


def test_words_that_changed_meanwhile_are_not_signed() -> None:
    with pytest.raises(Refused) as refused:
        sign(digest="what was there an hour ago")
    assert refused.value.reason == "words_changed"
    assert not PageCheck.objects.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"by": ""}, "needs_checker"),
        ({"until": date(2026, 11, 1)}, "bad_next_check"),
        ({"on": date(2026, 12, 1)}, "checked_in_future"),
    ],
)
def test_a_check_without_a_name_or_with_wrong_days_is_refused(change: dict, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        sign(**change)
    assert refused.value.reason == reason


def test_only_stewards_and_editors_enter_checks() -> None:
    with pytest.raises(Forbidden):
        sign(actor=Actor(role="counselor", id="1"))


def test_no_such_page() -> None:
    with pytest.raises(Refused) as refused:
        sign_page(
            "no-such",
            "en",
            by="A",
            role="B",
            on=NOW.date(),
            until=date(2027, 1, 1),
            digest="",
            actor=EDITOR,
            now=NOW,
        )
    assert refused.value.reason == "no_such_page"


def test_a_change_of_words_makes_a_signed_page_due(monkeypatch: pytest.MonkeyPatch) -> None:
    sign()
    monkeypatch.setattr("handrail.actions.library.digests", lambda _language: {"signs": "other words"})
    assert open_due(["en"], now=NOW) == 1
    assert PageCheck.objects.get(checked_on=None).due_why == "changed"


def test_what_was_known_last_is_kept_while_the_database_is_away() -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("the database is away")

    sign()
    assert ("signs", "en") in checks.signed_checks()
    checks._held[0].read_at -= checks.KEPT_SECONDS
    with connection.execute_wrapper(fail):
        assert ("signs", "en") in checks.signed_checks()
        checks.forget()
        assert checks.signed_checks() == {}


def test_a_page_whose_evidence_is_due_is_due_too() -> None:
    ends = min(evidence()[key].expires_on for key in library("en")["by-video"].cites)
    sign(
        "by-video",
        on=ends - timedelta(days=30),
        until=ends + timedelta(days=300),
        now=datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert not rests_on_old("by-video", "en", today=ends)
    after = datetime.combine(ends + timedelta(days=1), datetime.min.time(), UTC)
    open_due(["en"], now=after)
    assert PageCheck.objects.get(page="by-video", checked_on=None).due_why == "evidence"
