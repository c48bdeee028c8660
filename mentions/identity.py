"""Who is who: keys and digests of posts, mentions, contents and authors (docs/adr/0016).

Digests are 26 characters of lower-case base32 (RFC 4648): 130 bits of SHA-256, safe in URLs and file names.
"""

import hashlib
import hmac
import re
import unicodedata
from base64 import b32encode
from datetime import UTC, datetime

from mentions.model import Rating

KEY_LENGTH = 26
AUTHOR_LENGTH = 32
CONTENT_LENGTH = 32

ORIGIN = re.compile(r"https?://(?:www\.)?")
# Where an item has an id of its own under its thread, the page of the thread it stands on today does not count:
# WordPress, XenForo and plain paths; phpBB and common query parameters.
PAGE_IN_PATH = re.compile(r"/(?:comment-page-|page-|page/)\d+(?=$|\?)")
PAGE_IN_QUERY = re.compile(r"(?<=[?&])(?:page|start|paged|cpage)=\d+(?:&|$)")

# What WordPress and office programs change in a text that nobody edited.
TYPOGRAPHY = {
    **dict.fromkeys("‘’‚‛`´ʼ′", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    "×": "x",
    "\ufe0e": "",
    "\ufe0f": "",
}
TYPESET = re.compile(f"[{''.join(TYPOGRAPHY)}]")
DASHES = re.compile("--+")


def post_key(canonical: str, native_id: str | None) -> str:
    """Key of a post: digest of where it stands (a canonical URL) and of the site's own id for it.

    Scheme and `www.` do not count, nor the page number of a thread when there is a native id. An empty one is none.
    """
    place, own = ORIGIN.sub("", canonical, count=1), (native_id or "").strip()
    if own:
        place = PAGE_IN_QUERY.sub("", PAGE_IN_PATH.sub("", place)).rstrip("?&/")
    return _digest(place, own)


def post_id(key: str, published_at: datetime) -> str:
    """`YYYYMM-` + key; the month (UTC) is the one of publication as first known and never changes."""
    return f"{published_at.astimezone(UTC):%Y%m}-{key}"


def mention_id(post_id: str, brand: str) -> str:
    """The month of the post + digest of post and brand key: an upsert needs no search."""
    return f"{post_id[:7]}{_digest(post_id, brand)}"


def content_hash(title: str | None, text: str, rating: Rating | None) -> str:
    """Digest of what the author said: 32 hexadecimal digits, blind to white space and typography.

    Case, accents, punctuation and emoji count; curled quotes, dashes, ellipses and non-breaking spaces do not.
    """
    stars = f"{rating.value:g}/{rating.best:g}" if rating else ""
    said = "\x1f".join((_plain(title or ""), _plain(text), stars))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:CONTENT_LENGTH]


def author_key(secret: bytes, site: str, author: str) -> str:
    """Pseudonym of an author on a site: HMAC-SHA256 in hexadecimal, cut to 32 digits.

    Case, accents as composed, width and white space of the name do not count.
    """
    name = " ".join(unicodedata.normalize("NFKC", author).casefold().split())
    message = f"{site}\x1f{name}".encode("utf-8", "replace")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:AUTHOR_LENGTH]


def _digest(*parts: str) -> str:
    raw = hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).digest()
    return b32encode(raw).decode("ascii").lower()[:KEY_LENGTH]


def _plain(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", TYPESET.sub(lambda found: TYPOGRAPHY[found[0]], text))
    text = "".join(text.split()).replace("`", "'").replace("''", '"')
    return DASHES.sub("-", text) if "--" in text else text
