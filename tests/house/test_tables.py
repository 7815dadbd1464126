"""The tables are whole: fields, stages, settings, tasks, words, and the pages made from them."""

import ast
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from handrail.actions import follow_up
from handrail.core.access import PERMISSIONS, STAFF_ROLES
from handrail.core.journey import CLOCKS, MOVES, STAGES
from handrail.project import privacy_table
from handrail.project.docs_command import out_of_date
from handrail.project.settings_table import SETTINGS, read_names
from handrail.records.casebook.choices import DECLINE_REASONS, REFERRAL_STATES
from handrail.records.fields import PRIVACY_CLASSES, SEALED_CLASSES
from handrail.records.ledger import triggers
from handrail.web.desk import words as desk_words
from handrail.web.person import words as person_words
from handrail.web.program import words as program_words
from handrail.web.words import REASONS
from handrail.worker.duties import DUTIES, PERIODIC

HOUSE = Path(follow_up.__file__).parents[1]
ROWS = list(privacy_table.rows())
TURNS = {"counselor", "person", "program", "worker", "nobody"}


def test_every_field_has_a_privacy_class():
    undeclared = [f"{row.app}.{row.model}.{row.field}" for row in ROWS if row.privacy not in PRIVACY_CLASSES]
    assert undeclared == []
    assert len(ROWS) > 100


def test_what_is_private_is_sealed_and_what_is_sealed_is_private():
    wrong = [row for row in ROWS if row.is_sealed != (row.privacy in SEALED_CLASSES)]
    assert wrong == []


def test_every_table_of_an_installed_package_is_judged():
    assert sorted(privacy_table.packages()) == sorted(privacy_table.PACKAGES)


def test_every_stage_has_a_turn_a_clock_and_words():
    for stage in STAGES.values():
        assert stage.turn in TURNS
        assert (stage.clock in CLOCKS) if stage.needs_next else not stage.clock
        assert str(desk_words.STAGES[stage.name])
        assert person_words.STAGE_SENTENCES[stage.name]


def test_every_next_action_of_a_clock_has_words():
    assert [clock.next_action for clock in CLOCKS.values() if clock.next_action not in desk_words.NEXT_ACTIONS] == []


def test_every_move_joins_two_stages_and_every_open_stage_can_be_left():
    assert {move.start for move in MOVES} | {move.end for move in MOVES} <= set(STAGES)
    assert set(STAGES) == {move.start for move in MOVES}


def test_every_referral_state_and_decline_reason_has_words_on_both_sides():
    for words in (desk_words.REFERRAL_STATES, program_words.STATE_WORDS, person_words.REFERRAL_STATES):
        assert set(words) >= set(REFERRAL_STATES)
    for words in (desk_words.DECLINES, program_words.DECLINE_WORDS, person_words.DECLINES):
        assert set(words) >= set(DECLINE_REASONS)


def calls(name: str):
    """The first argument of every call of a function or method of that name in the house, where it is a constant."""
    for path in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == name:
                yield node.args[0].value


def test_every_task_kind_has_a_duty():
    kinds = {*calls("new_task"), *calls("later"), *PERIODIC}
    assert {"clock", "message"} <= kinds
    assert kinds == set(DUTIES)


def test_every_reason_of_a_refusal_has_words():
    reasons = {*calls("Refused"), *calls("Forbidden"), *calls("Stale")}
    assert "needs_next_step" in reasons
    assert reasons - set(REASONS) == set()


def required():
    for path in (HOUSE / "actions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require":
                yield node.args[1].value


def test_every_permission_is_asked_for_by_an_action_or_a_door_and_none_is_made_up():
    assert set(required()) <= set(PERMISSIONS)
    roles = {role for allowed in PERMISSIONS.values() for role in allowed}
    assert roles == {*STAFF_ROLES, "person", "visitor", "worker", "operator", "link"}


def test_every_setting_is_explained_and_every_explanation_is_of_a_setting():
    assert sorted(read_names()) == sorted(SETTINGS)
    assert [name for name, setting in SETTINGS.items() if not setting.words] == []


def test_the_pages_made_from_tables_are_up_to_date():
    assert out_of_date() == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_the_ledger_is_append_only_after_all_migrations():
    assert triggers.installed(connection)
