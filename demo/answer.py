"""What a site answers: a page, its validators, and the conditional request (RFC 9110, section 13)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A response before its headers. `changed` is when anything on it last changed, None when unknown."""

    body: bytes
    kind: str = HTML
    status: int = 200
    changed: datetime | None = None

    @property
    def etag(self) -> str:
        """A strong validator: the digest of the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'

    def headers(self) -> dict[str, str]:
        """The headers that speak of this representation."""
        sent = {"Content-Type": self.kind, "Content-Length": str(len(self.body))}
        if self.status == 200:  # noqa: PLR2004 - OK
            sent |= {"ETag": self.etag, "Cache-Control": "no-cache"}
            if self.changed is not None:
                sent["Last-Modified"] = format_datetime(self.changed.astimezone(UTC), usegmt=True)
        return sent

    def unchanged(self, asked: Mapping[str, str]) -> bool:
        """Whether the validators that the visitor sent still hold; If-None-Match outweighs the date."""
        if self.status != 200:  # noqa: PLR2004 - OK
            return False
        tags = asked.get("If-None-Match")
        if tags is not None:
            return any(tag.strip().removeprefix("W/") in {self.etag, "*"} for tag in tags.split(","))
        since = asked.get("If-Modified-Since")
        if since is None or self.changed is None:
            return False
        try:
            return self.changed.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (ValueError, TypeError):  # a date nobody can read is as good as none, RFC 9110 13.1.3
            return False
