"""Ways to break a board: each names what it does, where a judge should point, and whether Kibana's own document sees it.

Made on the board of every form; whoever judges boards (our model, the document, the stub of Kibana) is tried on the list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import every_form

Board = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mutation:
    """`place` begins the path of the mistake; `seen` is False for what types cannot say: ids, overlaps, ranks."""

    name: str
    change: Callable[[Board], object]
    place: str
    seen: bool = True

    def board(self) -> Board:
        broken = every_form.board()
        self.change(broken)
        return broken


ORDER = {panel["id"]: n for n, panel in enumerate(every_form.board()["panels"])}


def panel(board: Board, name: str) -> dict[str, Any]:
    found: dict[str, Any] = board["panels"][ORDER[name]]
    return found


def config(board: Board, name: str) -> dict[str, Any]:
    found: dict[str, Any] = panel(board, name)["config"]
    return found


def at(name: str, path: str = "") -> str:
    return f"panels[{ORDER[name]}]{path}"


MUTATIONS = (
    Mutation(
        "misspelt layer", lambda b: config(b, "over-time")["layers"][0].update(type="bar_staked"), at("over-time")
    ),
    Mutation(
        "unknown key of a metric", lambda b: config(b, "mentions")["metrics"][0].update(colour="red"), at("mentions")
    ),
    Mutation("unknown key of the board", lambda b: b.update(owner="ana"), ""),
    Mutation("unknown key of a panel", lambda b: panel(b, "words").update(hidden=True), at("words")),
    Mutation("unknown key of a chart", lambda b: config(b, "donut").update(vega={}), at("donut", ".config")),
    Mutation("wider than the grid", lambda b: panel(b, "when")["grid"].update(w=60), at("when", ".grid")),
    Mutation("no height", lambda b: panel(b, "when")["grid"].update(h=0), at("when", ".grid")),
    Mutation("a map", lambda b: panel(b, "words").update(type="map"), at("words")),
    Mutation("vega", lambda b: panel(b, "words").update(type="vega"), at("words")),
    Mutation("a legacy visualization", lambda b: panel(b, "words").update(type="visualization"), at("words")),
    Mutation("a stored Lens panel", lambda b: panel(b, "words").update(type="lens"), at("words")),
    Mutation("old name of the cloud", lambda b: config(b, "words").update(type="tagcloud"), at("words", ".config")),
    Mutation("a chart without type", lambda b: config(b, "words").pop("type"), at("words", ".config")),
    Mutation("terms without fields", lambda b: config(b, "words")["tag_by"].pop("fields"), at("words", ".config")),
    Mutation("terms of no field", lambda b: config(b, "words")["tag_by"].update(fields=[]), at("words", ".config")),
    Mutation(
        "sum without field", lambda b: config(b, "words")["metric"].update(operation="sum"), at("words", ".config")
    ),
    Mutation(
        "unknown operation", lambda b: config(b, "words")["metric"].update(operation="mean"), at("words", ".config")
    ),
    Mutation(
        "older name of KQL", lambda b: config(b, "words")["query"].update(language="kuery"), at("words", ".config")
    ),
    Mutation(
        "older name of KQL in a list",
        lambda b: config(b, "latest")["tabs"][0]["query"].update(language="kuery"),
        at("latest"),
    ),
    Mutation("no data source", lambda b: config(b, "donut").pop("data_source"), at("donut", ".config")),
    Mutation("drilldown to nowhere", lambda b: config(b, "sites")["drilldowns"][0].pop("dashboard_id"), at("sites")),
    Mutation(
        "drilldown on a click", lambda b: config(b, "sites")["drilldowns"][0].update(trigger="on_click"), at("sites")
    ),
    Mutation("size as text", lambda b: panel(b, "when")["grid"].update(w="12"), at("when", ".grid")),
    Mutation("limit as text", lambda b: config(b, "words")["tag_by"].update(limit="30"), at("words", ".config")),
    Mutation(
        "two list tabs", lambda b: config(b, "latest")["tabs"].append(config(b, "latest")["tabs"][0]), at("latest")
    ),
    Mutation(
        "sorted upwards", lambda b: config(b, "latest")["tabs"][0]["sort"][0].update(direction="up"), at("latest")
    ),
    Mutation(
        "colour in words", lambda b: config(b, "line")["layers"][0]["y"][0]["color"].update(type="fixed"), at("line")
    ),
    Mutation("control of no field", lambda b: b["pinned_panels"][0]["config"].pop("field_name"), "pinned_panels[0]"),
    Mutation("control of an unknown type", lambda b: b["pinned_panels"][0].update(type="dropdown"), "pinned_panels[0]"),
    Mutation("pill of no value", lambda b: b["filters"][1]["condition"].pop("value"), "filters[1]"),
    Mutation("no title", lambda b: b.pop("title"), "title"),
    Mutation("panels are a mapping", lambda b: b.update(panels={}), "panels"),
    Mutation("an open option", lambda b: b["options"].update(use_margins="yes"), "options"),
    # What the types of the document cannot say, or say more widely than Kibana 9.0 and a minimal node can do:
    Mutation(
        "one panel over another", lambda b: panel(b, "when")["grid"].update(x=13), at("when", ".grid"), seen=False
    ),
    Mutation(
        "beyond the right edge", lambda b: panel(b, "authors")["grid"].update(x=40), at("authors", ".grid"), seen=False
    ),
    Mutation("an id twice", lambda b: panel(b, "when").update(id="donut"), at("when", ".id"), seen=False),
    Mutation(
        "an id of a control again",
        lambda b: panel(b, "when").update(id="control-brand"),
        "pinned_panels[0].id",
        seen=False,
    ),
    Mutation(
        "ranked by a third metric",
        lambda b: config(b, "donut")["group_by"][0]["rank_by"].update(metric_index=2),
        at("donut"),
        seen=False,
    ),
    Mutation(
        "sorted by a ninth column",
        lambda b: config(b, "authors")["styling"]["sort_by"].update(index=8),
        at("authors"),
        seen=False,
    ),
    Mutation(
        "two fields at once",
        lambda b: config(b, "words")["tag_by"].update(fields=["topics", "site"]),
        at("words"),
        seen=False,
    ),
    Mutation(
        "a formula",
        lambda b: config(b, "words").update(metric={"operation": "formula", "formula": "count()", "label": "n"}),
        at("words"),
        seen=False,
    ),
    Mutation(
        "ES|QL", lambda b: config(b, "words").update(data_source={"type": "esql", "query": "FROM x"}), at("words")
    ),
    Mutation("lucene", lambda b: config(b, "words")["query"].update(language="lucene"), at("words"), seen=False),
    Mutation("no panels", lambda b: b.update(panels=[]), "panels", seen=False),
    Mutation("an empty title", lambda b: b.update(title=""), "title", seen=False),
    Mutation(
        "colours with a gap",
        lambda b: config(b, "when")["metric"]["color"]["steps"].pop(1),
        at("when", ".config.metric.color"),
        seen=False,
    ),
)
