"""Every panel of every board against a real Elasticsearch that holds the demo's eight weeks."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import board_sample
import pytest
from elastic_node import unavailable  # noqa: F401 - asked by tests/conftest.py
from elasticsearch import Elasticsearch

from dashboards.boards import Board, boards, data_views
from dashboards.check import NOTHING, Answer, check, check_on, newest
from dashboards.documents import INCIDENT_TYPES, RUN_TYPES, mapping
from dashboards.model import Dashboard
from mentions.elastic import ElasticStore
from mentions.elastic_client import connect
from mentions.elastic_names import Names
from mentions.elastic_schema import partitions
from mentions.errors import Stop

real = [pytest.mark.real("elastic"), pytest.mark.local]
SHARES = {"overview": "labels", "competitors": "voice-now"}


@dataclass(frozen=True)
class Installation:
    client: Elasticsearch
    names: Names


@pytest.fixture(scope="module")
def demo(elastic_url: str) -> Iterator[Installation]:
    """The demo's mentions, incidents and runs under a prefix of its own."""
    client, names = connect(elastic_url), Names(f"vt-{secrets.token_hex(4)}")
    store = ElasticStore(client, names)
    store.ensure_schema()
    report = store.upsert(board_sample.mentions(), now=board_sample.NOW)
    assert not report.rejected
    for index, schema, types, documents in (
        (names.incidents, "incidents", INCIDENT_TYPES, board_sample.incidents()),
        (names.runs, "runs", RUN_TYPES, board_sample.runs()),
    ):
        client.indices.create(index=index, mappings=mapping(schema, types), settings={"number_of_replicas": 0})
        client.bulk(index=index, operations=[line for each in documents for line in ({"index": {}}, each)])
    client.indices.refresh(index=[names.mentions, names.incidents, names.runs])
    yield Installation(client, names)
    client.indices.delete(index=[names.incidents, names.runs, *(each.name for each in partitions(client, names))])
    client.indices.delete_index_template(name=names.template)
    client.close()


@pytest.fixture(scope="module")
def answers(demo: Installation) -> dict[tuple[str, str, str], Answer]:
    found = check_on(demo.client, boards("fr", prefix=demo.names.prefix), demo.names)
    return {(each.board, each.panel, each.part): each for each in found}


class TestOnElasticsearch:
    pytestmark = real

    def test_every_panel_of_every_board_shows_something(self, answers: dict[Any, Answer]) -> None:
        assert [(key, each.problem) for key, each in answers.items() if each.problem] == []
        main = [each for each in answers.values() if each.part == "main"]
        assert len(main) == sum(len(_asking(board)) for board in boards("fr"))
        assert all(each.buckets > 0 for each in main)

    def test_panels_of_one_board_agree_with_each_other(self, answers: dict[Any, Answer]) -> None:
        total = answers["overview", "mentions", "main"].rows[0]["m0"]
        by_label = answers["overview", "labels", "main"].rows
        assert [row["group0"] for row in by_label] == ["négative", "neutre", "positive"]
        assert sum(row["m0"] for row in by_label) == total
        assert sum(row["m0"] for row in answers["overview", "by-label", "main"].rows) == total
        assert sum(row["m0"] for row in answers["overview", "units", "main"].rows) == total
        negative = answers["overview", "negative", "main"].rows[0]
        assert (negative["m0"], negative["m1"]) == (by_label[0]["m0"], total)
        net = answers["overview", "net", "main"].rows[0]["m0"]
        assert net == pytest.approx((by_label[2]["m0"] - by_label[0]["m0"]) / total)

    def test_the_planted_crisis_is_to_be_seen(self, answers: dict[Any, Answer]) -> None:
        now, before = (answers["overview", "net", part].rows[0] for part in ("main", "previous"))
        assert now["m0"] < before["m1"] - 0.3
        (incident,) = answers["incident", "incidents", "main"].rows
        assert (incident["row0"], incident["row2"]) == (board_sample.SCENARIO.brands["own"], "critical")
        (mark,) = answers["sentiment", "net-line", "marks-1"].rows
        assert mark["tier"] == "critical"
        worst = answers["incident", "worst", "main"].rows
        assert [row["severity"] for row in worst] == sorted((row["severity"] for row in worst), reverse=True)
        assert worst[0]["severity"] == 70

    def test_shares_are_of_all_brands_only_where_the_board_says_so(self, answers: dict[Any, Answer]) -> None:
        brands = {row["group0"] for row in answers["competitors", "voice-now", "main"].rows}
        assert brands == set(board_sample.SCENARIO.brands.values())
        assert {row["brand"] for row in answers["overview", "latest", "main"].rows} == {
            board_sample.SCENARIO.brands["own"]
        }

    def test_a_failed_reading_shows_on_the_health_board(self, answers: dict[Any, Answer]) -> None:
        assert answers["health", "failed", "main"].rows[0]["m0"] == 1
        sources = {row["row0"]: row for row in answers["health", "source-table", "main"].rows}
        assert sources["echo"]["m2"] == 1
        assert sources["echo"]["m0"] is not None

    def test_lists_leave_out_what_is_gone_and_counts_keep_it(
        self, demo: Installation, answers: dict[Any, Answer]
    ) -> None:
        gone = [each for each in board_sample.mentions() if each.gone_at is not None and each.role == "own"]
        assert gone
        counted, listed = (answers["overview", panel, "main"].documents for panel in ("mentions", "latest"))
        assert 0 < counted - listed <= len(gone)

    def test_a_panel_that_elasticsearch_refuses_is_named_and_the_others_go_on(self, demo: Installation) -> None:
        board = next(each for each in boards("en") if each.key == "sources")
        text = board.dashboard.model_dump_json(by_alias=True, exclude_none=True).replace('"author_key"', '"passage"')
        broken = replace(board, dashboard=Dashboard.model_validate_json(text))
        found = {each.panel: each for each in check_on(demo.client, [broken], demo.names)}
        assert "passage" in (found["author-table"].problem or "")
        assert found["languages"].problem is None
        assert "panels[4].config.metrics[3].field" in {each.path for each in check([broken], data_views())}

    def test_where_no_incident_ever_was_its_panels_are_empty_and_nothing_stops(self, demo: Installation) -> None:
        index = demo.names.incidents
        documents = [hit["_source"] for hit in demo.client.search(index=index)["hits"]["hits"]]
        demo.client.indices.delete(index=index)
        try:
            found = check_on(demo.client, boards("en"), demo.names)
            assert {(each.panel, each.problem) for each in found if each.problem} == {
                ("incidents", NOTHING),
                ("net-line", NOTHING),
            }
        finally:
            demo.client.indices.create(index=index, mappings=mapping("incidents", INCIDENT_TYPES))
            demo.client.bulk(
                index=index, operations=[line for each in documents for line in ({"index": {}}, each)], refresh=True
            )

    def test_without_any_mention_people_are_told_what_to_do(self, elastic_url: str) -> None:
        client = connect(elastic_url)
        with pytest.raises(Stop, match="let Vigie read something first"):
            check_on(client, boards("en"), Names(f"vt-{secrets.token_hex(4)}"))
        client.close()

    def test_time_ends_at_the_newest_mention(self, demo: Installation) -> None:
        mentions, *_ = data_views(prefix=demo.names.prefix)
        last = max(each.published_at for each in board_sample.mentions())
        assert abs((newest(demo.client, mentions) - last).total_seconds()) < 0.001


def _asking(board: Board) -> list[str]:
    return [panel.id for panel in board.dashboard.panels if panel.type not in {"markdown", "links"}]


def test_what_is_wrong_with_a_board_is_told_with_its_path() -> None:
    first, *others = boards("en")
    text = first.dashboard.model_dump_json(by_alias=True, exclude_none=True)
    text = (
        text.replace('"polarity"', '"emotion"')
        .replace('"vigie-health"', '"vigie-elsewhere"')
        .replace('["vigie"]', "[]")
    )
    broken = replace(first, dashboard=Dashboard.model_validate_json(text))
    found = check([broken, *others], data_views())
    assert {each.board for each in found} == {"vigie-overview"}
    said = "\n".join(map(str, found))
    assert "panels[0].config.links[5].destination: there is no board 'vigie-elsewhere'" in said
    assert "panels[3].config.metrics[0].field: vigie-mentions has no field 'emotion'" in said
    assert "tags: the tag 'vigie' is missing" in said
