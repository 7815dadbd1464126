"""Which texts we have had already, so that one that is told twice is done once. No number and no word is kept here."""

from django.db import models

from handrail.records.fields import staff_only
from handrail.records.keys import blind_index


class ReceivedText(models.Model):
    """One text that came in and was for somebody, by the fingerprint of the service's own id for it."""

    ref = staff_only(models.CharField(max_length=40, unique=True))
    at = staff_only(models.DateTimeField(db_index=True))

    def __str__(self) -> str:
        return f"text {self.ref[:8]}"


def text_ref(service_id: str) -> str:
    """The fingerprint of the service's id for a text."""
    return blind_index(service_id, purpose="text")
