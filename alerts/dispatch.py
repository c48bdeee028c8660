"""Hand what is due in the outbox to its channels: at least once, each recipient on its own."""

import logging
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from alerts.delivery import ChannelImpl, DeliveryError
from alerts.message import Message
from state.outbox import Outbox
from state.records import Delivery

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 10.0, 900.0  # seconds: doubled at each attempt
GIVE_UP = timedelta(hours=24)
LEASE_SECONDS = 300.0  # longer than the slowest channel may take for a whole batch
BATCH = 5


def dispatch(
    outbox: Outbox, channels: Mapping[str, ChannelImpl], now: datetime, *, chance: Callable[[], float] = random.random
) -> Counter[str]:
    """Send everything that is due at `now`; how many were `sent`, `retry`, `dead`, `superseded`.

    `chance` gives numbers in [0, 1) that spread the retries. A channel that fails in an unforeseen way is
    raised at the end, when all others were served; its message is leased again later.
    """
    fates: Counter[str] = Counter()
    defects: list[Exception] = []
    while batch := outbox.lease(now, limit=BATCH, seconds=LEASE_SECONDS):
        for delivery in _newest(outbox, batch, fates):
            try:
                fates[_deliver(outbox, channels, delivery, now, chance)] += 1
            except Exception as error:  # noqa: BLE001 - raised below, once the other channels had their turn
                defects.append(error)
    if defects:
        raise defects[0]
    return fates


def _newest(outbox: Outbox, batch: Sequence[Delivery], fates: Counter[str]) -> list[Delivery]:
    """Of several steps to the same recipient only the last; earlier ones waiting anywhere are superseded."""
    last: dict[tuple[str, str, str], Delivery] = {}
    for delivery in batch:
        thread = (delivery.subject, delivery.channel, delivery.recipient)
        before = last.get(thread)
        if before is None or before.number < delivery.number:
            last[thread] = delivery
    for (subject, channel, recipient), delivery in last.items():
        waiting = [
            row
            for row in outbox.list(subject=subject)
            if (row.channel, row.recipient) == (channel, recipient) and row.status in {"pending", "leased"}
        ]
        if any(row.number < delivery.number for row in waiting):
            fates["superseded"] += sum(row.number < delivery.number for row in waiting)
            outbox.supersede(subject, channel, recipient, delivery.number)
    return list(last.values())


def _deliver(
    outbox: Outbox,
    channels: Mapping[str, ChannelImpl],
    delivery: Delivery,
    now: datetime,
    chance: Callable[[], float],
) -> str:
    channel = channels.get(delivery.channel)
    if channel is None:
        outbox.dead(delivery.key, f"channels.yaml has no channel {delivery.channel!r} any more")
        return "dead"
    first = outbox.reference(delivery.subject, delivery.channel, delivery.recipient)
    try:
        reference = channel.send(delivery, Message.from_json(delivery.payload), first)
    except DeliveryError as error:
        return _failed(outbox, delivery, error, now, chance)
    outbox.sent(delivery.key, now, reference)
    log.info("sent channel=%s step=%s subject=%s", delivery.channel, delivery.step, delivery.subject)
    return "sent"


def _failed(
    outbox: Outbox, delivery: Delivery, error: DeliveryError, now: datetime, chance: Callable[[], float]
) -> str:
    if not error.recoverable or now - delivery.created_at >= GIVE_UP:
        outbox.dead(delivery.key, str(error))
        log.error("dead-letter channel=%s subject=%s: %s", delivery.channel, delivery.subject, error)
        return "dead"
    due = now + timedelta(seconds=wait(delivery.attempts, error.retry_after, chance()))
    outbox.retry(delivery.key, due, str(error))
    log.warning("retry channel=%s subject=%s at=%s: %s", delivery.channel, delivery.subject, due.isoformat(), error)
    return "retry"


def wait(attempts: int, asked: float | None, chance: float) -> float:
    """Seconds until the next attempt: doubling, half of it by chance; never sooner than the other side asked."""
    longest = min(FIRST_WAIT * 2.0 ** min(max(attempts - 1, 0), 20), LONGEST_WAIT)
    return max(longest * (0.5 + chance / 2), asked or 0.0)
