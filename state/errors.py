"""Which fate an error of the database is: wait and retry, or a person must act."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from mentions.errors import Stop, Transient

WAIT = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM", "SQLITE_PROTOCOL")
BROKEN = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
CLOSED = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")


def fate(error: DBAPIError, where: str) -> Exception:
    """The exception to raise instead of `error`: Transient, Stop, or `error` itself if it is our own defect.

    SQLite's result codes: sqlite.org/rescode.html. `where` is the file or the address without password.
    """
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    said = str(error.orig)
    if name.startswith("SQLITE_FULL"):
        return Transient(f"the disk that holds {where} is full; free some space, the work is kept and tried again")
    if name.startswith(WAIT):
        return Transient(f"{where} is busy or cannot be written just now ({said}); tried again later")
    if name.startswith(BROKEN):
        return Stop(
            f"{where} is damaged ({said}). Put back a copy of it, or move it away: incidents and the memory of "
            "crawls start anew, mentions are not touched"
        )
    if name.startswith(CLOSED):
        return Stop(f"{where} cannot be opened or written ({said}); check that the folder exists and its permissions")
    if isinstance(error, OperationalError | InterfaceError) and not name:
        return Transient(f"the database {where} does not answer ({said.strip()})")
    return error
