"""The message gate: the last place that asks whether this may go, whoever calls and whatever they believe.

Every way of sending passes `deliver`. A rule that says no text means that no text can leave.
"""

from collections.abc import Callable
from datetime import datetime

from handrail.core.contact import ContactRule, why_not_reach
from handrail.core.messages import why_not_words
from handrail.gateways import emails, texts


class Blocked(Exception):
    """The person's own rule, or a missing gateway, forbids this message. `reason` is a code of core."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Sender = Callable[[str, str, str], str]


def senders(how: str) -> dict[str, Sender]:
    """The channels that this installation can send by: fake ones for the demo, real ones else."""
    if how == "fake":
        return {"text": texts.send_fake, "email": emails.send_fake}
    return {"email": emails.send, **({"text": texts.send} if texts.is_set_up() else {})}


def deliver(*, message_id: str, kind: str, channel: str, rule: ContactRule, words: str, now: datetime, how: str) -> str:
    """Send words to the person, if their rule allows it now, and give the service's own id for the message.

    Raises Blocked with the reason. `kind` is a row of the table of messages, `how` is fake or real.

    `message_id` is the idempotency key: a service that has seen it sends nothing twice.
    """
    reason = why_not_reach(rule, channel=channel, now=now, kind=kind) or why_not_words(words, channel=channel)
    if reason:
        raise Blocked(reason)
    send = senders(how).get(channel)
    if send is None:
        raise Blocked("no_gateway")
    try:
        return send(message_id, rule.address, words)
    except texts.TurnedAway as error:
        raise Blocked(error.reason) from error
