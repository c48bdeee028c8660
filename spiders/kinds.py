"""Which walk reads which kind of source. A new kind is a new row."""

from collections.abc import Callable, Mapping
from typing import Any

from spiders.walk import Memory, Walk
from spiders.walk_blog import BlogWalk
from spiders.walk_css import CssWalk
from spiders.walk_feed import FeedWalk
from spiders.walk_forum import ForumWalk
from spiders.walk_reviews import ReviewsWalk

KINDS: Mapping[str, Callable[[Any, Memory], Walk]] = {
    "feed": FeedWalk,
    "blog": BlogWalk,
    "forum": ForumWalk,
    "reviews": ReviewsWalk,
    "css": CssWalk,
}
