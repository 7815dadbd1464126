"""The words of messages and of calls, in the person's own language: fixed, neutral, short.

No drug word, no place, no reason, no link. The English stands here; other languages stand in their folder, so that a
language is a file more and no code. Source: safe-contact practice (NNEDV, techsafety.org); NHS 'send messages patients
trust'.
"""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

from handrail.core.contact import ContactRule, call_words
from handrail.core.messages import as_email, as_text

# By kind of message: the words, and those without a name of staff where the kind says one.
WORDS: dict[str, tuple[str, str]] = {
    "first_contact": (
        gettext_noop("Hi, this is %(name)s from %(service)s. OK to talk? Reply YES, LATER or STOP."),
        gettext_noop("Hi, this is %(service)s. OK to talk? Reply YES, LATER or STOP."),
    ),
    "news": (
        gettext_noop("%(service)s: there is news for you. Look with your code, or call us. STOP to end."),
        "",
    ),
    "late": (
        gettext_noop("%(service)s: we are late and we are sorry. A person will reach you. STOP to end."),
        "",
    ),
    "check_in": (
        gettext_noop("Hi, this is %(name)s from %(service)s. How is it going? Reply YES to talk, LATER or STOP."),
        gettext_noop("Hi, this is %(service)s. How is it going? Reply YES to talk, LATER or STOP."),
    ),
    "help": (
        gettext_noop("%(service)s: a person reads your texts. Call us at %(phone)s. STOP to end."),
        gettext_noop("%(service)s: a person reads your texts. STOP to end."),
    ),
    "stop_confirm": (
        gettext_noop("%(service)s: we stopped. You get no more messages. Reply START to get them again."),
        "",
    ),
}
# Under every e-mail, where there is room: answers are read by people, not by a machine.
EMAIL_END = gettext_noop("A person reads your answer to this email.")

# What is said on the phone, by who answers: with the person's chosen name, and without one.
SPOKEN: dict[str, tuple[str, str]] = {
    "they": (
        gettext_noop("Hi, is this %(called)s? This is %(name)s. Is this a good time to talk?"),
        gettext_noop("Hi, this is %(name)s. Did you ask me to call? Is this a good time to talk?"),
    ),
    "hang_up": (gettext_noop("Sorry, wrong number."), gettext_noop("Sorry, wrong number.")),
    "ask_friend": (
        gettext_noop("Hi, it's %(name)s, a friend. Is %(called)s there? I'll try another time. Bye."),
        gettext_noop("Hi, it's %(name)s, a friend. I'll try another time. Bye."),
    ),
    "say_from": (
        gettext_noop("Hi, this is %(name)s from %(place)s. Is %(called)s there? I'll try another time. Bye."),
        gettext_noop("Hi, this is %(name)s from %(place)s. I'll try another time. Bye."),
    ),
    "first_name": (
        gettext_noop("Hi, it's %(name)s. I'll try again. Bye."),
        gettext_noop("Hi, it's %(name)s. I'll try again. Bye."),
    ),
}
_SPOKEN_LIKE = {"say_service": "say_from"}


def message_words(kind: str, *, channel: str, language: str, name: str) -> str:
    """The words of one message as they are sent. Raises KeyError for an unknown kind.

    A language that has not translated it reads English.
    """
    facts = {"name": _first_name(name), "service": settings.SERVICE_NAME, "phone": settings.SERVICE_PHONE}
    whole, plain = WORDS[kind]
    lacks = ("%(name)s" in whole and not facts["name"]) or ("%(phone)s" in whole and not facts["phone"])
    with override(language):
        words, end = gettext(plain if lacks else whole), gettext(EMAIL_END)
    if channel == "text":
        return as_text(words, **facts)
    return f"{as_email(words, **facts)}\n\n{end}"


def spoken_words(rule: ContactRule, *, called: str, name: str) -> Mapping[str, str]:
    """What is said on the phone by who answers: they, other, voicemail. Empty when nobody may call.

    An empty sentence means that nothing is said: there is no voicemail to leave.
    """
    place = settings.SERVICE_NAME if rule.if_other_answers == "say_service" else rule.say_we_are
    facts = {"called": " ".join(called.split()), "name": _first_name(name), "place": place}
    said = {}
    for who, key in call_words(rule).items():
        pair = SPOKEN.get(_SPOKEN_LIKE.get(key, key))
        with override(rule.language):
            said[who] = gettext(pair[0 if facts["called"] else 1]) % facts if pair else ""
    return said


def _first_name(name: str) -> str:
    return name.split(" ")[0].strip()
