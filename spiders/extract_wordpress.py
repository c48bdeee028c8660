"""WordPress's REST answers (`/wp-json/wp/v2/posts`, `/comments`): the complete, dated, threaded view of a blog.

Ask for posts and comments with `_embed=author,up`: without it a post carries only the number of its author.
Source: WordPress REST API handbook, schema of posts and comments.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mentions.model import RawItem
from spiders.extract_dates import Stamp, parse_date
from spiders.extract_feed import entries_of
from spiders.extract_model import Extraction, Links, Page
from spiders.extract_people import clean_author
from spiders.extract_text import plain
from spiders.extract_urls import first_page

MEANT = timedelta(seconds=60)


def wordpress_form(data: Any) -> str | None:
    """`wordpress-posts` or `wordpress-comments`, if that is what the JSON is."""
    first = next(entries_of(data), None)
    if first is None or not isinstance(first.get("content"), dict) or "rendered" not in first["content"]:
        return None
    if "author_name" in first and "post" in first:
        return "wordpress-comments"
    return "wordpress-posts" if "link" in first and "date_gmt" in first else None


def read_wordpress(page: Page, data: Any, form: str) -> Extraction:
    """The items of one answer, newest first as WordPress sorts them."""
    reader = _comment if form == "wordpress-comments" else _post
    entries = list(entries_of(data))
    items = [item for item in (reader(page, entry) for entry in entries) if item is not None]
    notes = (
        [] if len(items) == len(entries) else [f"protected, unpublished or empty entries: {len(entries) - len(items)}"]
    )
    if form == "wordpress-posts" and items and not any(item.author for item in items):
        notes.append("no author is embedded: ask with _embed=author")
    articles = page.links(item.url for item in items) if form == "wordpress-posts" else ()
    return Extraction(items=tuple(items), links=Links(articles=articles), notes=tuple(notes), form=form)


def rendered(value: Any) -> str:
    """The text of a `{"rendered": html}` object."""
    return plain(str(value.get("rendered") or "")) if isinstance(value, dict) else ""


def _gmt(page: Page, value: Any) -> Stamp | None:
    return parse_date(str(value), zone=UTC, now=page.fetched_at) if value else None


def _embedded(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    embedded = entry.get("_embedded")
    found = embedded.get(name) if isinstance(embedded, dict) else None
    return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}


def _edited(stamp: Stamp | None, modified: Stamp | None) -> datetime | None:
    """WordPress sets both dates when it publishes; only a later change is an edit."""
    return modified.at if stamp and modified and modified.at - stamp.at > MEANT else None


def _post(page: Page, entry: Mapping[str, Any]) -> RawItem | None:
    url = page.link(str(entry.get("link") or ""))
    content = entry.get("content")
    if (
        url is None
        or not isinstance(content, dict)
        or content.get("protected")
        or entry.get("status") not in ("publish", None)
    ):
        return None
    title = rendered(entry.get("title")) or None
    text = rendered(content) or title
    if not text:
        return None
    stamp = _gmt(page, entry.get("date_gmt"))
    return page.item(
        stamp, "wordpress", unit="article", url=url, title=title, text=text, extractor="wordpress",
        author=clean_author(plain(str(_embedded(entry, "author").get("name") or ""))),
        edited=_edited(stamp, _gmt(page, entry.get("modified_gmt"))),
    )  # fmt: skip


def _comment(page: Page, entry: Mapping[str, Any]) -> RawItem | None:
    url = page.link(str(entry.get("link") or ""), fragment=True)
    text = rendered(entry.get("content"))
    if (
        url is None
        or not text
        or entry.get("type", "comment") != "comment"
        or entry.get("status", "approved") != "approved"
    ):
        return None
    parent = entry.get("parent")
    return page.item(
        _gmt(page, entry.get("date_gmt")), "wordpress", unit="comment", url=url, thread_url=first_page(url),
        text=text, thread_title=rendered(_embedded(entry, "up").get("title")) or None,
        native_id=str(entry.get("id") or "") or None,
        parent=str(parent) if isinstance(parent, int) and parent else None,
        author=clean_author(plain(str(entry.get("author_name") or ""))), extractor="wordpress",
    )  # fmt: skip
