"""Links into Kibana for messages, reports and the terminal: which board, whose mentions, from when to when.

Without VIGIE_KIBANA_PUBLIC_URL or VIGIE_KIBANA_URL there are none. A setting that makes no link is told in the log, and
the message leaves without it: an alert is worth more than its link.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit, urlunsplit

from config.settings import Settings
from dashboards.links import board_url
from state.records import Incident

log = logging.getLogger(__name__)

Language: TypeAlias = Literal["fr", "en"]
Pairs: TypeAlias = tuple[tuple[str, str], ...]  # (words, URL)
WORDS: Final = {
    "incident": {"en": "Open this incident in Kibana", "fr": "Ouvrir cet incident dans Kibana"},
    "overview": {"en": "Open this week in Kibana", "fr": "Ouvrir cette semaine dans Kibana"},
}


def incident_url(settings: Settings, incident: Incident) -> str | None:
    """The incident board on its brand, from before the window that opened it to its end or the last change."""
    return _board(settings, "incident", incident.brand, *span(incident))


def span(incident: Incident) -> tuple[datetime, datetime]:
    """From before the window that opened it to its end or the last change."""
    begun = incident.opened_at - timedelta(hours=max(incident.window_hours, 1))
    return begun, incident.closed_at or incident.updated_at


def incident_links(settings: Settings) -> Callable[[Incident, Language], Pairs]:
    """What `alerts.watch.tick` adds to the messages about an incident."""
    return lambda incident, language: _said("incident", language, incident_url(settings, incident))


def week_links(settings: Settings, brand: str, start: datetime, end: datetime, language: Language) -> Pairs:
    """The overview board on the brand and span of a weekly report."""
    return _said("overview", language, _board(settings, "overview", brand, start, end))


def _said(key: str, language: Language, url: str | None) -> Pairs:
    return ((WORDS[key][language], url),) if url else ()


def _board(settings: Settings, key: str, brand: str, start: datetime, end: datetime) -> str | None:
    base = public_base(settings)
    if base is None:
        return None
    space = settings.kibana_space
    own = "" if space == "default" else f"{space}-"
    try:
        return board_url(
            base,
            space=space,
            board_id=f"vigie-{own}{key}",
            data_view_id=f"vigie-{own}mentions",
            brand=brand,
            start=start,
            end=end,
        )
    except ValueError as error:
        log.warning("no-link board=%s: %s", key, error)
        return None


def public_base(settings: Settings) -> str | None:
    """Where people reach Kibana; credentials of the address that we deploy to go into no message."""
    if settings.kibana_public_url or settings.kibana_url is None:
        return settings.kibana_public_url
    parts = urlsplit(settings.kibana_url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
