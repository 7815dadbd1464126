"""The public door: anyone, no account, and no cookie but the one of the places somebody saved."""

from django.urls import URLPattern, path

from handrail.web.public import compare, finder, pages, place_page, saved

urlpatterns: list[URLPattern] = [
    # asked for most, so matched first
    path("find/results/", finder.results, name="find_results"),
    path("find/", finder.find, name="find"),
    path("", pages.home, name="home"),
    path("danger/", pages.danger, name="danger"),
    path("learn/", pages.learn, name="learn"),
    path("learn/what-treatment-is-like/", pages.learn_treatment, name="learn_treatment"),
    path("cost/", pages.cost, name="cost"),
    path("family/", pages.family, name="family"),
    path("safe-use/", pages.safe_use, name="safe_use"),
    path("privacy/", pages.privacy, name="privacy"),
    path("about/", pages.about, name="about"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    # the rest of the finder
    path("find/save/", saved.save_place, name="save_place"),
    path("find/saved/", saved.saved, name="saved"),
    path("find/compare/", compare.compare, name="compare"),
    path("p/<slug:slug>/", place_page.program, name="program"),
]
