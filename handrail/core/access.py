"""Who may do what: one table of role by action.

Scope (which rows) is `.visible_to(actor)` in records; this table is permission inside the scope.
"""

from dataclasses import dataclass, field

STAFF_ROLES = ("counselor", "supervisor", "intake", "steward", "editor")


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts.

    `role` is a staff role, "person", "visitor", "worker", "operator" for whoever has the command line, or "link" for a
    device that states one program's openings.
    `id` is the staff member's, help request's or worker's id as text; `name` is what others may read.
    `program_ids` are the programs an intake worker answers for.
    """

    role: str
    id: str = ""
    name: str = ""
    program_ids: frozenset[str] = field(default_factory=frozenset)

    @property
    def key(self) -> str:
        """How the ledger names the actor: role and id, never a name."""
        return f"{self.role}:{self.id}" if self.id else self.role


WORKER = Actor(role="worker", id="worker", name="Handrail")
VISITOR = Actor(role="visitor")
OPERATOR = Actor(role="operator", id="command line", name="Operator")

_DESK = ("counselor", "supervisor")

PERMISSIONS: dict[str, frozenset[str]] = {
    action: frozenset(roles)
    for action, roles in {
        # the person's own door
        "ask": ("visitor", "person"),
        "see_status": ("person",),
        "choose": ("person", *_DESK),
        "pause": ("person", *_DESK),
        "stop": ("person",),
        "come_again": ("person", *_DESK),
        "change_contact": ("person", *_DESK),
        "write_note": ("person", *_DESK),
        "record_stop": ("person", "worker", *_DESK),
        "change_counselor": ("person", "supervisor"),
        # the desk
        "see_queue": _DESK,
        "take_next": _DESK,
        "take_out_of_order": _DESK,
        "hand_back": _DESK,
        "see_request": _DESK,
        "record_contact": _DESK,
        "record_safety": _DESK,
        "record_needs": _DESK,
        "offer": _DESK,
        "record_consent": _DESK,
        "revoke_consent": ("person", *_DESK),
        "send_referral": _DESK,
        "withdraw_referral": ("person", *_DESK),
        "renew_code": _DESK,
        # the family wall
        "leave_message": ("person",),
        "link_family": _DESK,
        "unlink_family": ("person", *_DESK),
        "answer_message": ("person", *_DESK),
        "call_round": _DESK,
        # the program
        "see_inbox": ("intake",),
        "acknowledge": ("intake", *_DESK),
        "accept": ("intake", *_DESK),
        "decline": ("intake", *_DESK),
        "ask_question": ("intake",),
        "answer_question": _DESK,
        "arrive": ("intake", *_DESK),
        "state_capacity": ("intake", "link", "editor", "operator", *_DESK),
        "say_facts": ("intake",),
        "make_capacity_link": ("intake", "editor", *_DESK),
        # steward, supervisor, editor
        "see_outbox": ("steward",),
        "see_ledger": ("steward",),
        "manage_staff": ("supervisor", "steward", "operator"),
        "import_directory": ("editor", "steward", "worker"),
        "edit_directory": ("editor", "steward"),
        "sign_page": ("editor", "steward"),
        "report_place": ("visitor", "person"),
    }.items()
}


def why_not_allowed(actor: Actor, action: str) -> str | None:
    """Say why this actor may not do this action: a reason code, or None if it may.

    Raises KeyError for an action that is not in the table.
    """
    return None if actor.role in PERMISSIONS[action] else "role_may_not"


# The doors of each role; the first is where it goes after signing in.
DOORS: dict[str, tuple[str, ...]] = {
    "counselor": ("desk",),
    "supervisor": ("desk",),
    "intake": ("program",),
    "steward": ("steward",),
    "editor": ("steward",),
}
