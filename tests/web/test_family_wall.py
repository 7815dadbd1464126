"""The family wall: a family learns nothing but what a yes in force says, and the person decides what reaches them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handrail.actions import ask, family, person, refer
from handrail.actions._frame import Forbidden, Refused
from handrail.core.code import show_code
from handrail.records.casebook.models import FamilyLink, HelpRequest, Referral, TimelineEntry
from handrail.records.ledger.models import Entry
from handrail.records.ledger.signing import signed
from tests import build
from tests.cast import Cast
from tests.house.test_access import browser

pytestmark = pytest.mark.django_db

WORDS = "May their messages reach you?"
IN_TOUCH = "They said we may tell you: they are in touch with us."
WHERE = "They said we may tell you where they go: River House."
OF_THE_PERSON = ("River House", "Bird", "Tasha", "Fernhollow", "Secret note", "303-555-0142", "Ask for Ana")


class Two:
    """A person who talks with tasha, and their mother, each with their own request and code."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.tasha, self.now = cast, cast.actor("tasha"), timezone.now()
        self._theirs = build.sent(now=self.now)
        self._family = build.sent(now=self.now, who="someone", name="Rosa", address="+13035550177", place="", zip="")
        self.code = self._family.code

    def row(self, which: str = "person") -> HelpRequest:
        sent = self._family if which == "family" else self._theirs
        return HelpRequest.objects.select_related("person", "owner").get(pk=sent.request_id)

    def talk(self) -> None:
        ask.take(self.row(), actor=self.tasha, why="Free", now=self.now)
        step = {"next_step": "Look", "next_at": self.now + timedelta(hours=1)}
        ask.record_contact(self.row(), actor=self.tasha, outcome="reached", note="Secret note", now=self.now, **step)

    def link(self, *scopes: str) -> FamilyLink:
        return family.link(
            self.row(), actor=self.tasha, family=self.row("family"), scopes=list(scopes), words=WORDS, now=self.now
        )

    def unlink(self) -> None:
        for held in FamilyLink.objects.living().filter(request=self.row()):
            family.unlink(self.row(), actor=self.row().actor(), link_id=held.pk, now=self.now)

    def stop_telling(self, scope: str) -> None:
        for held in FamilyLink.objects.living().filter(request=self.row()):
            family.stop_telling(self.row(), actor=self.row().actor(), link_id=held.pk, scope=scope, now=self.now)

    def open(self, which: str) -> Client:
        visitor, sent = Client(), self._family if which == "family" else self._theirs
        assert visitor.post("/status/", {"code": show_code(sent.code)}).status_code == 302
        return visitor

    def page(self, which: str) -> str:
        text = self.open(which).get("/status/").content.decode().replace("\N{NO-BREAK SPACE}", " ")
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


@pytest.fixture
def two(cast: Cast) -> Two:
    made = Two(cast)
    made.talk()
    return made


def test_a_link_is_the_persons_own_and_signed_in_both_streams(two: Two) -> None:
    before = two.page("family")
    made = two.link()
    assert made.words == WORDS
    assert made.heard_by == two.tasha.key
    for which in ("person", "family"):
        assert Entry.objects.filter(stream=two.row(which).stream, verb="link_family").count() == 1
    theirs = Entry.objects.get(stream=two.row("family").stream, verb="link_family")
    assert str(two.row().pk) not in str(theirs.wrote)
    assert two.page("family") == before, "a link alone tells the family nothing"
    assert not TimelineEntry.objects.filter(request=two.row("family"), by=two.tasha.key).exists()


def test_only_the_desk_links_and_only_once(two: Two, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        family.link(
            two.row(), actor=two.row("family").actor(), family=two.row("family"), scopes=[], words=WORDS, now=two.now
        )
    two.link()
    with pytest.raises(Refused, match="linked_already"):
        two.link()
    with pytest.raises(Refused, match="consent_without_words"):
        family.link(two.row(), actor=two.tasha, family=two.row("family"), scopes=[], words=" ", now=two.now)
    with pytest.raises(Refused, match="link_from_family"):
        family.link(two.row("family"), actor=two.tasha, family=two.row(), scopes=[], words=WORDS, now=two.now)
    two.link("in_touch")
    assert FamilyLink.objects.living().count() == 1, "a second yes takes the place of the first"


def test_the_database_itself_keeps_one_living_link_and_none_to_itself(two: Two) -> None:
    made = two.link()
    same: dict[str, Any] = {"request": two.row(), "words": WORDS, "heard_by": "x", "at": two.now}
    for other in (two.row("family"), two.row()):
        with pytest.raises(IntegrityError), transaction.atomic(), signed("test", "try", stream="test", now=two.now):
            FamilyLink(family_request=other, **same).save(force_insert=True)
    two.unlink()
    made.refresh_from_db()
    assert made.revoked_at == two.now
    two.link()


def test_a_scope_tells_one_sentence_and_taking_it_back_leaves_no_trace(two: Two, cast: Cast) -> None:
    before = two.page("family")
    two.link("in_touch", "where")
    told = two.page("family")
    assert IN_TOUCH in told
    assert "where they go" not in told, "nothing is booked"
    build.ask_program(two.row(), cast.river_house, actor=two.tasha, now=two.now)
    assert two.page("family") == told
    two.stop_telling("in_touch")
    assert two.page("family") == before
    two.unlink()
    assert two.page("family") == before


def test_where_names_the_place_once_it_said_yes_and_never_when(two: Two, cast: Cast) -> None:

    two.link("where")
    asked = build.ask_program(two.row(), cast.river_house, actor=two.tasha, now=two.now)
    visit = {"visit_at": two.now + timedelta(days=1), "visit_note": "Ask for Ana."}
    refer.accept(asked, actor=two.tasha, now=two.now, **visit)
    page = two.page("family")
    assert WHERE in page
    assert "Ask for Ana" not in page
    assert IN_TOUCH not in page


def test_a_message_shows_only_when_linked_and_wanted_and_the_family_does_not_learn(two: Two) -> None:
    mother = two.open("family")
    assert mother.post("/status/message/", {"message": "I love you. Come home."}).status_code == 302
    assert two.row("family").next_action in ("read_note", "reach")
    before = two.page("family")
    assert "I love you." in before
    assert "message" not in two.page("person").lower()
    two.link()
    held = FamilyLink.objects.get()
    waiting = two.page("person")
    assert "They left you a message." in waiting
    assert "I love you." not in waiting
    child = two.open("person")
    entry = TimelineEntry.objects.get(kind="family", request=two.row("family"))
    child.post("/status/family/", {"link": held.pk, "message": entry.pk, "do": "read"})
    assert "I love you." in two.page("person")
    child.post("/status/family/", {"link": held.pk, "do": "take_back"})
    after = two.page("person")
    assert "I love you." not in after
    assert "Rosa" not in re.sub(r'class="said".*?</p>', "", after)
    assert two.page("family") == before
    two.link()
    assert "I love you." in two.page("person"), "they had said yes to this one"


def test_a_message_that_is_not_wanted_is_never_shown(two: Two) -> None:
    two.open("family").post("/status/message/", {"message": "You must stop."})
    held = two.link()
    entry = TimelineEntry.objects.get(kind="family", request=two.row("family"))
    before = two.page("family")
    two.open("person").post("/status/family/", {"link": held.pk, "message": entry.pk, "do": "no"})
    assert "You must stop." not in two.page("person")
    assert two.page("family") == before
    with pytest.raises(Refused):
        family.answer_message(
            two.row(), actor=two.row().actor(), link_id=held.pk, message_id=str(entry.pk), wants=True, now=two.now
        )


def test_nobody_reads_a_message_of_somebody_elses_family(two: Two, cast: Cast) -> None:
    two.open("family").post("/status/message/", {"message": "For my son alone."})
    held = two.link()
    stranger = build.talking(actor=two.tasha, now=two.now, name="Other")
    entry = TimelineEntry.objects.get(kind="family", request=two.row("family"))
    for link_id in (held.pk, stranger.pk):
        with pytest.raises(Refused, match="no_link"):
            family.answer_message(
                stranger, actor=stranger.actor(), link_id=link_id, message_id=str(entry.pk), wants=True, now=two.now
            )


def test_a_familys_code_opens_nothing_of_the_person(two: Two, cast: Cast) -> None:
    two.open("family").post("/status/message/", {"message": "Hello."})
    held = two.link("in_touch")
    mother = two.open("family")
    for do in ("take_back", "read", "in_touch"):
        mother.post("/status/family/", {"link": held.pk, "do": do, "message": "1"})
    held.refresh_from_db()
    assert held.revoked_at is None
    assert held.scopes == ["in_touch"]
    assert two.row().stage == "talking"
    mother.post("/status/pause/", {})
    assert two.row().stage == "talking"
    assert two.row("family").stage == "resting"


def test_stopping_ends_the_links_from_either_side_and_erasing_empties_their_words(two: Two) -> None:
    two.link("in_touch")
    person.stop(two.row("family"), erase=False, now=two.now)
    assert not FamilyLink.objects.living().exists()
    person.come_again(two.row("family"), now=two.now)
    made = two.link("in_touch")
    person.stop(two.row(), erase=True, now=two.now)
    made.refresh_from_db()
    assert made.revoked_at is not None
    assert made.words == ""
    assert made.scopes == []


def test_the_desk_shows_the_wall_and_nothing_of_a_link_on_the_familys_request(two: Two, cast: Cast) -> None:
    desk = browser(cast.tasha)
    ask.take(two.row("family"), actor=two.tasha, why="Free", now=two.now)
    address = f"/desk/r/{two.row('family').pk}/"

    def shown() -> str:
        page = desk.get(address).content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|data-[a-z]+="[^"]*"|"seen_at" value="[^"]+"', "", page)
        return page[page.index('id="person"') :]

    before = shown()
    assert "Do not say whether we know the person they care about." in before
    two.link()
    assert shown() == before
    two.link("in_touch")
    told = shown()
    assert "We may say that they are in touch with us." in told
    for words in OF_THE_PERSON:
        assert (words in told) == (words in before)


def test_the_desk_links_by_code_with_the_words_that_stood_there(two: Two, cast: Cast) -> None:
    desk, row = browser(cast.tasha), two.row()
    address = f"/desk/r/{row.pk}/family/"
    form = {"version": row.version, "code": show_code(two.code).lower(), "tell": ["in_touch"]}
    refused = desk.post(address, form)
    assert refused.status_code == 422
    assert "heard their yes" in refused.content.decode()
    wrong = desk.post(address, {**form, "heard": "yes", "code": "K7M4-R2QX-9T"})
    assert "No living request has this code." in wrong.content.decode()
    assert desk.post(address, {**form, "heard": "yes"}).status_code == 302
    held = FamilyLink.objects.get()
    assert held.scopes == ["in_touch"]
    assert "May their messages reach you?" in held.words
    assert "You may tell them that I am in touch with you." in held.words
    assert "You may tell them where I go." not in held.words
    page = desk.get(f"/desk/r/{row.pk}/").content.decode()
    assert "They take it back: unlink" in page
    row = two.row()
    desk.post(f"/desk/r/{row.pk}/family/unlink/", {"version": row.version, "link": held.pk, "seen_at": ""})
    held.refresh_from_db()
    assert held.revoked_at is not None


def test_staff_choose_only_families_that_left_a_message_to_pass_on(two: Two, cast: Cast) -> None:
    desk = browser(cast.tasha)
    address = f"/desk/r/{two.row().pk}/"
    assert "Rosa" not in desk.get(address).content.decode()
    two.open("family").post("/status/message/", {"message": "Hello."})
    assert "Rosa, no place" in desk.get(address).content.decode()


MOVES = st.lists(
    st.sampled_from(
        ["link", "link_touch", "link_where", "unlink", "less", "note", "message", "refer", "accept", "pause", "again"]
    ),
    max_size=7,
)


@given(MOVES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_the_familys_page_says_no_more_than_a_yes_in_force(cast: Cast, moves: list[str]) -> None:
    with transaction.atomic():
        two = Two(cast)
        two.talk()
        plain = two.page("family")
        mine: list[str] = []
        for number, name in enumerate(moves):
            play(two, name, mine, number)
            page = two.page("family")
            scopes = {
                scope
                for held in FamilyLink.objects.living().filter(request=two.row(), family_request=two.row("family"))
                for scope in held.scopes
            }
            is_in_touch = two.row().stage not in ("new", "contacting", "resting", "stopped")
            assert (IN_TOUCH in page) == ("in_touch" in scopes and is_in_touch)
            allowed = {"River House"} if WHERE in page else set()
            if allowed:
                assert "where" in scopes
            for words in set(OF_THE_PERSON) - allowed:
                assert words not in page
            if not scopes and not mine:
                assert page == plain
        transaction.set_rollback(True)


def play(two: Two, name: str, mine: list[str], number: int) -> None:
    """One thing that happens; what the rules refuse does not."""
    links = {"link": (), "link_touch": ("in_touch",), "link_where": ("in_touch", "where")}
    try:
        if name in links:
            two.link(*links[name])
        elif name == "unlink":
            two.unlink()
        elif name == "less":
            two.stop_telling("in_touch")
        elif name == "note":
            person.reply(two.row(), actor=two.tasha, text="Secret note", now=two.now)
        elif name == "message":
            family.leave_message(two.row("family"), text=f"Message {number}", now=two.now)
            mine.append(name)
        elif name in ("refer", "accept"):
            _place(two, name)
        elif name == "pause":
            person.pause(two.row(), now=two.now)
        else:
            person.come_again(two.row(), now=two.now)
    except Refused:
        pass


def _place(two: Two, name: str) -> None:

    if name == "refer":
        build.ask_program(two.row(), two.cast.river_house, actor=two.tasha, now=two.now)
        return
    asked = Referral.objects.filter(request=two.row(), state="sent").select_related("request__person").first()
    if asked:
        visit = {"visit_at": two.now + timedelta(days=1), "visit_note": "Ask for Ana."}
        refer.accept(asked, actor=two.tasha, now=two.now, **visit)
