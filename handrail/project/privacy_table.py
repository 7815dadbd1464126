"""The privacy class of every field in the store: ours as declared beside the field, those of packages listed here."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from handrail.records.fields import SealedField, privacy_of

OURS = ("ledger", "library", "directory", "accounts", "casebook")

# Tables of installed packages, each read and judged as a whole. `staff` holds nothing that a person told us.
PACKAGES: dict[str, str] = {
    "auth.Permission": "staff",
    "auth.Group": "staff",
    "contenttypes.ContentType": "staff",
    "sessions.Session": "staff",
    "account.EmailAddress": "staff",
    "account.EmailConfirmation": "staff",
    "mfa.Authenticator": "staff",
}
# Tables that Django makes for the groups and permissions of its own user class, which Handrail leaves empty.
INHERITED: dict[str, str] = {"accounts.Staff_groups": "staff", "accounts.Staff_user_permissions": "staff"}

WHY: dict[str, str] = {
    "sessions.Session": "A person's session holds a request's id and no answer; it ends with the browser.",
    "mfa.Authenticator": "Staff second factors; secrets inside are sealed with the same keys.",
}

WORDS: dict[str, str] = {
    "public": "May be published.",
    "staff": "How the service works. Holds nothing a person told us, and no way to reach them.",
    "personal": "Who somebody is or how to reach them. Sealed at rest.",
    "part2": "That somebody asked a treatment service, or what they said (42 CFR Part 2). Sealed at rest.",
}


@dataclass(frozen=True)
class Row:
    """One field of one table."""

    app: str
    model: str
    field: str
    privacy: str | None
    is_sealed: bool
    words: str


def rows() -> Iterator[Row]:
    """Every field of our own tables, in the order of the source."""
    for app in OURS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            for field in model._meta.local_fields:
                yield _row(app, model, field)


def packages() -> list[str]:
    """The tables of installed packages, as app.Model."""
    return [model._meta.label for model in apps.get_models() if model._meta.app_label not in OURS]


def _row(app: str, model: type[models.Model], field: models.Field) -> Row:  # type: ignore[type-arg]
    privacy = privacy_of(field)
    if privacy is None:
        inherited: dict[str, str] = getattr(model, "inherited_privacy", {})
        privacy = inherited.get(field.name)
    privacy = privacy or INHERITED.get(model._meta.label)
    if privacy is None and field.primary_key and isinstance(field, models.AutoField):
        privacy = "staff"  # a number that Django counts up
    words = (model.__doc__ or "").strip().splitlines()[0]
    return Row(app, model.__name__, field.name, privacy, isinstance(field, SealedField), words)
