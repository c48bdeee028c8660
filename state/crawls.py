"""What a source showed last time: validators of its pages and the items seen, so that a second crawl is light."""

from dataclasses import asdict

from sqlalchemy import delete, select

from state.memory import MemoryChanges, Seen, SourceMemory, Validator
from state.schema import crawls, put, seen, validators
from state.transactions import Transactions

BATCH = 500  # keys in one statement: far below the 32,766 variables of SQLite, and quick to plan


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
