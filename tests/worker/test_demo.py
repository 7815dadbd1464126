"""The demo's story goes through the real actions, so it must leave every screen something and every rule whole."""

from datetime import timedelta

import pytest

from handrail.actions import follow_up
from handrail.actions.answers import count_answers
from handrail.core.code import normal_code
from handrail.core.safety import QUEUE_RANKS
from handrail.project.sample import load_sample_directory
from handrail.project.sample_people import STAFF, cover_shifts, load_staff
from handrail.project.sample_story import tell
from handrail.records.accounts.models import Membership, Shift, Staff
from handrail.records.casebook.models import HelpRequest, Referral
from handrail.records.casebook.requests import code_hash
from handrail.records.directory.models import Responsiveness, ServicePulse
from handrail.records.directory.snapshot import snapshot
from handrail.records.ledger.verify import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(at) -> str:
    load_sample_directory(now=at)
    staff = load_staff(now=at)
    cover_shifts(staff, now=at)
    return tell(staff, now=at)


def test_every_list_of_the_desk_and_the_program_has_something_to_show(told, at):
    queue = list(HelpRequest.objects.all().in_printed_order(at, limit=50))
    assert {row.queue_rank for row in queue} == set(QUEUE_RANKS.values())
    stages = {"new", "contacting", "talking", "matching", "choosing", "referred", "accepted", "arrived", "stopped"}
    assert set(HelpRequest.objects.values_list("stage", flat=True)) == stages
    states = {"sent", "acknowledged", "accepted", "arrived", "declined", "expired"}
    assert set(Referral.objects.values_list("state", flat=True)) == states
    assert {member.program.name for member in Membership.objects.all()} == {"River House", "Oak Street Clinic"}
    follow_up.publish_pulse(now=at)
    pulse = ServicePulse.objects.get()
    assert pulse.answering == 2
    assert pulse.median_minutes


def test_the_printed_code_opens_a_living_request_that_is_with_a_program(told, at):
    request = HelpRequest.objects.with_code(code_hash(normal_code(told)), now=at).get()
    assert request.stage == "referred"


def test_two_programs_have_a_count_of_how_they_answer_one_of_them_hard_to_get_into(told, at):
    assert count_answers(now=at) == 2
    counted = {row.program.name: row for row in Responsiveness.objects.select_related("program")}
    river, soft = counted["River House"], counted["Soft Harbor"]
    assert (river.asked, river.accepted, river.declined, soft.asked, soft.answered) == (9, 8, 1, 5, 4)
    found = {each.offer.name: each for each in (snapshot().by_slug(row.program.slug) for row in counted.values())}
    assert [found[name].answers.is_slow for name in ("River House", "Soft Harbor")] == [False, True]


def test_the_story_breaks_no_rule(told, at):
    assert not HelpRequest.objects.without_next_step().exists()
    assert verify().findings == []


def test_numbers_in_the_story_are_invented(told):
    addresses = {request.person.rule.address for request in HelpRequest.objects.select_related("person")}
    assert all(not one or one.startswith("+155555501") or one.endswith("@example.org") for one in addresses)


def test_somebody_is_on_at_every_hour_for_weeks_and_running_again_adds_nothing(told, at):
    for hour in range(24 * 30):
        assert Shift.objects.on_at(at + timedelta(hours=hour)).exists()
    staff = load_staff(now=at)
    assert cover_shifts(staff, now=at) == 0
    assert Staff.objects.count() == len(STAFF)
    assert cover_shifts(staff, now=at + timedelta(days=1)) > 0
