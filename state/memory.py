"""What is remembered of a source: plain records, free of the database, which a crawl's child need not load."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """What a page said of its version (RFC 9110 section 8.8), and the digest of the body we read."""

    url: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    checked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An item read before: `key` is ours, unique within the source, `digest` that of its content."""

    key: str
    digest: str
    url: str
    thread_url: str | None
    native_id: str | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMemory:
    """All that is remembered of a source; `not_before` and `strikes` keep it from being hammered when it is ill."""

    source: str
    validators: Mapping[str, Validator] = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict)
    not_before: datetime | None = None
    strikes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryChanges:
    """What a crawl learnt; `gone` are keys of items that are no longer there."""

    validators: tuple[Validator, ...] = ()
    seen: tuple[Seen, ...] = ()
    gone: tuple[str, ...] = ()
    not_before: datetime | None = None
    strikes: int = 0
