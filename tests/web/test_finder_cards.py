"""What is kept of a place for its cards says the same as when nothing is kept."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

from handrail.core.answers import Answers
from handrail.core.facts import NO, YES, FactValue
from handrail.core.match import Match, Offer
from handrail.core.needs import KINDS, MUSTS, PAYERS, Needs
from handrail.core.openings import NOT_SAID
from handrail.web.public import finder_cards

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SAID = date(2023, 3, 31)


def card(offer, needs, now=NOW):
    reader = finder_cards.reader_of("en", needs, now=now, zone="")
    return finder_cards.card_html(Match(offer, needs, 3.0, NOT_SAID), 1, reader)


def place(**more):
    facts = {"medicaid": FactValue(YES, "SAMHSA", SAID), "methadone": FactValue(NO, "SAMHSA", SAID)}
    return Offer("1", "oak", "Oak House", facts=facts | more, answers=Answers(SAID, asked=9, answered=2))


def test_each_search_has_its_own_reasons_in_the_order_of_the_rule(monkeypatch):
    picks = product([(), ("detox",), tuple(KINDS)], ["", *PAYERS], [(), ("spanish",), tuple(MUSTS)])
    searches = [Needs(kinds=kinds, payer=payer, must=must) for kinds, payer, must in picks]
    alone = []
    for needs in searches:
        monkeypatch.setattr(finder_cards, "_kept", {})
        alone.append(card(place(), needs))
    assert [card(place(), needs) for needs in searches] == alone
    assert [card(place(), needs) for needs in reversed(searches)] == alone[::-1]
    assert len(set(alone)) > len(searches) / 2
    words = alone[-1]
    assert words.index("Medicine for opioid use:") < words.index("detox") < words.index("Answered 2 of our 9 requests")


def test_a_new_word_or_a_new_day_is_seen_at_once():
    needs = Needs(must=("spanish",))
    assert "Spanish: not known" in card(place(), needs)
    assert "Spanish: no" in card(place(spanish=FactValue(NO, "SAMHSA", NOW.date() - timedelta(days=2))), needs)
    assert "Spanish: not known" in card(place(), needs)
    early = place(medicaid=FactValue(YES, "SAMHSA", NOW.date()))
    assert "As of today" in card(early, Needs())
    assert "As of yesterday" in card(early, Needs(), NOW + timedelta(days=1))
