"""How fast to write: how many bulks at once (additive increase, halving), and how long to wait after a refusal."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Event
from types import TracebackType
from typing import Final

from mentions.errors import Transient

CLEAN: Final = 20  # clean bulks in a row before one more may fly
TOLD: Final = 5  # refusals in a row (some seconds) after which a person is told that we wait
SLICE: Final = 0.5  # seconds of sleep between two looks at whether all was called off
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of the writer: bytes, counts and seconds. `in_flight` None: two bulks for each data node of the cluster."""

    batch_bytes: int = 5_000_000
    batch_actions: int = 1_000
    document_bytes: int = 20_000_000
    in_flight: int | None = None
    first_wait: float = 0.5
    longest_wait: float = 60.0
    deadline: float = 900.0
    request_timeout: float = 60.0


class Pace:
    """Lets at most `allowed` bulks fly at once; a context manager around each one.

    It begins with all of them: one bulk for one partition keeps one core of a node busy, the second another
    (measured: 1.6 times the rate for the same time of the server's cores).
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.allowed = most
        self._flying = 0
        self._clean = 0
        self._changed = Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._flying < self.allowed)
            self._flying += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._flying -= 1
            self._changed.notify_all()

    def refused(self) -> None:
        """The cluster has too much to do: half as many."""
        with self._changed:
            self.allowed = max(1, self.allowed // 2)
            self._clean = 0

    def clean(self) -> None:
        """A bulk went through: one more after every twentieth in a row."""
        with self._changed:
            self._clean += 1
            if self._clean >= CLEAN:
                self._clean = 0
                self.allowed = min(self.most, self.allowed + 1)
                self._changed.notify_all()


class CalledOff(Exception):  # noqa: N818 - no defect: another batch failed, or the user stops
    """The batch is given up because the whole write is."""


@dataclass(frozen=True, slots=True)
class Time:
    """Clock (seconds), sleep and randomness (0 to 1), as arguments; `called_off` ends every wait."""

    clock: Callable[[], float]
    sleep: Callable[[float], object]
    random: Callable[[], float]
    called_off: Event


class Patience:
    """The waits of one batch: full jitter (Brooker 2015) that doubles from first to longest wait, up to a deadline.

    The deadline counts from the first refusal since the last part of the batch that went through.
    """

    def __init__(self, limits: Limits, time: Time) -> None:
        self._limits = limits
        self._time = time
        self.refusals = 0
        self._until: float | None = None

    def restore(self) -> None:
        """Something went through: the next refusal is a first one."""
        self.refusals = 0
        self._until = None

    def wait(self, reason: str, count: int, *, at_least: float | None = None) -> None:
        """Sleep before the next attempt; Transient with the reason when the deadline has passed."""
        now = self._time.clock()
        if self._until is None:
            self._until = now + self._limits.deadline
        if now >= self._until:
            raise Transient(
                f"{reason}; {count} writes were refused for {self._limits.deadline / 60:.3g} minutes. "
                "Nothing was acknowledged that is not stored: when Elasticsearch is well again, run the same command"
            )
        longest = min(self._limits.longest_wait, self._limits.first_wait * 2.0 ** min(self.refusals, 30))
        self.refusals += 1
        pause = min(max(self._time.random() * longest, at_least or 0.0), self._until - now)
        log.warning("bulk-waits refusal=%d seconds=%.1f writes=%d reason=%s", self.refusals, pause, count, reason)
        if self.refusals == TOLD:
            log.error("%s; going on trying for %.3g minutes", reason, (self._until - now) / 60)
        self._sleep(pause)

    def _sleep(self, pause: float) -> None:
        while pause > 0:
            if self._time.called_off.is_set():
                raise CalledOff
            self._time.sleep(min(pause, SLICE))
            pause -= SLICE
