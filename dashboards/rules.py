"""The dead man's switch: a rule inside Kibana that speaks when no mention arrives any more, even if Vigie is dead.

Shipped disabled: who wants it enables it and adds the action of their choice. A Basic licence sends to an index or to
the server's log only, so the log it is. What people changed in it stays, unless `force`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from dashboards.client import Space
from dashboards.words import Language

HOURS: Final = 24  # without a mention; a small brand may need more: Kibana lets people change it
CONNECTOR: Final = "vigie-server-log"  # its id is made of this and the space

Word: TypeAlias = Literal["made", "replaced", "unchanged"]

TEXTS: Final[Mapping[Language, tuple[str, str]]] = {
    "en": (
        "Vigie: no mention for {hours} hours",
        "No mention was indexed for {hours} hours: look at the health board and the log of Vigie.",
    ),
    "fr": (
        "Vigie : aucune mention depuis {hours} heures",
        "Aucune mention indexée depuis {hours} heures : voir le tableau de santé et le journal de Vigie.",
    ),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """An alerting rule of Kibana: `fixed` is only said when it is made."""

    id: str
    body: Mapping[str, Any]
    fixed: Mapping[str, Any]


def connector_id(space: str) -> str:
    """Always the same for a space, in the form of a random UUID: Kibana takes no other for what may hold a secret."""
    return str(UUID(bytes=sha256(f"{CONNECTOR}/{space}".encode()).digest()[:16], version=4))


def dead_mans_switch(index: str, *, space: str = "default", language: Language = "en", hours: int = HOURS) -> Rule:
    """No mention in `index` for `hours` hours, looked at every quarter of an hour."""
    name, message = (text.format(hours=hours) for text in TEXTS[language])
    params = {
        "searchType": "esQuery",
        "index": [index],
        "timeField": "indexed_at",
        "esQuery": '{"query": {"match_all": {}}}',
        "size": 0,
        "threshold": [1],
        "thresholdComparator": "<",
        "timeWindowSize": hours,
        "timeWindowUnit": "h",
        "aggType": "count",
        "groupBy": "all",
        "excludeHitsFromPreviousRun": False,
    }
    action = {
        "id": connector_id(space),
        "group": "query matched",
        "params": {"level": "error", "message": message},
        "frequency": {"summary": False, "notify_when": "onActionGroupChange", "throttle": None},
    }
    body = {"name": name, "schedule": {"interval": "15m"}, "params": params, "actions": [action], "tags": ["Vigie"]}
    fixed = {"rule_type_id": ".es-query", "consumer": "stackAlerts", "enabled": False}
    return Rule("vigie-silence" if space == "default" else f"vigie-{space}-silence", body, fixed)


def place(space: Space, rule: Rule, *, force: bool) -> Word:
    """Make the rule where it is missing; overwrite it only if `force`. Whether it is enabled is people's choice."""
    there = space.rule(rule.id)
    if there is not None and not force:
        return "unchanged"
    for action in rule.body["actions"]:
        if space.connector(action["id"]) is None:
            space.make_connector(action["id"], "Vigie: server log", ".server-log")
    if there is None:
        space.make_rule(rule.id, {**rule.body, **rule.fixed})
        return "made"
    space.change_rule(rule.id, rule.body)
    return "replaced"
