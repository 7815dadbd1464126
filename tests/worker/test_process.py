"""The programs as an operator starts them: real processes, a data folder of their own, stopped by a signal."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

COMMAND = [sys.executable, "-m", "handrail.project.cli"]


@pytest.fixture
def environment(tmp_path):
    """What a shell on a new machine holds; nothing of the test run."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "PYTHONPATH")}
    return {**kept, "HANDRAIL_DATA": str(tmp_path / "data"), "HANDRAIL_ENV": "local"}


def run(environment, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], env=environment, capture_output=True, text=True, check=False, timeout=60)


def wait_for(true, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def health(port: int) -> dict | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)
    except OSError:
        return None


def test_a_command_on_an_empty_folder_makes_what_it_needs_and_json_is_the_last_line(environment, tmp_path):
    done = run(environment, "ledger", "verify", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["ok"] is True
    made = {path.name for path in (tmp_path / "data").iterdir()}
    assert {"handrail.sqlite3", "keys.json", "secret.txt"} <= made


def test_doctor_names_what_fails_and_says_what_to_do(environment):
    first = run(environment, "doctor", "--json")
    assert first.returncode == 1
    report = json.loads(first.stdout.splitlines()[-1])
    assert {"keys", "migrations"} <= set(report["failed"])
    run(environment, "worker", "--once")
    report = json.loads(run(environment, "doctor", "--json").stdout.splitlines()[-1])
    assert not {"keys", "migrations", "database", "ledger", "clock", "tasks"} & set(report["failed"])
    assert "worker" in report["failed"]
    assert all(check["do"] for check in report["checks"] if not check["ok"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"HANDRAIL_ENV": "prod"}, "HANDRAIL_ENV must be one of"),
        ({"CODE_DAYS": "ninety"}, "CODE_DAYS must be a whole number"),
        ({"HANDRAIL_ENV": "production", "HANDRAIL_HOSTS": "x.example"}, "handrail keys new"),
        ({"HANDRAIL_SECRET_FILE": "/nowhere/at-all"}, "HANDRAIL_SECRET_FILE"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must be postgres"),
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "database"),
        ({"HANDRAIL_DATA": "/proc/handrail"}, "HANDRAIL_DATA"),
    ],
)
def test_wrong_configuration_is_one_line_and_exit_2(environment, change, says):
    done = run({**environment, **change}, "serve")
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_with_json_a_wrong_configuration_is_an_object_too(environment):
    done = run({**environment, "CODE_DAYS": "ninety"}, "doctor", "--json")
    assert done.returncode == 2
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["ok"] is False
    assert "CODE_DAYS" in said["error"]


SENDS = """
import django
django.setup()
from django.utils import timezone
from handrail.actions import ask
from handrail.project.prepare import make_what_is_missing
from tests.build import ANSWERS
make_what_is_missing()
told = {**ANSWERS, "name": "Quillfeather", "address": "+13035550177", "words": "the zebra sings at noon"}
while True:
    now = timezone.now()
    print(ask.send(ask.keep("", told, now=now), now=now).request_id, flush=True)
"""
FINDS = """
import sys, django
django.setup()
from handrail.records.casebook.models import HelpRequest
found = HelpRequest.objects.filter(pk__in=sys.argv[1:]).select_related("person")
print(sum(row.person.chosen_name == "Quillfeather" for row in found))
"""


def test_what_was_acknowledged_survives_kill_9_and_stands_nowhere_in_clear(environment, tmp_path):
    with_tests = {**environment, "DJANGO_SETTINGS_MODULE": "handrail.project.settings", "PYTHONPATH": os.getcwd()}
    sender = subprocess.Popen([sys.executable, "-c", SENDS], env=with_tests, stdout=subprocess.PIPE, text=True)
    acknowledged = [sender.stdout.readline().strip() for _ in range(12)]
    sender.send_signal(signal.SIGKILL)
    sender.wait()
    files = {path.name: path.read_bytes() for path in (tmp_path / "data").glob("handrail.sqlite3*")}
    told = (b"Quillfeather", b"3035550177", b"303-555-0177", b"zebra sings")
    assert [(name, word) for name, held in files.items() for word in told if word in held] == []
    words = [sys.executable, "-c", FINDS, *acknowledged]
    found = subprocess.run(words, env=with_tests, capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.split() == ["12"]
    assert run(environment, "ledger", "verify").returncode == 0


def test_an_unknown_command_is_one_line(environment):
    done = run(environment, "dance")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_production_starts_with_keys_and_refuses_pending_migrations(environment, tmp_path):
    data = tmp_path / "data"
    assert run(environment, "keys", "new").returncode == 0
    production = {**environment, "HANDRAIL_ENV": "production", "HANDRAIL_HOSTS": "x.example"}
    assert run(production, "ledger", "verify").returncode == 0
    assert run(production, "migrate", "casebook", "zero").returncode == 0
    done = run(production, "worker", "--once")
    assert done.returncode == 2
    assert "migrations are pending" in done.stderr
    assert data.joinpath("keys.json").stat().st_mode & 0o077 == 0


def test_web_and_worker_live_together_say_so_and_stop_cleanly(environment):
    port = free_port()
    environment |= {"PORT": str(port), "WEB_WORKERS": "1"}
    web = subprocess.Popen([*COMMAND, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    worker = None
    try:
        wait_for(lambda: health(port) is not None)
        assert health(port) == {"ok": False, "database": "well", "worker": "none"}
        worker = subprocess.Popen([*COMMAND, "worker"], env=environment, stderr=subprocess.PIPE)
        wait_for(lambda: (health(port) or {}).get("ok") is True)
        busy = run(environment, "serve")
        assert busy.returncode == 2
        assert (
            busy.stderr == f"handrail: Port {port} is busy. Stop what runs there, or choose another: PORT={port + 1}\n"
        )
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0
        assert health(port) == {"ok": False, "database": "well", "worker": "none"}
    finally:
        for process in filter(None, (web, worker)):
            process.terminate()
            process.wait(20)
            process.stderr.close()
    assert web.returncode == 0
