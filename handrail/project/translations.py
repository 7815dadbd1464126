"""Translations: .po files are kept, .mo files are made from them when they are older. No gettext needed."""

import os
from pathlib import Path

import polib
from django.conf import settings

LOCALE: Path = settings.HANDRAIL_CONTENT / "locale"


def compile_translations(folder: Path = LOCALE) -> list[Path]:
    """Make each .mo that is missing or older than its .po, whole or not at all; the paths made."""
    made = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        aside = target.with_suffix(f".{os.getpid()}.part")
        polib.pofile(str(source)).save_as_mofile(str(aside))
        aside.replace(target)
        made.append(target)
    return made
