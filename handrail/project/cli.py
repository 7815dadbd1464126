"""handrail: the one command. Its own commands are in a table; every other word is a Django command."""

import importlib
import json
import os
import sys
from dataclasses import dataclass
from typing import Literal

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db.utils import DatabaseError

Needs = Literal["nothing", "settings", "data"]


@dataclass(frozen=True)
class Command:
    """One word of the command line: the module whose `run(argv)` does it, and what must stand before it starts.

    `needs` is nothing, settings (Django is set up), or data (database, keys and tables are made when missing).
    """

    module: str
    needs: Needs
    words: str


COMMANDS: dict[str, Command] = {
    "demo": Command("demo", "nothing", "make the demo if needed, start web and worker, print the doors"),
    "serve": Command("serve", "data", "start the web server (HOST, PORT, WEB_WORKERS)"),
    "worker": Command("worker_command", "data", "start the worker that runs clocks and messages"),
    "directory": Command("directory_command", "data", "directory import FILE | sync | openings SLUG | template"),
    "find": Command("find_command", "data", "find --near ZIP --need LIST [--json]"),
    "doctor": Command("doctor", "settings", "check that everything stands, and say what to do [--json]"),
    "keys": Command("keys_command", "nothing", "keys new | keys rotate [--json]"),
    "staff": Command(
        "staff_command",
        "data",
        "staff add USERNAME --role ROLE --name NAME | staff off | staff shift | staff list",
    ),
    "ledger": Command("ledger_command", "data", "ledger verify [--json]"),
    "library": Command("library_command", "settings", "library check: every sentence against its evidence and dates"),
    "docs": Command("docs_command", "settings", "write the pages that are made from tables [--check]"),
}


def main() -> None:
    """Run one command and leave with its exit status; a known failure is one line, never a traceback."""
    sys.exit(run(sys.argv[1:]))


def run(argv: list[str]) -> int:
    """Run a command line. 0 well, 1 a finding, 2 wrong use or configuration, 130 stopped by hand."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handrail.project.settings")
    try:
        return _run(argv)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ImproperlyConfigured, CommandError, OSError, DatabaseError) as error:
        words = one_line(error)
        print(f"handrail: {words}", file=sys.stderr)
        if "--json" in argv:
            print(json.dumps({"ok": False, "error": words}))
        return 2


def one_line(error: Exception) -> str:
    """The first line of an error's words, with the file it is about."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    words = lines[0] if lines else type(error).__name__
    if isinstance(error, OSError) and error.filename:
        data = os.environ.get("HANDRAIL_DATA", "")
        more = " HANDRAIL_DATA names another folder for data." if data and str(error.filename).startswith(data) else ""
        return f"{error.filename}: {error.strerror or words}.{more}"
    if isinstance(error, DatabaseError):
        return f"the database answered: {words} ('handrail doctor' says more)"
    return words


def _run(argv: list[str]) -> int:
    if not argv or (argv[0] in ("-h", "--help", "help") and len(argv) == 1):
        print_help()
        return 0 if argv else 2
    command = COMMANDS.get(argv[0])
    if command is None:
        return _run_django(argv)
    if command.needs != "nothing":
        _set_up()
    if command.needs == "data" and not {"-h", "--help"} & set(argv):
        importlib.import_module("handrail.project.prepare").make_what_is_missing()
    status = importlib.import_module(f"handrail.project.{command.module}").run(argv[1:])
    return int(status or 0)


def _set_up() -> None:
    importlib.import_module("django").setup()


def _run_django(argv: list[str]) -> int:
    management = importlib.import_module("django.core.management")
    utility = management.ManagementUtility(["handrail", *argv])
    _set_up()
    if argv[0] not in management.get_commands():
        print(f"handrail: there is no command {argv[0]!r}. 'handrail help' lists them.", file=sys.stderr)
        return 2
    utility.execute()
    return 0


def print_help() -> None:
    """What handrail can do, one line each."""
    print("usage: handrail COMMAND\n")
    width = max(map(len, COMMANDS))
    for name, command in COMMANDS.items():
        print(f"  {name:<{width}}  {command.words}")
    print("\nDjango's own commands work too: handrail migrate, handrail check, handrail createsuperuser, …")
    print("HANDRAIL_DATA names the folder for database, keys and files. docs/configuration.md has every setting.")


if __name__ == "__main__":
    main()
