"""The spool: sealed files of JSON lines between crawl and ingest (docs/adr/0003).

    NAME.jsonl.part   being written, its writer holds a lock on it (flock)
    NAME.jsonl        sealed: whole, on disk, waiting
    NAME.rejects      lines of NAME.jsonl that could not be used, with the reason
    done/             acknowledged files and their rejects, until `prune`

NAME is `YYYYMMDDTHHMMSSffffffZ-label-N`, so that names sort by the time of opening. Delivery is at least once: what
is sealed and not acknowledged is read again. A full or broken disk raises Stop, and nothing is sealed.
"""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from mentions.append import refused
from mentions.errors import RejectedItem, Transient
from mentions.model import Gone, RawItem
from mentions.rejects import Rejects
from mentions.spool_file import PART, SEALED, SpoolWriter, adopt, beside, claim, item_of, lines

STAMP: Final = "%Y%m%dT%H%M%S%fZ"
log = logging.getLogger(__name__)


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
                descriptor = claim(path, self._done)
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
                sealed = adopt(path)
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
                for number, raw in enumerate(lines(file), start=1):
                    yield number, raw.decode("utf-8", "replace"), item_of(raw)
        except FileNotFoundError as error:
            raise Transient(f"{path.name} is no longer in the spool: another run has taken it") from error
        except OSError as error:
            raise refused("read", path, error) from error

    def reject(self, path: Path, number: int, line: str, error: RejectedItem) -> None:
        """Keep a line beside its file with the reason; saying it twice keeps it once."""
        if path not in self._rejects:
            self._rejects[path] = Rejects(beside(path))
        try:
            self._rejects[path].add(number, line, error)
        except OSError as refusal:
            raise refused("write", beside(path), refusal) from refusal

    def ack(self, path: Path) -> Path:
        """Everything of this file is stored or rejected: move it, and its rejects, into done/."""
        rejects = self._rejects.pop(path, None)
        if rejects is not None:
            rejects.close()
        target = self._done / path.name
        try:
            self._make_folders()
            if beside(path).exists():
                beside(path).replace(beside(target))
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
        try:
            for path in old:
                beside(path).unlink(missing_ok=True)
                path.unlink(missing_ok=True)
        except OSError as error:
            raise refused("prune", self._done, error) from error
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


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # acknowledged while we looked
        return 0


def _safe(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", label)[:80].strip("-.") or "spool"
