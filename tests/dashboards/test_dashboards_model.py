"""A board file edited into nonsense is refused with the path of each mistake, before anything is sent."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.boards import boards
from dashboards.model import BoardError, checked, read_board

Body = dict[str, Any]
INCIDENT = next(board for board in boards("en") if board.key == "incident").dashboard.body()
PLACE = {panel["id"]: n for n, panel in enumerate(INCIDENT["panels"])}
JUNK = [None, "", "x", -1, 0, 99, 1.5, True, [], {}, ["x"], {"type": "vega"}]


def panel(body: Body, name: str) -> Body:
    found: Body = body["panels"][PLACE[name]]
    return found


def config(body: Body, name: str) -> Body:
    found: Body = panel(body, name)["config"]
    return found


def layer(body: Body, name: str) -> Body:
    found: Body = config(body, name)["layers"][0]
    return found


def at(name: str, rest: str) -> str:
    return f"panels[{PLACE[name]}]{rest}"


MUTATIONS: list[tuple[str, Callable[[Body], object], str, str]] = [
    ("no title", lambda b: b.pop("title"), "title", "missing"),
    ("unknown key of the board", lambda b: b.update(owner="me"), "owner", "unknown key"),
    ("no panel left", lambda b: b.update(panels=[]), "panels", "at least one"),
    ("too many panels", lambda b: b.update(panels=b["panels"] * 8), "panels", "at most 100"),
    ("an old query language", lambda b: b["query"].update(language="kuery"), "query.language", "'kql'"),
    ("a time range without an end", lambda b: b["time_range"].pop("to"), "time_range.to", "missing"),
    ("a map", lambda b: panel(b, "first").update(type="map"), at("first", ""), "'map'"),
    ("no id", lambda b: panel(b, "first").pop("id"), at("first", ".id"), "missing"),
    ("an id with a space", lambda b: panel(b, "first").update(id="a b"), at("first", ".id"), "a b"),
    ("wider than the grid", lambda b: panel(b, "about")["grid"].update(w=60), at("about", ".grid.w"), "48"),
    ("a width in words", lambda b: panel(b, "about")["grid"].update(w="48"), at("about", ".grid.w"), "integer"),
    ("no height", lambda b: panel(b, "about")["grid"].update(h=0), at("about", ".grid.h"), "greater"),
    ("a misspelt chart", lambda b: config(b, "first").update(type="tagcloud"), at("first", ".config"), "tagcloud"),
    ("vega", lambda b: config(b, "first").update(type="vega"), at("first", ".config"), "vega"),
    ("a misspelt layer", lambda b: layer(b, "by-label").update(type="bar"), at("by-label", ".config.layers[0]"), "'bar'"),
    ("ES|QL", lambda b: config(b, "first")["data_source"].update(type="esql"), at("first", ".config.data_source.type"), ""),
    ("no data view", lambda b: config(b, "first").pop("data_source"), at("first", ".config.data_source"), "missing"),
    ("no buckets over time", lambda b: layer(b, "by-label").pop("x"), at("by-label", ".config.layers[0].x"), "missing"),
    (
        "terms without fields",
        lambda b: config(b, "first")["rows"][0].update(fields=[]),
        at("first", ".config.rows[0].fields"),
        "at least one",
    ),
    (
        "terms of two fields",
        lambda b: config(b, "first")["rows"][0].update(fields=["site", "brand"]),
        at("first", ".config.rows[0].fields"),
        "at most 1",
    ),
    (
        "a sum of nothing",
        lambda b: config(b, "first")["metrics"].append({"operation": "sum", "label": "all"}),
        at("first", ".config.metrics[4].field"),
        "missing",
    ),
    (
        "a formula",
        lambda b: config(b, "first")["metrics"].append({"operation": "formula", "label": "x", "formula": "count()"}),
        at("first", ".config.metrics[4]"),
        "formula",
    ),
    (
        "a metric without a name for people",
        lambda b: config(b, "mentions")["metrics"][0].pop("label"),
        at("mentions", ".config.metrics[0].label"),
        "missing",
    ),
    (
        "an unknown key of a metric",
        lambda b: config(b, "mentions")["metrics"][0].update(colour="red"),
        at("mentions", ".config.metrics[0].colour"),
        "unknown key",
    ),
    (
        "a colour by name",
        lambda b: layer(b, "by-label")["breakdown_by"]["color"]["mapping"][0]["color"].update(value="red"),
        at("by-label", ".config.layers[0].breakdown_by.color.mapping[0].color.value"),
        "red",
    ),
    (
        "a query in another language",
        lambda b: config(b, "worst")["tabs"][0]["query"].update(expression="gone_at: /x/ OR (a"),
        at("worst", ".config.tabs[0].query.expression"),
        "not in our part of KQL",
    ),
    (
        "a list without columns",
        lambda b: config(b, "worst")["tabs"][0].update(column_order=[]),
        at("worst", ".config.tabs[0].column_order"),
        "at least one",
    ),
    (
        "a link to nowhere",
        lambda b: config(b, "boards")["links"][0].pop("destination"),
        at("boards", ".config.links[0].destination"),
        "missing",
    ),
    ("a text that says nothing", lambda b: config(b, "about").update(content=""), at("about", ".config.content"), ""),
    ("a control of no field", lambda b: b["pinned_panels"][0]["config"].pop("field_name"), "pinned_panels[0].config.field_name", "missing"),
    ("the same id twice", lambda b: panel(b, "first").update(id="about"), at("first", ".id"), "also the id of"),
    ("beyond the right edge", lambda b: panel(b, "worst")["grid"].update(x=8), at("worst", ".grid"), "48 columns"),
    ("one over another", lambda b: panel(b, "worst")["grid"].update(y=0), at("worst", ".grid"), "lies over"),
    (
        "ranked by a metric that is not there",
        lambda b: config(b, "first")["rows"][0]["rank_by"].update(metric_index=9),
        at("first", ".config.rows[0].rank_by.metric_index"),
        "4 metrics",
    ),
    (
        "ordered by a column that is not there",
        lambda b: config(b, "first")["styling"]["sort_by"].update(index=4),
        at("first", ".config.styling.sort_by.index"),
        "counted from 0",
    ),
    ("two numbers of the first rank", lambda b: config(b, "mentions")["metrics"][1].update(type="primary"), at("mentions", ".config.metrics"), ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "path", "words"), [each[1:] for each in MUTATIONS], ids=[each[0] for each in MUTATIONS]
)
def test_a_broken_board_is_refused_with_its_path(change: Callable[[Body], object], path: str, words: str) -> None:
    broken = copy.deepcopy(INCIDENT)
    change(broken)
    with pytest.raises(BoardError) as refused:
        read_board(json.dumps(broken), name="incident.json")
    found = [text for where, text in refused.value.problems if where.startswith(path)]
    assert any(words in text for text in found), refused.value.problems
    assert all(line.startswith("incident.json: ") for line in str(refused.value).splitlines())


def test_each_mistake_is_told_once() -> None:
    broken = copy.deepcopy(INCIDENT)
    layer(broken, "by-label")["y"] = [{"operation": "sum", "label": "all"}]
    config(broken, "first")["rows"][0]["fields"] = []
    with pytest.raises(BoardError) as refused:
        read_board(json.dumps(broken))
    assert [path for path, _ in refused.value.problems] == [
        at("by-label", ".config.layers[0].y[0].field"),
        at("first", ".config.rows[0].fields"),
    ]


def test_many_mistakes_are_counted_not_poured_out() -> None:
    broken = copy.deepcopy(INCIDENT)
    for one in broken["panels"]:
        one["grid"]["w"] = 99
    with pytest.raises(BoardError) as refused:
        read_board(json.dumps(broken))
    assert len(str(refused.value).splitlines()) == 13
    assert str(refused.value).endswith("more")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00", '{"title": "x"', b"\xff\xfe", "NaN"])
def test_what_is_no_board_at_all_is_refused(text: str | bytes) -> None:
    with pytest.raises(BoardError):
        read_board(text)


def test_what_is_sent_reads_back_as_the_same_board() -> None:
    for board in boards("fr"):
        body = board.dashboard.body()
        assert read_board(json.dumps(body)) == board.dashboard
        assert json.loads(json.dumps(body)) == body
        assert "null" not in json.dumps(body)


def test_a_board_cannot_be_changed_after_it_was_checked() -> None:
    board = boards("en")[0].dashboard
    with pytest.raises(ValueError, match="frozen"):
        board.title = "another"  # type: ignore[misc]
    assert checked(board) is board


@given(st.data())
def test_a_board_edited_at_random_is_valid_or_refused_in_words(data: st.DataObject) -> None:
    body = copy.deepcopy(INCIDENT)
    node: Any = body
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        child = node[key]
        if not isinstance(child, dict | list) or not child or data.draw(st.integers(0, 5)) == 0:
            break
        node = child
    if data.draw(st.booleans()):
        node[key] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    else:
        del node[key]
    found = _problems(json.dumps(body))
    assert all(path and text for path, text in found)


def _problems(text: str) -> tuple[tuple[str, str], ...]:
    try:
        read_board(text)
    except BoardError as refused:
        return refused.problems or (("", "refused for no reason"),)
    return ()
