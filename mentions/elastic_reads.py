"""How the mentions of Elasticsearch are read: documents, columns page by page, exhaustive aggregations.

Every call names the alias, and an alias without partitions is an empty store, not an error. A shard that fails fails
the call: no answer is ever partial.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from elasticsearch import Elasticsearch, NotFoundError

from mentions.elastic_names import Names
from mentions.elastic_rows import mention_of
from mentions.elastic_where import Clause
from mentions.model import Mention

LARGEST: Final = 10_000  # hits of one request (index.max_result_window)
MANY_BUCKETS: Final = 50_000  # of one request without sub-aggregations; the server makes 65,535
FEW_BUCKETS: Final = 5_000  # with some
TOGETHER: Final = 250  # mentions fetched at once
MOST_INDICES: Final = 20  # named in one address, of which the server reads 4 KB
KEEP_ALIVE: Final = "2m"
EXACT_DOUBLE: Final = 2**53  # aggregations answer in doubles: whole microseconds between the years 1684 and 2255

Row: TypeAlias = tuple[Any, ...]
Sort: TypeAlias = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads of one installation; errors of the client pass, `mentions.elastic` puts them into words."""

    client: Elasticsearch
    names: Names

    def ask(self, *, plain: bool = False, **body: Any) -> Mapping[str, Any]:
        """One search on the alias, or in a point in time; the body of its answer.

        `plain`: not compressed. That takes the server longer than finding ten thousand rows does.
        """
        client = self.client.options(headers={"accept-encoding": "identity"}) if plain else self.client
        where: dict[str, Any] = {} if "pit" in body else {"index": self.names.mentions, "ignore_unavailable": True}
        answer: Mapping[str, Any] = client.search(allow_partial_search_results=False, **where, **body).body
        return answer

    def count(self, query: Clause) -> int:
        """How many mentions match."""
        return int(self.ask(query=query, size=0, track_total_hits=True)["hits"]["total"]["value"])

    def source(self, mention_id: str, *fields: str) -> Mapping[str, Any] | None:
        """`_source` of one id (or these fields of it), as last written, refreshed or not; None for an unknown id."""
        try:
            index = self.names.partition(mention_id)
            answer = self.client.get(index=index, id=mention_id, source_includes=list(fields) or None)
        except (NotFoundError, ValueError):
            return None
        source: Mapping[str, Any] = answer.body["_source"]
        return source

    def sources(self, ids: Sequence[str], *fields: str, realtime: bool = True) -> dict[str, Mapping[str, Any]]:
        """`_source` of these ids by id; unknown ids are absent. ValueError for one that is none."""
        found: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(ids), TOGETHER):
            some = ids[start : start + TOGETHER]
            asked = [{"_index": self.names.partition(name), "_id": name} for name in some]
            answer = self.client.mget(docs=asked, source_includes=list(fields) or None, realtime=realtime)
            found |= {doc["_id"]: doc["_source"] for doc in answer.body["docs"] if doc.get("found")}
        return found

    def mentions(self, ids: Sequence[str]) -> tuple[Mention, ...]:
        """Mentions of these ids, in their order; those deleted meanwhile are left out."""
        found = self.sources(ids, realtime=False)
        return tuple(mention_of(found[name]) for name in ids if name in found)

    def rows(self, query: Clause, fields: Sequence[str], *, sort: Sort = ()) -> Iterator[Row]:
        """Columns (first values, None where absent) of every match, in constant memory; order free without `sort`.

        Read from doc values. What one page does not hold is read in a point in time: nothing twice, nothing missed.
        """
        body: dict[str, Any] = {
            "query": query,
            "size": LARGEST,
            "docvalue_fields": list(fields),
            "source": False,
            "stored_fields": "_none_",
            "track_total_hits": False,
            "sort": [*sort],
            "plain": True,
        }
        hits = self.ask(**body)["hits"]["hits"]
        pages = iter([hits]) if len(hits) < LARGEST else self._pages(body)
        for page in pages:
            for hit in page:
                found = hit.get("fields", {})
                yield tuple([found[name][0] if name in found else None for name in fields])

    def _pages(self, body: Mapping[str, Any]) -> Iterator[Sequence[Mapping[str, Any]]]:
        pit = self.client.open_point_in_time(index=self.names.mentions, keep_alive=KEEP_ALIVE).body["id"]
        sort = [*body["sort"], {"_shard_doc": "asc"}]
        after: Mapping[str, Any] = {}
        try:
            while True:
                asked = {**body, **after, "sort": sort, "pit": {"id": pit, "keep_alive": KEEP_ALIVE}}
                answer = self.ask(**asked)
                pit, hits = answer["pit_id"], answer["hits"]["hits"]
                yield hits
                if len(hits) < LARGEST:
                    return
                after = {"search_after": hits[-1]["sort"]}
        finally:
            self.client.close_point_in_time(id=pit)

    def buckets(
        self, query: Clause, sources: Mapping[str, Clause], aggs: Mapping[str, Clause] | None = None
    ) -> Iterator[Mapping[str, Any]]:
        """Every bucket of a composite aggregation, ordered by its sources; values that are absent make none."""
        size = FEW_BUCKETS if aggs else MANY_BUCKETS
        after: Mapping[str, Any] = {}
        while True:
            composite = {"size": size, "sources": [{name: source} for name, source in sources.items()], **after}
            asked = {"composite": composite, **({"aggs": aggs} if aggs else {})}
            answer = self.ask(plain=True, query=query, size=0, track_total_hits=False, aggs={"all": asked})
            found = answer.get("aggregations", {}).get("all", {"buckets": []})
            yield from found["buckets"]
            if len(found["buckets"]) < size:
                return
            after = {"after": found["after_key"]}

    def extremes(self, asked: Sequence[tuple[float, Clause, str, str]]) -> list[int]:
        """Whole numbers of (value of a min or max aggregation, query, field, `asc` for min or `desc` for max).

        What a double cannot hold is read from the document itself.
        """
        answers = [int(value) for value, *_ in asked]
        inexact = [place for place, number in enumerate(answers) if abs(number) >= EXACT_DOUBLE]
        for start in range(0, len(inexact), TOGETHER):
            places = inexact[start : start + TOGETHER]
            searches: list[Mapping[str, Any]] = []
            for _, query, field, order in (asked[place] for place in places):
                body = {"query": query, "size": 1, "_source": False, "sort": [{field: order}]}
                searches += [{"index": self.names.mentions}, body]
            found = self.client.msearch(searches=searches).body["responses"]
            for place, answer in zip(places, found, strict=True):
                answers[place] = answer["hits"]["hits"][0]["sort"][0]
        return answers


def together(names: Names, indices: Collection[str]) -> list[str]:
    """These partitions, or the alias where their names would be too long for the address of one request."""
    return sorted(indices) if len(indices) <= MOST_INDICES else [names.mentions]
