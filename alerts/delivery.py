"""What a channel is, and how it says that it could not deliver."""

from typing import Protocol

from alerts.message import Message
from state.records import Delivery


class DeliveryError(Exception):
    """A message did not go out. `recoverable`: trying later may help; `retry_after`: seconds, if they said."""

    def __init__(self, channel: str, detail: str, *, recoverable: bool, retry_after: float | None = None) -> None:
        super().__init__(f"{channel}: {detail}")
        self.channel = channel
        self.detail = detail
        self.recoverable = recoverable
        self.retry_after = retry_after


class ChannelImpl(Protocol):
    """A way to reach people: dumb, it sends one message once; retries and threads are decided outside."""

    def send(self, delivery: Delivery, message: Message, first: str | None) -> str | None:
        """Send; `first` is the reference of the subject's first message. Returns this one's reference.

        Raises DeliveryError and nothing else.
        """
