"""From one message to the rows of the outbox: one for each recipient of a channel. Pure."""

import hashlib
from datetime import datetime

from alerts.message import Message
from config.models import Channel, EmailChannel, FileChannel
from state.records import Delivery, Step


def deliveries_to(
    name: str, channel: Channel, message: Message, *, subject: str, step: Step, number: int, now: datetime
) -> list[Delivery]:
    """The rows; `subject` is what the message is about (an incident's id), `number` its step there."""
    return [
        Delivery(
            key=delivery_key(subject, number, name, recipient),
            subject=subject,
            step=step,
            number=number,
            channel=name,
            recipient=recipient,
            payload=message.to_json(),
            created_at=now,
        )
        for recipient in recipients(channel)
    ]


def recipients(channel: Channel) -> tuple[str, ...]:
    """Who or what gets a message of this channel each on its own; no secret."""
    if isinstance(channel, EmailChannel):
        return tuple(dict.fromkeys(channel.to))
    if isinstance(channel, FileChannel):
        return (channel.folder,)
    return (channel.channel or "webhook",)


def delivery_key(subject: str, number: int, channel: str, recipient: str) -> str:
    """Idempotency key: the same step to the same recipient is one message (40 hexadecimal digits)."""
    return hashlib.sha256("\0".join((subject, str(number), channel, recipient)).encode()).hexdigest()[:40]
