"""Text messages. The fake one goes nowhere: the steward's outbox page shows what would have been sent."""


def send_fake(message_id: str, address: str, words: str) -> str:  # noqa: ARG001 - the shape of every sender
    """Pretend to send; say a reference as a real service would."""
    return f"fake-text-{message_id}"
