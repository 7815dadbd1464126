"""Who may be a source of the directory, how long each is believed, and how a change is told to every process."""

import uuid
from collections.abc import Collection, Iterator, Sequence

from django.db import connection
from django.db.models import F

from handrail.records.directory.models import Program, Source, Version
from handrail.records.directory.telling import heads_of

BATCH = 500

# How long a list is believed: the survey behind the National Directory is printed once a year, and years may pass
# between two editions; the locator and community lists are kept all year. What is said by hand has its own expiry.
SURVEY_DAYS = 4 * 365
LIST_DAYS = 365

SOURCES: dict[str, Source] = {
    source.key: source
    for source in (
        Source(
            key="samhsa",
            name="SAMHSA National Directory",
            url="https://findtreatment.gov/",
            licence="Public domain (US federal government)",
            lasts_days=SURVEY_DAYS,
        ),
        Source(
            key="findtreatment",
            name="FindTreatment.gov",
            url="https://findtreatment.gov/",
            licence="Public domain (US federal government)",
            lasts_days=LIST_DAYS,
        ),
        Source(
            key="hsds",
            name="Community directory (Open Referral)",
            licence="As its publisher states",
            lasts_days=LIST_DAYS,
        ),
        Source(key="own", name="Our own list", licence="Kept by this service", lasts_days=LIST_DAYS),
        Source(
            key="sample",
            name="Sample directory",
            licence="Invented for the demo",
            is_sample=True,
            lasts_days=LIST_DAYS,
        ),
        Source(
            key="sample-county",
            name="County list (sample)",
            licence="Invented for the demo",
            is_sample=True,
            lasts_days=LIST_DAYS,
        ),
        Source(key="program", name="The program"),
        Source(key="desk", name="Our team"),
    )
}


def source_named(key: str, *, title: str = "", kind: str = "") -> Source:
    """The source with this key, made when it is not there yet; a new one has licence and life of its kind."""
    like = SOURCES.get(kind)
    new = Source(key=key, name=title or key)
    if like is not None:
        new.licence, new.lasts_days = like.licence, like.lasts_days
    known = SOURCES.get(key) or new
    told = {name: getattr(known, name) for name in ("name", "url", "licence", "is_sample", "lasts_days")}
    found, _ = Source.objects.get_or_create(key=key, defaults=told)
    return found


def hold_directory() -> None:
    """Wait for whoever is changing the directory, where the database has row locks. SQLite has one writer anyway.

    Call it first in a transaction that changes anything of an entry: every change writes the version, so all take that
    row first, and none waits for another that waits for it. A place's stream in the ledger is then written in turn too.
    """
    Version.objects.get_or_create(pk=1)
    if connection.features.has_select_for_update:
        Version.objects.select_for_update().filter(pk=1).first()


def bump_version(changed: Collection[uuid.UUID] | None = None) -> int:
    """Tell every process that the directory changed, and about which entries (None: all). Gives the new number.

    Call it in the transaction of the change.
    """
    Version.objects.get_or_create(pk=1)
    # Holds the row until the transaction ends, so that numbers are seen in their order.
    Version.objects.filter(pk=1).update(number=F("number") + 1)
    number = Version.objects.get(pk=1).number
    if changed is None:
        Program.objects.update(changed=number)
        return number
    for ids in batches(list(changed)):
        Program.objects.filter(pk__in={*ids, *heads_of(ids)}).update(changed=number)
    return number


def batches(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    """Ids a few hundred at a time: databases limit how many one statement may name."""
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
