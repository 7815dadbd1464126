"""What each kind of task does. A duty is safe to run twice; a test fails for a kind without one."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from handrail.actions import answers, ask, figures, follow_up, inbound, library, messages, promise
from handrail.gateways import gate
from handrail.records.casebook.models import Heartbeat, Message, Task
from handrail.records.ledger.verify import seal_ledger

log = logging.getLogger("handrail.worker")

Args = dict[str, Any]
KEEP_DONE_TASKS = timedelta(days=2)
KEEP_FAILED_TASKS = timedelta(days=90)
KEEP_HEARTBEATS = timedelta(hours=1)


@dataclass(frozen=True)
class Duty:
    """How one kind of task is done.

    `reaches_out` runs it outside a transaction, since it calls an outside service, which must know repeats by an id.
    `is_apart` does too, since it reads for so long that others would wait to write; it opens its own to write.
    `when_given_up` is called in the transaction that marks the task failed.
    """

    run: Callable[[Args, datetime], None]
    reaches_out: bool = False
    is_apart: bool = False
    when_given_up: Callable[[Args, datetime], None] | None = None


def run_clock(args: Args, now: datetime) -> None:
    """A request's next step is due."""
    follow_up.run_clock(args["request"], datetime.fromisoformat(args["next_at"]), now=now)


def clock_given_up(args: Args, now: datetime) -> None:
    """The clock could not be run: the request goes to the desk."""
    follow_up.task_failed(args["request"], kind="clock", now=now)


def send_message(args: Args, now: datetime) -> None:
    """Send one message through the gate, if the person's own rule still allows it."""
    outgoing = messages.claim(args["message"], now=now)
    if outgoing is None:
        return
    try:
        gate.deliver(
            message_id=outgoing.id,
            kind=outgoing.kind,
            channel=outgoing.channel,
            rule=outgoing.rule,
            words=outgoing.words,
            now=now,
            how=settings.HANDRAIL_GATEWAYS,
        )
    except gate.Blocked as blocked:
        if blocked.reason == "number_said_stop":
            # First, since a worker that is killed in between begins again only while the message is not settled.
            inbound.service_said_stop(outgoing.id, now=now)
        messages.was_refused(outgoing.id, reason=blocked.reason, now=now)
        return
    messages.was_sent(outgoing.id, now=now)


def line_ends(args: Args, now: datetime) -> None:
    """A professional's direct line is over."""
    ask.end_line(args["request"], now=now)


def message_given_up(args: Args, now: datetime) -> None:
    """A message could not be sent: it is marked, and somebody at the desk reaches the person another way."""
    messages.was_refused(args["message"], reason="gateway_failed", now=now)
    request_id = Message.objects.values_list("request_id", flat=True).get(pk=args["message"])
    follow_up.task_failed(str(request_id), kind="message", now=now)


def watch(_args: Args, now: datetime) -> None:
    """Look for open requests without a next step. There must never be one, so each is an error in the log."""
    for request_id in follow_up.watchdog(now=now):
        log.error("the watchdog brought request %s back to the desk", request_id)


def seal(_args: Args, now: datetime) -> None:
    """Seal the ledger; the log line is a copy of the seal outside the database."""
    made = seal_ledger(now=now)
    if made is not None:
        log.info("ledger sealed: entry %s, %s entries, seal %s", made.last_entry, made.entries, made.mac)


def pulse(_args: Args, now: datetime) -> None:
    """Name a time to those who wait for one; publish how many are answering and how fast people were reached."""
    promise.name_times(now=now)
    follow_up.publish_pulse(now=now)


def count_months(_args: Args, now: datetime) -> None:
    """Count the numbers that we publish each month."""
    figures.count_months(now=now)


def purge(_args: Args, now: datetime) -> None:
    """Forget answers that were not sent in time, and counted tries whose time is over."""
    follow_up.purge(now=now)
    forget_tries(now)


def forget_tries(now: datetime) -> None:
    """The shared cache drops what ran out only when it is full; a fingerprint of an address must not stay that long."""
    shared: Any = settings.CACHES["default"]
    table = connection.ops.quote_name(shared["LOCATION"])
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [moment])  # noqa: S608 - the name is ours


def expire_codes(_args: Args, now: datetime) -> None:
    """Enter the codes that ran out."""
    follow_up.expire_codes(now=now)


def tidy(_args: Args, now: datetime) -> None:
    """Remove what nobody needs: done tasks, heartbeats of workers long gone, sessions that ran out."""
    Task.objects.filter(state="done", done_at__lt=now - KEEP_DONE_TASKS).delete()
    Task.objects.filter(state="failed", done_at__lt=now - KEEP_FAILED_TASKS).delete()
    Heartbeat.objects.filter(beat_at__lt=now - KEEP_HEARTBEATS).delete()
    Session.objects.filter(expire_date__lt=now).delete()


def count_answers(_args: Args, now: datetime) -> None:
    """Count how programs answer our requests."""
    answers.count_answers(now=now)


def open_page_checks(_args: Args, now: datetime) -> None:
    """Open a check for each page of the library that is due for one."""
    library.open_due(list(settings.HANDRAIL_LANGUAGES), now=now)


DUTIES: dict[str, Duty] = {
    "clock": Duty(run_clock, when_given_up=clock_given_up),
    "message": Duty(send_message, reaches_out=True, when_given_up=message_given_up),
    "line_ends": Duty(line_ends),
    "watch": Duty(watch),
    "seal": Duty(seal),
    "pulse": Duty(pulse),
    "figures": Duty(count_months, is_apart=True),
    "purge": Duty(purge),
    "expire_codes": Duty(expire_codes),
    "tidy": Duty(tidy),
    "answers": Duty(count_answers),
    "page_checks": Duty(open_page_checks),
}

# Seconds of each slot: any worker plans the task of a slot, its unique key lets one row stand.
PERIODIC: dict[str, int] = {
    "pulse": 60,
    "watch": 60,
    "purge": 300,
    "seal": 3600,
    "tidy": 3600,
    "answers": 3600,
    "page_checks": 3600,
    "expire_codes": 86400,
    "figures": 86400,
}
