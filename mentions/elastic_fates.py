"""What Elasticsearch's answers to a bulk request mean: one fate per item. Pure."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from mentions.elastic_batches import Item

LONGEST: Final = 150  # characters of each reason in a chain of causes
CAUSES: Final = 3
BUSY: Final = {408, 425, 429, 502, 503, 504}
POISON: Final = 5  # a document that makes the server fail so often is to blame itself
FULL: Final = "cluster_block_exception"  # full disk, or a block that a person set: it goes away
NO_INDEX: Final = "index_not_found_exception"
NOT_ALLOWED: Final = {"security_exception", "authorization_exception"}


class Fate(Enum):
    """What becomes of an action; the last three are no end."""

    OK = "ok"
    UNCHANGED = "unchanged"  # an update that changed nothing
    STALE = "stale"  # the index holds this or a later version
    MISSING = "missing"  # nothing to delete or to update
    DEAD = "dead"
    AGAIN = "again"
    NO_PARTITION = "no partition"
    FORBIDDEN = "forbidden"


class Garbled(Exception):  # noqa: N818 - a fate, not a defect
    """An answer that does not fit the request: what was written is unknown, so all is sent again."""


def answers_of(body: object, count: int) -> Sequence[Mapping[str, Any]]:
    """The answer to each action, in order; Garbled unless there is one for each."""
    items = body.get("items") if isinstance(body, Mapping) else None
    if not isinstance(items, list) or len(items) != count:
        found = len(items) if isinstance(items, list) else "no"
        raise Garbled(f"{found} answers to {count} actions")
    answers = []
    for item in items:
        answer = next(iter(item.values()), None) if isinstance(item, Mapping) else None
        if not isinstance(answer, Mapping) or not isinstance(answer.get("status"), int):
            raise Garbled("an answer without a status")
        answers.append(answer)
    return answers


def fate_of(item: Item, answer: Mapping[str, Any]) -> tuple[Fate, str]:
    """The fate of one item and the server's reason on one line (empty when all is well)."""
    status: int = answer["status"]
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP
        return (Fate.UNCHANGED if answer.get("result") == "noop" else Fate.OK), ""
    kind, reason = said(answer.get("error"))
    words = f"{status} {kind}: {reason}" if kind else str(status)
    return _fate(item, status, kind), words


def _fate(item: Item, status: int, kind: str) -> Fate:  # noqa: PLR0911 - a table of fates
    if status == 404:  # noqa: PLR2004 - HTTP
        if item.kind != "index":
            return Fate.MISSING
        return Fate.NO_PARTITION if kind == NO_INDEX else Fate.DEAD
    if status == 409:  # noqa: PLR2004 - HTTP
        return Fate.STALE if item.versioned else Fate.AGAIN
    if status in BUSY or kind == FULL:
        return Fate.AGAIN
    if status >= 500:  # noqa: PLR2004 - HTTP
        item.refusals += 1
        return Fate.DEAD if item.refusals >= POISON else Fate.AGAIN
    if status == 401 or kind in NOT_ALLOWED:  # noqa: PLR2004 - HTTP
        return Fate.FORBIDDEN
    return Fate.DEAD


def said(error: object) -> tuple[str, str]:
    """Type and reason of an error object of Elasticsearch, causes included, on one line."""
    if not isinstance(error, Mapping):
        return ("", "") if error is None else ("error", _short(str(error)))
    reasons: dict[str, None] = {}
    part: object = error
    while isinstance(part, Mapping) and len(reasons) < CAUSES:
        if part.get("reason"):
            reasons[_short(str(part["reason"]))] = None
        part = part.get("caused_by")
    return str(error.get("type", "error")), ": ".join(reasons)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
