"""The ways to reach people: one row of CHANNELS each."""

from collections.abc import Callable, Mapping
from typing import Any

from alerts.channels.email import EmailSender
from alerts.channels.file import FileSender
from alerts.channels.slack import SlackSender
from alerts.delivery import ChannelImpl, DeliveryError
from config.models import Channel, Config
from config.settings import Settings

__all__ = ["CHANNELS", "ChannelImpl", "DeliveryError", "make_channel"]


def _email(name: str, _channel: Any, settings: Settings, config: Config) -> ChannelImpl:
    return EmailSender(name, settings.smtp_url, config.vigie.mail.sender)


def _slack(name: str, channel: Any, settings: Settings, _config: Config) -> ChannelImpl:
    return SlackSender(name, channel, settings.reveal)


def _file(name: str, channel: Any, settings: Settings, _config: Config) -> ChannelImpl:
    return FileSender(name, settings.home / channel.folder)


CHANNELS: Mapping[str, Callable[[str, Any, Settings, Config], ChannelImpl]] = {
    "email": _email,
    "slack": _slack,
    "file": _file,
}


def make_channel(name: str, channel: Channel, settings: Settings, config: Config) -> ChannelImpl:
    """The channel, ready to send; it connects and reads its secrets only when it does."""
    return CHANNELS[channel.kind](name, channel, settings, config)
