"""One database for everything Vigie remembers of its own work: SQLite embedded, PostgreSQL for teams."""

import logging
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError

from mentions.errors import Stop
from state.crawls import CrawlMemory
from state.incidents import Incidents
from state.outbox import Outbox
from state.posts import BrandlessPosts
from state.runs import Runs
from state.schema import REVISIONS
from state.transactions import Transactions
from state.verdicts import Verdicts

log = logging.getLogger(__name__)

BUSY_SECONDS = 30  # how long one writer waits for another before it is Transient


class State:
    """The rooms of the memory, one attribute each; opening creates or migrates the schema.

    `url` is SQLAlchemy's (`sqlite:////path/state.db`, `postgresql+psycopg://...`). Stop if the database is
    newer than this program, damaged or out of reach; Transient if it is locked or its disk is full.
    """

    def __init__(self, url: str) -> None:
        self.where, self._engine = open_engine(url)
        transactions = Transactions(self._engine, self.where)
        migrate(transactions)
        self.runs = Runs(transactions)
        self.incidents = Incidents(transactions)
        self.outbox = Outbox(transactions)
        self.crawls = CrawlMemory(transactions)
        self.posts = BrandlessPosts(transactions)
        self.verdicts = Verdicts(transactions)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_engine(url: str) -> tuple[str, Engine]:
    """The engine, and the name of the database for people (no password in it)."""
    try:
        address = make_url(url)
        sqlite = address.get_backend_name() == "sqlite"
        if sqlite and address.database and address.database != ":memory:":
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS} if sqlite else {})
    except (ArgumentError, OSError) as error:
        raise Stop(f"VIGIE_DATABASE_URL cannot be used: {error}") from error
    except ModuleNotFoundError as error:
        raise Stop(f"VIGIE_DATABASE_URL needs the Python package {error.name}; install it beside Vigie") from error
    if sqlite:
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return (str(address.database) if sqlite else address.render_as_string(hide_password=True)), engine


def _prepare(connection: Any, _record: object) -> None:
    """WAL so that readers and one writer never wait for each other; our own BEGIN, not the driver's."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer takes its lock at once: a read lock raised later fails without waiting (sqlite.org/lang_transaction)."""
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def migrate(transactions: Transactions) -> None:
    """Bring the schema to the last of REVISIONS; Alembic is imported only if there is something to do."""
    with transactions.read() as connection:
        found = revision(connection)
    if found == REVISIONS[-1]:
        return
    if found is not None and found not in REVISIONS:
        raise Stop(
            f"{transactions.where} was written by a newer Vigie (schema {found}, this one knows up to "
            f"{REVISIONS[-1]}); run that version, or give another VIGIE_HOME"
        )
    from state.migrations.upgrade import upgrade  # noqa: PLC0415 - costs a quarter of a second, needed once

    with transactions.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(861947)"))  # one migrator at a time
        if revision(connection) != REVISIONS[-1]:
            upgrade(connection)
            log.info("state migrated from=%s to=%s", found, REVISIONS[-1])


def revision(connection: Connection) -> str | None:
    """The migration the database stands at, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(select(text("version_num FROM alembic_version"))).scalar()
