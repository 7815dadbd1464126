"""Links through the family wall: the person's own yes, in words, to hear from somebody who asks about them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from handrail.core.access import Actor
from handrail.core.wall import Side
from handrail.records.casebook.requests import HelpRequest
from handrail.records.fields import SealedData, SealedText, part2, staff_only
from handrail.records.ledger.signing import SignedModel, SignedQuerySet


class FamilyLinkQuerySet(SignedQuerySet):
    def visible_to(self, actor: Actor) -> FamilyLinkQuerySet:
        """The links this actor may know of at all. The family's side never sees one."""
        if actor.role in ("counselor", "supervisor"):
            return self
        if actor.role == "person":
            return self.filter(request_id=actor.id)
        return self.none()

    def living(self) -> FamilyLinkQuerySet:
        """Those that were not taken back."""
        return self.filter(revoked_at=None)


class FamilyLink(SignedModel):
    """The person's yes that one family request's messages may reach them, and what we may tell that family.

    `request` is the person's own; `scopes` are rows of core.wall.SCOPES; `words` are those that were read aloud.
    """

    id = staff_only(models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False))
    request = staff_only(models.ForeignKey(HelpRequest, models.CASCADE, related_name="family_links"))
    family_request = staff_only(models.ForeignKey(HelpRequest, models.CASCADE, related_name="linked_by"))
    scopes = part2(SealedData(default=list))
    words = part2(SealedText())
    heard_by = staff_only(models.CharField(max_length=80))
    at = staff_only(models.DateTimeField())
    revoked_at = staff_only(models.DateTimeField(null=True, blank=True))

    objects = FamilyLinkQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "family_request"], condition=Q(revoked_at=None), name="one_living_link"
            ),
            models.CheckConstraint(condition=~Q(request=F("family_request")), name="no_link_to_itself"),
        ]

    def __str__(self) -> str:
        return f"family link {self.pk}"


def side_of(request: HelpRequest) -> Side:
    """One request as core.wall reads it."""
    return Side(str(request.pk), request.for_whom, request.stage, is_code_theirs=request.is_code_theirs)
