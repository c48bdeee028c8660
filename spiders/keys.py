"""The key and digest by which a crawl knows an item again: those of the intake, so that both agree."""

from mentions.errors import RejectedItem
from mentions.identity import content_hash, post_key
from mentions.model import RawItem
from mentions.urls import canonical_url


def key_at(url: str, native_id: str | None = None) -> str | None:
    """The key of the item at `url`, None if the URL is hopeless."""
    try:
        return post_key(canonical_url(url), native_id)
    except RejectedItem:
        return None


def item_key(item: RawItem) -> str | None:
    """The key of an item, None if its URL is hopeless."""
    return key_at(item.url, item.native_id)


def item_digest(item: RawItem) -> str:
    """Digest of what the author said; counts and dates do not matter."""
    return content_hash(item.title, item.text, item.rating)
