"""The program door: one inbox, one answer form, one panel of openings."""

from django.urls import path

from handrail.web.program import answers, links, openings, own_facts, views

urlpatterns = [
    path("", views.inbox, name="program_inbox"),
    path("r/<uuid:referral_id>/", views.referral, name="program_referral"),
    path("r/<uuid:referral_id>/acknowledge/", answers.acknowledge, name="program_acknowledge"),
    path("r/<uuid:referral_id>/accept/", answers.accept, name="program_accept"),
    path("r/<uuid:referral_id>/decline/", answers.decline, name="program_decline"),
    path("r/<uuid:referral_id>/ask/", answers.ask, name="program_ask"),
    path("r/<uuid:referral_id>/arrived/", answers.arrived, name="program_arrived"),
    path("openings/", openings.openings, name="program_openings"),
    path("openings/still-right/", openings.still_right, name="program_still_right"),
    path("links/", links.make, name="program_links"),
    path("links/<uuid:pk>/", links.change, name="program_link"),
    path("facts/", own_facts.facts, name="program_facts"),
    path("facts/still-right/", own_facts.still_right, name="program_renew_facts"),
    path("in-care/", views.in_care, name="program_in_care"),
    path("page/", views.page, name="program_page"),
]
