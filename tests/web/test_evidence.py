"""What our pages rest on: every row whole, dated, found again, and in words that anybody can read."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings

from handrail.core.plain import grade
from handrail.web import registry
from handrail.web.registry import Evidence

ROWS = registry.evidence()
STRENGTHS = {"strong", "moderate", "low", "law"}
# A DOI, a page, a paper in PubMed Central, a law, or a document known by its name.
IDENTIFIER = re.compile(
    r"doi:10\.\d{4,9}/\S+|https://\S+|PMC\d{6,8}|\d+ (?:CFR|USC|FR) [^;]+|[A-Z][\w.&]*(?: [\w.,()-]+){1,12}"
    r"|(?:cdc|asam|ada)\.(?:gov|org)\S* [^;]+|discovery\.researcher\.life, [^;]+"
)
CITATION = re.compile(r"\d+ (?:CFR|USC|FR) |\bAct\b|\bADA\b|Good Samaritan laws|Dear Colleague Letter")
# Names have no shorter word, and people know them from their own lives.
NAMES = re.compile(
    r"\b(?:buprenorphine|methadone|naloxone|naltrexone|acamprosate|lofexidine|gabapentin|hepatitis"
    r"|Medicaid|Medicare|SAMHSA|TRICARE|emergency room|overdose|opioids?|fentanyl|heroin|December)\b",
    re.IGNORECASE,
)
# Ids kept free between the articles' rows and those of the pages about the service itself (from E190 on).
SET_ASIDE = set(range(150, 190))
# Sentences of the first release, translated and shown before the rule: a little above it, and kept.
KEPT = {"E24", "E29", "E47", "E58", "E67"}


def test_ids_are_unique_gapless_and_in_order():
    numbers = [int(key.removeprefix("E")) for key in ROWS]
    assert numbers == sorted(set(numbers))
    assert set(range(1, numbers[-1] + 1)) - set(numbers) <= SET_ASIDE, "a row is lost: its id is never used again"
    assert all(key == f"E{number:02d}" for key, number in zip(ROWS, numbers, strict=True))


@pytest.mark.parametrize("key", ROWS)
def test_a_row_is_whole_and_its_source_can_be_found_again(key: str):
    row = ROWS[key]
    assert row.says.endswith(".")
    assert row.says == row.says.strip()
    assert 10 < len(row.says) <= 160
    assert len(re.findall(r"[.?!](?:\s|$)", row.says)) <= 3, "one or two plain sentences"
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", row.topic)
    assert row.strength in STRENGTHS
    assert row.source
    assert 1980 < row.year <= row.checked_on.year
    assert IDENTIFIER.fullmatch(row.identifier), row.identifier
    assert row.checked_on < row.expires_on
    assert row.expires_on <= row.checked_on.replace(year=row.checked_on.year + 2)


@pytest.mark.parametrize("key", ROWS)
def test_a_row_is_plain_and_kind(key: str):
    row = ROWS[key]
    assert grade(NAMES.sub("drug", row.says)) <= (8 if key in KEPT else 6.5)
    english = settings.HANDRAIL_LANGUAGES["en"].plain
    assert not english.bad_word(f"{row.says} {row.figure}")


def test_a_law_names_itself_and_is_looked_at_sooner():
    laws = [row for row in ROWS.values() if row.is_law]
    assert len(laws) >= 10
    for row in laws:
        assert CITATION.search(row.identifier + " " + row.source), row.id
        assert row.expires_on <= date(2027, 5, 21), row.id


def test_a_rule_with_an_end_of_its_own_ends_on_that_day():
    phone_start = ROWS["E63"]
    assert phone_start.expires_on == date(2026, 12, 31)
    assert phone_start.holds_on(date(2026, 12, 31))
    assert not phone_start.holds_on(date(2027, 1, 1))
    assert phone_start.identifier == "90 FR 61301"


def test_early_counts_are_looked_at_sooner():
    assert {ROWS[key].expires_on for key in ("E07", "E09", "E11")} == {date(2027, 5, 21)}


def test_what_nobody_has_seen_says_so_and_holds_on_no_day():
    unseen = {key: row for key, row in ROWS.items() if not row.verified}
    assert {"E02", "E17", "E26", "E39", "E49", "E74", "E75"} <= set(unseen)
    for row in unseen.values():
        assert row.note, row.id
        assert not row.holds_on(row.checked_on)


@pytest.mark.parametrize(("verified", "days", "holds"), [(True, 0, True), (True, 1, False), (False, 0, False)])
def test_a_row_holds_to_its_last_day_and_only_when_seen(*, verified: bool, days: int, holds: bool):
    end = date(2027, 5, 21)
    row = Evidence("E99", "S.", "Us", 2026, "1 CFR 1", verified, "law", "law", date(2026, 11, 21), end)
    assert row.holds_on(end + timedelta(days)) is holds
    assert row.is_law


def test_what_a_funder_may_forbid_carries_its_topic():
    topics = {line.key: line.topic for line in registry.numbers().values()}
    assert topics.pop("alone") == "alone_lines"
    assert set(topics.values()) == {""}, "emergency help is never switched off"
