"""The addresses of the public data API, as Open Referral HSDS 3.1 names them."""

from django.urls import path

from handrail.api.hsds import views
from handrail.api.hsds.export import export

urlpatterns = [
    path("", views.root, name="hsds_root"),
    path("services", views.services, name="hsds_services"),
    path("services/<str:pk>", views.service, name="hsds_service"),
    path("organizations", views.organizations, name="hsds_organizations"),
    path("organizations/<str:pk>", views.organization, name="hsds_organization"),
    path("locations", views.locations, name="hsds_locations"),
    path("locations/<str:pk>", views.location, name="hsds_location"),
    path("service_at_locations", views.service_at_locations, name="hsds_service_at_locations"),
    path("service_at_locations/<str:pk>", views.service_at_location, name="hsds_service_at_location"),
    path("taxonomies", views.taxonomies, name="hsds_taxonomies"),
    path("taxonomies/<str:pk>", views.taxonomy, name="hsds_taxonomy"),
    path("taxonomy_terms", views.taxonomy_terms, name="hsds_taxonomy_terms"),
    path("taxonomy_terms/<str:pk>", views.taxonomy_term, name="hsds_taxonomy_term"),
    path("openapi.json", views.openapi, name="hsds_openapi"),
    path("about", views.about, name="hsds_about"),
    path("export.zip", export, name="hsds_export"),
    path("<path:slug>", views.nowhere, name="hsds_nowhere"),
]
