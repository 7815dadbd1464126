"""People and their requests, as a Django app."""

from django.apps import AppConfig


class CasebookConfig(AppConfig):
    name = "handrail.records.casebook"
    label = "casebook"
    default_auto_field = "django.db.models.BigAutoField"
