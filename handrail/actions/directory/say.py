"""What a program or our staff say of a place: openings, and single facts, each with who, when and until when."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from handrail.actions._frame import Refused, enter, refuse_if, require
from handrail.actions.directory.conflicts import find_conflicts, settle_conflicts
from handrail.actions.directory.sources import bump_version, hold_directory, source_named
from handrail.core.access import Actor
from handrail.core.facts import FACTS, UNKNOWN
from handrail.records.directory.models import CapacityStatement, Fact, FactChange, Program, Source
from handrail.records.directory.telling import tell

FACT_DAYS = 90
MAX_OPENINGS = 999
MAX_LABEL = 60


def may_speak_for(program: Program, actor: Actor) -> None:
    """Raise Refused unless this actor speaks for the program: intake workers and links do for their own alone."""
    require(actor, "state_capacity")
    if actor.role in ("intake", "link") and str(program.pk) not in actor.program_ids:
        raise Refused("not_listed")


def source_of(actor: Actor, *, heard_from_program: bool = False) -> Source:
    """Who is named as the source of what this actor says: the program, where it spoke itself or told our team."""
    return source_named("program" if heard_from_program or actor.role in ("intake", "link") else "desk")


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
    heard_from_program: bool = False,
    now: datetime,
) -> CapacityStatement:
    """Say how many openings there are now, with who says it and when. Zero means full.

    With `heard_from_program` our team passes on what the program itself said just now.

    Raises Refused: `not_listed`, `bad_label`, `bad_kind`, `bad_openings`.
    """
    may_speak_for(program, actor)
    label = " ".join(label.split())
    if not label or len(label) > MAX_LABEL or not label.isprintable():
        raise Refused("bad_label")
    if kind not in ("beds", "visits"):
        raise Refused("bad_kind")
    if not 0 <= openings <= MAX_OPENINGS or not 0 <= (waiting or 0) <= MAX_OPENINGS:
        raise Refused("bad_openings")
    with transaction.atomic():
        hold_directory()
        statement, _ = CapacityStatement.objects.update_or_create(
            program=program,
            label=label,
            defaults={
                "kind": kind,
                "openings": openings,
                "next_opening_on": next_opening_on,
                "waiting": waiting,
                "stated_at": now,
                "source": source_of(actor, heard_from_program=heard_from_program),
                "stated_by": actor.key,
            },
        )
        wrote, why = [f"update capacitystatement:{statement.pk}"], "heard from program" if heard_from_program else ""
        sign_change(program, actor, "state_capacity", now, wrote, why)
    return statement


def confirm_capacity(program: Program, *, actor: Actor, heard_from_program: bool = False, now: datetime) -> int:
    """Say that every row of this program's openings is still right. Gives how many were confirmed."""
    may_speak_for(program, actor)
    with transaction.atomic():
        hold_directory()
        rows: QuerySet[CapacityStatement] = CapacityStatement.objects.filter(program=program)
        ids = list(rows.values_list("pk", flat=True))
        source = source_of(actor, heard_from_program=heard_from_program)
        rows.update(stated_at=now, stated_by=actor.key, source=source)
        if ids:
            wrote = [f"update capacitystatement:{pk}" for pk in ids]
            why = "heard from program" if heard_from_program else ""
            sign_change(program, actor, "confirm_capacity", now, wrote, why)
    return len(ids)


def set_fact(
    program: Program, *, actor: Actor, key: str, value: str, now: datetime, days: int = FACT_DAYS, why: str = ""
) -> Fact:
    """Keep one fact that a program or our staff said, or that it is unknown; it outranks lists until it runs out.

    What the lists say otherwise now is kept beside it as settled: only a new word of theirs asks an editor.

    Raises Refused: `not_listed`, `unknown_fact`, `bad_value`.
    """
    may_speak_for(program, actor)
    if key not in FACTS:
        raise Refused("unknown_fact", key=key)
    value = " ".join(value.split())
    refuse_if(None if value == UNKNOWN else FACTS[key].why_not_value(value))
    with transaction.atomic():
        hold_directory()
        place = program.merged_into_id or program.pk
        before = _known_of(place, key, now)
        fact = keep_word(program, key=key, value=value, actor=actor, now=now, days=days, before=before, why=why)
        find_conflicts([place], now=now)
        settle_conflicts(place, key, by=actor.key, now=now)
        sign_change(program, actor, "set_fact", now, [f"update fact:{fact.pk}"], why)
    return fact


def _known_of(place: uuid.UUID, key: str, now: datetime) -> str:
    told = next(tell([place]), None)
    fact = told.facts(now.date()).get(key) if told else None
    return fact.value if fact else ""


def keep_word(
    program: Program, *, key: str, value: str, actor: Actor, now: datetime, days: int, before: str = "", why: str = ""
) -> Fact:
    """Write one word said by hand, and its line in the place's history. `before` is what stood, where it is known.

    Call it after `hold_directory`, in one transaction: two hands at once would both be first.
    """
    source, old = source_of(actor), Fact.objects.filter(program=program, key=key).first()
    fact = Fact(pk=old.pk if old else None, program=program, key=key, value=value, source=source, said_by=actor.key)
    fact.observed_on, fact.expires_on = now.date(), now.date() + timedelta(days=days)
    fact.save()
    was = old.value if old and old.expires_on >= now.date() else before
    if was != value:
        FactChange.objects.create(
            program=program, key=key, before=was, value=value, source=source, at=now, by=actor.key, why=why
        )
    return fact
