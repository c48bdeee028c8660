"""Rejected lines beside their spool file: JSON lines `{"line", "reason", "detail", "text"}`, each once."""

import json
import os
import re
from pathlib import Path
from typing import Final

from mentions.append import append
from mentions.errors import RejectedItem

MAX_TEXT: Final = 10_000  # characters of the line that are kept
ROW_NUMBER: Final = re.compile(rb'^\{"line": (\d+),', re.MULTILINE)


class Rejects:
    """The rejects of one file; one process writes it at a time (the lock of ingest)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._numbers: set[int] = set()

    def add(self, number: int, line: str, error: RejectedItem) -> None:
        """Keep a line, unless an earlier reading has; OSError when the disk refuses."""
        descriptor = self._descriptor if self._descriptor is not None else self._load()
        if number in self._numbers:
            return
        row = {"line": number, "reason": error.reason, "detail": error.detail, "text": line.rstrip("\r\n")[:MAX_TEXT]}
        append(descriptor, (json.dumps(row) + "\n").encode())
        self._numbers.add(number)

    def close(self) -> None:
        """Give back the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _load(self) -> int:
        """Open the file, learn what it holds, and cut the torn last row of a killed process."""
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        written = self._path.read_bytes()
        whole = written[: written.rfind(b"\n") + 1]
        os.ftruncate(self._descriptor, len(whole))
        self._numbers = {int(number) for number in ROW_NUMBER.findall(whole)}
        return self._descriptor
