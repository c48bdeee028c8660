"""One file of the spool, from its first byte to its last reading; `mentions.spool` keeps the folder.

A writer holds a lock (flock) on its file for as long as it lives, which is how `adopt` knows the files of dead
writers. A lock may be taken between the opening and the locking of a file, so each side then looks whether the name
still leads to the file it has locked.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from mentions.append import append, refused
from mentions.codec import MAX_LINE, from_line, to_line
from mentions.errors import RejectedItem
from mentions.model import Gone, RawItem

SEALED: Final = ".jsonl"
PART: Final = ".jsonl.part"
REJECTS: Final = ".rejects"


class SpoolWriter:
    """One file being written. Leaving the `with` block seals it, or on an error leaves it to `Spool.recover`."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._lines = 0
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.seal()
        else:
            self._close()

    def write(self, item: RawItem | Gone) -> None:
        """Append one line; RejectedItem `too-long` beyond 1 MiB, Stop when the disk refuses (then it is as before)."""
        if not self._open:
            raise ValueError(f"{self._path.name} is closed")
        line = to_line(item).encode()
        try:
            append(self._descriptor, line)
        except OSError as error:
            raise refused("write", self._path, error) from error
        self._lines += 1

    def seal(self) -> Path | None:
        """Make the file durable and visible to ingest; None, and no file, if nothing was written or it is closed."""
        if not self._open:
            return None
        if not self._lines:
            self.discard()
            return None
        try:
            sealed = _seal(self._path, self._descriptor)
        except OSError as error:
            raise refused("seal", self._path, error) from error
        finally:
            self._close()
        return sealed

    def discard(self) -> None:
        """Forget what was written."""
        if self._open:
            self._path.unlink(missing_ok=True)
            self._close()

    def _close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._descriptor)


def claim(path: Path, done: Path) -> int | None:
    """The locked descriptor of the new `.part` at this path; None where the name is taken or was while we came."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    except FileExistsError:
        return None
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    sealed = _sealed(path)
    # First beside us, then in done/: a file moves that way only, so it cannot slip past both looks.
    if _is(path, descriptor):
        if not sealed.exists() and not (done / sealed.name).exists():
            return descriptor
        path.unlink()
    os.close(descriptor)
    return None


def adopt(path: Path) -> Path | None:
    """Seal the file of a dead writer; None if its writer lives, has just sealed it, or wrote nothing."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is(path, descriptor):
            return None
        if not os.fstat(descriptor).st_size:
            path.unlink()
            return None
        return _seal(path, descriptor)
    except BlockingIOError:
        return None
    finally:
        os.close(descriptor)


def _seal(path: Path, descriptor: int) -> Path:
    os.fsync(descriptor)
    sealed = _sealed(path)
    path.rename(sealed)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the rename itself, see rename(2) and fsync(2)
    finally:
        os.close(folder)
    return sealed


def _sealed(part: Path) -> Path:
    return part.with_name(part.name.removesuffix(PART) + SEALED)


def _is(path: Path, descriptor: int) -> bool:
    """Whether this name still leads to the open file."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(named, os.fstat(descriptor))


def beside(path: Path) -> Path:
    """Where the rejects of this file are."""
    return path.with_suffix(REJECTS)


def lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends; of one beyond 1 MiB only the beginning, so that no file can fill the memory."""
    while line := file.readline(MAX_LINE + 1):
        rest = line
        while len(line) > MAX_LINE and rest and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE)
        yield line


def item_of(raw: bytes) -> RawItem | Gone | RejectedItem:
    """The record of a line, or why it is none."""
    if len(raw) > MAX_LINE:
        return RejectedItem("too-long", f"the line has more than {MAX_LINE} bytes")
    try:
        return from_line(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return RejectedItem("bad-encoding", f"not UTF-8 at byte {error.start}")
    except RejectedItem as error:
        torn = error.reason == "bad-json" and not raw.endswith(b"\n")
        return RejectedItem("truncated", "the writer was killed in this line") if torn else error
