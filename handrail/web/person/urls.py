"""The person's door: asking, and the private status page."""

from django.urls import URLPattern, path

from handrail.web.person import ask, family, refer, report, status

urlpatterns: list[URLPattern] = [
    path("ask/", ask.start, name="ask"),
    path("ask/who/", ask.question, {"name": "who"}, name="ask_who"),
    path("ask/now/", ask.question, {"name": "now"}, name="ask_now"),
    path("ask/now/first/", ask.first, name="ask_first"),
    path("ask/where/", ask.question, {"name": "where"}, name="ask_where"),
    path("ask/contact/", ask.question, {"name": "contact"}, name="ask_contact"),
    path("ask/contact/details/", ask.question, {"name": "details"}, name="ask_details"),
    path("ask/about/", ask.question, {"name": "about"}, name="ask_about"),
    path("ask/check/", ask.check, name="ask_check"),
    path("ask/done/", ask.done, name="ask_done"),
    path("refer/", refer.refer, name="refer"),
    path("refer/done/", refer.done, name="refer_done"),
    path("status/", status.status, name="status"),
    path("status/note/", status.note, name="status_note"),
    path("status/message/", family.message, name="status_message"),
    path("status/family/", family.family, name="status_family"),
    path("status/contact/", status.contact, name="status_contact"),
    path("status/counselor/", status.counselor, name="status_counselor"),
    path("status/pause/", status.pause, name="status_pause"),
    path("status/stop/", status.stop, name="status_stop"),
    path("status/again/", status.again, name="status_again"),
    path("status/choose/", status.choose, name="status_choose"),
    path("status/take-back/", status.take_back, name="status_take_back"),
    path("status/pin/", status.pin, name="status_pin"),
    path("status/card/", status.card, name="status_card"),
    # anybody tells us what is wrong with a place
    path("report/<slug:slug>/", report.report_place, name="report_place"),
    path("report/<slug:slug>/thanks/", report.report_thanks, name="report_thanks"),
]
