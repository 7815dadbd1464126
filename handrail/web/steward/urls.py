"""The steward door: what went out, what was done and read, and the directory, whose facts are kept true here."""

from django.urls import path

from handrail.web.steward import (
    answer_as,
    directory_conflicts,
    directory_edit,
    directory_merge,
    directory_place,
    directory_quality,
    directory_reports,
    directory_search,
    library,
    views,
)

urlpatterns = [
    path("", views.home, name="steward_home"),
    path("outbox/", views.outbox, name="steward_outbox"),
    path("outbox/answer/", answer_as.answer, name="steward_answer"),
    path("ledger/", views.ledger, name="steward_ledger"),
    path("imports/", views.imports, name="steward_imports"),
    path("pages/", library.pages_to_check, name="steward_library"),
    path("pages/<slug:language>/<slug:page>/", library.sign, name="steward_library_sign"),
    path("directory/", directory_search.search, name="steward_directory"),
    path("directory/reports/", directory_reports.reports, name="steward_reports"),
    path("directory/conflicts/", directory_conflicts.conflicts, name="steward_conflicts"),
    path("directory/alike/", directory_merge.alike, name="steward_alike"),
    path("directory/quality/", directory_quality.quality, name="steward_quality"),
    path("directory/<uuid:pk>/", directory_place.place, name="steward_place"),
    path("directory/<uuid:pk>/history/", directory_place.history, name="steward_place_history"),
    path("directory/<uuid:pk>/edit/", directory_edit.edit, name="steward_edit"),
    path("directory/<uuid:pk>/take-back/", directory_edit.take_back_word, name="steward_take_back"),
    path("directory/<uuid:pk>/merge/", directory_merge.merge_with, name="steward_merge"),
    path("directory/<uuid:pk>/split/", directory_merge.split_off, name="steward_split"),
]
