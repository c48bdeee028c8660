"""Reading and writing transactions, with the errors of the database turned into fates."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from state.errors import fate


class Transactions:
    """Hands out connections; everything in one `with` block is done wholly or not at all."""

    def __init__(self, engine: Engine, where: str) -> None:
        self.where = where
        self._reader = engine
        self._writer = engine.execution_options(write=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view."""
        with self._open(self._reader) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Commits at the end of the block, rolls back on any exception."""
        with self._open(self._writer) as connection:
            yield connection

    @contextmanager
    def _open(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise fate(error, self.where) from error
