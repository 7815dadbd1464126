"""Every address and who may open it. A test fails for an address without a row, and tries each row with each role.

`action` is a row of core.access.PERMISSIONS, or "" where anybody may open the page. `door` says where it lies:
public, person (the code is the key), link (the signed link is the key), staff (signed in, any role), desk, program,
steward, machine.
"""

from dataclasses import dataclass

from handrail.core.access import DOORS, PERMISSIONS, STAFF_ROLES


@dataclass(frozen=True)
class Address:
    """Who may open one address."""

    door: str
    action: str = ""

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that get through, "anybody" for an open page."""
        if self.door in ("public", "machine"):
            return ("anybody",)
        if self.door == "link":
            return ("link",)
        if self.door == "person":
            return ("anybody",) if "visitor" in PERMISSIONS[self.action] else ("person",)
        inside = [role for role in STAFF_ROLES if self.door == "staff" or self.door in DOORS[role]]
        return tuple(role for role in inside if not self.action or role in PERMISSIONS[self.action])


def _rows(door: str, **actions: str) -> dict[str, Address]:
    return {name: Address(door, action) for name, action in actions.items()}


def _open(door: str, *names: str) -> dict[str, Address]:
    return {name: Address(door) for name in names}


ADDRESSES: dict[str, Address] = {
    **_open("public", "home", "danger", "learn", "learn_treatment", "cost", "family", "safe_use", "privacy", "about"),
    **_open("public", "accessibility", "find", "find_results", "program", "leave", "go", "go_on"),
    **_open("public", "save_place", "saved", "compare", "danger_sources"),
    **_open("public", "article", "treatment_page", "library_search", "cost_page", "questions"),
    **_open("public", "print_card"),
    **_open("machine", "health", "hsds_root", "hsds_openapi", "hsds_about", "hsds_export", "hsds_nowhere"),
    **_open("machine", "texts_in"),
    **_open("machine", "hsds_services", "hsds_service", "hsds_organizations", "hsds_organization", "hsds_locations"),
    **_open("machine", "hsds_location", "hsds_service_at_locations", "hsds_service_at_location", "hsds_taxonomies"),
    **_open("machine", "hsds_taxonomy", "hsds_taxonomy_terms", "hsds_taxonomy_term"),
    **_rows(
        "person",
        ask="ask",
        ask_who="ask",
        ask_now="ask",
        ask_first="ask",
        ask_where="ask",
        ask_contact="ask",
        ask_details="ask",
        ask_about="ask",
        ask_check="ask",
        ask_done="ask",
        refer="ask",
        refer_done="ask",
        status_message="leave_message",
        status_family="unlink_family",
        status="see_status",
        status_note="write_note",
        status_contact="change_contact",
        status_counselor="change_counselor",
        status_pause="pause",
        status_stop="stop",
        status_again="come_again",
        status_choose="choose",
        status_take_back="revoke_consent",
        status_pin="see_status",
        status_card="see_status",
        report_place="report_place",
        report_thanks="report_place",
    ),
    **_rows(
        "desk",
        desk_queue="see_queue",
        desk_lists="see_queue",
        desk_take_next="take_next",
        desk_mine="see_request",
        desk_follow_ups="see_request",
        desk_find="see_queue",
        desk_request="see_request",
        desk_take="take_out_of_order",
        desk_keep="see_request",
        desk_contact="record_contact",
        desk_said="record_stop",
        desk_safety="record_safety",
        desk_needs="record_needs",
        desk_offer="offer",
        desk_choice="choose",
        desk_consent="record_consent",
        desk_revoke="revoke_consent",
        desk_refer="send_referral",
        desk_answer="answer_question",
        desk_withdraw="withdraw_referral",
        desk_arrived="arrive",
        desk_hand_back="hand_back",
        desk_code="renew_code",
        desk_own_rule="change_contact",
        desk_family="link_family",
        desk_unlink_family="unlink_family",
        desk_family_message="answer_message",
        desk_call_round="call_round",
        desk_call_link="make_capacity_link",
    ),
    **_rows(
        "program",
        program_inbox="see_inbox",
        program_referral="see_inbox",
        program_acknowledge="acknowledge",
        program_accept="accept",
        program_decline="decline",
        program_ask="ask_question",
        program_arrived="arrive",
        program_openings="state_capacity",
        program_still_right="state_capacity",
        program_links="make_capacity_link",
        program_link="make_capacity_link",
        program_facts="say_facts",
        program_renew_facts="say_facts",
        program_in_care="see_inbox",
        program_page="see_inbox",
    ),
    **_rows("link", openings_link="state_capacity"),
    **_rows(
        "steward",
        steward_home="",
        steward_outbox="see_outbox",
        steward_answer="see_outbox",
        steward_ledger="see_ledger",
        steward_imports="import_directory",
        steward_directory="edit_directory",
        steward_reports="edit_directory",
        steward_conflicts="edit_directory",
        steward_alike="edit_directory",
        steward_quality="edit_directory",
        steward_library="sign_page",
        steward_library_sign="sign_page",
        steward_place="edit_directory",
        steward_place_history="edit_directory",
        steward_edit="edit_directory",
        steward_take_back="edit_directory",
        steward_merge="edit_directory",
        steward_split="edit_directory",
    ),
    **_open("public", "account_login", "account_logout", "account_inactive", "account_signup", "mfa_login_webauthn"),
    **_open("public", "mfa_authenticate"),
    **_open("staff", "home_of_role", "theme", "awake", "lock", "account_reauthenticate", "account_change_password"),
    **_open("staff", "mfa_index", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp"),
    **_open("staff", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes"),
    **_open("staff", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn"),
    **_open("staff", "mfa_remove_webauthn", "mfa_edit_webauthn"),
}
