"""One SQLite file: opening it, its transactions, and what its errors mean for the caller."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mentions.errors import Stop, Transient

BUSY_SECONDS = 10.0
OLDEST = (3, 37, 0)  # STRICT tables; RETURNING is older
# Set at each opening. Checkpoints every 64 MB: +70 % ingest against the default of 4 MB (research/store.md 4.3).
# The page cache is kept small because it is anonymous memory; reads go through the map of the file. What is deleted is
# overwritten: texts of people must not linger in free pages.
_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 16000",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA mmap_size = 2147418112",
    "PRAGMA cache_size = -8000",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = ON",
    "PRAGMA analysis_limit = 1000",  # rows that PRAGMA optimize reads of an index
)
_LOCKED = (
    Transient,
    (
        "{path} has been locked by another program for more than 10 s: nothing was written, try again; "
        "`fuser {path}` names the program."
    ),
)
_DAMAGED = (
    Stop,
    (
        "{path} is damaged or no database ({error}). Move it and its -wal and -shm files away, then restore a backup, "
        'or salvage it (`sqlite3 {name} ".recover" | sqlite3 new.db`), or move the files of the spool\'s done/ folder '
        "back into the spool and run `vigie ingest`."
    ),
)
_FORBIDDEN = (Stop, "Cannot open or write {path} ({error}): check that its folder exists and who owns it.")
_FATES: Mapping[int, tuple[type[Exception], str]] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: (Transient, "No room left for {path}: nothing was written; free disk space, then try again."),
    sqlite3.SQLITE_IOERR: (Transient, "The disk of {path} failed ({error}): nothing was written; check it, try again."),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_READONLY: _FORBIDDEN,
    sqlite3.SQLITE_CANTOPEN: _FORBIDDEN,
    sqlite3.SQLITE_PERM: _FORBIDDEN,
    sqlite3.SQLITE_AUTH: _FORBIDDEN,
}


class Database:
    """The connection to one file, shared by the threads of a process one at a time.

    Opening raises Stop (unusable SQLite or file) or Transient (locked). Other processes may read and write
    the same file; it must lie on a local disk, for the write-ahead log needs shared memory.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, made on need and readable by its owner only."""
        self.path = path
        self._lock = threading.RLock()
        _require_features()
        with fates(path):
            self._connection = _connect(path)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the file; keep it short, an open view stops checkpoints."""
        with self._lock, fates(self.path), _transaction(self._connection, "BEGIN"):
            yield self._connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: committed at the end of the block, rolled back by any exception."""
        with self._lock, fates(self.path), _transaction(self._connection, "BEGIN IMMEDIATE"):
            yield self._connection

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """No transaction: for VACUUM, checkpoints and pragmas."""
        with self._lock, fates(self.path):
            yield self._connection

    def close(self) -> None:
        """Refresh the planner's statistics and give the connection back; twice does no harm."""
        with self._lock:
            try:
                self._connection.execute("PRAGMA optimize")
            except sqlite3.Error:  # statistics are a courtesy: closed already, locked or damaged, we still close
                pass
            finally:
                self._connection.close()


@contextmanager
def fates(path: Path) -> Iterator[None]:
    """Turn SQLite's errors on `path` into Transient or Stop; programming errors pass as they are."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        fate = _fate(path, error)
        if fate is None:
            raise
        raise fate from error


def _fate(path: Path, error: sqlite3.DatabaseError) -> Exception | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    kind, text = _FATES.get(code & 0xFF, (None, ""))  # the upper bytes only refine it
    return kind(text.format(path=path, name=path.name, error=error)) if kind else None


def _require_features() -> None:
    if sqlite3.sqlite_version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise Stop(f"SQLite {wanted} or newer is needed, this Python has {sqlite3.sqlite_version}: use a newer Python.")
    probe = sqlite3.connect(":memory:")
    try:
        probe.execute("CREATE VIRTUAL TABLE probe USING fts5(x)")
    except sqlite3.OperationalError as error:
        raise Stop(f"This Python's SQLite lacks FTS5 ({error}): use a Python built with it, as most are.") from error
    finally:
        probe.close()


def _connect(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise Stop(f"Cannot make {path} ({error.strerror}): check the folder and who owns it.") from error
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        if path.stat().st_size == 0:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only an empty file takes it
        _use_log(connection, path)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _use_log(connection: sqlite3.Connection, path: Path) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise Stop(f"{path} cannot keep a write-ahead log: put it on a local disk, not on a network share.")


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have rolled back already
            connection.execute("ROLLBACK")
        raise
