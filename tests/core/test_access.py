"""The table of who may do what says what we mean it to say."""

import pytest

from handrail.core.access import DOORS, PERMISSIONS, STAFF_ROLES, Actor, why_not_allowed

KNOWN_ROLES = {*STAFF_ROLES, "person", "visitor", "worker", "operator", "link"}


def test_every_permission_names_known_roles():
    assert all(roles and roles <= KNOWN_ROLES for roles in PERMISSIONS.values())


@pytest.mark.parametrize("action", ["see_request", "record_contact", "send_referral", "see_queue"])
@pytest.mark.parametrize("role", ["intake", "steward", "editor", "visitor", "person", "worker"])
def test_only_the_desk_works_requests(action, role):
    assert why_not_allowed(Actor(role), action) == "role_may_not"


def test_the_steward_sees_no_person():
    private = {"see_request", "see_inbox", "see_status", "see_queue"}
    assert not any("steward" in PERMISSIONS[action] for action in private)


def test_each_staff_role_has_one_door():
    assert set(DOORS) == set(STAFF_ROLES)
    assert all(len(doors) == 1 for doors in DOORS.values())


def test_an_unknown_action_is_an_error_not_a_yes():
    with pytest.raises(KeyError):
        why_not_allowed(Actor("counselor"), "fly")
