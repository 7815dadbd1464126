"""The export is made aside: the first asker waits, later ones get what there is, and one process at a time makes it."""

import fcntl
import os
import time
import zipfile
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from handrail.actions.directory.sources import bump_version
from handrail.api.hsds import export
from tests import build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.HANDRAIL_DATA = tmp_path
    build.program()
    return tmp_path / "hsds"


def ask():
    answer = Client().get("/hsds/export.zip")
    assert not transaction.get_connection().in_atomic_block
    return answer.status_code, answer.headers.get("ETag", "")


def grow_old(folder: Path, seconds: int) -> None:
    for path in folder.glob("*.zip"):
        then = time.time() - seconds
        os.utime(path, (then, then))


def wait_for_another(folder: Path, first: str) -> None:
    end = time.monotonic() + 20
    while {path.stem for path in folder.glob("*.zip")} == {first}:
        assert time.monotonic() < end, "no second file was made"
        time.sleep(0.05)


def test_the_first_asker_waits_and_later_ones_get_what_there_is(folder):
    status, tag = ask()
    assert status == 200
    edition = tag.strip('"')
    assert zipfile.ZipFile(folder / f"{edition}.zip").testzip() is None
    with transaction.atomic():
        bump_version()
    assert ask() == (200, tag), "young enough, so nothing is made"
    assert len(list(folder.glob("*.zip"))) == 1
    grow_old(folder, export.KEEP_SECONDS + 60)
    assert ask() == (200, tag), "given at once, while a new one is made"
    wait_for_another(folder, edition)
    status, newer = ask()
    assert (status, newer != tag) == (200, True)


def test_while_another_process_makes_it_the_asker_is_told_to_come_back(folder, monkeypatch):
    monkeypatch.setattr(export, "WAIT_SECONDS", 0.3)
    folder.mkdir(parents=True)
    with (folder / "making").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = Client().get("/hsds/export.zip")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "Ask again" in answer.json()["error"]
        assert not list(folder.glob("*.zip"))


def test_what_is_too_old_is_not_given(folder):
    first = ask()[1]
    with transaction.atomic():
        bump_version()
    grow_old(folder, export.OLDEST_SECONDS + 60)
    status, tag = ask()
    assert (status, tag != first) == (200, True)
