"""Plain words: how hard a text is to read, and what a sentence of the library may say with which evidence.

Formulas: Kincaid and others 1975 (English, U.S. school grade); Fernández Huerta 1959 (Spanish, 0 to 100, higher is
easier).
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping

_SENTENCE_END = re.compile(r"[.!?:]+\s")
_ENGLISH_WORD = re.compile(r"[A-Za-z’']+")
_SPANISH_WORD = re.compile(r"[a-záéíóúüñ]+", re.IGNORECASE)
_SILENT = re.compile(r"(?<![aeiouyl])e$|(?<=[^aeioutd])ed$")
# One syllable is one group of vowels; í and ú beside a, e or o stand apart, as in "día".
_SPANISH_SYLLABLE = re.compile(r"[íú]|[aeoáéó]?[iuü]?[aeoáéó][iuüy]?|[iuüy]+", re.IGNORECASE)


def grade(text: str) -> float:
    """Flesch-Kincaid: 0.39 words per sentence + 11.8 syllables per word - 15.59."""
    words = _ENGLISH_WORD.findall(text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", _SILENT.sub("", word.lower())))) for word in words)
    return 0.39 * len(words) / _sentences(text) + 11.8 * syllables / max(1, len(words)) - 15.59


def ease(text: str) -> float:
    """Fernández-Huerta: 206.84 - 60 syllables per word - 1.02 words per sentence."""
    words = _SPANISH_WORD.findall(text)
    syllables = sum(max(1, len(_SPANISH_SYLLABLE.findall(word))) for word in words)
    return 206.84 - 60 * syllables / max(1, len(words)) - 1.02 * len(words) / _sentences(text)


def _sentences(text: str) -> int:
    parts = _SENTENCE_END.split(f"{text} ")
    return max(1, sum(bool(re.search(r"\w", part)) for part in parts))


# What a sentence without evidence may not hold: a figure; and unless it only asks, a claim or a rule of law.
FIGURE = re.compile(r"\d|%|\b(?:half|twice|percent|thousands?|millions?|hundreds?)\b", re.IGNORECASE)
CLAIM = re.compile(
    r"\b(?:most|many|often|usually|rarely|common\w*|studies|study|research|proven|proof|risks?|risky|dangerous|deadly"
    r"|safer|kills?|die[sd]?|deaths?|dying|causes?|lowers?|raises?|cuts?|prevents?|protects?|cures?|heals?|harms?"
    r"|works(?! with)|worked|helps|fades?|lasts?|laws?|legal\w*|illegal\w*|rights?(?! away| now)|covers?|covered"
    r"|free of charge)\b",
    re.IGNORECASE,
)
# "Tell them that it kills" asks nothing.
_TOLD_CLAIM = re.compile(rf"\bthat\b.*(?:{CLAIM.pattern})", re.IGNORECASE)
# Words of body, drugs and care: a sentence with one says something that has to be known, not only meant.
CLINICAL = re.compile(
    r"\b(?:heroin|fentanyl|opioids?|methadone|buprenorphine|suboxone|naltrexone|naloxone|narcan|benzos?|xanax|alcohol|meth"
    r"|cocaine|pills?|drugs?|dose[sd]?|overdos\w+|withdrawal|detox\w*|treatments?|medicines?|tolerance|brains?|bod(?:y|ies)"
    r"|breath\w*|hearts?|lungs?|veins?|skin|infect\w+|hepatitis|hiv|seizures?|depress\w+|anxi\w+|pregnan\w+|bab(?:y|ies)"
    r"|doctors?|nurses?|clinics?|hospitals?|insurance|medicaid|medicare|police|jail|court)\b",
    re.IGNORECASE,
)
# How a step that needs no evidence begins: it asks, tells or looks, and does nothing to a body.
ASKING = re.compile(
    r"^(?:(?:if|when|before|after|first|then|next|so|and|or|also|you can|you may)\b[^.?!]*?[, ]\s*)?(?:please\s+)?"
    r"(?:ask|call|text|tell|say|write|talk|speak|read|look|find|check|pick|choose|bring|print|save|show|learn|see"
    r"|start with)\b",
    re.IGNORECASE,
)
OURS = re.compile(r"\b(?:we|us|our|ours|counselors?|this (?:page|site))\b", re.IGNORECASE)
KINDS = ("do", "us", "say")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[a-z]{4,}")
# Words that any two sentences share, so that they tie nothing to anything.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """about after also been before both could each even every first from have help here into just keep know like
        make many more most much need only other over people person same some such take than that their them then there
        these they this those time what when where which while will with without would your yours""",
    )
)


def why_not_said(text: str, *, kind: str, cites: Collection[str]) -> str | None:
    """Why a sentence may not stand with this mark: a reason code, or None if it may.

    `kind` is "do" (a step), "us" (what this service does), "say" (a kind word), or "" for a fact, which must cite.
    """
    if cites:
        return None
    if kind not in KINDS:
        return "no_mark"
    is_asking = kind == "do" and bool(ASKING.match(text) or text.rstrip("”").endswith("?"))
    if FIGURE.search(text) or (CLAIM.search(text) and not is_asking) or _TOLD_CLAIM.search(text):
        return "claim_without_evidence"
    may_be_clinical = {"do": is_asking, "us": bool(OURS.search(text)), "say": False}
    return "clinical_without_evidence" if CLINICAL.search(text) and not may_be_clinical[kind] else None


def stems(text: str) -> set[str]:
    """The first five letters of each word that carries meaning."""
    return {word[:5] for word in _WORD.findall(text.lower()) if word not in _COMMON}


def why_not_tied(text: str, said: Iterable[str]) -> str | None:
    """Why a sentence cannot rest on these words of evidence: they share no word, or a figure is not theirs."""
    known = " ".join(said).lower()
    known_numbers = {number.replace(",", "") for number in _NUMBER.findall(known)}
    if not {number.replace(",", "") for number in _NUMBER.findall(text)} <= known_numbers:
        return "figure_not_in_evidence"
    return None if stems(text) & stems(known) else "not_about_its_evidence"


# Formula -> (how a text is measured, whether it is plain enough within a bound).
_FORMULAS: Mapping[str, tuple[Callable[[str], float], Callable[[float, float], bool]]] = {
    "flesch-kincaid": (grade, lambda value, bound: value <= bound),
    "fernandez-huerta": (ease, lambda value, bound: value >= bound),
}


def why_not_plain(text: str, *, formula: str, bound: float) -> float | None:
    """How hard a text is by its language's formula when that is beyond the bound, or None when it is plain."""
    measure, is_plain = _FORMULAS[formula]
    value = measure(text)
    return None if is_plain(value, bound) else round(value, 1)
