"""Pages for stewards and directory editors. All of them only read."""

import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from handrail.actions import reading
from handrail.actions._frame import require
from handrail.actions.ask import AGAINST_RULE
from handrail.actions.inbound import unknown_texts
from handrail.records.accounts.models import actor_of
from handrail.records.casebook.models import Heartbeat, Message
from handrail.records.directory.models import Import, Program
from handrail.records.ledger.models import Entry, Seal
from handrail.records.ledger.verify import verify
from handrail.web.steward.answer_as import may_answer
from handrail.web.steward.shell import may, steward_page
from handrail.web.steward.words import CHANNEL_WORDS, FINDING_WORDS, PURPOSE_WORDS, STATE_WORDS
from handrail.web.typed import whole_number
from handrail.web.words import reason_words

ROWS = 100
MONTH = timedelta(days=30)
# Walking the whole chain takes about 25 microseconds an entry; above this the command line does it.
MOST_TO_WALK = 200_000
MOST_WROTE = 4
LAST_ID = 2**63 - 1
_LONG_ID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """How things stand, in figures: messages, ledger, worker, directory."""
    now, actor = timezone.now(), actor_of(request.user)
    facts: dict[str, Any] = {
        "programs": Program.objects.listed().count(),
        "import": Import.objects.order_by("-finished_at", "-pk").first(),
    }
    if may(actor, "see_outbox"):
        facts["counts"] = dict(Message.objects.values_list("state").annotate(n=Count("pk")).order_by())
    if may(actor, "see_ledger"):
        beat = Heartbeat.objects.order_by("-beat_at").first()
        facts |= {
            "against_rule": Entry.objects.filter(at__gte=now - MONTH, why__startswith=AGAINST_RULE).count(),
            "entries": Entry.objects.count(),
            "seal": _last_seal(),
            "beat": beat,
            "worker_is_alive": bool(beat and beat.is_alive(now)),
        }
    return steward_page(request, "home", actor, now=now, **facts)


@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """Messages to people: when, how, why not. Words and addresses only where nothing real is sent."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "see_outbox")
    reading.read_queue(actor, page="outbox", now=now)
    state = request.GET.get("state", "")
    rows = Message.objects.order_by("-created_at", "-pk")
    if state in STATE_WORDS:
        rows = rows.filter(state=state)
    shows_words = settings.IS_DEMO or settings.HANDRAIL_GATEWAYS == "fake"
    if not shows_words:
        rows = rows.defer("to", "body")
    return steward_page(
        request,
        "outbox",
        actor,
        now=now,
        rows=[_message_row(row, shows_words=shows_words) for row in rows[:ROWS]],
        shows_words=shows_words,
        state=state,
        may_answer=may_answer(),
        unknown=unknown_texts(now),
        states=STATE_WORDS.items(),
        most=ROWS,
    )


@require_http_methods(["GET", "POST"])
def ledger(request: HttpRequest) -> HttpResponse:
    """The latest entries, by stream if asked. A POST walks the whole chain and says what it found."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "see_ledger")
    stream = request.GET.get("stream", "").replace("\0", "").strip()[:80]
    before = whole_number(request.GET.get("before"), most=LAST_ID)
    rows = Entry.objects.order_by("-pk")
    if stream:
        rows = rows.filter(stream=stream)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: ROWS + 1])
    count = Entry.objects.count()
    may_walk = count <= MOST_TO_WALK
    return steward_page(
        request,
        "ledger",
        actor,
        now=now,
        rows=[_entry_row(row) for row in found[:ROWS]],
        older=found[ROWS - 1].pk if len(found) > ROWS else None,
        stream=stream,
        count=count,
        seal=_last_seal(),
        may_walk=may_walk,
        report=verify() if request.method == "POST" and may_walk else None,
        finding_words=FINDING_WORDS,
    )


@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """Every reading of a directory file, latest first."""
    now, actor = timezone.now(), actor_of(request.user)
    require(actor, "import_directory")
    rows = Import.objects.select_related("source").order_by("-finished_at", "-pk")[:ROWS]
    listed = Program.objects.listed().count()
    return steward_page(request, "imports", actor, now=now, rows=rows, listed=listed)


def _last_seal() -> Seal | None:
    return Seal.objects.order_by("-pk").first()


def _entry_row(row: Entry) -> dict[str, Any]:
    return {
        "at": row.at,
        "stream": row.stream,
        "short_stream": short_ids(row.stream),
        "seq": row.seq,
        "actor": short_ids(row.actor),
        "verb": row.verb.replace("_", " "),
        "why": row.why.replace("_", " "),
        "wrote": short_ids(", ".join(row.wrote[:MOST_WROTE])),
        "more": max(0, len(row.wrote) - MOST_WROTE),
    }


def short_ids(text: str) -> str:
    """Long ids by their first eight letters, enough to tell them apart by eye."""
    return _LONG_ID.sub(r"\1", text)


def _message_row(row: Message, *, shows_words: bool) -> dict[str, Any]:
    return {
        "id": row.pk,
        "may_answer": shows_words and row.channel == "text" and row.state == "sent" and bool(row.to),
        "at": row.sent_at or row.created_at,
        "purpose": PURPOSE_WORDS.get(row.purpose, row.purpose),
        "channel": CHANNEL_WORDS.get(row.channel, row.channel),
        "state": STATE_WORDS.get(row.state, row.state),
        "is_refused": row.state == "refused",
        "why": reason_words(row.why_not) if row.why_not else "",
        "to": row.to if shows_words else "",
        "words": row.body if shows_words else "",
    }
