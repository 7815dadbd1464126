"""What must be said in every language: reads the sentences out of templates, code and content, and renews the .po files.

Pure Python, so that nobody needs gettext. A sentence of the public or person's pages is found here or is not translated.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
import polib
from django.conf import settings
from django.utils.translation.template import templatize

from handrail.project.translations import LOCALE

ROOT = Path(__file__).resolve().parent.parent
# What only staff read stays English: these doors, and the sign-in pages.
STAFF = ("web/desk/", "web/program/", "web/steward/")
STAFF_FILES = ("web/sign_in.py", "web/templates/staff.html")
STAFF_TEMPLATES = ("web/templates/account/", "web/templates/allauth/", "web/templates/mfa/")
# Content that is data: the file, and the field of each row that people read.
CONTENT = {"content/numbers.toml": "label", "content/evidence.toml": "says"}
_CALLS = re.compile(r" ((?:n?p?gettext|pgettext|npgettext)\(.*?\)) (?=[XB\n\r\s]|$)", re.DOTALL)
_NAMES = {
    "gettext": "gettext",
    "gettext_lazy": "gettext",
    "ngettext": "ngettext",
    "ngettext_lazy": "ngettext",
    "pgettext": "pgettext",
    "pgettext_lazy": "pgettext",
    "npgettext": "npgettext",
}


@dataclass(frozen=True, order=True)
class Message:
    """One sentence to translate, as a .po file knows it."""

    text: str
    plural: str = ""
    context: str = ""


def is_for_people(path: str) -> bool:
    """True when the sentences of a file (its path in the package) are read by the public or by the person."""
    is_web = path.startswith("web/") or path in CONTENT
    return is_web and not path.startswith((*STAFF, *STAFF_TEMPLATES)) and path not in STAFF_FILES


def found(root: Path = ROOT) -> dict[Message, list[str]]:
    """Every sentence to translate, with the files it stands in."""
    places: dict[Message, list[str]] = {}
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html"), *(root / name for name in CONTENT)]):
        name = path.relative_to(root).as_posix()
        if is_for_people(name):
            for message in _in_file(path, name):
                files = places.setdefault(message, [])
                if name not in files:
                    files.append(name)
    return places


def _in_file(path: Path, name: str) -> Iterator[Message]:
    text = path.read_text(encoding="utf-8")
    if name in CONTENT:
        return (Message(row[CONTENT[name]]) for row in tomllib.loads(text).values())
    return in_template(text) if path.suffix == ".html" else in_code(text)


def in_template(text: str) -> Iterator[Message]:
    """The sentences of a template: Django writes each of its tags as a call of gettext, and the rest as X."""
    for call in re.finditer(r"\b(?:n?p?gettext)\(", _only_tags(text)):
        yield from in_code(_call_at(_only_tags(text), call.start()))


def in_code(text: str) -> Iterator[Message]:
    """The sentences of a module: calls of gettext and its kin with plain texts, under the names they were imported by."""
    tree = ast.parse(text)
    names = dict(_NAMES)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {each.asname or each.name: _NAMES[each.name] for each in node.names if each.name in _NAMES}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield from _message(names[node.func.id], node.args)
