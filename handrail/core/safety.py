"""Answers to dangers, and dangers to what the person reads and what the desk must do first.

Rules only order a queue and choose fixed words; a person decides. Source: docs/care.md, table C2.
"""

import re
from collections.abc import Iterable

from handrail.core.replies import plain_words

# The answers to "Is anyone in danger right now?", and the section of the danger page each opens.
DANGERS: dict[str, str] = {
    "no": "",
    "overdose": "wont-wake",
    "suicide": "suicide",
    "sick": "stopping",
    "violence": "hurt",
    "unsure": "wont-wake",
}

# Flags a person can set under "Anything we should know?", and whether each gives priority.
# Order and priority: 45 CFR 96.131 (pregnant, then injecting), and the weeks of raised risk
# after jail, hospital or detox (evidence E27 to E31), overdose in 30 days (E30), withdrawal, under 18.
FLAGS: dict[str, bool] = {
    "pregnant": True,
    "left_jail": True,
    "left_program": True,
    "overdosed": True,
    "sick_now": True,
    "injects": True,
    "under_18": True,
    "kids": False,
    "veteran": False,
    "unsafe_home": False,
    "wants_medicine": False,
    "on_medicine": False,
    "needs_help_access": False,
}

QUEUE_RANKS = {"danger": 1, "late": 2, "priority": 3, "due": 4}


def is_danger(answer: str) -> bool:
    """Anything but a clear no counts as danger, so that not being sure is never ignored."""
    return answer != "no"


def is_priority(flags: Iterable[str]) -> bool:
    """True when any flag gives priority in the queue."""
    return any(FLAGS.get(flag, False) for flag in flags)


# Words in a text that mean danger whatever stands around them, in the languages people write to us in. A wrong alarm
# costs a look; a missed one may cost a life. Sections of the danger page, as in DANGERS.
_DANGER_WORDS: dict[str, re.Pattern[str]] = {
    "overdose": re.compile(
        r"\bover ?do(?:s|es)\w*|\b(?:od|odd?ed|oding)\b|\bnot breathing\b|\bnot responding\b"
        r"|\b(?:isnt|stopped|cant|barely|hardly) breath\w*"
        r"|\bturn(?:ed|ing) blue\b|\b(?:lips|nails|face) (?:are |is )?(?:blue|gr[ae]y)\b"
        r"|\b(?:wont|not|cant|doesnt) wake\b|\b(?:wont|not) waking\b|\bunconscious\b|\bunresponsive\b|\bpassed out\b"
        r"|\bsobredosis\b|\bno (?:\w+ )?respira\w*|\bdejo de respirar\b|\bno (?:se )?despierta\b|\binconsciente\b"
        r"|\b(?:labios|cara) azul\w*|\bazul la (?:boca|cara)\b|\bse desmayo\b"
    ),
    "suicide": re.compile(
        r"\bsuicid\w*|\b(?:kill|hurt|harm|cut)(?:s|ting|ing)? (?:my|him|her|them) ?sel(?:f|ves)\b"
        r"|\bend(?:ing)? (?:my life|it all|it tonight)\b|\btake my (?:own )?life\b|\bno reason to live\b"
        r"|\b(?:wants?|wanna|going|gonna|rather) (?:to )?(?:die|be dead)\b|\bis dying\b|\bbetter off dead\b"
        r"|\b(?:dont|doesnt|do not|does not) want to (?:live|be here|be alive)\b"
        r"|\bmatar[ms]e\b|\b[ms]e (?:voy a|va a|quiero|quiere) (?:matar|morir)\b|\bquier[oe] morir\w*"
        r"|\bquitar[ms]e la vida\b|\bno quier[oe] (?:vivir|seguir viviendo)\b|\bhacer[ms]e dano\b|\bcortar[ms]e\b"
        r"|\bacabar con (?:mi|su) vida\b"
    ),
    "sick": re.compile(
        r"\bseizur\w*|\bseizing\b|\bconvuls\w*|\bhallucinat\w*|\balucina\w*|\bdelirium\b|\bataque epileptico\b"
        r"|\bchest pain\b|\bdolor (?:de|en el) pecho\b"
    ),
    "violence": re.compile(
        r"\b(?:hit|hits|hitting|beat|beats|beating|chok\w+|strangl\w+|rap(?:e|ed|ing)|stab\w*|shoot\w*) me\b"
        r"|\b(?:kill|hurt|shoot) (?:me|us|my kids|her|him)\b|\bhe has a (?:gun|knife)\b|\bcall (?:911|the police)\b"
        r"|\bme (?:esta )?(?:pega|pego|pegando|golpea|golpeo|golpeando|viola|violo|ahorca|ahorco|amenaza)\b"
        r"|\bme (?:va a|quiere) matar\b|\btiene (?:una pistola|un cuchillo|un arma)\b|\bllam\w+ al 911\b"
    ),
}


def dangers_in_words(text: str) -> tuple[str, ...]:
    """The dangers that a person's own words name, of the keys of DANGERS. Fixed words, no guess; a person decides."""
    words = plain_words(re.sub(r"\bod['’ -]d\b", "overdosed", text.lower()))  # "odd" is another word
    return tuple(danger for danger, pattern in _DANGER_WORDS.items() if pattern.search(words))
