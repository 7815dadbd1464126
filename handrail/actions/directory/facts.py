"""What a program says of itself from its own page: several facts at once, taken back, or said to be still right."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from handrail.actions._frame import Stale, refuse_if, require
from handrail.actions.directory.conflicts import find_conflicts, settle_conflicts
from handrail.actions.directory.say import FACT_DAYS, keep_word, may_speak_for, sign_change, source_of
from handrail.actions.directory.sources import hold_directory
from handrail.core.access import Actor
from handrail.core.own_words import asked_together, why_not_own_word
from handrail.records.directory.models import Fact, FactChange, Program
from handrail.records.directory.own_words import OwnWords, own_words


def say_facts(
    program: Program, words: Mapping[str, str], *, actor: Actor, now: datetime, seen: str | None = None
) -> int:
    """Say these facts of one's own program for the next 90 days; an empty one takes the program's own word back.

    Only what differs from what the program says already is said. `seen` is the mark of what the page showed of
    all that is asked together with them.
    Gives how many changed: 0 for the second click of a double click.

    Raises Refused: `not_listed`, `unknown_fact`, `bad_value`; Stale when somebody said otherwise since.
    """
    _may_say(program, actor)
    words = {key: " ".join(value.split()) for key, value in words.items()}
    for key, value in words.items():
        refuse_if(why_not_own_word(key, value), key=key)
    with transaction.atomic():
        row = _held(program)
        before = own_words(row, now.date())
        changed = {key: value for key, value in words.items() if _is_news(before, key, value)}
        if not changed:
            return 0
        if seen is not None and before.mark(asked_together(words)) != seen:
            raise Stale
        wrote: list[str] = []
        for key, value in changed.items():
            if value:
                wrote.append(_say(row, key, value, before=before, actor=actor, now=now))
        wrote += _take_back(row, [key for key, value in changed.items() if not value], before, actor=actor, now=now)
        place = row.merged_into_id or row.pk
        find_conflicts([place], now=now)
        for key in changed:
            if changed[key]:
                settle_conflicts(place, key, by=actor.key, now=now)
        sign_change(row, actor, "say_facts", now, wrote)
    return len(changed)


def renew_facts(program: Program, *, actor: Actor, now: datetime, seen: str | None = None) -> int:
    """Say that everything the program ever said of itself is still right, for the next 90 days from today.

    What ran out is said anew as well. Gives how many words were renewed: 0 when all of it was said today.

    Raises Refused: `not_listed`; Stale when the words are not those that were seen.
    """
    _may_say(program, actor)
    today, until = now.date(), now.date() + timedelta(days=FACT_DAYS)
    with transaction.atomic():
        row = _held(program)
        before = own_words(row, today)
        old = [fact for fact in before.own.values() if fact.expires_on < until]
        if not old:
            return 0
        if seen is not None and before.mark(before.own) != seen:
            raise Stale
        for fact in old:
            if before.has_run_out(fact.key):
                _note(row, fact.key, before.told(fact.key), fact.value, actor=actor, now=now)
            fact.observed_on, fact.expires_on, fact.said_by = today, until, actor.key
        Fact.objects.bulk_update(old, ["observed_on", "expires_on", "said_by"])
        place = row.merged_into_id or row.pk
        find_conflicts([place], now=now)
        for fact in old:
            settle_conflicts(place, fact.key, by=actor.key, now=now)
        sign_change(row, actor, "renew_facts", now, [f"update fact:{fact.pk}" for fact in old])
    return len(old)


def _may_say(program: Program, actor: Actor) -> None:
    require(actor, "say_facts")
    may_speak_for(program, actor)


def _held(program: Program) -> Program:
    """The program as it stands, held until the transaction ends: it may have been merged since it was read."""
    hold_directory()
    return Program.objects.get(pk=program.pk)


def _is_news(before: OwnWords, key: str, value: str) -> bool:
    return value != before.standing(key) or (not value and key in before.own)


def _family(row: Program) -> Q:
    place = row.merged_into_id or row.pk
    return Q(program=place) | Q(program__merged_into=place)


def _say(row: Program, key: str, value: str, *, before: OwnWords, actor: Actor, now: datetime) -> str:
    # A new row, so that it stands over what was said of another entry of the place on the same day.
    Fact.objects.filter(program=row, key=key).delete()
    shown = before.told(key)
    fact = keep_word(row, key=key, value=value, actor=actor, now=now, days=FACT_DAYS, before=shown)
    return f"update fact:{fact.pk}"


def _take_back(row: Program, keys: list[str], before: OwnWords, *, actor: Actor, now: datetime) -> list[str]:
    """Take the program's own words back, with a line in the history each: lists and our team speak again."""
    if not keys:
        return []
    words = Fact.objects.filter(_family(row), key__in=keys, source=source_of(actor))
    wrote = [f"delete fact:{pk}" for pk in words.order_by("pk").values_list("pk", flat=True)]
    words.delete()
    after = own_words(row, now.date())
    for key in keys:
        was, becomes = (each.told(key) for each in (before, after))
        _note(row, key, was, becomes, actor=actor, now=now)
    return wrote


def _note(row: Program, key: str, was: str, becomes: str, *, actor: Actor, now: datetime) -> None:
    FactChange.objects.create(
        program=row, key=key, before=was, value=becomes, source=source_of(actor), at=now, by=actor.key
    )
