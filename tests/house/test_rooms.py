"""The house keeps its own rules: sizes, names, imports, pages, templates."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "handrail"
MODULES = sorted(path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted(HOUSE.rglob("*.html"))
STATIC = sorted(path for path in HOUSE.rglob("static/**/*") if path.suffix in (".css", ".js"))
BANNED = {"utils", "helpers", "common", "base", "services", "managers", "handlers", "misc"}
MOST_LINES, MOST_IN_FUNCTION = 400, 50

# What points outside on purpose: a link that a person may follow, never something a page loads.
LOADING = re.compile(
    r"""(?:src|srcset|poster|data|action)\s*=\s*["']?(?:https?:)?//|<link[^>]+href=["']?(?:https?:)?//"""
)
REMOTE = re.compile(r"""(?:url\(\s*["']?|@import\s+["']|from\s+["']|fetch\(\s*["'])(?:https?:)?//""")


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_modules_are_short_enough_to_read():
    long = {name: count for name, count in zip(names(MODULES), map(lines, MODULES), strict=True) if count > MOST_LINES}
    assert long == {}


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def functions(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_are_short_enough_to_hold_in_the_head():
    long = [
        f"{path.relative_to(ROOT)}:{node.name} {node.end_lineno - node.lineno + 1}"
        for path in MODULES
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > MOST_IN_FUNCTION
    ]
    assert long == []


def test_every_module_says_what_it_is_for():
    silent = [
        path for path in MODULES if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert names(silent) == []


def test_no_module_has_a_name_that_says_nothing():
    assert [name for path, name in zip(MODULES, names(MODULES), strict=True) if path.stem in BANNED] == []


def imports(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom | ast.Import):
            yield node


def test_no_relative_imports():
    relative = [path for path in MODULES if any(getattr(node, "level", 0) for node in imports(path))]
    assert names(relative) == []


def test_core_loads_without_django():
    core = [f"handrail.core.{path.stem}" for path in (HOUSE / "core").glob("*.py") if path.stem != "__init__"]
    code = f"import sys, {', '.join(core)}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_tower_stands():
    done = subprocess.run(
        [sys.executable, "-m", "importlinter.cli"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if "No module named" in done.stderr:
        lint = Path(sys.executable).with_name("lint-imports")
        done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_templates_hold_no_inline_style_and_no_script_but_data():
    inline = re.compile(r"""<style|\sstyle\s*=|\son\w+\s*=\s*["']|\shx-on|javascript:""")
    script = re.compile(r"<script(?![^>]*(?:\ssrc=|type=\"application/json\"))")
    assert (
        names([path for path in TEMPLATES if inline.search(path.read_text()) or script.search(path.read_text())]) == []
    )


def test_nothing_is_loaded_from_anybody_else():
    assert names([path for path in TEMPLATES if LOADING.search(path.read_text())]) == []
    assert names([path for path in STATIC if REMOTE.search(path.read_text())]) == []


def test_sample_numbers_are_invented_ones():
    number = re.compile(r"\b\(?[2-9]\d\d\)?[-. ](\d{3})[-. ](\d{4})\b")
    allowed = {"800-662-4357", "800-222-1222", "800-799-7233", "877-696-6775", "555-010-0199"}
    real = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in [*TEMPLATES, *HOUSE.rglob("sample/*.csv"), *MODULES]
        for found in number.finditer(path.read_text())
        if found[0] not in allowed and not (found[1] == "555" and found[2].startswith("01"))
    ]
    assert real == []


@pytest.mark.parametrize(
    "path", [path for path in HOUSE.rglob("migrations") if path.is_dir()], ids=lambda p: p.parent.name
)
def test_migrations_are_linear_and_named(path):
    found = sorted(file.stem for file in path.glob("0*.py"))
    assert [name[:4] for name in found] == [f"{number:04}" for number in range(1, len(found) + 1)]
    assert not [name for name in found if "auto" in name or name.endswith("_initial")]


def test_no_file_names_the_folder_it_was_written_in():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    kept = [ROOT / name for name in listed if (ROOT / name).suffix in (".py", ".md", ".html", ".toml", ".sh", "")]
    here = f"{ROOT}/"
    assert [str(path) for path in kept if path.is_file() and here in path.read_text(errors="ignore")] == []
