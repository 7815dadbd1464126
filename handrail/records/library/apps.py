"""The library, as a Django app."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "handrail.records.library"
    label = "library"
    default_auto_field = "django.db.models.BigAutoField"
