"""Panels as searches: our part of KQL, windows and intervals, bodies that the smallest node takes, answers as rows."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.boards import boards, data_views
from dashboards.kql import compiled, fields_of
from dashboards.moments import LENGTHS, MOST, Window, window
from dashboards.parts import TimeRange
from dashboards.queries import Search, searches

NOW = datetime(2026, 10, 21, 16, 28, 10, tzinfo=UTC)
BOARDS = {board.key: board.dashboard for board in boards("en")}
VIEWS = data_views()


def asked(key: str, panel: str, **more: Any) -> tuple[Search, ...]:
    return searches(BOARDS[key], VIEWS, now=NOW, **more)[panel]


@pytest.mark.parametrize(
    ("expression", "query"),
    [
        ("", {"match_all": {}}),
        ("   ", {"match_all": {}}),
        ("brand : Acme", {"term": {"brand": "Acme"}}),
        ("brand:Acme", {"term": {"brand": "Acme"}}),
        ('brand : "Vélo & Cie"', {"term": {"brand": "Vélo & Cie"}}),
        (r'brand : "say \"hi\""', {"term": {"brand": 'say "hi"'}}),
        ('brand : "or"', {"term": {"brand": "or"}}),
        ("gone_at : *", {"exists": {"field": "gone_at"}}),
        ("NOT gone_at : *", {"bool": {"must_not": [{"exists": {"field": "gone_at"}}]}}),
        ("severity >= 50", {"range": {"severity": {"gte": 50.0}}}),
        ("a : 1 and b : 2", {"bool": {"filter": [{"term": {"a": "1"}}, {"term": {"b": "2"}}]}}),
        (
            "a : 1 or b : 2 and not c : 3",
            {
                "bool": {
                    "should": [
                        {"term": {"a": "1"}},
                        {"bool": {"filter": [{"term": {"b": "2"}}, {"bool": {"must_not": [{"term": {"c": "3"}}]}}]}},
                    ],
                    "minimum_should_match": 1,
                }
            },
        ),
        (
            "(a : 1 OR b : 2) AND c : 3",
            {
                "bool": {
                    "filter": [
                        {"bool": {"should": [{"term": {"a": "1"}}, {"term": {"b": "2"}}], "minimum_should_match": 1}},
                        {"term": {"c": "3"}},
                    ]
                }
            },
        ),
    ],
)
def test_our_part_of_kql(expression: str, query: dict[str, Any]) -> None:
    assert compiled(expression) == query


@pytest.mark.parametrize(
    "expression",
    ["word", "brand :", ": x", "brand : (a or b)", "brand : Ac*", "a : 1 b : 2", "(a : 1", "a : 1)", "not", "a >= b",
     "a ! b", "a :: b", "and a : 1", 'a : "open', "a : 1 or", "a <", "> 5", '"a" : b'],
)  # fmt: skip
def test_what_is_not_in_it_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="not in our part of KQL"):
        compiled(expression)


@given(st.text(alphabet='ab:*()<>="\\ andortNOT0.', max_size=40))
def test_any_text_is_compiled_or_refused(expression: str) -> None:
    try:
        query = compiled(expression)
    except ValueError as error:
        query = {"refused": str(error)}
    assert json.loads(json.dumps(query)) == query


def test_the_fields_of_a_query_are_known() -> None:
    assert fields_of("a : 1 and (b >= 2 or NOT a : *)") == ("a", "b")
    assert fields_of("") == ()


@pytest.mark.parametrize(
    ("days", "interval"), [(1, "30m"), (7, "3h"), (30, "12h"), (90, "1d"), (365, "1w"), (4000, "1y")]
)
def test_bars_are_as_long_as_kibana_makes_them(days: int, interval: str) -> None:
    assert Window(NOW - timedelta(days=days), NOW).interval() == interval


def test_bars_are_never_shorter_than_asked_nor_too_many() -> None:
    assert Window(NOW - timedelta(days=2), NOW).interval("1d") == "1d"
    assert Window(NOW - timedelta(days=2000), NOW).interval("1d") == "1M"


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=20_000)))
def test_there_are_never_too_many_bars(span: timedelta) -> None:
    interval = Window(NOW, NOW + span).interval()
    assert span / dict(LENGTHS)[interval] <= MOST


def test_windows_are_those_of_the_board() -> None:
    assert window(TimeRange(from_="now-7d", to="now"), NOW) == Window(NOW - timedelta(days=7), NOW)
    absolute = TimeRange(from_="2026-10-01T02:00:00+02:00", to="now-1h")
    assert window(absolute, NOW) == Window(datetime(2026, 10, 1, tzinfo=UTC), NOW - timedelta(hours=1))
    day = Window(NOW - timedelta(days=1), NOW)
    assert day.before("previous") == Window(NOW - timedelta(days=2), NOW - timedelta(days=1))
    assert day.before("1w") == Window(NOW - timedelta(days=8), NOW - timedelta(days=7))


@pytest.mark.parametrize("text", ["now-7", "yesterday", "now+1d", "2026-10-01", "now-1M"])
def test_a_range_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        window(TimeRange(from_=text, to="now"), NOW)


def test_every_panel_that_reads_anything_is_asked() -> None:
    for board in boards("fr"):
        found = searches(board.dashboard, VIEWS, now=NOW)
        silent = {panel.id for panel in board.dashboard.panels if panel.type in {"markdown", "links"}}
        assert set(found) == {panel.id for panel in board.dashboard.panels} - silent


def test_only_what_the_smallest_node_knows_is_used() -> None:
    for board in boards("en"):
        bodies = json.dumps(
            [dict(each.body) for made in searches(board.dashboard, VIEWS, now=NOW).values() for each in made]
        )
        for word in (
            "multi_terms",
            "auto_date_histogram",
            "script",
            "runtime",
            "query_string",
            "bucket_",
            "derivative",
        ):
            assert word not in bodies


def test_the_filters_of_a_board_hold_for_all_its_panels_but_those_that_are_free() -> None:
    own = {"term": {"role": "own"}}
    (main, before) = asked("overview", "mentions", filters=[("brand", "Acme")])
    for each in (main, before):
        assert own in each.body["query"]["bool"]["filter"]
        assert {"term": {"brand": "Acme"}} in each.body["query"]["bool"]["filter"]
    (incidents,) = asked("incident", "incidents", filters=[("brand", "Acme")])
    assert incidents.index == "vigie-incidents"
    assert len(incidents.body["query"]["bool"]["filter"]) == 1
    assert "range" in incidents.body["query"]["bool"]["filter"][0]


def test_the_period_before_is_a_search_of_its_own() -> None:
    main, before = asked("overview", "net")
    assert (main.part, before.part) == ("main", "previous")
    first, second = (each.body["query"]["bool"]["filter"][0]["range"]["published_at"] for each in (main, before))
    assert (second["gte"], second["lte"]) == ((NOW - timedelta(days=14)).isoformat(), first["gte"])
    assert main.body["aggs"] == {"m0": {"avg": {"field": "polarity"}}}


def test_series_are_the_largest_of_the_whole_time() -> None:
    (voice,) = asked("competitors", "voice")
    outer = voice.body["aggs"]["by"]
    assert outer["terms"]["field"] == "brand"
    assert outer["aggs"]["x"]["date_histogram"]["calendar_interval"] == "1d"


def test_a_window_asked_for_replaces_the_boards_but_not_a_panels_own() -> None:
    start, end = NOW - timedelta(hours=6), NOW
    (bars,) = asked("incident", "by-label", start=start, end=end, zone="Europe/Paris")
    assert bars.body["query"]["bool"]["filter"][0]["range"]["published_at"]["gte"] == start.isoformat()
    assert bars.body["aggs"]["x"]["date_histogram"]["fixed_interval"] == "5m"
    assert bars.body["aggs"]["x"]["date_histogram"]["time_zone"] == "Europe/Paris"
    (table,) = asked("health", "source-table", start=start, end=end)
    sources = table.body["query"]["bool"]["filter"][0]["range"]["started_at"]
    assert sources["gte"] == (NOW - timedelta(days=30)).isoformat()


def test_now_may_differ_between_data_views() -> None:
    now = {view.id: NOW - timedelta(days=n) for n, view in enumerate(VIEWS)}
    found = searches(BOARDS["sentiment"], VIEWS, now=now)["net-line"]
    ends = [next(iter(each.body["query"]["bool"]["filter"][0]["range"].values()))["lte"] for each in found]
    assert [each.part for each in found] == ["main", "marks-1"]
    assert ends == [NOW.isoformat(), (NOW - timedelta(days=1)).isoformat()]


def test_a_part_is_counted_inside_a_filter() -> None:
    (table,) = asked("health", "source-table")
    aggs = table.body["aggs"]["row0"]["aggs"]
    assert aggs["m0"] == {
        "filter": {"term": {"status": "ok"}},
        "aggs": {"value": {"max": {"field": "finished_at"}}},
    }
    assert "m1" not in aggs  # every bucket knows how many it holds
    assert table.body["aggs"]["row0"]["terms"]["order"] == {"_count": "desc"}


def test_rows_ordered_by_a_date_carry_it() -> None:
    (first,) = asked("incident", "first")
    assert first.body["aggs"]["row0"]["terms"]["order"] == {"m0": "asc"}
    (incidents,) = asked("incident", "incidents")
    outer = incidents.body["aggs"]["row0"]
    assert set(outer["aggs"]) == {"row1", "m0", "m1", "m2", "m3", "m4"}


def test_an_answer_is_read_as_rows_in_the_order_of_the_board() -> None:
    (bars,) = asked("overview", "labels")
    buckets = {"neutral": {"doc_count": 2}, "positive": {"doc_count": 0}, "negative": {"doc_count": 5}}
    answer = {"hits": {"total": {"value": 7}}, "aggregations": {"group0": {"buckets": buckets}}}
    assert [dict(row) for row in bars.rows(answer)] == [
        {"group0": "negative", "n": 5, "m0": 5},
        {"group0": "neutral", "n": 2, "m0": 2},
        {"group0": "positive", "n": 0, "m0": 0},
    ]


def test_what_is_beyond_the_largest_is_a_row_of_its_own() -> None:
    (donut,) = asked("competitors", "voice-now")
    terms = {"sum_other_doc_count": 3, "buckets": [{"key": "Acme", "doc_count": 7}]}
    answer = {"hits": {"total": {"value": 10}}, "aggregations": {"group0": terms}}
    assert [row["m0"] for row in donut.rows(answer)] == [7, 3]
    terms["sum_other_doc_count"] = 0
    assert [row["group0"] for row in donut.rows(answer)] == ["Acme"]


def test_nested_buckets_and_metrics_become_flat_rows() -> None:
    (table,) = asked("health", "job-table")
    inner = {
        "doc_count": 3,
        "key": "ok",
        "m1": {"value": 1.0, "value_as_string": "2026-10-21T18:00:00.000Z"},
        "m2": {"values": {"50.0": 4.5}},
    }
    outer = {"key": "crawl", "doc_count": 3, "row1": {"buckets": [inner]}}
    answer = {"hits": {"total": {"value": 3}}, "aggregations": {"row0": {"buckets": [outer]}}}
    assert [dict(row) for row in table.rows(answer)] == [
        {"row0": "crawl", "row1": "ok", "n": 3, "m0": 3, "m1": "2026-10-21T18:00:00.000Z", "m2": 4.5}
    ]


def test_numbers_and_lists_have_rows_too() -> None:
    main, _ = asked("overview", "severity")
    answer = {"hits": {"total": {"value": 4}}, "aggregations": {"m0": {"value": 61.5}}}
    assert [dict(row) for row in main.rows(answer)] == [{"n": 4, "m0": 61.5}]
    (latest,) = asked("overview", "latest")
    assert latest.body["sort"] == [{"published_at": "desc"}]
    assert latest.rows({"hits": {"hits": [{"_id": "a", "_source": {"brand": "Acme"}}]}}) == (
        {"id": "a", "brand": "Acme"},
    )
