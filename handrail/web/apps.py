"""The doors, as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "handrail.web"
    label = "web"
