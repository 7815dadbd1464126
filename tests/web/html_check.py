"""Says what is wrong with a page's HTML: a strict parse by the standard, then what may stand where, ids and names.

The parser is justhtml, which reports every parse error that the HTML standard names. It does not judge content
models; the tables below hold those for the elements our pages use. An element that is in none of them is a fault,
so that a new one is thought about.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from justhtml import JustHTML

FLOW = frozenset(
    """
    article aside blockquote details dialog div dl fieldset figure footer form h1 h2 h3 h4 header hr
    main nav ol p search section table ul
    """.split()  # noqa: SIM905 (a line of words is read more easily)
)
PHRASING = frozenset(
    """
    a abbr b bdi br button cite code data em i input kbd label mark meter output progress q s samp
    select small span strong sub sup svg textarea time u var wbr
    """.split()  # noqa: SIM905 (a line of words is read more easily)
)
SCRIPTED = frozenset({"script", "template", "noscript"})
# Elements that hold words and what may stand among words, and no blocks.
WORDS_ONLY = frozenset(
    """
    h1 h2 h3 h4 p button label span b i em strong small cite time abbr code q sub sup legend summary dt
    output
    """.split()  # noqa: SIM905 (a line of words is read more easily)
)
HEADINGS = ("h1", "h2", "h3", "h4")
CHILDREN = {
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd", "div"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot", "tr"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
    "select": {"option", "optgroup", "hr"},
    "head": {"meta", "title", "link", "script", "base"},
}
PARENTS = {"li": {"ul", "ol"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "legend": {"fieldset"}}
PARENTS |= {"summary": {"details"}, "figcaption": {"figure"}, "option": {"select", "datalist", "optgroup"}}
KNOWN = FLOW | PHRASING | SCRIPTED | set(CHILDREN) | set(PARENTS) | {"html", "head", "body", "meta", "title", "link"}
KNOWN |= {"caption", "colgroup", "col", "td", "th", "tfoot", "optgroup", "datalist", "img"}
INTERACTIVE = frozenset(["a", "button", "input", "select", "textarea", "label", "details"])
GLOBAL = re.compile(
    r"^(id|class|lang|dir|hidden|title|tabindex|autofocus|role|inert|translate|spellcheck|inputmode|enterkeyhint"
    r"|(aria|data)-[a-z-]+)$"
)
OWN: dict[str, str] = {
    "html": "",
    "meta": "charset name content http-equiv media",
    "link": "rel href hreflang type media sizes",
    "script": "src defer async type",
    "a": "href hreflang rel target download type",
    "form": "action method novalidate autocomplete enctype name",
    "button": "type name value form formaction disabled popovertarget",
    "input": "type name value checked required disabled readonly maxlength minlength min max step pattern placeholder"
    " autocomplete list size accept autocapitalize autocorrect",
    "textarea": "name rows cols maxlength minlength required disabled readonly placeholder autocomplete autocapitalize",
    "select": "name required disabled multiple size autocomplete",
    "option": "value selected disabled label",
    "optgroup": "label disabled",
    "label": "for",
    "fieldset": "name disabled form",
    "details": "open name",
    "time": "datetime",
    "ol": "start reversed type",
    "li": "value",
    "th": "scope colspan rowspan headers abbr",
    "td": "colspan rowspan headers",
    "col": "span",
    "colgroup": "span",
    "img": "src alt width height loading decoding",
    "q": "cite",
    "blockquote": "cite",
    "meter": "value min max low high optimum",
    "progress": "value max",
    "data": "value",
    "output": "for name form",
}
REFERS = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details", "headers")
LABELLED = frozenset({"select", "textarea", "input"})
NEEDS_NO_LABEL = frozenset({"hidden", "submit", "button", "image", "reset"})


def faults(html: str) -> list[str]:
    """Every fault of a whole page, each as one line; empty for a page that is valid."""
    if not html.lstrip().lower().startswith("<!doctype html>"):
        return ["no doctype"]
    page = JustHTML(html, collect_errors=True, sanitize=False, track_node_locations=True)
    found = [f"line {error.line}: {error.code}" for error in page.errors]
    nodes = list(_elements(page.root))
    for node in nodes:
        found += [f"<{node.name}> {fault}" for fault in _of_one(node)]
    return [*found, *_of_ids(nodes), *_of_headings(nodes), *_of_whole(nodes)]


def _elements(node: Any) -> Iterator[Any]:
    for child in node.children or ():
        if not child.name.startswith(("#", "!")):
            yield child
            yield from _elements(child)


def _above(node: Any) -> Iterator[Any]:
    while node.parent is not None:
        node = node.parent
        yield node


def _is_drawn(node: Any) -> bool:
    """Inside a drawing, where SVG's own rules hold."""
    return any(each.name == "svg" for each in _above(node))


def _of_one(node: Any) -> Iterator[str]:
    name = node.name
    if name == "svg" or _is_drawn(node):
        return
    if name not in KNOWN:
        yield "is not in the tables of html_check.py"
    for attribute in node.attrs:
        if not GLOBAL.match(attribute) and attribute not in OWN.get(name, "").split():
            yield f"has an attribute {attribute}"
    if node.attrs.get("style") is not None or any(attribute.startswith("on") for attribute in node.attrs):
        yield "has a style or a script of its own"
    parent = node.parent.name if node.parent else ""
    if parent in CHILDREN and name not in CHILDREN[parent] | SCRIPTED:
        yield f"stands right inside <{parent}>"
    if name in PARENTS and parent not in PARENTS[name]:
        yield f"stands inside <{parent}>"
    yield from _of_words(node)


def _of_words(node: Any) -> Iterator[str]:
    """Blocks among words, and what is pressed inside what is pressed."""
    above = [each.name for each in _above(node)]
    if node.name in FLOW:
        holder = next((each for each in above if each in WORDS_ONLY or each in ("div", "li", "dd", "td")), "")
        is_heading = node.name in HEADINGS and holder in ("legend", "summary")
        if holder in WORDS_ONLY and not is_heading and holder not in ("dt",):
            yield f"is a block inside <{holder}>"
    if node.name in INTERACTIVE and node.attrs.get("type") != "hidden":
        around = next((each for each in above if each in ("a", "button")), "")
        if around:
            yield f"can be pressed, inside <{around}>"


def _of_ids(nodes: list[Any]) -> Iterator[str]:
    ids = [node.attrs["id"] for node in nodes if "id" in node.attrs]
    yield from (f"the id {each!r} stands twice" for each in sorted({each for each in ids if ids.count(each) > 1}))
    yield from (f"the id {each!r} is empty or has a space" for each in ids if not each or re.search(r"\s", each))
    labelled = {node.attrs.get("for") for node in nodes if node.name == "label"}
    for node in nodes:
        wanted = [node.attrs["for"]] if node.name == "label" and "for" in node.attrs else []
        for key in REFERS:
            wanted += (node.attrs.get(key) or "").split()
        link = node.attrs.get("href") or ""
        if node.name == "a" and link.startswith("#"):
            wanted.append(link[1:])
        yield from (f"<{node.name}> points at {each!r}, which is not there" for each in wanted if each not in ids)
        if node.name in LABELLED and node.attrs.get("type") not in NEEDS_NO_LABEL:
            has_name = node.attrs.get("aria-label") or node.attrs.get("aria-labelledby")
            is_inside = any(each.name == "label" for each in _above(node))
            if node.attrs.get("id") not in labelled and not has_name and not is_inside:
                yield f"<{node.name} name={node.attrs.get('name')}> has no label"


def _of_headings(nodes: list[Any]) -> Iterator[str]:
    levels = [int(node.name[1]) for node in nodes if node.name in HEADINGS]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} h1"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"a heading goes from h{before} to h{after}"


def _of_whole(nodes: list[Any]) -> Iterator[str]:
    ours = [node for node in nodes if not _is_drawn(node)]  # a drawing may have a title of its own
    named = {name: [node for node in ours if node.name == name] for name in ("html", "title", "main", "body")}
    yield from (f"{len(those)} <{name}>" for name, those in named.items() if name != "main" and len(those) != 1)
    if len(named["main"]) > 1:
        yield "more than one <main>"
    if not named["html"][0].attrs.get("lang"):
        yield "no language"
    for node in nodes:
        if node.name in ("ul", "ol", "dl") and not list(_elements(node)):
            yield f"an empty <{node.name}>"
