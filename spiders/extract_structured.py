"""schema.org data of a page, JSON-LD and microdata alike, as plain dictionaries.

Keys are property names, `@type` and `@id` as in JSON-LD; microdata things also carry their element under `#node`.
Readers below tell one value from lists of values, objects and strings (schema.org allows all three everywhere).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import lxml.etree

from spiders.extract_text import Node, inline, pick, plain

Thing: TypeAlias = dict[str, Any]

ARTICLES = frozenset(
    [
        "Article",
        "NewsArticle",
        "BlogPosting",
        "Report",
        "TechArticle",
        "LiveBlogPosting",
        "OpinionNewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "ReviewNewsArticle",
        "AdvertiserContentArticle",
        "ScholarlyArticle",
        "SatiricalArticle",
    ]
)
DISCUSSIONS = frozenset(("DiscussionForumPosting", "QAPage", "Question"))
DEEPEST = 20  # levels of nesting that mean something
MOST = 5000  # things on one page
TOO_DEEP = lxml.etree.XPath("count(//*[@itemscope]) > 3000 or //*[@itemscope][count(ancestor::*[@itemscope]) > 12]")
SCRIPT = 4_000_000  # characters of one JSON-LD block


def read_things(tree: Node, url: str) -> tuple[list[Thing], list[str]]:
    """All top-level things of a page, `@graph` unfolded and references resolved, and notes on what is broken."""
    things: list[Thing] = []
    notes: list[str] = []
    for script in pick(tree, 'script[type^="application/ld+json"]'):
        try:
            script.set("type", "application/ld+json")  # the extractor knows no parameters
            found = _json_ld(script) if len(script.text or "") <= SCRIPT else []
        except (ValueError, RecursionError, IndexError, KeyError, TypeError) as error:
            notes.append(f"broken JSON-LD: {type(error).__name__}")
            continue
        things += [thing for item in found for thing in unfold(item)]
    things += microdata(tree, url, notes)
    return resolve(things), notes


def unfold(item: Any) -> Iterator[Thing]:
    """The things of `@graph`, or the thing itself."""
    if isinstance(item, dict):
        graph = item.get("@graph")
        yield from (thing for thing in graph if isinstance(thing, dict)) if isinstance(graph, list) else (item,)


def microdata(tree: Node, url: str, notes: list[str]) -> list[Thing]:
    """Microdata in the shape of JSON-LD; plain `itemscope` furniture costs nothing when no type is of use."""
    wanted = [
        "Product",
        "Review",
        "Article",
        "Posting",
        "Comment",
        "Question",
        "QAPage",
        "Rating",
        "Business",
        "Restaurant",
        "Hotel",
        "Book",
        "App",
    ]
    types = " ".join(node.get("itemtype") or "" for node in pick(tree, "[itemtype]"))
    if not any(word in types for word in wanted):
        return []
    if TOO_DEEP(tree):  # the extractor's cost grows with the square of the nesting
        notes.append("microdata nested beyond reason: not read")
        return []
    try:
        found = _microdata(tree, url)
        return [thing for item in found if isinstance(thing := _from_microdata(item), dict)]
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        notes.append(f"broken microdata: {type(error).__name__}")
        return []


# extruct loads its readers of RDFa and microformats too, a tenth of a second: a crawl of feeds does without.


def _json_ld(script: Node) -> list[Any]:
    from extruct.jsonld import JsonLdExtractor  # noqa: PLC0415 - see above

    return list(JsonLdExtractor().extract_items(script))


def _microdata(tree: Node, url: str) -> list[Any]:
    from extruct.w3cmicrodata import MicrodataExtractor  # noqa: PLC0415 - see above

    return list(MicrodataExtractor(add_html_node=True).extract_items(tree, url))


def _from_microdata(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_microdata(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    kinds = value.get("type")
    names = [kind.rstrip("/").rsplit("/", 1)[-1] for kind in ([kinds] if isinstance(kinds, str) else kinds or [])]
    thing: Thing = {name: _from_microdata(entry) for name, entry in (value.get("properties") or {}).items()}
    thing |= {"@type": names, "#node": value.get("htmlNode")}
    if value.get("id"):
        thing["@id"] = value["id"]
    if not value.get("properties") and isinstance(value.get("value"), str):
        thing["name"] = value["value"]
    return thing


def resolve(things: list[Thing]) -> list[Thing]:
    """Replace `{"@id": x}` by the thing of that id, one level: enough for authors and ratings, and never a cycle."""
    known = {thing["@id"]: thing for thing in things if isinstance(thing.get("@id"), str) and len(thing) > 1}

    def settle(value: Any) -> Any:
        if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("@id"), str):
            return known.get(value["@id"], value)
        return [settle(entry) for entry in value] if isinstance(value, list) else value

    return [{name: settle(value) for name, value in thing.items()} for thing in things]


def kinds(thing: Mapping[str, Any]) -> set[str]:
    """The type names of a thing, without their vocabulary."""
    return {str(kind).rstrip("/").rsplit("/", 1)[-1].removeprefix("schema:") for kind in every(thing.get("@type"))}


def every(value: Any) -> list[Any]:
    """A value that may be absent, single or a list, as a list."""
    return [] if value is None or value == "" else value if isinstance(value, list) else [value]


def objects(value: Any) -> list[Thing]:
    """Those of `every` that are things."""
    return [entry for entry in every(value) if isinstance(entry, dict)]


def walk(things: Iterable[Thing], wanted: Iterable[str]) -> Iterator[Thing]:
    """Every thing of one of the wanted types, at any depth, in order; a thing is not searched for its own kind."""
    names = frozenset(wanted)
    stack: list[tuple[Any, int]] = [(thing, 0) for thing in reversed(list(things))]
    seen: set[int] = set()
    while stack and len(seen) < MOST:
        value, depth = stack.pop()
        if isinstance(value, list):
            stack += [(entry, depth) for entry in reversed(value)]
        elif isinstance(value, dict) and depth < DEEPEST and id(value) not in seen:
            seen.add(id(value))
            if kinds(value) & names:
                yield value
            else:
                stack += [(entry, depth + 1) for name, entry in reversed(value.items()) if name != "#node"]


def word(value: Any) -> str | None:
    """A value as text: the string, the number, the `@value`, the `name` of a thing, the first of a list."""
    for entry in every(value):
        found = (entry.get("@value") or entry.get("name") or entry.get("text")) if isinstance(entry, dict) else entry
        if isinstance(found, list | dict):
            found = word(found) if found != entry else None
        if found is not None and not isinstance(found, bool) and str(found).strip():
            return str(found).strip()
    return None


def address(value: Any) -> str | None:
    """A value as a URL: the string, or the `url` or `@id` of a thing."""
    for entry in every(value):
        found = (entry.get("url") or entry.get("@id")) if isinstance(entry, dict) else entry
        if isinstance(found, str) and found.strip():
            return found.strip()
    return None


def prose(value: Any) -> str:
    """A value as text with paragraphs; JSON-LD often carries markup or entities."""
    return plain(word(value))


def names(value: Any) -> str | None:
    """Authors: one name, or several joined by commas; URLs are no names."""
    found: list[str] = []
    for entry in every(value):
        name = word(entry)
        if isinstance(entry, dict) and entry.get("#node") is not None and name is None:
            name = inline(entry["#node"])
        if name and not re.match(r"(?:https?:)?//", name) and name not in found:
            found.append(name)
    return ", ".join(found[:5]) or None


def counters(value: Any) -> dict[str, int]:
    """`interactionStatistic` as engagement counts: likes, replies, shares, views."""
    meaning = {
        "Like": "likes",
        "Comment": "replies",
        "Reply": "replies",
        "Share": "shares",
        "View": "views",
        "Read": "views",
    }
    counts: dict[str, int] = {}
    for entry in objects(value):
        action = " ".join(
            [
                str(word(entry.get("interactionType")) or ""),
                address(entry.get("interactionType")) or "",
                *(str(kind) for thing in objects(entry.get("interactionType")) for kind in kinds(thing)),
            ]
        )
        number = re.fullmatch(r"\d{1,9}", word(entry.get("userInteractionCount")) or "")
        for verb, name in meaning.items():
            if f"{verb}Action" in action and number:
                counts[name] = int(number[0])
    return counts
