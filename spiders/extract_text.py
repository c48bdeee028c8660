"""Markup to plain text: paragraphs stay apart, quotes and page furniture can be left out."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any, TypeAlias

import lxml.etree
import lxml.html
from cssselect import HTMLTranslator, SelectorError

from mentions.errors import RejectedItem

Node: TypeAlias = Any  # lxml ships no types

PARAGRAPH = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "caption",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "legend",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "ul",
    ]
)
LINE = frozenset(("br", "li", "tr"))
SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "head",
        "title",
        "iframe",
        "object",
        "button",
        "select",
        "textarea",
        "input",
    ]
)
SMILEY = re.compile(r"emoji|smil", re.IGNORECASE)
SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:#\w{1,8}|\w{2,12});")
_PARSER = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)


def parse_html(text: str) -> Node:
    """The tree of a page; RejectedItem("unreadable") when there is no element at all."""
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=_PARSER)
    except (lxml.etree.LxmlError, ValueError, AssertionError) as error:
        raise RejectedItem("unreadable", f"not HTML: {error}") from error
    return tree


@lru_cache(maxsize=2048)
def selector(css: str, *, root: bool = False) -> lxml.etree.XPath:
    """A compiled CSS selector below the node it is called on (a `root` may match too); ValueError if it is not CSS."""
    try:
        return lxml.etree.XPath(HTMLTranslator().css_to_xpath(css, prefix=f"descendant{'-or-self' * root}::"))
    except SelectorError as error:
        raise ValueError(f"{css!r} is not a CSS selector: {error}") from error


def pick(node: Node, css: str) -> list[Node]:
    """All nodes under `node` that match, in document order."""
    return list(selector(css, root=node.getparent() is None)(node))


def pick_one(node: Node, css: str) -> Node | None:
    """The first node that matches; alternatives separated by ` || ` are tried in turn."""
    for choice in css.split(" || "):
        found = pick(node, choice)
        if found:
            return found[0]
    return None


def pick_value(node: Node, css: str) -> str | None:
    """`css@attribute` or the text of `css`, of the first match that has one; ` || ` separates alternatives."""
    for choice in css.split(" || "):
        path, _, attribute = choice.partition("@")
        for found in pick(node, path) if path else [node]:
            value = found.get(attribute) if attribute else inline(found)
            if value and value.strip():
                return str(value).strip()
    return None


def inline(node: Node) -> str:
    """The text of a node on one line, without scripts."""
    return " ".join(text_of(node).split())


def text_of(node: Node, *, without: Collection[Node] = ()) -> str:
    """The text of a node: an empty line between paragraphs, a line break at <br>, nodes of `without` left out."""
    parts: list[str] = []
    verbatim = 0
    left_out = set(without)
    walk = lxml.etree.iterwalk(node, events=("start", "end"))
    for event, found in walk:
        tag = found.tag
        if event == "start":
            if tag in SILENT or found in left_out:
                walk.skip_subtree()
                parts.append("\n\n" if found in left_out else "")
                continue
            verbatim += tag == "pre"
            parts.append("\n\n" if tag in PARAGRAPH else "\n" if tag in LINE else " " if tag in ("td", "th") else "")
            if tag == "img" and SMILEY.search(found.get("class") or ""):
                parts.append(found.get("alt") or "")
            if found.text:
                parts.append(found.text if verbatim else found.text.replace("\n", " "))
        else:
            if tag in PARAGRAPH:
                parts.append("\n\n")
            verbatim -= tag == "pre" and found not in left_out
            if found.tail and found is not node:
                parts.append(found.tail if verbatim else found.tail.replace("\n", " "))
    return tidy("".join(parts))


def tidy(text: str) -> str:
    """Plain text with single spaces, no trailing ones, and one empty line at most."""
    lines = [SPACES.sub(" ", line).strip() for line in text.replace("\r\n", "\n").split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def fragment(markup: str) -> Node | None:
    """The tree of a piece of HTML (a feed entry, a rendered comment); None if there is no markup in it."""
    if not MARKUP.search(markup):
        return None
    try:
        return lxml.html.fragment_fromstring(markup.encode("utf-8", "replace"), create_parent="div", parser=_PARSER)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None


def plain(markup: str | None) -> str:
    """A piece of HTML or plain text as plain text."""
    if not markup:
        return ""
    tree = fragment(markup)
    return tidy(markup) if tree is None else text_of(tree)
