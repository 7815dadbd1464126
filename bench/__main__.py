"""python -m bench [NAME] [--json] [--seconds N]: measure each claim beside its floor or rival, and print a table."""

import argparse
import importlib
import json
import os
import platform
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from bench import floors, place
from bench.run import MISSED, Row, row_from, table

# Each claim is a file here, measured on each of its databases in a process, a folder and a database of its own.
BOTH = ("SQLite", "PostgreSQL")
CLAIMS: dict[str, tuple[str, ...]] = {
    "first_visit": ("SQLite",),
    "visits": ("SQLite",),
    "served": ("SQLite",),
    "import_directory": ("SQLite",),
    "find": ("SQLite",),
    "find_million": ("SQLite",),
    "results": ("SQLite",),
    "find_fresh": BOTH,
    "ask": BOTH,
    "writers": ("PostgreSQL",),
    "queue": BOTH,
    "take_next": BOTH,
}
SECONDS = 3.0


def main() -> int:
    """0 when every bar is met, 1 when one is missed, 2 for wrong use."""
    options = _parser().parse_args()
    if options.inside:
        return _inside(options.inside, options.seconds)
    postgres = place.postgres_url()
    began = time.monotonic()
    with place.folder() as folder:
        rows = floors.measure(folder, postgres, min(options.seconds, 2.0))
    for name in [options.name] if options.name else CLAIMS:
        for on in CLAIMS[name]:
            if on == "PostgreSQL" and postgres is None:
                print(f"{name} on PostgreSQL: not measured, no server answers", file=sys.stderr)
                continue
            rows += _outside(name, on, postgres, options.seconds)
    missed = [row.name for row in rows if row.is_met is False]
    machine = _machine(postgres, time.monotonic() - began)
    print(table(rows))
    print(f"\n{machine['words']}. {len(missed)} {MISSED}.")
    if options.json:
        print(json.dumps({"machine": machine, "rows": [row.as_dict() for row in rows], "missed": missed}))
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=CLAIMS, help="one claim; all of them without it")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each part runs (default %(default)g)")
    parser.add_argument("--inside", choices=CLAIMS, help=argparse.SUPPRESS)
    return parser


def _outside(name: str, on: str, postgres: str | None, seconds: float) -> list[Row]:
    """Measure one claim on one database in a child process, in a fresh folder."""
    print(f"{name} on {on} …", file=sys.stderr, flush=True)
    with ExitStack() as stack:
        folder = stack.enter_context(place.folder())
        url = ""
        if on == "PostgreSQL" and postgres:
            url = stack.enter_context(place.database(postgres, f"handrail_bench_{os.getpid()}"))
        command = [sys.executable, "-m", "bench", "--inside", name, "--seconds", str(seconds)]
        output = subprocess.run(command, env=_environment(folder, url), stdout=subprocess.PIPE, text=True, check=True)
    kept = [row_from(data) for data in json.loads(output.stdout.splitlines()[-1])]
    return [Row(**{**row.__dict__, "name": f"{row.name} ({on})"}) for row in kept] if len(CLAIMS[name]) > 1 else kept


def _environment(folder: Path, url: str) -> dict[str, str]:
    """Settings as they stand by default, on this folder and database; the second factor stays on."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HANDRAIL_", "CLOCK_"))}
    directory = os.environ.get("HANDRAIL_BENCH_DIRECTORY")
    if directory:
        inherited["HANDRAIL_BENCH_DIRECTORY"] = directory
    return inherited | {
        "HANDRAIL_ENV": "local",
        "HANDRAIL_DATA": str(folder),
        "HANDRAIL_KEYS_PATH": str(folder / "keys.json"),
        "HANDRAIL_STATIC": str(folder / "static"),
        "HANDRAIL_SECRET": os.urandom(32).hex(),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "handrail.project.settings",
        "LOG_LEVEL": "WARNING",
        "SENDS_AN_HOUR": "0",  # one machine asks for everybody here
    }


def _inside(name: str, seconds: float) -> int:
    """Measure one claim in this process's own folder; the last line is its rows as JSON."""
    importlib.import_module("django").setup()
    importlib.import_module("handrail.project.prepare").make_what_is_missing()
    rows: list[Row] = importlib.import_module(f"bench.{name}").rows(seconds)
    print(json.dumps([row.as_dict() for row in rows]))
    return 0


def _machine(postgres: str | None, seconds: float) -> dict[str, Any]:
    versions = {
        "python": platform.python_version(),
        **{name: importlib.import_module(name).__version__ for name in ("django", "granian", "numpy")},
        "sqlite": sqlite3.sqlite_version,
        "postgresql": _postgres_version(postgres),
    }
    named = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    load = os.getloadavg()[0]
    words = f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load {load:.1f}, {named}, {seconds:.0f} s in all"
    return {"cores": os.cpu_count(), "load": load, "versions": versions, "seconds": round(seconds), "words": words}


def _postgres_version(postgres: str | None) -> str:
    if postgres is None:
        return ""
    with psycopg.connect(postgres) as line:
        return f"{line.info.server_version // 10000}.{line.info.server_version % 10000}"


if __name__ == "__main__":
    sys.exit(main())
