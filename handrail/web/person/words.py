"""The words of the person's own door: answers, stages, steps and messages, marked for translation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from handrail.web.language import names

WHO = {
    "me": _("Me"),
    "someone": _("Someone I care about"),
    "patient": _("A patient or client"),
}
WHO_HINTS = {
    "someone": _("You can ask even if they are not ready."),
    "patient": _("One page for nurses, peers, jails and courts. We call you, not them."),
}
NOW = {
    "no": _("No"),
    "overdose": _("Someone may be overdosing"),
    "suicide": _("Thoughts of suicide"),
    "sick": _("Very sick from stopping"),
    "violence": _("Someone may hurt me"),
    "unsure": _("I am not sure"),
}
# The same when the one who asks is not the one who needs help.
NOW_OF_OTHERS = {
    **NOW,
    "suicide": _("They have thoughts of suicide"),
    "sick": _("They are very sick from stopping"),
    "violence": _("Someone may get hurt"),
}
CHANNELS = {
    "text": _("Text me"),
    "call": _("Call me"),
    "email": _("Email me"),
    "code": _("I have no safe phone"),
}
CHANNEL_HINTS = {
    "call": _("We hang up if someone else answers."),
    "code": _("I will check back with a code."),
}
FLAGS = {
    "pregnant": _("Pregnant or had a baby this year"),
    "left_jail": _("Just left or leaving jail"),
    "left_program": _("Just left a hospital or program"),
    "overdosed": _("Overdosed this month"),
    "sick_now": _("Sick from withdrawal now"),
    "injects": _("I inject"),
    "under_18": _("Under 18"),
    "kids": _("I have kids with me"),
    "veteran": _("Veteran"),
    "unsafe_home": _("Not safe at home"),
    "wants_medicine": _("I want medicine for opioids"),
    "on_medicine": _("I take methadone or buprenorphine now"),
    "needs_help_access": _("I need an interpreter, ASL, or disability help"),
}
# The same boxes when the one who asks is not the one who needs help.
FLAGS_OF_OTHERS = {
    **FLAGS,
    "injects": _("They inject"),
    "kids": _("They have kids with them"),
    "wants_medicine": _("They want medicine for opioids"),
    "on_medicine": _("They take methadone or buprenorphine now"),
    "needs_help_access": _("An interpreter, ASL, or disability help is needed"),
}
FLAG_HINTS = {
    "pregnant": _("You go near the front of the line."),
    "left_jail": _("The first weeks out are risky. You go near the front of the line."),
    "left_program": _("The first weeks out are risky. You go near the front of the line."),
    "overdosed": _("You go near the front of the line."),
    "sick_now": _("Some places can help you feel better today."),
    "injects": _("You go near the front of the line."),
    "under_18": _("We look for places for teens. You go near the front of the line."),
    "kids": _("Some places let kids stay with you."),
    "veteran": _("The VA may pay."),
    "unsafe_home": _("So we take more care when we reach you."),
    "wants_medicine": _("We look first for places that start it soon."),
    "on_medicine": _("We look for places that let you stay on it."),
    "needs_help_access": _("So we can set it up before you talk."),
}
FLAG_HINTS_OF_OTHERS = {
    **FLAG_HINTS,
    "pregnant": _("They go near the front of the line."),
    "left_jail": _("The first weeks out are risky. They go near the front of the line."),
    "left_program": _("The first weeks out are risky. They go near the front of the line."),
    "overdosed": _("They go near the front of the line."),
    "sick_now": _("Some places can help them feel better today."),
    "injects": _("They go near the front of the line."),
    "under_18": _("We look for places for teens. They go near the front of the line."),
    "kids": _("Some places let kids stay with them."),
    "unsafe_home": _("So we take more care."),
    "on_medicine": _("We look for places that let them stay on it."),
    "needs_help_access": _("So we can set it up ahead of time."),
}
OTHER_ANSWERS = {
    "hang_up": _("Hang up"),
    "ask_friend": _("Ask for me as a friend"),
    "say_from": _("Say we are from a place you pick"),
}
TALK_WITH = {"me": _("Only me"), "one": _("Me, and one person I name")}
VOICEMAIL = {"no": _("No"), "yes": _("Yes, first name only")}
BEST_TIME = {"any": _("Any time, now"), "hours": _("Only some hours")}
LANGUAGES = names()

# Titles that fit whom the request is for. A question that reads the same for all has one row.
TITLES: dict[str, Mapping[str, Any]] = {
    "who": {"me": _("Who needs help?")},
    "now": {"me": _("Is anyone in danger right now?")},
    "where": {
        "me": _("Where do you need help?"),
        "someone": _("Where do they need help?"),
    },
    "contact": {"me": _("How can we reach you safely?")},
    "details": {"me": _("Make it safe")},
    "about": {
        "me": _("Anything we should know?"),
        "someone": _("Anything we should know about them?"),
    },
}


def now_words(who: str) -> Mapping[str, Any]:
    """The answers to the danger question, in the words that fit whom the request is for."""
    return NOW if who == "me" else NOW_OF_OTHERS


def title_of(step: str, who: str) -> Any:
    """The heading of a question, in the words that fit whom the request is for."""
    titles = TITLES[step]
    return titles.get(who, titles["me"])


@dataclass(frozen=True)
class StageSentence:
    """What the person reads first at one stage.

    `head` may name %(who)s, %(place)s and clock times; `plain` says the same when one of those is not known.
    """

    head: Any
    plain: Any
    detail: Any
    evidence: str = ""  # what a clinical sentence in it rests on


STAGE_SENTENCES: dict[str, StageSentence] = {
    "new": StageSentence(
        _("We have your request. A person will reach you by %(due)s."),
        _("We have your request."),
        _("If we are late, this page will say so. You stay first in line."),
    ),
    "contacting": StageSentence(
        _("We tried at %(tried)s. We will try again at %(due)s."),
        _("We tried to reach you. We will try again."),
        _("You can also call us. You go to the front of the line."),
    ),
    "talking": StageSentence(
        _("You are talking with %(who)s."),
        _("You are talking with us."),
        _("You tell your story once. Next we look for places that fit."),
    ),
    "matching": StageSentence(
        _("%(who)s is checking places for you."),
        _("We are checking places for you."),
        _("We ask no place about you unless you say yes to it."),
    ),
    "choosing": StageSentence(
        _("Places to choose from are listed below."),
        _("Places to choose from are listed below."),
        _("Pick one, or tell us that none fits. Take the time you need."),
    ),
    "referred": StageSentence(
        _("We asked %(place)s at %(sent)s."),
        _("We asked a place for you."),
        _("They have until %(reply)s to reply. If they do not, we call them."),
    ),
    "accepted": StageSentence(
        _("Yes. Come %(visit)s."),
        _("Yes. A place can see you."),
        _("Where to go and whom to ask for is under “Your visit”."),
    ),
    "arrived": StageSentence(
        _("You made it."),
        _("You made it."),
        _("We check in with you the way you said. You can write to us any time."),
    ),
    "in_care": StageSentence(
        _("How is it going?"),
        _("How is it going?"),
        _("Write to us any time, on good days and hard ones."),
    ),
    "left_early": StageSentence(
        _("You are still welcome here."),
        _("You are still welcome here."),
        _("Your body may not handle what it used to. Even a little can cause an overdose now."),
        evidence="E27 E28",
    ),
    "resting": StageSentence(
        _("We have not closed this. Your code still works."),
        _("We have not closed this. Your code still works."),
        _("Start again here when you want to, or call us."),
    ),
    "completed": StageSentence(
        _("You finished. We check in the way you said."),
        _("You finished. We check in the way you said."),
        _("If you use again, come back here. There is no penalty."),
    ),
    "stopped": StageSentence(
        _("We stopped. You can start again any time."),
        _("We stopped. You can start again any time."),
        _("Nobody will contact you."),
    ),
}
HELPER = _("%(name)s, %(role)s. Training: %(training)s.")
HELPER_WITHOUT = _("%(name)s, %(role)s. They have told us of no certificate.")
ROLES = {"counselor": _("counselor"), "supervisor": _("supervisor")}
NO_REPLY = StageSentence(
    _("We asked %(place)s at %(sent)s."),
    _("We asked a place for you."),
    _("They had until %(reply)s and did not reply. We are calling them now."),
)

STOPPED_MESSAGES = StageSentence(
    _("You told us to stop messages."),
    _("You told us to stop messages."),
    _("Nothing more goes out. Your code still works."),
)

# Lines of "So far". A row that names %(who)s or %(place)s has a `_plain` twin for when that is not known.
# The steps that a place's own line tells better have no row.
STEPS = {
    "asked": _("You asked"),
    "asked_for_you": _("Someone asked for help for you"),
    "taken": _("%(who)s took your request"),
    "taken_plain": _("A counselor took your request"),
    "step_contacting": _("We tried to reach you"),
    "step_talking": _("You talked with %(who)s"),
    "step_talking_plain": _("You talked with us"),
    "step_matching": _("We started to look for places"),
    "step_in_care": _("Care started"),
    "step_left_early": _("You left care"),
    "step_resting": _("You paused"),
    "step_completed": _("You finished"),
    "step_stopped": _("You stopped"),
    "step_new": _("You started again"),
    "message_first_contact_text": _("%(who)s texted you"),
    "message_first_contact_text_plain": _("We texted you"),
    "message_first_contact_email": _("%(who)s emailed you"),
    "message_first_contact_email_plain": _("We emailed you"),
    "message_late_text": _("We told you we were late"),
    "message_late_email": _("We told you we were late"),
    "option_offered": _("We found %(place)s"),
    "option_offered_plain": _("We found a place"),
    "option_choose_yes": _("You picked %(place)s"),
    "option_choose_yes_plain": _("You picked a place"),
    "option_choose_no": _("You said no to %(place)s"),
    "option_choose_no_plain": _("You said no to a place"),
    "consent_yes": _("You said yes to sharing with %(place)s"),
    "consent_yes_plain": _("You said yes to sharing"),
    "consent_taken_back": _("You took back your yes to %(place)s"),
    "consent_taken_back_plain": _("You took back a yes"),
    "referral_sent": _("Sent to %(place)s"),
    "referral_sent_plain": _("Sent to a place"),
    "referral_acknowledged": _("%(place)s has seen it"),
    "referral_acknowledged_plain": _("The place has seen it"),
    "referral_accepted": _("%(place)s said yes"),
    "referral_accepted_plain": _("A place said yes"),
    "referral_declined": _("%(place)s said no"),
    "referral_declined_plain": _("A place said no"),
    "referral_withdrawn": _("We took it back from %(place)s"),
    "referral_withdrawn_plain": _("We took it back"),
    "referral_silent": _("%(place)s did not reply"),
    "referral_silent_plain": _("A place did not reply"),
    "referral_arrived": _("You got to %(place)s"),
    "referral_arrived_plain": _("You got there"),
    "system_time_named": _("We named a time"),
    "system_contact_changed": _("You changed how we reach you"),
    "system_said_stop": _("You told us to stop messages"),
    "system_said_start": _("You said messages are OK again"),
    "system_other_counselor": _("You asked for a different counselor"),
}
WAITING_FOR = {
    "new": _("A person reaches you"),
    "contacting": _("We try again"),
    "matching": _("We tell you what we found"),
    "referred": _("They reply"),
    "accepted": _("Your visit"),
}

REFERRAL_STATES = {
    "sent": _("Waiting"),
    "acknowledged": _("They are looking"),
    "info_requested": _("They asked us something"),
    "accepted": _("Said yes"),
    "arrived": _("You got there"),
    "declined": _("Said no"),
    "withdrawn": _("We took it back"),
    "obsolete": _("Not needed now"),
    "expired": _("No reply"),
}
NOT_ASKED = _("We ask them next, if you want.")
OPTION_STATES = {
    "": _("Not asked"),
    "yes": _("You picked this"),
    "no": _("You said no"),
}
# Why a place said no, in words that blame nobody.
DECLINES = {
    "no_opening": _("They have no room now. We look at the next place."),
    "higher_care": _("They think you need more care than they have. We look at the next place."),
    "lower_care": _("They think you need less than they do. We look at the next place."),
    "plan_not_taken": _("They do not take your plan. We look at the next place."),
    "no_medicine_here": _("They do not give the medicine you want. We look at the next place."),
    "distance": _("It is too far. We look at the next place."),
    "access_need": _("They can't give the help you need to take part. We look at the next place."),
    "past_incident": _("They can't take you this time. We look at the next place."),
    "person_changed_mind": _("You changed your mind. That is fine."),
}

ERASE = {
    "keep": _("Keep it, so I can start again"),
    "erase": _("Erase it"),
}
ERASE_HINTS = {
    "keep": _("Your code still works. You do not tell your story again."),
    "erase": _("We erase your name, how to reach you, your answers and the notes."),
}
