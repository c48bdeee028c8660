"""A Mention as a document of Elasticsearch and back.

`_source` holds the fields of Mention, times in ISO 8601 with their microseconds, absent values left out; and beside
them the computed fields of `mentions.elastic_mapping.COMPUTED`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final

from mentions.columns import FIELDS, KINDS, micros
from mentions.model import CRISIS_LABELS, Mention
from mentions.stories import terms_of

# Partial updates (a tombstone, a rank) raise the version of a document by one each: the room between two mentions'.
UPDATES_BITS: Final = 20
BAND_DIGITS: Final = 4  # hexadecimal, of the 16 of a near key
_LABELS: Final = frozenset(CRISIS_LABELS)

# What a field of the wrong type raises; the batch goes on without the mention.
REFUSALS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

_values: Callable[[Mention], tuple[Any, ...]] = attrgetter(*FIELDS)
_TIMES: Final = tuple(name for name in FIELDS if KINDS[name][0] == "time")
_LISTS: Final = tuple(name for name in FIELDS if KINDS[name][0] == "list")
_ABSENT: Final[Mapping[str, Any]] = {**dict.fromkeys(FIELDS), **dict.fromkeys(_LISTS, ())}


def document_of(mention: Mention, indexed_at: datetime) -> dict[str, Any]:
    """The document, ranked as the only mention of its story, with `indexed_at` in place of the mention's own.

    TypeError, ValueError or another of REFUSALS if a field holds what its type forbids.
    """
    values = dict(zip(FIELDS, _values(mention), strict=True))
    values["indexed_at"] = indexed_at
    for name in _TIMES:
        if values[name] is not None:
            values[name] = written(values[name])
    if not _LABELS.issuperset(mention.crisis_labels):
        raise ValueError(f"crisis_labels {mention.crisis_labels!r:.200}: an unknown label")
    document = {name: value for name, value in values.items() if value is not None and value != ()}
    document["published_us"] = micros(mention.published_at)
    document["first_seen_us"] = micros(mention.first_seen_at)
    document["fetched_us"] = micros(mention.fetched_at)
    document["indexed_us"] = micros(indexed_at)
    document["arrived_at"] = written(max(mention.published_at, mention.first_seen_at))
    document["near_bands"] = bands(mention.near_key)
    document["copy"] = 0
    document["story_terms"] = list(terms_of(mention))
    return document


def mention_of(source: Mapping[str, Any]) -> Mention:
    """The mention of a `_source`."""
    values = {name: source.get(name, absent) for name, absent in _ABSENT.items()}
    for name in _TIMES:
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    for name in _LISTS:
        values[name] = tuple(values[name])
    return Mention(**values)


def external_version(mention: Mention) -> int:
    """The version of the document: room for a million partial updates before the mention's next version."""
    return mention.version << UPDATES_BITS


def written(at: datetime) -> str:
    """A time as `_source` has it, in UTC; TypeError for a naive one."""
    if at.tzinfo is None:
        raise TypeError(f"the time {at} has no zone")
    return at.astimezone(UTC).isoformat()


def bands(near_key: str) -> list[str]:
    """The four parts of a near key as terms: `0:` and four hexadecimal digits, and so on. ValueError if it is none."""
    digits = f"{int(near_key, 16):016x}"
    return [f"{place}:{digits[at : at + BAND_DIGITS]}" for place, at in enumerate(range(0, len(digits), BAND_DIGITS))]
