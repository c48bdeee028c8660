"""What one source yields in one crawl: items to the spool, and, once those are sealed, memory to the state."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from mentions.codec import from_json
from mentions.model import RawItem
from mentions.spool import Spool
from mentions.spool_file import SpoolWriter
from spiders.spec import read_seen, read_validator
from spiders.verdict import SourceOutcome
from spiders.walk import WHOLE
from state.database import State
from state.memory import MemoryChanges, Seen, SourceMemory


class Harvest:
    """Takes the lines of one source; `outcome` is set when it is over."""

    def __init__(
        self,
        source: str,
        memory: SourceMemory,
        spool: Spool,
        state: State,
        now: datetime,
        on_progress: Callable[[str, int], None] | None,
    ) -> None:
        """The spool file is opened by the first item."""
        self.source = source
        self.memory = memory
        self.spool = spool
        self.state = state
        self.now = now
        self.on_progress = on_progress
        self.outcome: SourceOutcome | None = None
        self._fresh()

    def _fresh(self) -> None:
        self.writer: SpoolWriter | None = None
        self.items = self.gone = 0
        self.oldest: datetime | None = None
        self.seen: dict[str, Seen] = {}
        self.left: dict[str, None] = {}

    def take(self, line: Mapping[str, Any]) -> None:
        """One line of the child; nothing after its last word counts."""
        if self.outcome is not None:
            return
        if "item" in line or "gone" in line:
            self._write(line)
        if "seen" in line:
            row = read_seen(line["seen"])
            self.seen[row.key] = row
            self.left.pop(row.key, None)
        if line.get("forget"):
            self.left[line["forget"]] = None
        if "end" in line:
            self._finish(line["end"])

    def restart(self) -> None:
        """Forget what a dead child told; another will tell it again."""
        if self.writer is not None:
            self.writer.discard()
        self._fresh()

    def close(self, reason: str) -> SourceOutcome:
        """The outcome; without the child's last word, what came is kept and validators are not."""
        if self.outcome is None:
            self._finish({"status": "partial" if self.items else "failed", "reason": reason, "interrupted": True})
        if self.outcome is None:
            raise RuntimeError("a finished harvest has an outcome")
        return self.outcome

    def _write(self, line: Mapping[str, Any]) -> None:
        if self.writer is None:
            self.writer = self.spool.open(self.source, self.now)
        if "item" in line:
            item = from_json(line["item"])
            self.writer.write(item)
            self.items += 1
            if isinstance(item, RawItem) and item.published:
                self.oldest = min(self.oldest or item.published, item.published)
            if self.on_progress is not None:
                self.on_progress(self.source, self.items)
        else:
            self.writer.write(from_json(line["gone"]))
            self.gone += 1
            if line.get("key"):
                self.left[line["key"]] = None
                self.seen.pop(line["key"], None)

    def _finish(self, end: Mapping[str, Any]) -> None:
        """Seal, then remember: a crash in between makes the next crawl tell it again, never forget it."""
        if self.writer is not None:
            self.writer.seal()
        self.state.crawls.commit(self.source, self._changes(end))
        stats = end.get("stats", {})
        self.outcome = SourceOutcome(
            source=self.source, status=end["status"], items=self.items, gone=self.gone,
            responses=stats.get("vigie/responses", 0), bodies=stats.get("vigie/bodies", 0),
            reason=end["reason"], stats=stats, oldest=self.oldest,
        )  # fmt: skip

    def _changes(self, end: Mapping[str, Any]) -> MemoryChanges:
        if end.get("complete"):
            self.seen[WHOLE] = Seen(
                key=WHOLE, digest="", url="", thread_url=None, native_id=None, last_seen_at=self.now
            )  # fmt: skip
        else:
            self.left[WHOLE] = None
        kept = MemoryChanges(seen=tuple(self.seen.values()), gone=tuple(self.left))
        if end.get("interrupted"):
            return replace(kept, not_before=self.memory.not_before, strikes=self.memory.strikes)
        not_before = datetime.fromisoformat(end["not_before"]) if end["not_before"] else None
        return replace(
            kept,
            validators=tuple(map(read_validator, end["validators"])),
            not_before=not_before,
            strikes=end["strikes"],
        )
