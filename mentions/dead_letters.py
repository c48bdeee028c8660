"""Mentions that the store refused for good, kept aside until a person has mended the cause.

    mentions.jsonl   one line per refusal {"at","id","index","reason","schema","attempts","mention"}; the last one
                     of an id holds. Readable by its owner only: it has texts and author keys.
    lock             held (flock) while lines are added or rewritten
    replay.lock      held while letters are offered again

A line is on disk before the writer counts its mention as dead, so the spool file behind it may be acknowledged.
"""

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from mentions.append import append, refused
from mentions.codec import mention_from_json, mention_to_json
from mentions.elastic_names import SCHEMA
from mentions.errors import RejectedItem, Stop
from mentions.model import Mention

BATCH: Final = 500
log = logging.getLogger(__name__)

Upsert: TypeAlias = Callable[[Sequence[Mention]], Sequence[tuple[str, str]]]
Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One refused mention. `attempts` counts refusals, `at` and `reason` are of the last one.

    `schema` is the index schema it was refused by; `mention` its JSON values (`mentions.codec`).
    """

    at: datetime
    id: str
    index: str
    reason: str
    schema: int
    attempts: int
    mention: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """Of a replay: how many letters the store took, and (id, reason) of those it refused again."""

    left: int
    refused: tuple[tuple[str, str], ...]


class DeadLetters:
    """The letters of one folder, made on need; processes may share it. A disk that refuses raises Stop."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = folder / "mentions.jsonl"
        self._now = now
        self._attempts: dict[str, int] = {}
        self._seen: tuple[int, int] | None = None  # inode and size of what `_attempts` was read from

    def add(self, letters: Sequence[tuple[Mention, str, str]]) -> None:
        """Keep refused mentions, each with its index and the reason; on disk when this returns."""
        if letters:
            with self._locked("keep dead letters in"):
                self._add([(mention.id, index, why, mention_to_json(mention)) for mention, index, why in letters])

    def list(self) -> Iterator[Letter]:
        """Every letter, the oldest first; lines that cannot be read are logged and left alone."""
        for _, row in self._rows():
            if row is not None:
                yield _letter(row)

    def count(self) -> int:
        """How many letters there are."""
        return sum(row is not None for _, row in self._rows())

    def replay(self, upsert: Upsert, ids: Sequence[str] = ()) -> Replayed:
        """Offer letters (all, or these ids) to the store again; those it takes leave, the others stay.

        `upsert` returns (id, reason) of what was refused. What it raises passes: earlier batches have left by then.
        """
        wanted, left = set(ids), 0
        refusals: list[tuple[str, str]] = []
        with self._locked("replay", "replay.lock", blocking=False):
            letters = (letter for letter in self.list() if not wanted or letter.id in wanted)
            for batch in _batches(letters):
                again = _offer(batch, upsert)
                self._settle(batch, again)
                left += len(batch) - len(again)
                refusals += again.items()
        return Replayed(left=left, refused=tuple(refusals))

    def drop(self, matches: Callable[[Mapping[str, Any]], bool]) -> int:
        """Delete the letters whose mention matches (erasure, retention); returns how many."""
        if not self.path.exists():
            return 0
        with self._locked("rewrite"):
            gone = {row["id"] for _, row in self._rows() if row is not None and matches(row["mention"])}
            if gone:
                self._rewrite(gone)
        return len(gone)

    def _settle(self, batch: Sequence[Letter], refusals: Mapping[str, str]) -> None:
        """What was taken leaves; what was refused counts one attempt more, unless the store itself has counted it."""
        with self._locked("rewrite"):
            self._load()
            stay = [
                (letter.id, letter.index, refusals[letter.id], letter.mention)
                for letter in batch
                if letter.id in refusals and self._attempts.get(letter.id) == letter.attempts
            ]
            self._add(stay)
            self._rewrite({letter.id for letter in batch if letter.id not in refusals})

    def _add(self, letters: Sequence[tuple[str, str, str, Mapping[str, Any]]]) -> None:
        self._load()
        at = self._now().isoformat()
        lines = []
        for key, index, reason, mention in letters:
            attempts = self._attempts[key] = self._attempts.get(key, 0) + 1
            row = {"at": at, "id": key, "index": index, "reason": reason, "schema": SCHEMA, "attempts": attempts}
            lines.append(json.dumps({**row, "mention": mention}, default=repr).encode() + b"\n")
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            append(descriptor, b"".join(lines))
            os.fsync(descriptor)
            self._seen = _state(os.fstat(descriptor))
        finally:
            os.close(descriptor)

    def _load(self) -> None:
        """Learn the attempts of each id if another process has written since, and cut a killed process's torn line."""
        if not self.path.exists():
            self._attempts, self._seen = {}, None
            return
        if _state(self.path.stat()) == self._seen:
            return
        with self.path.open("rb+") as file:
            whole = sum(len(line) for line in file if line.endswith(b"\n"))
            file.truncate(whole)
        self._attempts = {row["id"]: row["attempts"] for _, row in self._rows() if row is not None}
        self._seen = _state(self.path.stat())

    def _rewrite(self, gone: set[str]) -> None:
        """The file without these ids and without lines that a later one replaces; whole or not at all."""
        aside = self.path.with_suffix(".new")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for line, row in self._rows():
                if row is None or row["id"] not in gone:
                    file.write(line)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.path)
        self._seen = None

    def _rows(self) -> Iterator[tuple[bytes, Row | None]]:
        """Each line that no later one replaces, with its row; None for what cannot be read."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            last = {row["id"]: number for number, line in enumerate(file) if (row := _row(line))}
            file.seek(0)
            for number, line in enumerate(file):
                row = _row(line)
                if row is None and line.endswith(b"\n"):
                    log.warning("dead-letter unreadable file=%s line=%d", self.path, number + 1)
                    yield line, None
                elif row is not None and last.get(row["id"]) == number:
                    yield line, row

    @contextmanager
    def _locked(self, doing: str, name: str = "lock", *, blocking: bool = True) -> Iterator[None]:
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise refused(doing, folder, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
            yield
        except BlockingIOError:
            raise Stop("another replay of the dead letters is running: wait for its end") from None
        except OSError as error:
            raise refused(doing, self.path, error) from error
        finally:
            os.close(descriptor)


def _offer(batch: Sequence[Letter], upsert: Upsert) -> dict[str, str]:
    """Ids that did not get in, with the reason."""
    readable: list[Mention] = []
    again: dict[str, str] = {}
    for letter in batch:
        try:
            readable.append(mention_from_json(letter.mention))
        except RejectedItem as error:
            again[letter.id] = f"this version of Vigie cannot read the mention: {error}"
    return again | dict(upsert(readable) if readable else ())


def _batches(letters: Iterator[Letter]) -> Iterator[list[Letter]]:
    batch: list[Letter] = []
    for letter in letters:
        batch.append(letter)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _row(line: bytes) -> Row | None:
    """The row of a line; None for a torn one or one that a person has spoilt."""
    if not line.endswith(b"\n"):
        return None
    try:
        row: Row = json.loads(line)
        _letter(row)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return row


def _letter(row: Mapping[str, Any]) -> Letter:
    return Letter(
        at=datetime.fromisoformat(row["at"]),
        id=str(row["id"]),
        index=str(row["index"]),
        reason=str(row["reason"]),
        schema=int(row["schema"]),
        attempts=int(row["attempts"]),
        mention={**row["mention"]},
    )


def _state(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_ino, stat.st_size
