"""The languages of the directory's service codes: by code, the ISO 639 code and the name in English.

Source: SAMHSA National Directory, category OL. OTHERS leaves out Spanish and sign language, facts of their own.
"""

from collections.abc import Mapping

LANGUAGES: Mapping[str, tuple[str, str]] = {
    "SP": ("es", "Spanish"),
    "AH": ("ase", "American Sign Language"),
    "F4": ("ar", "Arabic"),
    "F17": ("zh", "Chinese"),
    "F19": ("ht", "Haitian Creole"),
    "F25": ("fa", "Farsi"),
    "F28": ("fr", "French"),
    "F30": ("de", "German"),
    "F31": ("el", "Greek"),
    "F35": ("he", "Hebrew"),
    "F36": ("hi", "Hindi"),
    "F37": ("hmn", "Hmong"),
    "F42": ("it", "Italian"),
    "F43": ("ja", "Japanese"),
    "F47": ("ko", "Korean"),
    "F66": ("pl", "Polish"),
    "F67": ("pt", "Portuguese"),
    "F70": ("ru", "Russian"),
    "F81": ("tl", "Tagalog"),
    "F92": ("vi", "Vietnamese"),
    "N24": ("oj", "Ojibwe"),
    "N40": ("ypk", "Yupik"),
}

OTHERS: Mapping[str, str] = {code: name for code, (_iso, name) in LANGUAGES.items() if code not in ("SP", "AH")}
ISO: Mapping[str, str] = {name: iso for iso, name in LANGUAGES.values()}
