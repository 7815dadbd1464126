"""handrail directory sync, against a locator of our own: whole, broken off, busy, wrong, and switched off."""

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.gateways import findtreatment_api
from handrail.gateways.findtreatment_api import Locator, WrongAnswer, address, page_of
from handrail.gateways.findtreatment_states import ASKED_STATES
from handrail.gateways.polite_get import Guest, Stopped, why_not_address, why_not_contact
from handrail.project import cli
from handrail.project.sync_command import NotNow, SyncWish, sync
from handrail.records.directory.models import Import, Location, Program, Version
from tests.gateways.test_findtreatment import row

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 6, 4, tzinfo=UTC)
NUMBERS = {str(asked.number): state for state, asked in ASKED_STATES.items()}
PLACES = {"CO": ("Fernhollow", "81101"), "MD": ("Oakmere", "21201"), "WY": ("Harrow", "82001")}

Answer = tuple[int, dict[str, str], bytes]


class FakeLocator:
    """Invented programs, served page by page as the Developer Guide says; `instead` gives another answer to a page."""

    def __init__(self) -> None:
        self.lists = {"CO": 5, "MD": 2, "WY": 1}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.instead: dict[str, list[Callable[[], Answer]]] = {}
        self.url = ""

    def rows(self, state: str) -> list[dict[str, Any]]:
        city, zip5 = PLACES[state]
        names = [f"{city} House {number}" for number in range(self.lists[state])]
        return [row(name, state=state, city=city, zip=zip5, latitude=None, longitude=None) for name in names]

    def page(self, state: str, number: int, size: int, **values: Any) -> bytes:
        rows = self.rows(state)
        whole = {"page": number, "totalPages": -(-len(rows) // size), "recordCount": len(rows)}
        return json.dumps(whole | {"rows": rows[(number - 1) * size : number * size]} | values).encode()

    def answer(self, path: str, agent: str) -> Answer:
        words = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        assert (words["limitType"], words["sType"]) == ("0", "sa")
        latitude, longitude = map(float, words["sAddr"].split(","))
        assert latitude > 0 > longitude
        state, number = NUMBERS[words["limitValue"]], int(words["page"])
        self.asked.append(f"{state} {number}")
        self.agents.add(agent)
        waiting = self.instead.get(f"{state} {number}")
        if waiting:
            return waiting.pop(0)()
        return 200, {"Content-Encoding": "gzip"}, gzip.compress(self.page(state, number, int(words["pageSize"])))


@pytest.fixture
def locator() -> Iterator[FakeLocator]:
    fake = FakeLocator()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = fake.answer(self.path, self.headers["User-Agent"])
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}/v2"
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


class Run:
    """One command after another against the fake locator, each with its own clock."""

    def __init__(self, fake: FakeLocator, folder: Any) -> None:
        self.fake, self.folder, self.slept = fake, folder, []

    def __call__(self, *states: str, now: datetime = NOW, **wish: Any) -> dict[str, Any]:
        self.fake.asked.clear()
        guest = Guest("FindTreatment.gov", "desk@example.org", sleep=self.slept.append, most_bytes=100_000)
        site = Locator(self.fake.url, self.folder, guest, page_size=2)
        out = io.StringIO()
        status = sync(SyncWish(states or ("CO",), as_json=True, **wish), site, now=now, out=out)
        return json.loads(out.getvalue().splitlines()[-1]) | {"status": status, "asked": list(self.fake.asked)}


@pytest.fixture
def run(locator: FakeLocator, tmp_path: Any) -> Run:
    return Run(locator, tmp_path / "sync")


def nothing_is_written() -> bool:
    return not Program.objects.exists() and not Import.objects.exists() and not Version.objects.exists()


# --- whole --------------------------------------------------------------------------------------
def test_three_pages_come_in_as_one_list_through_the_importer(run, locator):
    told = run()
    assert (told["status"], told["added"], told["states"]) == (0, 5, ["CO"])
    assert told["asked"] == ["CO 1", "CO 2", "CO 3"]
    assert locator.agents == {"Handrail directory sync (+desk@example.org)"}
    assert run.slept == [2.0, 2.0]
    program = Program.objects.get(name="Fernhollow House 4")
    assert (program.source_id, str(program.observed_on), program.codes) == ("findtreatment", "2026-11-21", "SA DT")
    assert Import.objects.get().file_name == "FindTreatment.gov: CO"


def test_the_placeholder_number_is_dropped(run, locator):
    rows = [row("A", phone="(999) 999-9999"), row("B")]
    locator.instead["CO 1"] = [lambda: plain(json.dumps({"page": 1, "totalPages": 1, "recordCount": 2, "rows": rows}))]
    run()
    assert dict(Program.objects.values_list("name", "phone")) == {"A": "", "B": "719-555-0142"}


def test_a_bad_row_is_told_with_its_state(run, locator):
    rows = [*locator.rows("MD"), row(" ", state="MD")]
    whole = json.dumps({"page": 1, "totalPages": 1, "recordCount": 3, "rows": rows})
    locator.instead["MD 1"] = [lambda: plain(whole)]
    told = run("CO", "MD", "WY")
    assert (told["added"], told["rejects"]) == (8, [{"line": 8, "reason": "MD: no name"}])


def test_a_kept_page_that_is_damaged_afterwards_brings_in_nothing(run):
    run(dry_run=True)
    (run.folder / "CO" / "page-0002.json").write_bytes(b"{}")
    assert run()["refused"] == "Page 2 of CO that was kept is damaged. Run it again with --fresh."
    assert nothing_is_written()
    assert run(is_fresh=True)["added"] == 5


def test_all_states_at_once_mark_what_has_gone_and_a_few_states_do_not(run, locator, monkeypatch):
    few = {state: ASKED_STATES[state] for state in PLACES}
    monkeypatch.setattr("handrail.project.sync_command.ASKED_STATES", few)
    assert run("CO", "MD", "WY")["added"] == 8
    locator.lists |= {"CO": 4, "MD": 1}
    later = NOW + timedelta(days=40)
    assert run("CO", now=later)["gone"] == 0
    assert run("CO", "MD", "WY", now=later)["gone"] == 2
    assert Program.objects.filter(gone_on=None).count() == 6


def test_places_where_the_locator_cannot_be_asked_are_not_gone(run, locator, monkeypatch):
    monkeypatch.setattr("handrail.project.sync_command.ASKED_STATES", {"CO": ASKED_STATES["CO"]})
    run()
    Location.objects.filter(program__name="Fernhollow House 4").update(state="PR")
    locator.lists["CO"] = 4
    assert run(now=NOW + timedelta(days=40))["gone"] == 0


# --- broken off ---------------------------------------------------------------------------------
def test_what_was_broken_off_goes_on_where_it_stopped(run, locator):
    locator.instead["CO 3"] = [lambda: plain("", status=503)] * 4
    told = run()
    assert (told["status"], told["asked"]) == (2, ["CO 1", "CO 2", "CO 3", "CO 3", "CO 3", "CO 3"])
    assert "is not working now (503), 4 times in a row" in told["refused"]
    assert nothing_is_written()
    told = run()
    assert (told["status"], told["asked"], told["added"]) == (0, ["CO 3"], 5)


KILLED = """
import sys
from datetime import datetime
from pathlib import Path
from handrail.gateways.findtreatment_api import Locator, WrongAnswer, address, page_of
from handrail.gateways.polite_get import Guest
guest = Guest("FindTreatment.gov", "desk@example.org", pause_seconds=0)
site = Locator(sys.argv[1], Path(sys.argv[2]), guest, page_size=2)
site.read(["CO"], now=datetime.fromisoformat(sys.argv[3]), is_fresh=False, say=lambda *_: None)
"""


def test_a_process_that_is_killed_while_it_waits_for_a_page_asks_for_the_rest_only(run, locator):
    is_waiting, may_end = Event(), Event()

    def hang() -> Answer:
        is_waiting.set()
        may_end.wait(20)
        return plain("", 503)

    locator.instead["CO 3"] = [hang]
    reader = subprocess.Popen([sys.executable, "-c", KILLED, locator.url, run.folder, NOW.isoformat()])
    assert is_waiting.wait(20)
    reader.kill()
    reader.wait()
    may_end.set()
    assert locator.asked == ["CO 1", "CO 2", "CO 3"]
    told = run()
    assert (told["asked"], told["added"]) == (["CO 3"], 5)


def test_a_page_that_was_half_kept_is_asked_for_again(run, locator):
    locator.instead["CO 3"] = [lambda: plain("", status=503)] * 4
    run()
    (run.folder / "CO" / "page-0003.part").write_bytes(locator.page("CO", 3, 2)[:40])
    assert run()["asked"] == ["CO 3"]
    assert Program.objects.count() == 5


def test_a_kept_page_that_is_damaged_is_asked_for_again(run, locator):
    locator.instead["CO 3"] = [lambda: plain("", status=503)] * 4
    run()
    (run.folder / "CO" / "page-0002.json").write_bytes(b'{"page": 2')
    assert run()["asked"] == ["CO 2", "CO 3"]


@pytest.mark.parametrize(("days", "fresh", "asked"), [(0, True, 3), (2, False, 3), (0, False, 1)])
def test_old_pages_or_fresh_begin_anew(run, locator, days, fresh, asked):
    locator.instead["CO 3"] = [lambda: plain("", status=503)] * 4
    run()
    told = run(now=NOW + timedelta(days=days), is_fresh=fresh)
    assert len(told["asked"]) == asked


def test_a_dry_run_asks_and_changes_nothing_and_what_it_read_is_used(run):
    assert run(dry_run=True)["added"] == 5
    assert nothing_is_written()
    told = run()
    assert (told["asked"], told["added"]) == ([], 5)


# --- at most monthly ----------------------------------------------------------------------------
def test_once_a_month_is_enough_unless_it_is_asked_for_again(run):
    run()
    for days in (0, 3, 27):
        with pytest.raises(NotNow, match="--again"):
            run(now=NOW + timedelta(days=days))
    assert len(run(now=NOW + timedelta(days=27), is_again=True)["asked"]) == 3
    assert len(run(now=NOW + timedelta(days=27 + 28, minutes=-5))["asked"]) == 3
    assert run(now=NOW + timedelta(days=90))["unchanged"] == 5


def test_a_later_run_asks_only_for_the_states_that_are_missing(run, locator):
    locator.instead["MD 1"] = [lambda: plain("<html>Sorry</html>")]
    told = run("CO", "MD")
    assert (told["status"], told["added"], list(told["failed"])) == (1, 5, ["MD"])
    told = run("CO", "MD", now=NOW + timedelta(days=3))
    assert (told["status"], told["asked"], told["added"]) == (0, ["MD 1"], 2)


# --- busy ---------------------------------------------------------------------------------------
def plain(words: str, status: int = 200, **headers: str) -> Answer:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, words.encode()


def test_a_locator_that_asks_us_to_wait_is_obeyed(run, locator):
    locator.instead["CO 1"] = [lambda: plain("", 429, Retry_After="17")]
    assert run()["added"] == 5
    assert run.slept == [17.0, 2.0, 2.0, 2.0]


def test_without_a_time_each_wait_is_longer_and_the_run_ends(run, locator):
    locator.instead["CO 1"] = [lambda: plain("", 429)] * 9
    told = run("CO", "MD")
    assert run.slept == [2.0, 2.0, 4.0, 2.0, 8.0, 2.0]
    assert told["asked"] == ["CO 1"] * 4
    assert "asks us to slow down (429), 4 times in a row" in told["refused"]


def test_a_long_wait_is_not_sat_out(run, locator):
    until = "Fri, 31 Dec 2999 23:59:59 GMT"
    for asked, words in (("7200", "120 minutes"), (until, "minutes")):
        locator.instead["CO 1"] = [lambda asked=asked: plain("", 503, Retry_After=asked)]
        told = run()
        assert words in told["refused"]
        assert told["asked"] == ["CO 1"]


def test_states_that_were_whole_before_it_stopped_are_brought_in(run, locator):
    locator.instead["MD 1"] = [lambda: plain("", 403)]
    told = run("CO", "MD", "WY")
    assert (told["status"], told["added"], told["asked"][-1]) == (1, 5, "MD 1")
    assert told["stopped"] == "FindTreatment.gov refused the question (403)."


# --- wrong --------------------------------------------------------------------------------------
def lying(**values: Any) -> Callable[[FakeLocator], bytes]:
    return lambda fake: fake.page("CO", 2, 2, **values)


WRONG: dict[str, tuple[Callable[[FakeLocator], bytes], str]] = {
    "html": (lambda fake: b"\n<!DOCTYPE html><title>Down</title>", "CO, page 2: the answer is a web page, not data."),
    "truncated": (lambda fake: fake.page("CO", 2, 2)[:300], "CO, page 2: the answer is not whole data."),
    "empty": (lambda fake: b"", "CO, page 2: the answer is not whole data."),
    "bytes": (lambda fake: bytes(range(256)), "CO, page 2: the answer is not whole data."),
    "list": (lambda fake: b"[1, 2]", "does not say which page"),
    "text": (lying(recordCount="5"), "does not say which page"),
    "no rows": (lying(rows=[]), "the answer has no programs"),
    "another page": (lying(page=3), "the answer is page 3."),
    "no end": (lying(totalPages=10**9), "speaks of 1,000,000,000 pages"),
    "another state": (lambda fake: fake.page("MD", 1, 2, page=2, totalPages=3), "2 of 2 programs are elsewhere"),
    "a new count": (lying(recordCount=9), "CO: the list changed while it was read."),
    "the same again": (lambda fake: fake.page("CO", 1, 2, page=2), "CO: page 2 says the same as page 1."),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_answer_is_refused_and_nothing_is_half_written(run, locator, kind):
    make, words = WRONG[kind]
    locator.instead["CO 2"] = [lambda: (200, {}, make(locator))]
    told = run()
    assert told["status"] == 2
    assert words in told["refused"]
    assert "\n" not in told["refused"]
    assert nothing_is_written()
    assert not (run.folder / "CO" / "page-0002.json").exists()
    assert run()["added"] == 5


def test_a_count_that_lies_on_every_page_is_refused_and_its_pages_are_forgotten(run, locator):
    locator.instead = {f"CO {n}": [lambda n=n: (200, {}, locator.page("CO", n, 2, recordCount=500))] for n in (1, 2, 3)}
    assert run()["refused"] == "CO: the pages hold 5 programs and speak of 500."
    assert not (run.folder / "CO").exists()
    assert nothing_is_written()


def test_a_wrong_state_leaves_the_others_alone(run, locator):
    locator.instead["MD 1"] = [lambda: (200, {}, locator.page("CO", 1, 2))]
    told = run("CO", "MD", "WY")
    assert (told["status"], told["added"], told["states"]) == (1, 6, ["CO", "WY"])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (plain("x" * 40, Content_Length="90"), "broke off after 40 of 90 bytes"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"{}")[:-3]), "broke off in the middle"),
        ((200, {"Content-Encoding": "gzip"}, b"not gzip at all"), "sent a damaged answer"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(5_000_000))), "more than 0 MB"),
        (plain("x" * 200_000), "more than 0 MB"),
        (plain("", 302, Location="https://elsewhere.example/"), "sends us to https://elsewhere.example/"),
    ],
)
def test_an_answer_that_breaks_off_or_never_ends_is_refused(run, locator, answer, words):
    locator.instead["CO 1"] = [lambda: answer] * 4
    assert words in run()["refused"]
    assert nothing_is_written()


def test_a_locator_that_is_away_is_told_in_one_sentence(run, locator):
    locator.url = "http://127.0.0.1:9/v2"
    assert "could not be reached or broke off (Connection refused), 4 times" in run()["refused"]


# --- switched off -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("set_to", "words"),
    [
        ({}, "DIRECTORY_SYNC=on"),
        ({"DIRECTORY_SYNC": "on"}, "DIRECTORY_SYNC_CONTACT"),
        ({"DIRECTORY_SYNC": "on", "DIRECTORY_SYNC_CONTACT": "me"}, "DIRECTORY_SYNC_CONTACT"),
        (
            {"DIRECTORY_SYNC": "on", "DIRECTORY_SYNC_CONTACT": "a@b.example", "DIRECTORY_SYNC_URL": "http://b.example"},
            "DIRECTORY_SYNC_URL must begin with https://",
        ),
    ],
)
def test_it_is_off_until_it_is_wished_and_says_how(settings, capsys, set_to, words):
    for name, value in set_to.items():
        setattr(settings, name, value)
    assert cli.run(["directory", "sync", "--json"]) == 2
    said = capsys.readouterr()
    assert words in json.loads(said.out)["refused"]
    assert len(said.err.splitlines()) == 1


def test_a_state_without_a_number_is_wrong_use(capsys):
    with pytest.raises(SystemExit):
        cli.run(["directory", "sync", "--state", "PR"])
    assert "'PR' is not a state that the locator numbers" in capsys.readouterr().err


def test_two_runs_at_once_are_one_too_many(run):
    with findtreatment_api.alone(run.folder):
        assert run()["refused"] == "Another sync is running on this machine."


@pytest.mark.parametrize(
    "url", ["http://findtreatment.gov/", "ftp://a.example", "file:///etc/passwd", "https://", "", "http://[", "//x"]
)
def test_only_https_or_this_machine_is_asked(url):
    assert why_not_address(url)
    with pytest.raises(Stopped):
        Guest("it", "a@b.example").get(url)


@pytest.mark.parametrize("contact", ["", "me", "@", "a@b\r\nX: y", "ü@b.example", "http://b.example", "a@" + "b" * 300])
def test_a_contact_is_one_and_cannot_write_headers(contact):
    assert why_not_contact(contact)


# --- any bytes ----------------------------------------------------------------------------------
WHOLE = FakeLocator().page("CO", 1, 2)


@settings(max_examples=200, deadline=None)
@given(
    at=st.integers(0, len(WHOLE)), cut=st.integers(0, 90), put=st.binary(max_size=30), end=st.integers(0, len(WHOLE))
)
def test_any_bytes_are_a_page_or_a_wrong_answer(at, cut, put, end):
    for raw in (WHOLE[:at] + put + WHOLE[at + cut :], WHOLE[:end], put):
        try:
            page = page_of(raw, "CO", 1)
        except WrongAnswer as error:
            assert str(error).startswith("CO, page 1: ")  # noqa: PT017 - either outcome is right
            continue
        assert page.rows


def test_a_locator_that_drips_does_not_hold_us_for_ever(locator):
    guest = Guest("FindTreatment.gov", "desk@example.org", whole_seconds=-1, sleep=lambda _: None)
    with pytest.raises(Stopped, match="took longer than -1 seconds for one answer, 4 times in a row"):
        guest.get(address(locator.url, "CO", 1, 2))
