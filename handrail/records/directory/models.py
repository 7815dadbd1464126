"""Organizations, locations, programs and what is said of them. Public data; nothing here knows a person."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from handrail.records.fields import public, staff_only

PULSE_LASTS = timedelta(minutes=10)  # the worker writes it each minute; an older one is not believed


class Source(models.Model):
    """Who told us: a published directory, a program, our own staff. `lasts_days` after it spoke, it is not believed."""

    key = public(models.CharField(max_length=60, primary_key=True))
    name = public(models.CharField(max_length=200))
    url = public(models.URLField(blank=True))
    licence = public(models.CharField(max_length=200, blank=True))
    is_sample = public(models.BooleanField(default=False))
    lasts_days = public(models.PositiveSmallIntegerField(default=365))

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """One reading of one source file: what came in, and what the file was."""

    source = public(models.ForeignKey(Source, models.PROTECT))
    file_name = public(models.CharField(max_length=200))
    sha256 = public(models.CharField(max_length=64))
    observed_on = public(models.DateField())
    finished_at = public(models.DateTimeField())
    added = public(models.PositiveIntegerField(default=0))
    updated = public(models.PositiveIntegerField(default=0))
    unchanged = public(models.PositiveIntegerField(default=0))
    gone = public(models.PositiveIntegerField(default=0))
    rejected = public(models.PositiveIntegerField(default=0))
    by = staff_only(models.CharField(max_length=80))

    def __str__(self) -> str:
        return f"{self.file_name} on {self.finished_at:%Y-%m-%d}"


class Organization(models.Model):
    """Who runs a program. The id is uuid5 of the source's own key, so that it survives a new import."""

    id = public(models.UUIDField(primary_key=True))
    name = public(models.CharField(max_length=200))

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """A place on the map. `geocode` says how the point was found: file, zip, or none."""

    id = public(models.UUIDField(primary_key=True))
    organization = public(models.ForeignKey(Organization, models.CASCADE))
    street1 = public(models.CharField(max_length=200, blank=True))
    street2 = public(models.CharField(max_length=200, blank=True))
    city = public(models.CharField(max_length=100))
    state = public(models.CharField(max_length=2))
    zip5 = public(models.CharField(max_length=5))
    county = public(models.CharField(max_length=100, blank=True))
    latitude = public(models.FloatField(null=True))
    longitude = public(models.FloatField(null=True))
    geocode = public(models.CharField(max_length=10, default="none"))

    class Meta:
        indexes = [models.Index(fields=["latitude", "longitude"], name="location_point")]

    def __str__(self) -> str:
        return f"{self.city}, {self.state}"


class ProgramQuerySet(models.QuerySet["Program"]):
    def listed(self) -> ProgramQuerySet:
        """Places that are shown: in the newest reading of their source, and not a second entry of another place."""
        return self.filter(gone_on=None, merged_into=None)

    def with_all(self) -> ProgramQuerySet:
        """Everything a page or a match needs, in a fixed number of queries."""
        return self.select_related("organization", "location", "source").prefetch_related(
            "fact_set__source", "capacitystatement_set__source"
        )


class Program(models.Model):
    """What a person is referred to: one service at one location.

    `codes` are the source's own service codes, blank-separated, every one kept, and its words `fact=value` where it
    was asked in words. `core.facts` reads them.
    A second source's entry for the same place keeps its own row, `merged_into` the one that is shown.
    `changed` is the directory's version at which anything about it last changed.
    """

    id = public(models.UUIDField(primary_key=True))
    organization = public(models.ForeignKey(Organization, models.CASCADE))
    location = public(models.ForeignKey(Location, models.CASCADE))
    name = public(models.CharField(max_length=200))
    slug = public(models.SlugField(max_length=80, unique=True))
    phone = public(models.CharField(max_length=40, blank=True))
    intake_phone = public(models.CharField(max_length=40, blank=True))
    website = public(models.URLField(blank=True))
    codes = public(models.TextField(blank=True))
    walk_in_hours = public(models.CharField(max_length=100, blank=True))
    day_one = public(models.JSONField(default=list, blank=True))
    is_sample = public(models.BooleanField(default=False))
    source = public(models.ForeignKey(Source, models.PROTECT))
    source_key = public(models.CharField(max_length=64))
    fingerprint = public(models.CharField(max_length=64))
    observed_on = public(models.DateField())
    gone_on = public(models.DateField(null=True, blank=True))
    merged_into = public(
        models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged", db_index=True)
    )
    changed = public(models.PositiveBigIntegerField(default=0, db_index=True))

    objects = ProgramQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_key"], name="program_once_per_source"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="never_merged_into_itself"),
        ]

    def __str__(self) -> str:
        return self.name


class Fact(models.Model):
    """One thing somebody other than the program's import source said, with when and until when.

    `key` is a row of core.facts.FACTS, or of DETAILS (a phone, a street); `value` is yes, no, or short text.
    It outranks what the source says, and outlives its next import.
    """

    program = public(models.ForeignKey(Program, models.CASCADE))
    key = public(models.CharField(max_length=40))
    value = public(models.CharField(max_length=200))
    source = public(models.ForeignKey(Source, models.PROTECT))
    observed_on = public(models.DateField())
    expires_on = public(models.DateField())
    said_by = staff_only(models.CharField(max_length=80, blank=True))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "key"], name="one_word_per_fact"),
            models.CheckConstraint(condition=~Q(value=""), name="fact_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"


class FactChange(models.Model):
    """One line of a place's history: what was said before, what is said now, who changed it and why.

    `key` is a fact or detail, or merged, split, listed. An empty `value` means that it is not known any more.
    """

    program = public(models.ForeignKey(Program, models.CASCADE))
    key = public(models.CharField(max_length=40))
    before = public(models.CharField(max_length=200, blank=True))
    value = public(models.CharField(max_length=200, blank=True))
    source = public(models.ForeignKey(Source, models.PROTECT))
    at = public(models.DateTimeField())
    by = staff_only(models.CharField(max_length=80))
    why = staff_only(models.CharField(max_length=300, blank=True))

    class Meta:
        indexes = [models.Index(fields=["program", "-at"], name="history_of_a_place")]

    def __str__(self) -> str:
        return f"{self.key}: {self.before} to {self.value}"


class Conflict(models.Model):
    """Two sources that do not agree about one place. What stands is shown; the other word is kept for the editor.

    `other` is the entry that says otherwise: a merged one, or the place's own entry when a correction outranks it.
    Settled, it opens again only when the other source says something new.
    """

    program = public(models.ForeignKey(Program, models.CASCADE))
    other = public(models.ForeignKey(Program, models.CASCADE, related_name="conflicts_as_other"))
    key = public(models.CharField(max_length=40))
    value = public(models.CharField(max_length=200, blank=True))
    other_value = public(models.CharField(max_length=200, blank=True))
    found_at = public(models.DateTimeField())
    settled_at = public(models.DateTimeField(null=True, blank=True))
    settled_by = staff_only(models.CharField(max_length=80, blank=True))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "other", "key"], name="one_conflict_per_word")]
        indexes = [models.Index(fields=["settled_at", "found_at"], name="conflicts_to_settle")]

    def __str__(self) -> str:
        return f"{self.key}: {self.value} or {self.other_value}"


class Likeness(models.Model):
    """Two entries that may be one place, for an editor to say. `why` is the code of what they share."""

    program = public(models.ForeignKey(Program, models.CASCADE))
    other = public(models.ForeignKey(Program, models.CASCADE, related_name="likeness_as_other"))
    why = public(models.CharField(max_length=20))
    found_at = public(models.DateTimeField())
    settled_at = public(models.DateTimeField(null=True, blank=True))
    settled_by = staff_only(models.CharField(max_length=80, blank=True))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "other"], name="one_likeness_per_pair")]

    def __str__(self) -> str:
        return f"{self.program_id} like {self.other_id}"


class Report(models.Model):
    """Somebody told us that something is wrong with a listing. Nothing of who said it is kept.

    `kind` is a row of core.reports.KINDS; `about` is the way to pay, where that is what is wrong.
    """

    program = public(models.ForeignKey(Program, models.CASCADE))
    kind = public(models.CharField(max_length=20))
    about = public(models.CharField(max_length=20, blank=True))
    at = public(models.DateTimeField())
    due_at = public(models.DateTimeField())
    seen_at = public(models.DateTimeField(null=True, blank=True))
    settled_at = public(models.DateTimeField(null=True, blank=True))
    settled_by = staff_only(models.CharField(max_length=80, blank=True))
    outcome = public(models.CharField(max_length=20, blank=True))

    class Meta:
        indexes = [models.Index(fields=["settled_at", "due_at"], name="reports_to_check")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.at:%Y-%m-%d}"


class CapacityLink(models.Model):
    """A link that lets one device say a program's openings without an account. It says nothing else, of nobody."""

    id = staff_only(models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False))
    program = staff_only(models.ForeignKey(Program, models.CASCADE))
    label = staff_only(models.CharField(max_length=60))
    made_at = staff_only(models.DateTimeField())
    made_by = staff_only(models.CharField(max_length=80))
    expires_at = staff_only(models.DateTimeField())
    revoked_at = staff_only(models.DateTimeField(null=True, blank=True))
    used_at = staff_only(models.DateTimeField(null=True, blank=True))

    def __str__(self) -> str:
        return self.label


class CallTry(models.Model):
    """Our team called a program about its openings and nobody answered: when last, who, and how often since it spoke.

    One row a program, since the list of whom to call needs no more; every try stands in the ledger.
    """

    program = staff_only(models.OneToOneField(Program, models.CASCADE, primary_key=True))
    at = staff_only(models.DateTimeField(db_index=True))
    by = staff_only(models.CharField(max_length=80))
    times = staff_only(models.PositiveSmallIntegerField(default=1))

    def __str__(self) -> str:
        return f"tried {self.at:%Y-%m-%d %H:%M}"


class Responsiveness(models.Model):
    """How one program has answered our own requests, counted by the worker. Counts of people, never a person.

    Medians are minutes; None where fewer than core.answers.FEWEST stand behind a figure.
    """

    program = public(models.OneToOneField(Program, models.CASCADE, primary_key=True))
    since = public(models.DateField())
    as_of = public(models.DateTimeField())
    asked = public(models.PositiveIntegerField())
    acknowledged = public(models.PositiveIntegerField())
    acknowledge_minutes = public(models.PositiveIntegerField(null=True))
    answered = public(models.PositiveIntegerField())
    answer_minutes = public(models.PositiveIntegerField(null=True))
    accepted = public(models.PositiveIntegerField())
    declined = public(models.PositiveIntegerField())
    declines = public(models.JSONField(default=dict))
    due_to_arrive = public(models.PositiveIntegerField())
    arrived = public(models.PositiveIntegerField())
    due_at_90 = public(models.PositiveIntegerField())
    stayed_90 = public(models.PositiveIntegerField())

    def __str__(self) -> str:
        return f"{self.answered} of {self.asked} answered"


class CapacityStatement(models.Model):
    """What somebody said about openings: never a number without who and when.

    `kind` is "beds" or "visits" (they age at different speeds); `openings` is 0 when it is full.
    """

    program = public(models.ForeignKey(Program, models.CASCADE))
    label = public(models.CharField(max_length=60))
    kind = public(models.CharField(max_length=10, choices=[("beds", "beds"), ("visits", "visits")]))
    openings = public(models.PositiveSmallIntegerField())
    next_opening_on = public(models.DateField(null=True, blank=True))
    waiting = public(models.PositiveSmallIntegerField(null=True, blank=True))
    stated_at = public(models.DateTimeField())
    source = public(models.ForeignKey(Source, models.PROTECT))
    stated_by = staff_only(models.CharField(max_length=80))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "label"], name="one_statement_per_row")]

    def __str__(self) -> str:
        return f"{self.label}: {self.openings}"


class Version(models.Model):
    """One row that goes up with every change of the directory, so that each process can notice."""

    id = public(models.PositiveSmallIntegerField(primary_key=True, default=1))
    number = public(models.PositiveBigIntegerField(default=0))

    def __str__(self) -> str:
        return str(self.number)


class ServicePulse(models.Model):
    """The service's own published numbers, written by the worker each minute; the home page reads them.

    `median_minutes` is None with fewer than five requests in the window, so that nobody can be singled out.
    `speaking` counts who of those answering speaks each language; who is on is true until `changes_at`.
    """

    id = public(models.PositiveSmallIntegerField(primary_key=True, default=1))
    answering = public(models.PositiveSmallIntegerField(default=0))
    speaking = public(models.JSONField(default=dict))
    median_minutes = public(models.PositiveSmallIntegerField(null=True))
    next_shift_at = public(models.DateTimeField(null=True))
    changes_at = public(models.DateTimeField(null=True))
    as_of = public(models.DateTimeField())

    def __str__(self) -> str:
        return f"{self.answering} answering"


class MonthlyFigure(models.Model):
    """One published number of one month, as the page About shows it: what must be hidden is not even stored.

    `name` is a row of core.figures.FIGURES. `count` is None where it is too small to print; `share` is a percentage,
    and `share_is` says whether it is exact, or the least or the most that it may be.
    """

    month = public(models.DateField())
    name = public(models.CharField(max_length=40))
    count = public(models.PositiveIntegerField(null=True))
    share = public(models.PositiveSmallIntegerField(null=True))
    share_is = public(models.CharField(max_length=6, blank=True))
    as_of = public(models.DateTimeField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "name"], name="one_figure_a_month")]

    def __str__(self) -> str:
        return f"{self.name} in {self.month:%Y-%m}"
