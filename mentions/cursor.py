"""The order of a listing and the opaque cursor of its next page, the same on every store.

`newest`: published_at, id, both descending. `oldest`: the exact reverse. `worst`: severity, probability of
negative, published_at, id, all descending.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime

from mentions.model import Mention

SORTS: Mapping[str, tuple[str, ...]] = {
    "newest": ("published_at", "id"),
    "oldest": ("published_at", "id"),
    "worst": ("severity", "sentiment_negative", "published_at", "id"),
}
LARGEST_PAGE = 10_000


def check_page(size: int, sort: str) -> None:
    """Raise ValueError if no store gives such a page."""
    if sort not in SORTS:
        raise ValueError(f"sort {sort!r} is unknown: use one of {', '.join(SORTS)}")
    if not 1 <= size <= LARGEST_PAGE:
        raise ValueError(f"a page of {size} mentions: ask for 1 to {LARGEST_PAGE}")


def cursor_after(mention: Mention, sort: str) -> str:
    """The cursor of the page that follows this mention."""
    values = [getattr(mention, name) for name in SORTS[sort]]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps([sort, *plain]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str) -> tuple[float | datetime | str, ...]:
    """Values of the last mention seen, in the order of SORTS; ValueError if it is no cursor of this sort."""
    wrong = ValueError(f"cursor {cursor[:60]!r} is not one of a listing sorted by {sort}: start without a cursor")
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        kind, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise wrong from error
    if kind != sort or len(values) != len(SORTS[sort]):
        raise wrong
    try:
        return tuple(_value(name, value) for name, value in zip(SORTS[sort], values, strict=True))
    except (TypeError, ValueError) as error:
        raise wrong from error


def _value(name: str, value: object) -> float | datetime | str:
    if name == "published_at" and isinstance(value, str):
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise ValueError(value)
        return at
    if name == "id" and isinstance(value, str):
        return value
    if name in ("severity", "sentiment_negative") and isinstance(value, int | float):
        return float(value)
    raise TypeError(name)
