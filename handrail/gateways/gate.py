"""The message gate: the last place that asks whether this may go, whoever calls and whatever they believe.

Every way of sending passes `deliver`. A rule that says no text means that no text can leave.
"""

from collections.abc import Callable
from datetime import datetime

from handrail.core.contact import ContactRule, why_not_reach
from handrail.gateways import emails, texts


class Blocked(Exception):
    """The person's own rule, or a missing gateway, forbids this message. `reason` is a code of core."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Sender = Callable[[str, str, str], str]


def senders(kind: str) -> dict[str, Sender]:
    """The channels that this installation can send by: fake ones for the demo, real ones else."""
    if kind == "fake":
        return {"text": texts.send_fake, "email": emails.send_fake}
    return {"email": emails.send}


def deliver(*, message_id: str, channel: str, rule: ContactRule, words: str, now: datetime, kind: str) -> str:
    """Send words to the person, if their rule allows it now, and give the service's own id for the message.

    Raises Blocked with the reason.

    `message_id` is the idempotency key: a service that has seen it sends nothing twice.
    """
    reason = why_not_reach(rule, channel=channel, now=now)
    if reason:
        raise Blocked(reason)
    send = senders(kind).get(channel)
    if send is None:
        raise Blocked("no_gateway")
    return send(message_id, rule.address, words)
