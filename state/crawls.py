"""What a source showed last time: validators of its pages and the items seen, so that a second crawl is light."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import delete, select

from state.schema import crawls, put, seen, validators
from state.transactions import Transactions

BATCH = 500  # keys in one statement: far below the 32,766 variables of SQLite, and quick to plan


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


class CrawlMemory:
    """Committed only after the spool file of the crawl is sealed; a crawl that died is simply done again."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def load(self, source: str) -> SourceMemory:
        """The memory of a source, empty for a new one."""
        pages = [column for column in validators.c if column.name != "source"]
        items = [column for column in seen.c if column.name != "source"]
        with self._transactions.read() as connection:
            health = connection.execute(select(crawls).where(crawls.c.source == source)).mappings().first()
            known = connection.execute(select(*pages).where(validators.c.source == source)).mappings()
            found = connection.execute(select(*items).where(seen.c.source == source)).mappings()
            return SourceMemory(
                source=source,
                validators={row["url"]: Validator(**row) for row in known},
                seen={row["key"]: Seen(**row) for row in found},
                not_before=health["not_before"] if health else None,
                strikes=health["strikes"] if health else 0,
            )

    def commit(self, source: str, changes: MemoryChanges) -> None:
        """Write what a crawl learnt, in one transaction."""
        health = {"source": source, "not_before": changes.not_before, "strikes": changes.strikes}
        with self._transactions.write() as connection:
            put(connection, crawls, [health])
            put(connection, validators, [{"source": source, **asdict(row)} for row in changes.validators])
            put(connection, seen, [{"source": source, **asdict(row)} for row in changes.seen])
            for start in range(0, len(changes.gone), BATCH):
                keys = changes.gone[start : start + BATCH]
                connection.execute(delete(seen).where(seen.c.source == source, seen.c.key.in_(keys)))

    def forget(self, source: str) -> None:
        """Forget everything: the next crawl is a first crawl."""
        with self._transactions.write() as connection:
            for table in (crawls, validators, seen):
                connection.execute(delete(table).where(table.c.source == source))
