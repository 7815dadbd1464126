"""Entries and their heads. Text ids, no foreign keys: the ledger outlives what it speaks of."""

from django.db import models

from handrail.records.fields import staff_only


class Entry(models.Model):
    """One thing that was done or read, linked to the one before it in the same stream."""

    stream = staff_only(models.CharField(max_length=80))
    seq = staff_only(models.PositiveIntegerField())
    at = staff_only(models.DateTimeField())
    actor = staff_only(models.CharField(max_length=80))
    verb = staff_only(models.CharField(max_length=40))
    wrote = staff_only(models.JSONField(default=list))
    why = staff_only(models.CharField(max_length=200, blank=True))
    previous = staff_only(models.CharField(max_length=64))
    mac = staff_only(models.CharField(max_length=64))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="ledger_one_chain")]
        indexes = [models.Index(fields=["at"], name="ledger_at")]

    def __str__(self) -> str:
        return f"{self.stream} #{self.seq} {self.verb}"


class Head(models.Model):
    """The end of each stream. One chain per stream, so that writers of two requests never wait for each other."""

    stream = staff_only(models.CharField(max_length=80, primary_key=True))
    seq = staff_only(models.PositiveIntegerField())
    mac = staff_only(models.CharField(max_length=64))

    def __str__(self) -> str:
        return f"{self.stream} at {self.seq}"


class Seal(models.Model):
    """A dated fingerprint of every head, chained to the seal before: a removed tail or stream shows."""

    at = staff_only(models.DateTimeField())
    streams = staff_only(models.PositiveIntegerField())
    entries = staff_only(models.PositiveBigIntegerField())
    last_entry = staff_only(models.PositiveBigIntegerField())
    digest = staff_only(models.CharField(max_length=64))
    previous = staff_only(models.CharField(max_length=64))
    mac = staff_only(models.CharField(max_length=64))

    def __str__(self) -> str:
        return f"seal {self.pk}"
