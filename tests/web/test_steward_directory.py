"""The editor's desk: who may, searching, one place, editing beside others, reports, conflicts, merging, the board."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from handrail.actions.directory.edit import correct, mark_of
from handrail.actions.directory.merge_by_hand import merge
from handrail.actions.directory.report import report
from handrail.core.access import Actor
from handrail.core.reports import WHOLE
from handrail.records.directory.models import Conflict, Fact, FactChange, Likeness, Program, Report
from handrail.web.steward import directory_query
from tests import build
from tests.web.program_cast import a_row, a_worker, signed_in

pytestmark = pytest.mark.django_db

LISTS = ("steward_directory", "steward_reports", "steward_conflicts", "steward_alike", "steward_quality")
OF_PLACE = ("steward_place", "steward_place_history", "steward_edit", "steward_merge", "steward_split")
ELI = Actor("editor", "999", "Eli B.")
HOSTILE = ("a\0b", "²", "9" * 500, "<script>alert(1)</script>' OR 1=1 --", "%", "_", "\\", "\u202e😀" + "a" * 3000)


@pytest.fixture
def editor() -> Client:
    return signed_in(a_worker(role="editor", name="Eli B."))


def at(name: str, program: Program | None = None, **query: str) -> str:
    where = reverse(name, kwargs={"pk": program.pk} if program else None)
    return where + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def text(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def rows(answer: HttpResponse) -> list[str]:
    assert answer.status_code == 200
    return [one["row"].name for one in answer.context["rows"]]


def place(name: str = "River House", **values: Any) -> Program:
    of_location = {key: values.pop(key) for key in ("city", "state", "zip5", "latitude", "street1") if key in values}
    row = build.program(name, **values)
    for key, value in of_location.items():
        setattr(row.location, key, value)
    row.location.save()
    return row


# --- who may ------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [*LISTS, *OF_PLACE])
def test_who_may_open_what(name: str) -> None:
    program = place()
    where = at(name, program if name in OF_PLACE else None, **({"key": "phone"} if name == "steward_edit" else {}))
    assert Client().get(where).headers["Location"].startswith("/account/login/")
    for role in ("counselor", "supervisor", "intake"):
        assert signed_in(a_worker(role=role)).get(where).status_code == 404
    for role in ("editor", "steward"):
        assert signed_in(a_worker(role=role)).get(where).status_code in (200, 302)


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_directory_has_pages_too(editor: Client, name: str) -> None:
    page = text(editor.get(at(name)))
    assert reverse("steward_reports") in page
    assert reverse("steward_ledger") not in page


# --- search -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("river", ["River House"]),
        ("HOUSE", ["Camellia House", "River House"]),
        ("harrow falls", ["Camellia House"]),
        ("Harrow Falls, KY", ["Camellia House"]),
        ("81140", ["Camellia House"]),
        ("5550177", ["Camellia House"]),
        ("(719) 555-0177", ["Camellia House"]),
        ("+1 719 555 0177", ["Camellia House"]),
        ("camellia-house-0001", ["Camellia House"]),
        ("river camellia", []),
        ("nowhere", []),
    ],
)
def test_search_by_name_town_zip_phone_and_address(editor: Client, q: str, found: list[str]) -> None:
    place("River House", slug="river-house-0001")
    camellia = {"city": "Harrow Falls", "state": "KY", "zip5": "81140", "phone": "719-555-0177 x3"}
    place("Camellia House", slug="camellia-house-0001", **camellia)
    assert rows(editor.get(at("steward_directory"), {"q": q})) == found


def test_each_filter_keeps_what_it_says(editor: Client) -> None:
    now, today = timezone.now(), timezone.now().date()
    plain = place("Plain", slug="a", observed_on=today)
    a_row(plain, "Beds", 2, hours_ago=1)
    silent = place("Silent", slug="b", phone="", latitude=None, state="KY", observed_on=today)
    doubted = place("Doubted", slug="c", observed_on=today)
    a_row(doubted, "Beds", 2, hours_ago=2000)
    for _ in range(2):
        report(doubted, kind="money_first", now=now)
    place("Gone", slug="d", gone_on=today)
    part = place("Part", slug="e")
    merge(part, into=plain, actor=ELI, why="One house", now=now)
    Conflict.objects.create(program=silent, other=part, key="phone", value="1", other_value="2", found_at=now)
    other = build.source("findtreatment")
    other.lasts_days = 100
    other.save()
    place("Ageing", slug="f", source=other, observed_on=today - timedelta(days=80))
    place("Old", slug="g", source=other, observed_on=today - timedelta(days=200))
    correct(plain, actor=ELI, key="medicaid", value="no", why="They said so", days=30, now=now)
    table: list[tuple[dict[str, str], list[str]]] = [
        ({"which": "gone"}, ["Gone"]),
        ({"which": "part"}, ["Part"]),
        ({"which": "all", "q": "a"}, ["Plain", "Part", "Ageing"]),
        ({"state": "ky"}, ["Silent"]),
        ({"only": "no_phone"}, ["Silent"]),
        ({"only": "no_point"}, ["Silent"]),
        ({"only": "doubt"}, ["Doubted"]),
        ({"only": "conflict"}, ["Silent"]),
        ({"only": "ending"}, ["Plain", "Ageing"]),
        ({"only": "ending", "source": "findtreatment"}, ["Ageing"]),
        ({"only": "old"}, ["Old"]),
        ({"only": "ending", "source": "desk"}, ["Plain"]),
        ({"source": "desk"}, ["Plain"]),
        ({"only": "old_openings"}, ["Doubted"]),
        ({"only": "no_openings"}, ["Silent", "Ageing", "Old"]),
        ({"only": "unknown:methadone", "source": "findtreatment"}, ["Old"]),
    ]
    for given, found in table:
        got = rows(editor.get(at("steward_directory"), given))
        if given.get("only") == "unknown:methadone":
            assert set(found) <= set(got), (given, got)
        elif "q" not in given:
            assert got == found, (given, got)
    everything = rows(
        editor.get(at("steward_directory"), {"only": "bad", "which": "bad", "state": "bad", "source": ""})
    )
    assert "Plain" in everything
    assert "Gone" not in everything


def test_pages_hold_still_and_cost_the_same(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_query, "PAGE", 2)
    for number in range(5):
        place(f"House {number}", slug=f"house-{number}", codes="")
    for given in ({}, {"only": "unknown:medicaid"}):
        seen: list[str] = []
        where, counts = at("steward_directory"), []
        for _page in range(3):
            with CaptureQueriesContext(connection) as queries:
                answer = editor.get(where, given if where.endswith("/") else {})
            counts.append(len(queries))
            seen += rows(answer)
            where = at("steward_directory") + answer.context["next_page"]
        assert seen == [f"House {number}" for number in range(5)]
        assert answer.context["next_page"] == ""
        assert max(counts[1:]) <= 12


def test_a_search_that_runs_out_of_time_goes_on_where_it_stopped(
    editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_query, "WINDOW", 2)
    for number in range(7):
        place(f"House {number}", slug=f"house-{number}")
    assert rows(editor.get(at("steward_directory"), {"q": "house-6"})) == ["House 6"]
    monkeypatch.setattr(directory_query, "MOST_SECONDS", -1.0)
    answer = editor.get(at("steward_directory"), {"q": "house-6"})
    pages = 1
    assert "look further" in text(answer)
    while answer.context["next_page"]:
        answer, pages = editor.get(at("steward_directory") + answer.context["next_page"]), pages + 1
    assert (rows(answer), pages) == (["House 6"], 3)


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_anywhere_is_a_page(editor: Client, value: str) -> None:
    program = place()
    names = ("q", "source", "state", "which", "only", "after", "place", "key", "before", "with", "shown", "value")
    posted = ("why", "seen", "days", "program", "kind", "about", "last", "outcome", "what", "conflict", "ids", "back")
    fields = dict.fromkeys((*names, *posted, "likeness"), value)
    for name in (*LISTS, "steward_place", "steward_place_history", "steward_merge"):
        where = at(name, program if name in OF_PLACE else None)
        answer = editor.get(where, fields)
        assert answer.status_code == 200, name
        assert "<script>alert" not in answer.content.decode()
        assert editor.post(where, fields).status_code in (302, 404, 405, 409, 422), name
    assert editor.get(at("steward_edit", program), fields).status_code == 404
    for key in ("name", "phone", "zip5", "website", "medicaid", "languages", "ownership", "day_one", WHOLE):
        answer = editor.post(at("steward_edit", program, key=key), fields)
        assert answer.status_code in (302, 409, 422), key
    assert editor.post(at("steward_take_back", program), {**fields, "key": "phone"}).status_code in (302, 422)


# --- one place ----------------------------------------------------------------------------------
def test_everything_told_of_a_place_is_on_its_page(editor: Client) -> None:
    program, part = place(day_one=["Bring an ID"]), place("River House 2", phone="303-555-0111", codes="SA NOOP")
    now = timezone.now()
    merge(part, into=program, actor=ELI, why="One house", now=now)
    a_row(program, "Beds for women", 2)
    report(program, kind="closed", now=now)
    correct(program, actor=ELI, key="phone", value="303-555-0177", why="The old line is dead", days=365, now=now)
    page = text(editor.get(at("steward_place", program)))
    for words in (
        *("970-555-0142", "303-555-0177", "303-555-0111", "Our team", "Beds for women", "It has closed"),
        *("The old line is dead", "Bring an ID", "conflict", "River House 2", "Split off", "Holds until"),
    ):
        assert words in page, words
    assert editor.get(at("steward_place", part)).headers["Location"] == at("steward_place", program)
    history = text(editor.get(at("steward_place_history", program), {"key": "phone"}))
    assert "The old line is dead" in history
    assert "One house" not in history
    assert (
        editor.get(reverse("steward_place", kwargs={"pk": "00000000-0000-0000-0000-000000000000"})).status_code == 404
    )


def test_a_place_that_is_gone_can_be_read_and_brought_back(editor: Client) -> None:
    program = place()
    where = at("steward_edit", program, key=WHOLE)
    assert editor.post(where, {"value": "no", "why": "Empty building", "days": "365", "seen": mark_of(program, WHOLE)})
    page = text(editor.get(at("steward_place", program)))
    assert "Said not to exist" in page
    assert Client().get(f"/p/{program.slug}/").status_code == 404
    assert "Take it back" in text(editor.get(where))
    program.refresh_from_db()
    form = {"key": WHOLE, "why": "It is open again", "seen": mark_of(program, WHOLE)}
    assert editor.post(at("steward_take_back", program), form).status_code == 302
    assert Client().get(f"/p/{program.slug}/").status_code == 200


# --- editing ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("medicaid", "no", "no"),
        ("medicaid", "unknown", "unknown"),
        ("ownership", "tribal", "tribal"),
        ("languages", "Spanish,  Hmong", "Spanish, Hmong"),
        ("phone", "(303) 555 0177 ext. 12", "303-555-0177 x12"),
        ("website", "https://example.org/", "https://example.org/"),
        ("zip5", "04401", "04401"),
        ("street2", "", "unknown"),
    ],
)
def test_a_fact_is_put_right(editor: Client, key: str, typed: str, kept: str) -> None:
    program = place()
    where = at("steward_edit", program, key=key)
    assert "Why, for the history" in text(editor.get(where))
    form = {"value": typed, "why": "Called them", "days": "180", "seen": mark_of(program, key)}
    for _ in range(2):  # pressed twice
        assert editor.post(where, form).headers["Location"] == at("steward_place", program)
    fact = Fact.objects.get()
    assert (fact.key, fact.value, fact.source_id) == (key, kept, "desk")
    assert (fact.expires_on - fact.observed_on).days == 180
    assert FactChange.objects.count() == 1


@pytest.mark.parametrize(
    ("key", "form", "words"),
    [
        ("medicaid", {"value": ""}, "cannot be empty"),
        ("medicaid", {"value": "no", "why": ""}, "Say why"),
        ("phone", {"value": "12345"}, "phone number with area code"),
        ("phone", {"value": "+44 20 7946 0958"}, "phone number with area code"),
        ("website", {"value": "example.org"}, "http://"),
        ("zip5", {"value": "00000"}, "do not know this ZIP"),
        ("name", {"value": ""}, "cannot be empty"),
        ("day_one", {"value": "a\n" * 9}, "8 steps"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    editor: Client, key: str, form: dict[str, str], words: str
) -> None:
    program = place()
    sent = {"why": "They told me <on> the phone", "days": "30", "seen": mark_of(program, key), **form}
    page = text(editor.post(at("steward_edit", program, key=key), sent), 422)
    assert words in page
    assert sent["why"] == "" or "They told me &lt;on&gt; the phone" in page
    assert not Fact.objects.exists()


def test_two_editors_at_once_keeps_what_was_typed_and_says_who_changed_it(editor: Client) -> None:
    program = place()
    seen = mark_of(program, "phone")
    sam = a_worker(role="steward", name="Sam W.")
    saved = {"value": "303-555-0111", "why": "Their site", "days": "365", "seen": seen}
    assert signed_in(sam).post(at("steward_edit", program, key="phone"), saved).status_code == 302
    mine = {"value": "303-555-0122", "why": "I called", "days": "365", "seen": seen}
    page = text(editor.post(at("steward_edit", program, key="phone"), mine), 409)
    for words in ("Somebody changed this", "Sam W.", "303-555-0111", "303-555-0122", "I called"):
        assert words in page
    program.refresh_from_db()
    assert program.phone == "303-555-0111"
    again = {**mine, "seen": mark_of(program, "phone")}
    assert editor.post(at("steward_edit", program, key="phone"), again).status_code == 302
    program.refresh_from_db()
    assert program.phone == "303-555-0122"


def test_taking_our_word_back(editor: Client) -> None:
    program = place()
    correct(program, actor=ELI, key="phone", value="303-555-0177", why="Called", days=365, now=timezone.now())
    program.refresh_from_db()
    form = {"key": "phone", "seen": mark_of(program, "phone")}
    assert "Say why" in text(editor.post(at("steward_take_back", program), {**form, "why": ""}), 422)
    text(editor.post(at("steward_take_back", program), {**form, "why": "A mistake", "seen": "old"}), 409)
    for _ in range(2):
        assert editor.post(at("steward_take_back", program), {**form, "why": "A mistake"}).status_code == 302
    program.refresh_from_db()
    assert program.phone == "970-555-0142"


# --- reports, conflicts, pairs ------------------------------------------------------------------
def test_reports_oldest_due_first_late_ones_marked_and_alike_ones_together(editor: Client) -> None:
    now, program = timezone.now(), place()
    report(place("Newer"), kind="closed", now=now)
    for hours in (30, 29):
        report(program, kind="wrong_number", now=now - timedelta(hours=hours))
    answer = editor.get(at("steward_reports"))
    assert [(one.program.name, one.count) for one in answer.context["rows"]] == [("River House", 2), ("Newer", 1)]
    page = text(answer)
    assert "1 is late" in page
    assert "<b>3</b>" in page
    first = answer.context["rows"][0]
    form = {"program": str(program.pk), "kind": "wrong_number", "about": "", "last": str(first.last)}
    for _ in range(2):
        assert editor.post(at("steward_reports"), {**form, "what": "seen"}).status_code == 302
    assert Report.objects.exclude(seen_at=None).count() == 2
    text(editor.post(at("steward_reports"), {**form, "outcome": "bad"}), 422)
    editor.post(at("steward_reports"), {**form, "outcome": "put_right"})
    assert Report.objects.filter(outcome="put_right").count() == 2
    assert "Put right" in text(editor.get(at("steward_reports")))
    edit = at("steward_edit", program, key="phone", **{"from": "reports"})
    sent = {"value": "303-555-0177", "why": "Called", "days": "30", "seen": mark_of(program, "phone")}
    assert editor.post(edit, sent).headers["Location"] == at("steward_reports")


def two_words() -> tuple[Program, Program, list[Conflict]]:
    program, part = (
        place(),
        place("River House 2", phone="303-555-0111", codes="SA OP NOOP * NP", website="https://e.org"),
    )
    merge(part, into=program, actor=ELI, why="One house", now=timezone.now())
    return program, part, list(Conflict.objects.filter(settled_at=None).order_by("key"))


def test_conflicts_are_settled_one_by_one_or_all_of_a_place(editor: Client) -> None:
    program, _part, found = two_words()
    answer = editor.get(at("steward_conflicts"))
    assert [len(one["words"]) for one in answer.context["places"]] == [len(found)]
    assert "303-555-0111" in text(answer)
    by_key = {row.key: row for row in found}
    phone = by_key["phone"]
    form = {"conflict": str(phone.pk), "seen": phone.other_value, "what": "other", "back": str(program.pk)}
    back = editor.post(at("steward_conflicts"), form).headers["Location"]
    assert urlsplit(back).query == f"place={program.pk}"
    program.refresh_from_db()
    assert program.phone == "303-555-0111"
    fact = Fact.objects.get(key="phone")
    assert FactChange.objects.get(key="phone").why.startswith("Conflict: ")
    assert fact.said_by.startswith("editor:")
    text(editor.post(at("steward_conflicts"), form), 409)
    left = list(Conflict.objects.filter(settled_at=None))
    text(editor.post(at("steward_conflicts"), {"conflict": str(left[0].pk), "what": ""}), 422)
    all_ids = {"what": "keep_all", "program": str(program.pk), "ids": [str(row.pk) for row in left]}
    assert editor.post(at("steward_conflicts"), all_ids).status_code == 302
    assert not Conflict.objects.filter(settled_at=None).exists()


def test_many_conflicts_cost_few_queries(editor: Client) -> None:
    counts = []
    for _ in range(2):
        two_words()
        with CaptureQueriesContext(connection) as queries:
            text(editor.get(at("steward_conflicts")))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18


def test_a_pair_is_merged_or_kept_apart(editor: Client) -> None:
    one, other = place(), place("House by the River", phone="970-555-0142")
    pair = Likeness.objects.create(program=one, other=other, why="phone", found_at=timezone.now())
    page = text(editor.get(at("steward_alike")))
    assert "House by the River" in page
    assert f"{at('steward_merge', one)}?with={other.pk}" in page
    assert "/p/" in text(editor.get(at("steward_merge", one), {"with": str(other.pk)}))
    form = {"with": str(other.pk), "shown": str(other.pk), "why": ""}
    assert "Say why" in text(editor.post(at("steward_merge", one), form), 422)
    for _ in range(2):
        answer = editor.post(at("steward_merge", one), {**form, "why": "One door, one phone"})
        assert answer.headers["Location"] == at("steward_place", other)
    assert Client().get(f"/p/{one.slug}/").status_code in (200, 301, 302)
    assert "No two entries" in text(editor.get(at("steward_alike")))
    pair.refresh_from_db()
    assert pair.settled_at is not None
    assert "Split off" in text(editor.get(at("steward_split", one)))
    assert "Say why" in text(editor.post(at("steward_split", one), {"why": ""}), 422)
    assert editor.post(at("steward_split", one), {"why": "Two doors"}).headers["Location"] == at("steward_place", one)
    assert "No two entries" in text(editor.get(at("steward_alike")))
    third = place("Third")
    kept = Likeness.objects.create(program=one, other=third, why="street", found_at=timezone.now())
    for _ in range(2):
        assert editor.post(at("steward_alike"), {"likeness": str(kept.pk)}).status_code == 302
    assert Program.objects.get(pk=third.pk).merged_into is None


def test_merge_finds_the_other_entry(editor: Client) -> None:
    one = place()
    place("House by the River")
    page = text(editor.get(at("steward_merge", one), {"q": "river"}))
    assert "House by the River" in page
    assert f"?with={one.pk}" not in page
    refused = editor.post(at("steward_merge", one), {"with": str(one.pk), "shown": str(one.pk), "why": "One"})
    assert "the same entry" in text(refused, 422)


# --- the board ----------------------------------------------------------------------------------
def test_every_figure_of_the_board_leads_to_the_places_behind_it(editor: Client) -> None:
    today = timezone.now().date()
    place("Plain", observed_on=today)
    silent = place("Silent", phone="", codes="", state="KY", latitude=None, observed_on=today)
    correct(silent, actor=ELI, key="medicaid", value="yes", why="Called", days=30, now=timezone.now())
    place("Long ago", observed_on=date(1930, 1, 1))
    answer = editor.get(at("steward_quality"))
    page = text(answer)
    figures = {link: count for _words, count, link in answer.context["figures"]}
    figures |= {share.link: share.unknown for share in answer.context["shares"]}
    figures |= {row.link: row.places for row in answer.context["states"]}
    for age in answer.context["ages"]:
        figures |= {age.old_link: age.old, age.ending_link: age.ending, age.ending90_link: age.ending90}
    for link, count in figures.items():
        assert len(rows(editor.get(at("steward_directory") + link))) == count, link
    assert sum(figures.values()) > 10
    assert "style=" not in page.split("<main")[1]
    with CaptureQueriesContext(connection) as queries:
        text(editor.get(at("steward_quality")))
    assert len(queries) <= 8
