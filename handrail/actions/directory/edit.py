"""Facts put right by hand: our word stands over every published list until it runs out or is taken back.

What the place's own source said is kept beside it as a settled Conflict of the place with itself, so that taking our
word back brings the source's word back.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import Q

from handrail.actions._frame import Refused, Stale, refuse_if, require
from handrail.actions.directory.by_hand import OF_LOCATION
from handrail.actions.directory.conflicts import find_conflicts, settle_conflicts
from handrail.actions.directory.say import keep_word, sign_change, source_of
from handrail.actions.directory.sources import hold_directory
from handrail.core.access import Actor
from handrail.core.facts import DAY_ONE, DETAILS, FACTS, LONGEST_STEP, MOST_STEPS, UNKNOWN, YES, read_codes
from handrail.core.reports import WHOLE
from handrail.records.directory.models import Conflict, Fact, FactChange, Program
from handrail.records.directory.places import place_of_zip
from handrail.records.directory.telling import tell

# For how many days a word said by hand may hold.
HOLDS = (30, 90, 180, 365)
DETAIL_DAYS = 365
SHORTEST_WHY, LONGEST_WHY = 3, 300
IN_LEDGER = 200  # letters of a reason that the ledger has room for; the history keeps all
# A place cannot be without these.
NEEDED = frozenset({"name", "city", "zip5"})

_is_web_address = URLValidator(schemes=["http", "https"])


def why_not_word(key: str, value: str) -> str | None:
    """Say why this cannot be said of a place: a reason code, or None if it can."""
    if key == WHOLE:
        return None if value == "no" else "bad_value"
    if key in FACTS:
        why = None if value == UNKNOWN else FACTS[key].why_not_value(value)
        return why or (None if value.isprintable() else "bad_value")
    if key not in DETAILS:
        return "unknown_fact"
    if value in ("", UNKNOWN):
        return "needs_value" if key in NEEDED else None
    if len(value) > DETAILS[key] or not value.isprintable():
        return "bad_detail"
    return _why_not_detail(key, value)


def _why_not_detail(key: str, value: str) -> str | None:
    if key == "zip5" and (len(value) != DETAILS["zip5"] or place_of_zip(value) is None):
        return "unknown_zip"
    if key == "website":
        try:
            _is_web_address(value)
        except ValidationError:
            return "bad_website"
    return None


def tidy_why(why: str) -> str:
    """A reason in one line. Raises Refused: `needs_why` when it is missing, too short or too long."""
    why = " ".join(why.replace("\0", "").split())
    if not SHORTEST_WHY <= len(why) <= LONGEST_WHY:
        raise Refused("needs_why")
    return why


def read_place(program: Program) -> Program:
    """A place as it stands now. Raises Stale when it was merged into another meanwhile."""
    row = Program.objects.select_related("location").get(pk=program.pk)
    if row.merged_into_id is not None:
        raise Stale("merged_already")
    return row


def mark_of(program: Program, key: str) -> str:
    """A short mark of what is said now of one fact or detail: a form carries it, to notice that it changed since."""
    family = Q(program=program.pk) | Q(program__merged_into=program.pk)
    fields = ("pk", "value", "observed_on", "expires_on", "said_by")
    said = list(Fact.objects.filter(family, key=key).order_by("pk").values_list(*fields))
    told: list[str | None] = [own_word(program, key)]
    if key in FACTS:
        members = Program.objects.filter(merged_into=program.pk, gone_on=None).order_by("pk")
        told += [read_codes(codes).get(key) for codes in members.values_list("codes", flat=True)]
    return hashlib.sha256(repr((said, told)).encode()).hexdigest()[:16]


def own_word(program: Program, key: str) -> str:
    """What the place's own row says of one fact or detail, whoever wrote it there."""
    if key in FACTS:
        return read_codes(program.codes).get(key, "")
    if key == WHOLE:
        return "no" if program.gone_on else ""
    if key == DAY_ONE:
        return "\n".join(str(step) for step in program.day_one)
    return str(getattr(program.location if key in OF_LOCATION else program, key))


def correct(
    program: Program, *, actor: Actor, key: str, value: str, why: str, days: int, now: datetime, seen: str | None = None
) -> None:
    """Say by hand what is right, for so many days. With key "listed" and value "no" the place exists no more.

    `seen` is the mark of what the editor saw. Said twice by one hand on one day, it is written once.

    Raises Refused: `unknown_fact`, `bad_value`, `bad_detail`, `needs_value`, `unknown_zip`, `bad_website`,
    `needs_why`, `bad_days`; Stale when it changed since.
    """
    require(actor, "edit_directory")
    why, value = tidy_why(why), " ".join(value.split())
    refuse_if(why_not_word(key, value))
    if days not in HOLDS:
        raise Refused("bad_days")
    value = value or UNKNOWN
    with transaction.atomic():
        hold_directory()
        row = read_place(program)
        if seen is not None and mark_of(row, key) != seen:
            if _is_said(row, key, value, days, actor, now):
                return
            raise Stale
        fact = _say(row, key, value, days, actor, now, why)
        find_conflicts({row.pk}, now=now)
        settle_conflicts(row.pk, key, by=actor.key, now=now)
        sign_change(row, actor, "correct", now, [f"update fact:{fact.pk}", f"update program:{row.pk}"], why[:IN_LEDGER])


def _is_said(row: Program, key: str, value: str, days: int, actor: Actor, now: datetime) -> bool:
    """True when this hand has said just this today: a button pressed twice."""
    said = Fact.objects.filter(program=row, key=key, value=value, said_by=actor.key, observed_on=now.date()).first()
    return said is not None and (said.expires_on - said.observed_on).days == days


def _say(row: Program, key: str, value: str, days: int, actor: Actor, now: datetime, why: str) -> Fact:
    before, had = shown_word(row, key, now), Fact.objects.filter(program=row, key=key)
    is_first = not had.exists()
    _remember(row, key, value, is_first=is_first, actor=actor, now=now)
    # A new row, so that it stands over what was said of a merged entry on the same day.
    had.delete()
    if key == WHOLE:
        row.gone_on = row.gone_on or now.date()
        row.save(update_fields=["gone_on"])
    elif key in DETAILS:
        write_detail(row, key, "" if value == UNKNOWN else value)
    return keep_word(row, key=key, value=value, actor=actor, now=now, days=days, before=before, why=why)


def shown_word(row: Program, key: str, now: datetime) -> str:
    """What is shown of a fact or detail before it changes; empty when it is not known."""
    if key not in FACTS:
        return own_word(row, key)[:200]
    told = next(tell([row.pk]), None)
    fact = told.facts(now.date()).get(key) if told else None
    return fact.value if fact else ""


def _remember(row: Program, key: str, value: str, *, is_first: bool, actor: Actor, now: datetime) -> None:
    """Keep what the source says beside our word: a file that says the same again is then no news."""
    theirs = own_word(row, key)
    memory = Conflict.objects.filter(program=row, other=row, key=key).first()
    if key == WHOLE or (key in FACTS and memory is None and theirs in ("", value)):
        return
    memory = memory or Conflict(program=row, other=row, key=key, found_at=now, other_value=theirs[:200])
    if is_first or key in FACTS:
        memory.other_value = theirs[:200]
    memory.value, memory.settled_at, memory.settled_by = value, now, actor.key
    memory.save()


def write_detail(row: Program, key: str, value: str) -> None:
    """Write one detail where it is kept. A new ZIP code moves the point to its middle, and the state with it."""
    if key not in OF_LOCATION:
        setattr(row, key, value)
        row.save(update_fields=[key])
        return
    location, fields = row.location, [key]
    setattr(location, key, value)
    place = place_of_zip(value) if key == "zip5" else None
    if place is not None:
        location.latitude, location.longitude, location.state = place.latitude, place.longitude, place.state
        location.geocode = "zip"
        fields += ["latitude", "longitude", "state", "geocode"]
    location.save(update_fields=fields)


def take_back(program: Program, *, actor: Actor, key: str, why: str, now: datetime, seen: str | None = None) -> bool:
    """Take our word back: the sources speak again. False when there was none (any more).

    Raises Refused: `needs_why`; Stale when it changed since it was seen.
    """
    require(actor, "edit_directory")
    why = tidy_why(why)
    with transaction.atomic():
        hold_directory()
        row = read_place(program)
        family = Q(program=row) | Q(program__merged_into=row)
        # A detail belongs to the entry it was said of; a fact said of a merged entry speaks for the place.
        words = Fact.objects.filter(family if key in FACTS else Q(program=row), key=key)
        if not words.exists():
            return False
        if seen is not None and mark_of(row, key) != seen:
            raise Stale
        before = shown_word(row, key, now)
        wrote = [f"delete fact:{pk}" for pk in words.values_list("pk", flat=True)]
        words.delete()
        _restore(row, key)
        value, source = shown_word(row, key, now), source_of(actor)
        FactChange.objects.create(
            program=row, key=key, before=before, value=value, source=source, at=now, by=actor.key, why=why
        )
        find_conflicts({row.pk}, now=now)
        sign_change(row, actor, "take_back", now, [*wrote, f"update program:{row.pk}"], why[:IN_LEDGER])
    return True


def _restore(row: Program, key: str) -> None:
    memory = Conflict.objects.filter(program=row, other=row, key=key)
    if key == WHOLE:
        row.gone_on = None
        row.save(update_fields=["gone_on"])
    elif key in DETAILS:
        before = memory.values_list("other_value", flat=True).first()
        if before is not None:
            write_detail(row, key, before)
        # The next import then reads the whole entry anew, with the point that its file gives.
        row.fingerprint = ""
        row.save(update_fields=["fingerprint"])
    memory.delete()


def set_day_one(
    program: Program, *, actor: Actor, steps: Sequence[str], why: str, now: datetime, seen: str | None = None
) -> None:
    """Say what happens on the first day, step by step.

    Raises Refused: `too_many_steps`, `long_step`, `bad_detail`, `needs_why`; Stale when it changed since.
    """
    require(actor, "edit_directory")
    why = tidy_why(why)
    steps = [step for step in (" ".join(step.split()) for step in steps) if step]
    if len(steps) > MOST_STEPS:
        raise Refused("too_many_steps")
    if any(len(step) > LONGEST_STEP for step in steps):
        raise Refused("long_step")
    if not all(step.isprintable() for step in steps):
        raise Refused("bad_detail")
    with transaction.atomic():
        hold_directory()
        row = read_place(program)
        if row.day_one == steps:
            return
        if seen is not None and mark_of(row, DAY_ONE) != seen:
            raise Stale
        before, value = ("; ".join(map(str, told))[:200] for told in (row.day_one, steps))
        row.day_one = list(steps)
        row.save(update_fields=["day_one"])
        # The steps stand in their own column; this says who told them, and until when they are believed.
        Fact.objects.update_or_create(
            program=row,
            key=DAY_ONE,
            defaults={
                "value": UNKNOWN if not steps else YES,
                "source": source_of(actor),
                "observed_on": now.date(),
                "expires_on": now.date() + timedelta(days=DETAIL_DAYS),
                "said_by": actor.key,
            },
        )
        FactChange.objects.create(
            program=row,
            key=DAY_ONE,
            before=before,
            value=value,
            source=source_of(actor),
            at=now,
            by=actor.key,
            why=why,
        )
        sign_change(row, actor, "correct", now, [f"update program:{row.pk}"], why[:IN_LEDGER])
