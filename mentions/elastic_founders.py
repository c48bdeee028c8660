"""First mentions of stories in Elasticsearch, by the terms of their sketches."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from mentions.elastic_reads import LARGEST, Reader
from mentions.elastic_where import among
from mentions.stories import COMMON, Founder, closest

_FIELD: Final = "story_terms"
_TOGETHER: Final = LARGEST // COMMON  # terms whose holders fit into one answer


def founders(reader: Reader, sketches: Sequence[Sequence[str]]) -> list[Founder]:
    """By story id; see MentionStore.founders."""
    holders = _holders(reader, sorted({term for sketch in sketches for term in sketch}))
    wanted: dict[str, str] = {}
    for sketch in sketches:
        shared = Counter(story for term in sketch for story in holders.get(term, {}))
        for story in closest(shared):
            names = (holders[term][story] for term in sketch if story in holders.get(term, {}))
            wanted[story] = min(names) if story not in wanted else min(wanted[story], *names)
    texts = reader.sources(sorted(wanted.values()), "story_id", "unit", "title", "search_text")
    found = [
        Founder(story_id=row["story_id"], unit=row["unit"], title=row.get("title"), search_text=row["search_text"])
        for row in texts.values()
    ]
    return sorted(found, key=lambda founder: founder.story_id)


def _holders(reader: Reader, terms: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """By term, the stories whose first mention holds it, and that mention; terms held too often are absent."""
    found: dict[str, dict[str, str]] = {}
    for start in range(0, len(terms), _TOGETHER):
        rare = set(_rare(reader, terms[start : start + _TOGETHER]))
        for story, name, held in _rows(reader, sorted(rare)):
            for term in rare.intersection(held):
                stories = found.setdefault(term, {})
                stories[story] = min(name, stories.get(story, name))
    return found


def _rare(reader: Reader, terms: Sequence[str]) -> Iterator[str]:
    """Those of the terms that at least one mention holds, and not too many."""
    counted = {"terms": {"field": _FIELD, "include": list(terms), "size": len(terms), "shard_size": len(terms)}}
    answer = reader.ask(query=among(_FIELD, terms), size=0, track_total_hits=False, aggs={"held": counted})
    for bucket in answer.get("aggregations", {}).get("held", {"buckets": []})["buckets"]:
        if bucket["doc_count"] <= COMMON:
            yield bucket["key"]


def _rows(reader: Reader, terms: Sequence[str]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Story, mention and all terms of the mentions that hold one of these."""
    if not terms:
        return
    hits = reader.ask(
        plain=True, query=among(_FIELD, terms), size=LARGEST, docvalue_fields=["story_id", "id", _FIELD], source=False,
        stored_fields="_none_", track_total_hits=False,
    )["hits"]["hits"]  # fmt: skip
    for hit in hits:
        fields = hit["fields"]
        yield fields["story_id"][0], fields["id"][0], fields[_FIELD]
