"""What a program or our staff say of a place: openings, and single facts, each with who, when and until when."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from handrail.actions._frame import Refused, enter, refuse_if, require
from handrail.actions.directory.sources import bump_version, source_named
from handrail.core.access import Actor
from handrail.core.facts import FACTS
from handrail.records.directory.models import CapacityStatement, Fact, FactChange, Program, Source

FACT_DAYS = 90
MAX_OPENINGS = 999
MAX_LABEL = 60


def may_speak_for(program: Program, actor: Actor) -> None:
    """Raise Refused unless this actor speaks for the program: intake workers and links do for their own alone."""
    require(actor, "state_capacity")
    if actor.role in ("intake", "link") and str(program.pk) not in actor.program_ids:
        raise Refused("not_listed")


def source_of(actor: Actor) -> Source:
    """Who is named as the source of what this actor says."""
    return source_named("program" if actor.role in ("intake", "link") else "desk")


def sign_change(
    program: Program, actor: Actor, verb: str, now: datetime, wrote: Iterable[str] = (), why: str = ""
) -> None:
    """Tell every process of the change and enter it in the ledger, in a stream for each place."""
    bump_version([program.pk])
    # A stream for each program: one desk's word must not wait for another's.
    enter(f"program:{program.pk}", actor=actor, verb=verb, now=now, wrote=wrote, why=why)


def state_capacity(
    program: Program,
    *,
    actor: Actor,
    label: str,
    kind: str,
    openings: int,
    next_opening_on: date | None = None,
    waiting: int | None = None,
    now: datetime,
) -> CapacityStatement:
    """Say how many openings there are now, with who says it and when. Zero means full.

    Raises Refused: `not_listed`, `bad_label`, `bad_kind`, `bad_openings`.
    """
    may_speak_for(program, actor)
    label = " ".join(label.split())
    if not label or len(label) > MAX_LABEL:
        raise Refused("bad_label")
    if kind not in ("beds", "visits"):
        raise Refused("bad_kind")
    if not 0 <= openings <= MAX_OPENINGS or not 0 <= (waiting or 0) <= MAX_OPENINGS:
        raise Refused("bad_openings")
    with transaction.atomic():
        statement, _ = CapacityStatement.objects.update_or_create(
            program=program,
            label=label,
            defaults={
                "kind": kind,
                "openings": openings,
                "next_opening_on": next_opening_on,
                "waiting": waiting,
                "stated_at": now,
                "source": source_of(actor),
                "stated_by": actor.key,
            },
        )
        sign_change(program, actor, "state_capacity", now, [f"update capacitystatement:{statement.pk}"])
    return statement


def confirm_capacity(program: Program, *, actor: Actor, now: datetime) -> int:
    """Say that every row of this program's openings is still right. Gives how many were confirmed."""
    may_speak_for(program, actor)
    with transaction.atomic():
        rows: QuerySet[CapacityStatement] = CapacityStatement.objects.filter(program=program)
        ids = list(rows.values_list("pk", flat=True))
        rows.update(stated_at=now, stated_by=actor.key, source=source_of(actor))
        if ids:
            sign_change(program, actor, "confirm_capacity", now, [f"update capacitystatement:{pk}" for pk in ids])
    return len(ids)


def set_fact(
    program: Program, *, actor: Actor, key: str, value: str, now: datetime, days: int = FACT_DAYS, why: str = ""
) -> Fact:
    """Keep one fact that a program or our staff said; it outranks published lists until it runs out.

    Raises Refused: `not_listed`, `unknown_fact`, `bad_value`.
    """
    may_speak_for(program, actor)
    if key not in FACTS:
        raise Refused("unknown_fact", key=key)
    value = " ".join(value.split())
    refuse_if(FACTS[key].why_not_value(value))
    with transaction.atomic():
        fact = keep_word(program, key=key, value=value, actor=actor, now=now, days=days, why=why)
        sign_change(program, actor, "set_fact", now, [f"update fact:{fact.pk}"], why)
    return fact


def keep_word(
    program: Program, *, key: str, value: str, actor: Actor, now: datetime, days: int, before: str = "", why: str = ""
) -> Fact:
    """Write one word said by hand, and its line in the place's history. `before` is what stood, where it is known."""
    source, old = source_of(actor), Fact.objects.filter(program=program, key=key).first()
    fact, _ = Fact.objects.update_or_create(
        program=program,
        key=key,
        defaults={
            "value": value,
            "source": source,
            "observed_on": now.date(),
            "expires_on": now.date() + timedelta(days=days),
            "said_by": actor.key,
        },
    )
    was = old.value if old else before
    if was != value:
        FactChange.objects.create(
            program=program, key=key, before=was, value=value, source=source, at=now, by=actor.key, why=why
        )
    return fact
