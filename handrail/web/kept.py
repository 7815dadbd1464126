"""What a member of staff was typing, kept sealed in their session: a lock, a clash or a lost line never eats it."""

import json
from typing import Any

from django.http import HttpRequest

from handrail.records.keys import seal, unseal

KEPT = "kept"
LABEL = "session.kept"
MOST_PAGES = 5
MOST_CHARACTERS = 20_000
NEVER_KEPT = ("csrfmiddlewaretoken", "password")


def keep(request: HttpRequest, path: str, *, at: str = "") -> bool:
    """Keep the fields that were posted, for the form that posts to `path`. False when it is too much to keep."""
    fields = {name: request.POST.getlist(name) for name in request.POST if name not in NEVER_KEPT}
    text = json.dumps({"at": at, "fields": fields}, ensure_ascii=False)
    if len(text) > MOST_CHARACTERS:
        return False
    pages: dict[str, str] = request.session.get(KEPT, {})
    pages.pop(path, None)
    pages[path] = seal(text, label=LABEL)
    request.session[KEPT] = dict(list(pages.items())[-MOST_PAGES:])
    return True


def kept(request: HttpRequest, path: str) -> dict[str, Any]:
    """The fields kept for the form that posts to `path`: single values, or lists where there were several."""
    sealed = request.session.get(KEPT, {}).get(path)
    if not sealed:
        return {}
    fields = json.loads(unseal(sealed, label=LABEL))["fields"]
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def kept_at(request: HttpRequest, path: str) -> str:
    """When it was kept (ISO), or "" when nothing is."""
    sealed = request.session.get(KEPT, {}).get(path)
    return str(json.loads(unseal(sealed, label=LABEL))["at"]) if sealed else ""


def let_go(request: HttpRequest, path: str) -> None:
    """It is saved, or given up: forget what was kept."""
    pages = request.session.get(KEPT, {})
    if path in pages:
        request.session[KEPT] = {key: value for key, value in pages.items() if key != path}
