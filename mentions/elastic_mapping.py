"""The composable template of the partitions: settings, analysis and the strict mapping of a mention.

Field by field it is docs/fields.md. `_source` holds the mention itself; the computed fields beside it are what exact
filters and orders read, because a `date` of Elasticsearch ends at milliseconds (docs/adr/0018).
"""

from collections.abc import Mapping
from typing import Any, Final

from mentions.elastic_names import Names

# The stock analyzers that stem: an extra for Kibana. Vigie itself searches `search_text`, as on SQLite.
STEMMED: Final[Mapping[str, str]] = {
    "fr": "french",
    "en": "english",
    "de": "german",
    "es": "spanish",
    "it": "italian",
}
LONGEST_NAME: Final = 1024  # characters of a title that tables may sort by
LONGEST_WORD: Final = 8191  # characters of UTF-8 that surely fit into a term of Lucene (32,766 bytes)
LARGEST_WINDOW: Final = 10_001  # the largest page of mentions.cursor, and one more to know whether another follows

_KEYWORD: Final = {"type": "keyword"}
_NAME: Final = {"type": "keyword", "ignore_above": LONGEST_WORD}  # shown, never asked for exactly
_STORED: Final = {"type": "keyword", "index": False}  # read by queries, never searched
_DATE: Final = {"type": "date", "format": "strict_date_optional_time||epoch_millis"}
_LONG: Final = {"type": "long"}
_BYTE: Final = {"type": "byte"}
_INTEGER: Final = {"type": "integer"}
_DOUBLE: Final = {"type": "double"}
_SHORT: Final = {"type": "keyword", "ignore_above": LONGEST_NAME}
_STEMS: Final = {
    name: {"type": "text", "analyzer": analyzer, "index_options": "freqs", "norms": False}
    for name, analyzer in STEMMED.items()
}
_PROSE: Final = {"type": "text", "analyzer": "und", "fields": _STEMS}
_TITLE: Final = {"type": "text", "analyzer": "und", "fields": {**_STEMS, "keyword": _SHORT}}

# What is computed when a mention is written. `*_us`: microseconds since 1970 UTC. `arrived_at`: the later of
# `first_seen_at` and `published_at`. `copy`: 0 first published of its story and brand, 1 first of those not gone,
# 2 neither. `near_bands`: the four 16-bit parts of `near_key`, each after its place. `story_terms`: by which the first
# mention of a story is found for later copies (mentions.stories), none on others.
COMPUTED: Final[Mapping[str, Mapping[str, Any]]] = {
    "published_us": _LONG,
    "first_seen_us": _LONG,
    "fetched_us": _LONG,
    "indexed_us": _LONG,
    "arrived_at": _DATE,
    "copy": _BYTE,
    "near_bands": {"type": "keyword", "doc_values": False},
    "story_terms": _KEYWORD,
}
PROPERTIES: Final[Mapping[str, Mapping[str, Any]]] = {
    **dict.fromkeys(("id", "post_id", "post_key", "brand", "role", "evidence", "source", "unit"), _KEYWORD),
    **dict.fromkeys(("url", "canonical_url", "thread_url", "site", "story_id", "pipeline", "model"), _KEYWORD),
    **dict.fromkeys(("published_rule", "published_precision", "language", "sentiment_label"), _KEYWORD),
    **dict.fromkeys(("crisis_labels", "crisis_flags", "aspects", "topics", "author_key"), _KEYWORD),
    **dict.fromkeys(("native_id", "parent", "author_name", "product"), _NAME),
    **dict.fromkeys(("content_hash", "near_key"), _STORED),
    **dict.fromkeys(("title", "thread_title"), _TITLE),
    **dict.fromkeys(("text", "passage"), _PROSE),
    "search_text": {"type": "text", "analyzer": "whitespace", "norms": False},
    **dict.fromkeys(("published_at", "fetched_at", "first_seen_at", "edited_at", "indexed_at", "gone_at"), _DATE),
    **dict.fromkeys(("published_hour", "published_weekday", "polarity"), _BYTE),
    **dict.fromkeys(("revision", "position"), _INTEGER),
    **dict.fromkeys(("version", "replies", "likes", "shares", "views"), _LONG),
    **dict.fromkeys(("sentiment_score", "sentiment_negative", "sentiment_neutral", "sentiment_positive"), _DOUBLE),
    **dict.fromkeys(("severity", "crisis_score", "rating"), _DOUBLE),
    **COMPUTED,
}
FIELD_TYPES: Final[Mapping[str, str]] = {name: str(field["type"]) for name, field in PROPERTIES.items()}


def template(names: Names) -> dict[str, Any]:
    """The body of `PUT _index_template/<names.template>`; the alias is given when a partition is created."""
    return {
        "index_patterns": [names.pattern],
        "priority": 200,
        # Whatever the cluster allows: a partition that a write made by itself would not be under the alias.
        "allow_auto_create": False,
        "_meta": _meta(names),
        "template": {"settings": _settings(), "mappings": mapping(names)},
    }


def mapping(names: Names) -> dict[str, Any]:
    """The strict mapping of one partition; `_meta` says which schema and period wrote it."""
    return {"dynamic": "strict", "_meta": _meta(names), "properties": {k: dict(v) for k, v in PROPERTIES.items()}}


def _meta(names: Names) -> dict[str, Any]:
    return {"schema": "mentions", "version": names.schema, "period": names.period}


def _settings() -> dict[str, Any]:
    return {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        "refresh_interval": "5s",  # said explicitly, it also keeps an idle index fresh
        "codec": "default",  # half as large again as best_compression, but a page or a scan takes a third of the time
        "max_result_window": LARGEST_WINDOW,
        # A deleted id is forgotten at once, so that it may be written again in its first version. (0 would mean
        # "older than 0 ms" on a clock of 200 ms: measured, some writes still answered 409.)
        "gc_deletes": "-1",
        "merge.policy.expunge_deletes_allowed": 0,  # an erasure must leave nothing behind
        "mapping.total_fields.limit": 200,
        "mapping.coerce": False,  # "5" is no number
        "query.default_field": ["title", "text"],
        "analysis": {
            "analyzer": {"und": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase", "asciifolding"]}}
        },
    }
