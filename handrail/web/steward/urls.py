"""The steward door: what went out, what was done and read, what came in. Nothing here changes a person's record."""

from django.urls import path

from handrail.web.steward import views

urlpatterns = [
    path("", views.home, name="steward_home"),
    path("outbox/", views.outbox, name="steward_outbox"),
    path("ledger/", views.ledger, name="steward_ledger"),
    path("imports/", views.imports, name="steward_imports"),
]
