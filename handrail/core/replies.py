"""What a text from a person means: stop, start, yes, later, help, or words for somebody to read.

Case, accents, marks and blanks do not count. In doubt between stop and anything else it is stop.
Source: 47 CFR 64.1200(a)(10): stop, quit, end, revoke, opt out, cancel, unsubscribe, and any other clear words.
"""

import re
from collections.abc import Collection, Mapping

from handrail.core.accents import without_accents

STOP, START, YES, LATER, HELP, NOTE = "stop", "start", "yes", "later", "help", "note"
More = Mapping[str, Collection[str]]
_NO_MORE: More = {}


def _each(words: str) -> frozenset[str]:
    return frozenset(words.split("|"))


# A whole text of just these words.
EXACT: dict[str, frozenset[str]] = {
    STOP: _each(
        "stop|stopall|stop all|quit|end|revoke|opt out|optout|cancel|unsubscribe|no more"
        "|alto|parar|pare|para|paren|basta|ya basta|cancelar|cancele|cancela|no mas|terminar|termine|fin|baja|detener"
    ),
    START: _each("start|unstop|restart|resume|empezar|empiece|comenzar|iniciar|reanudar"),
    YES: _each(
        "yes|y|yeah|yep|yea|ok|okay|sure|yes please|ok to talk|call me|now|si|s|claro|bueno|si por favor|si puedo"
        "|dale|ahora"
    ),
    LATER: _each("later|l|not now|call later|text later|no not now|luego|despues|mas tarde|ahora no|hoy no|no ahora"),
    HELP: _each("help|info|ayuda|informacion"),
}

# STOP with a few small words around it, and nothing else: "ok stop now please".
_STOP_ALONE = re.compile(
    r"(?:ok |okay |please |no |yes |pls |por favor )*(?:s+t+o+p+|stopall|alto|basta|pare|paren|cancel|unsubscribe)"
    r"(?: (?:stop|it|this|that|now|please|pls|ok|okay|thanks|thank you|already|all|por favor|gracias|ya))*"
    r"|s ?t ?o ?p|(?:please )?leave me alone"
)
# Clear words for stop inside a longer text. Not "I can't stop", "he won't stop calling me", "why don't you text me":
# those are for somebody to read.
_UNLESS_STOP = "".join(
    f"(?<!{word} )" for word in ("dont", "not", "never", "wont", "cant", "cannot", "didnt", "doesnt")
)
_UNLESS_NOT = "".join(f"(?<!{word} )" for word in ("you", "they", "he", "she", "to", "why"))
_CLEAR_STOP = re.compile(
    rf"{_UNLESS_STOP}\b(?:stop|quit) (?:all |with |sending |the |these |this |your )*"
    r"(?:text\w*|messag\w*|messeg\w*|contacting|writing|calling|bothering|sending)\b"
    rf"|{_UNLESS_NOT}\b(?:do not|dont|don t|never) (?:ever |please )*"
    r"(?:text|message|contact|write|write to|call|bother|send anything to) (?:me|us|this number|here)\b"
    r"|\bno more (?:text\w*|messag\w*)\b|\bunsubscribe\b|\bopt(?:ing)? (?:me )?out\b|\brevoke\b"
    r"|\btake (?:me|my number) off\b|\bremove (?:me|my number)\b"
    r"|\bno me (?:escriba[ns]?|llame[ns]?|mande[ns]?|envie[ns]?|contacte[ns]?|moleste[ns]?|textee[ns]?|busque[ns]?)\b"
    r"|(?<!no )\b(?:deje|dejen|dejar) de (?:escribir|llamar|mandar|enviar|molestar|contactar|textear)\w*"
    r"|\bno (?:quiero|deseo) (?:mas |recibir |que me )*(?:mensajes?|textos?|llamadas?|llame[ns]?|escriba[ns]?)\b"
    r"|\bno (?:envien?|manden?|escriban?) mas\b|\bno mas (?:mensajes?|textos?|llamadas?)\b"
    r"|\b(?:quiten?|borren?|eliminen?|saquen?) mi numero\b"
    r"|\b(?:quite|borre|elimine|saque|deje)n?me (?:de la lista|en paz)\b"
    r"|\bdarme de baja\b"
)


def plain_words(text: str) -> str:
    """The words alone: lower case, no accents, no marks, one blank between."""
    bare = without_accents(text.lower())
    return " ".join(re.sub(r"[^\w]+", " ", re.sub(r"['’‘`´]", "", bare)).replace("_", " ").split())


def meaning_of(text: str, more: More = _NO_MORE) -> str:
    """What a text from a person means: one of the six words above. `more`: whole texts of other languages."""
    words = plain_words(text)
    if is_just_stop(text, more) or _CLEAR_STOP.search(words):
        return STOP
    return next((meaning for meaning, exact in EXACT.items() if words in exact or words in more.get(meaning, ())), NOTE)


def is_just_stop(text: str, more: More = _NO_MORE) -> bool:
    """True when the text says stop and nothing else that somebody would have to read."""
    words = plain_words(text)
    return words in EXACT[STOP] or words in more.get(STOP, ()) or _STOP_ALONE.fullmatch(words) is not None
