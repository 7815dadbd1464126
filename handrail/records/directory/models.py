"""Organizations, locations, programs and what is said of them. Public data; nothing here knows a person."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from handrail.records.fields import public, staff_only

PULSE_LASTS = timedelta(minutes=10)  # the worker writes it each minute; an older one is not believed


class Source(models.Model):
    """Who told us: a published directory, a program, our own staff."""

    key = public(models.CharField(max_length=60, primary_key=True))
    name = public(models.CharField(max_length=200))
    url = public(models.URLField(blank=True))
    licence = public(models.CharField(max_length=200, blank=True))
    is_sample = public(models.BooleanField(default=False))

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
        """Programs that were in the newest reading of their source."""
        return self.filter(gone_on=None)

    def with_all(self) -> ProgramQuerySet:
        """Everything a page or a match needs, in a fixed number of queries."""
        return self.select_related("organization", "location", "source").prefetch_related(
            "fact_set__source", "capacitystatement_set__source"
        )


class Program(models.Model):
    """What a person is referred to: one service at one location.

    `codes` are the source's own service codes, blank-separated, every one kept. `core.facts` reads them.
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

    objects = ProgramQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_key"], name="program_once_per_source")]

    def __str__(self) -> str:
        return self.name


class Fact(models.Model):
    """One thing somebody other than the program's import source said, with when and until when.

    `key` is a row of core.facts.FACTS; `value` is yes, no, or short text. It outranks the service codes.
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
    """

    id = public(models.PositiveSmallIntegerField(primary_key=True, default=1))
    answering = public(models.PositiveSmallIntegerField(default=0))
    median_minutes = public(models.PositiveSmallIntegerField(null=True))
    next_shift_at = public(models.DateTimeField(null=True))
    as_of = public(models.DateTimeField())

    def __str__(self) -> str:
        return f"{self.answering} answering"
