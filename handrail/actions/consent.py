"""Recording what the person said yes to, in the exact words, and taking it back."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError

from handrail.actions._frame import TRIES, Change, Id, Refused, Stale, changing, require
from handrail.actions.refer import coming_back, set_referral
from handrail.core.access import Actor
from handrail.core.consent import SCOPES
from handrail.records.casebook.choices import OPEN_REFERRAL_STATES, living_consent
from handrail.records.casebook.models import Consent, HelpRequest, Referral
from handrail.records.directory.models import Program


def record(
    request: HelpRequest,
    *,
    actor: Actor,
    program_id: Id,
    scopes: list[str],
    words: str,
    method: str,
    now: datetime,
) -> Consent:
    """Record a yes: to one program, for a referral, these words, until it runs out (42 CFR 2.31)."""
    require(actor, "record_consent")
    if not words.strip():
        raise Refused("consent_without_words")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Refused("needs_scopes")
    program = Program.objects.filter(pk=program_id, gone_on=None).first()
    if program is None:
        raise Refused("not_listed")
    if living_consent(request, program_id, now=now):
        raise Refused("consent_already")
    try:
        with changing(request, actor=actor, verb="record_consent", now=now) as change:
            _end(change, program_id)  # one that ran out makes room for the new one
            consent = Consent(
                request=request,
                program=program,
                scopes=sorted(scopes),
                words=words.strip(),
                method=method,
                recorded_at=now,
                recorded_by=actor.key,
                expires_at=now + timedelta(days=settings.CONSENT_DAYS),
            )
            consent.save(force_insert=True)
            change.say("consent", for_person=True, what="yes", program=program.name)
    except IntegrityError as error:
        raise Refused("consent_already") from error
    return consent


def revoke(request: HelpRequest, *, actor: Actor, program_id: Id, now: datetime) -> None:
    """Take back a yes, at once. What is asked of that program and not yet answered is withdrawn."""
    require(actor, "revoke_consent")
    for _ in range(TRIES):
        try:
            return _revoke(request, actor=actor, program_id=program_id, now=now)
        except Stale:
            # Whatever else happened to the request at this moment, taking back a yes must not fail for it.
            request.refresh_from_db()
    raise Stale


def _revoke(request: HelpRequest, *, actor: Actor, program_id: Id, now: datetime) -> None:
    program = Program.objects.get(pk=program_id)
    open_here = Referral.objects.filter(request=request, program=program, state__in=OPEN_REFERRAL_STATES).first()
    frame = (
        coming_back(request, actor=actor, verb="revoke_consent", now=now, but=open_here)
        if open_here and request.stage == "referred"
        else changing(request, actor=actor, verb="revoke_consent", now=now)
    )
    with frame as change:
        # The version moves, so that a referral that is being sent under this consent is refused.
        change.set(due_at=change.values.get("due_at", request.due_at))
        _end(change, program_id)
        if open_here:
            set_referral(change, open_here, state="withdrawn", answered_at=now)
        change.say("consent", for_person=True, what="taken_back", program=program.name)


def _end(change: Change, program_id: Id) -> None:
    for consent in Consent.objects.filter(request=change.request, program_id=program_id, revoked_at=None):
        Consent.objects.filter(pk=consent.pk).raw_update(change.signature, consent.pk, revoked_at=change.now)
