"""The words for codes: reasons, stages, flags. Core decides with codes; this is where they become sentences."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Any] = {
    "role_may_not": _("Your role cannot do this. Ask a supervisor if it should."),
    "unknown_stage": _("There is no such step."),
    "no_such_move": _("This step does not follow from where the request stands now."),
    "not_your_move": _("This step is not yours to take."),
    "somebody_was_first": _("Somebody changed this while you were looking. Nothing of yours was saved over it."),
    "taken_by_other": _("Somebody else has this request now."),
    "queue_is_busy": _("Many people took requests at this moment. Try again."),
    "needs_outcome": _("Choose what happened."),
    "draft_gone": _("We cleared your answers to keep them private. Start again."),
    "already_sent": _("Your request is already sent."),
    "not_finished": _("Some questions are not answered yet."),
    "no_gateway": _("This service cannot send by this way yet."),
    "not_open": _("This request is not open. It can be started again."),
    "nothing_to_choose": _("This choice is no longer open."),
    "nothing_to_say": _("Write something first."),
    "needs_scopes": _("Choose what may be shared."),
    "consent_already": _("They have already said yes to this program."),
    "bad_pin": _("A PIN is 4 digits."),
    "many_gone": _("This file would drop more than half of the places. Check that it is whole."),
    "older_than_stored": _("A newer reading of this source is stored already."),
    "not_yet": _("This date is in the future."),
    "staff_is_there": _("Somebody with this name is there already. Nothing was changed."),
    "intake_needs_program": _("An intake worker needs a program, and nobody else has one."),
    "bad_shift": _("A shift must end after it starts, within 24 hours."),
    "bad_label": _("Give the row a short name, like Beds or Day visits."),
    "bad_kind": _("Openings are for beds or for visits. Choose one."),
    "bad_openings": _("Enter a whole number of openings, from 0 to 999."),
    "bad_value": _("Say yes or no, or a few words."),
    "unknown_fact": _("We do not keep this kind of fact."),
    "nobody_waiting": _("Nobody is waiting."),
    "needs_next_step": _("Add a next step and a time. Every request needs one."),
    "next_step_in_past": _("The next step is in the past. Pick a later time."),
    "next_step_too_far": _("The next step is more than a year away. Pick an earlier time."),
    "note_too_long": _("A note can have 10,000 letters. Split it into two notes."),
    "person_said_stop": _("They asked us to stop messages. We may not send any."),
    "channel_not_allowed": _("They have not said this way of reaching them is safe."),
    "no_address": _("We have no address for this way of reaching them."),
    "no_voicemail": _("They said no voicemail."),
    "outside_safe_hours": _("It is outside the hours they said are safe."),
    "no_consent": _("You can't share with this program yet. Ask the person first."),
    "consent_revoked": _("They took back their yes to this program."),
    "consent_expired": _("Their yes to this program has run out. Ask again."),
    "consent_not_yet": _("Their yes to this program starts later."),
    "consent_other_recipient": _("Their yes was for another program."),
    "consent_other_purpose": _("Their yes was for another purpose."),
    "consent_not_for_this": _("Their yes does not cover this."),
    "consent_without_words": _("The words they agreed to are missing. Record their yes again."),
    "already_referred": _("This program has already been asked."),
    "already_accepted": _("Another program has already said yes."),
    "referral_closed": _("This referral is no longer open."),
    "needs_visit_time": _("Give the day and time they should come."),
    "needs_reason": _("Choose a reason."),
    "not_offered": _("This place has not been offered to them."),
    "not_listed": _("This place is no longer in the directory."),
}


def reason_words(code: str, **facts: Any) -> str:
    """The sentence for a reason code. An unknown code reads as a plain no, never as the code."""
    words = REASONS.get(code, _("This can't be done right now."))
    by = facts.get("by")
    return f"{words} ({by})" if by else str(words)
