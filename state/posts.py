"""Posts that name no brand: remembered by their hash so that they are not judged again; their text is not kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select

from mentions.store import Known
from state.schema import brandless, put
from state.transactions import Transactions

BATCH = 500  # keys in one statement: far below the 32,766 variables of SQLite, and quick to plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Brandless:
    """A post judged to be about no brand, by pipeline `pipeline`.

    `spool_file` is where its line stands, so that it can be judged again when its thread gets a brand.
    """

    post_key: str
    post_id: str
    content_hash: str
    revision: int
    pipeline: str
    fetched_at: datetime
    first_seen_at: datetime
    thread_url: str | None
    spool_file: str | None


class BrandlessPosts:
    """The memory that complements `MentionStore.known`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def known(self, post_keys: Sequence[str]) -> Mapping[str, Known]:
        """What is remembered of these posts, by post key."""
        found: dict[str, Known] = {}
        with self._transactions.read() as connection:
            for keys in _batches(post_keys):
                rows = connection.execute(select(brandless).where(brandless.c.post_key.in_(keys))).mappings()
                found.update((row["post_key"], _known(Brandless(**row))) for row in rows)
        return found

    def remember(self, rows: Sequence[Brandless]) -> None:
        """Write rows; a known post key is replaced."""
        with self._transactions.write() as connection:
            put(connection, brandless, [asdict(row) for row in rows])

    def by_threads(self, thread_urls: Sequence[str]) -> list[Brandless]:
        """Posts under these threads, by first sight."""
        found: list[Brandless] = []
        with self._transactions.read() as connection:
            for urls in _batches(thread_urls):
                rows = connection.execute(select(brandless).where(brandless.c.thread_url.in_(urls))).mappings()
                found.extend(Brandless(**row) for row in rows)
        return sorted(found, key=lambda row: (row.first_seen_at, row.post_key))

    def forget(self, post_keys: Sequence[str]) -> None:
        """These posts have a brand now, or are gone."""
        with self._transactions.write() as connection:
            for keys in _batches(post_keys):
                connection.execute(delete(brandless).where(brandless.c.post_key.in_(keys)))

    def prune(self, before: datetime) -> int:
        """Drop what was fetched last before `before`; returns how many."""
        with self._transactions.write() as connection:
            return connection.execute(delete(brandless).where(brandless.c.fetched_at < before)).rowcount


def _known(row: Brandless) -> Known:
    return Known(
        post_id=row.post_id,
        content_hash=row.content_hash,
        revision=row.revision,
        pipeline=row.pipeline,
        fetched_at=row.fetched_at,
        first_seen_at=row.first_seen_at,
    )


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
