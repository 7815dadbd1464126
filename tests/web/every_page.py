"""Every page a visitor can come to, made from the table of addresses, so that a new one cannot be forgotten.

An address without a hole in it is opened as it stands. One with a hole says here what stands in it; one that is
reached only by answering says which walk of tests/browser/test_inclusion_walks.py comes to it.
"""

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse

from handrail.records.directory.models import Program
from handrail.records.library.articles import library, pages
from handrail.web.access_table import ADDRESSES
from handrail.web.public.library import OWN_GROUPS

DOORS = ("public", "person", "link")
STAFF_OWN = ("account_", "mfa_")  # the doors of the staff's own sign-in
NO_PAGE = {
    "leave": "the bland page on the way out; tests/browser/test_leave.py",
    "go": "leads away; tests/browser/test_leave.py",
    "go_on": "leads on to the page that was asked for",
    "save_place": "takes a press and leads back",
    "status_again": "takes a press and leads back",
    "status_choose": "takes a press and leads back",
    "status_family": "takes a press and leads back",
    "openings_link": "a program's own device; tests/browser/test_device_link.py",
}
WALKS = {
    "asking": "ask_who ask_now ask_first ask_where ask_contact ask_details ask_about ask_check ask_done",
    "refer": "refer_done",
    "status": "status_message status_note status_contact status_counselor status_pause status_stop status_pin"
    " status_card status_take_back",
}
# Other states of a page than the one its address alone shows.
STATES = {
    "home": ["?from=nowhere"],
    "find": ["?n=99&k=m"],
    "find_results": [
        "?n=81101&k=m&p=a",
        "?n=99501&k=d&m=t&m=k&m=v",  # nothing near
        "?n=Fernholow",  # a slip of the pen
        "?n=Springfield",  # several towns of that name
        "",  # nothing was typed
    ],
    "compare": ["?c=river-house&c=harbor-light", ""],
    "cost": ["?k=a"],
}
NOWHERE = "/nowhere/"


def of_visitors() -> list[str]:
    """The names of all addresses that a visitor may come to."""
    return [name for name, row in ADDRESSES.items() if row.door in DOORS and not name.startswith(STAFF_OWN)]


def walked(walk: str) -> frozenset[str]:
    """The addresses that a walk comes to."""
    return frozenset(WALKS[walk].split())


def slugs() -> dict[str, list[str]]:
    """What stands in the hole of each address that has one."""
    places = Program.objects.listed().order_by("-name").values_list("slug", flat=True)
    river = Program.objects.listed().filter(name="River House").values_list("slug", flat=True)
    place = [*river, *places][:1] or ["river-house"]
    written = library("en")
    groups = {page.group for page in pages().values()}
    read = {
        group: [slug for slug, page in pages().items() if page.group == group and slug in written] for group in groups
    }
    return {
        **dict.fromkeys(("program", "report_place", "report_thanks"), place),
        "treatment_page": read["what-treatment-is-like"],
        "cost_page": read["cost"],
        "article": [slug for group in groups - set(OWN_GROUPS) for slug in read[group]],
    }


def paths_of(name: str) -> list[str]:
    """The English paths of one address, every state of it; none where it shows no page or is walked to."""
    if name in NO_PAGE or any(name in walked(walk) for walk in WALKS):
        return []
    holes = slugs()
    found = [reverse(name, kwargs={"slug": slug}) for slug in holes[name]] if name in holes else [reverse(name)]
    return [path + state for path in found for state in dict.fromkeys(["", *STATES.get(name, [])])]


def why_not_listed(name: str) -> str | None:
    """Why no test would look at this address, or None when one does."""
    if name in NO_PAGE or any(name in walked(walk) for walk in WALKS):
        return None
    try:
        paths_of(name)
    except NoReverseMatch:
        return "has a hole in it and no row in every_page.slugs"
    return None


def every_path() -> Iterator[tuple[str, str]]:
    """Each path with its address's name, in English."""
    for name in of_visitors():
        yield from ((name, path) for path in paths_of(name))
    yield "not_found", NOWHERE


def in_language(path: str, language: str) -> str:
    """The same page in that language."""
    return path if language == "en" else f"/{language}{path}"
