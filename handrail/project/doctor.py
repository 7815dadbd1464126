"""handrail doctor: check that everything stands, and say for each failure what to do. Exit 1 when something fails."""

import argparse
import json
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.utils import timezone

from handrail.core.messages import telling_word
from handrail.project.prepare import STAMP, pending_migrations, reach_database, static_fingerprint
from handrail.project.words_check import read_the_words
from handrail.records.casebook.models import Heartbeat, HelpRequest, Task
from handrail.records.directory.models import Import, Version
from handrail.records.keys import forget_keyring, keyring, seal, unseal
from handrail.records.ledger import triggers
from handrail.records.ledger.models import Entry, Seal

OLD_DIRECTORY = timedelta(days=400)  # the national directory comes out once a year
LATE_SEAL = timedelta(hours=3)
LATE_TASKS = timedelta(minutes=10)
MOST_DRIFT = timedelta(seconds=5)
LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True)
class Check:
    """What was looked at. `do` says what to do when it failed."""

    name: str
    ok: bool
    words: str
    do: str = ""


def run(argv: list[str]) -> int:
    """Look at everything. 0 all well, 1 something failed."""
    parser = argparse.ArgumentParser(prog="handrail doctor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    options = parser.parse_args(argv)
    checks = examine(timezone.now())
    for check in checks:
        print(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<14} {check.words}")
        if not check.ok:
            print(f"      {'':<14} -> {check.do}")
    failed = [check.name for check in checks if not check.ok]
    print(f"{len(checks) - len(failed)} of {len(checks)} are well." + (f" Failed: {', '.join(failed)}." * bool(failed)))
    if options.json:
        print(json.dumps({"ok": not failed, "failed": failed, "checks": [asdict(check) for check in checks]}))
    return 1 if failed else 0


def examine(now: datetime) -> list[Check]:
    """Every check. Those that need tables are left out when the database has none or does not answer."""
    checks = [check_configuration(), check_senders(), check_words(), check_keys(), check_disk(), check_static()]
    database = check_database()
    checks.append(database)
    if not database.ok:
        return checks
    migrations = check_migrations()
    checks.append(migrations)
    if migrations.ok:
        checks += [look(now) for look in _WITH_TABLES]
    return checks


def check_configuration() -> Check:
    """Django's own checks, with those for deployment in production."""
    messages = run_checks(include_deployment_checks=settings.IS_PRODUCTION)
    bad = [message for message in messages if message.level >= ERROR and not message.is_silenced()]
    missing = [name for name in _needed() if not getattr(settings, name)]
    if bad:
        return Check(
            "configuration", False, f"{bad[0].id}: {bad[0].msg}", "'handrail check --deploy' lists all of them."
        )
    if missing:
        words = f"not set: {', '.join(missing)}"
        return Check("configuration", False, words, "Set them in the environment; see docs/configuration.md.")
    return Check("configuration", True, f"{settings.HANDRAIL_ENV}, data in {settings.HANDRAIL_DATA}")


def _needed() -> Iterator[str]:
    if settings.IS_PRODUCTION:
        yield from ("HANDRAIL_HOSTS", "SERVICE_PHONE", "SERVICE_OPERATOR")
    if settings.HANDRAIL_GATEWAYS == "real":
        yield "EMAIL_URL"


def check_senders() -> Check:
    """What people see as the sender says nothing of what this is about, and a text service is set up whole."""
    texts = {
        name: str(getattr(settings, name)) for name in ("TEXTS_URL", "TEXTS_ACCOUNT", "TEXTS_SECRET", "TEXTS_FROM")
    }
    missing = [name for name, value in texts.items() if not value]
    seen = {
        "SERVICE_NAME": settings.SERVICE_NAME,
        "EMAIL_FROM": settings.DEFAULT_FROM_EMAIL,
        "TEXTS_FROM": texts["TEXTS_FROM"],
    }
    telling = [f"{name} holds '{word}'" for name, text in seen.items() if (word := telling_word(_apart(text)))]
    if telling:
        return Check("senders", False, ", ".join(telling), "Choose a neutral name: others see who writes.")
    if missing and len(missing) < len(texts):
        return Check("senders", False, f"not set: {', '.join(missing)}", "Set all four, or none for no texts.")
    words = f"{settings.SERVICE_NAME}, " + ("no text service" if missing else "texts and e-mail")
    return Check("senders", True, words)


def _apart(text: str) -> str:
    return re.sub(r"[^\w]+|_", " ", text)


def check_words() -> Check:
    """Every file of words can be shown."""
    try:
        read_the_words()
    except ImproperlyConfigured as error:
        return Check("words", False, str(error), "Put it right; 'handrail serve' does not start before.")
    return Check("words", True, f"read from {settings.HANDRAIL_CONTENT}")


def check_keys() -> Check:
    """The keys are there, open what they seal, and are for their owner alone. Makes none."""
    path = Path(settings.HANDRAIL_KEYS_PATH)
    if not settings.HANDRAIL_KEYS and not path.exists():
        return Check(
            "keys", False, f"there is no key file at {path}", "Restore it from your backup, or 'handrail keys new'."
        )
    try:
        forget_keyring()
        ring = keyring()
        well = unseal(seal("well", label="doctor"), label="doctor") == "well"
    except ImproperlyConfigured as error:
        return Check("keys", False, str(error), "Restore the key file from your backup.")
    if not settings.HANDRAIL_KEYS and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Check("keys", False, f"others can read {path}", f"chmod 600 {path}")
    where = "HANDRAIL_KEYS" if settings.HANDRAIL_KEYS else str(path)
    return Check("keys", well, f"{len(ring.sealing)} in {where}, {ring.current} is current")


def check_disk() -> Check:
    """There is room to write."""
    free = shutil.disk_usage(settings.HANDRAIL_DATA).free
    words = f"{free / 1e9:.1f} GB free for {settings.HANDRAIL_DATA}"
    return Check("disk", free >= LEAST_FREE_BYTES, words, "Make room: a full disk stops every request.")


def check_static() -> Check:
    """Styles and scripts are built from what is installed."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    if not stamp.exists():
        return Check("static", False, f"nothing is built in {settings.STATIC_ROOT}", "'handrail serve' builds it.")
    fresh = stamp.read_text() == static_fingerprint()
    words = "built from what is installed" if fresh else "built from an older version"
    return Check("static", fresh, words, "Start 'handrail serve' again; it builds them anew.")


def check_database() -> Check:
    """The database answers, and keeps what it says it keeps."""
    try:
        reach_database()
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                kept = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in _PRAGMAS]
                words = ", ".join(f"{name}={value}" for name, value in zip(_PRAGMAS, kept, strict=True))
                return Check("database", kept == list(_PRAGMAS.values()), f"SQLite, {words}", "Report this as a fault.")
            cursor.execute("SHOW server_version")
            return Check("database", True, f"PostgreSQL {cursor.fetchone()[0]}")
    except (DatabaseError, ImproperlyConfigured) as error:
        words = str(error).splitlines()[0]
        return Check("database", False, words, "Start it, and check DATABASE_URL, host, name and password.")


_PRAGMAS: dict[str, object] = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def check_migrations() -> Check:
    """The tables are those of this version."""
    pending = pending_migrations()
    words = f"{len(pending)} pending, first {pending[0]}" if pending else "none pending"
    return Check("migrations", not pending, words, "Make a backup, then run 'handrail migrate'.")


def check_worker(now: datetime) -> Check:
    """A worker lives."""
    newest = Heartbeat.objects.order_by("-beat_at").first()
    alive = sum(beat.is_alive(now) for beat in Heartbeat.objects.all())
    if newest is None:
        return Check("worker", False, "none has signed on", "Start 'handrail worker'. Without it no clock runs.")
    words = f"{alive} alive, last heartbeat {_age(now - newest.beat_at)} ago"
    return Check("worker", bool(alive), words, "Start 'handrail worker'. Without it no clock runs.")


def check_tasks(now: datetime) -> Check:
    """Nothing waits long past its time, and nothing was given up."""
    late = Task.objects.due(now - LATE_TASKS).count()
    failed = Task.objects.filter(state="failed").count()
    words = f"{late} late, {failed} given up"
    return Check("tasks", not late and not failed, words, "The worker's log has each task and its kind of error.")


def check_watch(_now: datetime) -> Check:
    """No open request stands without a next step."""
    lost = HelpRequest.objects.without_next_step().count()
    return Check("requests", not lost, f"{lost} open without a next step", "Start the worker; its watchdog mends them.")


def check_directory(now: datetime) -> Check:
    """There is a directory, and it is not old."""
    newest = Import.objects.order_by("-observed_on").first()
    if newest is None:
        return Check("directory", False, "empty", "'handrail directory import FILE' with SAMHSA's National Directory.")
    age = now.date() - newest.observed_on
    version = Version.objects.values_list("number", flat=True).first()
    words = f"version {version}, {newest.file_name}, observed {age.days} days ago"
    return Check("directory", age < OLD_DIRECTORY, words, "Import the newest National Directory.")


def check_ledger(now: datetime) -> Check:
    """The ledger is guarded by the database, and sealed lately."""
    if not triggers.installed(connection):
        return Check(
            "ledger",
            False,
            "its append-only triggers are missing",
            "Somebody took them away: find out who, then 'handrail ledger verify'.",
        )
    newest = Seal.objects.order_by("-pk").first()
    since = f"last sealed {_age(now - newest.at)} ago" if newest else "never sealed"
    unsealed = Entry.objects.filter(pk__gt=newest.last_entry if newest else 0, at__lt=now - LATE_SEAL)
    if unsealed.exists():
        return Check("ledger", False, since, "Start the worker; it seals each hour.")
    return Check("ledger", True, f"append-only, {since}")


def check_clock(now: datetime) -> Check:
    """This machine and the database agree on the time."""
    then = Version.objects.values_list(Now(), flat=True).first()
    if then is None:
        return Check("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC")
    drift = abs(timezone.now() - then)
    words = f"{now:%Y-%m-%d %H:%M:%S} UTC, {drift.total_seconds():.1f} s from the database's"
    return Check("clock", drift <= MOST_DRIFT, words, "Let both machines take their time from NTP.")


_WITH_TABLES: tuple[Callable[[datetime], Check], ...] = (
    check_worker,
    check_tasks,
    check_watch,
    check_directory,
    check_ledger,
    check_clock,
)


def _age(length: timedelta) -> str:
    seconds = max(0, int(length.total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
