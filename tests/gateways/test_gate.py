"""The gate asks by itself: whatever its caller believes, nothing leaves against the person's rule."""

from datetime import UTC, datetime

import pytest
from django.core import mail

from handrail.core.contact import ContactRule
from handrail.gateways import gate

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PHONE, ADDRESS = "+13035550142", "kayla@x.example"


def deliver(rule: ContactRule, *, channel: str, how: str) -> str:
    words = "There is news."
    return gate.deliver(message_id="m1", kind="news", channel=channel, rule=rule, words=words, now=NOON, how=how)


@pytest.mark.parametrize("how", ["fake", "real"])
@pytest.mark.parametrize(
    ("rule", "channel"),
    [
        (ContactRule(channel="call", address=PHONE), "text"),
        (ContactRule(channel="email", address=ADDRESS), "text"),
        (ContactRule(channel="code"), "text"),
        (ContactRule(channel="code"), "email"),
        (ContactRule(channel="text", address=PHONE), "email"),
        (ContactRule(channel="text", address=PHONE, is_stopped=True), "text"),
        (ContactRule(channel="text", address=PHONE, hours=(17, 20)), "text"),
    ],
)
def test_what_the_rule_does_not_allow_does_not_leave(monkeypatch, rule, channel, how):
    left = []
    for module in (gate.texts, gate.emails):
        monkeypatch.setattr(module, "send_fake", lambda *said: left.append(said))
    with pytest.raises(gate.Blocked):
        deliver(rule, channel=channel, how=how)
    assert (left, mail.outbox) == ([], [])


def test_an_allowed_text_leaves_by_the_fake_and_without_a_real_gateway_not_at_all():
    rule = ContactRule(channel="text", address=PHONE)
    assert deliver(rule, channel="text", how="fake")
    with pytest.raises(gate.Blocked, match="no_gateway"):
        deliver(rule, channel="text", how="real")


def test_email_goes_through_django_with_a_neutral_subject(settings):
    deliver(ContactRule(channel="email", address=ADDRESS), channel="email", how="real")
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([ADDRESS], settings.SERVICE_NAME, "There is news.")
