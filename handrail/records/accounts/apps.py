"""Staff and programs' intake workers, as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "handrail.records.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
