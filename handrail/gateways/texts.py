"""Text messages, by any service that speaks Twilio's language: one form to send, one signed form for what comes in.

The fake one goes nowhere: the steward's outbox page shows what would have been sent. Nothing here is ever logged.
Source of the two forms: twilio.com/docs, Messages resource and request validation.
"""

import base64
import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping, Sequence
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from django.conf import settings

from handrail.gateways.polite_get import LOOPBACK, PASSING, why_not_address

TIMEOUT_SECONDS = 10.0
MOST_BYTES = 64 * 1024
# The service has had a STOP from this number itself, and sends it nothing.
STOPPED_AT_SERVICE = 21610


class TurnedAway(Exception):
    """The service will never send this one, however often it is asked. `reason` is a code of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotNow(OSError):
    """The service could not take it at this moment. It is tried again."""


class _NoRedirects(HTTPRedirectHandler):
    """The account's secret goes to the address that was set, and to no other."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        """Follow nothing."""


def is_set_up() -> bool:
    """True when this installation has a text service: its address, account, secret and our number."""
    known = (settings.TEXTS_URL, settings.TEXTS_ACCOUNT, settings.TEXTS_SECRET, settings.TEXTS_FROM)
    return all(known) and why_not_address(settings.TEXTS_URL) is None


def send(message_id: str, address: str, words: str) -> str:
    """Send one text and give the service's own id of it.

    Raises TurnedAway when the service will not take it, and NotNow, an OSError, when it may a little later.
    """
    base, account = settings.TEXTS_URL.rstrip("/"), quote(settings.TEXTS_ACCOUNT, safe="")
    pair = f"{settings.TEXTS_ACCOUNT}:{settings.TEXTS_SECRET}".encode()
    request = Request(  # noqa: S310 - why_not_address has looked
        f"{base}/2010-04-01/Accounts/{account}/Messages.json",
        data=urlencode({"To": address, "From": settings.TEXTS_FROM, "Body": words}).encode(),
        headers={
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Idempotency-Key": message_id,
            "User-Agent": "Handrail",
        },
    )
    try:
        with _opener(base).open(request, timeout=TIMEOUT_SECONDS) as response:
            return str(_told(response.read(MOST_BYTES)).get("sid", ""))
    except HTTPError as error:
        with error:
            raise _refusal(error) from None
    except (URLError, http.client.HTTPException, OSError) as error:
        raise NotNow(type(error).__name__) from None


def _refusal(error: HTTPError) -> Exception:
    """What a refusal means. Its words are not kept: they may quote the number."""
    if error.code in PASSING or error.code in (401, 403, 408):
        # A secret that is wrong is put right by the operator; until then the message is not lost.
        return NotNow(f"HTTP {error.code}")
    try:
        code = _told(error.read(MOST_BYTES)).get("code")
    except OSError:
        code = None
    return TurnedAway("number_said_stop" if code == STOPPED_AT_SERVICE else "gateway_refused")


def _told(raw: bytes) -> dict[str, object]:
    try:
        told = json.loads(raw)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _opener(url: str) -> OpenerDirector:
    if urlsplit(url).hostname in LOOPBACK:
        return build_opener(_NoRedirects, ProxyHandler({}))
    return build_opener(_NoRedirects)


def signature_of(url: str, form: Mapping[str, Sequence[str]], secret: str) -> str:
    """How the service signs a form that it posts to us: the whole address, then every field by name, keyed."""
    said = url + "".join(f"{name}{value}" for name in sorted(form) for value in sorted(set(form[name])))
    return base64.b64encode(hmac.new(secret.encode(), said.encode(), hashlib.sha1).digest()).decode()


def is_signed(url: str, form: Mapping[str, Sequence[str]], signature: str) -> bool:
    """True when our text service has signed this form for this address. False where none is set up."""
    if not settings.TEXTS_SECRET or not signature.isascii():
        return False
    return hmac.compare_digest(signature_of(url, form, settings.TEXTS_SECRET), signature)


def send_fake(message_id: str, address: str, words: str) -> str:  # noqa: ARG001 - the shape of every sender
    """Pretend to send; say a reference as a real service would."""
    return f"fake-text-{message_id}"
