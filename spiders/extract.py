"""HTML, XML or JSON in, raw items and links out. Pure: no network, no clock, no files (docs/adr/0005)."""

from datetime import datetime

from config.models import Source
from mentions.errors import RejectedItem
from spiders.extract_model import Extraction, Links

__all__ = ["Extraction", "Links", "extract"]


def extract(  # noqa: PLR0913 - the facts of one response, all named
    body: bytes,
    url: str,
    *,
    kind: str | None = None,
    source: Source | None = None,
    fetched_at: datetime,
    content_type: str | None = None,
    charset: str | None = None,
) -> Extraction:
    """Read one response body that came from `url`.

    `kind` is a kind of source (feed, blog, forum, reviews, css) or None to recognise the page by itself;
    `source` gives the name on the items, the time zone of naive dates and the selectors of kind css.
    `content_type` and `charset` are what the HTTP header said. Items of kind None or blog: articles and
    comments; forum: posts; reviews: reviews. Raises RejectedItem("unreadable") for a body that no reader
    understands (binary, empty, entity declarations).
    """
    raise RejectedItem("unreadable", "not written yet")
