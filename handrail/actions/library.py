"""Checks of pages: opened when they are due, signed when a nurse or doctor has read the words."""

from datetime import date, datetime

from django.db import transaction

from handrail.actions._frame import Refused, refuse_if, require
from handrail.core.access import WORKER, Actor
from handrail.core.page_check import why_due, why_not_sign
from handrail.records.ledger.signing import signed
from handrail.records.library.checks import WHOLE_LANGUAGE, digests, forget, read_signed, rests_on_old
from handrail.records.library.models import PageCheck

NAME_LETTERS = 80


def open_due(languages: list[str], *, now: datetime) -> int:
    """Open a check for each page that is due and has none open; close nothing. Says how many were opened."""
    standing = read_signed()
    opened = set(PageCheck.objects.filter(checked_on=None).values_list("page", "language"))
    due = []
    for language in languages:
        for page, digest in to_check(language).items():
            is_old = rests_on_old(page, language, today=now.date())
            signed_check = standing.get((page, language))
            why = why_due(signed_check, digest=digest, today=now.date(), has_old_evidence=is_old)
            if why and (page, language) not in opened:
                due.append(PageCheck(page=page, language=language, opened_at=now, due_why=why))
    if due:
        with transaction.atomic(), signed(WORKER.key, "open_page_checks", stream="library", now=now):
            PageCheck.objects.bulk_create(due, ignore_conflicts=True)
    return len(due)


def to_check(language: str) -> dict[str, str]:
    """The pages to check in a language, each with its digest. The words of the first language are not a translation."""
    return {page: digest for page, digest in digests(language).items() if page != WHOLE_LANGUAGE or language != "en"}


def sign_page(
    page: str, language: str, *, by: str, role: str, on: date, until: date, digest: str, actor: Actor, now: datetime
) -> None:
    """Enter that a named nurse or doctor checked these words. `digest` names the words that were on the screen.

    Raises Refused: "no_such_page", "words_changed" when they are no longer the page's, and reasons of `why_not_sign`.
    """
    require(actor, "sign_page")
    known = to_check(language)
    if page not in known:
        raise Refused("no_such_page")
    if digest != known[page]:
        raise Refused("words_changed")
    refuse_if(why_not_sign(by=by, role=role, on=on, until=until, today=now.date()))
    with transaction.atomic(), signed(actor.key, "sign_page", stream="library", now=now):
        row = PageCheck.objects.select_for_update().filter(page=page, language=language, checked_on=None).first()
        row = row or PageCheck(page=page, language=language, opened_at=now, due_why="early")
        row.checked_by, row.checked_role = by.strip()[:NAME_LETTERS], role.strip()[:NAME_LETTERS]
        row.checked_on, row.next_check_on, row.digest, row.signed_by = on, until, digest, actor.key
        row.save()
    forget()
