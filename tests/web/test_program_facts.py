"""The page on which a program says facts of itself: what it shows, saves, refuses, and to whom it opens."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from handrail.core.facts import FACTS
from handrail.core.own_words import MAY_SAY, TOPICS
from handrail.records.directory.models import Fact, Program
from handrail.web.fact_words import FACT_WORDS
from handrail.web.program.words import OWN_WORDS, TOPIC_WORDS
from tests import build
from tests.web.program_cast import a_program, a_worker, signed_in

pytestmark = pytest.mark.django_db

FACTS_PAGE, STILL_RIGHT = "/program/facts/", "/program/facts/still-right/"


@pytest.fixture
def scene() -> tuple[Client, Program]:
    """A program of which a list says that it takes Medicaid, and its intake worker."""
    program = build.program("River House", slug="river-house", codes="SA MD")
    return signed_in(a_worker(program)), program


def page(client: Client, **query: str) -> str:
    return unescape(client.get(FACTS_PAGE, query).content.decode())


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text)


def seen_of(text: str, topic: str) -> str:
    found = re.search(rf'name="topic" value="{topic}"><input type="hidden" name="seen" value="(\w+)"', text)
    assert found
    return found[1]


def form_of(client: Client, topic: str) -> dict[str, str]:
    """A topic's form as a browser sends it when nothing is touched."""
    text = page(client)
    part = text.split(f'<details id="{topic}"')[1].split("</details>")[0]
    sent = {"topic": topic, "seen": seen_of(text, topic)}
    for name, value in re.findall(r'<input type="radio" name="(\w+)" value="(\w+)"[^>]* checked', part):
        sent[name] = value
    for key in TOPICS[topic]:
        if FACTS[key].is_text:
            found = re.search(rf'<input id="fact_{key}" name="{key}" value="([^"]*)"', part)
            assert found
            sent[key] = found[1]
    return sent


def save(client: Client, topic: str, **said: str):
    return client.post(FACTS_PAGE, {**form_of(client, topic), **said})


def said() -> dict[str, str]:
    return dict(Fact.objects.values_list("key", "value"))


def test_every_fact_has_a_field_and_words(scene) -> None:
    client, _ = scene
    text = page(client)
    for key in MAY_SAY:
        assert f'name="{key}"' in text
        assert str(OWN_WORDS.get(key, FACT_WORDS[key])) in text
    assert [key for key in FACTS if key not in MAY_SAY and f'name="{key}"' in text] == []
    assert set(TOPIC_WORDS) == set(TOPICS)
    assert set(OWN_WORDS) <= MAY_SAY


def test_untouched_forms_say_nothing(scene) -> None:
    client, _ = scene
    for topic in TOPICS:
        answer = save(client, topic)
        assert answer.headers["Location"] == f"/program/facts/?at=river-house&open={topic}#{topic}"
    assert said() == {}
    assert "Nothing is new" in page(client)
    assert "Nothing is new" not in page(client)


def test_what_is_said_stands_on_both_pages_with_who_and_when(scene) -> None:
    client, program = scene
    assert "Page: Yes. Sample directory" in plain(page(client))
    assert save(client, "plans", medicaid="no").status_code == 302
    assert save(client, "money", up_front_payment="yes", up_front_amount="$150 for the first visit").status_code == 302
    assert said() == {"medicaid": "no", "up_front_payment": "yes", "up_front_amount": "$150 for the first visit"}
    text = page(client)
    part = text.split('<details id="money"')[1].split("</details>")[0]
    assert "Saved 2 answers. Your page shows them." in part
    assert "Page: No. Luis M., today, good until" in plain(text)
    assert 'value="$150 for the first visit"' in text
    assert form_of(client, "plans")["medicaid"] == "no"
    public = unescape(Client().get(f"/p/{program.slug}/").content.decode())
    assert "Said by the program, today" in public
    assert save(client, "plans", medicaid="silent").status_code == 302
    assert save(client, "money", up_front_amount="").status_code == 302
    assert said() == {"up_front_payment": "yes"}


def test_what_is_not_known_or_runs_out_soon_comes_first(scene) -> None:
    client, _ = scene
    for topic in TOPICS:
        words = {key: "Some" if FACTS[key].is_text else "yes" for key in TOPICS[topic]}
        if topic != "money":
            save(client, topic, **words | ({"smoking": "allowed"} if topic == "rules" else {}))
    save(client, "money", self_pay="yes", free="no")
    Fact.objects.filter(key__in=["free", "pets"]).update(expires_on=timezone.now().date() + timedelta(days=9))
    text = page(client)
    assert re.findall(r'<details id="(\w+)"', text)[:2] == ["money", "rules"]
    assert re.findall(r'<details id="(\w+)" open', text) == ["money"]
    assert "1 runs out soon, 5 not known" in text
    assert "All known" in text
    for topic, keys in (("money", ["free", "self_pay"]), ("rules", ["pets", "phones"])):
        part = text.split(f'<details id="{topic}"')[1].split("</details>")[0]
        places = [part.index(f'name="{key}"') for key in keys]
        assert places == sorted(places)


def test_a_word_that_ran_out_is_told_and_put_in_nobodys_mouth(scene) -> None:
    client, _ = scene
    save(client, "rules", pets="Cats only")
    save(client, "start", walk_in="yes")
    Fact.objects.update(expires_on=timezone.now().date() - timedelta(days=1))
    text = page(client)
    assert "You said: Cats only. That ran out yesterday." in text
    assert "2 have run out." in text
    assert "walk_in" not in form_of(client, "start")
    assert form_of(client, "rules")["pets"] == ""
    for topic in ("rules", "start"):
        save(client, topic)
    assert said() == {"pets": "Cats only", "walk_in": "yes"}
    save(client, "start", walk_in="silent")
    assert said() == {"pets": "Cats only"}


def test_still_right_renews_everything_once(scene) -> None:
    client, _ = scene
    save(client, "rules", pets="Cats only")
    soon = timezone.now().date() + timedelta(days=3)
    Fact.objects.update(expires_on=soon)
    found = re.search(r'name="seen" value="(\w+)">\s*<button class="btn high fill">', page(client))
    assert found
    for _n in range(2):
        answer = client.post(STILL_RIGHT, {"seen": found[1]})
        assert answer.headers["Location"] == "/program/facts/?at=river-house"
    assert Fact.objects.get().expires_on == timezone.now().date() + timedelta(days=90)
    assert client.get(STILL_RIGHT).headers["Location"] == FACTS_PAGE


def test_a_stale_page_changes_nothing_and_a_double_click_saves_once(scene) -> None:
    client, program = scene
    old = form_of(client, "rules")
    for _n in range(2):
        assert client.post(FACTS_PAGE, {**old, "pets": "Cats only"}).status_code == 302
    colleague = signed_in(a_worker(program, name="Rosa"))
    answer = colleague.post(FACTS_PAGE, {**old, "pets": "No pets"})
    assert answer.status_code == 409
    assert "Somebody changed this" in answer.content.decode()
    Fact.objects.update(expires_on=timezone.now().date() + timedelta(days=3))
    assert colleague.post(STILL_RIGHT, {"seen": "0" * 16}).status_code == 409
    assert said() == {"pets": "Cats only"}


@pytest.mark.parametrize(
    ("topic", "key", "value", "words"),
    [
        ("rules", "pets", "x" * 201, "Keep this to 200 letters."),
        ("rules", "pets", "unknown", "Use plain words, or leave it empty."),
        ("rules", "pets", "Cats\u202e", "Use plain words, or leave it empty."),
        ("rules", "smoking", "yes", "Choose one of these."),
        ("start", "walk_in", "perhaps", "Choose one of these."),
    ],
)
def test_what_cannot_be_said_is_kept_as_typed_with_the_reason(scene, topic, key, value, words) -> None:
    client, _ = scene
    answer = save(client, topic, **{key: value})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in text
    assert re.findall(r'<details id="(\w+)" open', text) == [topic]
    assert text.count(words) == 2
    assert not FACTS[key].is_text or f'value="{value}"' in text
    assert said() == {}


def test_a_text_that_was_not_sent_is_not_taken_back_and_silent_is_a_word(scene) -> None:
    client, _ = scene
    save(client, "rules", phones="silent", pets="Cats only")
    assert said() == {"phones": "silent", "pets": "Cats only"}
    client.post(FACTS_PAGE, {"topic": "rules", "seen": form_of(client, "rules")["seen"], "pets": "Dogs"})
    assert said() == {"phones": "silent", "pets": "Dogs"}


def test_an_address_without_its_topic_is_not_there(scene) -> None:
    assert scene[0].post(FACTS_PAGE, {"topic": "licence"}).status_code == 404


@pytest.mark.parametrize("address", [FACTS_PAGE, STILL_RIGHT])
def test_who_may_open_it(scene, address: str) -> None:
    _, program = scene
    assert Client().post(address).headers["Location"].startswith("/account/login/")
    for role in ("counselor", "supervisor", "steward", "editor"):
        assert signed_in(a_worker(role=role)).post(address).status_code == 404
    other = signed_in(a_worker(a_program("Oak Street Clinic")))
    assert other.post(address, {"at": program.slug, "topic": "rules", "pets": "Cats"}).status_code == 404
    assert other.get(FACTS_PAGE, {"at": program.slug}).status_code == 404
    assert signed_in(a_worker()).post(address).status_code == 404
    assert b"not linked to a program" in signed_in(a_worker()).get(FACTS_PAGE).content
    assert said() == {}


def test_a_worker_with_two_programs_speaks_for_the_one_on_the_page() -> None:
    river, oak = a_program("River House"), a_program("Oak Street Clinic")
    client = signed_in(a_worker(river, oak))
    text = page(client, at=river.slug)
    data = {"at": river.slug, "topic": "rules", "pets": "Cats", "seen": seen_of(text, "rules")}
    assert client.post(FACTS_PAGE, data).status_code == 302
    assert Fact.objects.get().program == river
    assert f'href="{reverse("program_facts")}?at={river.slug}"' in text


def test_the_page_reads_the_same_few_rows_however_much_was_said(scene) -> None:
    client, _ = scene
    counts = []
    for topic in ("rules", "start"):
        save(client, topic, **({"pets": "Cats", "phones": "Kept safe"} if topic == "rules" else {"walk_in": "yes"}))
        page(client)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 22
