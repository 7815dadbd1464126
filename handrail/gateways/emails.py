"""E-mail through Django's mail settings. The subject and the sender are neutral."""

from django.conf import settings
from django.core.mail import EmailMessage


def send(message_id: str, address: str, words: str) -> str:
    """Send one plain message. Raises OSError or smtplib.SMTPException when the server will not take it."""
    headers = {"Message-ID": f"<{message_id}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"}
    EmailMessage(subject=settings.SERVICE_NAME, body=words, to=[address], headers=headers).send()
    return headers["Message-ID"]


def send_fake(message_id: str, address: str, words: str) -> str:  # noqa: ARG001 - the shape of every sender
    """Pretend to send; the steward's outbox page shows the words."""
    return f"fake-email-{message_id}"
