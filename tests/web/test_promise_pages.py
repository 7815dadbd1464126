"""What the pages say of the time that was named, who is on, who runs this and how we are doing: true at that moment."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from handrail.actions import ask, messages
from handrail.records.casebook.models import HelpRequest, Message
from handrail.records.directory.models import MonthlyFigure, ServicePulse
from handrail.records.ledger.signing import signed
from handrail.web.person import promise_words
from handrail.web.public import figures, pulse
from tests import build

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(second=0, microsecond=0)
NOON = NOW.replace(hour=19, minute=0)  # in Denver it is noon or 1 PM, far from any midnight


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def text_of(response) -> str:
    html = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("\N{NO-BREAK SPACE}", " ")
    return html.replace("&#x27;", "'")


class Asker:
    """Somebody who asked now, and both of their pages at any later minute."""

    def __init__(self, client: Client, monkeypatch, **answers) -> None:
        self.client, self.monkeypatch = client, monkeypatch
        self.token = ask.keep("", {**build.ANSWERS, **answers}, now=NOON)
        self.sent = ask.send(self.token, now=NOON)
        client.cookies["a"] = self.token

    @property
    def row(self) -> HelpRequest:
        return HelpRequest.objects.select_related("person").get(pk=self.sent.request_id)

    def sees(self, minutes: float) -> tuple[str, str]:
        """The done page and the status page at this minute."""
        for module in ("ask", "status"):
            self.monkeypatch.setattr(f"handrail.web.person.{module}.timezone.now", lambda: at(minutes))
        done = self.client.get("/ask/done/")
        self.client.post("/status/", {"code": self.sent.code})
        return text_of(done), text_of(self.client.get("/status/"))

    def hears(self, minutes: float) -> tuple[str, str]:
        """The boxes of both pages: all that is said first."""
        return tuple(page.split("Your code")[0].split("Check again")[0] for page in self.sees(minutes))


@pytest.fixture
def asker(client, monkeypatch, cast):
    return lambda **answers: Asker(client, monkeypatch, **answers)


def denver(minutes: float) -> str:
    return at(minutes).astimezone(ZoneInfo("America/Denver")).strftime("%I:%M %p").lstrip("0")


def test_with_somebody_on_both_pages_name_one_time(asker, cast):
    build.shift(cast.tasha, start=at(-60))
    person = asker()
    for page in person.hears(1):
        assert f"by {denver(5)}" in page
        assert "Nobody is on shift" not in page
        assert "late" in page, "what happens if we are late is said before it happens"
        assert "open now" not in page
    assert "A person will text you by" in person.hears(1)[0]


def test_with_nobody_on_the_true_time_stands_with_the_open_lines(asker, cast):
    build.shift(cast.tasha, start=at(90))
    for page in asker().hears(1):
        assert f"by {denver(95)}" in page or f"at {denver(95)}" in page
        assert "Nobody is on shift right now." in page
        for number in ("911", "988", "1-800-662-4357"):
            assert number in page
        assert "We are late" not in page


def test_with_no_shift_planned_no_time_is_named(asker):
    for page in asker().hears(1):
        box = page.split("We can't say yet when a person will reach you. We are sorry.")
        assert len(box) == 2, page
        assert not re.search(r"\d{1,2}:\d\d [AP]M", box[1])
        assert "988" in box[1]
        assert "We are late" not in page


def test_late_is_said_first_with_our_number_and_the_open_lines(asker, cast):
    build.shift(cast.tasha, start=at(-60))
    for page in asker().hears(9):
        head = page.split("We are late. We are sorry.")
        assert len(head) == 2
        assert f"We said {denver(5)}." in head[1]
        assert "Call us now" in head[1]
        assert "988" in head[1]
        assert "by " + denver(5) not in page.replace("We said", "")


def test_late_with_nobody_on_names_the_new_time_and_does_not_offer_a_call(asker, cast):
    on = build.shift(cast.tasha, start=at(-60), hours=1.2)
    person = asker()
    on.delete()
    build.shift(cast.tasha, start=at(60))
    for page in person.hears(9):
        assert f"We are late. We are sorry. The new time is {denver(65)}" in page
        assert f"We said {denver(5)}." in page
        assert "Call us now" not in page
        assert "988" in page


def test_a_time_that_cannot_be_kept_any_more_is_taken_back_before_it_passes(asker, cast):
    on = build.shift(cast.tasha, start=at(-60))
    person = asker()
    on.delete()
    for page in person.hears(1):
        assert f"We can't reach you by {denver(5)}. We are sorry." in page
        assert "we do not know yet when the next person starts" in page
    assert person.row.due_at == at(5), "the queue still counts from the time that was said"


def test_late_outside_the_hours_the_person_picked(asker, cast):
    build.shift(cast.tasha, start=at(-60), hours=100)
    person = asker()
    hour = (int(denver(0).split(":")[0]) % 12) + (12 if denver(0).endswith("PM") else 0)
    rule = person.row.person.rule.as_data() | {"hours": ((hour + 3) % 24, (hour + 5) % 24)}
    row = person.row
    row.person.set_rule(type(row.person.rule).from_data(rule))
    with transaction.atomic(), signed("test", "rule", stream=row.stream, now=NOW):
        row.person.save()
    for page in person.hears(9):
        assert "We are late. We are sorry. The new time is" in page
        assert "We reach you only in the hours you picked." in page


def test_once_a_counselor_has_written_we_are_not_late(asker, cast):
    build.shift(cast.tasha, start=at(-60))
    person = asker()
    ask.take(person.row, actor=cast.actor("tasha"), why="Free", now=at(3))
    assert "We are late" in person.hears(9)[1], "taken is not yet reached out"
    messages.was_sent(str(Message.objects.get(purpose="first_contact").pk), now=at(3))
    _done, status = person.hears(9)
    assert "We are late" not in status
    assert f"wrote to you at {denver(3)}" in status


def test_without_a_phone_the_page_itself_is_where_news_comes(asker, cast):
    build.shift(cast.tasha, start=at(-60))
    for page in asker(channel="code", address="").hears(1):
        assert f"Look here for news by {denver(5)}" in page


def test_an_interpreter_is_named_when_nobody_on_speaks_the_language(asker, cast):
    build.shift(cast.tasha, start=at(-60))
    for page in asker(language="es").hears(1):
        assert "Nobody who is on then speaks Spanish. We call an interpreter to join." in page
    build.shift(cast.omar, start=at(-60))
    for page in asker(language="es").hears(1):
        assert "interpreter" not in page


def test_who_helps_is_shown_with_the_training_they_have(asker, cast):
    build.shift(cast.tasha, start=at(-60))
    cast.tasha.credential = "Peer coach, CPRS"
    cast.tasha.save()
    person = asker()
    ask.take(person.row, actor=cast.actor("tasha"), why="Free", now=at(1))
    assert "Tasha R., counselor. Training: Peer coach, CPRS." in person.sees(2)[1]
    cast.tasha.credential = ""
    cast.tasha.save()
    assert "Tasha R., counselor. They have told us of no certificate." in person.sees(2)[1]


def test_late_at_a_later_stage_has_the_lines_and_offers_a_call_only_while_somebody_is_on(asker, cast):
    on = build.shift(cast.tasha, start=at(-60))
    person = asker()
    ask.take(person.row, actor=cast.actor("tasha"), why="Free", now=at(1))
    step = {"outcome": "no_answer", "note": "", "next_step": "Call", "next_at": at(20)}
    ask.record_contact(person.row, actor=cast.actor("tasha"), now=at(2), **step)
    page = person.hears(30)[1]
    assert f"We said you would hear from us by {denver(20)}." in page
    assert "988" in page
    assert "Call us now" in page
    on.delete()
    page = person.hears(30)[1]
    assert "Nobody is on shift right now." in page
    assert "Call us now" not in page


def test_every_state_has_a_sentence():
    for standing, why, has_next in (
        *(("late", why, has_next) for why in ("nobody", "hours") for has_next in (True, False)),
        ("late", "free", False),
        *(("broken", "nobody", has_next) for has_next in (True, False)),
        *(("no_time", why, False) for why in ("nobody", "free")),
    ):
        sentence = promise_words.NEW[standing, why, has_next]
        assert str(sentence.head)
        assert "%(next)s" not in str(sentence.plain)


# --- home ------------------------------------------------------------------------------------------


def test_home_stops_saying_who_is_on_at_a_change_of_shift(client):
    now = timezone.now()
    ServicePulse.objects.create(answering=3, as_of=now - timedelta(minutes=5), changes_at=now - timedelta(minutes=4))
    assert "Right now: 3" not in text_of(client.get("/"))
    ServicePulse.objects.update(changes_at=now + timedelta(minutes=30))
    assert "Right now: 3 people are answering." in text_of(client.get("/"))


def test_the_spanish_page_says_who_speaks_it(client):
    ServicePulse.objects.create(answering=3, speaking={"en": 3, "es": 1}, as_of=NOW)
    assert dict(pulse.read_pulse().speaking) == {"en": 3, "es": 1}
    words = client.get("/es/").content.decode()
    ServicePulse.objects.update(speaking={"en": 3})
    other = client.get("/es/").content.decode()
    assert words != other
    assert "speaks your language" not in text_of(client.get("/"))


# --- about -----------------------------------------------------------------------------------------


def figure(name: str, count: int | None, share: int | None = None, share_is: str = "", month: int = 10) -> None:
    MonthlyFigure.objects.create(
        month=date(2025, month, 1), name=name, count=count, share=share, share_is=share_is, as_of=NOW
    )


def test_about_says_who_runs_it_and_who_pays_or_that_nobody_said(client, settings):
    settings.SERVICE_OPERATOR, settings.SERVICE_FUNDERS = "", ""
    words = text_of(client.get("/about/"))
    assert "Nobody runs this copy as a real service" in words
    assert "The operator has not said who pays for this service yet." in words
    assert "No month is over yet" in words
    settings.SERVICE_OPERATOR, settings.SERVICE_FUNDERS = "Fernhollow Health", "the county of Fernhollow"
    words = text_of(client.get("/about/"))
    assert "is run by Fernhollow Health." in words
    assert "This service is paid for by the county of Fernhollow." in words
    assert "No program pays us to send people." in words


def test_about_prints_the_numbers_and_hides_small_ones(client):
    figure("asked", 214)
    figure("kept", None, 93, "least")
    figure("never_reached", None, 5, "most")
    figure("unnamed", None)
    figure("put_right", 12)
    figure("decline_no_opening", 31)
    figure("decline_past_incident", None)
    figure("asked", 17, month=9)
    words = text_of(client.get("/about/"))
    for said in (
        "October 2025 Asked us for help 214 We reached out by the time we said 93% or more",
        "We could not name a time fewer than 11",
        "Asked, and never talked with us 5% or less",
        "Facts about places that were wrong and we put right 12",
        "A place said no. No room 31",
        "A place said no, for each other reason fewer than 11",
        "September 2025 Asked us for help 17",
        "How we count",
    ):
        assert said in words.replace("\N{NO-BREAK SPACE}", " "), said
    assert "Something that happened there before" not in words


def test_a_month_that_is_not_over_is_not_shown(client):
    MonthlyFigure.objects.create(month=NOW.date().replace(day=1), name="asked", count=99, as_of=NOW)
    assert "No month is over yet" in text_of(client.get("/about/"))


def test_about_answers_without_the_database_from_what_was_last_known(client):
    figure("asked", 214)

    def away(*_args, **_kwargs):
        raise OperationalError("the database is away")

    client.get("/about/")
    with connection.execute_wrapper(away):
        assert "214" in text_of(client.get("/about/"))
        figures._last.clear()
        words = text_of(client.get("/about/?again"))
    assert "We can't show the numbers right now." in words
    assert "1-800-662-4357" in words
