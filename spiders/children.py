"""Starts crawl children, reads their lines, ends those that overstay; one thread, one selector."""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO, Any

from spiders.spec import Spec, dump_spec

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent
CHUNK = 1 << 16
GENTLE = 3.0  # seconds between SIGINT and SIGKILL
MAX_LINE = 64 * 1024 * 1024  # bytes; a longer line is not ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A child that is no more: `code` as subprocess gives it, `late` if we ended it, `tail` its last log lines."""

    spec: Spec
    code: int
    late: bool
    tail: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Child:
    """A running child and what was read of it so far."""

    spec: Spec
    process: subprocess.Popen[bytes]
    lines: IO[bytes]
    deadline: float
    pending: bytearray = field(default_factory=bytearray)
    log: bytearray = field(default_factory=bytearray)
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    open_ends: int = 2
    warned: bool = False


class Children:
    """At most `workers` children at a time. `on_line` gets each line of each child, in its order."""

    def __init__(self, workers: int, on_line: Callable[[Mapping[str, Any]], None]) -> None:
        """Nothing is started yet."""
        self.workers = workers
        self.on_line = on_line
        self.waiting: deque[Spec] = deque()
        self.running: list[Child] = []
        self.selector = selectors.DefaultSelector()

    def add(self, specs: Sequence[Spec]) -> None:
        """Queue work; may be called while `ended` runs."""
        self.waiting.extend(specs)

    def ended(self) -> Iterator[Ended]:
        """Run everything; yields each child when it has ended. However this is left, no child survives."""
        return (beat for beat in self.beats() if beat is not None)

    def beats(self) -> Iterator[Ended | None]:
        """As `ended`, but also None whenever something was read, for those who take lines as they come."""
        try:
            while self.waiting or self.running:
                while self.waiting and len(self.running) < self.workers:
                    self.running.append(self._start(self.waiting.popleft()))
                self._read()
                yield None
                yield from self._reap()
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask all children to end, give them three seconds, read what they still say, kill the rest."""
        for child in self.running:
            _signal(child, signal.SIGINT)
        until = monotonic() + GENTLE
        while any(child.open_ends for child in self.running) and monotonic() < until:
            self._read(0.2)
        for child in self.running:
            _signal(child, signal.SIGKILL)
            child.process.wait()
            self._close(child)
        self.running = []
        self.waiting.clear()

    def _start(self, spec: Spec) -> Child:
        reading, writing = os.pipe()
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "spiders.child", "--descriptor", str(writing)],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                pass_fds=(writing,), start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(writing)
        child = Child(
            spec=spec, process=process, lines=os.fdopen(reading, "rb", buffering=0),
            deadline=monotonic() + spec.limits.deadline * _longest_queue(spec),
        )  # fmt: skip
        self.selector.register(child.lines, selectors.EVENT_READ, (child, self._take))
        self.selector.register(_pipe(process.stderr), selectors.EVENT_READ, (child, _note))
        try:
            stdin = _pipe(process.stdin)
            stdin.write(dump_spec(spec))
            stdin.flush()
        except BrokenPipeError:
            logger.warning("a crawl process ended before it had read its task")
        return child

    def _read(self, longest: float = 1.0) -> None:
        if not self.selector.get_map():
            return
        for key, _ in self.selector.select(longest):
            child, take = key.data
            data = os.read(key.fd, CHUNK)
            if data:
                take(child, data)
            else:
                self.selector.unregister(key.fileobj)
                child.open_ends -= 1

    def _take(self, child: Child, data: bytes) -> None:
        child.pending += data
        *lines, rest = child.pending.split(b"\n")
        child.pending = bytearray(rest)
        if len(rest) > MAX_LINE:
            _signal(child, signal.SIGKILL)
        for line in lines:
            self.on_line(json.loads(bytes(line)))

    def _reap(self) -> Iterator[Ended]:
        now = monotonic()
        for child in list(self.running):
            if child.open_ends and now > child.deadline:
                _signal(child, signal.SIGKILL if child.warned else signal.SIGINT)
                child.warned, child.deadline = True, now + GENTLE
            if child.open_ends == 0 or (child.process.poll() is not None and not self._readable(child)):
                code = child.process.wait()
                self.running.remove(child)
                self._close(child)
                yield Ended(spec=child.spec, code=code, late=child.warned, tail=tuple(child.tail))

    def _readable(self, child: Child) -> bool:
        """True while something may still be in the pipes of a child that has ended."""
        return any(key.data[0] is child for key, _ in self.selector.select(0))

    def _close(self, child: Child) -> None:
        for pipe in (child.lines, child.process.stderr, child.process.stdin):
            if pipe is None:
                continue
            if pipe in self.selector.get_map():
                self.selector.unregister(pipe)
            try:
                pipe.close()
            except BrokenPipeError:
                logger.debug("a crawl process left its task unread")


def _note(child: Child, data: bytes) -> None:
    """A child's log goes to our own, at debug level."""
    child.log += data
    *lines, rest = child.log.split(b"\n")
    child.log = bytearray(rest)
    for line in lines:
        text = line.decode("utf-8", "replace")
        child.tail.append(text)
        logger.debug("%s", text)


def _signal(child: Child, number: signal.Signals) -> None:
    try:
        os.killpg(child.process.pid, number)
    except ProcessLookupError:
        return


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("the child was started without this pipe")
    return pipe


def _longest_queue(spec: Spec) -> int:
    """How many sources of this child wait for one another, at most: each has a budget of its own."""
    hosts = [task.source.url.split("/")[2].lower() for task in spec.tasks]
    return max(hosts.count(host) for host in hosts)
