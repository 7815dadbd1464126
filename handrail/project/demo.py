"""handrail demo: one command from nothing to a running Handrail with invented people, on this machine alone."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured

from handrail.project.environment import Reader
from handrail.project.lifeline import LIFELINE

READY_SECONDS = 60
DEMO_TIMEZONE = "America/Denver"  # of the invented towns
STOP_SECONDS = 20
STATE_FILE = "demo.json"
MARK_FILE = "handrail.sqlite3"


def run(argv: list[str]) -> int:
    """Run the demo until Ctrl-C. 0 when it was stopped so, 1 when a part of it died."""
    parser = argparse.ArgumentParser(prog="handrail demo", description=__doc__)
    parser.add_argument("--port", type=int, help="default: PORT, or 8000")
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    parser.add_argument("--make-only", action="store_true", help="make the data and leave")
    options = parser.parse_args(argv)
    environment = Reader(os.environ)
    data = environment.path("HANDRAIL_DATA", Path.cwd() / ".demo")
    port = options.port or environment.number("PORT", 8000)
    os.environ |= {"HANDRAIL_ENV": "demo", "HANDRAIL_DATA": str(data), "PORT": str(port), "HOST": "127.0.0.1"}
    os.environ.setdefault("SERVICE_TIMEZONE", DEMO_TIMEZONE)
    if os.environ.get("DATABASE_URL") and options.reset:
        raise ImproperlyConfigured("--reset empties the demo's own folder; empty the PostgreSQL database by hand.")
    django.setup()
    from handrail.project.serve import refuse_busy

    if not options.make_only:
        refuse_busy("127.0.0.1", port)
    if options.reset:
        _reset(data)
    state = make(data)
    if options.make_only:
        print(json.dumps(state))
        return 0
    return Children(port=port, state=state).run()


def _reset(data: Path) -> None:
    """Empty the folder, if it is a demo's: the file that only a demo writes must be there."""
    if not data.exists() or not any(data.iterdir()):
        return
    if not (data / STATE_FILE).exists() and (data / MARK_FILE).exists():
        raise ImproperlyConfigured(f"{data} was not made by the demo; nothing was removed.")
    for path in data.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def make(data: Path) -> dict[str, Any]:
    """Make the tables, the sample directory, the staff and the story, once; on later runs only the shifts move on."""
    from django.utils import timezone

    from handrail.project.prepare import collect_static, make_what_is_missing
    from handrail.project.sample import load_sample_directory
    from handrail.project.sample_people import cover_shifts, load_staff

    state_path = data / STATE_FILE
    is_first = not state_path.exists()
    if is_first:
        print("Making the demo: database, sample directory, people …", flush=True)
    make_what_is_missing()
    collect_static()
    now = timezone.now()
    if is_first:
        load_sample_directory(now=now)
    staff = load_staff(now=now)
    cover_shifts(staff, now=now)
    if is_first:
        state_path.write_text(json.dumps({"code": _tell(staff, now), "made_at": now.isoformat()}))
    state: dict[str, Any] = json.loads(state_path.read_text())
    return state


def _tell(staff: Any, now: datetime) -> str:
    from handrail.actions.follow_up import publish_pulse
    from handrail.project.sample_story import tell
    from handrail.records.casebook.models import HelpRequest

    if HelpRequest.objects.exists():  # a first run that was stopped half-way
        return ""
    code = tell(staff, now=now)
    publish_pulse(now=now)
    return code


class Children:
    """The web server and the worker, started together and stopped together."""

    def __init__(self, *, port: int, state: dict[str, Any]) -> None:
        self.port, self.state = port, state
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.is_stopping = False

    def run(self) -> int:
        """Start both, say where the doors are, and wait."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        environment = {"LOG_LEVEL": "WARNING", **os.environ, LIFELINE: str(os.getpid())}
        for name in ("serve", "worker"):
            command = [sys.executable, "-m", "handrail.project.cli", name]
            self.processes[name] = subprocess.Popen(
                command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
            )
        if self._wait_until(self._is_ready, READY_SECONDS):
            print(welcome(self.port, self.state), flush=True)
            self._wait_until(lambda: False, float("inf"))
        return self._end()

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.is_stopping = True

    def _wait_until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait for `ready`; False when a child died, the time ran out, or we are told to stop."""
        start = time.monotonic()
        while not self.is_stopping and time.monotonic() - start < seconds:
            if any(process.poll() is not None for process in self.processes.values()):
                return False
            if ready():
                return True
            time.sleep(0.1)
        return False

    def _is_ready(self) -> bool:
        try:
            address = f"http://127.0.0.1:{self.port}/health/"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _end(self) -> int:
        dead = [name for name, process in self.processes.items() if process.poll() is not None]
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        if self.is_stopping:
            print("\nStopped. What you did is kept; 'make demo' goes on from here.", flush=True)
            return 0
        what = f"{' and '.join(dead)} ended by itself" if dead else "the web server did not answer in time"
        print(f"handrail: {what}; its last lines are above.", file=sys.stderr, flush=True)
        return 1


def welcome(port: int, state: dict[str, Any]) -> str:
    """Where the doors are, who may sign in, a code to try, and how to stop."""
    from handrail.project.sample_people import STAFF
    from handrail.web.sign_in import DEMO_PASSWORD

    home = f"http://127.0.0.1:{port}"
    paths = {"counselor": "/desk/", "supervisor": "/desk/", "intake": "/program/"}
    rows = [
        f"    {one.username:<6} {one.role:<11} {home}{paths.get(one.role, '/steward/')}"
        for one in STAFF
        if one.signs_in
    ]
    code = state.get("code")
    lines = [
        "",
        "Handrail is running with sample data. Everybody in it is invented.",
        "",
        f"  Public site    {home}/            Spanish: {home}/es/",
        f"  Find places    {home}/find/",
        f"  Ask for help   {home}/ask/",
        f"  Status page    {home}/status/     " + (f"code {code}" if code else "(send a request to get a code)"),
        "",
        f"  Sign in (password {DEMO_PASSWORD}):",
        *rows,
        "",
        "Ctrl-C stops it. Data is kept; 'make demo-reset' starts over.",
    ]
    return "\n".join(lines)
