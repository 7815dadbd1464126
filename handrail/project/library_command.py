"""`handrail library check`: every sentence of the library against its evidence, its words and its dates."""

import re
from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.utils import timezone

from handrail.core.plain import why_not_plain, why_not_said, why_not_tied
from handrail.project.words_check import read_the_words
from handrail.records.library.articles import (
    SOURCE_LANGUAGE,
    Article,
    BadArticle,
    Sentence,
    bare,
    group_names,
    leftover_files,
    library,
    pages,
    parts_of,
    table,
)
from handrail.records.library.shown import unknown_rules
from handrail.web.registry import evidence, numbers

NEUTRAL = re.compile(
    r"drug|alcohol|opioid|heroin|fentanyl|overdose|detox|methadone|buprenorphine|naloxone|addict|treat|rehab|withdrawal"
    r"|jail|prison|pregnan|suicid|drog|heroín|sobredosis|metadona|cárcel|embaraz|abstinencia|tratamiento",
    re.IGNORECASE,
)
SAYS = {
    "no_mark": "end it with [E..], [do], [us] or [say]",
    "claim_without_evidence": "it states a fact: name its evidence, or say it without the claim",
    "clinical_without_evidence": "it is about a body, a drug or care: name its evidence",
    "figure_not_in_evidence": "a figure in it is not in the evidence it names",
    "not_about_its_evidence": "it shares no word with the evidence it names",
}


def problems(languages: list[str], *, today: date) -> Iterator[str]:
    """Everything that is wrong with the library, one sentence each, with where it is and what to do."""
    for path in leftover_files():
        yield f"{path}: no row of library.toml names it"
    if unknown := unknown_rules(settings.FUNDING_RULES):
        yield f"FUNDING_RULES: library.toml has no rule {', '.join(unknown)}"
    yield from _old_rows(today)
    for language in languages:
        try:
            articles = library(language)
        except BadArticle as error:
            yield str(error)
            continue
        yield from (f"{language}/{slug}.md is missing" for slug in pages() if slug not in articles)
        missing = [group for group in table()["pages"] if group not in group_names(language)]
        yield from (f"{language}/groups.toml: {group} has no name" for group in missing)
        for article in articles.values():
            yield from problems_of(article, today=today)
            if language != SOURCE_LANGUAGE and article.slug in library(SOURCE_LANGUAGE):
                yield from _unlike(article, library(SOURCE_LANGUAGE)[article.slug])


def _old_rows(today: date) -> Iterator[str]:
    for line in numbers().values():
        if line.expires_on < today:
            yield f"numbers.toml: {line.key} ran out on {line.expires_on}: check the number and move its date"
    for name, rule in table()["funding"].items():
        if rule["expires_on"] < today:
            yield f"library.toml: the funding rule {name} ran out on {rule['expires_on']}: check it"


def problems_of(article: Article, *, today: date) -> Iterator[str]:
    """What is wrong with one article."""
    where = f"{article.language}/{article.slug}.md"
    for block in article.blocks:
        for sentence in block.sentences:
            why = _why_not_heading(sentence) if block.tag == "h2" else _why_not(sentence, article.language, today)
            if why:
                yield f"{where}, line {sentence.line}: {why}: “{sentence.text}”"
    yield from (f"{where}: {why}" for why in _of_the_whole(article))


def _why_not_heading(sentence: Sentence) -> str | None:
    return "a heading has no mark and no full stop" if re.search(r"[.\]]$", sentence.text) else None


def _why_not(sentence: Sentence, language: str, today: date) -> str | None:
    known = evidence()
    unknown = [key for key in sentence.cites if key not in known or not known[key].verified]
    if unknown:
        return f"{', '.join(unknown)} is no verified evidence"
    old = [key for key in sentence.cites if known[key].is_law and known[key].expires_on < today]
    if old:
        return f"the rule of {', '.join(old)} ran out: check it and move its date"
    if re.search(r"[.!?]\s+[A-ZÁÉÍÓÚÑ¿¡]", sentence.text):
        return "one sentence a line"
    if re.search(r"\d{3}-\d{4}|\b988\b", sentence.text):
        return "name the line of numbers.toml, as {crisis}, and not the number"
    for kind, key, page in parts_of(sentence.text):
        if kind == "line" and not (key in numbers() and numbers()[key].may_print):
            return f"{{{key}}} is no line of numbers.toml that may be printed"
        if kind == "link" and page not in pages() and page not in LINKS:
            return f"({page}) is no page"
    if language != SOURCE_LANGUAGE:
        return None if sentence.cites or sentence.kind in ("do", "us", "say") else SAYS["no_mark"]
    text = bare(sentence.text)
    why = why_not_said(text, kind=sentence.kind, cites=sentence.cites)
    if why is None and sentence.cites:
        why = why_not_tied(text, [_words(key) for key in sentence.cites])
    return SAYS[why] if why else None


# Pages that are no articles and may be linked to, by the name of their address.
LINKS = ("ask", "danger", "find", "cost", "status", "privacy", "safe_use", "about", "learn", "learn_treatment")


def _words(key: str) -> str:
    row = evidence()[key]
    return " ".join((row.says, row.figure, row.topic.replace("_", " "), row.note))


def _of_the_whole(article: Article) -> Iterator[str]:
    text, language = article.plain_text, article.language
    lengths = table()["lengths"]
    least, most = lengths.get(article.page.group, lengths["article"])
    count = len(re.findall(r"[\w’']+", text))
    most = most if language == SOURCE_LANGUAGE else round(most * 1.3)
    if not least <= count <= most:
        yield f"{count} words: between {least} and {most}"
    rule = settings.HANDRAIL_LANGUAGES[language].plain
    if rule.formula and (hard := why_not_plain(_for_measuring(article), formula=rule.formula, bound=rule.bound)):
        yield f"too hard to read: {hard} by {rule.formula}, where {rule.bound} is the bound"
    if bad := rule.bad_word(f"{article.title} {text}"):
        yield f"we do not say “{bad}”"
    if not article.title.endswith("?") and article.page.group not in ("what-treatment-is-like", "cost", "family"):
        yield "the title is the question that people ask"
    if NEUTRAL.search(f"{article.tab} {article.slug}"):
        yield f"the tab “{article.tab}” or the slug is not neutral"
    if not article.words:
        yield "write the words that people would search for (words = ...)"
    first = article.blocks[0] if article.blocks else None
    if first is None or first.tag != "p":
        yield "answer the question in the first sentence, before any heading"


def _for_measuring(article: Article) -> str:
    return " ".join(f"{bare(each.text).rstrip('.!?')}. " for block in article.blocks for each in block.sentences)


def _unlike(article: Article, source: Article) -> Iterator[str]:
    """A translation says the same things: the same blocks, each resting on the same evidence."""
    where = f"{article.language}/{article.slug}.md"
    if [block.tag for block in article.blocks] != [block.tag for block in source.blocks]:
        yield f"{where}: its blocks are not those of the English file"
        return
    for block, other in zip(article.blocks, source.blocks, strict=True):
        if block.cites != other.cites:
            line = block.sentences[0].line
            yield f"{where}, line {line}: this block rests on other evidence than the English one"
        if _topics(block.sentences) != _topics(other.sentences):
            yield f"{where}, line {block.sentences[0].line}: this block's topics are not those of the English one"


def _topics(sentences: tuple[Sentence, ...]) -> set[str]:
    return {sentence.topic for sentence in sentences}


def run(argv: list[str]) -> int:
    """`library check [SLUG ...]`: say what is wrong, of all pages or of these. 0 nothing, 1 something, 2 wrong use."""
    if not argv or argv[0] != "check":
        print("handrail library check [SLUG ...]")
        return 2
    languages = [code for code, _name in settings.LANGUAGES]
    try:
        everything = list(problems(languages, today=timezone.now().date()))
    except Exception:
        read_the_words()  # says which file cannot be read at all
        raise
    found = [problem for problem in everything if _is_asked(problem, argv[1:])]
    for problem in found:
        print(problem)
    if not found and not argv[1:]:
        print(f"library: {len(pages())} pages in {len(languages)} languages, every sentence marked and in date")
    return 1 if found else 0


def _is_asked(problem: str, slugs: list[str]) -> bool:
    return not slugs or any(re.search(rf"(?:^|/){re.escape(slug)}\.md", problem) for slug in slugs)
