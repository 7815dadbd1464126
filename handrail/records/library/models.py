"""Who has checked which page, and which pages wait for it."""

from django.db import models
from django.db.models import F, Q

from handrail.core.page_check import Signed
from handrail.records.fields import public, staff_only
from handrail.records.ledger.signing import SignedModel


class PageCheck(SignedModel):
    """One check of one page in one language: opened when it is due, a task until somebody signs it.

    `due_why` is a reason of core.page_check; `digest` names the very words that were checked.
    """

    page = public(models.CharField(max_length=60))
    language = public(models.CharField(max_length=12))
    opened_at = public(models.DateTimeField())
    due_why = public(models.CharField(max_length=10))
    checked_by = public(models.CharField(max_length=80, blank=True))
    checked_role = public(models.CharField(max_length=80, blank=True))
    checked_on = public(models.DateField(null=True, blank=True))
    next_check_on = public(models.DateField(null=True, blank=True))
    digest = public(models.CharField(max_length=32, blank=True))
    signed_by = staff_only(models.CharField(max_length=80, blank=True))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "language"], condition=Q(checked_on=None), name="one_open_check_a_page"
            ),
            models.CheckConstraint(
                condition=Q(checked_on=None, checked_by="", next_check_on=None)
                | (~Q(checked_by="") & Q(next_check_on__gt=F("checked_on"))),
                name="check_is_open_or_whole",
            ),
        ]
        indexes = [models.Index(fields=["page", "language", "checked_on"], name="checks_of_a_page")]

    def __str__(self) -> str:
        return f"{self.page} in {self.language}"

    def signed(self) -> Signed:
        """The check as core reads it. Only for a row that somebody signed."""
        if self.checked_on is None or self.next_check_on is None:
            raise ValueError("nobody has signed this check yet")
        return Signed(self.checked_by, self.checked_role, self.checked_on, self.next_check_on, self.digest)
