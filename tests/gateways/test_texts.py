"""The text service: what we ask of it, what its answers mean, and which of its posts we believe."""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from django.test import Client

from handrail.core.contact import ContactRule
from handrail.gateways import gate, texts
from handrail.records.casebook.models import ReceivedText, TimelineEntry
from tests import build

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RULE = ContactRule(channel="text", address="+13035550142")
SECRET = "not-a-real-secret"


class Service(BaseHTTPRequestHandler):
    """Stands in for the service: keeps what it was asked, knows the ids it has seen, says what it is told to say."""

    asked: list[dict]
    answers: list[tuple[int, object]]
    sent: dict[str, str]

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        key = self.headers["Idempotency-Key"]
        self.asked.append({"path": self.path, "headers": dict(self.headers), **{k: v[0] for k, v in form.items()}})
        status, said = self.answers.pop(0) if self.answers else (201, None)
        if status == 201:
            said = {"sid": self.sent.setdefault(key, f"SM{len(self.sent)}")}
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args) -> None:
        """Silent."""


@contextmanager
def service(settings) -> Iterator[type[Service]]:
    kind = type("OneService", (Service,), {"asked": [], "answers": [], "sent": {}})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.TEXTS_URL, settings.TEXTS_ACCOUNT = f"http://127.0.0.1:{server.server_port}", "AC1"
    settings.TEXTS_SECRET, settings.TEXTS_FROM = SECRET, "+15555550100"
    try:
        yield kind
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def there(settings) -> Iterator[type[Service]]:
    with service(settings) as kind:
        yield kind


def deliver(message_id: str = "m1", words: str = "There is news.") -> str:
    return gate.deliver(
        message_id=message_id, kind="news", channel="text", rule=RULE, words=words, now=NOON, how="real"
    )


def test_a_text_goes_out_as_one_signed_in_form(there):
    assert deliver() == "SM0"
    (asked,) = there.asked
    assert asked["path"] == "/2010-04-01/Accounts/AC1/Messages.json"
    assert (asked["To"], asked["From"], asked["Body"]) == (RULE.address, "+15555550100", "There is news.")
    assert asked["headers"]["Authorization"] == f"Basic {b64encode(f'AC1:{SECRET}'.encode()).decode()}"


def test_a_service_that_knows_ids_sends_a_repeat_once(there):
    assert deliver() == deliver() == "SM0"
    assert len(there.sent) == 1
    assert deliver("m2") == "SM1"


@pytest.mark.parametrize("status", [429, 500, 503, 401])
def test_a_service_that_cannot_now_is_asked_again(there, status):
    there.answers.append((status, {"message": "later"}))
    with pytest.raises(OSError, match=str(status)):
        deliver()
    assert deliver() == "SM0"


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        (400, {"code": 21610}, "number_said_stop"),
        (400, {"code": 21211}, "gateway_refused"),
        (404, b"<html>", "gateway_refused"),
        (302, b"", "gateway_refused"),
        (400, [1], "gateway_refused"),
    ],
)
def test_a_service_that_never_will_is_not_asked_again(there, status, said, reason):
    there.answers.append((status, said))
    with pytest.raises(gate.Blocked, match=reason):
        deliver()
    assert len(there.asked) == 1, "and nobody follows it elsewhere with our secret"


def test_a_service_that_is_away_is_tried_again_and_nothing_of_the_text_is_told(there, settings, monkeypatch):
    monkeypatch.setattr(texts, "TIMEOUT_SECONDS", 0.5)
    settings.TEXTS_URL = "http://127.0.0.1:9"
    with pytest.raises(OSError, match=r"^[A-Za-z]+$") as error:
        deliver()
    assert error.value.__cause__ is None


@pytest.mark.parametrize("missing", ["TEXTS_URL", "TEXTS_ACCOUNT", "TEXTS_SECRET", "TEXTS_FROM"])
def test_without_all_its_settings_no_text_is_sent(there, settings, missing):
    setattr(settings, missing, "")
    with pytest.raises(gate.Blocked, match="no_gateway"):
        deliver()


def test_the_secret_never_goes_over_plain_http_to_another_machine(there, settings):
    settings.TEXTS_URL = "http://texts.example.com"
    assert not texts.is_set_up()


def test_the_signature_is_that_of_the_standard():
    # The worked example of the standard's own documents.
    form = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+14158675310"],
        "Digits": ["1234"],
        "From": ["+14158675310"],
        "To": ["+18005551212"],
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert texts.signature_of(url, form, "12345") == "GvWf1cFY/Q7PnoempGyD5oXAezc="


# --- what comes in ------------------------------------------------------------------------------
IN = "/texts/in/"


def post(form: dict[str, str], *, signature: str | None = None):
    signed = signature or texts.signature_of(
        f"http://testserver{IN}", {key: [value] for key, value in form.items()}, SECRET
    )
    return Client(enforce_csrf_checks=True).post(IN, form, headers={"X-Twilio-Signature": signed})


def text(words: str, *, sid: str = "SM1", address: str = RULE.address) -> dict[str, str]:
    return {"MessageSid": sid, "From": address, "To": "+15555550100", "Body": words}


@pytest.mark.django_db
def test_a_signed_text_is_done_once_and_answered_with_nothing(there):
    row = build.request()
    for _ in range(3):
        answer = post(text("STOP"))
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml")
        assert answer.content.endswith(b"<Response></Response>")
    row.person.refresh_from_db()
    assert row.person.rule.is_stopped
    assert ReceivedText.objects.count() == 1
    assert post(text("START")).status_code == 200, "a repeat of that id is not done, whatever it says"
    row.person.refresh_from_db()
    assert row.person.rule.is_stopped


@pytest.mark.django_db
@pytest.mark.parametrize("signature", ["", "wrong", "é", "AAAA" * 7])
def test_an_unsigned_text_is_not_believed(there, signature):
    row = build.request()
    assert post(text("STOP"), signature=signature or "x").status_code == 403
    row.person.refresh_from_db()
    assert not row.person.rule.is_stopped


@pytest.mark.django_db
def test_a_changed_form_is_not_believed(there):
    signature = texts.signature_of(f"http://testserver{IN}", {k: [v] for k, v in text("YES").items()}, SECRET)
    assert post(text("STOP"), signature=signature).status_code == 403


@pytest.mark.django_db
def test_there_is_no_door_without_a_text_service(settings):
    assert post(text("STOP"), signature="x").status_code == 404
    assert Client().get(IN).status_code == 405


@pytest.mark.django_db
def test_nothing_of_a_text_is_logged(there, caplog):
    build.request()
    with caplog.at_level("DEBUG"):
        post(text("My secret words"))
        post(text("My secret words", sid="SM2"), signature="x")
        deliver(words="Other words.")
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert not [part for part in ("secret words", "Other words", "5550142", SECRET) if part in logged]
    assert TimelineEntry.objects.filter(kind="note", is_from_person=True).count() == 1
