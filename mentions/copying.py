"""From one store of mentions to another: restartable at any moment, and verified at the end.

Into an empty target all mentions go in id order, and a mark file remembers the place after each acknowledged batch.
Then both sides are read and compared. What the target lacks or holds in an earlier state (because it held mentions
before, or something was written meanwhile) is copied, and both are compared again.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, Literal, TypeAlias

from mentions.comparing import EVERYTHING, WANTING, Comparison, Verdict, compare, pairs, verdict
from mentions.errors import Stop
from mentions.model import Mention
from mentions.store import MentionStore

BATCH: Final = 2000  # mentions
ROUNDS: Final = 3  # of copying and comparing, while something still differs

Stage: TypeAlias = Literal["passed", "copied", "compared"]
Progress: TypeAlias = Callable[[Stage, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyReport:
    """The end of a copy. `written`: mentions that this run wrote; `resumed`: it went on from a mark.

    `rejected`: (id, reason) of what the target refuses. `comparison` is of the last look at both sides.
    """

    written: int
    resumed: bool
    rejected: tuple[tuple[str, str], ...]
    comparison: Comparison

    @property
    def complete(self) -> bool:
        """Whether the target holds all of the source, in that state or a later one."""
        return self.comparison.wanting == 0


@dataclass(slots=True)
class _Copy:
    """One run: the two stores, and what it wrote."""

    source: MentionStore
    target: MentionStore
    mark: Path
    now: Callable[[], datetime]
    on_progress: Progress
    written: int = 0
    rejected: dict[str, str] = field(default_factory=dict)

    def fill(self, place: str) -> None:
        """Copy everything after `place`; the mark follows."""
        _save(self.mark, place)
        rest = (mention for mention in self.source.scan(EVERYTHING) if mention.id > place)
        while batch := list(islice(rest, BATCH)):
            self.write(batch)
            _save(self.mark, batch[-1].id)

    def complete(self) -> None:
        """Copy what the target lacks or holds in an earlier state; of one version, the source's state wins."""
        wanting = self._wanting()
        while batch := list(islice(wanting, BATCH)):
            other = [mention.id for mention, what in batch if what == "different"]
            if other:  # no write of the same version would go through
                self.target.remove(other)
            self.write([mention for mention, _ in batch])

    def _wanting(self) -> Iterator[tuple[Mention, Verdict]]:
        for count, (left, right) in enumerate(pairs(self.source, self.target), start=1):
            if count % BATCH == 0:
                self.on_progress("passed", count)
            if left is None:
                continue
            what = verdict(left, right)
            if what in WANTING:
                yield left, what

    def write(self, batch: Sequence[Mention]) -> None:
        report = self.target.upsert(batch, now=self.now())
        self.rejected.update(report.rejected)
        self.written += report.saved
        self.on_progress("copied", self.written)


def copy(
    source: MentionStore,
    target: MentionStore,
    *,
    marks: Path,
    now: Callable[[], datetime],
    on_progress: Progress = lambda _stage, _count: None,
) -> CopyReport:
    """Copy all mentions, tombstones too, and compare both sides; `marks` is the file that remembers the place.

    Killed at any moment, the same call goes on where it was. Nothing is ever deleted from the target: what only it
    holds is reported. Transient and Stop are those of the stores.
    """
    run = _Copy(source, target, marks, now, on_progress)
    place = _place(marks)
    if place is not None or next(target.scan(EVERYTHING), None) is None:
        run.fill(place or "")
    report = _verified(run, resumed=bool(place))
    marks.unlink(missing_ok=True)
    return report


def _verified(run: _Copy, *, resumed: bool) -> CopyReport:
    for turn in range(1, ROUNDS + 1):
        run.target.refresh()
        comparison = compare(run.source, run.target, on_progress=lambda count: run.on_progress("compared", count))
        report = CopyReport(
            written=run.written, resumed=resumed, rejected=tuple(sorted(run.rejected.items())), comparison=comparison
        )
        if turn == ROUNDS or comparison.wanting <= len(run.rejected):
            break
        run.complete()
    return report


def _place(mark: Path) -> str | None:
    """The id after which to go on, None without a mark. Stop if the mark is not one."""
    try:
        said = json.loads(mark.read_text(encoding="utf-8"))["place"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        said = None
    if not isinstance(said, str):
        raise Stop(f"{mark} is damaged: delete it, and the copy compares both stores from the start")
    return said


def _save(mark: Path, place: str) -> None:
    mark.parent.mkdir(parents=True, exist_ok=True)
    aside = mark.with_name(f"{mark.name}.{os.getpid()}")
    aside.write_text(json.dumps({"place": place}) + "\n", encoding="utf-8")
    aside.replace(mark)
