"""Typed readers of the environment. Every name read is remembered, so that the documents can list them all."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


class Reader:
    """Reads NAME, or the file that NAME_FILE names. Raises ImproperlyConfigured with what to write."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.seen: dict[str, tuple[str, object]] = {}

    def _raw(self, name: str, kind: str, default: object) -> str | None:
        self.seen[name] = (kind, default)
        file_name = self.environment.get(f"{name}_FILE")
        if file_name:
            try:
                return Path(file_name).read_text().strip()
            except OSError as error:
                raise ImproperlyConfigured(f"{name}_FILE names {file_name}, which cannot be read: {error}.") from error
        value = self.environment.get(name)
        return value if value not in (None, "") else None

    def text(self, name: str, default: str) -> str:
        """Text as it stands."""
        raw = self._raw(name, "text", default)
        return default if raw is None else raw

    def number(self, name: str, default: int) -> int:
        """A whole number, zero or more."""
        raw = self._raw(name, "number", default)
        if raw is None:
            return default
        if not raw.isdigit():
            raise ImproperlyConfigured(f"{name} must be a whole number, like {default}; it is {raw!r}.")
        return int(raw)

    def yes(self, name: str, default: bool) -> bool:
        """yes or no."""
        raw = self._raw(name, "yes or no", "yes" if default else "no")
        if raw is None:
            return default
        if raw.lower() not in ("yes", "no", "true", "false", "1", "0"):
            raise ImproperlyConfigured(f"{name} must be yes or no; it is {raw!r}.")
        return raw.lower() in ("yes", "true", "1")

    def words(self, name: str, default: list[str]) -> list[str]:
        """Words with commas between."""
        raw = self._raw(name, "words, with commas", ",".join(default))
        return default if raw is None else [word.strip() for word in raw.split(",") if word.strip()]

    def choice(self, name: str, default: str, choices: list[str]) -> str:
        """One of a few words."""
        raw = self._raw(name, "one of " + ", ".join(choices), default)
        if raw is not None and raw not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}; it is {raw!r}.")
        return default if raw is None else raw

    def path(self, name: str, default: Path) -> Path:
        """A folder or file."""
        raw = self._raw(name, "path", default)
        return default if raw is None else Path(raw).expanduser().absolute()

    def secret(self, name: str, path: Path, *, may_make: bool) -> str:
        """A secret from the environment, or from its file, which is made where that is allowed."""
        raw = self._raw(name, "secret", "")
        if raw is not None:
            return raw
        if path.exists():
            return path.read_text().strip()
        if not may_make:
            raise ImproperlyConfigured(
                f"{name} is not set and {path} is not there. In production set {name} or {name}_FILE "
                "to 50 or more random characters; 'handrail keys new' makes both secrets."
            )
        write_secret(path)
        return path.read_text().strip()


def write_secret(path: Path) -> None:
    """Write a fresh random secret, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(50))
