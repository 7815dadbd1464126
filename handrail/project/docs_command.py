"""handrail docs: write the pages that are made from tables, so that they cannot disagree with the code."""

import argparse
import sys
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from handrail.core.access import DOORS, PERMISSIONS, STAFF_ROLES
from handrail.core.journey import CLOCKS, MOVES, STAGES
from handrail.project import privacy_table
from handrail.project.ranking_page import page as ranking_page
from handrail.project.settings_table import SECRETS, SETTINGS, read_names
from handrail.web.access_table import ADDRESSES

REPOSITORY = Path(__file__).resolve().parent.parent.parent
MADE = "<!-- Made by `handrail docs` from the tables in the source. Change those, not this page. -->"


def run(argv: list[str]) -> int:
    """Write the pages, or with --check say which are out of date and exit 1."""
    parser = argparse.ArgumentParser(prog="handrail docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a page is out of date")
    options = parser.parse_args(argv)
    stale = out_of_date()
    if options.check:
        for path in stale:
            print(f"handrail: {path} is out of date. Run 'make docs'.", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        target = REPOSITORY / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(PAGES[path]())
        print(f"Wrote {path}")
    return 0


def out_of_date() -> list[str]:
    """The pages whose file differs from what the tables say."""
    return [path for path, make in PAGES.items() if _text(REPOSITORY / path) != make()]


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") or " " for cell in line) + " |" for line in lines)


def page(title: str, *parts: str) -> str:
    """A page with its notice."""
    return "\n\n".join([f"# {title}", MADE, *parts]) + "\n"


def journey_page() -> str:
    """The stages, their clocks, and the moves between them, drawn."""
    diagram = ["```mermaid", "stateDiagram-v2", "    [*] --> new: ask"]
    names: dict[tuple[str, str], list[str]] = {}
    for move in MOVES:
        if move.end != "stopped" and move.name != "pause":
            names.setdefault((move.start, move.end), []).append(move.name)
    diagram += [f"    {start} --> {end}: {', '.join(moves)}" for (start, end), moves in names.items()]
    diagram += ["    note right of resting: pause leads here from every open stage", "```"]
    stages = [
        [f"`{stage.name}`", stage.turn, f"`{stage.clock}`" if stage.clock else "none", _length(stage.clock)]
        for stage in STAGES.values()
    ]
    clocks = [
        [f"`{clock.name}`", f"`CLOCK_{clock.name.upper()}`", _length(clock.name), f"`{clock.next_action}`"]
        for clock in CLOCKS.values()
    ]
    moves = [[f"`{m.start}`", f"`{m.end}`", f"`{m.name}`", ", ".join(sorted(m.roles))] for m in MOVES]
    return page(
        "The journey of a help request",
        "One state machine, `handrail/core/journey.py`. A request that is open always has an owner or the queue, a next"
        " action and a time; the database refuses a row without them. A person can pause or stop at every stage, and"
        " come back with the same code.",
        "\n".join(diagram),
        "## Stages\n\n" + table(["stage", "whose turn", "clock", "length"], stages),
        "## Clocks\n\nEach is a setting, in minutes.\n\n" + table(["clock", "setting", "length", "due then"], clocks),
        "## Moves\n\n" + table(["from", "to", "move", "who may"], moves),
    )


def _length(clock: str) -> str:
    if not clock:
        return ""
    minutes = CLOCKS[clock].minutes
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{minutes} minutes"


def access_page() -> str:
    """Who may do what, and who may open which address."""
    roles = ["visitor", "person", *STAFF_ROLES, "worker"]
    permissions = [
        [f"`{action}`", *("yes" if role in allowed else "" for role in roles)]
        for action, allowed in PERMISSIONS.items()
    ]
    doors = [[role, ", ".join(f"`/{door}/`" for door in DOORS[role])] for role in STAFF_ROLES]
    addresses = [
        [f"`{name}`", address.door, f"`{address.action}`" if address.action else "", ", ".join(address.roles)]
        for name, address in ADDRESSES.items()
    ]
    return page(
        "Who may do what",
        "Scope comes first: every read goes through `.visible_to(actor)`, and what is outside it answers 404, as if it"
        " were not there. Permission comes second: inside the scope, what a role may not do answers 403. A person's"
        " own pages open with their code alone.",
        "## Doors\n\n" + table(["role", "door"], doors),
        "## Actions\n\nFrom `handrail/core/access.py`.\n\n" + table(["action", *roles], permissions),
        "## Addresses\n\nFrom `handrail/web/access_table.py`.\n\n"
        + table(["address", "door", "action", "who"], addresses),
    )


def privacy_page() -> str:
    """The privacy class of every field."""
    classes = [[f"`{name}`", words] for name, words in privacy_table.WORDS.items()]
    parts = []
    for (app, model), group in groupby(privacy_table.rows(), key=lambda row: (row.app, row.model)):
        fields = list(group)
        cells = [[f"`{row.field}`", row.privacy or "UNDECLARED", "sealed" if row.is_sealed else ""] for row in fields]
        parts.append(f"### {app}.{model}\n\n{fields[0].words}\n\n" + table(["field", "class", "at rest"], cells))
    packages = [
        [f"`{label}`", privacy, privacy_table.WHY.get(label, "")] for label, privacy in privacy_table.PACKAGES.items()
    ]
    return page(
        "What is stored, and how private it is",
        "Every field is declared `public`, `staff`, `personal` or `part2`; a test fails for one that is not. The last"
        " two are sealed with AES-256-GCM under rotatable keys before they reach the database, bound to their table"
        " and column, and cannot be searched. Where something must be found, a keyed fingerprint stands beside it.",
        "## Classes\n\n" + table(["class", "meaning"], classes),
        "## Tables\n\n" + "\n\n".join(parts),
        "## Tables of installed packages\n\n" + table(["table", "class", "note"], packages),
    )


def configuration_page() -> str:
    """Every setting."""
    kinds = read_names()
    parts = []
    for section, group in groupby(SETTINGS.items(), key=lambda item: item[1].section):
        rows = [
            [f"`{name}`", kinds.get(name, ""), f"`{setting.default}`" if setting.default else "", setting.words]
            for name, setting in group
        ]
        parts.append(f"## {section}\n\n" + table(["setting", "kind", "left out", "what it does"], rows))
    return page(
        "Configuration",
        "Handrail reads its settings from the environment. A name with `_FILE` added reads the value from that file;"
        f" use it for secrets: {', '.join(f'`{name}_FILE`' for name in SECRETS)}. `env.example` holds every setting,"
        " ready to copy. `handrail doctor` says what is wrong and what to do.",
        *parts,
    )


def env_example() -> str:
    """Every setting as a shell-style file, each commented out at its default."""
    lines = [
        "# Every setting of Handrail. Made by `handrail docs`; docs/configuration.md says the same as a page.",
        "# NAME_FILE=/path reads a value from a file, for secrets. A line that stays commented out keeps its default.",
    ]
    for section, group in groupby(SETTINGS.items(), key=lambda item: item[1].section):
        lines += ["", f"# --- {section} ---"]
        for name, setting in group:
            lines += [f"# {setting.words}", f"#{name}={_example(setting.default)}"]
    return "\n".join(lines) + "\n"


def _example(default: str) -> str:
    """A default that is a value as it stands; one that is told in words leaves the value empty."""
    return default if " " not in default or default == "Next Step" else ""


PAGES: dict[str, Callable[[], str]] = {
    "docs/journey.md": journey_page,
    "docs/access.md": access_page,
    "docs/privacy.md": privacy_page,
    "docs/configuration.md": configuration_page,
    "docs/ranking.md": ranking_page,
    "env.example": env_example,
}
