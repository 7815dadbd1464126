"""What must be said in every language: takes the sentences out of templates, code and content into the .po files.

Pure Python, so that nobody needs gettext. A sentence of the public's or the person's pages is found here, or it is
not translated.
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
from django.utils.translation.template import templatize

from handrail.project.language_folders import DEFAULT, TABLE, languages_in
from handrail.project.translations import LOCALE

ROOT = Path(__file__).resolve().parent.parent
# What only staff read stays English: these doors, and the sign-in pages.
STAFF = ("web/desk/", "web/program/", "web/steward/")
STAFF_FILES = ("web/sign_in.py", "web/templates/staff.html")
# Outside of the pages: the words of texts, e-mails and calls.
OTHER_FILES = ("actions/message_words.py",)
STAFF_TEMPLATES = ("web/templates/account/", "web/templates/allauth/", "web/templates/mfa/")
# Content that is data: the file, and the field of each row that people read.
CONTENT = {"numbers.toml": "label", "evidence.toml": "says"}
# A call as templatize writes it: plain texts, and `count` after the two of a plural.
_TEXT = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_CALL = re.compile(rf"\b(?:n?p?gettext|_)\({_TEXT}(?:, (?:{_TEXT}|count))*\)")
_NAMES = {
    "_": "gettext",
    "gettext": "gettext",
    "gettext_lazy": "gettext",
    "gettext_noop": "gettext",
    "ngettext": "ngettext",
    "ngettext_lazy": "ngettext",
    "pgettext": "pgettext",
    "pgettext_lazy": "pgettext",
    "npgettext": "npgettext",
}

# The head of a new .po file. A language with other plurals (Polish has three) says so there, before its first sentence.
_HEAD = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


@dataclass(frozen=True, order=True)
class Message:
    """One sentence to translate, as a .po file knows it."""

    text: str
    plural: str = ""
    context: str = ""


def is_for_people(path: str) -> bool:
    """True when the sentences of a file (its path in the package) are read by, or said to, the public or the person."""
    is_public = path.startswith("web/") and not path.startswith((*STAFF, *STAFF_TEMPLATES)) and path not in STAFF_FILES
    return is_public or path in OTHER_FILES


def found(root: Path = ROOT, content: Path = LOCALE.parent) -> dict[Message, list[str]]:
    """Every sentence to translate, with the files it stands in."""
    places: dict[Message, list[str]] = {}
    for name, message in (*_in_content(content), *_in_package(root)):
        files = places.setdefault(message, [])
        if name not in files:
            files.append(name)
    return places


def _in_package(root: Path) -> Iterator[tuple[str, Message]]:
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html")]):
        name = path.relative_to(root).as_posix()
        if is_for_people(name):
            text = path.read_text(encoding="utf-8")
            yield from ((name, each) for each in (in_template(text) if path.suffix == ".html" else in_code(text)))


def _in_content(content: Path) -> Iterator[tuple[str, Message]]:
    for name, key in CONTENT.items():
        rows = tomllib.loads((content / name).read_text(encoding="utf-8"))
        yield from ((f"content/{name}", Message(row[key])) for row in rows.values())
    for language in languages_in(content).values():
        yield "content/locale", Message(language.english)


def in_template(text: str) -> Iterator[Message]:
    """The sentences of a template: Django writes each of its tags as a call of gettext, and the rest as X."""
    for call in _CALL.finditer(templatize(text)):
        yield from in_code(call[0])


def in_code(text: str) -> Iterator[Message]:
    """The sentences of a module: calls of gettext and its kin, by the names they were imported under."""
    tree = ast.parse(text)
    names = dict(_NAMES)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {each.asname or each.name: _NAMES[each.name] for each in node.names if each.name in _NAMES}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield from _message(names[node.func.id], node.args)


def _message(kind: str, arguments: list[ast.expr]) -> Iterator[Message]:
    """The sentence of one call. A call with anything but plain texts is of no use to translators and is left out."""
    context = 1 if kind.startswith(("p", "np")) else 0
    texts = [each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    wanted = context + (2 if "n" in kind[:2] else 1)
    if len(texts) >= wanted:
        own = texts[context:wanted]
        yield Message(own[0], own[1] if len(own) > 1 else "", texts[0] if context else "")


def renew(path: Path, messages: dict[Message, list[str]]) -> tuple[int, int, int]:
    """Put the sentences of the code into a .po file: new ones empty, old ones kept, gone ones taken out.

    Nothing is guessed, so nothing is fuzzy. Returns how many were added, taken out, and are still empty.
    """
    file = polib.pofile(str(path), wrapwidth=0)
    plurals = int((re.search(r"nplurals=(\d)", file.metadata.get("Plural-Forms", "")) or [0, 2])[1])
    known = {Message(each.msgid, each.msgid_plural, each.msgctxt or ""): each for each in file if not each.obsolete}
    fresh = []
    for message, files in messages.items():
        entry = known.get(message) or polib.POEntry(
            msgid=message.text,
            msgid_plural=message.plural,
            msgctxt=message.context or None,
            msgstr="",
            msgstr_plural=dict.fromkeys(range(plurals), "") if message.plural else {},
        )
        entry.occurrences = [(name, "") for name in files]
        entry.flags = ["python-format"] if "%(" in message.text else []
        fresh.append((files[0], entry))
    gone = [each for message, each in known.items() if message not in messages]
    file.clear()
    file.extend(entry for _first, entry in sorted(fresh, key=lambda pair: pair[0]))
    file.save(str(path), newline="\n")
    return len(messages.keys() - known.keys()), len(gone), sum(not each.translated() for each in file)


def po_files(locale: Path) -> list[Path]:
    """The .po file of every language but English; a new folder gets an empty one."""
    paths = []
    for table in sorted(locale.glob(f"*/{TABLE}")):
        path = table.parent / "LC_MESSAGES" / "django.po"
        if table.parent.name != DEFAULT:
            paths.append(path)
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                file = polib.POFile(wrapwidth=0)
                file.metadata = {"Language": table.parent.name, **_HEAD}
                file.save(str(path), newline="\n")
    return paths


def main() -> int:
    """Renew every .po file and say what is still to be translated."""
    django.setup()
    messages, left = found(), 0
    for path in po_files(LOCALE):
        added, gone, empty = renew(path, messages)
        left += empty
        print(f"{path.parent.parent.name}: {len(messages)} sentences, {added} new, {gone} gone, {empty} to translate")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
