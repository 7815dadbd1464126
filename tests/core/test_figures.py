"""What of a count may be printed: never a small one, and nothing that a small one can be worked out from."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.figures import FEWEST, FIGURES, Printed, month_after, months_to_count, printed
from handrail.records.casebook.choices import DECLINE_REASONS
from handrail.web.public.figures import DECLINE_WORDS, FIGURE_WORDS

pairs = st.integers(0, 3000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(
    ("count", "of", "said"),
    [
        (10, None, Printed(None)),
        (11, None, Printed(11)),
        (50, 100, Printed(50, 50, "exact")),
        (97, 100, Printed(None, 90, "least")),
        (3, 100, Printed(None, 10, "most")),
        (0, 100, Printed(None, 10, "most")),
        (8, 10, Printed(None)),
        (10, 20, Printed(None)),
    ],
)
def test_what_is_printed(count, of, said):
    assert printed(count, of) == said


@given(pairs)
def test_what_is_printed_is_true_and_gives_no_small_count_away(pair):
    count, of = pair
    said = printed(count, of)
    assert said.count in (None, count)
    share = 100 * count / of if of else 0
    if said.share_is == "exact":
        assert abs(said.share - share) <= 0.5
    if said.share_is == "least":
        assert said.share <= share
    if said.share_is == "most":
        assert said.share >= share
    alike = {other for other in range(of + 1) if printed(other, of) == said}
    for small in (set(range(min(FEWEST, of + 1))), set(range(max(0, of - FEWEST + 1), of + 1))):
        if count in small and of >= FEWEST:
            assert len(alike) >= FEWEST, "any of the small counts could stand behind it"


def test_months():
    assert months_to_count(date(2026, 1, 15)) == (date(2025, 12, 1), date(2026, 1, 1))
    assert month_after(date(2026, 12, 1)) == date(2027, 1, 1)


def test_every_figure_has_words():
    assert set(FIGURES) == set(FIGURE_WORDS)
    assert set(DECLINE_WORDS) == set(DECLINE_REASONS)
