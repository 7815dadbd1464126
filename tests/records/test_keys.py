"""Keys: made with care, rotated while the service goes on, and never guessed."""

import json
import threading
import time
from pathlib import Path

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections, transaction

from handrail.project import cli
from handrail.project.rotation import rotate_keys
from handrail.records import keys
from handrail.records.casebook.models import HelpRequest, Person
from handrail.records.casebook.people import address_index
from handrail.records.ledger.models import Entry
from handrail.records.ledger.signing import signed
from handrail.records.ledger.verify import verify
from tests import build


@pytest.fixture(autouse=True)
def own_keys(tmp_path, settings):
    """Each test has a key file of its own."""
    settings.HANDRAIL_KEYS_PATH = tmp_path / "keys.json"
    settings.HANDRAIL_MAY_MAKE_KEYS = True
    keys.forget_keyring()
    yield
    keys.forget_keyring()


def test_a_sealed_value_opens_only_in_its_own_place():
    value = keys.seal("Wren", label="casebook.person.chosen_name")
    assert keys.unseal(value, label="casebook.person.chosen_name") == "Wren"
    with pytest.raises(InvalidTag):
        keys.unseal(value, label="casebook.message.body")


def test_the_same_words_are_sealed_differently_each_time():
    assert keys.seal("Wren", label="x") != keys.seal("Wren", label="x")


def test_a_changed_ciphertext_does_not_open():
    kid, _, body = keys.seal("Wren", label="x").partition("$")
    other = body[:-6] + ("A" if body[-6] != "A" else "B") + body[-5:]
    with pytest.raises(InvalidTag):
        keys.unseal(f"{kid}${other}", label="x")


def test_the_key_file_is_for_its_owner_alone():
    keys.keyring()
    assert Path(settings.HANDRAIL_KEYS_PATH).stat().st_mode & 0o777 == 0o600


def test_production_makes_no_keys_by_itself(settings):
    settings.HANDRAIL_MAY_MAKE_KEYS = False
    with pytest.raises(ImproperlyConfigured, match="handrail keys new"):
        keys.keyring()
    assert not settings.HANDRAIL_KEYS_PATH.exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"current": "k1", "sealing": {}, "index": "", "ledger": ""}'])
def test_a_broken_key_file_is_refused_with_words(text, settings):
    settings.HANDRAIL_KEYS_PATH.write_text(text)
    with pytest.raises(ImproperlyConfigured):
        keys.keyring()


def test_keys_new_never_writes_over_keys(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HANDRAIL_DATA", str(tmp_path / "new"))
    assert cli.run(["keys", "new"]) == 0
    before = (tmp_path / "new" / "keys.json").read_text()
    assert len((tmp_path / "new" / "secret.txt").read_text()) >= 50
    assert cli.run(["keys", "new"]) == 2
    assert "Nothing was changed" in capsys.readouterr().err
    assert (tmp_path / "new" / "keys.json").read_text() == before


@pytest.mark.django_db
def test_rotation_seals_every_value_anew_and_everything_still_opens(at, cast):
    request = build.referral(cast.river_house, actor=cast.actor("tasha"), now=at, name="Wren").request
    seed = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    factor = Authenticator.objects.create(user=cast.tasha, type=Authenticator.Type.TOTP, data={"secret": seed})
    found_by = request.person.address_index
    before = keys.keyring().current
    result = rotate_keys()
    assert result.key != before
    assert (result.left, keys.keyring().current) == (0, result.key)
    assert result.values > 5
    raw = raw_values("casebook_person", "chosen_name") + raw_values("casebook_helprequest", "answers")
    assert all(value.startswith(f"{result.key}$") for value in raw)
    assert HelpRequest.objects.get().answers["name"] == "Wren"
    assert Person.objects.get(address_index=found_by).rule.address == build.ANSWERS["address"]
    assert address_index(build.ANSWERS["address"]) == found_by
    factor.refresh_from_db()
    assert factor.data["secret"].startswith(f"{result.key}$")
    assert get_adapter().decrypt(factor.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert Entry.objects.filter(stream="keys", verb="rotate_keys").count() == 1
    assert verify().findings == []


def raw_values(table: str, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_rotation_never_overwrites_what_is_written_meanwhile(at):
    people = [build.request(now=at, name=f"Bird {number}").person for number in range(5)]
    stop, written = threading.Event(), {}

    def keep_writing() -> None:
        number = 0
        while not stop.is_set():
            person = people[number % len(people)]
            number += 1
            name = f"Bird {number}"
            with transaction.atomic(), signed("test", "rename", stream=f"person:{person.pk}", now=at):
                Person.objects.filter(pk=person.pk).update(chosen_name=name)
            written[person.pk] = name
            time.sleep(0.005)
        connections.close_all()

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        results = [rotate_keys() for _ in range(2)]
    finally:
        stop.set()
        writer.join()
    assert [result.left for result in results] == [0, 0]
    assert len(written) == 5
    assert {person.pk: person.chosen_name for person in Person.objects.filter(pk__in=written)} == written


@pytest.mark.django_db
def test_keys_from_the_environment_are_not_rotated_by_the_command(settings):
    settings.HANDRAIL_KEYS = json.dumps(keys.new_keys())
    with pytest.raises(ImproperlyConfigured, match="HANDRAIL_KEYS"):
        rotate_keys()
