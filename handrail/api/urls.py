"""Addresses for machines."""

from django.urls import path

from handrail.api.health import health

urlpatterns = [path("", health, name="health")]
