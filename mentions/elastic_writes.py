"""Writing to the Elasticsearch store: actions, the ranks of copies after them, and reading what one has written."""

import logging
import threading
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from mentions.dead_letters import DeadLetters
from mentions.elastic_bulk import Action, BulkReport, BulkWriter
from mentions.elastic_copies import Leaving, corrections
from mentions.elastic_reads import Reader, together
from mentions.elastic_rows import REFUSALS, document_of, external_version
from mentions.elastic_schema import create_partition
from mentions.model import Mention

log = logging.getLogger(__name__)


class Writes:
    """The writing half of a store; threads take turns (`lock`).

    What was written is marked, and refreshed before the next read of the same object: it reads its own writes.
    """

    def __init__(self, reader: Reader, dead_letters: Path | None) -> None:
        """`dead_letters` is the folder where refused mentions are kept; without it they are only reported."""
        self.lock = threading.RLock()
        self.dead = DeadLetters(dead_letters) if dead_letters is not None else None
        self._reader, self._names, self._client = reader, reader.names, reader.client
        self._writer = BulkWriter(
            self._client, create_partition=partial(create_partition, self._client, self._names), dead=self.dead
        )
        self._hidden: set[str] = set()  # partitions with writes that searches do not see yet

    def write(self, actions: Iterable[Action]) -> BulkReport:
        """Write all of them; Transient or Stop as BulkWriter says."""
        with self.lock:
            return self._writer.write(self._noted(actions))

    def _noted(self, actions: Iterable[Action]) -> Iterator[Action]:
        for action in actions:
            self._hidden.add(action.index)
            yield action

    def show(self, *, everything: bool = False) -> None:
        """Make what was written here visible to searches; with `everything`, also what others wrote."""
        with self.lock:
            indices = [self._names.mentions] if everything else together(self._names, self._hidden)
            if indices:
                self._client.indices.refresh(index=indices, ignore_unavailable=True, allow_no_indices=True)
                self._hidden.clear()

    def actions(self, mentions: Iterable[Mention], now: datetime, refused: list[tuple[str, str]]) -> Iterator[Action]:
        """Index each mention; those that make no document are kept as dead letters and added to `refused`."""
        for mention in mentions:
            try:
                index, document = self._names.partition(mention.id), document_of(mention, now)
                version = external_version(mention)
            except REFUSALS as error:
                reason = f"{type(error).__name__}: {error}"
                log.error("write-refused id=%s reason=%s", mention.id, reason)  # noqa: TRY400 - no defect of the program
                if self.dead is not None:
                    self.dead.add([(mention, self._names.mentions, reason)])
                refused.append((mention.id, reason))
                continue
            yield Action("index", index, mention.id, document, version, mention)

    def settle(self, stories: Collection[str], leaving: Leaving | None = None) -> None:
        """Put the ranks of copies in these stories right, as if the `leaving` were deleted already."""
        if stories:
            self.show()
            self.write(corrections(self._reader, self._names, stories, leaving))
