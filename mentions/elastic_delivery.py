"""One batch sent until every action of it has its fate."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, NoReturn

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from mentions.elastic_batches import Item
from mentions.elastic_client import in_words
from mentions.elastic_fates import FULL, Fate, Garbled, answers_of, fate_of, said
from mentions.elastic_pace import CalledOff, Limits, Pace, Patience, Time
from mentions.errors import Stop, Transient

ENDS: Final = {Fate.OK, Fate.UNCHANGED, Fate.STALE, Fate.MISSING}
ANSWER: Final = "items.*.status,items.*.result,items.*.error"  # a fifth of the whole answer
STUBBORN: Final = 4  # refusals in a row after which a batch goes in halves
TOO_LARGE: Final = 413
BAD_REQUEST: Final = 400
OTHER_MAJOR: Final = "media_type_header_exception"


@dataclass(slots=True)
class Tally:
    """Fates of a batch: numbers of those that went well, the dead ones with the reason."""

    fates: Counter[Fate] = field(default_factory=Counter)
    dead: list[tuple[Item, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way to one cluster; safe to use from several threads. `shown` is its address in messages."""

    client: Elasticsearch
    shown: str
    create_partition: Callable[[str], None]
    limits: Limits
    time: Time
    pace: Pace
    making: Lock = field(default_factory=Lock)

    def deliver(self, items: Sequence[Item]) -> Tally:
        """Send until each has its fate. Transient after the deadline, Stop where a person must act."""
        tally = Tally()
        patience = Patience(self.limits, self.time)
        made: dict[str, bool] = {}  # partitions asked for; False while one may be there but not under the alias
        parts = [list(items)] if items else []
        while parts:
            if self.time.called_off.is_set():
                raise CalledOff
            rest, reason, hint = self._attempt(parts.pop(), tally, made)
            parts += rest
            if reason:
                self.pace.refused()
                patience.wait(reason, sum(map(len, parts)), at_least=hint)
                if patience.refusals % STUBBORN == 0 and len(parts[-1]) > 1:  # it may never fit as a whole
                    parts += _halves(parts.pop())
            else:
                patience.restore()
                self.pace.clean()
        return tally

    def _attempt(
        self, items: list[Item], tally: Tally, made: dict[str, bool]
    ) -> tuple[list[list[Item]], str, float | None]:
        """Send once: what is left to send, the reason to wait before (or none), the server's hint of seconds."""
        if reason := self._make([index for index, done in made.items() if not done], made):
            return [items], reason, None
        try:
            again, reason = self._judge(items, self._send(items), tally, made)
        except (ApiError, TransportError) as error:
            if isinstance(error, ApiError) and _of_one_item(error):
                if len(items) > 1:
                    return _halves(items), "", None
                kind, reason = said(error.body.get("error") if isinstance(error.body, dict) else None)
                tally.dead.append((items[0], f"{error.meta.status} {kind or error.message}: {reason}"))
                return [], "", None
            return [items], *self._told(error)
        except Garbled as error:
            return [items], f"Elasticsearch at {self.shown} gave a broken answer ({error})", None
        return [again] if again else [], reason, None

    def _send(self, items: Sequence[Item]) -> object:
        client = self.client.options(max_retries=0, request_timeout=self.limits.request_timeout)
        lines: Any = b"".join(item.lines for item in items)  # the serialiser passes bytes on as they are
        with self.pace:
            return client.bulk(operations=lines, filter_path=ANSWER).body

    def _judge(self, items: list[Item], body: object, tally: Tally, made: dict[str, bool]) -> tuple[list[Item], str]:
        """Those to send again, and the reason to wait before; no reason where a partition has just been made."""
        again: list[Item] = []
        waits = ""
        absent: set[str] = set()
        for item, answer in zip(items, answers_of(body, len(items)), strict=True):
            fate, reason = fate_of(item, answer)
            if fate in ENDS:
                tally.fates[fate] += 1
            elif fate is Fate.DEAD:
                tally.dead.append((item, reason))
            elif fate is Fate.FORBIDDEN:
                raise Stop(
                    f"Elasticsearch at {self.shown} does not allow to write to {item.index}: "
                    f"give the user or key the privilege ({reason})"
                )
            else:
                again.append(item)
                if fate is Fate.NO_PARTITION:
                    absent.add(item.index)
                if fate is Fate.AGAIN or made.get(item.index):
                    todo = ": free disk space or remove the block" if FULL in reason else ""
                    waits = f"Elasticsearch at {self.shown} refuses writes ({reason}){todo}"
        return again, waits or self._make(absent, made)

    def _make(self, absent: Collection[str], made: dict[str, bool]) -> str:
        """Create the partitions that are absent; the reason to wait if that must be tried again."""
        for index in sorted(absent):
            made[index] = False
            try:
                with self.making, in_words(self.shown):
                    self.create_partition(index)
            except Transient as error:
                return str(error)
            made[index] = True
        return ""

    def _told(self, error: ApiError | TransportError) -> tuple[str, float | None]:
        """The reason and the server's hint of seconds if the call may succeed later, else Stop."""
        try:
            self._raise(error)
        except Transient as told:
            return str(told), told.retry_after

    def _raise(self, error: Exception) -> NoReturn:
        with in_words(self.shown):
            raise error
        raise AssertionError  # in_words lets nothing pass


def _halves(items: list[Item]) -> list[list[Item]]:
    """Two parts of two items or more; the first to send is the last."""
    middle = len(items) // 2
    return [items[middle:], items[:middle]]


def _of_one_item(error: ApiError) -> bool:
    """Whether a request was refused as a whole though one of its items may be to blame."""
    if error.meta.status == TOO_LARGE:
        return True
    body = error.body if isinstance(error.body, dict) else {}
    kind = said(body.get("error"))[0]
    return error.meta.status == BAD_REQUEST and bool(kind) and kind != OTHER_MAJOR
