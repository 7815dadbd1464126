"""The words of messages to people: fixed, neutral, short. No drug word, no program, no link preview.

A text with letters outside GSM-7 halves its length, so Spanish texts keep to that alphabet where they can.
Source: safe-contact practice (NNEDV, techsafety.org); NHS 'send messages patients trust'.
"""

# purpose -> language -> words. {name} is a first name of staff, {service} the neutral service name.
WORDS: dict[str, dict[str, str]] = {
    "first_contact": {
        "en": "Hi, this is {name} from {service}. OK to talk? Reply YES, LATER or STOP.",
        "es": "Hola, soy {name} de {service}. ¿Puede hablar? Responda SI, LUEGO o STOP.",
    },
    "news": {
        "en": "{service}: there is news for you. Look with your code, or call us. STOP to end.",
        "es": "{service}: hay noticias para usted. Mire con su codigo o llame. STOP para parar.",
    },
    "late": {
        "en": "{service}: we are late and we are sorry. A person will reach you. STOP to end.",
        "es": "{service}: vamos tarde y lo sentimos. Alguien le va a contactar. STOP para parar.",
    },
}
MAX_TEXT = 160


def message_words(purpose: str, *, language: str, name: str, service: str) -> str:
    """The words of one message. Raises KeyError for an unknown purpose; another language reads English."""
    table = WORDS[purpose]
    first_name = name.split(" ")[0] if name else service
    return table.get(language, table["en"]).format(name=first_name, service=service)[:MAX_TEXT]
