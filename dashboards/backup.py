"""The boards of a space as an NDJSON file, before they are overwritten or when somebody asks."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from dashboards.client import Space
from dashboards.wanted import Key
from mentions.errors import Stop


def back_up(space: Space, keys: Sequence[Key], folder: Path, now: datetime) -> tuple[Path, int] | None:
    """Export what exists of these, with all it refers to, to `folder`/<UTC time>-<space>.ndjson; None if nothing does.

    The file is Kibana's own format: import it under Stack Management > Saved Objects to go back. It is complete when it
    has its name, and never replaces another. Gives path and number of objects.
    """
    records = space.export(keys, deep=True)
    if not records:
        return None
    text = "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records.values())
    return _written(folder, f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{space.name}", text), len(records)


def _written(folder: Path, name: str, text: str) -> Path:
    aside = folder / f".{name}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with aside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path, count = folder / f"{name}.ndjson", 1
        while path.exists():
            count += 1
            path = folder / f"{name}-{count}.ndjson"
        aside.rename(path)
    except OSError as error:
        raise Stop(f"the backup cannot be written to {folder}: {error.strerror}; nothing was deployed") from error
    return path
