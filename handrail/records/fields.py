"""Privacy classes: every field says who it concerns, and what that costs.

public    may be published
staff     how the service works; holds nothing a person told us
personal  who somebody is or how to reach them; sealed at rest
part2     that or what somebody asked a treatment service (42 CFR Part 2); sealed at rest
"""

import json
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import FieldError
from django.db import models

from handrail.records.keys import seal, unseal

PRIVACY_CLASSES = ("public", "staff", "personal", "part2")
SEALED_CLASSES = ("personal", "part2")

if TYPE_CHECKING:
    AnyField = models.Field[Any, Any]
    AnyTextField = models.TextField[Any, Any]
else:
    AnyField = models.Field
    AnyTextField = models.TextField

F = TypeVar("F", bound=AnyField)


def public(field: F) -> F:
    """Declare that a field may be published."""
    return _classed(field, "public")


def staff_only(field: F) -> F:
    """Declare that a field is about how the service works."""
    return _classed(field, "staff")


def personal(field: F) -> F:
    """Declare that a field says who somebody is. Only sealed fields may be."""
    return _classed(field, "personal")


def part2(field: F) -> F:
    """Declare that a field is a treatment record. Only sealed fields may be."""
    return _classed(field, "part2")


def privacy_of(field: AnyField) -> str | None:
    """The declared class of a field, or None when nobody has declared one."""
    return getattr(field, "privacy", None)


def _classed(field: F, privacy: str) -> F:
    if privacy in SEALED_CLASSES and not isinstance(field, SealedField):
        raise FieldError(f"A {privacy} field must be sealed: use SealedText or SealedData.")
    field.privacy = privacy  # type: ignore[attr-defined]
    return field


class SealedField(AnyTextField):
    """A column that holds only ciphertext. It cannot be searched; use a blind index beside it."""

    label: str
    """What binds a ciphertext to its place: app.model.field."""

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only=private_only)
        self.label = f"{cls._meta.label_lower}.{name}"

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.label} is sealed and cannot be searched. Look it up by a blind index.")

    def dump(self, value: Any) -> str:
        return str(value)

    def load(self, text: str) -> Any:
        return text

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return seal(self.dump(value), label=self.label)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:  # noqa: ARG002
        if value is None:
            return None
        return self.load(unseal(value, label=self.label))


class SealedText(SealedField):
    """Text, sealed."""


class SealedData(SealedField):
    """JSON data, sealed."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def dump(self, value: Any) -> str:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    def load(self, text: str) -> Any:
        return json.loads(text)

    def to_python(self, value: Any) -> Any:
        return value
