"""Whatever stands in the address of the finder: a page with a clear message, nothing but text, no question asked."""

import re

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from handrail.core.needs import KINDS, MUSTS, PAYERS
from tests import build

pytestmark = pytest.mark.django_db(transaction=True)
calm = hypothesis_settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

PARTS = ("n", "k", "p", "m", "r", "o", "pg", "x")
TOWNS = st.sampled_from(
    ["80202", "Denver, CO", "Springfield", "Sprngfield", "Ohio", "09012", "8020", "San José", "96799"]
)
HOSTILE = st.sampled_from(
    ['"><script>x</script>', "'--", "%s%(n)s{0}", "\ue000name\ue001", "<b>", "&amp;", "\0", "\ud7ff", "²", "-1", "1e9"]
)
CODES = st.sampled_from([choice.code for table in (KINDS, PAYERS, MUSTS) for choice in table.values()])
VALUES = TOWNS | HOSTILE | CODES | st.text(max_size=120) | st.integers(-9, 99_999_999).map(str)


@pytest.fixture
def warm(client):
    build.program("River House")
    client.get("/find/results/?n=80202")
    return client


@calm
@given(st.lists(st.tuples(st.sampled_from(PARTS), VALUES), max_size=12), st.sampled_from(["", "/es"]))
@example([("n", "Fernhollow"), ("k", "m"), ("pg", "99")], "/es")
@example([("n", "80202"), ("m", "t"), ("m", "n"), ("r", "9000"), ("o", "s")], "")
def test_any_query_string_gives_a_page_and_asks_the_database_nothing(warm, django_assert_num_queries, query, language):
    data: dict[str, list[str]] = {}
    for part, value in query:
        data.setdefault(part, []).append(value)
    for path in ("/find/", "/find/results/"):
        with django_assert_num_queries(0):
            page = warm.get(f"{language}{path}", data)
        text = page.content.decode()
        assert page.status_code in (200, 422)
        assert "<h1" in text
        assert (page.status_code == 422) == ('class="problem"' in text)
        assert text.rstrip().endswith("</html>")
        assert "<script>x" not in text
        assert re.search(r"href=\"[^\"]*[<>]", text) is None


@calm
@given(st.text(max_size=60))
def test_what_was_typed_comes_back_as_text_only(warm, text):
    page = warm.get("/find/results/", {"n": f"zzq <b>&\"'{text}"})
    assert page.status_code == 422
    assert "zzq <b>" not in page.content.decode()
    assert "zzq &lt;b&gt;&amp;&quot;&#x27;" in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter a ZIP or town"),
        ("8020", "A ZIP has 5 digits"),
        ("802021", "A ZIP has 5 digits"),
        ("00000", "We do not know the ZIP 00000"),
        ("96941", "We know the ZIP 96941, but not where it is"),
        ("09012", "This is a military post office"),
        ("FPO AP 96349", "This is a military post office"),
        ("Ohio", "That is all of Ohio"),
        ("PR", "That is all of Puerto Rico"),
        ("Zzyzxqq", "We could not find that place"),
    ],
)
def test_a_place_that_cannot_be_used_is_explained_and_asked_again(warm, typed, words):
    page = warm.get("/find/results/", {"n": typed, "k": "m", "m": "es"})
    text = page.content.decode()
    assert page.status_code == 422
    assert words in text
    assert text.count(" checked") == 2


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("8020", "Clarksboro, NJ"),
        ("802021", "Denver, CO"),
        ("Ohio", "Cincinnati, OH"),
        ("Sprngfield", "Springfield, IL"),
    ],
)
def test_a_place_that_may_have_been_meant_is_offered_with_the_same_picks(warm, typed, offered):
    page = warm.get("/find/results/", {"n": typed, "k": "m"}).content.decode()
    town, state = offered.split(", ")
    assert f'<a href="/find/results/?n={town}%2C+{state}&amp;k=m">{offered}</a>' in page


def test_show_me_all_is_as_if_nothing_was_picked(warm):
    page = warm.get("/find/results/?n=80202&k=h&k=all").content.decode()
    assert "1 place near Denver" in page
    assert "You picked" not in page
