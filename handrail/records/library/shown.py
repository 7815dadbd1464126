"""What of the library is shown here today: without what funding rules switch off and rules of law that ran out."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from handrail.records.library.articles import Article, Block, Sentence, article, group_names, pages, table
from handrail.records.library.evidence import evidence


@dataclass(frozen=True)
class Group:
    """One heading of the index, and its articles."""

    key: str
    name: str
    articles: tuple[Article, ...]


def hidden_topics() -> frozenset[str]:
    """The topics that this deployment's funding rules switch off."""
    rules = table()["funding"]
    return frozenset(topic for name in settings.FUNDING_RULES for topic in rules[name]["topics"])


def unknown_rules(names: list[str]) -> list[str]:
    """Names of funding rules that library.toml does not have."""
    return [name for name in names if name not in table()["funding"]]


def shown_article(slug: str, language: str) -> Article | None:
    """The article as it may be shown today; None for no such page, or one that is switched off."""
    return _shown(slug, language, hidden_topics(), timezone.now().date())


def shown_group(group: str, language: str) -> tuple[Article, ...]:
    """The articles of one group, in the order of the table."""
    found = (shown_article(page.slug, language) for page in pages().values() if page.group == group)
    return tuple(each for each in found if each is not None)


def shown_groups(language: str) -> tuple[Group, ...]:
    """All groups that have something to show."""
    names = group_names(language)
    groups = (Group(key, names.get(key, key), shown_group(key, language)) for key in table()["pages"])
    return tuple(group for group in groups if group.articles)


@lru_cache(maxsize=1024)
def _shown(slug: str, language: str, hidden: frozenset[str], today: date) -> Article | None:
    found = article(slug, language)
    if found is None or found.page.topic in hidden:
        return None
    kept = [_without(block, hidden, today) for block in found.blocks]
    full = [block for block in kept if block.sentences]
    # A heading with nothing left under it goes too.
    blocks = [
        block
        for block, after in zip(full, [*full[1:], None], strict=True)
        if block.tag != "h2" or (after is not None and after.tag != "h2")
    ]
    return replace(found, blocks=tuple(blocks))


def _without(block: Block, hidden: frozenset[str], today: date) -> Block:
    kept = (each for each in block.sentences if each.topic not in hidden and not _is_old_rule(each, today))
    return replace(block, sentences=tuple(kept))


def _is_old_rule(sentence: Sentence, today: date) -> bool:
    """A rule of law past its date is not said: nobody knows whether it still holds."""
    rows = evidence()
    return any(rows[key].is_law and rows[key].expires_on < today for key in sentence.cites)
