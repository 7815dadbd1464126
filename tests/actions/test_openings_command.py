"""handrail directory openings: said by the command line, honestly sourced, all or nothing."""

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone
from openpyxl import Workbook

from handrail.project import cli, openings_command
from handrail.records.directory.models import CapacityStatement, Version
from handrail.records.ledger.models import Entry
from tests import build

pytestmark = pytest.mark.django_db
SLUG = "river-house"


@pytest.fixture
def house():
    return build.program("River House", slug=SLUG)


@pytest.fixture
def say(house, capsys):
    """Run the command; gives its status, and what it told as an object."""

    def run(*words: str, what: str = SLUG) -> tuple[int, dict]:
        status = cli.run(["directory", "openings", what, *words, "--json"])
        return status, json.loads(capsys.readouterr().out.splitlines()[-1])

    return run


def said() -> list[tuple]:
    fields = ("program__slug", "label", "kind", "openings", "waiting", "source_id")
    return list(CapacityStatement.objects.order_by("program__slug", "label").values_list(*fields))


def test_a_row_is_said_by_our_team_and_signed_by_the_operator(say, house):
    status, told = say("--row", " Beds ", "--kind", "beds", "--openings", "2", "--waiting", "3")
    assert (status, told["written"]) == (0, 1)
    assert said() == [(SLUG, "Beds", "beds", 2, 3, "desk")]
    assert told["rows"][0]["says"].startswith("2 openings. Confirmed by our team")
    entry = Entry.objects.get(stream=f"program:{house.pk}")
    assert (entry.verb, entry.actor) == ("state_capacity", "operator:command line")
    assert Version.objects.get().number > 0


def test_the_program_is_the_source_only_where_it_said_so_itself(say, house):
    say("--row", "Beds", "--kind", "beds", "--openings", "2", "--for-program")
    assert said()[0][-1] == "program"
    say("--still-right")
    assert said()[0][-1] == "desk"
    _, told = say("--still-right", "--for-program")
    assert told["rows"][0]["says"].startswith("2 openings. Confirmed by the program")
    why = Entry.objects.filter(stream=f"program:{house.pk}").order_by("pk").values_list("verb", "why")
    assert list(why) == [
        ("state_capacity", "heard from program"),
        ("confirm_capacity", ""),
        ("confirm_capacity", "heard from program"),
    ]


def test_a_known_row_keeps_its_kind_and_a_full_one_may_have_a_next_day(say):
    say("--row", "Day visits", "--kind", "visits", "--openings", "4")
    day = (timezone.now() + timedelta(days=20)).date().isoformat()
    status, told = say("--row", "Day visits", "--openings", "0", "--next", day)
    assert (status, told["rows"][0]["kind"], told["rows"][0]["next"]) == (0, "visits", day)
    assert told["rows"][0]["says"].startswith("Full. Next opening about")


def test_without_a_row_the_rows_are_shown_with_their_age(say, capsys):
    assert say() == (0, {"program": SLUG, "rows": [], "written": 0})
    say("--row", "Beds", "--kind", "beds", "--openings", "2")
    CapacityStatement.objects.update(stated_at=timezone.now() - timedelta(days=9))
    assert cli.run(["directory", "openings", SLUG]) == 0
    assert "Beds (beds): We do not know if there is room. Last heard" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--row", "Beds", "--openings", "2"], "must be beds or visits for the new row 'Beds'"),
        (["--row", "Beds", "--kind", "beds"], "'openings' must be a whole number"),
        (["--row", "Beds", "--kind", "beds", "--openings", "1000"], "from 0 to 999, not '1000'"),
        (["--row", "Beds", "--kind", "beds", "--openings", "two"], "not 'two'"),
        (["--row", "Beds", "--kind", "beds", "--openings", "٣"], "not '٣'"),
        (["--row", "Beds", "--kind", "beds", "--openings", "2", "--waiting", "-1"], "'waiting' must be"),
        (["--row", "Beds", "--kind", "beds", "--openings", "0", "--next", "2020-01-01"], "has passed"),
        (["--row", "Beds", "--kind", "beds", "--openings", "0", "--next", "soon"], "a day like 2026-11-30"),
        (["--row", "Beds", "--kind", "beds", "--openings", "2", "--next", "2999-01-01"], "of a full row"),
        (["--row", " ", "--kind", "beds", "--openings", "2"], "'row' must be a short name"),
        (["--row", "x" * 61, "--kind", "beds", "--openings", "2"], "'row' must be a short name"),
        (["--row", "Beds", "--still-right"], "--still-right cannot be said here"),
        (["--openings", "2"], "--openings cannot be said here"),
        (["--still-right"], "no rows of openings yet"),
    ],
)
def test_a_wrong_word_says_nothing_and_why(say, words, reason):
    status, told = say(*words)
    assert (status, told["written"], len(told["refused"])) == (2, 0, 1)
    assert reason in told["refused"][0]
    assert said() == []


def test_a_program_that_is_not_shown_cannot_be_spoken_for(say, house):
    other = build.program("Hill House", slug="hill-house", merged_into=house)
    gone = build.program("Gone House", slug="gone-house", gone_on="2026-01-01")
    for what, reason in ((other.slug, f"is shown as '{SLUG}'"), (gone.slug, "no listed"), ("nowhere", "no listed")):
        status, told = say("--row", "Beds", "--kind", "beds", "--openings", "2", what=what)
        assert (status, reason in told["refused"][0]) == (2, True)
    assert said() == []


def written(path, *lines: str):
    path.write_text("\n".join(["slug,row,kind,openings,next,waiting", *lines]))
    return str(path)


def test_a_list_is_said_whole(say, tmp_path):
    build.program("Hill House", slug="hill-house")
    lines = [f"{SLUG},Beds,beds,2,,", "", f"{SLUG},Detox,Beds,0,2999-01-05,4", "hill-house,Visits,visits,7,,"]
    status, told = say("--for-program", what=written(tmp_path / "l.csv", *lines))
    assert (status, told) == (0, {"written": 3})
    assert said() == [
        ("hill-house", "Visits", "visits", 7, None, "program"),
        (SLUG, "Beds", "beds", 2, None, "program"),
        (SLUG, "Detox", "beds", 0, 4, "program"),
    ]
    # The kind is known now.
    assert say(what=written(tmp_path / "l.csv", f"{SLUG},Beds,,3,,"))[0] == 0
    assert said()[1] == (SLUG, "Beds", "beds", 3, None, "desk")


def test_one_bad_line_of_a_list_says_nothing_and_each_is_told(say, tmp_path):
    lines = [f"{SLUG},Beds,beds,2,,", "nowhere,Beds,beds,2,,", f"{SLUG},Detox,rooms,2,,", f"{SLUG},Beds,beds,=1+1,,"]
    status, told = say(what=written(tmp_path / "l.csv", *lines, f"{SLUG},Beds,beds,4,,"))
    assert status == 2
    assert told["refused"] == [
        "line 3: no listed program has the slug 'nowhere'; it is the end of the program's address",
        "line 4: 'kind' must be beds or visits, not 'rooms'",
        "line 5: 'openings' must be a whole number from 0 to 999, not '=1+1'",
        "line 6: this row is on line 2 already",
    ]
    assert said() == []
    assert not Entry.objects.filter(verb="state_capacity").exists()


def test_a_workbook_with_days_and_numbers_is_read(say, tmp_path):
    book = Workbook()
    page = book.active
    page.append(["Slug", "Row", "Kind", "Openings", "Next", "Waiting"])
    page.append([SLUG, "Beds", "beds", 0, date(2999, 1, 5), 3])
    book.save(tmp_path / "l.xlsx")
    assert say(what=str(tmp_path / "l.xlsx"))[0] == 0
    assert said() == [(SLUG, "Beds", "beds", 0, 3, "desk")]


@pytest.mark.parametrize("text", ["", "slug,row\n", "slug,row,kind,openings\n", "{}", "PK\3\4", "\0" * 50])
def test_a_wrong_file_is_refused_in_one_sentence(say, tmp_path, text):
    path = tmp_path / "l.csv"
    path.write_text(text)
    status, told = say(what=str(path))
    assert (status, len(told["refused"]), "\n" in told["refused"][0]) == (2, 1, False)
    assert told["refused"][0].startswith("Expected a list of openings")


def test_a_failure_half_way_leaves_nothing(say, tmp_path, monkeypatch):
    real, calls = openings_command.state_capacity, []

    def second_fails(*args, **words):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the disk is full")
        return real(*args, **words)

    monkeypatch.setattr(openings_command, "state_capacity", second_fails)
    path = written(tmp_path / "l.csv", f"{SLUG},Beds,beds,2,,", f"{SLUG},Detox,beds,2,,")
    assert cli.run(["directory", "openings", path]) == 2
    assert len(calls) == 2
    assert said() == []
