"""Sealed fields: nothing private stands in the store in clear, and nothing private can be searched."""

import sqlite3
import uuid
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models

from handrail.actions import ask, messages, person, refer
from handrail.records.casebook.models import HelpRequest, Message, Person, Task
from handrail.records.fields import SealedData, SealedText, personal, public
from tests import build

# What the person of this test tells us; none of it may be readable in the store.
PRIVATE = {
    "name": "Zephyrine",
    "address": "+13035550199",
    "words": "quokka-words-of-mine",
    "say_we_are": "the-pickle-library",
    "place": "Vexingham Hollow",
    "flags": ["pregnant", "left_jail"],
}
LATER = ["narwhal-note", "marmoset-visit-note", "axolotl-person-note", "wombat-next-step"]


def test_a_sealed_field_cannot_be_searched():
    with pytest.raises(FieldError, match="blind index"):
        Person.objects.filter(chosen_name="Wren")
    with pytest.raises(FieldError, match="blind index"):
        HelpRequest.objects.filter(answers__contains="Wren")


def test_a_private_field_that_is_not_sealed_cannot_be_declared():
    with pytest.raises(FieldError, match="sealed"):
        personal(models.CharField(max_length=10))


@pytest.mark.django_db
@pytest.mark.parametrize("data", [{}, {"a": [1, None, "é"]}, [], "text", 0, None])
def test_sealed_data_comes_back_as_it_went_in(data):
    field = HelpRequest._meta.get_field("facts")
    stored = field.get_prep_value(data)
    assert field.from_db_value(stored, None, connection) == data
    assert isinstance(field, SealedData)


def test_public_is_for_fields_of_any_kind():
    assert public(models.CharField(max_length=1)).privacy == "public"
    assert personal(SealedText()).privacy == "personal"


def live(at, cast) -> str:
    """One request with private words in every place that can hold them; its code."""
    tasha, luis = cast.actor("tasha"), cast.actor("luis")
    sent = build.sent(now=at, **PRIVATE)
    request = HelpRequest.objects.select_related("person").get(pk=sent.request_id)
    ask.take(request, actor=tasha, why="Free", now=at)
    soon = at.replace(year=at.year + 1)
    contact = {"outcome": "reached", "note": LATER[0], "next_step": LATER[3], "next_at": soon}
    ask.record_contact(request, actor=tasha, now=at, **contact)
    person.write_note(request, text=LATER[2], now=at)
    referral = build.ask_program(request, cast.river_house, actor=tasha, now=at)
    refer.facts_for(referral, actor=luis, now=at)
    refer.acknowledge(referral, actor=luis, now=at)
    refer.accept(referral, actor=luis, visit_at=soon, visit_note=LATER[1], now=at)
    message = Message.objects.first()
    assert messages.claim(str(message.pk), now=at) is not None
    return sent.code


@pytest.mark.django_db(transaction=True)
def test_the_store_shows_no_name_no_number_no_note_no_answer_and_no_code(at, cast, tmp_path):
    code = live(at, cast)
    everything = stored_bytes(tmp_path)
    assert Task.objects.exists()
    assert b"River House" in everything  # the net catches what is public
    words = [*LATER, *(value for value in PRIVATE.values() if isinstance(value, str)), "left_jail", code, "3035550199"]
    for word in words:
        for form in (word, word.lower(), word.encode("utf-16-le").decode("latin-1")):
            assert form.encode("latin-1") not in everything, word


def stored_bytes(folder: Path) -> bytes:
    """Every byte that the database has stored: the file and its log on SQLite, every row of every table else."""
    if connection.vendor == "sqlite":
        path = folder / f"{uuid.uuid4().hex}.sqlite3"
        copy = sqlite3.connect(path)
        connection.ensure_connection()
        connection.connection.backup(copy)
        copy.close()
        return path.read_bytes()
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT CAST(t.* AS text) FROM "{table}" AS t')
            parts += [row[0].encode() for row in cursor.fetchall()]
    return b"\n".join(parts)
