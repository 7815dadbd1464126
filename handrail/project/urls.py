"""Every address of Handrail, one door at a time."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from handrail.web import leave
from handrail.web.program import device

urlpatterns = [
    path("account/", include("handrail.web.sign_in_urls")),
    path("desk/", include("handrail.web.desk.urls")),
    path("program/", include("handrail.web.program.urls")),
    path("steward/", include("handrail.web.steward.urls")),
    path("c/<str:token>/", device.openings_link, name="openings_link"),
    path("leave/", leave.leave, name="leave"),
    path("go/", leave.go, name="go"),
    path("continue/", leave.go_on, name="go_on"),
    path("health/", include("handrail.api.urls")),
    path("hsds/", include("handrail.api.hsds.urls")),
    path("texts/", include("handrail.api.texts.urls")),
    *i18n_patterns(
        path("", include("handrail.web.public.urls")),
        path("", include("handrail.web.person.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "handrail.web.errors.unreadable"
handler403 = "handrail.web.errors.not_open"
handler404 = "handrail.web.errors.not_found"
handler500 = "handrail.web.errors.server_error"
