"""The pipe from a crawl's child to its parent: one JSON object a line; a full pipe holds the child back."""

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self


class Channel:
    """Writes lines to a descriptor; not for two threads at once."""

    def __init__(self, descriptor: int) -> None:
        """Takes the descriptor over."""
        self._file = open(descriptor, "wb", buffering=1 << 16)  # noqa: SIM115 - a descriptor, closed by close()

    def send(self, source: str, **message: Any) -> None:
        """One line about a source; may wait for the parent to read."""
        line: Mapping[str, Any] = {"source": source} | message
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def flush(self) -> None:
        """Hand over what is buffered."""
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
