"""The spool: sealed files of JSON lines between crawl and ingest (docs/adr/0003).

    NAME.jsonl.part   being written, its writer holds a lock on it (flock)
    NAME.jsonl        sealed: whole, on disk, waiting
    NAME.rejects      lines of NAME.jsonl that could not be used, with the reason
    done/             acknowledged files and their rejects, until `prune`

NAME is `YYYYMMDDTHHMMSSffffffZ-label-N`, so that names sort by the time of opening. Delivery is at least once: what
is sealed and not acknowledged is read again. A full or broken disk raises Stop, and nothing is sealed.
"""

import fcntl
import logging
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from mentions.append import append, refused
from mentions.codec import MAX_LINE, from_line, to_line
from mentions.errors import RejectedItem, Transient
from mentions.model import Gone, RawItem
from mentions.rejects import Rejects

STAMP: Final = "%Y%m%dT%H%M%S%fZ"
SEALED: Final = ".jsonl"
PART: Final = ".jsonl.part"
REJECTS: Final = ".rejects"
log = logging.getLogger(__name__)


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


class Spool:
    """The folder of spool files; it is made on need, readable by its owner only."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._done = root / "done"
        self._rejects: dict[Path, Rejects] = {}

    def open(self, label: str, now: datetime) -> SpoolWriter:
        """A new file for this label (a source's name); Stop if the folder cannot be written."""
        stem = f"{now.astimezone(UTC).strftime(STAMP)}-{_safe(label)}"
        try:
            self._make_folders()
            for number in count():
                path = self.root / f"{stem}-{number:03d}{PART}"
                descriptor = self._claim(path)
                if descriptor is not None:
                    return SpoolWriter(path, descriptor)
        except OSError as error:
            raise refused("open", self.root, error) from error
        raise AssertionError  # count() has no end

    def recover(self) -> list[Path]:
        """Seal what dead writers left, drop it where empty; files whose writer lives are let alone."""
        recovered = []
        try:
            for path in sorted(self.root.glob(f"*{PART}")):
                sealed = _adopt(path)
                if sealed is not None:
                    log.warning("recovered %s from a writer that died", sealed.name)
                    recovered.append(sealed)
        except OSError as error:
            raise refused("recover", self.root, error) from error
        return recovered

    def sealed(self) -> list[Path]:
        """Files that wait for ingest, oldest first."""
        return sorted(self.root.glob(f"*{SEALED}"))

    def read(self, path: Path) -> Iterator[tuple[int, str, RawItem | Gone | RejectedItem]]:
        """Every line of a file: its number from 1, its text, and its record or why it is none.

        A line is at most 1 MiB; of a longer one only the beginning is read. Transient if the file is gone.
        """
        try:
            with path.open("rb") as file:
                for number, raw in enumerate(_lines(file), start=1):
                    yield number, raw.decode("utf-8", "replace"), _item(raw)
        except FileNotFoundError as error:
            raise Transient(f"{path.name} is no longer in the spool: another run has taken it") from error
        except OSError as error:
            raise refused("read", path, error) from error

    def reject(self, path: Path, number: int, line: str, error: RejectedItem) -> None:
        """Keep a line beside its file with the reason; saying it twice keeps it once."""
        if path not in self._rejects:
            self._rejects[path] = Rejects(_beside(path))
        try:
            self._rejects[path].add(number, line, error)
        except OSError as refusal:
            raise refused("write", _beside(path), refusal) from refusal

    def ack(self, path: Path) -> Path:
        """Everything of this file is stored or rejected: move it, and its rejects, into done/."""
        rejects = self._rejects.pop(path, None)
        if rejects is not None:
            rejects.close()
        target = self._done / path.name
        try:
            self._make_folders()
            if _beside(path).exists():
                _beside(path).replace(_beside(target))
            if path.exists() or not target.exists():  # acknowledged twice is acknowledged
                path.replace(target)
        except OSError as error:
            raise refused("acknowledge", path, error) from error
        return target

    def done(self, name: str) -> Path | None:
        """An acknowledged file by its name, while it is kept."""
        path = self._done / Path(name).name
        return path if path.is_file() else None

    def find(self, name: str) -> Path | None:
        """A file by its name, waiting or acknowledged, while it is kept."""
        waiting = self.root / Path(name).name
        return waiting if waiting.is_file() else self.done(name)

    def prune(self, before: datetime) -> int:
        """Delete acknowledged files opened before this time, and their rejects; returns how many files."""
        limit = before.astimezone(UTC).strftime(STAMP)
        old = [path for path in self._done.glob(f"*{SEALED}") if path.name.split("-", 1)[0] < limit]
        for path in old:
            path.unlink(missing_ok=True)
            _beside(path).unlink(missing_ok=True)
        return len(old)

    def depth(self) -> int:
        """How many sealed files wait."""
        return len(self.sealed())

    def size(self) -> int:
        """Bytes in files that wait or are being written."""
        return sum(_size(path) for path in (*self.root.glob(f"*{SEALED}"), *self.root.glob(f"*{PART}")))

    def _make_folders(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._done.mkdir(exist_ok=True, mode=0o700)

    def _claim(self, path: Path) -> int | None:
        """The locked descriptor of a new file; None where the name is taken or was while we came."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except FileExistsError:
            return None
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        final = path.name.removesuffix(PART) + SEALED
        # First the folder, then done/: a file moves that way only, so it cannot slip past both looks.
        free = _is(path, descriptor) and not (self.root / final).exists() and not (self._done / final).exists()
        if free:
            return descriptor
        if _is(path, descriptor):
            path.unlink()
        os.close(descriptor)
        return None


def _adopt(path: Path) -> Path | None:
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
    sealed = path.with_name(path.name.removesuffix(PART) + SEALED)
    path.rename(sealed)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the rename itself, see rename(2) and fsync(2)
    finally:
        os.close(folder)
    return sealed


def _is(path: Path, descriptor: int) -> bool:
    """Whether this name still leads to the open file."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(named, os.fstat(descriptor))


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE + 1):
        rest = line
        while len(line) > MAX_LINE and rest and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE)
        yield line


def _item(raw: bytes) -> RawItem | Gone | RejectedItem:
    if len(raw) > MAX_LINE:
        return RejectedItem("too-long", f"the line has more than {MAX_LINE} bytes")
    try:
        return from_line(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return RejectedItem("bad-encoding", f"not UTF-8 at byte {error.start}")
    except RejectedItem as error:
        torn = error.reason == "bad-json" and not raw.endswith(b"\n")
        return RejectedItem("truncated", "the writer was killed in this line") if torn else error


def _beside(path: Path) -> Path:
    return path.with_suffix(REJECTS)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # acknowledged while we looked
        return 0


def _safe(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", label)[:80].strip("-.") or "spool"
