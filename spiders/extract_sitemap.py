"""Sitemaps (sitemaps.org): an index leads to sitemaps, a urlset to pages. `lastmod` is a hint, never proof."""

import re
from dataclasses import replace

import lxml.etree

from mentions.errors import RejectedItem
from spiders.extract_model import Extraction, Links, Page

_PARSER = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
ROOT = re.compile(r"<(?:\w{1,20}:)?(sitemapindex|urlset)[\s>]")
FIELD = {"forum": "threads", "reviews": "products"}


def is_sitemap(text: str) -> bool:
    """Whether an XML document is a sitemap or an index of sitemaps."""
    return ROOT.search(text[:5000]) is not None


def read_sitemap(page: Page, kind: str | None) -> Extraction:
    """Its URLs as links: sitemaps of an index; pages as articles, threads or products, as the kind wants."""
    if "<!ENTITY" in page.text[:5000]:
        raise RejectedItem("unreadable", "the sitemap declares entities: refused, it may be a bomb")
    root = lxml.etree.fromstring(page.text.encode("utf-8", "replace"), parser=_PARSER)
    if root is None:
        raise RejectedItem("unreadable", "the sitemap is no XML")
    found = page.links(node.text for node in root.iterfind("{*}*/{*}loc"))
    index = lxml.etree.QName(root).localname == "sitemapindex"
    field = "sitemaps" if index else FIELD.get(kind or "", "articles")
    return Extraction(links=replace(Links(), **{field: found}), form="sitemap")  # type: ignore[arg-type]  # tuple fields
