"""The two taxonomies of the API: the service codes that the source printed, and the facts that hold today.

The words for the codes are ours; what each code means is SAMHSA's (see gateways.samhsa_codes).
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from handrail.api.hsds.code_words import CODE_WORDS
from handrail.api.hsds.identity import made_id
from handrail.core.facts import FACTS

Term = Mapping[str, Any]

CODES_ID = made_id("taxonomy", "samhsa")
FACTS_ID = made_id("taxonomy", "facts")

TAXONOMIES: Mapping[str, Mapping[str, str]] = {
    CODES_ID: {
        "id": CODES_ID,
        "name": "SAMHSA service codes",
        "description": "The service codes of SAMHSA's National Directory, as the source printed them for a program.",
        "uri": "https://findtreatment.gov/",
        "version": "2023",
    },
    FACTS_ID: {
        "id": FACTS_ID,
        "name": "Handrail facts",
        "description": "What is known today: the codes read, outranked by what a program or the service's team said "
        "later. The value is yes, no, or a word; the label says who said it and when. A fact that nobody has spoken "
        "of, or that has run out, is left out: it is not known.",
        "version": "1",
    },
}


@cache
def code_term(code: str) -> Term:
    """The term of one service code. A code we have no words for is named by itself."""
    words = CODE_WORDS.get(code, f"Service code {code}")
    return _term(CODES_ID, code, words, f"{words} (SAMHSA service code {code}).")


@cache
def fact_term(key: str) -> Term:
    """The term of one row of core.facts."""
    words = key.replace("_", " ").capitalize()
    return _term(FACTS_ID, key, words, f"{words}: yes, no, or a word; from the group “{FACTS[key].group}”.")


def _term(taxonomy_id: str, code: str, name: str, description: str) -> Term:
    return {
        "id": made_id("term", taxonomy_id, code),
        "code": code,
        "name": name,
        "description": description,
        "taxonomy": TAXONOMIES[taxonomy_id]["name"],
        "taxonomy_id": taxonomy_id,
        "language": "en",
    }


def known_terms(more_codes: Iterable[str] = ()) -> list[Term]:
    """Every term with words of its own, and those of other codes that were met: by taxonomy, then code."""
    codes = sorted({*CODE_WORDS, *more_codes})
    return [*map(code_term, codes), *map(fact_term, sorted(FACTS))]


@cache
def terms_by_id() -> Mapping[str, Term]:
    """Every term that can be asked for by id."""
    codes = {code for rule in FACTS.values() for code in (*rule.yes, *rule.no, *rule.blurs, *(rule.words or ()))}
    return {term["id"]: term for term in known_terms(codes)}
