"""/health/: one glance for a machine, nothing of a person."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from handrail.records.casebook.models import Heartbeat


def beat(*, seconds_ago: int) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    Heartbeat.objects.create(worker=f"w{seconds_ago}", started_at=at, beat_at=at)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("beats", "status", "worker"),
    [([], 503, "none"), ([300], 503, "late"), ([5], 200, "alive"), ([300, 5], 200, "alive")],
)
def test_health_says_whether_a_worker_lives(beats, status, worker):
    for seconds in beats:
        beat(seconds_ago=seconds)
    answer = Client().get("/health/")
    assert answer.status_code == status
    assert answer.json() == {"ok": status == 200, "database": "well", "worker": worker}
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies


@pytest.mark.django_db
def test_health_says_when_the_database_is_away(monkeypatch):
    def away(*_words):
        raise DatabaseError("secret host name")

    monkeypatch.setattr(Heartbeat.objects, "order_by", away)
    answer = Client().get("/health/")
    assert (answer.status_code, answer.json()["database"]) == (503, "away")
    assert "secret" not in answer.content.decode()
