"""A site with a third language, run in a process of its own by test_third_language: it asks, and prints what it saw.

The settings are read from HANDRAIL_CONTENT when a process starts, so a language cannot be added to one that runs.
"""

import json
import re
import sys
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation

from handrail.actions._frame import changing
from handrail.actions.inbound import text_came
from handrail.actions.messages import queue_message
from handrail.core.access import WORKER
from handrail.project.prepare import make_what_is_missing
from handrail.records.accounts.models import Shift
from handrail.records.casebook.models import HelpRequest, Message
from handrail.web.access_table import ADDRESSES
from tests import build
from tests.cast import make_cast

CODES = ("en", "es", "fr")
OF_A_PLACE = {"slug": "river-house"}
READ = ("after-a-break", "alone")  # only the first is in French
OUTSIDE = ("leave", "go", "go_on", "account_", "mfa_")


def home_of(code: str) -> str:
    return "" if code == "en" else f"/{code}"


def addresses() -> dict[str, str]:
    """Every address that the public and the person open, in English."""
    found = {}
    with translation.override("en"):
        for name, row in ADDRESSES.items():
            if row.door in ("public", "person") and not name.startswith(OUTSIDE):
                for given in ({}, OF_A_PLACE, {"slug": READ[0]} if name == "article" else {}):
                    try:
                        found[name] = reverse(name, kwargs=given)
                    except NoReverseMatch:
                        continue
    return found


def seen(response: Any) -> dict[str, Any]:
    return {
        "status": response.status_code,
        "to": response.headers.get("Location", ""),
        "language": response.headers.get("Content-Language", ""),
        "html": response.content.decode() if "html" in response.headers.get("Content-Type", "") else "",
    }


def every_page() -> dict[str, dict[str, Any]]:
    """Each page in each language, as somebody with a request of their own sees it, and some with a query."""
    sent = build.sent(now=timezone.now())
    reader = Client()
    reader.post("/status/", {"code": sent.code})
    paths = {**addresses(), "results": "/find/results/?n=80202&k=m", "which": "/find/results/?n=Springfield"}
    paths |= {f"article {slug}": f"/learn/{slug}/" for slug in READ}
    paths |= {"typed wrong": "/find/results/?n=Denvver", "query": "/cost/?k=a&b=%22%3E", "nowhere": "/nowhere/"}
    return {name: {code: seen(reader.get(home_of(code) + path)) for code in CODES} for name, path in paths.items()}


def asking() -> dict[str, Any]:
    """One person asks, changes the language after each question, and picks the third to be talked to in."""
    person, pages = Client(), []
    answers = {
        "who/": {"who": "me"},
        "now/": {"now": "no"},
        "where/": {"place": "81101"},
        "contact/": {"channel": "text"},
        "contact/details/": {"phone": "555-010-0199", "name": "Bird", "best_time": "any", "language": "fr"},
        "about/": {"flags": ["wants_medicine"], "words": "It is hard at night."},
    }
    unanswered = seen(person.post("/fr/ask/who/", {}))
    offered = ""
    for number, (page, given) in enumerate(answers.items()):
        here = CODES[number % 3]
        response = person.post(f"{home_of(here)}/ask/{page}", given)
        assert response.status_code == 302, (page, response.content.decode())
        for code in CODES:
            html = person.get(f"{home_of(code)}/ask/{page}").content.decode()
            offered = html if page == "contact/details/" and code == "fr" else offered
            pages.append((page, code, sorted(re.findall(r'value="([^"]+)"[^>]* checked', html)), "Bird" in html))
    check = {code: seen(person.get(f"{home_of(code)}/ask/check/")) for code in CODES}
    person.post("/fr/ask/check/")
    row = HelpRequest.objects.select_related("person").get()  # the first of this site
    done = {code: seen(person.get(f"{home_of(code)}/ask/done/")) for code in CODES}
    return {
        "unanswered": unanswered,
        "offered": offered,
        "pages": pages,
        "check": check,
        "done": done,
        "rule": row.person.rule.as_data(),
        "id": str(row.pk),
    }


def at_the_desk(request_id: str) -> dict[str, str]:
    """What the counselor reads of the language."""
    cast = make_cast()
    cast.omar.languages = "en, fr"
    cast.omar.save()
    Shift.objects.create(
        staff=cast.omar, starts_at=timezone.now() - timedelta(hours=1),
        ends_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    desk = Client()
    desk.force_login(cast.tasha)
    desk.post("/account/lock/", {"password": "handrail-demo"})
    queue = desk.get("/desk/").content.decode()
    desk.post(f"/desk/r/{request_id}/take/", {"why": "Mine"})
    return {"queue": queue, "workspace": desk.get(f"/desk/r/{request_id}/").content.decode()}


def stopping(request_id: str) -> dict[str, Any]:
    """Yes by text, a message that goes out, and STOP in the third language."""
    yes = text_came("+15550100199", "Oui", ref="1", now=timezone.now())
    row = HelpRequest.objects.select_related("person").get(pk=request_id)
    with changing(row, actor=WORKER, verb="test", now=timezone.now()) as change:
        queue_message(change, "news")
    messages = list(Message.objects.filter(request=row).values_list("body", flat=True))
    stop = text_came("+15550100199", "ARRET !", ref="2", now=timezone.now())
    row = HelpRequest.objects.select_related("person").get(pk=request_id)
    return {"yes": yes, "messages": messages, "stop": stop, "is_stopped": row.person.rule.is_stopped}


def main() -> None:
    """Make the site, ask it everything, print it as JSON."""
    make_what_is_missing()
    build.program("River House", slug="river-house")
    asked = asking()
    told = {"pages": every_page(), "asked": asked, "desk": at_the_desk(asked["id"])}
    told["stopped"] = stopping(asked["id"])
    json.dump(told, sys.stdout)
