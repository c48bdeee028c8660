"""One writer at a time: an advisory lock on a file, which the system drops when its holder dies."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mentions.errors import Stop


@contextmanager
def hold(path: Path, what: str) -> Iterator[None]:
    """Hold `path` for the `with` block; `what` is the command, for whoever comes second.

    Stop, naming pid, command and since when, if another process holds it. The file stays behind: removing
    it would let two holders each lock their own file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(f"{_holder(path)}; wait for it or stop it ({path})") from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "command": what}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _holder(path: Path) -> str:
    """Who holds the lock, from what it wrote; the time is that of the file."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return f"{said['command']} is already running (process {said['pid']}, since {since:%Y-%m-%d %H:%M:%S} UTC)"
    except (ValueError, KeyError):  # it has the lock, but has not written yet
        return "another Vigie is already running"
