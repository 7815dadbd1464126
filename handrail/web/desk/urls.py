"""The desk's addresses."""

from django.urls import URLPattern, path

from handrail.web.desk import call_round, find, moves, people, queue, wall, workspace

urlpatterns: list[URLPattern] = [
    path("", queue.queue, name="desk_queue"),
    path("lists/", queue.lists, name="desk_lists"),
    path("take-next/", queue.take_next, name="desk_take_next"),
    path("mine/", people.mine, name="desk_mine"),
    path("follow-ups/", people.follow_ups, name="desk_follow_ups"),
    path("find/", find.find, name="desk_find"),
    path("call-round/", call_round.call_round, name="desk_call_round"),
    path("call-round/link/", call_round.call_link, name="desk_call_link"),
    path("r/<uuid:pk>/", workspace.workspace, name="desk_request"),
    path("r/<uuid:pk>/take/", queue.take, name="desk_take"),
    path("r/<uuid:pk>/keep/", moves.keep_draft, name="desk_keep"),
    path("r/<uuid:pk>/contact/", moves.contact, name="desk_contact"),
    path("r/<uuid:pk>/said/", moves.said, name="desk_said"),
    path("r/<uuid:pk>/safety/", moves.safety, name="desk_safety"),
    path("r/<uuid:pk>/needs/", moves.needs, name="desk_needs"),
    path("r/<uuid:pk>/offer/", moves.offer, name="desk_offer"),
    path("r/<uuid:pk>/choice/", moves.choice, name="desk_choice"),
    path("r/<uuid:pk>/consent/", moves.consent, name="desk_consent"),
    path("r/<uuid:pk>/consent/revoke/", moves.revoke, name="desk_revoke"),
    path("r/<uuid:pk>/refer/", moves.refer, name="desk_refer"),
    path("r/<uuid:pk>/answer/", moves.answer, name="desk_answer"),
    path("r/<uuid:pk>/withdraw/", moves.withdraw, name="desk_withdraw"),
    path("r/<uuid:pk>/arrived/", moves.arrived, name="desk_arrived"),
    path("r/<uuid:pk>/hand-back/", moves.hand_back, name="desk_hand_back"),
    path("r/<uuid:pk>/own-rule/", wall.own_rule, name="desk_own_rule"),
    path("r/<uuid:pk>/family/", wall.link, name="desk_family"),
    path("r/<uuid:pk>/family/unlink/", wall.unlink, name="desk_unlink_family"),
    path("r/<uuid:pk>/family/message/", wall.message, name="desk_family_message"),
    path("r/<uuid:pk>/code/", moves.new_code, name="desk_code"),
]
