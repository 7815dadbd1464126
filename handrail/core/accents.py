"""Letters without their accents, so that "heroína" and "heroina" are one word."""

import unicodedata


def without_accents(text: str) -> str:
    """The letters without their accents: "San José" as "San Jose"."""
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
