"""Slack by incoming webhook, or by a bot, which answers in the thread of the first message and edits that one."""

import logging
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import WebClient
from slack_sdk.webhook import WebhookClient

from alerts.delivery import DeliveryError
from alerts.message import Message
from config.models import SlackChannel
from config.types import Secret
from mentions.errors import Stop
from state.records import Delivery

log = logging.getLogger(__name__)

TIMEOUT = 30
OK, TOO_MANY, BROKEN = 200, 429, 500
# Slack's own trouble, worth another try (docs.slack.dev, errors of chat.postMessage); the rest needs a person.
PASSING = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable",
                     "request_timeout", "team_added_to_org", "message_limit_exceeded"})  # fmt: skip
UNEDITABLE = frozenset({"message_not_found", "edit_window_closed", "cant_update_message"})
HEADER, SECTION = 150, 2900  # characters that Slack takes in such blocks, with some room


class SlackSender:
    """Reads its webhook or token when it sends, so that a missing secret stops this channel only."""

    def __init__(self, name: str, channel: SlackChannel, reveal: Callable[[Secret], str]) -> None:
        self._name = name
        self._channel = channel
        self._reveal = reveal

    def send(self, delivery: Delivery, message: Message, first: str | None) -> str | None:
        """The reference is `channel:ts`; a webhook gives none."""
        try:
            if self._channel.webhook is not None:
                self._by_webhook(self._reveal(self._channel.webhook), message)
                return None
            return self._by_bot(delivery, message, first)
        except SlackApiError as error:
            raise self._refused(error) from error
        except Stop as error:
            raise DeliveryError(self._name, str(error), recoverable=True) from error
        except (SlackClientError, URLError, HTTPException, OSError, ValueError) as error:
            raise DeliveryError(self._name, f"Slack does not answer: {error}", recoverable=True) from error

    def _by_webhook(self, url: str, message: Message) -> None:
        client = WebhookClient(url, timeout=TIMEOUT, retry_handlers=[])
        answer = client.send(text=message.headline, blocks=blocks(message))
        if answer.status_code != OK:
            passing = answer.status_code == TOO_MANY or answer.status_code >= BROKEN
            detail = f"the webhook answers {answer.status_code} {answer.body[:100]}".rstrip()
            after = _seconds(answer.headers)
            raise DeliveryError(self._name, detail, recoverable=passing, retry_after=after)

    def _by_bot(self, delivery: Delivery, message: Message, first: str | None) -> str:
        client = WebClient(
            token=self._reveal(self._channel.token) if self._channel.token else None,
            base_url=(self._channel.api_url or WebClient.BASE_URL).rstrip("/") + "/",
            timeout=TIMEOUT,
            retry_handlers=[],
        )
        room, _, thread = (first or "").rpartition(":")
        if thread:  # editing twice does no harm, so it goes first
            _edit(client, room, thread, message)
        answer = client.chat_postMessage(
            channel=room or delivery.recipient,
            thread_ts=thread or None,
            text=message.headline,
            blocks=blocks(message),
            unfurl_links=False,
            metadata={"event_type": "vigie_delivery", "event_payload": {"key": delivery.key}},
        )
        return f"{answer['channel']}:{answer['ts']}"

    def _refused(self, error: SlackApiError) -> DeliveryError:
        """Slack answered, but did not take it."""
        status = getattr(error.response, "status_code", OK)
        headers: Mapping[str, Any] = getattr(error.response, "headers", {})
        said = error.response.get("error") if hasattr(error.response, "get") else None
        said = said if said and " " not in said else None  # Slack's own codes are single words
        passing = status == TOO_MANY or status >= BROKEN or said is None or said in PASSING
        detail = f"Slack says {said}" if said else f"Slack answers {status} and no reason"
        return DeliveryError(self._name, detail, recoverable=passing, retry_after=_seconds(headers))


def _edit(client: WebClient, room: str, ts: str, message: Message) -> None:
    """Bring the first message up to date; where Slack will not have it edited, the answer in its thread must do."""
    try:
        client.chat_update(channel=room, ts=ts, text=message.headline, blocks=blocks(message))
    except SlackApiError as error:
        if error.response.get("error") not in UNEDITABLE:
            raise
        log.info("first message stays as it is: %s", error.response.get("error"))


def blocks(message: Message) -> list[dict[str, Any]]:
    """The message as Slack blocks; what mentions say is escaped, so that it can neither link nor ping."""
    built: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(message.subject, HEADER)}},
        _section(escape(message.headline)),
    ]
    if message.facts:
        built.append(_section("\n".join(f"*{escape(name)}*: {escape(value)}" for name, value in message.facts)))
    built += [_section(_quote(each)) for each in message.mentions]
    if message.links:
        built.append(_section(" · ".join(_link(url, words) for words, url in message.links)))
    return built


def _quote(mention: Mapping[str, str]) -> str:
    where = _link(mention["url"], mention["where"])
    who = f"{escape(mention['who'])} · " if mention["who"] else ""
    return f"> {escape(mention['text'])}\n{who}{where} · {mention['when']}"


def escape(text: str) -> str:
    """Slack's three characters (docs.slack.dev, formatting), and the marks that would change the look."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\u200b{char}" if char in "*_~`" else char for char in text)


def _link(url: str, words: str) -> str:
    if not url.startswith(("http://", "https://")):
        return escape(words)
    return f"<{url.replace('|', '%7C').replace('>', '%3E').replace('<', '%3C')}|{escape(words)}>"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": _cut(text, SECTION)}}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _seconds(headers: Mapping[str, Any]) -> float | None:
    """Retry-After in seconds, however the header is written."""
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    said = said[0] if isinstance(said, list | tuple) else said
    return float(said) if said is not None and str(said).isdigit() else None
