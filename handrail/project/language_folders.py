"""Finds the languages: each folder of content/locale with a language.toml is one. Read once, with the settings."""

import tomllib
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from handrail.core.language_table import Language, language_of

DEFAULT = "en"
TABLE = "language.toml"


def languages_in(content: Path) -> dict[str, Language]:
    """Every language by its code: English, which the sentences are written in, then the others by code."""
    found: dict[str, Language] = {}
    for path in sorted((content / "locale").glob(f"*/{TABLE}")):
        code = path.parent.name.lower().replace("_", "-")
        try:
            found[code] = language_of(code, tomllib.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise ImproperlyConfigured(f"{path}: {error}.") from error
    if DEFAULT not in found:
        missing = content / "locale" / DEFAULT / TABLE
        raise ImproperlyConfigured(f"{missing} is missing. HANDRAIL_CONTENT names the folder of words.")
    return {DEFAULT: found.pop(DEFAULT), **found}
