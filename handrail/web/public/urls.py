"""The public door: anyone, no account, and no cookie but the one of the places somebody saved."""

from django.urls import URLPattern, path

from handrail.web.public import compare, finder, library, pages, place_page, saved

urlpatterns: list[URLPattern] = [
    # asked for most, so matched first
    path("find/results/", finder.results, name="find_results"),
    path("find/", finder.find, name="find"),
    path("", pages.home, name="home"),
    path("danger/", pages.danger, name="danger"),
    path("danger/sources/", pages.danger_sources, name="danger_sources"),
    path("learn/", library.learn, name="learn"),
    path("learn/what-treatment-is-like/", library.learn_treatment, name="learn_treatment"),
    path("learn/what-treatment-is-like/<slug:slug>/", library.treatment_page, name="treatment_page"),
    path("learn/search/", library.library_search, name="library_search"),
    path("learn/<slug:slug>/", library.article, name="article"),
    path("cost/", library.cost, name="cost"),
    path("cost/questions/", library.questions, name="questions"),
    path("cost/<slug:slug>/", library.cost_page, name="cost_page"),
    path("family/", library.family, name="family"),
    path("safe-use/", pages.safe_use, name="safe_use"),
    path("privacy/", pages.privacy, name="privacy"),
    path("about/", pages.about, name="about"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    # the rest of the finder
    path("find/save/", saved.save_place, name="save_place"),
    path("find/saved/", saved.saved, name="saved"),
    path("find/compare/", compare.compare, name="compare"),
    path("print/card/", pages.print_card, name="print_card"),
    path("p/<slug:slug>/", place_page.program, name="program"),
]
