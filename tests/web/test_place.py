"""The page of one place: in order, honest about what is not known and what is doubted, and measured, never graded."""

import re
from dataclasses import replace
from datetime import date, timedelta

import brotli
import pytest
from django.conf import settings
from django.utils import timezone

from handrail.core.answers import FEWEST, Answers
from handrail.core.facts import FACTS
from handrail.core.plain import grade
from handrail.records.casebook.choices import DECLINE_REASONS
from handrail.records.directory.models import CapacityStatement, Fact, Responsiveness, Source
from handrail.web.public.place_results import NO_WORDS, measured, span_words
from handrail.web.public.place_rows import sections_of
from tests import build
from tests.web.test_public_pages import STATIC
from tests.web.test_public_words import Reader

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
FULL = Answers(
    since=date(2026, 5, 26), asked=14, acknowledged=13, acknowledge_minutes=9, answered=12, answer_minutes=22,
    accepted=9, declined=3, due_to_arrive=9, arrived=8, due_at_90=6, stayed_90=4,
)  # fmt: skip
CODES = "SA OP OMB BU NU BUM UB UN MOA ICO MD SF ADLT FEM MALE SMPD SP STAG PVTN"


@pytest.fixture
def program_source():
    return Source.objects.get_or_create(key="program", defaults={"name": "The program"})[0]


@pytest.fixture
def river():
    return build.program("River House", slug="river-house", codes=CODES, day_one=["You check in."])


@pytest.fixture
def say(river, program_source):
    """Somebody says one fact of River House, so many days ago, believed for 90."""

    def said(key, value, *, days_ago=0):
        day = timezone.now().date() - timedelta(days=days_ago)
        until = day + timedelta(days=90)
        Fact.objects.create(
            program=river, key=key, value=value, source=program_source, observed_on=day, expires_on=until
        )

    return said


def html_of(client, slug="river-house"):
    return client.get(f"/p/{slug}/").content.decode()


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")


def row(html, label):
    """Answer and notes of one row of facts."""
    found = re.search(rf"<dt[^>]*>{re.escape(label)}</dt>(.*?)</div>", html, re.DOTALL)
    return text_of(found[1]).strip() if found else None


def test_the_sections_come_in_their_order(client, river, say, program_source):
    for label in ("Day visits", "Evening visits"):
        CapacityStatement.objects.create(
            program=river, label=label, kind="visits", openings=3, source=program_source, stated_at=timezone.now(),
            stated_by="intake:1",
        )  # fmt: skip
    page = html_of(client)
    assert re.findall(r"<h2>(.*?)</h2>", page) == [
        "Openings", "Medicine for opioid use", "What happens on day one", "What it costs", "Kinds of help here",
        "Who it is for", "Rules", "Getting in and being understood", "What results do they get?",
        "Licenses and checks by others", "Where each fact came from", "Something wrong?",
        "6 questions before you say yes",
    ]  # fmt: skip
    assert page.index("<h1") < page.index("3 openings.") < page.index("Call 970-555-0142") < page.index("<h2>")
    assert row(page, "Evening visits").startswith("3 openings. Confirmed by the program")


def test_every_fact_has_its_place_on_the_page(river, say):
    """Said yes or in words, each fact shows in a section, or changes the words of one that does."""
    from handrail.records.directory.listing import listing_of  # noqa: PLC0415
    from handrail.records.directory.telling import tell  # noqa: PLC0415

    listing = listing_of(next(tell([river.pk])), TODAY)
    plain = listing.offer.facts

    def words(facts):
        told = replace(listing, offer=replace(listing.offer, facts=facts))
        return str(sections_of(told, TODAY))

    elsewhere = {"walk_in", "stops_medicine", "treats_opioid_use", "up_front_amount", "private_program"}
    without = {key: value for key, value in plain.items() if key not in ("medicaid", "telehealth")}
    example = plain["medicaid"]
    silent = []
    for key in set(FACTS) - elsewhere:
        value = "Words" if FACTS[key].is_text else "yes"
        beside = {"telehealth": example} if key == "telehealth_states" else {}
        before = {other: word for other, word in without.items() if other != key} | beside
        if words(before) == words(before | {key: replace(example, value=value)}):
            silent.append(key)
    assert silent == []


def test_what_it_does_with_people_on_each_medicine(client, river, say):
    say("starts_buprenorphine", "yes")
    say("same_day_start", "yes")
    say("methadone", "no")
    say("accepts_on_methadone", "yes")
    say("accepts_on_buprenorphine", "no")
    page = html_of(client)
    assert row(page, "Buprenorphine").startswith("Yes, starts today Does not take people who are on it. Keeps people")
    assert row(page, "Methadone").startswith("No Takes people who are on it. Said by the program, today")
    assert row(page, "Naltrexone") == "Yes"
    assert row(page, "Can I stay on my medicine?").startswith("Yes")
    assert "if it starts people on naltrexone, if it takes people who are on naltrexone" in text_of(page)


def test_what_nobody_told_is_one_sentence_for_each_section(client):
    build.program("Hilltop", slug="hilltop", codes="")
    page = text_of(html_of(client, "hilltop"))
    assert page.count("Not known:") == 6
    assert "Not known: phones, visitors, smoking, pets, work or school." in page
    assert "<dd>Not known</dd>" not in html_of(client, "hilltop")


def test_who_it_is_for_and_whom_it_does_not_take(client):
    build.program("Ages", slug="ages", codes="SA OP CHLD FEM PW VET")
    page = html_of(client, "ages")
    assert row(page, "It is for") == "People under 18, women"
    assert row(page, "It has help made for") == "Pregnant people, veterans"
    assert row(page, "Not for") == "Men", "a survey that leaves adults out is not a no to adults"
    assert "Not known: if it takes people leaving jail or prison, if children can stay with you." in text_of(page)


def test_money_that_is_asked_for_first_says_how_much(client, river, say):
    assert row(html_of(client), "Asks for money before you start?") == "Not known"
    say("up_front_payment", "yes")
    say("up_front_amount", "$200")
    from handrail.records.directory.snapshot import forget  # noqa: PLC0415

    forget()
    page = html_of(client)
    assert row(page, "Asks for money before you start?") == "Yes, $200 Said by the program, today"
    assert "Last checked" in page


def test_what_has_run_out_is_not_known(client, river, say):
    say("wheelchair", "yes", days_ago=91)
    say("asl", "yes", days_ago=89)
    page = html_of(client)
    assert row(page, "Wheelchair ramp or lift") is None
    assert "wheelchair ramp or lift" in page
    assert row(page, "Sign language (ASL)").startswith("Yes")


def test_a_source_that_has_grown_old_is_not_believed(client):
    source = Source.objects.create(key="old", name="Old list", lasts_days=30)
    build.program("Old House", slug="old-house", source=source, observed_on=date(2024, 1, 1))
    page = html_of(client, "old-house")
    assert "Old House" in page
    assert "970-555-0142" not in page, "its number is not believed either"
    assert "Not known: buprenorphine, methadone" in page


def test_the_table_says_fact_answer_source_day_and_until_when(client, river, say):
    say("wheelchair", "yes")
    page = html_of(client)
    table = page[page.index("<table") : page.index("</table>")]
    heads = ["Fact", "Answer", "Who said so", "When", "Believed until"]
    assert re.findall(r'role="columnheader">(.*?)</th>', table) == heads
    lines = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in table.split("<tr")[2:]]
    by_fact = {line[0]: line[1:] for line in lines}
    assert by_fact["Wheelchair ramp or lift"][:3] == ["Yes", "The program", "today"]
    assert by_fact["Phone"][:2] == ["970-555-0142", "Sample directory"]
    assert all(len(line) == 5 and all(line) for line in lines)


def test_an_entry_that_was_joined_leads_to_its_place(client, river):
    build.program("River House West", slug="river-west", merged_into=river)
    for start in ("", "/es"):
        moved = client.get(f"{start}/p/river-west/")
        assert (moved.status_code, moved["Location"]) == (301, f"{start}/p/river-house/")
        assert "max-age" in moved["Cache-Control"], "they may be taken apart again"


def test_share_holds_the_address_and_nothing_else(client, river):
    page = html_of(client)
    links = re.findall(r'href="((?:sms|mailto):[^"]*)"', page)
    address = "http%3A%2F%2Ftestserver%2Fp%2Friver-house%2F"
    assert links == [f"sms:?&amp;body={address}", f"mailto:?subject=A%20link%20for%20you&amp;body={address}"]


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/find/results/?n=80202&k=m", "/find/results/?n=80202&amp;k=m"),
        ("http://testserver/find/saved/", "/find/saved/"),
        ("http://testserver/status/", "/find/"),
        ("https://elsewhere.example/find/results/", "/find/"),
        ("javascript:alert(1)", "/find/"),
    ],
)
def test_back_goes_to_the_list_it_came_from(client, river, referer, back):
    page = client.get("/p/river-house/", HTTP_REFERER=referer).content.decode()
    assert f'<a class="back" href="{back}">' in page


# --- results ------------------------------------------------------------------------------------


def test_results_are_counts_with_their_window_and_never_a_grade(client, river):
    told = {name: getattr(FULL, name) for name in Answers.__dataclass_fields__}
    Responsiveness.objects.create(program=river, as_of=timezone.now(), **told)
    page = html_of(client)
    assert row(page, "Answers us").startswith("Half of the time within 22 minutes 12 of 14 requests since May")
    assert row(page, "Says yes").startswith("9 of 12")
    assert row(page, "People came to their visit").startswith("8 of 9")
    assert row(page, "People in care after 90 days").startswith("4 of 6")
    assert "Nobody can pay to change it" in page
    assert not re.search(r"★|☆|\bscore\b|\brating\b|/ ?5\b", page)


def test_every_figure_needs_its_own_five():
    labels = [row.label for row in measured(FULL, TODAY)[0]]
    assert len(labels) == 5
    few = replace(FULL, due_at_90=FEWEST - 1, stayed_90=2, due_to_arrive=FEWEST - 1, arrived=4)
    rows, silent = measured(few, TODAY)
    assert [row.label for row in rows] == labels[:3]
    assert silent.startswith("Not reported: people came to their visit, people in care after 90 days.")
    for nobody in (None, Answers(since=TODAY)):
        assert measured(nobody, TODAY) == ([], "Not reported. We say nothing from fewer than 5 requests.")


def test_the_reasons_for_no_are_said_without_blame():
    assert set(NO_WORDS) == set(DECLINE_REASONS)
    full = replace(FULL, accepted=3, declined=9, declines={"no_opening": 6, "unheard_of": 5})
    rows, _silent = measured(full, TODAY)
    assert [row.notes[1] for row in rows if row.label == "Says yes"] == ["When it said no, most often: it had no room."]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (119, "119 minutes"), (120, "2 hours"), (2800, "47 hours"), (2880, "2 days")],
)
def test_a_span_is_said_as_people_say_it(minutes, words):
    assert span_words(minutes) == words


# --- the whole page -----------------------------------------------------------------------------


def test_the_page_is_plain_kind_and_light(client, river, say):
    for key in ("same_day_start", "starts_buprenorphine", "wheelchair", "naloxone"):
        say(key, "yes")
    page = client.get("/p/river-house/")
    reader = Reader()
    reader.feed(page.content.decode())
    text = "".join(reader.words)
    assert grade(text) <= 6.0
    assert not settings.HANDRAIL_LANGUAGES["en"].plain.bad_word(text)
    assert not page.cookies
    parts = [page.content, *((STATIC / name).read_bytes() for name in FILES)]
    assert sum(len(brotli.compress(part, quality=5)) for part in parts) <= 11_000


FILES = ("public.css", "place.css", "public.js")


@pytest.mark.parametrize(
    "path", ["/find/saved/", "/find/compare/", "/find/compare/?c=river-house", "/report/river-house/"]
)
def test_the_pages_around_it_are_plain_and_kind(client, river, path):
    reader = Reader()
    reader.feed(client.get(path).content.decode())
    text = "".join(reader.words)
    assert grade(text) <= 6.0
    assert not settings.HANDRAIL_LANGUAGES["en"].plain.bad_word(text)
