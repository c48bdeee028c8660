"""Appending to a file so that it holds whole rows, and saying what a disk refused."""

import os
from pathlib import Path

from mentions.errors import Stop


def append(descriptor: int, row: bytes) -> None:
    """Write all of it or, on an OSError (a full disk may take half a row), nothing."""
    before = os.fstat(descriptor).st_size
    try:
        written = 0
        while written < len(row):
            written += os.write(descriptor, row[written:])
    except OSError:
        os.ftruncate(descriptor, before)  # a torn row must not be followed by another
        raise


def refused(what: str, path: Path, error: OSError) -> Stop:
    """The Stop that tells what the disk said and what to do."""
    return Stop(
        f"cannot {what} {path}: {error.strerror or error}. Nothing was acknowledged that is not stored: "
        "free space or mend the disk, then run the same command again."
    )
